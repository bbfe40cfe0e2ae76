//! Providers of sign-ins.

use domain::seal::SecretKey;

use super::{Written, production, written};

const GOOGLE: &str = "https://accounts.google.com";
const GITHUB: &str = "https://github.com";

fn with_google(all: Written) -> Written {
    all.var("LATCHKEY_OAUTH_GOOGLE_CLIENT_ID", "g")
        .var("LATCHKEY_OAUTH_GOOGLE_CLIENT_SECRET", "gs")
}

fn with_github(all: Written) -> Written {
    all.var("LATCHKEY_OAUTH_GITHUB_CLIENT_ID", "h")
        .var("LATCHKEY_OAUTH_GITHUB_CLIENT_SECRET", "hs")
}

fn with_issuer(all: Written, issuer: &str) -> Written {
    all.var("LATCHKEY_OIDC_ISSUER", issuer)
        .var("LATCHKEY_OIDC_CLIENT_ID", "o")
        .var("LATCHKEY_OIDC_CLIENT_SECRET", "os")
}

fn with_own_github(all: Written) -> Written {
    with_github(all).var("LATCHKEY_OAUTH_GITHUB_URL", "https://git.example.com/")
}

#[test]
fn a_provider_is_offered_with_all_that_it_needs_or_is_a_mistake() {
    let none = written().config().settings(SecretKey::new("x"));
    assert!(none.social.providers.is_empty());
    let all = with_own_github(with_google(written()));
    let all = with_issuer(all, "https://sso.example.com/realms/main/")
        .config()
        .settings(SecretKey::new("x"));
    let told: Vec<_> = all
        .social
        .providers
        .iter()
        .map(|one| (one.name.as_str(), one.issuer.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("Google", "https://accounts.google.com"),
            ("GitHub", "https://git.example.com"),
            ("sso.example.com", "https://sso.example.com/realms/main/"),
        ],
        "an issuer is compared letter by letter"
    );
    for (variable, value, missing) in [
        (
            "LATCHKEY_OAUTH_GOOGLE_CLIENT_ID",
            "g",
            vec!["oauth_google_client_secret"],
        ),
        (
            "LATCHKEY_OAUTH_GITHUB_CLIENT_SECRET",
            "s",
            vec!["oauth_github_client_id"],
        ),
        (
            "LATCHKEY_OIDC_ISSUER",
            "https://sso.example.com",
            vec!["oidc_client_id", "oidc_client_secret"],
        ),
    ] {
        let names: Vec<String> = written()
            .var(variable, value)
            .mistakes()
            .into_iter()
            .map(|mistake| mistake.name)
            .collect();
        assert_eq!(names, missing, "{variable}");
    }
    with_issuer(production(), "https://sso.example.com").config();
    for (issuer, reason) in [
        ("http://sso.example.com", "is not encrypted"),
        ("sso.example.com", "is not a URL"),
        ("ldap://sso.example.com", "is neither http nor https"),
        ("https://sso.example.com?a=b", "has more than"),
        (
            "https://sso.example.com/.well-known/openid-configuration",
            "is the address of the discovery",
        ),
    ] {
        let mistake = with_issuer(production(), issuer).mistake();
        assert!(mistake.contains(reason), "{issuer}: {mistake}");
    }
    let secret = written()
        .var("LATCHKEY_OAUTH_GOOGLE_CLIENT_ID", "g")
        .var("LATCHKEY_OAUTH_GOOGLE_CLIENT_SECRET", "with a space")
        .mistake();
    assert!(secret.contains("contains white space"), "{secret}");
    assert!(!secret.contains("with a space"), "{secret}");
}

#[test]
fn an_issuer_that_is_offered_by_settings_of_its_own_is_a_mistake() {
    for (all, issuer) in [
        (with_google(written()), GOOGLE),
        (with_google(production()), GOOGLE),
        (with_github(written()), GITHUB),
        (with_own_github(written()), "https://git.example.com"),
        (with_own_github(with_google(written())), GOOGLE),
    ] {
        let mistake = with_issuer(all, issuer).mistake();
        let told = "oidc_issuer (LATCHKEY_OIDC_ISSUER): is already offered";
        assert!(mistake.starts_with(told), "{issuer}: {mistake}");
    }
}

#[test]
fn an_issuer_that_nothing_else_offers_is_taken() {
    for (all, issuer) in [
        (written(), GOOGLE),
        (written(), GITHUB),
        (with_github(written()), GOOGLE),
        (with_google(written()), GITHUB),
        (with_own_github(written()), GITHUB),
    ] {
        let settings = with_issuer(all, issuer)
            .config()
            .settings(SecretKey::new("x"));
        let last = settings.social.providers.last();
        let told = last.map(|provider| provider.issuer.as_str());
        assert_eq!(told, Some(issuer));
    }
}
