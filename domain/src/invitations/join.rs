//! A new person signs up by an invitation and accepts it, in one step.

use contract::{
    Code, EmailAddress, Organization, accounts::LONGEST_NAME, accounts::SignUp,
    invitations::JoinAsNew, problem::Problems, text::one_line,
};

use super::{Shown, accept, find_shown};
use crate::{
    Actor, Ctx, accounts,
    error::Result,
    passwords,
    sessions::{self, Client, Opened},
    settings::SignUpMode,
};

/// What came of signing up by an invitation.
#[derive(Debug)]
pub enum Joined {
    /// The letter's secret proved the address: the person is a member and signed in.
    In(Box<Organization>, Box<Opened>),
    /// A copied link proves nothing: the address is to be confirmed first, and the invitation waits.
    CheckInbox(String),
}

/// Makes an account with the invited address. One that was never verified belongs to nobody yet and is taken over: its
/// password, links and sessions die. Where there is a verified one, its owner signs in instead. An invitation opens the door
/// where only some may sign up, and not where nobody may.
pub async fn join(ctx: &Ctx, token: &str, input: JoinAsNew, client: Client) -> Result<Joined> {
    let shown = find_shown(ctx, token).await?;
    shown.offer.require_open()?;
    if ctx.settings().sign_up == SignUpMode::Closed {
        return Err(Code::SignUpClosed.into());
    }
    if !shown.proves_address {
        return sign_up(ctx, &shown, input).await;
    }
    let email = EmailAddress::parse(&shown.offer.email)?;
    let (name, hash) = check(ctx, &shown, &email, &input).await?;
    let tx = ctx.begin().await?;
    // The organization first, then the account: everybody locks in this order.
    accept::check(&tx, ctx, &shown.offer).await?;
    let account = accounts::make_invited(&tx, ctx, &email, &name, &hash).await?;
    let opened = sessions::begin(&tx, ctx, &account, client).await?;
    let actor = Actor::User(opened.1);
    let organization = accept::take(&tx, ctx, &actor, account.user.id, &shown.offer).await?;
    tx.commit().await?;
    Ok(Joined::In(Box::new(organization), Box::new(opened.0)))
}

async fn sign_up(ctx: &Ctx, shown: &Shown, input: JoinAsNew) -> Result<Joined> {
    let email = shown.offer.email.clone();
    let input = SignUp {
        name: input.name,
        email: email.clone(),
        password: input.password,
    };
    accounts::sign_up_invited(ctx, input).await?;
    Ok(Joined::CheckInbox(email))
}

/// The name as it is kept, and the hash of a good password.
async fn check(
    ctx: &Ctx,
    shown: &Shown,
    email: &EmailAddress,
    input: &JoinAsNew,
) -> Result<(String, String)> {
    let settings = ctx.settings();
    let shortest = settings.passwords.shortest;
    let mut problems = Problems::default();
    let name = problems.take("name", one_line(&input.name, LONGEST_NAME));
    problems.take("password", input.password.check_new(shortest));
    let name = name.unwrap_or_default();
    problems.refuse_if_any()?;
    let organization = super::store::organization(ctx.read(), shown.offer.organization_id)
        .await?
        .ok_or(Code::InvitationInvalid)?;
    let context = passwords::Context {
        product_name: &settings.product_name,
        email: email.as_str(),
        name: &format!("{name} {}", organization.name),
        username: "",
    };
    passwords::check(&input.password, shortest, &context)
        .map_err(|problem| problem.on("password"))?;
    let permit = ctx.hasher().permit().await?;
    let hash = ctx
        .hasher()
        .hash(permit, ctx.random(), &input.password)
        .await?;
    Ok((name, hash))
}
