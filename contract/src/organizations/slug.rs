//! The part of an organization in paths.

use std::fmt;

use crate::problem::{Code, Problem};

/// The part of an organization in paths: 2 to 39 of `a`–`z`, digits and single inner hyphens. ASCII alone and in lower
/// case, so that no two look alike; words that are paths of ours or would pass for the service itself are reserved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slug(String);

impl Slug {
    pub const SHORTEST: usize = 2;
    pub const LONGEST: usize = 39;

    pub fn parse(text: &str) -> Result<Self, Problem> {
        let text = text.trim().to_ascii_lowercase();
        if text.is_empty() {
            return Err(Problem::new(Code::Required));
        }
        if !Self::has_the_shape(&text) {
            return Err(Problem::new(Code::InvalidSlug));
        }
        if is_reserved(&text) {
            return Err(Problem::new(Code::SlugReserved));
        }
        Ok(Self(text))
    }

    /// The slug of a name that somebody is typing: its letters and digits, accents dropped, joined by hyphens. Empty when
    /// the name has none that can be used.
    pub fn propose(name: &str) -> String {
        let mut slug = String::new();
        for c in name.chars().flat_map(char::to_lowercase) {
            match fold(c) {
                Some(letters) => slug.push_str(letters),
                None if c.is_ascii_alphanumeric() => slug.push(c),
                None if c == '\'' || c == '’' => {}
                None if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
                None => {}
            }
        }
        slug.truncate(Self::LONGEST);
        slug.trim_end_matches('-').to_owned()
    }

    /// Whether this could be one, reserved or not.
    pub fn has_the_shape(text: &str) -> bool {
        let word = |w: &str| {
            !w.is_empty()
                && w.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        (Self::SHORTEST..=Self::LONGEST).contains(&text.len()) && text.split('-').all(word)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The ASCII letters of a Latin letter with a mark, in lower case; ASCII itself is not among them.
const fn fold(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ō' | 'ő' => "o",
        'ö' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' => "s",
        'ß' => "ss",
        'ť' | 'ţ' => "t",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

fn is_reserved(slug: &str) -> bool {
    RESERVED_SLUGS.binary_search(&slug).is_ok()
}

/// Paths of ours, and words that would pass for the service itself. Sorted, for the search above.
const RESERVED_SLUGS: &[&str] = &[
    "about",
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "api",
    "app",
    "assets",
    "audit",
    "auth",
    "billing",
    "blog",
    "contact",
    "create",
    "dashboard",
    "delete",
    "docs",
    "edit",
    "explore",
    "forgot-password",
    "graphiql",
    "graphql",
    "health",
    "healthz",
    "help",
    "home",
    "info",
    "invitations",
    "invite",
    "invites",
    "join",
    "keys",
    "latchkey",
    "legal",
    "login",
    "logout",
    "mail",
    "me",
    "members",
    "metrics",
    "new",
    "null",
    "o",
    "official",
    "org",
    "organization",
    "organizations",
    "orgs",
    "overview",
    "owner",
    "pkg",
    "postmaster",
    "pricing",
    "privacy",
    "public",
    "readyz",
    "reset-password",
    "root",
    "search",
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
    "static",
    "status",
    "support",
    "system",
    "team",
    "teams",
    "terms",
    "undefined",
    "usage",
    "user",
    "users",
    "v1",
    "webmaster",
    "www",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slug(text: &str) -> Result<String, Code> {
        Slug::parse(text).map(|slug| slug.0).map_err(|p| p.code)
    }

    #[test]
    fn reserved_slugs_are_sorted_for_the_search() {
        assert!(RESERVED_SLUGS.is_sorted());
    }

    #[test]
    fn slugs_are_lower_case_ascii_words() {
        assert_eq!(slug(" Acme-42 "), Ok("acme-42".into()));
        assert_eq!(slug("x1"), Ok("x1".into()));
        let long = "a".repeat(40);
        for text in [
            "a", "-a", "a-", "a--b", "a_b", "a.b", "аcme", "a b", "a\0b", "acmé", &long,
        ] {
            assert_eq!(slug(text), Err(Code::InvalidSlug), "{text:?}");
        }
        for text in ["new", "Admin", "settings", "latchkey"] {
            assert_eq!(slug(text), Err(Code::SlugReserved), "{text:?}");
        }
        assert_eq!(slug("  "), Err(Code::Required));
    }

    #[test]
    fn a_name_gives_a_readable_slug() {
        for (name, expected) in [
            ("Acme GmbH & Co. KG", "acme-gmbh-co-kg"),
            ("Müller Söhne", "mueller-soehne"),
            ("L'Étoile  du Nord!", "letoile-du-nord"),
            ("株式会社", ""),
            ("  -- ", ""),
        ] {
            assert_eq!(Slug::propose(name), expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_proposal_has_the_shape_unless_it_is_too_short(name in "\\PC{0,80}") {
            let proposed = Slug::propose(&name);
            prop_assert!(proposed.len() < Slug::SHORTEST || Slug::has_the_shape(&proposed), "{proposed:?}");
        }
    }
}
