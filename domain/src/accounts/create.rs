//! An operator makes an account.

use contract::{
    Code, EmailAddress, Password, Problem, Problems, User, accounts::LONGEST_NAME, text::one_line,
};
use serde_json::json;

use super::{store, username};
use crate::{
    Actor, Ctx,
    audit::{self, Event, Subject},
    context::Tx,
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
    let new = NewAccount::check(ctx, input).await?;
    let tx = ctx.begin().await?;
    if new.is_staff {
        store::hold_staff(&tx).await?;
    }
    let user = new.insert(&tx, ctx, actor).await?;
    tx.commit().await?;
    Ok(user)
}

/// What an operator says of a new account, once it is found good.
pub(crate) struct NewAccount {
    email: EmailAddress,
    name: String,
    password_hash: Option<String>,
    is_staff: bool,
}

impl NewAccount {
    /// Checks all that needs no transaction, and hashes the password.
    pub(crate) async fn check(ctx: &Ctx, input: CreateUser) -> Result<Self> {
        let mut problems = Problems::default();
        let email = problems.take("email", EmailAddress::parse(&input.email));
        let name = problems.take("name", one_line(&input.name, LONGEST_NAME));
        let (Some(email), Some(name)) = (email, name) else {
            return Err(problems.into());
        };
        let password_hash = match &input.password {
            Some(password) => Some(hash(ctx, password, &email, &name).await?),
            None => None,
        };
        Ok(Self {
            email,
            name,
            password_hash,
            is_staff: input.is_staff,
        })
    }

    /// Makes it. Refused: `EMAIL_TAKEN`.
    pub(crate) async fn insert(self, tx: &Tx, ctx: &Ctx, actor: &Actor) -> Result<User> {
        if store::find_by_email(tx.db(), &self.email.key())
            .await?
            .is_some()
        {
            return Err(Problem::new(Code::EmailTaken).on("email").into());
        }
        let username = username::propose(tx, ctx, &self.email).await?;
        let new = store::NewUser {
            email: &self.email,
            username: &username,
            name: &self.name,
            password_hash: self.password_hash.as_deref(),
            is_verified: true,
            is_staff: self.is_staff,
        };
        let account = store::insert(tx, ctx, &new).await?;
        let event = Event::new("user.created", Subject::User(account.user.id))
            .with(json!({ "staff": self.is_staff }));
        audit::record(tx, ctx, actor, event).await?;
        Ok(account.user)
    }
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
