//! Passkeys (Web Authentication Level 3): keys that a device or a password manager keeps, and that sign in alone.

use serde::{Deserialize, Serialize};

use crate::{
    PasskeyId, Timestamp,
    problem::{Code, Problem},
    text::one_line,
};

/// Longest name of a passkey, in code points.
pub const LONGEST_NAME: usize = 60;

/// Most passkeys of one person.
pub const MOST: u64 = 20;

/// How long there is to answer, in seconds.
pub const CEREMONY_SECONDS: i64 = 10 * 60;

/// A passkey as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    pub id: PasskeyId,
    pub name: String,
    /// A password manager carries it to other devices.
    pub is_synced: bool,
    pub created_at: Timestamp,
    /// `None` when it never signed anybody in.
    pub last_used_at: Option<Timestamp>,
}

/// A name of at least one character. Refused: `REQUIRED`, `TOO_LONG`, `INVALID_CHARACTERS`.
pub fn check_name(text: &str) -> Result<String, Problem> {
    let name = one_line(text, LONGEST_NAME)?;
    if name.is_empty() {
        Err(Problem::new(Code::Required))
    } else {
        Ok(name)
    }
}
