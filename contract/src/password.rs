//! Passwords: the basic rule and a hint at strength, the same in browser and server.
//!
//! The server adds what cannot be carried to the browser: the list of common passwords and the words of the product and
//! the person (`domain::passwords`).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::problem::{Code, Problem};

/// Shortest password where it alone signs in: 15 code points (NIST SP 800-63B-4 §3.1.1.2).
pub const SHORTEST: usize = 15;

/// The least an operator may configure, and only where a second factor is demanded (OWASP ASVS 5.0, 6.2.1).
pub const SHORTEST_WITH_SECOND_FACTOR: usize = 8;

/// Longest password, in code points. Longer ones are refused, never cut.
pub const LONGEST: usize = 128;

/// A password as typed. Its `Debug` shows nothing.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for hashing and comparing.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks a password that somebody chooses: its length in code points, and no NUL. There are no composition rules.
    pub fn check_new(&self, shortest: usize) -> Result<(), Problem> {
        if self.0.is_empty() {
            return Err(Problem::new(Code::Required));
        }
        if self.0.contains('\0') {
            return Err(Problem::new(Code::InvalidCharacters));
        }
        let length = self.0.chars().count();
        if length < shortest {
            return Err(Problem::password_too_short(shortest));
        }
        self.check_length()
    }

    /// Checks a password that somebody gives to sign in: present, and not longer than any password can be.
    pub fn check_given(&self) -> Result<(), Problem> {
        if self.0.is_empty() {
            Err(Problem::new(Code::Required))
        } else {
            self.check_length()
        }
    }

    fn check_length(&self) -> Result<(), Problem> {
        // Four bytes hold any code point, so a megabyte is refused without being counted.
        if self.0.len() > LONGEST * 4 || self.0.chars().count() > LONGEST {
            return Err(Problem::password_too_long(LONGEST));
        }
        Ok(())
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A hint while typing; it refuses nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Strength {
    TooShort,
    Fair,
    Good,
    Strong,
}

impl Strength {
    /// Judged by length and by how many different characters there are: what length cannot buy when one character is
    /// repeated. An estimate for a hint, not a measure of entropy.
    pub fn of(text: &str, shortest: usize) -> Self {
        let length = text.chars().count();
        if length < shortest {
            return Self::TooShort;
        }
        let mut seen: Vec<char> = text.chars().take(LONGEST).collect();
        seen.sort_unstable();
        seen.dedup();
        match (length - shortest, seen.len()) {
            (_, ..=5) => Self::Fair,
            (0..=3, _) | (_, 6..=8) => Self::Good,
            _ => Self::Strong,
        }
    }

    /// 0 to 3, for a `<meter>`.
    pub const fn level(self) -> u8 {
        self as u8
    }

    pub const fn words(self) -> &'static str {
        match self {
            Self::TooShort => "Too short",
            Self::Fair => "Fair: few different characters",
            Self::Good => "Good",
            Self::Strong => "Strong",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> Option<Code> {
        Password::new(text)
            .check_new(SHORTEST)
            .err()
            .map(|p| p.code)
    }

    #[test]
    fn fourteen_code_points_are_refused_and_fifteen_taken_whatever_they_are() {
        assert_eq!(refusal("abcdefghijklmn"), Some(Code::PasswordTooShort));
        for text in [
            "abcdefghijklmno",
            "123456789012345",
            "               ",
            "пароль пароль п",
            "🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑",
        ] {
            assert_eq!(refusal(text), None, "{text}");
        }
    }

    #[test]
    fn the_longest_is_taken_whole_and_one_more_is_refused() {
        assert_eq!(refusal(&"é".repeat(LONGEST)), None);
        assert_eq!(
            refusal(&"é".repeat(LONGEST + 1)),
            Some(Code::PasswordTooLong)
        );
        assert_eq!(refusal(&"a".repeat(1_000_000)), Some(Code::PasswordTooLong));
    }

    #[test]
    fn nothing_and_nul_are_refused() {
        assert_eq!(refusal(""), Some(Code::Required));
        assert_eq!(
            refusal("abcdefghijkl\0mnopq"),
            Some(Code::InvalidCharacters)
        );
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Password::new("hunter2")), "Password(…)");
    }

    #[test]
    fn strength_grows_with_length_and_variety() {
        assert_eq!(Strength::of("short", SHORTEST), Strength::TooShort);
        assert_eq!(
            Strength::of("aaaaaaaaaaaaaaaaaaaaaaaa", SHORTEST),
            Strength::Fair
        );
        assert_eq!(Strength::of("abcdefghijklmno", SHORTEST), Strength::Good);
        assert_eq!(
            Strength::of("correct horse battery staple", SHORTEST),
            Strength::Strong
        );
    }
}
