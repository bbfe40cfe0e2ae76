//! Second factors: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is not at hand.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    problem::{Code, Problem},
};

/// Digits of a code of an app.
pub const DIGITS: usize = 6;

/// How long a code of an app stands, in seconds.
pub const STEP_SECONDS: u64 = 30;

/// How many steps a clock may be ahead or behind.
pub const SKEW_STEPS: u16 = 1;

/// Recovery codes of a set.
pub const RECOVERY_CODES: usize = 10;

/// From so many left on, a person is told to make new ones.
pub const FEW_RECOVERY_CODES: u32 = 3;

/// How long a browser is trusted to skip the second step, in days.
pub const TRUSTED_DAYS: i64 = 30;

/// How long there is for the second step, in seconds.
pub const CHALLENGE_SECONDS: i64 = 10 * 60;

/// The letters and digits of recovery codes: Crockford's Base32, which has none that look alike.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A recovery code: 80 random bits as 16 letters and digits.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

impl RecoveryCode {
    const LENGTH: usize = 16;

    /// The code that stands for these random bytes.
    pub fn of(bytes: [u8; 10]) -> Self {
        let mut bits = bytes
            .iter()
            .fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
        let mut letters = [0; Self::LENGTH];
        for letter in letters.iter_mut().rev() {
            *letter = ALPHABET[(bits & 31) as usize];
            bits >>= 5;
        }
        Self(letters.iter().copied().map(char::from).collect())
    }

    /// Takes what was typed, in any case, with or without hyphens and spaces; letters that look like digits are taken as those.
    pub fn parse(text: &str) -> Option<Self> {
        let letter = |c: char| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let code: String = bare(text).take(Self::LENGTH + 1).map(letter).collect();
        let is_good = code.len() == Self::LENGTH && code.bytes().all(|b| ALPHABET.contains(&b));
        is_good.then_some(Self(code))
    }

    /// Without hyphens; what is hashed.
    pub fn bare(&self) -> &str {
        &self.0
    }
}

/// In groups of four, as it is shown.
impl fmt::Display for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, letter) in self.0.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{letter}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

fn bare(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-')
}

/// What was typed as the second step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenCode {
    /// Six digits.
    App(String),
    Recovery(RecoveryCode),
}

impl GivenCode {
    /// Told apart by their length. Refused: `REQUIRED`, `INVALID_CODE`.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let digits: String = bare(text).take(DIGITS + 1).collect();
        if digits.is_empty() {
            return Err(Problem::new(Code::Required));
        }
        if digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self::App(digits));
        }
        RecoveryCode::parse(text)
            .map(Self::Recovery)
            .ok_or(Problem::new(Code::InvalidCode))
    }
}

/// What a person has set up beside a password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactors {
    /// Since when an authenticator app is asked for.
    pub app_since: Option<Timestamp>,
    /// How many passkeys there are.
    pub passkeys: u32,
    /// Recovery codes that were not used.
    pub recovery_codes_left: u32,
}

impl SecondFactors {
    /// Whether a password alone signs nobody in.
    pub const fn is_any(&self) -> bool {
        self.app_since.is_some() || self.passkeys > 0
    }
}

/// What a person enters into an authenticator app. Shown only until a first code has proved that the app has it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppSetUp {
    /// 160 random bits in Base32 (RFC 4648).
    pub secret: String,
    /// What the picture says: an `otpauth:` URI with secret, issuer and account.
    pub uri: String,
}

impl fmt::Debug for AppSetUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSetUp(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_shown_in_groups_and_taken_however_it_is_typed() {
        let code = RecoveryCode::of([0, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf]);
        assert_eq!(code.to_string(), "0123-4567-89AB-CDEF");
        for typed in [
            "0123-4567-89AB-CDEF",
            "0123456789abcdef",
            " oI23 4567 89ab cdef ",
            "0l23--4567-89AB-CDEF",
        ] {
            assert_eq!(RecoveryCode::parse(typed), Some(code.clone()), "{typed}");
        }
        for bad in [
            "",
            "0123-4567-89AB-CDE",
            "0123-4567-89AB-CDEFG",
            "0123-4567-89AB-CDEU",
            "é123-4567-89AB-CDEF",
        ] {
            assert_eq!(RecoveryCode::parse(bad), None, "{bad}");
        }
        assert_eq!(RecoveryCode::of([255; 10]).bare(), "ZZZZZZZZZZZZZZZZ");
    }

    #[test]
    fn both_kinds_of_codes_are_told_apart() {
        assert_eq!(
            GivenCode::parse(" 123 456 "),
            Ok(GivenCode::App("123456".to_owned()))
        );
        assert!(matches!(
            GivenCode::parse("0123-4567-89AB-CDEF"),
            Ok(GivenCode::Recovery(_))
        ));
        assert_eq!(
            GivenCode::parse(" -").map_err(|p| p.code),
            Err(Code::Required)
        );
        for bad in ["12345", "1234567", "12345a", "١٢٣٤٥٦", &"1".repeat(100_000)] {
            assert_eq!(
                GivenCode::parse(bad).map_err(|p| p.code),
                Err(Code::InvalidCode)
            );
        }
    }
}
