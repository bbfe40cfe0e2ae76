//! An account for somebody whose invitation proves the address.

use contract::{Code, EmailAddress};

use super::{Account, store, username};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    links, sessions,
};

/// Makes a verified account, or takes over one that was never verified: whoever signed up with the address before has not
/// proved it, so password, links and sessions of that sign-up die. Refused where a verified one exists.
pub(crate) async fn make_invited(
    tx: &Tx,
    ctx: &Ctx,
    email: &EmailAddress,
    name: &str,
    hash: &str,
) -> Result<Account> {
    let account = match store::find_by_email(tx.db(), &email.key()).await? {
        None => insert(tx, ctx, email, name, hash).await?,
        Some(found) => {
            let found = store::lock(tx, found.user.id)
                .await?
                .ok_or(Code::Conflict)?;
            if found.user.email_verified_at.is_some() || found.is_suspended {
                return Err(Code::InvitationHasAccount.into());
            }
            let id = found.user.id;
            store::set_password(tx, id, hash, ctx.now()).await?;
            store::set_name(tx, &found.user, name, ctx.now()).await?;
            store::set_verified(tx, id, ctx.now()).await?;
            links::delete_for(tx, id).await?;
            sessions::delete_all(tx, id).await?;
            found
        }
    };
    let event = Event::new("user.joined_by_invitation", Subject::User(account.user.id));
    audit::record(tx, ctx, &Actor::Anonymous, event).await?;
    let made = store::find(tx.db(), account.user.id).await?;
    made.ok_or_else(|| Code::Conflict.into())
}

async fn insert(
    tx: &Tx,
    ctx: &Ctx,
    email: &EmailAddress,
    name: &str,
    hash: &str,
) -> Result<Account> {
    let username = username::propose(tx, ctx, email).await?;
    let new = store::NewUser {
        email,
        username: &username,
        name,
        password_hash: Some(hash),
        is_verified: true,
        is_staff: false,
    };
    store::insert(tx, ctx, &new).await
}
