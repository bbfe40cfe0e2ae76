//! Telephone numbers.

use crate::problem::{Code, Problem};

/// A telephone number in the international form of ITU-T E.164: `+`, then 7 to 15 digits, the first not 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Spaces, dots, hyphens, slashes and parentheses between the digits are dropped; `None` when nothing was typed.
    pub fn parse(text: &str) -> Result<Option<Self>, Problem> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let refuse = || Problem::new(Code::InvalidPhone);
        let body = text
            .strip_prefix('+')
            .filter(|_| text.len() <= 40)
            .ok_or_else(refuse)?;
        let digits: String = body
            .chars()
            .filter(|c| !matches!(c, ' ' | '.' | '-' | '/' | '(' | ')'))
            .collect();
        let fits = (7..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0');
        if fits {
            Ok(Some(Self(format!("+{digits}"))))
        } else {
            Err(refuse())
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_kept_in_e164() {
        let phone = |text| {
            Phone::parse(text)
                .map(|p| p.map(|p| p.0))
                .map_err(|p| p.code)
        };
        assert_eq!(
            phone("+44 (20) 7946-0000"),
            Ok(Some("+442079460000".into()))
        );
        assert_eq!(phone("  "), Ok(None));
        for text in [
            "020 7946 0000",
            "+0 123 456 789",
            "+12345",
            "+1234567890123456",
            "+44 20 x",
            "+４４2079460000",
            "++442079460000",
        ] {
            assert_eq!(phone(text), Err(Code::InvalidPhone), "{text}");
        }
    }
}
