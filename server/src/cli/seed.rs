//! `latchkey seed`.

use std::{
    fs::{File, OpenOptions},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use clap::Args;
use contract::{Code, text::counted};
use domain::{
    Actor, Ctx, Error,
    seed::{self, Plan, Seeded, SeededKey, SeededSession},
};
use serde_json::json;

use super::password;
use crate::fault::Fault;

#[derive(Clone, Debug, PartialEq, Eq, Args)]
pub struct SeedArgs {
    /// People with a verified account
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub users: u32,
    /// Organizations, a few of them large and many small
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub organizations: u32,
    /// Memberships in all organizations together; each organization has at least its owner
    #[arg(long, value_name = "N", default_value_t = 2_500)]
    pub memberships: u32,
    /// Invitations: pending, expired, declined and revoked; by default as many as organizations
    #[arg(long, value_name = "N")]
    pub invitations: Option<u32>,
    /// API keys in all organizations together; by default four times as many as organizations
    #[arg(long, value_name = "N")]
    pub keys: Option<u32>,
    /// Days of usage of the keys, up to now; by default 30, and none with --secrets, where load begins at zero
    #[arg(long, value_name = "DAYS")]
    pub usage: Option<u32>,
    /// Units per month of each organization; by default those of its tier
    #[arg(long, value_name = "UNITS")]
    pub quota: Option<u64>,
    /// Write the password, the keys' secrets and some people's bearer tokens to a new file, as JSON, for load-testing tools
    #[arg(long, value_name = "FILE")]
    pub secrets: Option<PathBuf>,
    /// Bearer tokens in that file, of the owners of the largest organizations first; by default at most 10
    #[arg(long, value_name = "N", requires = "secrets")]
    pub sessions: Option<u32>,
    /// Members of the largest organization
    #[arg(long, value_name = "N")]
    pub largest: Option<u32>,
    /// Another number gives other people
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Read everybody's password from standard input; without it, one is generated and printed
    #[arg(long)]
    pub password_stdin: bool,
    /// Add to the users who are already there
    #[arg(long)]
    pub add: bool,
    /// Do it even where real people may be: beside other users, or on an installation that serves more than this machine
    #[arg(long)]
    pub yes: bool,
    /// Print what was created as JSON
    #[arg(long)]
    pub json: bool,
}

pub(super) async fn run(ctx: &Ctx, args: SeedArgs, is_production: bool) -> Result<String, Fault> {
    let users = seed::count_users(ctx, &Actor::Operator).await?;
    if !args.yes {
        demand_consent(if args.add { users } else { 0 }, is_production)?;
    }
    let password = if args.password_stdin {
        Some(password::read(std::io::stdin().lock())?)
    } else {
        None
    };
    let file = args.secrets.as_deref().map(SecretsFile::create);
    let file = file.transpose()?;
    let plan = Plan {
        users: args.users,
        organizations: args.organizations,
        memberships: args.memberships,
        invitations: args.invitations.unwrap_or(args.organizations),
        keys: args.keys.unwrap_or(args.organizations.saturating_mul(4)),
        usage: args.usage.unwrap_or(if file.is_some() { 0 } else { 30 }),
        sessions: match (&file, args.sessions) {
            (None, _) => 0,
            (Some(_), asked) => asked.unwrap_or(args.users.min(10)),
        },
        quota: args.quota,
        largest: args.largest,
        seed: args.seed,
        password,
        adds: args.add,
    };
    let made = seed::seed(ctx, &Actor::Operator, plan).await;
    let made = made.map_err(|error| point_to_add(error, users))?;
    if let Some(file) = file {
        file.write(&made)?;
    }
    Ok(if args.json {
        as_json(&made)
    } else {
        as_text(&made, args.secrets.as_deref())
    })
}

/// A new file that only its owner reads. It is there before anything is made, so that no secret is lost for want of a place;
/// dropped unwritten, it goes.
struct SecretsFile<'a> {
    path: &'a Path,
    file: Option<File>,
}

impl<'a> SecretsFile<'a> {
    fn create(path: &'a Path) -> Result<Self, Fault> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| failed(path, &error))?;
        Ok(Self {
            path,
            file: Some(file),
        })
    }

    fn write(mut self, made: &Seeded) -> Result<(), Fault> {
        let Some(file) = self.file.take() else {
            return Ok(());
        };
        let mut file = BufWriter::new(file);
        serde_json::to_writer_pretty(&mut file, &secrets(made))
            .map_err(std::io::Error::from)
            .and_then(|()| file.flush())
            .map_err(|error| failed(self.path, &error))
    }
}

impl Drop for SecretsFile<'_> {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _gone = std::fs::remove_file(self.path);
        }
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Fault {
    Fault::Said(format!("{} cannot be written: {error}", path.display()))
}

fn secrets(made: &Seeded) -> serde_json::Value {
    let key = |key: &SeededKey| {
        json!({
            "id": key.id,
            "organization": key.organization,
            "status": key.status,
            "quota": key.quota,
            "rateLimit": key.rate_limit.map(|rate| json!({ "limit": rate.limit, "periodSeconds": rate.period_seconds })),
            "secret": key.secret.expose(),
        })
    };
    let session = |session: &SeededSession| json!({ "email": session.email, "token": session.token.expose() });
    json!({
        "password": made.password.expose(),
        "keys": made.keys.iter().map(key).collect::<Vec<_>>(),
        "sessions": made.sessions.iter().map(session).collect::<Vec<_>>(),
    })
}

/// Made-up people have one password in common: they must not come among real ones by a slip.
fn demand_consent(users: u64, is_production: bool) -> Result<(), Fault> {
    let why = if is_production {
        "This installation is set up to serve more than this machine".to_owned()
    } else if users > 0 {
        format!("This database has {}", people(users))
    } else {
        return Ok(());
    };
    Err(Fault::Said(format!(
        "{why}, and every made-up person could sign in with the same password. Give --yes if that is what you want."
    )))
}

fn point_to_add(error: Error, users: u64) -> Fault {
    if error.is_refusal(Code::NotEmpty) {
        let people = people(users);
        Fault::Said(format!(
            "NOT_EMPTY: This database already has {people}. Give --add to add made-up ones to them."
        ))
    } else {
        error.into()
    }
}

fn people(users: u64) -> String {
    counted(users, "user", "users")
}

fn as_text(made: &Seeded, secrets: Option<&Path>) -> String {
    let mut text = format!(
        "Created {}, {}, {}, {} and {}.\nEverybody's password: {}\n",
        counted(made.users, "user", "users"),
        counted(made.organizations, "organization", "organizations"),
        counted(made.memberships, "membership", "memberships"),
        counted(made.invitations, "invitation", "invitations"),
        counted(made.keys.len(), "API key", "API keys"),
        made.password.expose()
    );
    if let Some(path) = secrets {
        text += &format!(
            "The secrets of the keys and {}: {}\n",
            counted(made.sessions.len(), "bearer token", "bearer tokens"),
            path.display()
        );
    }
    if let Some(largest) = &made.largest {
        let (slug, owner) = (&largest.slug, &largest.owner);
        let members = counted(largest.members, "member", "members");
        text += &format!("The largest organization: /o/{slug} with {members}, owned by {owner}\n");
    }
    text
}

fn as_json(made: &Seeded) -> String {
    let largest = made.largest.as_ref().map(
        |largest| json!({ "slug": largest.slug, "memberCount": largest.members, "owner": largest.owner }),
    );
    let made = json!({
        "users": made.users,
        "organizations": made.organizations,
        "memberships": made.memberships,
        "invitations": made.invitations,
        "keys": made.keys.len(),
        "password": made.password.expose(),
        "largest": largest,
    });
    format!("{made:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consent_is_demanded_where_real_people_may_be() {
        assert!(demand_consent(0, false).is_ok());
        for (users, is_production, why) in [
            (1, false, "This database has 1 user, "),
            (3, false, "This database has 3 users, "),
            (
                0,
                true,
                "This installation is set up to serve more than this machine",
            ),
        ] {
            let fault = demand_consent(users, is_production).expect_err("it is to be meant");
            let text = fault.to_string();
            assert!(text.starts_with(why) && text.contains("--yes"), "{text}");
        }
    }
}
