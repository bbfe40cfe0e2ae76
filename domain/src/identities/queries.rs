//! Reading identities, and who is offered to vouch for them.

use contract::identities::{Identity, OfferedProvider, Provider};

use super::store;
use crate::{Actor, Ctx, error::Result};

/// The identities of the signed-in person, oldest first.
pub async fn list(ctx: &Ctx, actor: &Actor) -> Result<Vec<Identity>> {
    let user = actor.signed_in()?;
    store::list(ctx.read(), user.user_id).await
}

/// The providers that people can sign in with here, in their order. Anybody may know them.
pub fn offered(ctx: &Ctx) -> Vec<OfferedProvider> {
    let providers = ctx.settings().social.providers.iter();
    providers
        .map(|settings| OfferedProvider {
            provider: settings.provider,
            name: settings.name.clone(),
        })
        .collect()
}

/// A provider, and what it calls the person.
#[derive(Clone, Debug)]
pub struct Connection {
    pub provider: Provider,
    /// What the provider is called.
    pub name: String,
    /// Whether people can sign in with it here, now.
    pub is_offered: bool,
    pub identity: Option<Identity>,
}

/// Every provider that is offered, with the signed-in person's identity where there is one; and the identities that are of no
/// such provider any more.
pub async fn connections(ctx: &Ctx, actor: &Actor) -> Result<Vec<Connection>> {
    let mut own = list(ctx, actor).await?;
    let mut all = Vec::new();
    for settings in &ctx.settings().social.providers {
        let at = own
            .iter()
            .position(|identity| identity.issuer == settings.issuer);
        all.push(Connection {
            provider: settings.provider,
            name: settings.name.clone(),
            is_offered: true,
            identity: at.map(|at| own.remove(at)),
        });
    }
    all.extend(own.into_iter().map(|identity| Connection {
        provider: identity.provider,
        name: identity.provider.label().to_owned(),
        is_offered: false,
        identity: Some(identity),
    }));
    Ok(all)
}

/// The providers that can vouch for the signed-in person once more.
pub async fn confirming(ctx: &Ctx, actor: &Actor) -> Result<Vec<OfferedProvider>> {
    let all = connections(ctx, actor).await?.into_iter();
    Ok(all
        .filter(|connection| connection.is_offered && connection.identity.is_some())
        .map(|connection| OfferedProvider {
            provider: connection.provider,
            name: connection.name,
        })
        .collect())
}

/// What a provider is called here, also one that is offered no more.
pub(super) fn name(ctx: &Ctx, provider: Provider) -> String {
    let offered = ctx.settings().social.find(provider);
    offered.map_or_else(
        || provider.label().to_owned(),
        |settings| settings.name.clone(),
    )
}
