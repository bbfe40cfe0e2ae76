//! What a key may do.

use std::{collections::HashSet, fmt};

use serde::{Deserialize, Serialize};

use crate::problem::{Code, Problem};

/// What a key may do: words of `a`–`z`, digits, `.`, `_` and `-`, joined by colons, e.g. `translate:write`; at most 60 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(String);

impl Scope {
    pub const LONGEST: usize = 60;

    pub fn parse(text: &str) -> Result<Self, Problem> {
        let text = text.trim();
        let is_word = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
        };
        if text.len() <= Self::LONGEST && text.split(':').all(is_word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Problem::new(Code::InvalidScope))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it only reads, by its last word.
    pub fn is_read(&self) -> bool {
        self.0.rsplit(':').next() == Some("read")
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A scope to choose from, and what it allows, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedScope {
    pub scope: Scope,
    pub sentence: String,
    /// It is for Latchkey's own GraphQL API, not for the product.
    pub is_own: bool,
}

/// Which of the product's scopes a form gives a key. Those of Latchkey's own API are ticked one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScopeChoice {
    Full,
    Read,
    #[default]
    Custom,
}

impl ScopeChoice {
    pub const ALL: [Self; 3] = [Self::Full, Self::Read, Self::Custom];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Read => "read",
            Self::Custom => "custom",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Full => "Full access",
            Self::Read => "Read only",
            Self::Custom => "Custom",
        }
    }

    /// What it says of itself; anything else is [`ScopeChoice::Custom`].
    pub fn parse(text: &str) -> Self {
        let told = Self::ALL.into_iter().find(|choice| choice.as_str() == text);
        told.unwrap_or_default()
    }

    /// The scopes that it stands for; none for [`ScopeChoice::Custom`], which says them itself.
    pub fn preset(self, offered: &[OfferedScope]) -> Option<Vec<&Scope>> {
        let is_in: fn(&Scope) -> bool = match self {
            Self::Full => |_| true,
            Self::Read => Scope::is_read,
            Self::Custom => return None,
        };
        let product = offered.iter().filter(|one| !one.is_own);
        Some(
            product
                .map(|one| &one.scope)
                .filter(|scope| is_in(scope))
                .collect(),
        )
    }

    /// The choices that differ from one another where these scopes are offered.
    pub fn of_use(offered: &[OfferedScope]) -> Vec<Self> {
        let count = |choice: Self| choice.preset(offered).map_or(0, |scopes| scopes.len());
        let (all, reading) = (count(Self::Full), count(Self::Read));
        Self::ALL
            .into_iter()
            .filter(|choice| match choice {
                Self::Full | Self::Custom => all > 1,
                Self::Read => (1..all).contains(&reading),
            })
            .collect()
    }

    /// The choice that a key with these scopes stands for.
    pub fn of(scopes: &[Scope], offered: &[OfferedScope]) -> Self {
        let is_own = |scope: &&Scope| offered.iter().any(|one| one.is_own && one.scope == **scope);
        let product: HashSet<&Scope> = scopes.iter().filter(|scope| !is_own(scope)).collect();
        let stands = |choice: &Self| {
            let preset = choice.preset(offered).unwrap_or_default();
            !preset.is_empty() && preset.into_iter().collect::<HashSet<_>>() == product
        };
        Self::of_use(offered)
            .into_iter()
            .find(stands)
            .unwrap_or_default()
    }

    /// The scopes of a key whose form has this choice and these boxes ticked.
    pub fn chosen(self, ticked: &[String], offered: &[OfferedScope]) -> Vec<String> {
        let Some(preset) = self.preset(offered) else {
            return ticked.to_vec();
        };
        let own = offered
            .iter()
            .filter(|one| one.is_own)
            .map(|one| &one.scope);
        let own = own.filter(|scope| ticked.iter().any(|text| text == scope.as_str()));
        preset
            .into_iter()
            .chain(own)
            .map(ToString::to_string)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_words_joined_by_colons() {
        for good in ["read", "translate:write", "a.b_c-1:x"] {
            assert_eq!(Scope::parse(good).map(|s| s.0), Ok(good.to_owned()));
        }
        let long = "a".repeat(61);
        for bad in ["", "a::b", ":a", "a:", "A", "a b", "a,b", "é", "*", &long] {
            assert_eq!(
                Scope::parse(bad).map_err(|p| p.code),
                Err(Code::InvalidScope),
                "{bad:?}"
            );
        }
    }

    fn offer(names: &[&str]) -> Vec<OfferedScope> {
        let one = |name: &&str| OfferedScope {
            scope: Scope::parse(name).expect("a scope"),
            sentence: String::new(),
            is_own: name.starts_with("own:"),
        };
        names.iter().map(one).collect()
    }

    fn scopes(names: &[&str]) -> Vec<Scope> {
        offer(names).into_iter().map(|one| one.scope).collect()
    }

    #[test]
    fn a_choice_stands_for_scopes_of_the_product_and_leaves_our_own_to_their_boxes() {
        let offered = offer(&["a:read", "a:write", "own:read", "own:write"]);
        let ticked = ["a:write", "own:read"].map(ToOwned::to_owned);
        for (choice, expected) in [
            (ScopeChoice::Full, vec!["a:read", "a:write", "own:read"]),
            (ScopeChoice::Read, vec!["a:read", "own:read"]),
            (ScopeChoice::Custom, vec!["a:write", "own:read"]),
        ] {
            let chosen = choice.chosen(&ticked, &offered);
            assert_eq!(chosen, expected, "{choice:?}");
        }
    }

    #[test]
    fn a_key_stands_for_the_choice_that_gives_its_scopes() {
        let offered = offer(&["a:read", "b:read", "a:write", "own:read"]);
        for (has, expected) in [
            (&["a:read", "b:read", "a:write"][..], ScopeChoice::Full),
            (&["b:read", "a:read", "own:read"], ScopeChoice::Read),
            (&["a:read"], ScopeChoice::Custom),
            (
                &["a:read", "b:read", "a:write", "gone"],
                ScopeChoice::Custom,
            ),
            (&["own:read"], ScopeChoice::Custom),
            (&[], ScopeChoice::Custom),
        ] {
            assert_eq!(ScopeChoice::of(&scopes(has), &offered), expected, "{has:?}");
        }
    }

    #[test]
    fn only_choices_that_differ_are_offered() {
        use ScopeChoice::{Custom, Full, Read};
        for (offered, expected) in [
            (
                &["read", "write", "own:read"][..],
                &[Full, Read, Custom][..],
            ),
            (&["send", "write"], &[Full, Custom]),
            (&["a:read", "b:read"], &[Full, Custom]),
            (&["read"], &[]),
            (&["own:read", "own:write"], &[]),
        ] {
            assert_eq!(
                ScopeChoice::of_use(&offer(offered)),
                expected,
                "{offered:?}"
            );
        }
    }
}
