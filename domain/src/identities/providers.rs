//! The providers that are offered here, and what is known of each: asked for when first needed, and kept in memory.

use std::sync::{Arc, OnceLock};

use contract::{Code, Problem, Timestamp, identities::Provider};
use openidconnect::{
    AdditionalProviderMetadata, IssuerUrl, ProviderMetadata,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
        CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
        CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, OnceCell};
use url::Url;

use super::reach::{Asking, Clients, Reach};
use crate::{
    Ctx,
    error::{Error, Result},
    metrics::PROVIDER_FAILURES,
    settings::{ProviderSettings, SocialSettings},
};

/// What a provider says of itself is asked for again after so many seconds.
const FRESH: i64 = 60 * 60;

/// And is of use so long when it cannot be.
const USABLE: i64 = 24 * 60 * 60;

/// An unknown key lets ask for the keys again, at most once in so many seconds.
const KEYS_EVERY: i64 = 60;

/// A provider that has just failed is not asked again for so many seconds.
const PAUSE: i64 = 5;

/// What RFC 9207 adds to discovery.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct More {
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

/// What a provider says of itself (OpenID Connect Discovery 1.0), with its keys.
pub(super) type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Those that are offered here.
#[derive(Debug)]
pub(crate) struct Providers {
    all: Vec<Offered>,
    social: SocialSettings,
    clients: OnceLock<Clients>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) settings: ProviderSettings,
    reach: OnceCell<Reach>,
    seen: Mutex<Seen>,
}

/// What was learned of a provider, and when.
#[derive(Debug, Default)]
struct Seen {
    metadata: Option<(Arc<Metadata>, Timestamp)>,
    failed_at: Option<Timestamp>,
}

impl Providers {
    pub(crate) fn new(social: &SocialSettings) -> Self {
        let offered = |settings: &ProviderSettings| Offered {
            settings: settings.clone(),
            reach: OnceCell::new(),
            seen: Mutex::default(),
        };
        Self {
            all: social.providers.iter().map(offered).collect(),
            social: social.clone(),
            clients: OnceLock::new(),
        }
    }

    /// The provider; `NOT_FOUND` when it is not offered here.
    pub(super) fn get(&self, provider: Provider) -> Result<&Offered> {
        let found = self
            .all
            .iter()
            .find(|offered| offered.settings.provider == provider);
        found.ok_or_else(|| Code::NotFound.into())
    }

    /// Made when first needed: most processes never ask a provider.
    fn clients(&self) -> Result<&Clients> {
        if let Some(clients) = self.clients.get() {
            return Ok(clients);
        }
        let made = Clients::new(self.social.timeout)
            .map_err(|error| Error::internal("making a client of HTTP", error))?;
        Ok(self.clients.get_or_init(|| made))
    }
}

impl Offered {
    /// A client that may reach what this provider may lead to. How far that is, is decided once: a name that leads elsewhere later
    /// opens nothing.
    pub(super) async fn asking<'a>(&self, ctx: &'a Ctx) -> Result<(Asking<'a>, Reach)> {
        let providers = ctx.providers();
        let decide = async || {
            let issuer = Url::parse(&self.settings.issuer)?;
            Reach::of(&issuer, providers.social.timeout).await
        };
        let reach = self.reach.get_or_try_init(decide).await;
        let reach = *reach.map_err(|error| self.erred(ctx, &error))?;
        Ok((providers.clients()?.within(reach), reach))
    }

    /// The refusal of a provider that does not answer as it should. Why is logged; nobody outside learns it.
    pub(super) fn failed(&self, ctx: &Ctx, why: &dyn std::fmt::Display) -> Error {
        let provider = self.settings.provider.as_str();
        tracing::warn!(provider, why = %why, trace_id = ctx.origin().trace_id, "identities: the provider did not answer as it should");
        PROVIDER_FAILURES.counter([provider]).increment(1);
        Problem::provider_failed(&self.settings.name).into()
    }

    /// The same for an error, which is logged with what it came from.
    pub(super) fn erred(&self, ctx: &Ctx, error: &dyn std::error::Error) -> Error {
        let causes = std::iter::successors(Some(error), |error| error.source());
        let told: Vec<String> = causes.map(ToString::to_string).collect();
        self.failed(ctx, &told.join(": "))
    }

    /// What the provider says of itself.
    pub(super) async fn metadata(&self, ctx: &Ctx) -> Result<Arc<Metadata>> {
        let mut seen = self.seen.lock().await;
        let now = ctx.now();
        if let Some((metadata, at)) = &seen.metadata
            && at.plus_seconds(FRESH) > now
        {
            return Ok(Arc::clone(metadata));
        }
        match self.ask_again(ctx, &mut seen).await {
            Ok(metadata) => Ok(metadata),
            Err(error) => match &seen.metadata {
                Some((metadata, at)) if at.plus_seconds(USABLE) > now => Ok(Arc::clone(metadata)),
                _ => Err(error),
            },
        }
    }

    /// The same with keys that were asked for just now; `None` where they were not long ago.
    pub(super) async fn with_new_keys(&self, ctx: &Ctx) -> Result<Option<Arc<Metadata>>> {
        let mut seen = self.seen.lock().await;
        let is_new = seen
            .metadata
            .as_ref()
            .is_some_and(|(_, at)| at.plus_seconds(KEYS_EVERY) > ctx.now());
        if is_new {
            return Ok(None);
        }
        self.ask_again(ctx, &mut seen).await.map(Some)
    }

    async fn ask_again(&self, ctx: &Ctx, seen: &mut Seen) -> Result<Arc<Metadata>> {
        let now = ctx.now();
        if seen
            .failed_at
            .is_some_and(|at| at.plus_seconds(PAUSE) > now)
        {
            return Err(self.failed(ctx, &"it has just failed, and was not asked again"));
        }
        match self.discover(ctx).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                seen.metadata = Some((Arc::clone(&metadata), now));
                seen.failed_at = None;
                Ok(metadata)
            }
            Err(error) => {
                seen.failed_at = Some(now);
                Err(error)
            }
        }
    }

    /// Refuses a discovery whose issuer differs, and endpoints that this provider may not lead to.
    async fn discover(&self, ctx: &Ctx) -> Result<Metadata> {
        let (asking, reach) = self.asking(ctx).await?;
        let issuer = IssuerUrl::new(self.settings.issuer.clone())
            .map_err(|error| self.erred(ctx, &error))?;
        let metadata = Metadata::discover_async(issuer, &asking)
            .await
            .map_err(|error| self.erred(ctx, &error))?;
        let endpoints = [
            Some(metadata.authorization_endpoint().url()),
            metadata.token_endpoint().map(oauth2::TokenUrl::url),
            metadata
                .userinfo_endpoint()
                .map(openidconnect::UserInfoUrl::url),
        ];
        for endpoint in endpoints.into_iter().flatten() {
            reach
                .check(endpoint)
                .map_err(|error| self.erred(ctx, &error))?;
        }
        Ok(metadata)
    }
}
