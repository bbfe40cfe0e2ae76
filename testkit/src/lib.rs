//! What a test of the rules stands on: a migrated database of its own, a clock it sets, dice that fall the same each time, a
//! mailbox, and people to act. Used by `tests/` files alone.
//!
//! A test is an async function of a [`Kit`], and runs on SQLite and on PostgreSQL:
//!
//! ```
//! use testkit::{Kit, on_each_database};
//!
//! on_each_database! {
//!     a_person_has_one_session_after_signing_in,
//! }
//!
//! async fn a_person_has_one_session_after_signing_in(kit: Kit) {
//!     let ada = kit.person("ada").await;
//!     ada.signs_in().await;
//!     assert_eq!(kit.number("SELECT count(*) FROM sessions").await, 1);
//! }
//! # fn main() {}
//! ```
//!
//! The list is the file's table of contents; a function that was forgotten there is dead code, and the compiler says so. The
//! tests are called `sqlite::…` and `postgres::…`. One on PostgreSQL fails where there is no server, since a test that did
//! not run has not passed: `scripts/with-postgres.sh cargo nextest run` brings one.
//!
//! A finished test has read its mail and leaves none queued, and every organization has its owner and counts its members
//! rightly; this is checked when it ends ([`Kit::finish`]).
//!
//! To add somebody who acts: a method of [`Invitee`](people::Invitee) for how they come to be, of [`Person`] for what they do,
//! of [`Org`] for where they do it.
//! Set-up goes through use cases; [`Kit::sql`] is for states that no use case reaches.

mod charges;
pub mod clock;
pub mod codes;
mod database;
pub mod dice;
mod kit;
pub mod organizations;
pub mod passkeys;
pub mod people;
pub mod post;
pub mod providers;
mod statements;

pub use clock::TestClock;
pub use codes::App;
pub use database::{Backend, run_on_file};
pub use kit::{FIREFOX, HOME, Kit, run, settings};
pub use organizations::{Invite, Org};
pub use passkeys::Authenticator;
pub use people::{Person, sign_in};
pub use post::Post;
pub use providers::{FakeProvider, Instead, Signed};

/// Makes a test on SQLite of each async function of a [`Kit`]: for what PostgreSQL does not have. Once in a module.
#[macro_export]
macro_rules! on_sqlite {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[test]
                fn $name() {
                    $crate::run($crate::Backend::Sqlite, super::$name);
                }
            )+
        }
    };
}

/// Makes two tests of each async function of a [`Kit`]: `sqlite::name` and `postgres::name`. Once in a module.
#[macro_export]
macro_rules! on_each_database {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[test]
                fn $name() {
                    $crate::run($crate::Backend::Sqlite, super::$name);
                }
            )+
        }
        mod postgres {
            $(
                #[test]
                fn $name() {
                    $crate::run($crate::Backend::Postgres, super::$name);
                }
            )+
        }
    };
}
