//! What a person is in the schema.

use async_graphql::{Enum, ID, SimpleObject};
use contract::accounts;

use super::scalars::DateTime;

/// A person with an account. Readable by that person alone; to everybody else it does not exist.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct User {
    /// Begins with `usr_`, and never changes.
    pub(super) id: ID,
    /// Where letters go, and what the person signs in with. No two people share one, in whatever case it is written.
    email: String,
    /// 3 to 32 letters a–z and digits, with single dots, hyphens or underscores between them. No two people share one.
    username: String,
    /// How the person is called; may be empty.
    name: String,
    /// A telephone number in the form of ITU-T E.164, like `+442079460000`.
    phone: Option<String>,
    /// When the address was proved to be the person's. Before that nobody can sign in with it.
    email_verified_at: Option<DateTime>,
    /// When the account was made.
    created_at: DateTime,
    /// When address, username, name, phone number or password last changed.
    updated_at: DateTime,
    /// How the person likes things.
    profile: Profile,
}

/// How a person likes things. Made together with the account.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct Profile {
    /// A name of the IANA time zone database, like `Europe/Berlin`; `UTC` at first.
    time_zone: String,
    /// A BCP 47 tag, like `en` or `pt-BR`; `en` at first.
    language: String,
    /// How pages are coloured for this person.
    theme: Theme,
    /// When any of these last changed.
    updated_at: DateTime,
}

/// How pages are coloured.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "accounts::Theme")]
pub(super) enum Theme {
    /// As the device is set.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl From<contract::User> for User {
    fn from(user: contract::User) -> Self {
        Self {
            id: user.id.to_string().into(),
            email: user.email,
            username: user.username,
            name: user.name,
            phone: user.phone,
            email_verified_at: user.email_verified_at.map(DateTime),
            created_at: user.created_at.into(),
            updated_at: user.updated_at.into(),
            profile: user.profile.into(),
        }
    }
}

impl From<accounts::Profile> for Profile {
    fn from(profile: accounts::Profile) -> Self {
        Self {
            time_zone: profile.time_zone,
            language: profile.language,
            theme: profile.theme.into(),
            updated_at: profile.updated_at.into(),
        }
    }
}
