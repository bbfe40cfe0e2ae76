//! The cookies of the product: their names, and how each is set.
//!
//! Over TLS every name carries the `__Host-` prefix, so that no other host of the domain can plant one. All are HttpOnly:
//! no script needs to read them.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite, time::Duration};

/// Which cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// The session token of a browser.
    Session,
    /// Remembers that somebody has signed in with this browser before.
    Device,
    /// A sign-in that waits for its second step.
    Challenge,
    /// Lets somebody skip the second step in this browser for a while.
    Trust,
    /// The chosen theme, so that the first byte of a page knows it.
    Theme,
    /// What a form without JavaScript has to say on the next page.
    Flash,
    /// The secret of a link from a letter, taken out of the address bar.
    Link,
    /// The secret of an invitation; kept while its reader signs in or up.
    Invitation,
    /// What is to be remembered while somebody is at a provider of sign-ins.
    Away,
    /// An identity that is connected once its owner has signed in.
    Pending,
}

impl Name {
    const fn plain(self) -> &'static str {
        match self {
            Self::Session => "latchkey",
            Self::Device => "latchkey-device",
            Self::Challenge => "latchkey-challenge",
            Self::Trust => "latchkey-trust",
            Self::Theme => "latchkey-theme",
            Self::Flash => "latchkey-flash",
            Self::Link => "latchkey-link",
            Self::Invitation => "latchkey-invitation",
            Self::Away => "latchkey-away",
            Self::Pending => "latchkey-pending",
        }
    }

    fn full(self, is_https: bool) -> String {
        if is_https {
            format!("__Host-{}", self.plain())
        } else {
            self.plain().to_owned()
        }
    }
}

/// How long a browser keeps a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    UntilClosed,
    Seconds(i64),
    /// Removes it.
    No,
}

/// The cookies that a request carries.
#[derive(Debug)]
pub struct Jar {
    cookies: Vec<(String, String)>,
    is_https: bool,
}

impl Jar {
    pub fn read(headers: &HeaderMap, is_https: bool) -> Self {
        let lines = headers
            .get_all(header::COOKIE)
            .into_iter()
            .filter_map(|value| value.to_str().ok());
        let cookies = lines
            .flat_map(Cookie::split_parse)
            .flatten()
            .map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned()))
            .collect();
        Self { cookies, is_https }
    }

    pub fn get(&self, name: Name) -> Option<&str> {
        let name = name.full(self.is_https);
        self.cookies
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The `Set-Cookie` line. The value must be made of characters that a cookie can carry; all of ours are.
pub fn set(name: Name, value: &str, keep: Keep, is_https: bool) -> HeaderValue {
    let mut cookie = Cookie::build((name.full(is_https), value.to_owned()))
        .path("/")
        .http_only(true)
        .secure(is_https)
        .same_site(SameSite::Lax);
    cookie = match keep {
        Keep::UntilClosed => cookie,
        Keep::Seconds(seconds) => cookie.max_age(Duration::seconds(seconds)),
        Keep::No => cookie.max_age(Duration::ZERO),
    };
    HeaderValue::from_str(&cookie.build().to_string()).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar(line: &'static str, is_https: bool) -> Jar {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static(line));
        Jar::read(&headers, is_https)
    }

    #[test]
    fn over_tls_only_the_prefixed_name_counts() {
        assert_eq!(
            jar("latchkey=planted; __Host-latchkey=ours", true).get(Name::Session),
            Some("ours")
        );
        assert_eq!(jar("latchkey=planted", true).get(Name::Session), None);
        assert_eq!(
            jar("a=b; latchkey=ours", false).get(Name::Session),
            Some("ours")
        );
        assert_eq!(jar("; =;;", false).get(Name::Session), None);
    }

    #[test]
    fn every_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let line = set(Name::Session, "x", Keep::UntilClosed, true);
        assert_eq!(
            line,
            "__Host-latchkey=x; HttpOnly; SameSite=Lax; Secure; Path=/"
        );
        let line = set(Name::Flash, "", Keep::No, false);
        assert_eq!(
            line,
            "latchkey-flash=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"
        );
    }
}
