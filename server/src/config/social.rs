//! How the settings about providers of sign-ins are read.

use contract::identities::Provider;
use domain::settings::{ClientSecret, ProviderSettings, SocialSettings};
use url::Url;

use super::{Social, values::Value};

/// Longest id or secret that is taken; those in use are far shorter.
const LONGEST: usize = 1000;

/// What a provider calls us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientName(pub String);

/// No provider gives out one that is empty or has white space in it: such a one was copied wrongly.
fn copied(text: &str) -> Result<String, String> {
    if text.is_empty() {
        Err("is empty".to_owned())
    } else if text.len() > LONGEST {
        Err("is too long".to_owned())
    } else if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Err("contains white space".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

impl Value for ClientName {
    fn expected() -> String {
        "the client id, as the provider gives it".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        copied(text).map(Self)
    }
}

impl Value for ClientSecret {
    fn expected() -> String {
        "the client secret, as the provider gives it".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        copied(text).map(Self::new)
    }
}

/// Where a GitHub is: an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitHubUrl(pub Url);

impl GitHubUrl {
    pub(super) fn issuer(&self) -> String {
        self.0.as_str().trim_end_matches('/').to_owned()
    }
}

impl Value for GitHubUrl {
    fn expected() -> String {
        "an origin, like `https://github.example.com`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let url = provider_url(text)?;
        if matches!(url.path(), "" | "/") {
            Ok(Self(url))
        } else {
            Err("has more than scheme, host and port".to_owned())
        }
    }
}

/// The issuer of an OpenID Connect provider, letter by letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    pub text: String,
    pub url: Url,
}

impl Value for Issuer {
    fn expected() -> String {
        "the issuer, as the provider's discovery states it, like `https://sso.example.com/realms/main`"
            .to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let url = provider_url(text)?;
        if url.path().contains("/.well-known/") {
            return Err(
                "is the address of the discovery; the issuer is the part before `/.well-known/`"
                    .to_owned(),
            );
        }
        Ok(Self {
            text: text.to_owned(),
            url,
        })
    }
}

/// OpenID Connect Core 1.0 §2: no query and no fragment.
fn provider_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("is not a URL ({error})"))?;
    let is_plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    match url.scheme() {
        "http" | "https" if url.host().is_none() => Err("has no host".to_owned()),
        "http" | "https" if !is_plain => {
            Err("has more than scheme, host, port and path".to_owned())
        }
        "http" | "https" => Ok(url),
        _ => Err("is neither http nor https".to_owned()),
    }
}

/// The issuer of Google (its discovery).
pub(super) const GOOGLE: &str = "https://accounts.google.com";

/// Those of which all that is needed is given.
pub(super) fn settings(social: &Social) -> SocialSettings {
    let provider =
        |provider, name: String, issuer: String, id: &ClientName, secret: &ClientSecret| {
            ProviderSettings {
                provider,
                name,
                issuer,
                client_id: id.0.clone(),
                client_secret: secret.clone(),
            }
        };
    let google = (social.oauth_google_client_id.as_ref())
        .zip(social.oauth_google_client_secret.as_ref())
        .map(|(id, secret)| {
            let name = Provider::Google.label().to_owned();
            provider(Provider::Google, name, GOOGLE.to_owned(), id, secret)
        });
    let github = (social.oauth_github_client_id.as_ref())
        .zip(social.oauth_github_client_secret.as_ref())
        .map(|(id, secret)| {
            let name = Provider::GitHub.label().to_owned();
            provider(
                Provider::GitHub,
                name,
                social.oauth_github_url.issuer(),
                id,
                secret,
            )
        });
    let oidc = (social.oidc_issuer.as_ref())
        .zip(social.oidc_client_id.as_ref())
        .zip(social.oidc_client_secret.as_ref())
        .map(|((issuer, id), secret)| {
            let host = issuer.url.host_str().unwrap_or_default();
            let name =
                (social.oidc_name.as_ref()).map_or_else(|| host.to_owned(), |name| name.0.clone());
            provider(Provider::Oidc, name, issuer.text.clone(), id, secret)
        });
    SocialSettings {
        providers: [google, github, oidc].into_iter().flatten().collect(),
        ..SocialSettings::default()
    }
}
