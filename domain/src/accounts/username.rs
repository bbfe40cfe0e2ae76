//! A username for somebody who has not chosen one.

use contract::{EmailAddress, accounts::Username};

use super::store;
use crate::{Ctx, context::Tx, error::Result};

/// Code points of the address that are used; leaves room for a number.
const LONGEST_BASE: usize = 24;

/// A free username after the address's local part; a number is added where that is taken, reserved or too short.
pub(super) async fn propose(tx: &Tx, ctx: &Ctx, email: &EmailAddress) -> Result<String> {
    let base = base(email.local_part());
    if let Ok(username) = Username::parse(&base)
        && !store::is_username_taken(tx.db(), username.as_str()).await?
    {
        return Ok(username.as_str().to_owned());
    }
    let number = u32::from_be_bytes(ctx.random_bytes()) % 900_000 + 100_000;
    Ok(format!("{base}-{number}"))
}

fn base(local_part: &str) -> String {
    let words = local_part.to_ascii_lowercase();
    let words: Vec<&str> = words
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let joined: String = words.join("-").chars().take(LONGEST_BASE).collect();
    let base = joined.trim_end_matches('-');
    if base.is_empty() {
        "user".to_owned()
    } else {
        base.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_made_of_the_words_of_the_address() {
        assert_eq!(base("Ada.Lovelace+tag"), "ada-lovelace-tag");
        assert_eq!(base("!#$%"), "user");
        assert_eq!(base(&"x".repeat(60)).len(), LONGEST_BASE);
        for local in ["a", "ada..", "o'brien", "admin"] {
            assert!(
                Username::parse(&format!("{}-123456", base(local))).is_ok(),
                "{local}"
            );
        }
    }
}
