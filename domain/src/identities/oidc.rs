//! OpenID Connect: the address to leave for, and what came back (Core 1.0 §3.1).

use chrono::DateTime;
use contract::{EmailAddress, accounts::LONGEST_NAME, identities, text::one_line};
use openidconnect::{
    AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, ClientId,
    ClientSecret, CsrfToken, EmptyAdditionalClaims, EndUserName, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, LocalizedClaim, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, SignatureVerificationError, TokenResponse as _,
    core::{
        CoreAuthPrompt, CoreClient, CoreClientAuthMethod, CoreGenderClaim, CoreIdToken,
        CoreIdTokenClaims, CoreJwsSigningAlgorithm, CoreResponseType, CoreUserInfoClaims,
    },
};
use url::Url;

use super::{
    Away, Claimed, Person, Purpose, Returned,
    providers::{Metadata, Offered},
};
use crate::{Ctx, error::Result};

/// What an ID token may be signed with: public keys alone. Neither `none` nor a secret that both sides know.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Longest subject (Core 1.0 §2).
const LONGEST_SUBJECT: usize = 255;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

fn client(ctx: &Ctx, offered: &Offered, metadata: &Metadata) -> Result<Client> {
    let settings = &offered.settings;
    let back = RedirectUrl::new(super::begin::callback(ctx, settings.provider))
        .map_err(|error| offered.erred(ctx, &error))?;
    let client = CoreClient::from_provider_metadata(
        metadata.clone(),
        ClientId::new(settings.client_id.clone()),
        Some(ClientSecret::new(
            settings.client_secret.expose().to_owned(),
        )),
    );
    let taken = metadata.token_endpoint_auth_methods_supported();
    let takes_basic =
        taken.is_none_or(|taken| taken.contains(&CoreClientAuthMethod::ClientSecretBasic));
    let auth = if takes_basic {
        AuthType::BasicAuth
    } else {
        AuthType::RequestBody
    };
    Ok(client.set_redirect_uri(back).set_auth_type(auth))
}

/// Where somebody is sent who leaves for this provider.
pub(super) async fn address(ctx: &Ctx, offered: &Offered, away: &Away) -> Result<Url> {
    let metadata = offered.metadata(ctx).await?;
    let client = client(ctx, offered, &metadata)?;
    let (state, nonce) = (away.state.clone(), away.nonce.clone());
    let verifier = PkceCodeVerifier::new(away.verifier.clone());
    let mut request = client
        .authorize_url(
            AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
            move || CsrfToken::new(state),
            move || Nonce::new(nonce),
        )
        .add_scope(Scope::new("email".to_owned()))
        .add_scope(Scope::new("profile".to_owned()))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    if matches!(away.purpose, Purpose::Confirm { .. }) {
        request = request
            .add_prompt(CoreAuthPrompt::Login)
            .set_max_age(std::time::Duration::ZERO);
    }
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
    let metadata = offered.metadata(ctx).await?;
    check_issuer(ctx, offered, &metadata, returned)?;
    let client = client(ctx, offered, &metadata)?;
    let (asking, _) = offered.asking(ctx).await?;
    let tokens = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(|error| offered.erred(ctx, &error))?
        .set_pkce_verifier(PkceCodeVerifier::new(away.verifier.clone()))
        .request_async(&asking)
        .await
        .map_err(|error| offered.erred(ctx, &error))?;
    let token = tokens
        .id_token()
        .ok_or_else(|| offered.failed(ctx, &"it gave no ID token"))?;
    let claims = verified(ctx, offered, &client, token, away).await?;
    let subject = claims.subject().clone();
    if subject.is_empty() || subject.len() > LONGEST_SUBJECT {
        return Err(offered.failed(ctx, &"the subject is empty or too long"));
    }
    let mut said = Said::of_token(claims);
    if said.email.is_none() && metadata.userinfo_endpoint().is_some() {
        let more: CoreUserInfoClaims = client
            .user_info(tokens.access_token().clone(), Some(subject.clone()))
            .map_err(|error| offered.erred(ctx, &error))?
            .request_async::<EmptyAdditionalClaims, _, CoreGenderClaim>(&asking)
            .await
            .map_err(|error| offered.erred(ctx, &error))?;
        said = said.or(Said::of_info(&more));
    }
    let authenticated_at = claims.auth_time().map(|at| at.timestamp());
    Ok(said.into_person(offered, subject.to_string(), authenticated_at))
}

/// The answer's issuer (RFC 9207): the right one where it is given, and given where it was promised.
fn check_issuer(
    ctx: &Ctx,
    offered: &Offered,
    metadata: &Metadata,
    returned: &Returned,
) -> Result<()> {
    let is_promised = metadata
        .additional_metadata()
        .authorization_response_iss_parameter_supported;
    match &returned.iss {
        Some(issuer) if *issuer == offered.settings.issuer => Ok(()),
        None if !is_promised => Ok(()),
        _ => Err(offered.failed(ctx, &"the answer is of another issuer")),
    }
}

/// The claims of an ID token that is signed by the provider, for us, for this question, and has not expired. A key that is not
/// known lets ask for the keys once more.
async fn verified<'a>(
    ctx: &Ctx,
    offered: &Offered,
    client_with_keys: &Client,
    token: &'a CoreIdToken,
    away: &Away,
) -> Result<&'a CoreIdTokenClaims> {
    let nonce = Nonce::new(away.nonce.clone());
    let mut done = check(ctx, client_with_keys, token, &nonce);
    if let Err(ClaimsVerificationError::SignatureVerification(
        SignatureVerificationError::NoMatchingKey,
    )) = &done
        && let Some(metadata) = offered.with_new_keys(ctx).await?
    {
        done = check(ctx, &client(ctx, offered, &metadata)?, token, &nonce);
    }
    let claims = done.map_err(|error| offered.erred(ctx, &error))?;
    let is_ours = claims
        .authorized_party()
        .is_none_or(|party| **party == offered.settings.client_id);
    if is_ours {
        Ok(claims)
    } else {
        Err(offered.failed(ctx, &"the ID token was given to somebody else"))
    }
}

fn check<'a>(
    ctx: &Ctx,
    client: &Client,
    token: &'a CoreIdToken,
    nonce: &Nonce,
) -> std::result::Result<&'a CoreIdTokenClaims, ClaimsVerificationError> {
    let now = DateTime::from_timestamp_millis(ctx.now().0).unwrap_or_default();
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now);
    token.claims(&verifier, nonce)
}

/// What a provider says of a person.
struct Said {
    email: Option<String>,
    is_email_verified: bool,
    name: String,
    username: Option<String>,
}

impl Said {
    fn of_token(claims: &CoreIdTokenClaims) -> Self {
        Self {
            email: claims.email().map(|email| email.to_string()),
            is_email_verified: claims.email_verified() == Some(true),
            name: full_name(claims.name()),
            username: claims.preferred_username().map(|name| name.to_string()),
        }
    }

    fn of_info(claims: &CoreUserInfoClaims) -> Self {
        Self {
            email: claims.email().map(|email| email.to_string()),
            is_email_verified: claims.email_verified() == Some(true),
            name: full_name(claims.name()),
            username: claims.preferred_username().map(|name| name.to_string()),
        }
    }

    /// Address and its verification come from one place.
    fn or(self, other: Self) -> Self {
        Self {
            name: if self.name.is_empty() {
                other.name
            } else {
                self.name
            },
            username: self.username.or(other.username),
            email: other.email,
            is_email_verified: other.is_email_verified,
        }
    }

    fn into_person(self, offered: &Offered, subject: String, at: Option<i64>) -> Person {
        let shown = [
            self.email.as_deref(),
            self.username.as_deref(),
            Some(&self.name),
        ];
        let shown = shown.into_iter().flatten().map(identities::label);
        let label = shown.into_iter().find(|label| !label.is_empty());
        let email = self.email.filter(|_| self.is_email_verified);
        Person {
            claimed: Claimed {
                provider: offered.settings.provider,
                issuer: offered.settings.issuer.clone(),
                label: label.unwrap_or_else(|| identities::label(&subject)),
                subject,
            },
            email: email.and_then(|email| EmailAddress::parse(&email).ok()),
            name: self.name,
            authenticated_at: at,
        }
    }
}

/// The one that is said in no language of its own.
fn full_name(said: Option<&LocalizedClaim<EndUserName>>) -> String {
    name(
        said.and_then(|name| name.get(None))
            .map(|name| name.as_str()),
    )
}

/// A name that an account can have; none where it cannot have this one.
pub(super) fn name(said: Option<&str>) -> String {
    said.and_then(|name| one_line(name, LONGEST_NAME).ok())
        .unwrap_or_default()
}
