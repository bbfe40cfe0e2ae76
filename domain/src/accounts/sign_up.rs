//! A person asks for an account.

use contract::{
    Code, EmailAddress, Problem,
    accounts::{SignUp, ValidSignUp},
};

use super::{Account, letters, store, username};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    context::Tx,
    error::Result,
    links::{self, Purpose},
    mail, passwords, sessions,
    settings::SignUpMode,
    throttles::Rate,
};

/// Sign-ups from one address: 100, then one each 10 seconds. Generous, because an office shares one.
const FROM_ADDRESS: Rate = Rate {
    name: "sign_up_address",
    burst: 100,
    period_seconds: 10,
};

/// How often a sign-up begins again because another took the username or the address in the same moment.
const TRIES: usize = 3;

/// Whether an address may get an account here at all.
pub fn may_sign_up(ctx: &Ctx) -> bool {
    matches!(
        ctx.settings().sign_up,
        SignUpMode::Open | SignUpMode::Domains(_)
    )
}

/// Makes an unverified account and sends the verification letter; the answer is the same when the address is known.
///
/// The owner of a known address gets a letter that says so. An address that was never verified belongs to nobody yet: the
/// newest sign-up decides name and password, and older links die. One whose letter may not go changes nothing, or the link
/// of the sign-up before it would prove a password that its reader did not choose.
pub async fn sign_up(ctx: &Ctx, input: SignUp) -> Result<()> {
    let input = input.validate(ctx.settings().passwords.shortest)?;
    if !may_sign_up(ctx) {
        return Err(Code::SignUpClosed.into());
    }
    check_domain(ctx, &input.email)?;
    write_down(ctx, input).await
}

/// The same for an address that was invited, whoever else may sign up here.
pub(crate) async fn sign_up_invited(ctx: &Ctx, input: SignUp) -> Result<()> {
    let input = input.validate(ctx.settings().passwords.shortest)?;
    write_down(ctx, input).await
}

async fn write_down(ctx: &Ctx, input: ValidSignUp) -> Result<()> {
    let shortest = ctx.settings().passwords.shortest;
    let context = passwords::Context {
        product_name: &ctx.settings().product_name,
        email: input.email.as_str(),
        name: &input.name,
        username: "",
    };
    passwords::check(&input.password, shortest, &context)
        .map_err(|problem| problem.on("password"))?;
    if let Some(network) = sessions::network(ctx) {
        FROM_ADDRESS.check(ctx.read(), ctx.now(), &network).await?;
    }
    let permit = ctx.hasher().permit().await?;
    let hash = ctx
        .hasher()
        .hash(permit, ctx.random(), &input.password)
        .await?;
    for _ in 1..TRIES {
        match write(ctx, &input, &hash).await {
            Err(error) if error.is_duplicate() => {}
            done => return done,
        }
    }
    write(ctx, &input, &hash).await
}

/// Where only certain domains may sign up, refuses the others.
pub(super) fn check_domain(ctx: &Ctx, email: &EmailAddress) -> Result<()> {
    match &ctx.settings().sign_up {
        SignUpMode::Domains(domains) => {
            let domain = email.domain().to_ascii_lowercase();
            if domains.contains(&domain) {
                Ok(())
            } else {
                Err(Problem::new(Code::SignUpDomain).on("email").into())
            }
        }
        SignUpMode::Open | SignUpMode::InviteOnly | SignUpMode::Closed => Ok(()),
    }
}

async fn write(ctx: &Ctx, input: &ValidSignUp, hash: &str) -> Result<()> {
    let tx = ctx.begin().await?;
    if let Some(network) = sessions::network(ctx) {
        FROM_ADDRESS.take(&tx, ctx.now(), &network).await?;
    }
    let may_mail = may_mail(&tx, ctx, input).await?;
    match find_and_lock(&tx, input).await? {
        Some(_) if !may_mail => {}
        Some(account) if account.user.email_verified_at.is_some() => {
            let owner = EmailAddress::parse(&account.user.email)?;
            mail::queue(
                &tx,
                ctx,
                &owner,
                &letters::known_address(ctx, &account.user)?,
            )
            .await?;
        }
        Some(account) => {
            renew(&tx, ctx, &account, input, hash).await?;
            send_link(&tx, ctx, &account, input).await?;
        }
        None => {
            let account = make(&tx, ctx, input, hash).await?;
            send_link(&tx, ctx, &account, input).await?;
        }
    }
    tx.commit().await
}

/// The account of this address, held: it must not be verified between this look and the new password.
async fn find_and_lock(tx: &Tx, input: &ValidSignUp) -> Result<Option<Account>> {
    match store::find_by_email(tx.db(), &input.email.key()).await? {
        Some(account) => store::lock(tx, account.user.id).await,
        None => Ok(None),
    }
}

/// Letters to one address are limited; past that the answer stays the same and no letter goes.
async fn may_mail(tx: &Tx, ctx: &Ctx, input: &ValidSignUp) -> Result<bool> {
    match mail::take_allowance(tx, ctx.now(), &input.email).await {
        Ok(()) => Ok(true),
        Err(error) if error.is_refusal(Code::RateLimited) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn make(tx: &Tx, ctx: &Ctx, input: &ValidSignUp, hash: &str) -> Result<Account> {
    let username = username::propose(tx, ctx, &input.email).await?;
    let new = store::NewUser {
        email: &input.email,
        username: &username,
        name: &input.name,
        password_hash: Some(hash),
        is_verified: false,
        is_staff: false,
    };
    let account = store::insert(tx, ctx, &new).await?;
    audit::record(
        tx,
        ctx,
        &Actor::Anonymous,
        Event::new("user.signed_up", Subject::User(account.user.id)),
    )
    .await?;
    Ok(account)
}

async fn renew(
    tx: &Tx,
    ctx: &Ctx,
    account: &Account,
    input: &ValidSignUp,
    hash: &str,
) -> Result<()> {
    let id = account.user.id;
    store::set_password(tx, id, hash, ctx.now()).await?;
    store::set_name(tx, &account.user, &input.name, ctx.now()).await?;
    audit::record(
        tx,
        ctx,
        &Actor::Anonymous,
        Event::new("user.signed_up_again", Subject::User(id)),
    )
    .await
}

async fn send_link(tx: &Tx, ctx: &Ctx, account: &Account, input: &ValidSignUp) -> Result<()> {
    let secret = links::issue(
        tx,
        ctx,
        account.user.id,
        &input.email.key(),
        Purpose::VerifyEmail,
    )
    .await?;
    mail::queue(tx, ctx, &input.email, &letters::verify_email(ctx, &secret)?).await
}
