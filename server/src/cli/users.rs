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
    /// Create an account; its address counts as verified
    Create {
        #[arg(long)]
        email: String,
        /// The person's name
        #[arg(long)]
        name: String,
        /// Make them staff, who can manage everybody's accounts
        #[arg(long)]
        staff: bool,
        /// Read the password from standard input; without one, the person sets it with "Forgot password?"
        #[arg(long)]
        password_stdin: bool,
    },
    /// Set a password, from a prompt or standard input; all sessions of the account end
    SetPassword {
        #[arg(long)]
        email: String,
    },
    /// Suspend an account: all sessions end, and nobody can sign in to it until it is restored
    Suspend {
        email: String,
        /// The reason, for the audit log
        #[arg(long)]
        reason: String,
    },
    /// Let a suspended person sign in again
    Restore {
        email: String,
        /// The reason, for the audit log
        #[arg(long)]
        reason: String,
    },
    /// Remove the authenticator app, passkeys and recovery codes of somebody who has lost them; all sessions end. Make sure first
    /// that it is really them who asks
    ResetSecondFactors {
        email: String,
        /// The reason, and how you know who asks; for the audit log
        #[arg(long)]
        reason: String,
    },
    /// Make somebody staff: they can manage everybody's accounts, once they have set up a second step
    GrantStaff {
        email: String,
        /// The reason, for the audit log
        #[arg(long)]
        reason: String,
    },
    /// Stop somebody from being staff, starting with their next request
    RevokeStaff {
        email: String,
        /// The reason, for the audit log
        #[arg(long)]
        reason: String,
    },
    /// List all accounts, oldest first
    List {
        /// Print JSON
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
            let mut text = format!("Created {} with the address {}.\n", user.id, user.email);
            if !has_password {
                let page = ctx.settings().page("/forgot-password");
                text += &format!(
                    "The account has no password yet. To set one, request a link at {page} .\n"
                );
            }
            Ok(text)
        }
        UserCommand::SetPassword { email } => {
            accounts::set_password(ctx, &Actor::Operator, &email, &password::ask_or_read()?)
                .await?;
            Ok(format!(
                "The password of {email} is set, and all sessions have ended.\n"
            ))
        }
        UserCommand::Suspend { email, reason } => {
            let user = accounts::get_by_email(ctx, &Actor::Operator, &email).await?;
            accounts::suspend(ctx, &Actor::Operator, user.id, &reason).await?;
            Ok(format!(
                "{} is suspended, and all sessions have ended.\n",
                user.email
            ))
        }
        UserCommand::Restore { email, reason } => {
            let user = accounts::get_by_email(ctx, &Actor::Operator, &email).await?;
            accounts::restore(ctx, &Actor::Operator, user.id, &reason).await?;
            Ok(format!("{} is no longer suspended.\n", user.email))
        }
        UserCommand::ResetSecondFactors { email, reason } => {
            let user = accounts::get_by_email(ctx, &Actor::Operator, &email).await?;
            second_factors::reset(ctx, &Actor::Operator, user.id, &reason).await?;
            Ok(format!(
                "{} now signs in with the password alone, and all sessions have ended.\n",
                user.email
            ))
        }
        UserCommand::GrantStaff { email, reason } => {
            let user = set_staff(ctx, &email, true, &reason).await?;
            Ok(format!(
                "{} is now staff, and needs a second step to open the console.\n",
                user.email
            ))
        }
        UserCommand::RevokeStaff { email, reason } => {
            let user = set_staff(ctx, &email, false, &reason).await?;
            Ok(format!("{} is no longer staff.\n", user.email))
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
