//! Somebody signs in with an identity: into its account, or into one that is made for it.

use contract::{Code, Problem, identities::Provider, sessions::Method};

use super::{Finished, Known, Person, link, pending, providers::Offered, store};
use crate::{
    Actor, Ctx,
    accounts::{self, Account, Proved},
    context::Tx,
    error::{Error, Result},
    metrics::SIGN_INS,
    sessions::{self, Kind},
};

/// How often it begins again because another took the identity, the username or the address in the same moment.
const TRIES: usize = 3;

/// Opens a session, or asks for the second step first. Refused: `PROVIDER_FAILED` for a person who may not sign in, and what an
/// account that does not exist yet is refused for.
pub(super) async fn enter(
    ctx: &Ctx,
    offered: &Offered,
    person: &Person,
    next: &str,
) -> Result<Finished> {
    for _ in 1..TRIES {
        match attempt(ctx, offered, person, next).await {
            Err(error) if error.is_duplicate() => {}
            done => return done,
        }
    }
    attempt(ctx, offered, person, next).await
}

async fn attempt(ctx: &Ctx, offered: &Offered, person: &Person, next: &str) -> Result<Finished> {
    let tx = ctx.begin().await?;
    if let Some(known) = store::find(tx.db(), &person.claimed).await? {
        return known_person(tx, ctx, offered, person, &known, next).await;
    }
    let name = &offered.settings.name;
    let Some(email) = &person.email else {
        return Err(Problem::provider_email_unverified(name).into());
    };
    match accounts::make_proved(&tx, ctx, email, &person.name, person.claimed.provider).await? {
        Proved::Made(account) => {
            let identity = store::insert(&tx, ctx, account.user.id, &person.claimed).await?;
            link::record(&tx, ctx, &Actor::Anonymous, account.user.id, &identity).await?;
            open(tx, ctx, &account, person.claimed.provider, next).await
        }
        Proved::Taken(account) if account.may_sign_in() => {
            // Nothing was written; its owner, who signs in next, is not to wait for the lock.
            tx.commit().await?;
            Ok(Finished::MustSignIn {
                pending: pending::seal(ctx, account.user.id, &person.claimed, next)?,
                name: name.clone(),
            })
        }
        Proved::Taken(account) => Err(refused(ctx, offered, &account)),
    }
}

async fn known_person(
    tx: Tx,
    ctx: &Ctx,
    offered: &Offered,
    person: &Person,
    known: &Known,
    next: &str,
) -> Result<Finished> {
    // Disconnected or erased while this one waited for the account: begin again.
    let account = accounts::lock(&tx, known.user_id)
        .await?
        .ok_or(Code::Conflict)?;
    if !account.may_sign_in() {
        return Err(refused(ctx, offered, &account));
    }
    let is_there = store::used(&tx, known.identity.id, &person.claimed.label, ctx.now()).await?;
    if !is_there {
        return Err(Code::Conflict.into());
    }
    open(tx, ctx, &account, person.claimed.provider, next).await
}

/// Like whatever else goes wrong at a provider: of an account that is closed to its owner nothing is told.
fn refused(ctx: &Ctx, offered: &Offered, account: &Account) -> Error {
    let user_id = account.user.id;
    SIGN_INS.counter(["refused"]).increment(1);
    tracing::info!(%user_id, ip = ctx.origin().ip.map(display), trace_id = ctx.origin().trace_id, "identities.sign_in refused");
    Problem::provider_failed(&offered.settings.name).into()
}

async fn open(
    tx: Tx,
    ctx: &Ctx,
    account: &Account,
    provider: Provider,
    next: &str,
) -> Result<Finished> {
    let method = Method::Social(provider);
    let entered = sessions::enter(&tx, ctx, account, Kind::Browser, method).await?;
    tx.commit().await?;
    sessions::count_sign_in(ctx, account.user.id, &entered);
    Ok(Finished::Entered {
        entered,
        next: next.to_owned(),
    })
}
