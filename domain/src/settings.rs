//! What an operator decides and the rules need to know. Read and checked by the server's configuration.

use std::{fmt, time::Duration};

use contract::{
    admin::ShownSetting,
    api_keys::{OfferedScope, RateLimit},
    identities::Provider,
    usage::Interval,
};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use url::Url;

use crate::seal::SecretKey;

/// The settings of an installation.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What people know this installation as; shown in pages and letters.
    pub product_name: String,
    /// Where browsers reach it; links in letters begin with it, whatever a request's headers say.
    pub public_url: Url,
    pub secret_key: SecretKey,
    /// Secrets that the installation had before; what they sealed can still be opened.
    pub former_secret_keys: Vec<SecretKey>,
    pub sign_up: SignUpMode,
    /// Whether a link in a letter signs people in.
    pub magic_links: bool,
    pub passwords: PasswordSettings,
    pub keys: KeySettings,
    pub social: SocialSettings,
    /// The sender of letters, e.g. `Latchkey <accounts@example.com>`.
    pub mail_from: String,
    pub retention: RetentionSettings,
    /// Every setting in effect as the operator's console shows it, secrets hidden, and where it was given. No rule reads it.
    pub shown: Vec<ShownSetting>,
}

impl Settings {
    /// An absolute address of one of our pages.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}

/// Who may create an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignUpMode {
    Open,
    /// Only addresses of these domains, in lower case.
    Domains(Vec<String>),
    /// Only with an invitation.
    InviteOnly,
    Closed,
}

/// Who else may say who somebody is.
#[derive(Clone, Debug)]
pub struct SocialSettings {
    /// In the order in which they are offered; at most one of each.
    pub providers: Vec<ProviderSettings>,
    /// How long a provider may take for one answer.
    pub timeout: Duration,
}

impl SocialSettings {
    pub fn find(&self, provider: Provider) -> Option<&ProviderSettings> {
        self.providers
            .iter()
            .find(|settings| settings.provider == provider)
    }
}

impl Default for SocialSettings {
    fn default() -> Self {
        Self {
            providers: Vec::new(),
            timeout: Duration::from_secs(10),
        }
    }
}

/// A provider of sign-ins, and what we are there.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    pub provider: Provider,
    /// What it is called on buttons.
    pub name: String,
    /// Its issuer, letter by letter as it says itself; of GitHub, where it is, without a slash at the end.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: ClientSecret,
}

/// What proves to a provider that it is us who ask.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(String);

impl ClientSecret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(…)")
    }
}

/// How API keys look, what they can be for, and how they are kept.
#[derive(Clone, Debug)]
pub struct KeySettings {
    /// What every key begins with: 2 to 10 of `a`–`z` and digits.
    pub prefix: String,
    /// What the hashes of keys are keyed with: new ones with the first, all are tried. One made of the secret key stands
    /// after them.
    pub peppers: Vec<SecretKey>,
    /// The product's scopes to choose from; those of Latchkey's own API are offered besides.
    pub scopes: Vec<OfferedScope>,
    /// For keys that have no limit of their own.
    pub rate_limit: Option<RateLimit>,
    /// How many keys are kept in memory for verification.
    pub kept: usize,
    /// The SHA-256 of each token with which programs of the operator may verify keys.
    pub service_tokens: Vec<[u8; 32]>,
}

impl KeySettings {
    /// Whether a token is one of the operator's programs. All are compared, in a time that tells nothing of them.
    pub fn is_service_token(&self, token: &str) -> bool {
        if self.service_tokens.is_empty() {
            return false;
        }
        let given: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let found = self.service_tokens.iter().map(|own| own.ct_eq(&given));
        found.fold(Choice::from(0), |any, one| any | one).into()
    }
}

impl Default for KeySettings {
    fn default() -> Self {
        Self {
            prefix: "lk".to_owned(),
            peppers: Vec::new(),
            scopes: Vec::new(),
            rate_limit: None,
            kept: 200_000,
            service_tokens: Vec::new(),
        }
    }
}

/// How long what has ended is kept, where that is the operator's to say.
#[derive(Clone, Copy, Debug)]
pub struct RetentionSettings {
    /// That a letter was sent, or given up.
    pub mail_days: i64,
    /// Invitations that were answered, taken back or expired: they hold the address of whoever was invited.
    pub invitation_days: i64,
    /// Links that were used or have expired, to explain themselves to whoever still opens them.
    pub link_days: i64,
    /// Usage by minute; no page needs it.
    pub minute_hours: i64,
    /// Usage by hour; charts compare the last day with the one before.
    pub hour_days: i64,
}

impl RetentionSettings {
    /// How long usage by an interval is kept, in seconds; `None` as long as the key.
    pub const fn usage_seconds(&self, interval: Interval) -> Option<i64> {
        match interval {
            Interval::Minute => Some(self.minute_hours * 60 * 60),
            Interval::Hour => Some(self.hour_days * 24 * 60 * 60),
            Interval::Day => None,
        }
    }
}

impl Default for RetentionSettings {
    fn default() -> Self {
        Self {
            mail_days: 30,
            invitation_days: 90,
            link_days: 7,
            minute_hours: 48,
            hour_days: 90,
        }
    }
}

/// How passwords are judged and hashed (Argon2id, RFC 9106).
#[derive(Clone, Debug)]
pub struct PasswordSettings {
    /// Code points.
    pub shortest: usize,
    pub memory_kib: u32,
    pub iterations: u32,
    pub parallelism: u32,
    /// Hashes computed at the same time; one for each core.
    pub workers: usize,
}

impl Default for PasswordSettings {
    /// 19 MiB, 2 iterations, 1 lane: the least of the OWASP Password Storage Cheat Sheet.
    fn default() -> Self {
        let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            shortest: contract::password::SHORTEST,
            memory_kib: 19 * 1024,
            iterations: 2,
            parallelism: 1,
            workers,
        }
    }
}
