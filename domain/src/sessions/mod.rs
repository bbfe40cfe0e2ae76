//! Sessions: a person is signed in, in one browser or one program.
//!
//! The token is opaque, 256 random bits, stored hashed; ending a session acts at once, because every request looks it up.
//! A browser's session ends with the browser and after 12 hours unused, or, when it is to be kept, after 30 days unused
//! and 90 days in all; a program's is like a kept one. Browser tokens work only as cookies and program tokens only as
//! bearer tokens. The token is replaced at every sign-in and whenever the session gains rights (step-up, new password). Staff may
//! act as a person in a session of theirs, for an hour (`impersonate`).

mod authenticate;
mod device;
mod end_for;
mod impersonate;
mod known;
mod letters;
mod passkey;
mod queries;
mod revoke;
mod revoke_others;
mod second_step;
mod sign_in;
mod sign_out;
mod step_up;
mod store;
mod ways_in;

use contract::{
    SessionId, Timestamp, UserId,
    sessions::{Method, SecondStep, Session},
};

use crate::{Actor, Ctx, PlainSecret, context::Tx, error::Result};

pub use authenticate::{Authenticated, authenticate};
pub use end_for::{end_all_of, end_one_of};
pub use impersonate::{IMPERSONATION_SECONDS, impersonate, impersonation, stop_impersonating};
pub use passkey::{begin_passkey_sign_in, sign_in_with_passkey};
pub(crate) use queries::{count_of, page_of};
pub use queries::{count_own, page_own};
pub use revoke::revoke;
pub use revoke_others::revoke_others;
pub(crate) use second_step::enter;
pub use second_step::{
    Challenge, Completed, Entered, begin_second_step_with_passkey, complete_second_factor,
    waiting_for,
};
pub use sign_in::sign_in;
pub(crate) use sign_in::{GUESSES, begin, confirm_password, count_sign_in, network};
pub use sign_out::sign_out;
pub use step_up::{Proof, require_fresh, step_up};
pub(crate) use store::impersonations::cut_off_all as cut_off_impersonations;
pub(crate) use store::waiting::distrust_browsers;
pub(crate) use store::{count_each, count_live, delete_all, delete_others, require_there};
pub(crate) use ways_in::require_way_in;

/// What a session token begins with.
const PREFIX: &str = "lks";

/// What the token of a sign-in begins with that waits for its second step.
const PREFIX_OF_CHALLENGES: &str = "lkc";

/// What the token begins with of a browser that skips the second step.
const PREFIX_OF_TRUST: &str = "lkt";

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

/// How long a proof of identity counts as fresh for sensitive acts, in seconds.
pub const FRESH_SECONDS: i64 = 10 * 60;

/// The template of the letter that tells somebody of staff who act as them.
pub(crate) const LETTER_OF_IMPERSONATION: &str = "impersonated";

/// Where a session lives, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In a browser, until it is closed.
    Browser,
    /// In a browser that is to keep it.
    Remembered,
    /// In a program, as a bearer token.
    Program,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Remembered => "remembered",
            Self::Program => "program",
        }
    }

    fn of(text: &str) -> Option<Self> {
        [Self::Browser, Self::Remembered, Self::Program]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }

    const fn of_client(client: Client, remember: bool) -> Self {
        match client {
            Client::Program => Self::Program,
            Client::Browser if remember => Self::Remembered,
            Client::Browser => Self::Browser,
        }
    }

    const fn client(self) -> Client {
        match self {
            Self::Browser | Self::Remembered => Client::Browser,
            Self::Program => Client::Program,
        }
    }

    /// Seconds without use after which it ends.
    pub const fn idle_seconds(self) -> i64 {
        match self {
            Self::Browser => 12 * HOUR,
            Self::Remembered | Self::Program => 30 * DAY,
        }
    }

    /// Seconds after which it ends however much it is used.
    pub const fn longest_seconds(self) -> i64 {
        match self {
            Self::Browser => 7 * DAY,
            Self::Remembered | Self::Program => 90 * DAY,
        }
    }
}

/// What carries the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    Browser,
    Program,
}

/// A session that has just begun or changed its token: what its owner must keep from now on.
#[derive(Clone, Debug)]
pub struct Opened {
    pub user_id: UserId,
    pub session: Session,
    pub kind: Kind,
    /// When its owner last proved who they are.
    pub authenticated_at: Timestamp,
    pub token: PlainSecret,
    /// The device cookie to set in a browser: guesses by strangers will not slow this one down.
    pub device: String,
}

/// Gives a session a new token, and perhaps a fresh proof of identity.
pub(crate) async fn rotate(
    tx: &Tx,
    ctx: &Ctx,
    session_id: SessionId,
    is_fresh: bool,
) -> Result<Opened> {
    let token = PlainSecret::mint(ctx.random(), PREFIX);
    let proved_at = is_fresh.then(|| ctx.now());
    let renewed = store::set_token(tx, session_id, &token.hash(), proved_at).await?;
    let store::Renewed {
        user_id,
        kind,
        session,
        authenticated_at,
    } = renewed;
    Ok(Opened {
        user_id,
        session,
        kind,
        authenticated_at,
        token,
        device: device::remember(ctx, user_id),
    })
}

/// Opens a session of a program for somebody who is made up.
pub(crate) async fn begin_for_program(tx: &Tx, ctx: &Ctx, user_id: UserId) -> Result<PlainSecret> {
    let token = PlainSecret::mint(ctx.random(), PREFIX);
    let how = store::How {
        kind: Kind::Program,
        method: Method::Password,
        second_step: SecondStep::None,
    };
    store::insert(tx, ctx, user_id, how, ctx.now(), &token.hash()).await?;
    Ok(token)
}

/// The device, when this person has signed in with it before.
pub(crate) fn known_device(ctx: &Ctx, user_id: UserId) -> Option<&str> {
    device::known(ctx, user_id)
}

/// Deletes some of what has ended; gives how many rows.
pub(crate) async fn sweep(tx: &Tx, ctx: &Ctx, now: Timestamp, most: u64) -> Result<u64> {
    Ok(impersonate::sweep(tx, ctx, most).await?
        + store::sweep(tx, now, most).await?
        + store::waiting::sweep(tx, now, most).await?
        + store::known::sweep(tx, now).await?)
}

/// How many other live sessions the signed-in person has.
pub async fn count_others(ctx: &Ctx, actor: &Actor) -> Result<u64> {
    let user = actor.signed_in()?;
    store::count_others(ctx.read(), user.user_id, user.session_id, ctx.now()).await
}

/// "Firefox on Linux"; a label, nothing to decide by.
pub fn describe_user_agent(user_agent: &str) -> String {
    let parsed = woothee::parser::Parser::new().parse(user_agent);
    let known = |text: &str| (text != "UNKNOWN" && !text.is_empty()).then(|| text.to_owned());
    match parsed
        .as_ref()
        .map(|agent| (known(agent.name), known(agent.os)))
    {
        Some((Some(browser), Some(system))) => format!("{browser} on {system}"),
        Some((Some(name), None) | (None, Some(name))) => name,
        _ => "an unknown program".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_agent_is_told_in_words() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
        assert_eq!(describe_user_agent(firefox), "Firefox on Linux");
        assert_eq!(describe_user_agent("<script>"), "an unknown program");
        assert_eq!(describe_user_agent(""), "an unknown program");
    }
}
