//! Rules that look at several settings.
//!
//! *Production* is when others than this machine are served: browsers come over TLS, or the listener is not loopback. There,
//! nothing that guards people is left to a default.

use std::net::SocketAddr;

use contract::text::counted;
use domain::settings::ClientSecret;

use super::{
    addresses::{DatabaseUrl, PublicUrl},
    reading::Given,
    social::{ClientName, GOOGLE, GitHubUrl, Issuer},
    values::Whole,
};

/// Least memory in KiB with the iterations it needs: OWASP Password Storage Cheat Sheet, Argon2id.
const LEAST_COSTS: [(u32, u32); 2] = [(19 * 1024, 2), (46 * 1024, 1)];

/// Memory that Argon2 needs for each lane, in KiB (RFC 9106 §3.1).
const LEAST_FOR_A_LANE: u32 = 8;

pub(super) fn is_production(listen: Option<SocketAddr>, public_url: Option<&PublicUrl>) -> bool {
    public_url.is_some_and(PublicUrl::is_https)
        || listen.is_some_and(|listen| !listen.ip().to_canonical().is_loopback())
}

/// Notes what does not fit together.
pub(super) fn check(given: &mut Given) {
    let listen: Option<SocketAddr> = given.get("listen");
    let public_url: Option<PublicUrl> = given.get("public_url");
    if is_production(listen, public_url.as_ref()) {
        check_production(given);
    }
    check_lanes(given);
    check_providers(given);
    check_issuers(given);
    check_backups(given);
    let metrics: Option<SocketAddr> = given.get("metrics_listen");
    if metrics.is_some_and(|metrics| Some(metrics) == listen && metrics.port() != 0) {
        let source = given.source("metrics_listen");
        given.note(
            "metrics_listen",
            source,
            "is the address of the main listener",
            "another port",
        );
    }
}

fn check_production(given: &mut Given) {
    let needed = [
        (
            "public_url",
            "links in e-mails, and cookies, depend on it",
            "the origin that browsers see, like `https://accounts.example.com`",
        ),
        (
            "secret_key",
            "a secret that was created automatically could get lost unnoticed",
            "a secret, such as the output of `openssl rand -hex 32`",
        ),
        (
            "smtp_url",
            "e-mails would go nowhere",
            "a mail server, like `smtps://user:password@mail.example.com`",
        ),
    ];
    for (name, reason, expected) in needed {
        if !given.is_given(name) {
            given.note(
                name,
                "not given",
                format!("is needed when more than this machine is served: {reason}"),
                expected,
            );
        }
    }
    check_encrypted(given);
    let memory: Option<Whole<8, 4_194_304>> = given.get("password_memory_kib");
    let iterations: Option<Whole<1, 100>> = given.get("password_iterations");
    if let (Some(memory), Some(iterations)) = (memory, iterations) {
        check_cost(given, memory.0, iterations.0);
    }
}

fn check_backups(given: &mut Given) {
    let database: Option<DatabaseUrl> = given.get("database_url");
    if given.is_given("backup_folder") && database.is_some_and(|url| url.file().is_none()) {
        let source = given.source("backup_folder");
        given.note(
            "backup_folder",
            source,
            "is for SQLite, and the database is on a PostgreSQL server",
            "nothing here, and `pg_dump` or the server's own backups",
        );
    }
}

/// A provider is offered with all that it needs; a part of it is a mistake, not a choice.
fn check_providers(given: &mut Given) {
    let groups: [&[&'static str]; 3] = [
        &["oauth_google_client_id", "oauth_google_client_secret"],
        &["oauth_github_client_id", "oauth_github_client_secret"],
        &["oidc_issuer", "oidc_client_id", "oidc_client_secret"],
    ];
    for group in groups {
        let is_any = group.iter().any(|name| given.is_given(name));
        for name in group.iter().filter(|_| is_any) {
            if !given.is_given(name) {
                given.note(
                    name,
                    "not given",
                    format!("is also needed where any of {} is given", group.join(", ")),
                    expected(name),
                );
            }
        }
    }
}

/// An identity is known by its issuer: one provider that stands here twice would be two that share their people.
fn check_issuers(given: &mut Given) {
    let issuer: Option<Issuer> = given.get("oidc_issuer");
    let Some(issuer) = issuer else { return };
    let github: Option<GitHubUrl> = given.get("oauth_github_url");
    let is_google = given.is_given("oauth_google_client_id") && issuer.text == GOOGLE;
    let is_github = given.is_given("oauth_github_client_id")
        && github.is_some_and(|github| github.issuer() == issuer.text);
    if is_google || is_github {
        let source = given.source("oidc_issuer");
        given.note(
            "oidc_issuer",
            source,
            "is already offered by settings of its own",
            "another issuer, or none",
        );
    }
}

fn expected(name: &str) -> String {
    use super::values::Value as _;
    match name {
        "oidc_issuer" => Issuer::expected(),
        name if name.ends_with("_secret") => ClientSecret::expected(),
        _ => ClientName::expected(),
    }
}

/// What a provider tells of people may not be read or changed on its way.
fn check_encrypted(given: &mut Given) {
    let issuer: Option<Issuer> = given.get("oidc_issuer");
    let github: Option<GitHubUrl> = given.get("oauth_github_url");
    let addresses = [
        ("oidc_issuer", issuer.map(|issuer| issuer.url)),
        ("oauth_github_url", github.map(|github| github.0)),
    ];
    for (name, url) in addresses {
        if url.is_some_and(|url| url.scheme() == "http") {
            let source = given.source(name);
            given.note(
                name,
                source,
                "is not encrypted: whoever is in between could sign in as anybody",
                "an address that begins with https",
            );
        }
    }
}

fn check_cost(given: &mut Given, memory_kib: u32, iterations: u32) {
    if LEAST_COSTS
        .iter()
        .any(|(memory, times)| memory_kib >= *memory && iterations >= *times)
    {
        return;
    }
    let source = given.source("password_memory_kib");
    let iterations = counted(iterations, "iteration", "iterations");
    let problem = format!("{memory_kib} KiB with {iterations} is too cheap to guess against");
    given.note(
        "password_memory_kib",
        source,
        problem,
        "at least 19456 with password_iterations 2, or 47104 with 1",
    );
}

fn check_lanes(given: &mut Given) {
    let memory: Option<Whole<8, 4_194_304>> = given.get("password_memory_kib");
    let lanes: Option<Whole<1, 64>> = given.get("password_parallelism");
    if let (Some(memory), Some(lanes)) = (memory, lanes) {
        let least = LEAST_FOR_A_LANE * lanes.0;
        if memory.0 < least {
            let source = given.source("password_memory_kib");
            given.note(
                "password_memory_kib",
                source,
                format!("{} KiB are too few for {} lanes", memory.0, lanes.0),
                format!("at least {least}"),
            );
        }
    }
}
