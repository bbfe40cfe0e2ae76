//! A provider of sign-ins on this machine: OpenID Connect with an ES256 key, and GitHub's endpoints. What it says may be set
//! wrong, to see that wrong answers are refused.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Form, Json, Router,
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use contract::identities::Provider;
use domain::{
    identities::{Begun, Returned},
    settings::{ClientSecret, ProviderSettings},
};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::{Kit, TestClock};

const CLIENT: &str = "latchkey";
const SECRET: &str = "a secret of tests, with a + and a /";

/// What an endpoint answers instead of what it should.
#[derive(Clone, Debug)]
pub enum Instead {
    Status(u16),
    Html,
    /// Nothing, ever.
    Hangs,
    RedirectTo(String),
    Json(Value),
    /// More than anybody reads.
    Endless,
}

/// How an ID token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    Rightly,
    /// `alg` is `none`, and there is no signature.
    Not,
    /// With HMAC and the client's secret.
    WithSecret,
    /// With HMAC and the public key.
    WithPublicKey,
    /// By a key of somebody else, under the name of the right one.
    ByAnother,
}

/// What the provider says, and how; each test sets what it needs.
#[derive(Clone, Debug)]
pub struct Says {
    pub subject: String,
    /// For GitHub.
    pub id: u64,
    pub login: String,
    pub email: Option<String>,
    pub email_verified: Value,
    pub name: String,
    /// Claims that stand in the ID token over the right ones; `null` takes one out.
    pub claims: Map<String, Value>,
    /// Claims about the person come from the userinfo endpoint, not with the token.
    pub has_userinfo: bool,
    /// Fields of the discovery over the right ones.
    pub discovery: Map<String, Value>,
    pub signed: Signed,
    /// Names the key.
    pub kid: String,
    /// The key: the same number makes the same one.
    pub key: u8,
    /// By path.
    pub instead: HashMap<&'static str, Instead>,
}

#[derive(Debug)]
struct Code {
    nonce: Option<String>,
    challenge: String,
    redirect_uri: String,
}

struct Inner {
    url: String,
    clock: Arc<TestClock>,
    says: Says,
    codes: HashMap<String, Code>,
    asked: Vec<String>,
}

/// A provider that runs until the test ends.
#[derive(Clone)]
pub struct FakeProvider {
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

impl fmt::Debug for FakeProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeProvider")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl FakeProvider {
    /// Begins to answer, as what Ada is there.
    pub async fn start(kit: &Kit) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let url = format!("http://{address}");
        let inner = Arc::new(Mutex::new(Inner {
            url: url.clone(),
            clock: Arc::clone(&kit.clock),
            says: Says {
                subject: "subject-of-ada".to_owned(),
                id: 1815,
                login: "countess".to_owned(),
                email: Some("ada@example.test".to_owned()),
                email_verified: true.into(),
                name: "Ada Lovelace".to_owned(),
                claims: Map::new(),
                has_userinfo: false,
                discovery: Map::new(),
                signed: Signed::Rightly,
                kid: "one".to_owned(),
                key: 1,
                instead: HashMap::new(),
            },
            codes: HashMap::new(),
            asked: Vec::new(),
        }));
        let provider = Self { url, inner };
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .route("/login/oauth/access_token", post(github_token))
            .route("/api/v3/user", get(github_user))
            .route("/api/v3/user/emails", get(github_emails))
            .layer(from_fn_with_state(provider.clone(), instead))
            .with_state(provider.clone());
        tokio::spawn(async move {
            axum::serve(listener, routes)
                .await
                .expect("it serves until the test ends");
        });
        provider
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What we are there.
    pub fn settings(&self, provider: Provider) -> ProviderSettings {
        ProviderSettings {
            provider,
            name: match provider {
                Provider::Oidc => "Acme SSO".to_owned(),
                other => other.label().to_owned(),
            },
            issuer: self.url.clone(),
            client_id: CLIENT.to_owned(),
            client_secret: ClientSecret::new(SECRET),
        }
    }

    /// Changes what it says from now on.
    pub fn says(&self, change: impl FnOnce(&mut Says)) {
        change(&mut self.inner().says);
    }

    /// Answers otherwise at this path.
    pub fn answers(&self, path: &'static str, instead: Instead) {
        self.says(|says| {
            says.instead.insert(path, instead);
        });
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.inner()
            .asked
            .iter()
            .filter(|asked| *asked == path)
            .count()
    }

    /// The person agrees: what the browser brings back. Fails unless the request is as it must be.
    pub fn agrees(&self, begun: &Begun) -> Returned {
        let address = Url::parse(&begun.address).expect("it is an address");
        let given: HashMap<String, String> = address.query_pairs().into_owned().collect();
        let of = |name: &str| given.get(name).cloned().unwrap_or_default();
        assert!(begun.address.starts_with(&self.url), "{}", begun.address);
        assert_eq!(of("response_type"), "code");
        assert_eq!(of("client_id"), CLIENT);
        assert_eq!(of("code_challenge_method"), "S256");
        assert_eq!(of("code_challenge").len(), 43, "256 bits");
        assert!(of("state").len() >= 43, "at least 256 bits");
        let is_openid = of("scope").contains("openid");
        assert_eq!(is_openid, of("nonce").len() >= 43, "OpenID has a nonce");
        let code = format!("code-{}", of("state"));
        let granted = Code {
            nonce: given.get("nonce").cloned(),
            challenge: of("code_challenge"),
            redirect_uri: of("redirect_uri"),
        };
        self.inner().codes.insert(code.clone(), granted);
        Returned {
            state: Some(of("state")),
            code: Some(code),
            ..Returned::default()
        }
    }

    /// The person does not agree, or the provider has another reason.
    pub fn refuses(&self, begun: &Begun, error: &str) -> Returned {
        Returned {
            code: None,
            error: Some(error.to_owned()),
            ..self.agrees(begun)
        }
    }

    fn key(&self) -> SigningKey {
        let number = self.inner().says.key;
        SigningKey::from_slice(&[number; 32]).expect("it is a key")
    }

    fn id_token(&self, nonce: Option<&str>) -> String {
        let says = self.inner().says.clone();
        let (url, now) = {
            let inner = self.inner();
            (
                inner.url.clone(),
                domain::context::Clock::now(&*inner.clock).0 / 1000,
            )
        };
        let mut claims = json!({
            "iss": url, "sub": says.subject, "aud": CLIENT, "nonce": nonce,
            "iat": now, "exp": now + 300, "auth_time": now,
        });
        if !says.has_userinfo {
            for (name, value) in about(&says) {
                claims[name] = value;
            }
        }
        let claims = claims.as_object_mut().expect("it is an object");
        for (name, value) in &says.claims {
            if value.is_null() {
                claims.remove(name);
            } else {
                claims.insert(name.clone(), value.clone());
            }
        }
        let alg = match says.signed {
            Signed::Rightly | Signed::ByAnother => "ES256",
            Signed::Not => "none",
            Signed::WithSecret | Signed::WithPublicKey => "HS256",
        };
        let head = json!({ "alg": alg, "typ": "JWT", "kid": says.kid });
        let part = |value: String| URL_SAFE_NO_PAD.encode(value);
        let signed = format!(
            "{}.{}",
            part(head.to_string()),
            part(Value::Object(claims.clone()).to_string())
        );
        let signature = match says.signed {
            Signed::Not => Vec::new(),
            Signed::Rightly => sign(&self.key(), &signed),
            Signed::ByAnother => sign(
                &SigningKey::from_slice(&[99; 32]).expect("it is a key"),
                &signed,
            ),
            Signed::WithSecret => hmac(SECRET.as_bytes(), signed.as_bytes()),
            Signed::WithPublicKey => {
                let point = self.key().verifying_key().to_sec1_point(false);
                hmac(point.as_bytes(), signed.as_bytes())
            }
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Takes a code once, from who may have it.
    fn takes_code(&self, form: &HashMap<String, String>, headers: &HeaderMap) -> Option<Code> {
        let of = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let basic = format!(
            "Basic {}",
            STANDARD.encode(format!(
                "{CLIENT}:{}",
                url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect::<String>()
            ))
        );
        let is_basic = headers
            .get(header::AUTHORIZATION)
            .is_some_and(|value| value.as_bytes() == basic.as_bytes());
        if !is_basic && (of("client_id"), of("client_secret")) != (CLIENT, SECRET) {
            return None;
        }
        let code = self.inner().codes.remove(of("code"))?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(of("code_verifier")));
        let is_right = challenge == code.challenge && of("redirect_uri") == code.redirect_uri;
        is_right.then_some(code)
    }
}

fn about(says: &Says) -> Vec<(&'static str, Value)> {
    let mut about = vec![("name", json!(says.name))];
    if let Some(email) = &says.email {
        about.push(("email", json!(email)));
        about.push(("email_verified", says.email_verified.clone()));
    }
    about
}

fn sign(key: &SigningKey, text: &str) -> Vec<u8> {
    let signature: Signature = key.sign(text.as_bytes());
    signature.to_bytes().to_vec()
}

/// HMAC-SHA-256 (RFC 2104).
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::digest([pad(0x36).as_slice(), text].concat());
    Sha256::digest([pad(0x5c).as_slice(), inner.as_slice()].concat()).to_vec()
}

async fn instead(State(provider): State<FakeProvider>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let instead = {
        let mut inner = provider.inner();
        inner.asked.push(path.clone());
        inner.says.instead.get(path.as_str()).cloned()
    };
    match instead {
        None => next.run(request).await,
        Some(Instead::Status(status)) => StatusCode::from_u16(status)
            .expect("it is a status")
            .into_response(),
        Some(Instead::Html) => Html("<h1>Down for maintenance</h1>").into_response(),
        Some(Instead::Hangs) => std::future::pending().await,
        Some(Instead::RedirectTo(place)) => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, place)]).into_response()
        }
        Some(Instead::Json(value)) => Json(value).into_response(),
        Some(Instead::Endless) => Json(" ".repeat(1024 * 1024)).into_response(),
    }
}

async fn discovery(State(provider): State<FakeProvider>) -> Json<Value> {
    let url = &provider.url;
    let mut document = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "jwks_uri": format!("{url}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
    });
    for (name, value) in provider.inner().says.discovery.clone() {
        document[name] = value;
    }
    Json(document)
}

async fn keys(State(provider): State<FakeProvider>) -> Json<Value> {
    let point = provider.key().verifying_key().to_sec1_point(false);
    let point = point.as_bytes();
    let kid = provider.inner().says.kid.clone();
    Json(json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
        "x": URL_SAFE_NO_PAD.encode(&point[1..33]),
        "y": URL_SAFE_NO_PAD.encode(&point[33..65]),
    }] }))
}

async fn token(
    State(provider): State<FakeProvider>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let Some(code) = provider.takes_code(&form, &headers) else {
        let refused = Json(json!({ "error": "invalid_grant" }));
        return (StatusCode::BAD_REQUEST, refused).into_response();
    };
    Json(json!({
        "access_token": "access-token-of-ada",
        "token_type": "Bearer",
        "expires_in": 300,
        "id_token": provider.id_token(code.nonce.as_deref()),
    }))
    .into_response()
}

fn has_token(headers: &HeaderMap) -> bool {
    headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| value == "Bearer access-token-of-ada")
}

async fn userinfo(State(provider): State<FakeProvider>, headers: HeaderMap, _: Bytes) -> Response {
    if !has_token(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let says = provider.inner().says.clone();
    let mut info = json!({ "sub": says.subject });
    for (name, value) in about(&says) {
        info[name] = value;
    }
    Json(info).into_response()
}

/// Like GitHub, answers a wrong code with 200.
async fn github_token(
    State(provider): State<FakeProvider>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Json<Value> {
    Json(match provider.takes_code(&form, &headers) {
        Some(_) => json!({
            "access_token": "access-token-of-ada",
            "token_type": "bearer",
            "scope": "user:email",
        }),
        None => json!({
            "error": "bad_verification_code",
            "error_description": "The code passed is incorrect or expired.",
        }),
    })
}

async fn github_user(State(provider): State<FakeProvider>, headers: HeaderMap) -> Response {
    if !has_token(&headers) || !headers.contains_key(header::USER_AGENT) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let says = provider.inner().says.clone();
    Json(json!({ "id": says.id, "login": says.login, "name": says.name, "email": null }))
        .into_response()
}

async fn github_emails(State(provider): State<FakeProvider>, headers: HeaderMap) -> Response {
    if !has_token(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let says = provider.inner().says.clone();
    let mut emails = vec![
        json!({ "email": "other@example.test", "primary": false, "verified": true, "visibility": null }),
    ];
    if let Some(email) = says.email {
        emails.push(json!({
            "email": email, "primary": true, "verified": says.email_verified, "visibility": "private",
        }));
    }
    Json(emails).into_response()
}
