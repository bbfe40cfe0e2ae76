//! What an operator decides and the rules need to know. Read and checked by the server's configuration.

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
    pub sign_up: SignUpMode,
    pub passwords: PasswordSettings,
    /// The sender of letters, e.g. `Latchkey <accounts@example.com>`.
    pub mail_from: String,
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
