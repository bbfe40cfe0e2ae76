//! Proving a membership: the beginning of whatever is done in an organization.

use std::collections::HashMap;

use contract::{Code, OrganizationId, Slug};

use super::{
    admit::{admit, admit_each},
    store,
};
use crate::{Actor, Ctx, InOrg, KeyCaller, error::Result, verification};

/// How often it is noted that a member is active, in seconds.
const ACTIVE_EVERY: i64 = 5 * 60;

/// What a slug leads to.
#[derive(Clone, Debug)]
pub enum Found {
    Here(Box<InOrg>),
    /// The organization has another slug now.
    Moved(String),
}

/// The organization of a slug, for a member of it. To everybody else it is "not found", like one that does not exist; a member
/// who lacks a second factor that it asks for is told so (`SECOND_FACTOR_REQUIRED`), here and by what follows.
pub async fn enter(ctx: &Ctx, actor: &Actor, slug: &str) -> Result<Found> {
    if let Actor::Key(key) = actor {
        return enter_with_key(ctx, key, slug).await;
    }
    let user_id = actor.signed_in()?.user_id;
    let slug = slug.to_ascii_lowercase();
    // Not all text can be compared on every database.
    if !Slug::has_the_shape(&slug) {
        return Err(Code::NotFound.into());
    }
    match store::find_by_slug(ctx.read(), user_id, &slug).await? {
        Some(standing) => {
            let found = admit(ctx.read(), ctx.now(), standing).await?;
            Ok(Found::Here(Box::new(found)))
        }
        None => store::find_moved(ctx.read(), ctx, user_id, &slug)
            .await?
            .map(Found::Moved)
            .ok_or_else(|| Code::NotFound.into()),
    }
}

/// The organization of a key, by its slug.
async fn enter_with_key(ctx: &Ctx, key: &KeyCaller, slug: &str) -> Result<Found> {
    let organization = store::find(ctx.read(), key.organization_id)
        .await?
        .ok_or(Code::NotFound)?;
    if organization.slug.eq_ignore_ascii_case(slug) {
        return Ok(Found::Here(Box::new(InOrg::of_key(
            organization,
            key.clone(),
        ))));
    }
    let is_former = Slug::has_the_shape(slug)
        && store::was_slug_of(ctx.read(), ctx, key.organization_id, slug).await?;
    if is_former {
        Ok(Found::Moved(organization.slug))
    } else {
        Err(Code::NotFound.into())
    }
}

/// The organization that has or had a slug, for a member of it.
pub async fn find(ctx: &Ctx, actor: &Actor, slug: &str) -> Result<InOrg> {
    let moved = match enter(ctx, actor, slug).await? {
        Found::Here(found) => return Ok(*found),
        Found::Moved(slug) => slug,
    };
    match enter(ctx, actor, &moved).await? {
        Found::Here(found) => Ok(*found),
        // Moved again between the two.
        Found::Moved(_) => Err(Code::NotFound.into()),
    }
}

/// The organization of an id, for a member of it.
pub async fn enter_by_id(ctx: &Ctx, actor: &Actor, id: OrganizationId) -> Result<InOrg> {
    if let Actor::Key(_) = actor {
        let key = verification::require_key_of(actor, id)?;
        let found = store::find(ctx.read(), id).await?;
        let organization = found.ok_or(Code::NotFound)?;
        return Ok(InOrg::of_key(organization, key.clone()));
    }
    let user_id = actor.signed_in()?.user_id;
    let found = store::find_many(ctx.read(), user_id, &[id]).await?.pop();
    admit(ctx.read(), ctx.now(), found.ok_or(Code::NotFound)?).await
}

/// Those of many organizations that the actor is a member of, in one statement, or two where one asks for a second factor. One
/// that keeps the actor out spoils no other.
pub async fn load(
    ctx: &Ctx,
    actor: &Actor,
    ids: &[OrganizationId],
) -> Result<HashMap<OrganizationId, Result<InOrg>>> {
    if let Actor::Key(key) = actor {
        let id = key.organization_id;
        if !ids.contains(&id) {
            return Ok(HashMap::new());
        }
        let found = enter_by_id(ctx, actor, id).await?;
        return Ok(HashMap::from([(id, Ok(found))]));
    }
    let Ok(user) = actor.signed_in() else {
        return Ok(HashMap::new());
    };
    let found = store::find_many(ctx.read(), user.user_id, ids).await?;
    let ids: Vec<_> = found.iter().map(|found| found.organization.id).collect();
    let admitted = admit_each(ctx.read(), ctx.now(), found).await?;
    Ok(ids.into_iter().zip(admitted).collect())
}

/// Notes that a member uses the organization: it stands first in their list, and `/` leads there. At most once in five
/// minutes, never a reason to fail, and not by staff who act as the member.
pub async fn note_activity(ctx: &Ctx, actor: &Actor, in_org: &InOrg) {
    if actor.impersonator().is_some() {
        return;
    }
    let write = async {
        let last =
            store::find_by_slug(ctx.read(), in_org.user_id, &in_org.organization.slug).await?;
        let is_recent = last
            .and_then(|found| found.last_active_at)
            .is_some_and(|at| at.plus_seconds(ACTIVE_EVERY) > ctx.now());
        let is_first = last_used(ctx, in_org).await?;
        if is_recent && is_first {
            return Ok(());
        }
        let tx = ctx.begin().await?;
        store::touch(&tx, in_org, ctx.now()).await?;
        tx.commit().await
    };
    if let Err(error) = write.await {
        let error: crate::Error = error;
        tracing::warn!(%error, "organizations: the last use cannot be written down");
    }
}

async fn last_used(ctx: &Ctx, in_org: &InOrg) -> Result<bool> {
    let first = store::list_own(ctx.read(), in_org.user_id, 1).await?;
    Ok(first
        .first()
        .is_some_and(|own| own.organization.id == in_org.id()))
}
