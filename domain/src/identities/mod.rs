//! Identities: people sign in with an account elsewhere (OpenID Connect Core 1.0, and OAuth 2.0 as GitHub speaks it).
//!
//! A sign-in leaves for the provider with a fresh state, nonce and PKCE verifier, which stay sealed in a cookie of this browser
//! for ten minutes, and is answered once. Who comes back is known by issuer and subject alone. Who is not known yet gets an
//! account when the provider has verified their address and nobody has it; an address that somebody has opens and links
//! nothing until its owner has signed in here. An identity is a first step like a password: a second factor is asked for after
//! it. The last thing that signs somebody in is never taken away.
//!
//! No provider is asked inside a transaction. What it hands out, we use once and forget: none of its tokens is stored, shown or
//! logged.

mod begin;
mod enter;
mod finish;
mod github;
mod letters;
mod link;
mod oidc;
mod pending;
mod providers;
mod queries;
mod reach;
mod store;
mod unlink;

use std::fmt;

use contract::{EmailAddress, SessionId, UserId, identities::Provider};
use serde::{Deserialize, Serialize};

use crate::sessions::{Entered, Opened};

pub use begin::{Begun, Leading, begin_confirmation, begin_link, begin_sign_in, lead_on};
pub use finish::{WayBack, finish, way_back};
pub use pending::{Pending, connect_pending, pending};
pub(crate) use providers::Providers;
pub use queries::{Connection, confirming, connections, list, offered};
pub(crate) use store::{count_usable, delete_since, with_subjects};
pub use unlink::unlink;

/// What a browser brings back from a provider (RFC 6749 §4.1.2, RFC 9207).
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Returned {
    pub state: Option<String>,
    pub code: Option<String>,
    pub iss: Option<String>,
    pub error: Option<String>,
}

impl fmt::Debug for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Returned(…)")
    }
}

/// What coming back came to.
pub enum Finished {
    /// A session is open, or waits for its second step; then the page `next`.
    Entered { entered: Entered, next: String },
    /// The address has an account already. Once its owner has signed in, this connects the identity to it.
    MustSignIn { pending: String, name: String },
    /// The identity is connected to the account of who asks.
    Linked { name: String },
    /// Who asks has proved who they are again; the session goes on under a new token, then the page `next`.
    Confirmed { opened: Opened, next: String },
}

/// Without the secrets in it.
impl fmt::Debug for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Entered { .. } => "Entered",
            Self::MustSignIn { .. } => "MustSignIn",
            Self::Linked { .. } => "Linked",
            Self::Confirmed { .. } => "Confirmed",
        })
    }
}

/// What somebody left for a provider for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Purpose {
    SignIn { next: String },
    Link { session_id: SessionId },
    Confirm { session_id: SessionId, next: String },
}

/// What is to be remembered while somebody is at a provider.
#[derive(Serialize, Deserialize)]
struct Away {
    provider: Provider,
    purpose: Purpose,
    state: String,
    nonce: String,
    /// The PKCE verifier (RFC 7636).
    verifier: String,
}

const SEALED_FOR: &str = "away at a provider";

/// What a provider has said of who came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Claimed {
    provider: Provider,
    issuer: String,
    subject: String,
    /// The address or the name at the provider, for its owner to see.
    label: String,
}

/// And what may make a new account of it.
#[derive(Debug)]
struct Person {
    claimed: Claimed,
    /// Only one that the provider has verified.
    email: Option<EmailAddress>,
    name: String,
    /// When the provider last asked them who they are, where it tells: seconds of Unix time.
    authenticated_at: Option<i64>,
}

/// An identity as it is stored, and whose it is.
#[derive(Debug)]
struct Known {
    user_id: UserId,
    identity: contract::identities::Identity,
}
