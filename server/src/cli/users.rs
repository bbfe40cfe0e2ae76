//! `latchkey user`.

use clap::Subcommand;
use contract::User;
use domain::{
    Actor, Ctx,
    accounts::{self, CreateUser, Listed},
    second_factors,
};
use serde_json::json;

use super::{password, table};
use crate::fault::Fault;

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum UserCommand {
    /// Make an account; its address counts as verified
    Create {
        #[arg(long)]
        email: String,
        /// What the person is called
        #[arg(long)]
        name: String,
        /// May look after everybody's accounts
        #[arg(long)]
        staff: bool,
        /// Read the password from the standard input; without one, the person sets it by "forgot password"
        #[arg(long)]
        password_stdin: bool,
    },
    /// Set a password, from a prompt or the standard input; all sessions of the account end
    SetPassword {
        #[arg(long)]
        email: String,
    },
    /// Keep somebody out: all sessions end, and nobody signs in to the account until it is restored
    Suspend {
        email: String,
        /// Why, for the audit log
        #[arg(long)]
        reason: String,
    },
    /// Let a suspended person sign in again
    Restore {
        email: String,
        /// Why, for the audit log
        #[arg(long)]
        reason: String,
    },
    /// Take the authenticator app and the recovery codes away from somebody who has lost them; all sessions end. Know first
    /// that it is the person who asks
    ResetSecondFactors {
        email: String,
        /// Why, and how you know who asks; for the audit log
        #[arg(long)]
        reason: String,
    },
    /// Make somebody staff: they look after everybody's accounts, once they have set up a second step
    GrantStaff {
        email: String,
        /// Why, for the audit log
        #[arg(long)]
        reason: String,
    },
    /// Make a member of staff a person like others, from the next request on
    RevokeStaff {
        email: String,
        /// Why, for the audit log
        #[arg(long)]
        reason: String,
    },
    /// List all accounts, oldest first
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// Accounts that are fetched at once.
const PAGE: usize = 1_000;

pub(super) async fn run(ctx: &Ctx, command: UserCommand) -> Result<String, Fault> {
    match command {
        UserCommand::Create {
            email,
            name,
            staff,
            password_stdin,
        } => {
            let password = if password_stdin {
                Some(password::read(std::io::stdin().lock())?)
            } else {
                None
            };
            let has_password = password.is_some();
            let user = accounts::create(
                ctx,
                &Actor::Operator,
                CreateUser {
                    email,
                    name,
                    password,
                    is_staff: staff,
                },
            )
            .await?;
            let mut text = format!("Made {} with the address {}.\n", user.id, user.email);
            if !has_password {
                let page = ctx.settings().page("/forgot-password");
                text += &format!(
                    "It has no password yet: whoever reads mail at this address sets one by a link, which {page} sends.\n"
                );
            }
            Ok(text)
        }
        UserCommand::SetPassword { email } => {
            accounts::set_password(ctx, &Actor::Operator, &email, &password::ask_or_read()?)
                .await?;
            Ok(format!(
                "The password of {email} is set, and all sessions are ended.\n"
            ))
        }
        UserCommand::Suspend { email, reason } => {
            let user = accounts::get_by_email(ctx, &Actor::Operator, &email).await?;
            accounts::suspend(ctx, &Actor::Operator, user.id, &reason).await?;
            Ok(format!(
                "{} is suspended, and all sessions are ended.\n",
                user.email
            ))
        }
        UserCommand::Restore { email, reason } => {
            let user = accounts::get_by_email(ctx, &Actor::Operator, &email).await?;
            accounts::restore(ctx, &Actor::Operator, user.id, &reason).await?;
            Ok(format!("{} is not suspended any more.\n", user.email))
        }
        UserCommand::ResetSecondFactors { email, reason } => {
            let user = accounts::get_by_email(ctx, &Actor::Operator, &email).await?;
            second_factors::reset(ctx, &Actor::Operator, user.id, &reason).await?;
            Ok(format!(
                "{} signs in with the password alone, and all sessions are ended.\n",
                user.email
            ))
        }
        UserCommand::GrantStaff { email, reason } => {
            let user = set_staff(ctx, &email, true, &reason).await?;
            Ok(format!(
                "{} is staff, and needs a second step to open the console.\n",
                user.email
            ))
        }
        UserCommand::RevokeStaff { email, reason } => {
            let user = set_staff(ctx, &email, false, &reason).await?;
            Ok(format!("{} is not staff any more.\n", user.email))
        }
        UserCommand::List { json } => {
            let users = all(ctx).await?;
            Ok(if json {
                as_json(&users)
            } else {
                as_text(&users)
            })
        }
    }
}

async fn set_staff(ctx: &Ctx, email: &str, is_staff: bool, reason: &str) -> Result<User, Fault> {
    let user = accounts::get_by_email(ctx, &Actor::Operator, email).await?;
    Ok(accounts::set_staff(ctx, &Actor::Operator, user.id, is_staff, reason).await?)
}

async fn all(ctx: &Ctx) -> Result<Vec<Listed>, Fault> {
    let mut users: Vec<Listed> = Vec::new();
    loop {
        let after = users.last().map(|user| (user.created_at, user.id));
        let page = accounts::list(ctx, &Actor::Operator, after, PAGE as u64).await?;
        let is_last = page.len() < PAGE;
        users.extend(page);
        if is_last {
            return Ok(users);
        }
    }
}

fn as_text(users: &[Listed]) -> String {
    let row = |user: &Listed| {
        let marks = [
            (user.is_staff, "staff"),
            (!user.is_verified, "unverified"),
            (user.is_suspended, "suspended"),
        ];
        let marks: Vec<&str> = marks
            .into_iter()
            .filter_map(|(has, mark)| has.then_some(mark))
            .collect();
        [
            user.id.to_string(),
            user.email.clone(),
            user.name.clone(),
            user.created_at.to_string(),
            marks.join(", "),
        ]
    };
    table::aligned(
        ["ID", "E-MAIL", "NAME", "CREATED", ""],
        users.iter().map(row),
    )
}

fn as_json(users: &[Listed]) -> String {
    let user = |user: &Listed| {
        json!({
            "id": user.id,
            "email": user.email,
            "username": user.username,
            "name": user.name,
            "isVerified": user.is_verified,
            "isStaff": user.is_staff,
            "isSuspended": user.is_suspended,
            "createdAt": user.created_at.to_string(),
        })
    };
    let users: Vec<_> = users.iter().map(user).collect();
    format!("{:#}\n", serde_json::Value::from(users))
}
