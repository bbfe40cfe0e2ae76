//! Identities: what a provider of sign-ins, such as Google, calls a person.
//!
//! An identity is known by its issuer and its subject, never by an address: two providers that give one address, or one
//! subject, do not meet.

use serde::{Deserialize, Serialize};

use crate::{IdentityId, Timestamp, text::is_deceptive};

/// How long there is to come back from a provider, in seconds.
pub const CEREMONY_SECONDS: i64 = 10 * 60;

/// How long an identity whose address has an account already waits for its owner to sign in, in seconds.
pub const PENDING_SECONDS: i64 = 30 * 60;

/// Code points that are shown of what a provider calls somebody.
pub const LONGEST_LABEL: usize = 120;

/// Who says who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    Google,
    GitHub,
    /// The OpenID Connect provider of the operator's choice.
    Oidc,
}

impl Provider {
    pub const ALL: [Self; 3] = [Self::Google, Self::GitHub, Self::Oidc];

    /// As it is stored, and as it stands in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::GitHub => "github",
            Self::Oidc => "oidc",
        }
    }

    pub fn of(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|provider| provider.as_str() == text)
    }

    /// What it is called where the operator's name for it is not at hand.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Google => "Google",
            Self::GitHub => "GitHub",
            Self::Oidc => "OpenID Connect",
        }
    }
}

/// A provider that people can sign in with here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedProvider {
    pub provider: Provider,
    /// What it is called on buttons.
    pub name: String,
}

impl OfferedProvider {
    /// Where a sign-in with it begins.
    pub fn path(&self) -> String {
        format!("/sign-in/with/{}", self.provider.as_str())
    }
}

/// An identity as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub id: IdentityId,
    pub provider: Provider,
    /// Who vouches for it: the address of the provider.
    pub issuer: String,
    /// The address or the name that its owner has at the provider.
    pub label: String,
    pub created_at: Timestamp,
    /// `None` when it never signed anybody in.
    pub last_used_at: Option<Timestamp>,
}

/// What a provider calls somebody, fit to be shown: one line without what hides or reorders text, cut where it is too long.
pub fn label(text: &str) -> String {
    let shown = text.chars().filter(|c| !is_deceptive(*c));
    let shown: String = shown.take(LONGEST_LABEL).collect();
    shown.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_read_back_from_its_text() {
        for provider in Provider::ALL {
            assert_eq!(Provider::of(provider.as_str()), Some(provider));
        }
        assert_eq!(Provider::of("Google"), None);
    }

    #[test]
    fn a_label_is_one_short_line() {
        assert_eq!(label(" Ada\n\u{202e}Lovelace\0 "), "AdaLovelace");
        assert_eq!(label(&"x".repeat(5000)).len(), LONGEST_LABEL);
    }
}
