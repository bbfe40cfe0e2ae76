//! The table of all settings.

use std::net::SocketAddr;

use domain::{
    seal::SecretKey,
    settings::{ClientSecret, SignUpMode},
};
use ipnet::IpNet;

use super::{
    addresses::{DatabaseUrl, MailFrom, PublicUrl, SmtpUrl},
    keys::{Catalogue, KeyPrefix, Peppers, Rate, ServiceTokens},
    reading::Given,
    social::{ClientName, GitHubUrl, Issuer},
    traces::{OtlpEndpoint, OtlpHeaders},
    values::{
        Folder, LogFilter, LogFormat, PasswordLength, ProductName, Synchronous, Value, Whole,
    },
};

/// Settings that belong together.
#[derive(Debug)]
pub struct Section {
    pub title: &'static str,
    pub about: &'static str,
    pub settings: &'static [Setting],
}

/// One setting: everything that is said of it anywhere is said here.
#[derive(Debug)]
pub struct Setting {
    /// As in the TOML file; `LATCHKEY_` and the same in capitals in the environment, `--` and hyphens on the command line.
    pub name: &'static str,
    pub default: Standard,
    pub secrecy: Secrecy,
    /// What is taken, after "Expected: ".
    pub expected: fn() -> String,
    pub meaning: &'static str,
    /// What is refused although it looks right, and why; empty where there is nothing to say.
    pub refused: &'static str,
}

/// What holds where nothing is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    /// Read like a given value.
    Text(&'static str),
    /// Found out at start; in words.
    Computed(&'static str),
}

impl Standard {
    /// The default for a reader.
    pub fn words(self) -> String {
        match self {
            Self::Text("") => "none".to_owned(),
            Self::Text(text) => format!("`{text}`"),
            Self::Computed(words) => words.to_owned(),
        }
    }
}

/// How much of a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    Public,
    /// An address that may hold a password: the password is hidden. Can be given as a file.
    Password,
    /// Nothing of it. Can be given as a file, and not on the command line, which everybody on the machine can read.
    Whole,
}

impl Setting {
    pub fn variable(&self) -> String {
        format!("LATCHKEY_{}", self.name.to_ascii_uppercase())
    }

    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    pub fn can_be_a_file(&self) -> bool {
        self.secrecy != Secrecy::Public
    }
}

/// All settings in their order.
pub(super) fn all() -> impl Iterator<Item = &'static Setting> {
    SECTIONS.iter().flat_map(|section| section.settings)
}

macro_rules! settings {
    ($(
        $(#[doc = $about:literal])+
        $section:ident: $Section:ident = $title:literal {
            $(
                $(#[doc = $meaning:literal])+
                $name:ident: $type:ty = $default:expr, $secrecy:ident, $refused:literal;
            )+
        }
    )+) => {
        $(
            $(#[doc = $about])+
            #[derive(Clone, Debug)]
            pub struct $Section {
                $($(#[doc = $meaning])+ pub $name: $type,)+
            }

            impl $Section {
                /// All fields are read before any that is missing ends it, so that every mistake is noted.
                fn take(given: &mut Given) -> Option<Self> {
                    $(let $name = given.take(stringify!($name));)+
                    Some(Self { $($name: $name?,)+ })
                }
            }
        )+

        /// The settings by section.
        #[derive(Clone, Debug)]
        pub struct Sections {
            $($(#[doc = $about])+ pub $section: $Section,)+
        }

        impl Sections {
            /// Reads what was given; the mistakes in it are noted there.
            pub(super) fn take(given: &mut Given) -> Option<Self> {
                $(let $section = $Section::take(given);)+
                Some(Self { $($section: $section?,)+ })
            }
        }

        /// Every setting there is.
        pub static SECTIONS: &[Section] = &[$(
            Section {
                title: $title,
                about: concat!($($about),+),
                settings: &[$(
                    Setting {
                        name: stringify!($name),
                        default: $default,
                        secrecy: Secrecy::$secrecy,
                        expected: <$type as Value>::expected,
                        meaning: concat!($($meaning),+),
                        refused: $refused,
                    },
                )+],
            },
        )+];
    };
}

use Standard::{Computed, Text};

settings! {
    /// Where Latchkey listens, and how browsers and proxies reach it.
    network: Network = "Network" {
        /// Address and port of the HTTP server. Port 0 takes a free one.
        listen: SocketAddr = Text("127.0.0.1:3000"), Public, "";
        /// Where browsers reach Latchkey. Links in e-mails begin with it, whatever a request's headers say.
        public_url: Option<PublicUrl> = Computed("`http://localhost:PORT`, when the listener is loopback"), Public,
            "A path, a query or a user name; `http` on a host other than `localhost`, where session cookies would travel in the clear (put TLS in front and use `https`).";
        /// Proxies whose `X-Forwarded-For` is trusted. The client's address is what throttles count and the audit log keeps.
        trusted_proxies: Vec<IpNet> = Text(""), Public,
            "`0.0.0.0/0` and `::/0`, with which anybody could claim to have any address.";
        /// Address and port of a second listener for `/metrics`. The main listener answers it only on a developer's machine.
        metrics_listen: Option<SocketAddr> = Computed("none; in production nobody can read `/metrics` then"), Public,
            "The address of the main listener.";
        /// After SIGTERM or SIGINT: seconds that open requests may take to end, and then as long again for the e-mail that is being sent.
        shutdown_grace_seconds: Whole<0, 3600> = Text("20"), Public, "";
    }
    /// What people see, and who may join.
    product: Product = "Product" {
        /// What people know this installation as, in pages and e-mails.
        product_name: ProductName = Text("Latchkey"), Public, "";
        /// Who may create an account: anybody, nobody, invited people, or anybody with an address of certain domains.
        sign_up: SignUpMode = Text("open"), Public, "";
        /// Whether people can sign in with a link that is e-mailed to them. A second factor is still asked for.
        magic_links: bool = Text("true"), Public, "";
        /// Whether programs can read the GraphQL schema over the API: introspection, the SDL and GraphiQL's documentation.
        introspection: bool = Text("true"), Public, "";
    }
    /// Where the data is. For PostgreSQL, give it a database of its own.
    database: Database = "Database" {
        /// The database: a SQLite file, created if it is missing, or a PostgreSQL server.
        database_url: DatabaseUrl = Text("sqlite://data/latchkey.db"), Password,
            "`sqlite::memory:`, since every connection would see a database of its own.";
        /// Connections for reading (SQLite, which has one writer besides) or in all (PostgreSQL).
        database_connections: Whole<1, 1000> = Text("8"), Public, "";
        /// SQLite only. With `full`, every commit is on the disk before it is answered. With `normal`, a power failure can lose
        /// the last commits, but never damages the database; a crash of the process loses nothing.
        database_synchronous: Synchronous = Text("normal"), Public, "";
        /// Whether the schema is brought up to date at start. With `false`, a schema that is behind is refused, and
        /// `latchkey migrate` brings it up to date.
        migrate_on_start: bool = Text("true"), Public, "";
    }
    /// Automatic backups of a SQLite database; `docs/operations.md` says more. PostgreSQL has `pg_dump`.
    backups: Backups = "Backups" {
        /// The folder for backups, preferably on another disk than the database. It is created if it is missing.
        backup_folder: Option<Folder> = Computed("none: no backups are taken automatically"), Public,
            "One for a PostgreSQL database.";
        /// Hours from one backup to the next.
        backup_every_hours: Whole<1, 720> = Text("24"), Public, "";
        /// How many backups are kept: the newest. One that fails deletes nothing.
        backup_keep: Whole<1, 10_000> = Text("14"), Public, "";
    }
    /// How long expired data and detailed usage are kept; `docs/operations.md` lists everything that is deleted, and when.
    retention: Retention = "Retention" {
        /// Days for which the record of an e-mail that was sent or given up is kept.
        keep_mail_days: Whole<1, 3650> = Text("30"), Public, "";
        /// Days for which an invitation is kept after it has expired, with the address that it was sent to.
        keep_invitations_days: Whole<1, 3650> = Text("90"), Public, "";
        /// Days for which a link of an e-mail is kept after it has expired, used or not, so that whoever still opens it is told.
        keep_links_days: Whole<1, 365> = Text("7"), Public, "";
        /// Hours for which usage is kept by minute, which only programs read.
        keep_minute_counts_hours: Whole<1, 744> = Text("48"), Public, "";
        /// Days for which usage is kept by hour. Charts compare the last 24 hours with the 24 before.
        keep_hour_counts_days: Whole<3, 3650> = Text("90"), Public, "";
    }
    /// What seals authenticator apps, queued mail and small cookies. Back it up, apart from the database: what it has sealed cannot be
    /// opened without it.
    secrets: Secrets = "Secrets" {
        /// The secret of the installation, such as the output of `openssl rand -hex 32`.
        secret_key: Option<SecretKey> = Computed("in production none; else created once and kept in `secret.key` beside the SQLite file, or in `data`"), Whole,
            "Fewer than 32 characters, or fewer than 8 different ones.";
        /// Secrets that the installation had before: what they sealed is opened, and sealed again after the start, and API keys
        /// that they know keep working. `latchkey doctor` says when they are no longer needed.
        former_secret_keys: Peppers = Text(""), Whole, "";
    }
    /// How e-mails are sent.
    mail: Mail = "Mail" {
        /// The mail server. A password in it is percent-encoded. Its certificate may be of any authority that browsers or the machine trust.
        smtp_url: Option<SmtpUrl> = Computed("in production none; else e-mails are caught at `/dev/mailbox`"), Password, "";
        /// The sender of e-mails.
        mail_from: Option<MailFrom> = Computed("`accounts` at the host of `public_url`, under the product's name"), Public, "";
    }
    /// How passwords are checked and hashed (Argon2id, RFC 9106). A new cost applies to an existing password from its next sign-in on.
    passwords: Passwords = "Passwords" {
        /// The shortest password, in characters.
        password_min_length: PasswordLength = Text("15"), Public,
            "8 to 14, which NIST SP 800-63B-4 allows only where a second factor is forced, and Latchkey cannot force one yet.";
        /// Memory of one hash, in KiB.
        password_memory_kib: Whole<8, 4_194_304> = Text("19456"), Public,
            "In production, less than 19 MiB with 2 iterations or 46 MiB with 1 (OWASP Password Storage Cheat Sheet); everywhere, less than 8 KiB for each lane.";
        /// Iterations of one hash.
        password_iterations: Whole<1, 100> = Text("2"), Public, "";
        /// Lanes of one hash.
        password_parallelism: Whole<1, 64> = Text("1"), Public, "";
        /// Hashes computed at the same time; others wait.
        password_workers: Option<Whole<1, 1024>> = Computed("one for each core"), Public, "";
    }
    /// Accounts elsewhere that people can sign in with; `docs/social-sign-in.md` says how to register there. The redirect URI is
    /// `public_url` with `/sign-in/with/google/callback`, `/sign-in/with/github/callback` or `/sign-in/with/oidc/callback`.
    social: Social = "Social sign-in" {
        /// The client id that Google gives out. With it and its secret, people can sign in with Google.
        oauth_google_client_id: Option<ClientName> = Computed("none"), Public, "One without its secret.";
        /// The secret that belongs to it.
        oauth_google_client_secret: Option<ClientSecret> = Computed("none"), Whole, "One without its client id.";
        /// The client id of an OAuth app of GitHub. With it and its secret, people can sign in with GitHub.
        oauth_github_client_id: Option<ClientName> = Computed("none"), Public, "One without its secret.";
        /// The secret that belongs to it.
        oauth_github_client_secret: Option<ClientSecret> = Computed("none"), Whole, "One without its client id.";
        /// Which GitHub: set this for a server of your own (GitHub Enterprise).
        oauth_github_url: GitHubUrl = Text("https://github.com"), Public, "In production, `http`.";
        /// The issuer of any other OpenID Connect provider, exactly as its discovery states it.
        oidc_issuer: Option<Issuer> = Computed("none"), Public, "In production, `http`; one without its client id and secret.";
        /// The client id that it gives out.
        oidc_client_id: Option<ClientName> = Computed("none"), Public, "One without its issuer.";
        /// The secret that belongs to it.
        oidc_client_secret: Option<ClientSecret> = Computed("none"), Whole, "One without its client id.";
        /// What people know it as: "Continue with …".
        oidc_name: Option<ProductName> = Computed("the host of `oidc_issuer`"), Public, "";
    }
    /// How API keys look, what they can be for, and who may verify them.
    keys: Keys = "API keys" {
        /// What every key begins with, before `_org_`. Keys that were created under another prefix no longer work.
        key_prefix: KeyPrefix = Text("lk"), Public, "";
        /// The scopes of the product that a key can have. Those of Latchkey's own API are offered as well.
        key_scopes: Catalogue = Text("read=Read data,write=Change data"), Public, "";
        /// What the hashes of keys are keyed with: new ones with the first; all are tried, and after them one derived from
        /// `secret_key`. To change it, put the new one first and keep the old one until every key has been rotated.
        key_peppers: Peppers = Text(""), Whole, "";
        /// The rate limit of keys that have none of their own.
        key_rate_limit: Option<Rate> = Computed("none"), Public, "";
        /// Tokens with which programs of the operator, such as a gateway, verify keys (`Authorization: Bearer …`).
        service_tokens: ServiceTokens = Text(""), Whole, "Fewer than 32 characters each, or fewer than 8 different ones.";
        /// The gateways that `/v1/forward-auth` answers without a service token, by the address from which they connect.
        /// Anybody else needs a token.
        forward_auth_from: Option<Vec<IpNet>> = Computed("on a developer's machine `127.0.0.1,::1`; in production none"), Public, "";
        /// How many keys are kept in memory for verification: about 600 bytes each.
        keys_in_memory: Whole<1, 10_000_000> = Text("200000"), Public, "";
    }
    /// What is logged, to standard error.
    logs: Logs = "Logs" {
        /// What is logged: a level, or levels by module, such as `info,server::http=debug`.
        log: LogFilter = Text("info"), Public, "";
        /// Lines for people, or one JSON object a line. `auto` is `human` on a terminal and `json` elsewhere.
        log_format: LogFormat = Text("auto"), Public, "";
    }
    /// Where traces of requests are sent: an OpenTelemetry collector, by OTLP over HTTP. `docs/operations.md` says what a trace
    /// contains, and which of the standard variables also count.
    traces: Traces = "Traces" {
        /// The collector. `/v1/traces` is appended. If it is not given, `OTEL_EXPORTER_OTLP_ENDPOINT` is used.
        otlp_endpoint: Option<OtlpEndpoint> = Computed("none; nothing is exported then"), Password, "A query; an address that ends with `/v1/traces`.";
        /// Headers for the collector, such as a token.
        otlp_headers: Option<OtlpHeaders> = Computed("none"), Whole, "";
    }
}
