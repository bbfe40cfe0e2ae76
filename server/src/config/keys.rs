//! How the settings about API keys are read.

use contract::api_keys::{OfferedScope, RateLimit, Scope};
use domain::seal::SecretKey;
use sha2::{Digest, Sha256};

use super::values::Value;

/// The parts of a list, without those that are empty.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// What keys of this installation begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPrefix(pub String);

impl Value for KeyPrefix {
    fn expected() -> String {
        "2 to 10 letters a–z and digits".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let is_good = (2..=10).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if is_good {
            Ok(Self(text.to_owned()))
        } else {
            Err("is something else".to_owned())
        }
    }
}

/// Secrets that hashes are keyed with, the newest first.
#[derive(Clone, Debug, Default)]
pub struct Peppers(pub Vec<SecretKey>);

impl Value for Peppers {
    fn expected() -> String {
        format!("separated by commas, each {}", SecretKey::expected())
    }

    fn parse(text: &str) -> Result<Self, String> {
        let secrets = parts(text).map(|part| {
            SecretKey::parse(part).map_err(|reason| format!("contains one that {reason}"))
        });
        secrets.collect::<Result<_, _>>().map(Self)
    }
}

/// Tokens of the operator's programs; only their SHA-256 is kept in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceTokens(pub Vec<[u8; 32]>);

impl Value for ServiceTokens {
    fn expected() -> String {
        Peppers::expected()
    }

    fn parse(text: &str) -> Result<Self, String> {
        Peppers::parse(text)?;
        let hashed = parts(text).map(|token| Sha256::digest(token.as_bytes()).into());
        Ok(Self(hashed.collect()))
    }
}

/// Scopes of the product, with what they allow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue(pub Vec<OfferedScope>);

impl Value for Catalogue {
    fn expected() -> String {
        "scopes separated by commas, each with what it allows after `=`, like `translate:read=Read translations,translate:write=Translate texts`"
            .to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut offered: Vec<OfferedScope> = Vec::new();
        for part in parts(text) {
            let (name, sentence) = part.split_once('=').unwrap_or((part, ""));
            let scope = Scope::parse(name).map_err(|_| {
                format!("contains {name:?}: scopes are words of a–z, digits, dots, hyphens and underscores, joined by colons")
            })?;
            if offered.iter().any(|one| one.scope == scope) {
                return Err(format!("contains {name:?} twice"));
            }
            let is_own = contract::Permission::ALL
                .iter()
                .any(|permission| permission.scope() == Some(scope.as_str()));
            if is_own {
                return Err(format!(
                    "contains {name:?}, which is a scope of Latchkey's own API and offered anyway"
                ));
            }
            let sentence = contract::text::one_line(sentence, 120)
                .map_err(|_| format!("describes {name:?} in more than 120 characters"))?;
            offered.push(OfferedScope {
                scope,
                sentence,
                is_own: false,
            });
        }
        Ok(Self(offered))
    }
}

/// So many requests in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub RateLimit);

impl Value for Rate {
    fn expected() -> String {
        "requests and seconds separated by a slash, like `100/60`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(limit, period)| {
            Some((limit.trim().parse().ok()?, period.trim().parse().ok()?))
        });
        let (limit, period) = numbers.ok_or("is not a pair of numbers")?;
        RateLimit::check(limit, period).map(Self).map_err(|_| {
            format!(
                "is beyond 1 to {} requests in 1 to {} seconds",
                RateLimit::MOST,
                RateLimit::LONGEST_PERIOD
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_short_and_plain() {
        assert_eq!(
            KeyPrefix::parse("acme1").map(|p| p.0),
            Ok("acme1".to_owned())
        );
        for bad in ["", "a", "Acme", "a_b", "abcdefghijk", "é1"] {
            assert!(KeyPrefix::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn scopes_are_listed_with_what_they_allow() {
        let read = Catalogue::parse("a:read=Read things, write").map(|all| all.0);
        let read = read.expect("it is good");
        assert_eq!(
            (read[0].sentence.as_str(), read[1].sentence.as_str()),
            ("Read things", "")
        );
        for bad in ["A", "a,a", "keys:read", "a b=c"] {
            assert!(Catalogue::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_rate_is_a_pair_within_limits() {
        let rate = Rate::parse("100/60").map(|rate| (rate.0.limit, rate.0.period_seconds));
        assert_eq!(rate, Ok((100, 60)));
        for bad in ["100", "0/1", "1/0", "x/y", "1/100000"] {
            assert!(Rate::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tokens_are_long_and_kept_hashed() {
        let token = "0123456789abcdef0123456789abcdef";
        let tokens = ServiceTokens::parse(token).expect("it is long");
        assert_eq!(
            tokens.0,
            [<[u8; 32]>::from(Sha256::digest(token.as_bytes()))]
        );
        assert!(ServiceTokens::parse("short").is_err());
        assert!(ServiceTokens::parse("").is_ok_and(|none| none.0.is_empty()));
    }
}
