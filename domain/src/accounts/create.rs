//! An operator makes an account.

use contract::{
    Code, EmailAddress, Password, Problem, Problems, User, accounts::LONGEST_NAME, text::one_line,
};
use serde_json::json;

use super::{store, username};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    error::{Error, Result},
    passwords,
};

/// What an operator says of a new account. Its address counts as verified: the operator vouches for it.
#[derive(Clone, Debug)]
pub struct CreateUser {
    pub email: String,
    pub name: String,
    /// Without one, the person sets it by "forgot password".
    pub password: Option<Password>,
    pub is_staff: bool,
}

/// Makes a verified account.
pub async fn create(ctx: &Ctx, actor: &Actor, input: CreateUser) -> Result<User> {
    actor.operator()?;
    let mut problems = Problems::default();
    let email = problems.take("email", EmailAddress::parse(&input.email));
    let name = problems.take("name", one_line(&input.name, LONGEST_NAME));
    let (Some(email), Some(name)) = (email, name) else {
        return Err(problems.into());
    };
    let hash = match &input.password {
        Some(password) => Some(hash(ctx, password, &email, &name).await?),
        None => None,
    };
    let tx = ctx.begin().await?;
    if store::find_by_email(tx.db(), &email.key()).await?.is_some() {
        return Err(Problem::new(Code::EmailTaken).on("email").into());
    }
    let username = username::propose(&tx, ctx, &email).await?;
    let new = store::NewUser {
        email: &email,
        username: &username,
        name: &name,
        password_hash: hash.as_deref(),
        is_verified: true,
        is_staff: input.is_staff,
    };
    let account = store::insert(&tx, ctx, &new).await?;
    let event = Event::new("user.created", Subject::User(account.user.id))
        .with(json!({ "staff": input.is_staff }));
    audit::record(&tx, ctx, actor, event).await?;
    tx.commit().await?;
    Ok(account.user)
}

async fn hash(ctx: &Ctx, password: &Password, email: &EmailAddress, name: &str) -> Result<String> {
    let settings = ctx.settings();
    let context = passwords::Context {
        product_name: &settings.product_name,
        email: email.as_str(),
        name,
        username: "",
    };
    passwords::check(password, settings.passwords.shortest, &context)
        .map_err(|problem| Error::from(problem.on("password")))?;
    let permit = ctx.hasher().permit().await?;
    ctx.hasher().hash(permit, ctx.random(), password).await
}
