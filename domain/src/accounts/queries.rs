//! Reading accounts.

use std::collections::HashMap;

use contract::{Code, EmailAddress, Problem, Timestamp, User, UserId, accounts::Theme};

use super::store;
use crate::{
    Actor, Ctx, admin,
    error::Result,
    sessions::{self, Opened},
};

/// A user in an operator's list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub id: UserId,
    pub email: String,
    pub username: String,
    pub name: String,
    pub is_verified: bool,
    pub is_staff: bool,
    pub is_suspended: bool,
    pub created_at: Timestamp,
}

/// What the security page says.
#[derive(Clone, Copy, Debug)]
pub struct Security {
    /// Somebody who has signed up with a provider may have no password.
    pub has_password: bool,
    pub password_changed_at: Option<Timestamp>,
    /// When the session that asks began.
    pub signed_in_at: Timestamp,
    pub other_sessions: u64,
}

/// A person as they may see themselves; everybody else is "not found", like one who does not exist.
pub async fn get(ctx: &Ctx, actor: &Actor, id: UserId) -> Result<User> {
    let found = load(ctx, actor, &[id]).await?.remove(&id);
    found.ok_or_else(|| Code::NotFound.into())
}

/// The person with an address; for operators and staff.
pub async fn get_by_email(ctx: &Ctx, actor: &Actor, email: &str) -> Result<User> {
    admin::look(ctx, actor).await?;
    let email = EmailAddress::parse(email).map_err(|problem| problem.on("email"))?;
    let found = store::find_by_email(ctx.read(), &email.key()).await?;
    let account = found.ok_or_else(|| Problem::new(Code::NotFound).on("email"))?;
    Ok(account.user)
}

/// Those of many people that the actor may see: oneself; an operator sees all.
pub async fn load(ctx: &Ctx, actor: &Actor, ids: &[UserId]) -> Result<HashMap<UserId, User>> {
    let visible: Vec<UserId> = match actor {
        Actor::Operator => ids.to_vec(),
        Actor::User(user) => ids
            .iter()
            .copied()
            .filter(|id| *id == user.user_id)
            .collect(),
        Actor::Anonymous | Actor::Key(_) | Actor::Service => Vec::new(),
    };
    let found = store::find_many(ctx.read(), &visible).await?;
    Ok(found
        .into_iter()
        .map(|account| (account.user.id, account.user))
        .collect())
}

/// The theme that a person has chosen, for the browser that they have just signed in with.
pub async fn preferred_theme(ctx: &Ctx, opened: &Opened) -> Result<Theme> {
    Ok(store::find(ctx.read(), opened.user_id)
        .await?
        .map(|account| account.user.profile.theme)
        .unwrap_or_default())
}

/// When the password was changed, and how many other sessions there are.
pub async fn security(ctx: &Ctx, actor: &Actor) -> Result<Security> {
    let user = actor.signed_in()?;
    let account = store::find(ctx.read(), user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    let other_sessions = sessions::count_others(ctx, actor).await?;
    Ok(Security {
        has_password: account.password_hash.is_some(),
        password_changed_at: account.password_changed_at,
        signed_in_at: user.signed_in_at,
        other_sessions,
    })
}

/// Users by sign-up, `most` (at most 1,000) after the one that `after` names; for operators and staff.
pub async fn list(
    ctx: &Ctx,
    actor: &Actor,
    after: Option<(Timestamp, UserId)>,
    most: u64,
) -> Result<Vec<Listed>> {
    admin::look(ctx, actor).await?;
    store::list(ctx.read(), after, most.min(1_000)).await
}
