//! A browser without scripts, as a value: keeps cookies, posts forms, follows redirects when told to.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::PrometheusBuilder;
use scraper::{Html, Selector};
use server::{
    graphql::schema,
    state::{AppState, HttpOptions},
};
use testkit::Kit;
use tower::ServiceExt as _;

/// The whole product over a kit's database.
pub(crate) fn state(kit: &Kit) -> AppState {
    let http = HttpOptions {
        trusted_proxies: Vec::new(),
        forward_auth_from: Vec::new(),
        is_schema_public: true,
        has_metrics: true,
    };
    AppState {
        ctx: kit.system(),
        http: Arc::new(http),
        schema: schema(true),
        mailbox: Some(kit.mailbox().clone()),
        metrics: PrometheusBuilder::new().build_recorder().handle(),
        leptos: Arc::new(LeptosOptions::builder().output_name("latchkey").build()),
    }
}

/// The session cookie over TLS, which is how the testkit's installation is reached.
pub(crate) const SESSION: &str = "__Host-latchkey";

/// Somebody's browser. Its clones share the cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// A page that has arrived.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
    pub(crate) text: String,
}

impl Browser {
    pub(crate) fn new(kit: &Kit) -> Self {
        Self::over(state(kit))
    }

    pub(crate) fn over(state: AppState) -> Self {
        Self {
            router: server::router(state),
            cookies: Arc::default(),
        }
    }

    /// Sends a request as it is, with the cookies, from the address that the testkit's people have.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Page {
        let jar = self
            .jar()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ");
        if !jar.is_empty() {
            request
                .headers_mut()
                .insert(header::COOKIE, jar.parse().expect("cookies are plain"));
        }
        let peer: SocketAddr = format!("{}:4000", testkit::HOME)
            .parse()
            .expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router always answers");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX)
            .await
            .expect("the body ends");
        self.keep(&parts.headers);
        Page {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes: bytes.into(),
        }
    }

    fn jar(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let cookie =
                cookie::Cookie::parse(line.to_str().expect("cookies are plain").to_owned())
                    .expect("a cookie");
            if cookie
                .max_age()
                .is_some_and(cookie::time::SignedDuration::is_zero)
            {
                self.jar().remove(cookie.name());
            } else {
                self.jar()
                    .insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.jar().get(name).cloned()
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.jar().insert(name.to_owned(), value.to_owned());
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        let request = Request::get(path)
            .header(header::ACCEPT, "text/html")
            .header(header::USER_AGENT, testkit::FIREFOX);
        self.send(request.body(Body::empty()).expect("a request"))
            .await
    }

    /// Posts a form as a browser without scripts does.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(form(path, fields, "text/html,application/xhtml+xml"))
            .await
    }

    /// Posts a form as our script does, and reads its outcome.
    pub(crate) async fn call(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(form(path, fields, "application/json")).await
    }

    /// Posts a form and follows where it leads.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let answer = self.post(path, fields).await;
        self.follow(answer).await
    }

    pub(crate) async fn follow(&self, mut page: Page) -> Page {
        for _ in 0..5 {
            if page.status != StatusCode::SEE_OTHER {
                return page;
            }
            page = self.get(&page.location()).await;
        }
        panic!("the redirects do not end");
    }

    /// Signs in through the page.
    pub(crate) async fn signs_in(&self, email: &str, password: &str) -> Page {
        self.submit("/_fn/sign-in", &[("email", email), ("password", password)])
            .await
    }
}

fn form(path: &str, fields: &[(&str, &str)], accept: &str) -> Request<Body> {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    Request::post(path)
        .header(header::ACCEPT, accept)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_LENGTH, body.len())
        .header(header::USER_AGENT, testkit::FIREFOX)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .expect("a request")
}

impl Page {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("headers are plain"))
    }

    pub(crate) fn location(&self) -> String {
        self.header("location").to_owned()
    }

    /// The texts of what a selector finds, white space folded.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).expect("a selector");
        let fold = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        Html::parse_document(&self.text)
            .select(&selector)
            .map(|element| fold(element.text().collect()))
            .collect()
    }

    /// The text of the first that a selector finds.
    pub(crate) fn one(&self, selector: &str) -> String {
        self.texts(selector)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("no {selector} in {} {}", self.status, self.text))
    }

    pub(crate) fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let selector = Selector::parse(selector).expect("a selector");
        Html::parse_document(&self.text)
            .select(&selector)
            .next()?
            .attr(name)
            .map(ToOwned::to_owned)
    }

    pub(crate) fn has(&self, selector: &str) -> bool {
        !self.texts(selector).is_empty()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}
