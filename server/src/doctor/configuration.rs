//! Choices that are allowed, and weak.

use crate::config::{Config, Mistakes};

use super::Finding;

const ABOUT: &str = "configuration";

/// The configuration has no mistakes, or it would not have been read; what could be chosen better.
pub(super) fn choices(config: &Config) -> Vec<Finding> {
    let mut found = vec![Finding::ok(ABOUT, place(config))];
    if config.is_production() {
        found.extend(
            [
                unwatched(config),
                unknown_clients(config),
                too_much_said(config),
            ]
            .into_iter()
            .flatten(),
        );
    }
    found
}

/// Every mistake, where there are some.
pub(super) fn mistakes(mistakes: &Mistakes) -> Vec<Finding> {
    mistakes
        .0
        .iter()
        .map(|mistake| Finding::problem(ABOUT, mistake.to_string()))
        .collect()
}

fn place(config: &Config) -> String {
    let page = config.public_url();
    let kind = if config.is_production() {
        "in production"
    } else {
        "on a developer's machine"
    };
    format!(
        "There are no mistakes. This is {}, {kind}.",
        page.as_str().trim_end_matches('/')
    )
}

fn unwatched(config: &Config) -> Option<Finding> {
    let is_watched = config.sections.network.metrics_listen.is_some();
    (!is_watched).then(|| {
        Finding::warning(ABOUT, "Nobody can read /metrics.")
            .advising("Set `metrics_listen` to an address that only your monitoring can reach.")
    })
}

/// A server on loopback under https has a proxy before it.
fn unknown_clients(config: &Config) -> Option<Finding> {
    let network = &config.sections.network;
    let has_proxy = network.listen.ip().is_loopback() && config.public_url().scheme() == "https";
    (has_proxy && network.trusted_proxies.is_empty()).then(|| {
        Finding::warning(
            ABOUT,
            "No proxy is trusted, so all clients seem to come from its address and share their limits.",
        )
        .advising("Set `trusted_proxies` to the address of the proxy, such as `127.0.0.1`.")
    })
}

fn too_much_said(config: &Config) -> Option<Finding> {
    let filter = &config.sections.logs.log.0;
    let says_much = |part: &str| matches!(part.trim(), "debug" | "trace");
    filter.split(',').any(says_much).then(|| {
        Finding::warning(
            ABOUT,
            format!("The log is very detailed (`log` is {filter:?}), which costs time and space."),
        )
        .advising("Set `log` to `info`, and to more only for single modules.")
    })
}
