//! What a form without a script leaves to say on the page that follows it, in a sealed cookie.

use std::io::{Read as _, Write as _};

use axum::http::{HeaderValue, header};
use contract::{Code, UserId};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use serde::{Deserialize, Serialize};

use crate::{
    cookies::{self, Keep, Name},
    ssr::{self, RequestCtx},
    visit::Flash,
};

/// Seals what the cookie holds.
const PURPOSE: &str = "flash";

/// A flash that nobody came back for is forgotten after so many seconds: time enough to sign in again.
const SECONDS: i64 = 10 * 60;

/// Sealed and in base64 it fits into the 4096 bytes that browsers promise for a cookie (RFC 6265 §6.1).
const LARGEST: usize = 2900;

/// Longer texts than any field takes are cut before anything else is done with them.
const LONGEST_VALUE: usize = 8000;

/// A text that is cut further is of no more use.
const SHORTEST_VALUE: usize = 200;

/// What the cookie holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Waiting {
    /// The path of the page that says it; until that is opened, it waits.
    page: String,
    /// Who was signed in when it was left. To somebody else it says nothing.
    whose: Option<UserId>,
    flash: Flash,
}

/// The `Set-Cookie` line that hands a flash to the page of this address.
pub fn cookie(request: &RequestCtx, flash: Flash, page: &str) -> HeaderValue {
    let waiting = Waiting {
        page: path(page).to_owned(),
        whose: visitor(request),
        flash,
    };
    let sealed = request.ctx.seal_text(PURPOSE, &fitted(waiting));
    let keep = Keep::Seconds(SECONDS);
    cookies::set(Name::Flash, &sealed, keep, request.is_https())
}

fn path(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

/// Reads the flash once, on its page: the cookie goes with the answer. On the way to that page, as where one has to sign in
/// first, it stays.
pub fn take(request: &RequestCtx) -> Option<Flash> {
    let mut flash = waiting(request)?;
    ssr::set_cookie(request, Name::Flash, "", Keep::No);
    if request.authenticated.is_some() {
        // Whose session had ended has signed in again; what they typed is still there.
        let problems = &mut flash.problems.0;
        problems.retain(|problem| problem.code != Code::Unauthenticated);
    }
    Some(flash)
}

/// Hands the flash of the page that is asked for to another, where a browser is led instead.
pub fn lead_on(request: &RequestCtx, to: &str) {
    if let Some(flash) = waiting(request) {
        ssr::append_header(header::SET_COOKIE, cookie(request, flash, to));
    }
}

/// The flash for the page that is asked for, and for who asks.
fn waiting(request: &RequestCtx) -> Option<Flash> {
    let sealed = ssr::cookie(request, Name::Flash)?;
    let Waiting { page, whose, flash } = unpack(&request.ctx.open_text(PURPOSE, &sealed)?)?;
    let is_anothers = whose
        .zip(visitor(request))
        .is_some_and(|(one, other)| one != other);
    (page == ssr::path() && !is_anothers).then_some(flash)
}

fn visitor(request: &RequestCtx) -> Option<UserId> {
    request.actor.signed_in().ok().map(|person| person.user_id)
}

/// As much of a flash as a cookie holds: the longest texts are cut first, then the last refusals go.
fn fitted(mut waiting: Waiting) -> Vec<u8> {
    for (_, value) in &mut waiting.flash.values {
        value.truncate(value.floor_char_boundary(LONGEST_VALUE));
    }
    loop {
        let packed = pack(&waiting);
        if packed.len() <= LARGEST {
            return packed;
        }
        let flash = &mut waiting.flash;
        let longest = flash.values.iter_mut().map(|(_, value)| value);
        match longest.max_by_key(|value| value.len()) {
            Some(value) if value.len() > SHORTEST_VALUE => {
                value.truncate(value.floor_char_boundary(value.len() * 3 / 4));
            }
            _ if flash.problems.0.pop().is_some() => {}
            _ => {
                waiting.flash = Flash::of(&flash.form);
                return pack(&waiting);
            }
        }
    }
}

fn pack(waiting: &Waiting) -> Vec<u8> {
    let json = serde_json::to_vec(waiting).unwrap_or_default();
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(&json).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

fn unpack(packed: &[u8]) -> Option<Waiting> {
    let mut json = Vec::new();
    DeflateDecoder::new(packed).read_to_end(&mut json).ok()?;
    serde_json::from_slice(&json).ok()
}

#[cfg(test)]
mod tests {
    use contract::{Problem, Problems};

    use super::*;

    fn waiting(emails: usize) -> Waiting {
        let address = |at: usize| format!("person.number.{at}@a-company-of-some-size.example");
        let problem = |at| {
            let message = format!("{} is already a member.", address(at)).into();
            Problem {
                message,
                ..Problem::new(Code::AlreadyMember).on("emails")
            }
        };
        let all: Vec<_> = (0..emails).map(address).collect();
        let flash = Flash {
            problems: Problems((0..emails).map(problem).collect()),
            values: vec![
                ("emails".to_owned(), all.join(", ")),
                ("role".to_owned(), "admin".to_owned()),
            ],
            ..Flash::of("invite")
        };
        Waiting {
            page: "/o/acme/members/invite".to_owned(),
            whose: None,
            flash,
        }
    }

    #[test]
    fn a_long_list_with_a_refusal_for_each_comes_back_whole() {
        let waiting = waiting(20);
        assert_eq!(unpack(&fitted(waiting.clone())), Some(waiting));
    }

    #[test]
    fn what_does_not_fit_is_cut_and_nothing_else_is_lost() {
        let mut state = 7_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from_u32(0x4e00 + (state >> 16) % 5000).expect("an ideograph")
        };
        let mut waiting = waiting(3);
        waiting.flash.values[0].1 = (0..100_000).map(|_| noise()).collect();
        let packed = fitted(waiting.clone());
        assert!(packed.len() <= LARGEST, "{}", packed.len());
        let kept = unpack(&packed).expect("what was packed").flash;
        let flash = waiting.flash;
        assert_eq!(kept.problems, flash.problems);
        assert_eq!(kept.values[1], flash.values[1]);
        let (text, typed) = (&kept.values[0].1, &flash.values[0].1);
        assert!(
            text.len() > 1000 && typed.starts_with(text.as_str()),
            "{}",
            text.len()
        );
    }
}
