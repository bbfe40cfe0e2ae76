//! What every handler can reach.

use std::{net::IpAddr, sync::Arc};

use domain::{Ctx, mail::Mailbox};
use ipnet::IpNet;
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::graphql::Schema;

/// How the process meets the network. Read and checked by [`crate::config`].
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Gateways that are answered at `/v1/forward-auth` without a service token.
    pub forward_auth_from: Vec<IpNet>,
    /// Whether the schema can be read over the API (introspection, SDL, GraphiQL's documentation).
    pub is_schema_public: bool,
    /// Whether `/metrics` is answered on the main listener; with a listener of its own it is not.
    pub has_metrics: bool,
}

impl HttpOptions {
    pub fn trusts(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.trusted_proxies
            .iter()
            .any(|network| network.contains(&ip))
    }
}

/// Shared by all handlers; cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    pub ctx: Ctx,
    pub http: Arc<HttpOptions>,
    pub schema: Schema,
    /// The mailbox of a developer's machine; absent where mail goes over SMTP.
    pub mailbox: Option<Mailbox>,
    pub metrics: PrometheusHandle,
    pub leptos: Arc<LeptosOptions>,
}

impl AppState {
    /// Whether browsers reach us over TLS; cookies and HSTS follow it.
    pub fn is_https(&self) -> bool {
        self.ctx.settings().public_url.scheme() == "https"
    }
}

impl axum::extract::FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        LeptosOptions::clone(&state.leptos)
    }
}
