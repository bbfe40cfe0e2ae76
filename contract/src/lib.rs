//! What browser and server agree on.
//!
//! Ids, inputs, views, refusals and the validation that both sides run: the browser while a person types, the server
//! before it believes anything. This crate compiles for wasm32, has no features and does no IO; it knows neither clock
//! nor randomness, so it parses ids but never mints them.
//!
//! To add a field: a type whose `parse` refuses with a [`Problem`], a line in the slice's input, and a test below it.
//! To add a refusal: a line in [`problem`], where every code and its sentence stand on one screen.

pub mod accounts;
pub mod admin;
pub mod api_keys;
pub mod email;
pub mod identities;
pub mod ids;
pub mod invitations;
pub mod languages;
pub mod members;
pub mod organizations;
pub mod page;
pub mod passkeys;
pub mod password;
pub mod permissions;
pub mod problem;
pub mod second_factors;
pub mod sessions;
pub mod text;
pub mod time;
pub mod usage;
pub mod verification;

pub use accounts::User;
pub use email::EmailAddress;
pub use ids::{
    ApiKeyId, AuditEventId, IdentityId, InvitationId, MailId, MembershipId, OrganizationId,
    PasskeyId, SessionId, UserId,
};
pub use organizations::{Organization, Slug};
pub use password::Password;
pub use permissions::{Permission, Role};
pub use problem::{Code, Problem, Problems};
pub use time::Timestamp;
