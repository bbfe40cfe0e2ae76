//! A first code of the app proves that it has the secret: from now on it is asked for.

use contract::{
    Code, EmailAddress, Problem,
    second_factors::{GivenCode, RecoveryCode},
};
use serde_json::json;

use super::{app, letters, mint_codes, store};
use crate::{
    Actor, Ctx, accounts,
    audit::{self, Event, Subject},
    error::Result,
    mail,
    sessions::{self, Opened},
};

/// An app that is asked for from now on.
#[derive(Debug)]
pub struct Confirmed {
    /// Shown once; only where this is the first second factor of the person.
    pub recovery_codes: Option<Vec<RecoveryCode>>,
    /// The session goes on under a new token.
    pub opened: Opened,
}

/// Takes the first code of the app. Who had no second factor gets recovery codes, and every other session of theirs ends. The
/// session goes on under a new token; browsers that were trusted are no more. Refused: `STEP_UP_REQUIRED`,
/// `REQUIRED`, `INVALID_CODE`, `CODE_WRONG`, `APP_OFF`, `APP_ON`.
pub async fn confirm_app(ctx: &Ctx, actor: &Actor, code: &str) -> Result<Confirmed> {
    let user = sessions::require_fresh(ctx, actor)?;
    let digits = match GivenCode::parse(code).map_err(|problem| problem.on("code"))? {
        GivenCode::App(digits) => digits,
        GivenCode::Recovery(_) => return Err(Problem::new(Code::InvalidCode).on("code").into()),
    };
    let tx = ctx.begin().await?;
    let account = accounts::lock(&tx, user.user_id)
        .await?
        .ok_or(Code::Unauthenticated)?;
    let pending = store::app(tx.db(), user.user_id)
        .await?
        .ok_or(Code::AppOff)?;
    if pending.confirmed_at.is_some() {
        return Err(Code::AppOn.into());
    }
    // Whoever sets up an app sees its secret: there is nothing to guess, so nothing is counted.
    if !app::advance(&tx, ctx, user.user_id, &pending, &digits).await? {
        return Err(Problem::new(Code::CodeWrong).on("code").into());
    }
    let is_first = !super::is_any_on(tx.db(), user.user_id).await?;
    store::confirm_app(&tx, user.user_id, ctx.now()).await?;
    let recovery_codes = if is_first {
        Some(mint_codes(&tx, ctx, user.user_id).await?)
    } else {
        None
    };
    sessions::distrust_browsers(&tx, user.user_id).await?;
    let ended = if is_first {
        // Whoever is signed in elsewhere has proved less.
        sessions::delete_others(&tx, user.user_id, user.session_id).await?
    } else {
        0
    };
    let opened = sessions::rotate(&tx, ctx, user.session_id, true).await?;
    let mut event = Event::new("user.app_added", Subject::User(user.user_id));
    if ended > 0 {
        event = event.with(json!({ "sessions_ended": ended }));
    }
    audit::record(&tx, ctx, actor, event).await?;
    let to = EmailAddress::parse(&account.user.email)?;
    let letter = letters::app_added(ctx, &account.user, is_first)?;
    mail::queue(&tx, ctx, &to, &letter).await?;
    tx.commit().await?;
    Ok(Confirmed {
        recovery_codes,
        opened,
    })
}
