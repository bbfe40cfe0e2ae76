//! How a provider is asked: which addresses may be reached on its behalf, for how long, and how much is read.
//!
//! A provider says itself where its endpoints are, so what it says must not lead to the inside of the operator's network:
//! redirects are not followed, addresses that are not public are not connected to, and `https` does not become `http`. A
//! provider that is inside itself, such as a company's own, may lead to what is inside.

use std::{
    future::Future,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};
use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use tokio::time::{error::Elapsed, timeout};
use tracing::Instrument as _;
use url::{Host, Url};

use crate::{spans, tls};

/// Largest answer that is read: discovery, keys and claims are small.
const LARGEST_ANSWER: usize = 256 * 1024;

/// Why a provider was not asked, or what it did not answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreached {
    #[error("{0}")]
    Request(#[from] reqwest::Error),
    #[error("the answer is larger than is read")]
    TooLarge,
    #[error("the address is not https")]
    Plain,
    #[error("the address is inside a network that the provider is not in")]
    Inner,
    #[error("the address cannot be read")]
    NoAddress,
    #[error(transparent)]
    Address(#[from] url::ParseError),
    #[error("the name cannot be resolved")]
    Unresolved(#[from] std::io::Error),
    #[error("the name was not resolved in time")]
    ResolvedLate(#[from] Elapsed),
}

/// What may be reached on behalf of one provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    /// Without TLS: where the provider itself has none.
    pub(super) is_plain: bool,
    /// Addresses that are not public: where the provider itself has such a one.
    pub(super) is_inner: bool,
}

impl Reach {
    /// As far as the provider itself is, whose name is to be resolved within the time.
    pub(super) async fn of(issuer: &Url, longest: Duration) -> Result<Self, Unreached> {
        let is_inner = match issuer.host() {
            Some(Host::Ipv4(ip)) => is_inner(ip.into()),
            Some(Host::Ipv6(ip)) => is_inner(ip.into()),
            Some(Host::Domain(name)) => {
                let found = timeout(longest, resolved(name)).await??;
                !found.is_empty() && found.iter().all(|at| is_inner(at.ip()))
            }
            None => return Err(Unreached::NoAddress),
        };
        Ok(Self {
            is_plain: issuer.scheme() == "http",
            is_inner,
        })
    }

    /// Refuses an address that this provider may not lead to; of a name only its form is looked at.
    pub(super) fn check(self, address: &Url) -> Result<(), Unreached> {
        let is_plain = match address.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(Unreached::NoAddress),
        };
        if is_plain && !self.is_plain {
            return Err(Unreached::Plain);
        }
        let ip = match address.host() {
            Some(Host::Ipv4(ip)) => Some(ip.into()),
            Some(Host::Ipv6(ip)) => Some(ip.into()),
            Some(Host::Domain(_)) => None,
            None => return Err(Unreached::NoAddress),
        };
        if !self.is_inner && ip.is_some_and(is_inner) {
            return Err(Unreached::Inner);
        }
        Ok(())
    }
}

async fn resolved(name: &str) -> std::io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host((name, 0)).await?.collect())
}

/// Gives public addresses alone.
struct OnlyPublic;

impl Resolve for OnlyPublic {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let mut found = resolved(name.as_str()).await?;
            found.retain(|address| !is_inner(address.ip()));
            if found.is_empty() {
                return Err(Unreached::Inner.into());
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether an address is not one of the public internet (the special-purpose registries of RFC 6890).
fn is_inner(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_inner_v4(ip),
        IpAddr::V6(ip) => is_inner_v6(ip),
    }
}

fn is_inner_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || matches!(
            (a, b, c),
            (0 | 224.., ..) | (100, 64..128, _) | (192, 0, 0) | (198, 18 | 19, _)
        )
}

fn is_inner_v6(ip: Ipv6Addr) -> bool {
    let part = ip.segments();
    match part {
        // NAT64 (RFC 6052) and 6to4 (RFC 3056) carry an address of IPv4.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
            is_inner_v4(Ipv4Addr::new(a, b, c, d))
        }
        [0x2001, 0xdb8, ..] => true,
        // Global unicast is 2000::/3.
        [first, ..] => first & 0xe000 != 0x2000,
    }
}

/// The clients: one for each reach.
#[derive(Clone, Debug)]
pub(super) struct Clients {
    to_public: Client,
    to_all: Client,
}

impl Clients {
    pub(super) fn new(longest: Duration) -> reqwest::Result<Self> {
        let tls = tls::client();
        let client = || {
            Client::builder()
                .user_agent("Latchkey")
                .redirect(Policy::none())
                .no_proxy()
                .timeout(longest)
                .tls_backend_preconfigured(tls.clone())
        };
        Ok(Self {
            to_public: client().dns_resolver(Arc::new(OnlyPublic)).build()?,
            to_all: client().build()?,
        })
    }

    pub(super) fn within(&self, reach: Reach) -> Asking<'_> {
        let client = if reach.is_inner {
            &self.to_all
        } else {
            &self.to_public
        };
        Asking { client, reach }
    }
}

/// Asks on behalf of one provider.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asking<'a> {
    client: &'a Client,
    reach: Reach,
}

impl Asking<'_> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Unreached> {
        let address = Url::parse(&request.uri().to_string()).map_err(|_| Unreached::NoAddress)?;
        self.reach.check(&address)?;
        let request = reqwest::Request::try_from(request)?;
        let told = |error: reqwest::Error| Unreached::Request(error.without_url());
        let mut answer = self.client.execute(request).await.map_err(told)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(told)? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(Unreached::TooLarge);
            }
            body.extend(chunk);
        }
        let mut whole = http::Response::new(body);
        *whole.status_mut() = answer.status();
        *whole.headers_mut() = answer.headers().clone();
        Ok(whole)
    }
}

impl<'c> AsyncHttpClient<'c> for Asking<'_> {
    type Error = Unreached;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unreached>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request).instrument(spans::part("identities.ask")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: Reach = Reach {
        is_plain: true,
        is_inner: false,
    };

    fn url(text: &str) -> Url {
        Url::parse(text).expect("this is a URL")
    }

    #[test]
    fn addresses_of_no_public_network_are_known() {
        for inner in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "ff02::1",
        ] {
            assert!(is_inner(inner.parse().expect("an address")), "{inner}");
        }
        for public in [
            "1.1.1.1",
            "140.82.121.4",
            "2606:4700::1111",
            "64:ff9b::101:101",
            "2002:101:101::",
        ] {
            assert!(!is_inner(public.parse().expect("an address")), "{public}");
        }
    }

    #[tokio::test]
    async fn a_provider_leads_no_further_than_it_is_itself() {
        let of = async |text| {
            let reach = Reach::of(&url(text), Duration::from_secs(2)).await;
            reach.expect("an address needs no resolving")
        };
        let public = of("https://1.1.1.1").await;
        assert!(public.check(&url("https://1.0.0.1/token")).is_ok());
        for refused in [
            "http://1.0.0.1/token",
            "https://127.0.0.1/token",
            "https://[::1]/token",
            "https://169.254.169.254/",
            "https://2130706433/",
            "https://0x7f.1/",
            "file:///etc/passwd",
            "javascript:alert(1)",
        ] {
            assert!(public.check(&url(refused)).is_err(), "{refused}");
        }
        let inner = of("https://10.0.0.1").await;
        assert!(inner.check(&url("https://10.0.0.2/token")).is_ok());
        assert!(inner.check(&url("http://10.0.0.2/token")).is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_connected_to() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let clients = Clients::new(Duration::from_secs(2)).expect("there is TLS");
        let request = |host: &str| {
            http::Request::get(format!("http://{host}:{port}/"))
                .body(Vec::new())
                .expect("a request")
        };
        for host in ["localhost", "127.0.0.1"] {
            let refused = clients.within(PUBLIC).send(request(host)).await;
            assert!(refused.is_err(), "{host}");
        }
        let called = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(called.is_err(), "nobody has called");
    }
}
