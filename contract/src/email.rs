//! E-mail addresses.

use std::fmt;

use email_address::{EmailAddress as Grammar, Options};
use serde::{Deserialize, Serialize};

use crate::problem::{Code, Problem};

/// Longest address that can be used in SMTP (RFC 5321 §4.5.3.1.3, without the angle brackets).
const LONGEST: usize = 254;

/// An address that mail can be sent to, as its owner wrote it.
///
/// Accepted is the ASCII form of RFC 5321 without quoted local parts and address literals, with a domain of at least two
/// labels. Letters outside ASCII are refused, so that two addresses that look alike cannot be two accounts; a domain with
/// such letters is written in its `xn--` form. Two addresses are the same when [`EmailAddress::key`] is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Problem::new(Code::Required));
        }
        let options = Options::default()
            .with_required_tld()
            .without_domain_literal()
            .without_display_text();
        let fits = text.len() <= LONGEST
            && text.is_ascii()
            && !text.contains('"')
            && Grammar::parse_with_options(text, options).is_ok()
            && text
                .rsplit_once('@')
                .is_some_and(|(_, domain)| is_host_name(domain));
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(Problem::new(Code::InvalidEmail))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is compared: the whole address in lower case. Dots and `+tags` are kept, because only the receiving host knows
    /// what they mean.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    pub fn local_part(&self) -> &str {
        self.0
            .rsplit_once('@')
            .map_or(self.0.as_str(), |(local, _)| local)
    }

    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// Letters, digits and inner hyphens in labels of at most 63, the last label not a number (RFC 1123 §2.1).
fn is_host_name(domain: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    domain.split('.').all(label)
        && domain.contains('.')
        && domain
            .rsplit('.')
            .next()
            .is_some_and(|last| last.len() > 1 && !last.bytes().all(|b| b.is_ascii_digit()))
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Addresses do not belong in logs.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn takes_ordinary_addresses_and_keeps_how_they_are_written() {
        for text in [
            "ada@example.test",
            "Ada.Lovelace+tag@mail.example.co.uk",
            "o'brien@example.test",
            "a@xn--bcher-kva.example",
        ] {
            assert_eq!(
                EmailAddress::parse(text).map(|a| a.to_string()),
                Ok(text.to_owned()),
                "{text}"
            );
        }
        assert_eq!(
            EmailAddress::parse("  ada@example.test ").map(|a| a.to_string()),
            Ok("ada@example.test".into())
        );
    }

    #[test]
    fn case_does_not_make_another_address() {
        let key = |text| EmailAddress::parse(text).map(|a| a.key());
        assert_eq!(key("Ada@Example.TEST"), key("ada@example.test"));
    }

    #[test]
    fn refuses_what_mail_cannot_reach_or_eyes_cannot_tell_apart() {
        let long = format!("{}@example.test", "a".repeat(300));
        for text in [
            "ada",
            "ada@",
            "@example.test",
            "ada@example",
            "a@@example.test",
            "a@b@example.test",
            "ada@example..test",
            "ada@-example.test",
            "ada lovelace@example.test",
            "ada@exam ple.test",
            "ada\r\nbcc:x@example.test",
            "ada\0@example.test",
            "аda@example.test",
            "ada@exаmple.test",
            "\"ada\"@example.test",
            "ada@[127.0.0.1]",
            "ada@127.0.0.1",
            "Ada <ada@example.test>",
            ".ada@example.test",
            "ada.@example.test",
            "a..b@example.test",
            "ada@example.t",
            "ada@example.test.",
            &long,
        ] {
            assert_eq!(
                EmailAddress::parse(text).map_err(|p| p.code),
                Err(Code::InvalidEmail),
                "{text:?}"
            );
        }
        assert_eq!(
            EmailAddress::parse(" ").map_err(|p| p.code),
            Err(Code::Required)
        );
    }

    proptest! {
        #[test]
        fn never_panics_and_what_it_takes_it_takes_again(text in "\\PC{0,80}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address));
            }
        }
    }
}
