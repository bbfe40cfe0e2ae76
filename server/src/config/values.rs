//! How values are read from text: numbers, words and names.
//!
//! Every source gives text, so that `3`, `"3"` and `LATCHKEY_…=3` are the same and each value has one set of rules.

use std::path::PathBuf;

use contract::{EmailAddress, password, text};
use domain::{seal::SecretKey, settings::SignUpMode};
use tracing_subscriber::EnvFilter;

/// Something that a setting can be.
pub(super) trait Value: Sized {
    /// What is taken, after "Expected: ".
    fn expected() -> String;

    /// The value, or what is wrong with it as the end of a sentence that begins with the value: "is not a number".
    fn parse(text: &str) -> Result<Self, String>;

    /// What holds where nothing is given and the default is not text.
    fn absent() -> Option<Self> {
        None
    }
}

impl<T: Value> Value for Option<T> {
    fn expected() -> String {
        T::expected()
    }

    fn parse(text: &str) -> Result<Self, String> {
        T::parse(text).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl Value for bool {
    fn expected() -> String {
        "`true` or `false`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "is neither".to_owned())
    }
}

/// A whole number within limits, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole<const LEAST: u32, const MOST: u32>(pub u32);

impl<const LEAST: u32, const MOST: u32> Value for Whole<LEAST, MOST> {
    fn expected() -> String {
        format!("a whole number from {LEAST} to {MOST}")
    }

    fn parse(text: &str) -> Result<Self, String> {
        let number: i64 = text
            .parse()
            .map_err(|_| "is not a whole number".to_owned())?;
        match u32::try_from(number) {
            Ok(number) if number > MOST => Err("is too large".to_owned()),
            Ok(number) if number >= LEAST => Ok(Self(number)),
            Err(_) if number > 0 => Err("is too large".to_owned()),
            _ => Err("is too small".to_owned()),
        }
    }
}

/// The word of each variant, for a setting that is one of a few words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl Value for $name {
            fn expected() -> String {
                let words: Vec<&str> = vec![$(concat!("`", $word, "`")),+];
                let (last, others) = words.split_last().expect("there is a word");
                format!("{} or {last}", others.join(", "))
            }

            fn parse(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err("is not one of them".to_owned()),
                }
            }
        }
    };
}

words! {
    /// How carefully SQLite writes.
    Synchronous {
        Normal = "normal",
        Full = "full",
    }
}

words! {
    /// How a line of the log looks.
    LogFormat {
        Auto = "auto",
        Human = "human",
        Json = "json",
    }
}

/// Directives of [`EnvFilter`] that were found to be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(pub String);

impl Value for LogFilter {
    fn expected() -> String {
        "`error`, `warn`, `info`, `debug`, `trace` or `off`, or such levels by module as in `info,server::http=debug`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        EnvFilter::try_new(text)
            .map(|_| Self(text.to_owned()))
            .map_err(|error| format!("is not understood ({error})"))
    }
}

/// A folder, from the working folder on where it is relative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder(pub PathBuf);

impl Value for Folder {
    fn expected() -> String {
        "a path, like `/var/backups/latchkey`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let path = PathBuf::from(text);
        if path.is_file() {
            return Err("is a file".to_owned());
        }
        Ok(Self(path))
    }
}

/// A name for people, one line of at most 60 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductName(pub String);

impl Value for ProductName {
    fn expected() -> String {
        "a name of at most 60 characters on one line".to_owned()
    }

    fn parse(given: &str) -> Result<Self, String> {
        match text::one_line(given, 60) {
            Ok(name) if name.is_empty() => Err("is empty".to_owned()),
            Ok(name) => Ok(Self(name)),
            Err(_) => Err("is too long, or contains characters that cannot be used".to_owned()),
        }
    }
}

/// The shortest password, in code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordLength(pub usize);

/// A longer minimum keeps people from passphrases; NIST SP 800-63B-4 §3.1.1.2 demands that 64 characters are taken.
const LONGEST_MINIMUM: usize = 64;

impl Value for PasswordLength {
    fn expected() -> String {
        format!(
            "a whole number from {} to {LONGEST_MINIMUM}",
            password::SHORTEST
        )
    }

    fn parse(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(length) if (password::SHORTEST..=LONGEST_MINIMUM).contains(&length) => Ok(Self(length)),
            Ok(8..password::SHORTEST) => {
                Err("is allowed only where a second factor is forced (NIST SP 800-63B-4), and Latchkey cannot force one yet".to_owned())
            }
            Ok(length) if length > LONGEST_MINIMUM => Err("is too large".to_owned()),
            Ok(_) => Err("is too small".to_owned()),
            Err(_) => Err("is not a whole number".to_owned()),
        }
    }
}

/// A long secret of few characters was typed, not drawn: "00000000000000000000000000000000".
const FEWEST_CHARACTERS: usize = 8;

impl Value for SecretKey {
    fn expected() -> String {
        format!(
            "at least {} random characters, such as the output of `openssl rand -hex 32`",
            Self::SHORTEST
        )
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut different: Vec<char> = text.chars().collect();
        let length = different.len();
        different.sort_unstable();
        different.dedup();
        if length < Self::SHORTEST {
            let characters = text::counted(length, "character", "characters");
            return Err(format!("has only {characters}"));
        }
        if different.len() < FEWEST_CHARACTERS {
            let different = text::counted(
                different.len(),
                "different character",
                "different characters",
            );
            return Err(format!("has only {different}"));
        }
        Ok(Self::new(text))
    }
}

impl Value for SignUpMode {
    fn expected() -> String {
        "`open`, `closed`, `invite-only` or `domains:example.com,example.org`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "open" => Ok(Self::Open),
            "closed" => Ok(Self::Closed),
            "invite-only" => Ok(Self::InviteOnly),
            _ => {
                let list = text.strip_prefix("domains:").ok_or("is not one of them")?;
                list.split(',')
                    .map(domain)
                    .collect::<Result<_, _>>()
                    .map(Self::Domains)
            }
        }
    }
}

/// A domain in lower case, by the rules of the addresses that will be compared with it.
fn domain(text: &str) -> Result<String, String> {
    let domain = text.trim().trim_start_matches('@').to_ascii_lowercase();
    match EmailAddress::parse(&format!("somebody@{domain}")) {
        Ok(_) => Ok(domain),
        Err(_) => Err(format!("names {domain:?}, which is not a domain")),
    }
}
