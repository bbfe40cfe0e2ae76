//! A person signs in with a passkey alone: it verifies who holds it, so no second step follows.

use contract::{
    Code,
    sessions::{Method, SecondStep},
};

use super::{Client, Kind, Opened, count_sign_in, second_step::Entered, sign_in::start};
use crate::{
    Ctx,
    accounts::{self, Account},
    error::{Error, Result},
    metrics::SIGN_INS,
    passkeys::{self, Answer, Asked, Purpose},
};

/// Asks whatever passkey there is for an answer. Costs no row, so every visitor may be asked. Refused: `PASSKEYS_OFF`.
pub async fn begin_passkey_sign_in(ctx: &Ctx) -> Result<Asked> {
    passkeys::ask(ctx, Purpose::SignIn, None).await
}

/// Takes an answer of a passkey and opens a session of its owner. Refused: `PASSKEYS_OFF`, `CHALLENGE_EXPIRED`, `RATE_LIMITED`,
/// and `PASSKEY_WRONG` alike for an unknown passkey, a wrong answer, and a person who may not sign in.
pub async fn sign_in_with_passkey(
    ctx: &Ctx,
    answer: &Answer,
    client: Client,
    remember: bool,
) -> Result<Opened> {
    let kind = Kind::of_client(client, remember);
    let done = passkeys::counted(ctx, open(ctx, answer, kind)).await;
    done.inspect_err(|error| {
        if error.is_refusal(Code::PasskeyWrong) {
            SIGN_INS.counter(["refused"]).increment(1);
        }
    })
}

async fn open(ctx: &Ctx, answer: &Answer, kind: Kind) -> Result<Opened> {
    let tx = ctx.begin().await?;
    let id = passkeys::owner(tx.db(), answer).await?;
    let account = accounts::lock(&tx, id)
        .await?
        .filter(Account::may_sign_in)
        .ok_or_else(|| Error::from(contract::Problem::new(Code::PasskeyWrong).on("passkey")))?;
    passkeys::check(&tx, ctx, Purpose::SignIn, id, answer).await?;
    let (opened, _) = start(&tx, ctx, &account, kind, Method::Passkey, SecondStep::None).await?;
    tx.commit().await?;
    let entered = Entered::Opened(Box::new(opened.clone()));
    count_sign_in(ctx, id, &entered);
    Ok(opened)
}
