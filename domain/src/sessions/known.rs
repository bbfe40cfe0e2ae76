//! Whether a sign-in comes from where its owner never signed in before; then a letter tells of it.
//!
//! A browser is known by the cookie that it got at the last sign-in; without one, and for a program, what counts is what it
//! says it is ("Firefox on Linux") together with the network it comes from. Of the first sign-in of all nothing is told.

use contract::{EmailAddress, User};
use sha2::{Digest, Sha256};

use super::{DAY, describe_user_agent, device, network, store::known};
use crate::{
    Ctx,
    accounts::Account,
    context::Tx,
    error::Result,
    mail::{self, Draft, Letter},
};

/// Notes what somebody signs in with, and writes to them where that is new. To be asked before the browser gets its cookie.
pub(super) async fn note(tx: &Tx, ctx: &Ctx, account: &Account) -> Result<()> {
    let user = &account.user;
    let seen = known::seen(tx.db(), user.id).await?;
    let now = ctx.now();
    let own = hash(ctx);
    let last = seen.iter().find(|(hash, _)| *hash == own);
    let last = last.map(|(_, at)| *at);
    if last.is_none_or(|at| at.plus_seconds(DAY) <= now) {
        known::put(tx, user.id, own, now).await?;
    }
    if !seen.is_empty() && last.is_none() && device::known(ctx, user.id).is_none() {
        let to = EmailAddress::parse(&user.email)?;
        mail::queue(tx, ctx, &to, &letter(ctx, user)?).await?;
    }
    Ok(())
}

fn hash(ctx: &Ctx) -> Vec<u8> {
    let device = describe_user_agent(&ctx.origin().user_agent);
    let network = network(ctx).unwrap_or_default();
    Sha256::digest(format!("{device}\n{network}").as_bytes()).to_vec()
}

fn letter(ctx: &Ctx, user: &User) -> Result<Letter> {
    let product = &ctx.settings().product_name;
    let name = &user.name;
    let hello = if name.is_empty() {
        String::new()
    } else {
        format!("Hello {name}. ")
    };
    let draft = Draft {
        template: "new_sign_in",
        subject: format!("New sign-in to {product}"),
        heading: "Somebody signed in from a new place".to_owned(),
        paragraphs: vec![
            format!("{hello}Your account was used with a browser or from a network that it had not been used with before."),
            "If this was you, there is nothing left to do. If not, set a new password: that ends every session.".to_owned(),
        ],
        button: ("Review your sessions", ctx.settings().page("/account/security")),
        aside: Some((
            "Was this not you?",
            "Set a new password",
            ctx.settings().page("/forgot-password"),
        )),
        reason: format!("You get this because of a sign-in to your account at {product}. Security e-mails cannot be turned off."),
    };
    draft.finish_in(ctx, &user.profile.time_zone)
}
