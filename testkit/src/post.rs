//! Letters that have arrived.

use contract::{EmailAddress, Timestamp};
use domain::mail::{Letter, Received};

/// A letter in somebody's hand.
#[derive(Clone, Debug)]
pub struct Post {
    pub id: String,
    pub at: Timestamp,
    pub to: EmailAddress,
    pub letter: Letter,
}

impl Post {
    pub(crate) fn of(received: Received) -> Self {
        Self {
            id: received.id,
            at: received.at,
            to: received.to,
            letter: received.letter,
        }
    }

    pub fn template(&self) -> &str {
        &self.letter.template
    }

    /// The address behind the button.
    pub fn link(&self) -> &str {
        self.links()
            .find(|link| link.contains("token="))
            .unwrap_or_else(|| panic!("a {} letter has no link", self.template()))
    }

    /// The secret in the link.
    pub fn token(&self) -> String {
        self.link()
            .split_once("token=")
            .map(|(_, token)| token.to_owned())
            .unwrap_or_default()
    }

    fn links(&self) -> impl Iterator<Item = &str> {
        self.letter
            .text
            .split_whitespace()
            .filter(|word| word.starts_with("http"))
    }
}
