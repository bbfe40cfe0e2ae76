//! The configuration: what an operator decides.
//!
//! Every setting stands once, in `definition.rs`: its type, its default, what it means and what is refused. The structs, the
//! flags of the command line, `latchkey config check` and `docs/configuration.md` are all made from that table.
//!
//! To add a setting: an entry in the table; where its type is new, how it is read (`values.rs`, `addresses.rs`); where it
//! depends on another setting, a rule in `checking.rs`; then `make generated`.

mod addresses;
mod checking;
mod definition;
mod flags;
mod key_file;
mod keys;
mod mistake;
mod reading;
mod reference;
mod social;
mod traces;
mod values;

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use domain::{
    backups::Schedule,
    database::DatabaseSettings,
    seal::SecretKey,
    settings::{KeySettings, PasswordSettings, RetentionSettings, Settings},
};
use ipnet::IpNet;
use url::Url;

pub use addresses::{DatabaseUrl, MailFrom, PublicUrl, SmtpUrl};
pub use definition::{
    Backups, Database, Keys, Logs, Mail, Network, Passwords, Product, Retention, SECTIONS, Secrets,
    Sections, Social, Traces,
};
pub use flags::Flags;
pub use key_file::KeyFile;
pub use keys::{Catalogue, KeyPrefix, Peppers, Rate, ServiceTokens};
pub use mistake::{Mistake, Mistakes};
pub use reading::SYSTEM_FILE;
pub use reference::reference;
pub use social::{ClientName, GitHubUrl, Issuer};
pub use traces::{OtlpEndpoint, OtlpHeaders};
pub use values::{Folder, LogFilter, LogFormat, PasswordLength, ProductName, Synchronous, Whole};

use crate::state::HttpOptions;
use reading::{Given, Shown};

/// The configuration of a process, read and found without mistakes.
#[derive(Clone, Debug)]
pub struct Config {
    pub sections: Sections,
    /// Each setting as text, secrets hidden, and where it was given.
    shown: Vec<Shown>,
    /// The TOML file, if one was read.
    file: Option<PathBuf>,
    /// The files that single secrets were read from.
    secret_files: Vec<PathBuf>,
}

impl Config {
    /// Reads all sources: defaults, below one TOML file, below `LATCHKEY_…` of the environment, below the command line.
    /// `folder` is where `latchkey.toml` is looked for and what relative paths begin at; where there is none, `system_file` is read,
    /// which is [`SYSTEM_FILE`] but in tests.
    pub fn read(
        flags: &Flags,
        environment: impl IntoIterator<Item = (String, String)>,
        folder: &Path,
        system_file: &Path,
    ) -> Result<Self, Mistakes> {
        let mut given = Given::gather(flags, environment, folder, system_file);
        let sections = Sections::take(&mut given);
        checking::check(&mut given);
        let gathered = given.finish();
        match sections {
            Some(sections) if gathered.mistakes.is_empty() => Ok(Self {
                sections,
                shown: gathered.shown,
                file: gathered.file,
                secret_files: gathered.secret_files,
            }),
            _ => Err(Mistakes(gathered.mistakes)),
        }
    }

    /// Which TOML file was read, as a sentence.
    pub fn told_file(&self) -> String {
        match &self.file {
            Some(file) => format!("The configuration was read from {}.", file.display()),
            None => format!(
                "No configuration file was read: there is neither {} here nor {SYSTEM_FILE}.",
                reading::FILE
            ),
        }
    }

    /// Whether others than this machine are served: browsers come over TLS, or the listener is not loopback.
    pub fn is_production(&self) -> bool {
        let network = &self.sections.network;
        checking::is_production(Some(network.listen), network.public_url.as_ref())
    }

    /// Where browsers reach us; derived from the listener on a developer's machine.
    pub fn public_url(&self) -> Url {
        let network = &self.sections.network;
        let given = network.public_url.as_ref().map(|url| url.0.clone());
        given.unwrap_or_else(|| {
            Url::parse(&format!("http://localhost:{}", network.listen.port()))
                .expect("a host and a port make a URL")
        })
    }

    /// The same with the address that was really bound, for a listener on port 0.
    #[must_use]
    pub fn bound_to(mut self, address: SocketAddr) -> Self {
        self.sections.network.listen = address;
        self
    }

    /// The secret of the installation as configured, or where one is kept that was made by itself.
    pub fn secret_key(&self) -> Result<SecretKey, KeyFile> {
        let sections = &self.sections;
        sections
            .secrets
            .secret_key
            .clone()
            .ok_or_else(|| KeyFile::beside(&sections.database.database_url))
    }

    /// What the rules need to know.
    pub fn settings(&self, secret_key: SecretKey) -> Settings {
        let product = &self.sections.product;
        Settings {
            product_name: product.product_name.0.clone(),
            public_url: self.public_url(),
            secret_key,
            former_secret_keys: self.sections.secrets.former_secret_keys.0.clone(),
            sign_up: product.sign_up.clone(),
            magic_links: product.magic_links,
            passwords: self.password_settings(),
            keys: self.key_settings(),
            social: social::settings(&self.sections.social),
            mail_from: self.mail_from().to_string(),
            retention: self.retention(),
            shown: self.shown(),
        }
    }

    fn retention(&self) -> RetentionSettings {
        let retention = &self.sections.retention;
        RetentionSettings {
            mail_days: retention.keep_mail_days.0.into(),
            invitation_days: retention.keep_invitations_days.0.into(),
            link_days: retention.keep_links_days.0.into(),
            minute_hours: retention.keep_minute_counts_hours.0.into(),
            hour_days: retention.keep_hour_counts_days.0.into(),
        }
    }

    /// When backups are taken by themselves, if they are.
    pub fn schedule(&self) -> Option<Schedule> {
        let backups = &self.sections.backups;
        let folder = backups.backup_folder.clone()?;
        Some(Schedule {
            folder: folder.0,
            every_seconds: i64::from(backups.backup_every_hours.0) * 60 * 60,
            keep: backups.backup_keep.0 as usize,
        })
    }

    /// Files that may hold secrets: those that settings were read from, and the key that was made by itself.
    pub fn secret_files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = self
            .file
            .iter()
            .chain(&self.secret_files)
            .cloned()
            .collect();
        if let Err(file) = self.secret_key() {
            files.push(file.0);
        }
        files
    }

    /// Whether a setting was given, and not left at its default.
    pub fn is_given(&self, name: &str) -> bool {
        let is_default = |shown: &Shown| shown.source == reading::Source::Default;
        self.shown
            .iter()
            .any(|shown| shown.name == name && !is_default(shown))
    }

    fn key_settings(&self) -> KeySettings {
        let keys = &self.sections.keys;
        KeySettings {
            prefix: keys.key_prefix.0.clone(),
            peppers: keys.key_peppers.0.clone(),
            scopes: keys.key_scopes.0.clone(),
            rate_limit: keys.key_rate_limit.map(|rate| rate.0),
            kept: keys.keys_in_memory.0 as usize,
            service_tokens: keys.service_tokens.0.clone(),
        }
    }

    fn password_settings(&self) -> PasswordSettings {
        let passwords = &self.sections.passwords;
        PasswordSettings {
            shortest: passwords.password_min_length.0,
            memory_kib: passwords.password_memory_kib.0,
            iterations: passwords.password_iterations.0,
            parallelism: passwords.password_parallelism.0,
            workers: passwords.password_workers.map_or_else(
                || PasswordSettings::default().workers,
                |workers| workers.0 as usize,
            ),
        }
    }

    /// The sender of letters; by default `accounts` at the host of the public address.
    pub fn mail_from(&self) -> MailFrom {
        let given = self.sections.mail.mail_from.clone();
        given.unwrap_or_else(|| {
            MailFrom::accounts_at(&self.public_url(), &self.sections.product.product_name.0)
        })
    }

    /// How long open requests may take to end.
    pub fn grace(&self) -> Duration {
        Duration::from_secs(self.sections.network.shutdown_grace_seconds.0.into())
    }

    pub fn database_settings(&self) -> DatabaseSettings {
        let database = &self.sections.database;
        DatabaseSettings {
            url: database.database_url.0.clone(),
            connections: database.database_connections.0,
            is_fully_synchronous: database.database_synchronous == Synchronous::Full,
        }
    }

    pub fn http_options(&self) -> HttpOptions {
        let network = &self.sections.network;
        HttpOptions {
            trusted_proxies: network.trusted_proxies.clone(),
            forward_auth_from: self.forward_auth_from(),
            is_schema_public: self.sections.product.introspection,
            has_metrics: network.metrics_listen.is_none() && !self.is_production(),
        }
    }

    /// The gateways that need no service token; on a developer's machine whoever is on it.
    fn forward_auth_from(&self) -> Vec<IpNet> {
        match &self.sections.keys.forward_auth_from {
            Some(given) => given.clone(),
            None if self.is_production() => Vec::new(),
            None => vec![
                IpNet::from(IpAddr::from([127, 0, 0, 1])),
                IpNet::from(IpAddr::from(Ipv6Addr::LOCALHOST)),
            ],
        }
    }

    /// The filter of the log, unless it was left at its default.
    pub fn chosen_log_filter(&self) -> Option<&LogFilter> {
        self.is_given("log").then_some(&self.sections.logs.log)
    }
}

#[cfg(test)]
mod tests;
