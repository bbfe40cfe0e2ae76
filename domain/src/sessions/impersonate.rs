//! Staff act as somebody else, to see what that person sees.
//!
//! A session of the person in the browser of staff, for an hour at most. It ends with the session that it comes from, and once staff are
//! suspended or no staff any more. It never counts as fresh, and what is the person's alone is refused in it
//! ([`Actor::in_person`]): credentials, keys, sessions, own data, and who belongs where. What is left is how the person and their
//! organizations look, which leaves nothing to staff. What is done in it is logged as done by the person, with staff beside them.

use contract::{Code, EmailAddress, SessionId, UserId, sessions::Impersonation};
use serde_json::{Value, json};

use super::{
    FRESH_SECONDS, Kind, Opened, PREFIX, device, letters, rotate,
    store::{
        self,
        impersonations::{self, Over},
    },
};
use crate::{
    Actor, Ctx, PlainSecret, accounts,
    actor::{Impersonator, SignedIn},
    admin,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    mail, members, organizations,
};

/// How long staff may act as somebody at a stretch, in seconds.
pub const IMPERSONATION_SECONDS: i64 = 60 * 60;

/// Opens a session of somebody else, in place of the one that asks. The person is told by mail, and the log of each of their
/// organizations tells of it. For staff alone: a shell has no browser to do it in. Refused: `NOT_FOUND`, `STAFF_PROTECTED`,
/// `USER_INACTIVE` for who cannot sign in, and what [`crate::admin`] refuses.
pub async fn impersonate(ctx: &Ctx, actor: &Actor, id: UserId, reason: &str) -> Result<Opened> {
    let reason = admin::may_act(ctx, actor, reason).await?;
    let operator = actor.in_person()?;
    let tx = ctx.begin().await?;
    let account = accounts::lock(&tx, id).await?.ok_or(Code::NotFound)?;
    admin::require_unprotected(actor, &account)?;
    if !account.may_sign_in() {
        return Err(Code::UserInactive.into());
    }
    let token = PlainSecret::mint(ctx.random(), PREFIX);
    let session = impersonations::insert(&tx, ctx, id, operator, &token.hash()).await?;
    let told = json!({
        "reason": reason,
        "session": session.id,
        "until": session.expires_at.to_string(),
    });
    log(&tx, ctx, actor, "impersonation.started", id, &told).await?;
    let to = EmailAddress::parse(&account.user.email)?;
    let ground = admin::without_place(ctx);
    let letter = letters::impersonated(&ground, &account.user, session.expires_at)?;
    mail::queue(&tx, ctx, &to, &letter).await?;
    tx.commit().await?;
    Ok(Opened {
        user_id: id,
        session,
        kind: Kind::Browser,
        // As it is stored: staff prove nothing of the person.
        authenticated_at: ctx.now().minus_seconds(FRESH_SECONDS),
        token,
        // The browser is that of staff, and no device of the person.
        device: device::remember(ctx, operator.user_id),
    })
}

/// Ends the impersonation that asks, and gives the session back that it came from, under a new token; `None` where that has ended.
/// Refused: `NOT_FOUND` for who acts as nobody else, `UNAUTHENTICATED` where it was ended meanwhile.
pub async fn stop_impersonating(ctx: &Ctx, actor: &Actor) -> Result<Option<Opened>> {
    let user = actor.signed_in()?;
    let by = user.impersonator.ok_or(Code::NotFound)?;
    let tx = ctx.begin().await?;
    if !end_current(&tx, ctx, user, by).await? {
        return Err(Code::Unauthenticated.into());
    }
    let opened = if store::is_live(tx.db(), by.session_id, ctx.now()).await? {
        Some(rotate(&tx, ctx, by.session_id, false).await?)
    } else {
        None
    };
    tx.commit().await?;
    Ok(opened)
}

/// Who acts in the session that asks, where it is not the person.
pub async fn impersonation(ctx: &Ctx, actor: &Actor) -> Result<Option<Impersonation>> {
    let user = actor.signed_in()?;
    if user.impersonator.is_none() {
        return Ok(None);
    }
    impersonations::told(ctx.read(), user.session_id).await
}

/// Ends both the impersonation that asks and the session that it came from.
pub(super) async fn sign_out(ctx: &Ctx, user: &SignedIn, by: Impersonator) -> Result<()> {
    let tx = ctx.begin().await?;
    end_current(&tx, ctx, user, by).await?;
    if store::delete_one(&tx, by.session_id).await? {
        let event = Event::new("session.ended", Subject::User(by.user_id))
            .with(json!({ "session": by.session_id }));
        audit::record(&tx, ctx, &staff(user, by), event).await?;
    }
    tx.commit().await
}

/// `false` when somebody has ended it meanwhile.
async fn end_current(tx: &Tx, ctx: &Ctx, user: &SignedIn, by: Impersonator) -> Result<bool> {
    let actor = staff(user, by);
    match impersonations::find(tx.db(), user.user_id, user.session_id).await? {
        Some(over) => end(tx, ctx, &actor, &over, "stopped").await,
        None => Ok(false),
    }
}

/// Staff as themselves, to whom the end is put down.
fn staff(user: &SignedIn, by: Impersonator) -> Actor {
    Actor::User(SignedIn {
        user_id: by.user_id,
        session_id: by.session_id,
        is_staff: true,
        impersonator: None,
        ..user.clone()
    })
}

/// Ends a session of somebody when staff act in it; `false` when it is none of that kind.
pub(super) async fn end_one(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    id: UserId,
    session: SessionId,
) -> Result<bool> {
    match impersonations::find(tx.db(), id, session).await? {
        Some(over) => end(tx, ctx, actor, &over, "revoked").await,
        None => Ok(false),
    }
}

/// Writes down the ends that nobody was there for; gives how many.
pub(super) async fn sweep(tx: &Tx, ctx: &Ctx, most: u64) -> Result<u64> {
    let now = ctx.now();
    let ended = impersonations::find_over(tx.db(), now, most).await?;
    for over in &ended {
        let how = if over.expires_at <= now {
            "expired"
        } else {
            "ended_with_a_session"
        };
        end(tx, ctx, &Actor::Operator, over, how).await?;
    }
    Ok(ended.len() as u64)
}

async fn end(tx: &Tx, ctx: &Ctx, actor: &Actor, over: &Over, how: &str) -> Result<bool> {
    if !store::delete_one(tx, over.session_id).await? {
        return Ok(false);
    }
    let told = json!({
        "impersonator": over.operator_id,
        "session": over.session_id,
        "how": how,
    });
    log(tx, ctx, actor, "impersonation.ended", over.user_id, &told).await?;
    Ok(true)
}

/// In the log of the installation, and of each organization that the person is in.
async fn log(
    tx: &Tx,
    ctx: &Ctx,
    actor: &Actor,
    action: &'static str,
    id: UserId,
    told: &Value,
) -> Result<()> {
    let event = || Event::new(action, Subject::User(id)).with(told.clone());
    audit::record(tx, ctx, actor, event()).await?;
    for (_, organization, _) in members::held_by(tx.db(), id).await? {
        let found = organizations::facts(tx.db(), organization).await?;
        // One that is being purged has no log that anybody reads.
        if found.is_some_and(|found| !found.is_gone(ctx.now())) {
            audit::record(tx, ctx, actor, event().within(organization)).await?;
        }
    }
    Ok(())
}
