//! A provider of sign-ins on this machine: OpenID Connect with an ES256 key, and GitHub's endpoints. What it says may be set
//! wrong, to see that wrong answers are refused.

mod endpoints;
mod tokens;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use contract::identities::Provider;
use domain::{
    identities::{Begun, Returned},
    settings::{ClientSecret, ProviderSettings},
};
use serde_json::{Map, Value};
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
        let routes = endpoints::routes(&provider);
        tokio::spawn(async move {
            axum::serve(listener, routes)
                .await
                .expect("it serves until the test ends");
        });
        provider
    }

    /// One that begins to answer, and a kit whose people can sign in with it.
    pub async fn offered(kit: &Kit, provider: Provider) -> (Kit, Self) {
        let fake = Self::start(kit).await;
        let settings = fake.settings(provider);
        let kit = kit
            .with_settings(|all| all.social.providers = vec![settings])
            .await;
        (kit, fake)
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
}
