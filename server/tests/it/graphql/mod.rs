//! The GraphQL face, from a request to its answer, without a port.

mod accounts;
mod admin;
mod answers;
mod api_keys;
mod audit;
mod company;
mod email_change;
mod explorer;
mod http;
mod identities;
mod impersonation;
mod invitations;
mod limits;
mod loading;
mod logs;
mod members;
mod organizations;
mod own_data;
mod passkeys;
mod reading;
mod required_factor;
mod schema;
mod second_factors;
mod sessions;
mod step_up;
mod tenancy;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, Response, StatusCode, header, request::Builder},
};
use domain::sessions::{Client, Opened};
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use server::{
    authenticate,
    graphql::{routes, schema},
    http::trace::TraceId,
    state::{AppState, HttpOptions},
};
use testkit::{Kit, Person};
use tower::ServiceExt as _;

/// A test of the protocol: the database behind it makes no difference.
macro_rules! on_sqlite {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[test]
                fn $name() {
                    testkit::run(testkit::Backend::Sqlite, super::$name);
                }
            )+
        }
    };
}
pub(crate) use on_sqlite;

pub(crate) const NEWER: &str = "application/graphql-response+json";

/// A stranger's.
const NONE: Credentials = Credentials::None;

/// What [`Api::refusals`] gives of a mutation that refuses one thing.
fn refused(code: &str, field: Option<&str>) -> Vec<(String, Option<String>)> {
    vec![(code.to_owned(), field.map(ToOwned::to_owned))]
}

/// The routes over a kit's database.
pub(crate) struct Api {
    router: Router,
    peer: Option<SocketAddr>,
}

/// An answer that has arrived.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Api {
    fn new(kit: &Kit) -> Self {
        Self::with(kit, true)
    }

    fn with(kit: &Kit, is_schema_public: bool) -> Self {
        let state = AppState {
            ctx: kit.system(),
            http: Arc::new(HttpOptions {
                trusted_proxies: Vec::new(),
                forward_auth_from: Vec::new(),
                is_schema_public,
                has_metrics: false,
            }),
            schema: schema(is_schema_public),
            mailbox: None,
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            leptos: Arc::new(LeptosOptions::builder().output_name("latchkey").build()),
        };
        let identify = axum::middleware::from_fn_with_state(state.clone(), authenticate::layer);
        Self {
            router: routes().layer(identify).with_state(state),
            peer: None,
        }
    }

    /// The same, called from an address.
    fn at(self, ip: &str) -> Self {
        let ip: IpAddr = ip.parse().expect("this is an address");
        Self {
            peer: Some((ip, 40_000).into()),
            ..self
        }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let mut request = request;
        request
            .extensions_mut()
            .insert(TraceId("trace-of-a-test".to_owned()));
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("a router always answers");
        Answer::read(response).await
    }

    async fn get(&self, address: &str) -> Answer {
        self.send(
            Request::get(address)
                .body(Body::empty())
                .expect("a request"),
        )
        .await
    }

    async fn post(&self, call: Builder, body: impl Into<Body>) -> Answer {
        self.send(
            call.header(header::CONTENT_TYPE, "application/json")
                .body(body.into())
                .expect("a request"),
        )
        .await
    }

    /// Runs a document as a stranger.
    async fn run(&self, query: &str, variables: Value) -> Answer {
        self.run_as(&Credentials::None, query, variables).await
    }

    async fn run_as(&self, credentials: &Credentials, query: &str, variables: Value) -> Answer {
        let call = credentials.put(Request::post("/graphql").header(header::ACCEPT, NEWER));
        self.post(
            call,
            json!({ "query": query, "variables": variables }).to_string(),
        )
        .await
    }

    /// What a query gives to somebody; it must be without errors.
    async fn ask(&self, credentials: &Credentials, query: &str, variables: Value) -> Value {
        self.run_as(credentials, query, variables).await.data()
    }

    /// Runs one mutation with its input; gives its payload.
    async fn mutate(
        &self,
        credentials: &Credentials,
        name: &str,
        input: Value,
        selection: &str,
    ) -> Value {
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ {name}(input: $input) {{ {selection} userErrors {{ code message field retryAfterSeconds }} }} }}"
        );
        let answer = self
            .run_as(credentials, &query, json!({ "input": input }))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert_eq!(answer.json()["errors"], Value::Null, "{}", answer.text);
        answer.json()["data"][name].clone()
    }

    /// The codes and fields of what a mutation refuses.
    async fn refusals(
        &self,
        credentials: &Credentials,
        name: &str,
        input: Value,
    ) -> Vec<(String, Option<String>)> {
        let payload = self.mutate(credentials, name, input, "").await;
        let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
        let errors = payload["userErrors"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        errors
            .iter()
            .map(|error| {
                (
                    text(&error["code"]).unwrap_or_default(),
                    text(&error["field"]),
                )
            })
            .collect()
    }
}

/// How a caller says who they are.
#[derive(Debug)]
pub(crate) enum Credentials {
    None,
    Bearer(String),
    Cookie(String),
}

impl Credentials {
    /// Of somebody who has just signed in with a program.
    async fn of_program(kit: &Kit, person: &Person) -> Self {
        Self::bearer(&person.signs_in_with(&kit.ctx(), Client::Program).await)
    }

    async fn of_browser(person: &Person) -> Self {
        Self::Cookie(person.signs_in().await.token.expose().to_owned())
    }

    fn bearer(opened: &Opened) -> Self {
        Self::Bearer(opened.token.expose().to_owned())
    }

    fn put(&self, call: Builder) -> Builder {
        match self {
            Self::None => call,
            Self::Bearer(token) => call.header(header::AUTHORIZATION, format!("Bearer {token}")),
            Self::Cookie(token) => call.header(header::COOKIE, format!("__Host-latchkey={token}")),
        }
    }
}

impl Answer {
    async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX)
            .await
            .expect("the body arrives");
        Self {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).expect("UTF-8"),
        }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn header(&self, name: header::HeaderName) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    fn data(&self) -> Value {
        let json = self.json();
        assert_eq!(json["errors"], Value::Null, "{}", self.text);
        json["data"].clone()
    }

    /// The code of the first error.
    fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}
