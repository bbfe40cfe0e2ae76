//! GitHub, which speaks OAuth 2.0 and tells who somebody is by its own API.

use contract::{EmailAddress, identities};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _,
    TokenUrl, basic::BasicClient,
};
use openidconnect::{AsyncHttpClient as _, http};
use serde::{Deserialize, de::DeserializeOwned};
use url::{Host, Url};

use super::{Away, Claimed, Person, Returned, oidc::name, providers::Offered, reach::Asking};
use crate::{Ctx, error::Result};

/// The version of the API that is spoken.
const VERSION: &str = "2022-11-28";

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// `GET /user`
#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    #[serde(default)]
    name: Option<String>,
}

/// One of `GET /user/emails`
#[derive(Deserialize)]
struct Email {
    email: String,
    primary: bool,
    verified: bool,
}

fn client(ctx: &Ctx, offered: &Offered) -> Result<Client> {
    let settings = &offered.settings;
    let base = &settings.issuer;
    let failed = |error| offered.erred(ctx, &error);
    let back = super::begin::callback(ctx, settings.provider);
    Ok(BasicClient::new(ClientId::new(settings.client_id.clone()))
        .set_client_secret(ClientSecret::new(
            settings.client_secret.expose().to_owned(),
        ))
        .set_auth_type(AuthType::RequestBody)
        .set_auth_uri(AuthUrl::new(format!("{base}/login/oauth/authorize")).map_err(failed)?)
        .set_token_uri(TokenUrl::new(format!("{base}/login/oauth/access_token")).map_err(failed)?)
        .set_redirect_uri(RedirectUrl::new(back).map_err(failed)?))
}

/// Where the API is: of github.com and of a tenant of ghe.com at `api.`, of a server of one's own below `/api/v3`.
fn api(base: &str) -> String {
    let host = Url::parse(base).ok().and_then(|url| match url.host() {
        Some(Host::Domain(name)) => Some(name.to_owned()),
        _ => None,
    });
    match host {
        Some(name) if name == "github.com" || name.ends_with(".ghe.com") => {
            format!("https://api.{name}")
        }
        _ => format!("{base}/api/v3"),
    }
}

/// Where somebody is sent who leaves for GitHub. The one scope is for their addresses; who they are needs none.
pub(super) fn address(ctx: &Ctx, offered: &Offered, away: &Away) -> Result<Url> {
    let verifier = PkceCodeVerifier::new(away.verifier.clone());
    let state = away.state.clone();
    let client = client(ctx, offered)?;
    let request = client
        .authorize_url(move || CsrfToken::new(state))
        .add_scope(Scope::new("user:email".to_owned()))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    Ok(request.url().0)
}

/// Who has come back. Refused with `PROVIDER_FAILED` whatever is not as it should be.
pub(super) async fn identify(
    ctx: &Ctx,
    offered: &Offered,
    away: &Away,
    returned: &Returned,
    code: &str,
) -> Result<Person> {
    let base = &offered.settings.issuer;
    let own = [base.clone(), format!("{base}/login/oauth")];
    if returned.iss.as_ref().is_some_and(|iss| !own.contains(iss)) {
        return Err(offered.failed(ctx, &"the answer is of another issuer"));
    }
    let (asking, _) = offered.asking(ctx).await?;
    let tokens = client(ctx, offered)?
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(away.verifier.clone()))
        .request_async(&asking)
        .await
        .map_err(|error| offered.erred(ctx, &error))?;
    let (token, api) = (tokens.access_token().secret(), api(base));
    let user: User = read(ctx, offered, asking, &format!("{api}/user"), token).await?;
    let emails = format!("{api}/user/emails");
    let emails: Vec<Email> = read(ctx, offered, asking, &emails, token).await?;
    let email = emails.into_iter().find(|one| one.primary && one.verified);
    Ok(Person {
        claimed: Claimed {
            provider: offered.settings.provider,
            issuer: base.clone(),
            subject: user.id.to_string(),
            label: identities::label(&user.login),
        },
        email: email.and_then(|one| EmailAddress::parse(&one.email).ok()),
        name: name(user.name.as_deref()),
        authenticated_at: None,
    })
}

async fn read<T: DeserializeOwned>(
    ctx: &Ctx,
    offered: &Offered,
    asking: Asking<'_>,
    address: &str,
    token: &str,
) -> Result<T> {
    let request = http::Request::get(address)
        .header(http::header::ACCEPT, "application/vnd.github+json")
        .header(http::header::AUTHORIZATION, format!("Bearer {token}"))
        .header("X-GitHub-Api-Version", VERSION)
        .body(Vec::new())
        .map_err(|error| offered.erred(ctx, &error))?;
    let answer = asking
        .call(request)
        .await
        .map_err(|error| offered.erred(ctx, &error))?;
    if answer.status() != http::StatusCode::OK {
        return Err(offered.failed(ctx, &answer.status()));
    }
    serde_json::from_slice(answer.body())
        .map_err(|_| offered.failed(ctx, &"the answer of its API cannot be read"))
}

#[cfg(test)]
mod tests {
    use super::api;

    #[test]
    fn the_api_is_where_github_documents_it() {
        assert_eq!(api("https://github.com"), "https://api.github.com");
        assert_eq!(api("https://acme.ghe.com"), "https://api.acme.ghe.com");
        assert_eq!(
            api("https://git.example.com"),
            "https://git.example.com/api/v3"
        );
        assert_eq!(
            api("https://notghe.com.example"),
            "https://notghe.com.example/api/v3"
        );
    }
}
