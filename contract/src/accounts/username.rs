//! The handle of a person.

use crate::problem::{Code, Problem};

/// A person's handle: 3 to 32 of `a`–`z`, digits, and single inner dots, hyphens and underscores; compared and kept in
/// lower case. ASCII alone, so that no two usernames look alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    pub const SHORTEST: usize = 3;
    pub const LONGEST: usize = 32;

    pub fn parse(text: &str) -> Result<Self, Problem> {
        let text = text.trim().to_ascii_lowercase();
        if text.is_empty() {
            return Err(Problem::new(Code::Required));
        }
        if !Self::has_the_shape(&text) {
            return Err(Problem::new(Code::InvalidUsername));
        }
        if RESERVED_USERNAMES.binary_search(&text.as_str()).is_ok() {
            return Err(Problem::new(Code::UsernameReserved));
        }
        Ok(Self(text))
    }

    fn has_the_shape(text: &str) -> bool {
        let word = |w: &str| {
            !w.is_empty()
                && w.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        (Self::SHORTEST..=Self::LONGEST).contains(&text.len())
            && text.split(['.', '-', '_']).all(word)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names that would pass for the service itself, or that paths and mailboxes use. Sorted, for the search above.
const RESERVED_USERNAMES: &[&str] = &[
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "anonymous",
    "api",
    "auth",
    "billing",
    "contact",
    "daemon",
    "graphql",
    "help",
    "hostmaster",
    "info",
    "keys",
    "latchkey",
    "login",
    "logout",
    "mail",
    "me",
    "moderator",
    "new",
    "no-reply",
    "nobody",
    "noreply",
    "null",
    "official",
    "operator",
    "organization",
    "organizations",
    "owner",
    "postmaster",
    "privacy",
    "root",
    "security",
    "self",
    "settings",
    "sign-in",
    "sign-out",
    "sign-up",
    "signin",
    "signout",
    "signup",
    "staff",
    "status",
    "support",
    "sysadmin",
    "system",
    "team",
    "undefined",
    "user",
    "users",
    "webmaster",
    "www",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn username(text: &str) -> Result<String, Code> {
        Username::parse(text).map(|u| u.0).map_err(|p| p.code)
    }

    #[test]
    fn reserved_usernames_are_sorted_for_the_search() {
        assert!(RESERVED_USERNAMES.is_sorted());
    }

    #[test]
    fn usernames_are_lower_case_ascii_words() {
        assert_eq!(username(" Ada.Lovelace "), Ok("ada.lovelace".into()));
        assert_eq!(username("a-1_b"), Ok("a-1_b".into()));
        for text in [
            "ab",
            "-ada",
            "ada-",
            "a..b",
            "a._b",
            "аda",
            "ada lovelace",
            "ada\0",
            "ﬀfff",
            &"a".repeat(33),
        ] {
            assert_eq!(username(text), Err(Code::InvalidUsername), "{text:?}");
        }
        assert_eq!(username("Admin"), Err(Code::UsernameReserved));
        assert_eq!(username(""), Err(Code::Required));
    }
}
