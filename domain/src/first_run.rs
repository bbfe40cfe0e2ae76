//! First run: whoever can read the log of a new installation becomes its first operator.
//!
//! While nobody is staff, each start draws a secret, and a link with it is printed. It is held in memory alone, as a hash, and
//! is dead once somebody is staff, however they became it; it stays so when they are staff no more. Several processes may each hold
//! one of their own: the first that is used makes the operator, and the others are dead by then.

use contract::{
    Code, Timestamp,
    accounts::{SignUp, ValidSignUp},
    sessions::SignIn,
};
use serde_json::json;
use tokio::sync::Mutex;

use crate::{
    Actor, Ctx, PlainSecret,
    accounts::{self, CreateUser, NewAccount},
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    second_factors,
    secret::SecretHash,
    sessions::{self, Client, Opened},
};

/// What the secret begins with.
const PREFIX: &str = "lkf";

/// The secret of this process, while there is one.
#[derive(Default)]
pub(crate) struct FirstRun {
    secret: Mutex<Option<Drawn>>,
}

/// A secret as it is held.
struct Drawn {
    hash: SecretHash,
    at: Timestamp,
}

/// Draws the secret of a new installation; `None` where somebody is staff. One that was drawn before is dead.
pub async fn begin(ctx: &Ctx) -> Result<Option<PlainSecret>> {
    let at = ctx.now();
    if accounts::is_anybody_staff(ctx.read()).await? {
        return Ok(None);
    }
    let secret = PlainSecret::mint(ctx.random(), PREFIX);
    let hash = secret.hash();
    *ctx.first_run().secret.lock().await = Some(Drawn { hash, at });
    Ok(Some(secret))
}

/// Whether the secret is good now. Refused: `LINK_INVALID`, and `LINK_USED` where somebody is staff, or was since it was drawn.
pub async fn check(ctx: &Ctx, token: &str) -> Result<()> {
    let held = ctx.first_run().secret.lock().await;
    demand(ctx, held.as_ref(), token).await
}

async fn demand(ctx: &Ctx, held: Option<&Drawn>, token: &str) -> Result<()> {
    if accounts::is_anybody_staff(ctx.read()).await? {
        return Err(Code::LinkUsed.into());
    }
    let given = PlainSecret::parse(PREFIX, token).ok_or(Code::LinkInvalid)?;
    let drawn = held
        .filter(|held| held.hash == given.hash())
        .ok_or(Code::LinkInvalid)?;
    if audit::was_anybody_made_staff(ctx.read(), drawn.at).await? {
        return Err(Code::LinkUsed.into());
    }
    Ok(())
}

/// Proves for the rest of the transaction that nobody else is staff: another process may have made somebody meanwhile. Refused:
/// `LINK_USED`.
async fn hold_first(tx: &Tx) -> Result<()> {
    accounts::hold_staff(tx).await?;
    if accounts::is_anybody_staff(tx.db()).await? {
        return Err(Code::LinkUsed.into());
    }
    Ok(())
}

/// Makes the first operator, verified, and signs them in. Refused: `LINK_INVALID`, `LINK_USED`, `EMAIL_TAKEN`, and what a new
/// account is refused for.
pub async fn create_operator(ctx: &Ctx, token: &str, input: SignUp) -> Result<Opened> {
    // Held until it is done: two at once make one.
    let mut held = ctx.first_run().secret.lock().await;
    demand(ctx, held.as_ref(), token).await?;
    let ValidSignUp {
        name,
        email,
        password,
    } = input.validate(ctx.settings().passwords.shortest)?;
    let email = email.to_string();
    let create = CreateUser {
        email: email.clone(),
        name,
        password: Some(password.clone()),
        is_staff: true,
    };
    let new = NewAccount::check(ctx, create).await?;
    let tx = ctx.begin().await?;
    hold_first(&tx).await?;
    new.insert(&tx, ctx, &Actor::Operator).await?;
    tx.commit().await?;
    *held = None;
    drop(held);
    let sign_in = SignIn {
        email,
        password,
        remember: false,
    };
    let entered = sessions::sign_in(ctx, sign_in, Client::Browser).await?;
    Ok(entered.opened().ok_or(Code::Conflict)?)
}

/// Makes the first operator of who is signed in. Their session goes on under another token, since it can do more from now on.
/// Refused: `STEP_UP_REQUIRED`, `LINK_INVALID`, `LINK_USED`.
pub async fn claim(ctx: &Ctx, actor: &Actor, token: &str) -> Result<Opened> {
    let user = sessions::require_fresh(ctx, actor)?;
    let mut held = ctx.first_run().secret.lock().await;
    demand(ctx, held.as_ref(), token).await?;
    let tx = ctx.begin().await?;
    hold_first(&tx).await?;
    accounts::lock(&tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    accounts::mark_staff(&tx, user.user_id, Some(ctx.now()), ctx.now()).await?;
    let event = Event::new("user.made_staff", Subject::User(user.user_id))
        .with(json!({ "by": "the link of the first run" }));
    audit::record(&tx, ctx, actor, event).await?;
    let opened = sessions::rotate(&tx, ctx, user.session_id, false).await?;
    tx.commit().await?;
    *held = None;
    Ok(opened)
}

/// Whether who is signed in has the second step that the console asks for: what an operator does first. To who is no staff there
/// is nothing to do, and it is `NOT_FOUND`.
pub async fn has_second_step(ctx: &Ctx, actor: &Actor) -> Result<bool> {
    let user = actor.signed_in()?;
    if !user.is_staff {
        return Err(Code::NotFound.into());
    }
    second_factors::is_any_on(ctx.read(), user.user_id).await
}
