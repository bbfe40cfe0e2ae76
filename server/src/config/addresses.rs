//! How addresses are read from text: of listeners, pages, databases, mail servers and senders.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use contract::{EmailAddress, text};
use ipnet::IpNet;
use url::{Host, Url};

use super::values::Value;

impl Value for SocketAddr {
    fn expected() -> String {
        "an IP address and a port, like `127.0.0.1:3000` or `[::1]:3000`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|_| "is not an IP address with a port".to_owned())
    }
}

impl Value for Vec<IpNet> {
    fn expected() -> String {
        "IP addresses and networks separated by commas, like `10.0.0.7,192.168.0.0/16`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(network)
            .collect()
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    let network = match text.parse::<IpAddr>() {
        Ok(ip) => IpNet::from(ip.to_canonical()),
        Err(_) => text
            .parse()
            .map_err(|_| format!("contains {text:?}, which is neither an address nor a network"))?,
    };
    if network.prefix_len() == 0 {
        return Err(format!(
            "contains {text:?}: anybody could then claim to have any address"
        ));
    }
    Ok(network)
}

/// An origin: scheme, host and port. Over plain HTTP only where nothing leaves the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(pub Url);

impl PublicUrl {
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl Value for PublicUrl {
    fn expected() -> String {
        "an origin, like `https://accounts.example.com`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("is not a URL ({error})"))?;
        let is_origin = matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        match url.scheme() {
            "http" | "https" if !is_origin => Err("has more than scheme, host and port".to_owned()),
            "http" if !is_loopback(&url) => {
                Err("is not encrypted: session cookies would travel in the clear. Put TLS in front and use https".to_owned())
            }
            "http" | "https" => Ok(Self(url)),
            _ => Err("is neither http nor https".to_owned()),
        }
    }
}

/// Whether a browser reaches this host without leaving its machine (and so treats it as secure).
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Where the data is. Its `Debug` hides the password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(pub String);

impl DatabaseUrl {
    /// The address without its password, for a program that asks for it. Parameters may hold one, and stay behind as well.
    pub fn without_secrets(&self) -> String {
        let Ok(mut url) = Url::parse(&self.0) else {
            return String::new();
        };
        // Neither fails where there is a host, and where there is none there is no password.
        let _ = url.set_password(None);
        if url.query_pairs().any(|(key, _)| key.contains("pass")) {
            url.set_query(None);
        }
        url.to_string()
    }

    /// The file of a SQLite database.
    pub fn file(&self) -> Option<PathBuf> {
        domain::database::file_of(&self.0)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.0))
    }
}

impl Value for DatabaseUrl {
    fn expected() -> String {
        "`sqlite://path/to/file.db` or `postgres://user:password@host/name`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        if let Some(file) = sqlite_file(text) {
            return match Path::new(file).file_name() {
                _ if file.contains(":memory:") || text.contains("mode=memory") => {
                    Err("is a database in memory".to_owned())
                }
                Some(_) if domain::database::file_of(text).is_none() => {
                    Err("has parameters that SQLite does not know".to_owned())
                }
                Some(_) => Ok(Self(text.to_owned())),
                None => Err("has no file".to_owned()),
            };
        }
        let url = Url::parse(text).map_err(|_| "is not the address of a database".to_owned())?;
        let has_name = url.path().len() > 1 || url.query_pairs().any(|(key, _)| key == "dbname");
        match url.scheme() {
            "postgres" | "postgresql" if has_name => Ok(Self(text.to_owned())),
            "postgres" | "postgresql" => Err("does not name a database on the server".to_owned()),
            _ => Err("is neither SQLite nor PostgreSQL".to_owned()),
        }
    }
}

fn sqlite_file(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("sqlite:")?;
    let path = rest.strip_prefix("//").unwrap_or(rest);
    path.split('?').next()
}

/// The mail server. Its `Debug` hides the password.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl(pub String);

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.0))
    }
}

impl Value for SmtpUrl {
    fn expected() -> String {
        "`smtps://user:password@host`, `smtp://user:password@host:587?tls=required` or `smtp://host:25`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let has_host = Url::parse(text).is_ok_and(|url| url.has_host());
        match domain::mail::check_url(text) {
            Ok(()) if has_host => Ok(Self(text.to_owned())),
            _ => Err("is not the address of a mail server".to_owned()),
        }
    }
}

/// An address for a reader: its password and its parameters, which may hold one, are hidden.
pub(super) fn without_password(address: &str) -> String {
    if address.starts_with("sqlite:") {
        return address.to_owned();
    }
    let Ok(mut url) = Url::parse(address) else {
        return "(hidden)".to_owned();
    };
    if url.password().is_some() && url.set_password(Some("hidden")).is_err() {
        return "(hidden)".to_owned();
    }
    if url.query_pairs().any(|(key, _)| key.contains("pass")) {
        url.set_query(Some("hidden"));
    }
    url.to_string()
}

/// The sender of letters: a name, which may be empty, and an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailFrom {
    name: String,
    address: String,
}

impl MailFrom {
    /// `accounts` at the host of our pages, which is the domain that the operator is known to own.
    pub(super) fn accounts_at(public_url: &Url, name: &str) -> Self {
        let host = match public_url.host() {
            Some(Host::Domain(domain)) => domain,
            _ => "localhost",
        };
        Self {
            name: name.to_owned(),
            address: format!("accounts@{host}"),
        }
    }
}

impl Value for MailFrom {
    fn expected() -> String {
        "an address, like `Example <accounts@example.com>` or `accounts@example.com`".to_owned()
    }

    fn parse(given: &str) -> Result<Self, String> {
        let (name, address) = match given
            .trim()
            .strip_suffix('>')
            .and_then(|rest| rest.rsplit_once('<'))
        {
            Some((name, address)) => (name.trim(), address.trim()),
            None => ("", given.trim()),
        };
        let name = name
            .strip_prefix('"')
            .and_then(|name| name.strip_suffix('"'))
            .unwrap_or(name);
        let name =
            text::one_line(name, 60).map_err(|_| "has a name that cannot be used".to_owned())?;
        let at_localhost = address
            .strip_suffix("@localhost")
            .map(|local| format!("{local}@localhost.test"));
        match EmailAddress::parse(at_localhost.as_deref().unwrap_or(address)) {
            Ok(_) => Ok(Self {
                name,
                address: address.to_owned(),
            }),
            Err(_) => Err("is not an e-mail address".to_owned()),
        }
    }
}

/// In the form of RFC 5322 §3.4, the name quoted.
impl fmt::Display for MailFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() {
            return f.write_str(&self.address);
        }
        let name = self.name.replace('\\', "\\\\").replace('"', "\\\"");
        write!(f, "\"{name}\" <{}>", self.address)
    }
}
