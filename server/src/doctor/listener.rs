//! Whether a server answers where this configuration says that one listens.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::config::Config;

use super::{Finding, server_of};

const ABOUT: &str = "server";

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// As much of an answer as holds its status.
const STATUS: usize = "HTTP/1.1 200".len();

/// Asks our own listener whether it is ready. The public address is not called: it may lead anywhere.
pub(super) async fn answers(config: &Config) -> Vec<Finding> {
    let address = reachable(config.sections.network.listen);
    let server = server_of(config);
    let who = server.as_deref().unwrap_or("A server");
    let asked = ready(config.sections.network.listen).await;
    vec![match (asked, &server) {
        (Ok(200), _) => Finding::ok(ABOUT, format!("{who} answers on {address} and is ready.")),
        (Ok(503), _) => Finding::problem(
            ABOUT,
            format!("{who} answers on {address} and is not ready."),
        )
        .advising("Its log says what does not answer; most likely it is the database."),
        (Ok(_), _) => {
            Finding::warning(ABOUT, format!("What answers on {address} is not Latchkey."))
                .advising("Set `listen` to an address of its own.")
        }
        (_, Some(who)) => Finding::warning(
            ABOUT,
            format!("{who} has the database open but does not answer on {address}."),
        )
        .advising(
            "Was it started with another `listen`? If not, it hangs and has to be restarted.",
        ),
        (_, None) => Finding::ok(
            ABOUT,
            format!("No server is running on {address} at the moment."),
        ),
    }]
}

/// What the server that listens here answers to `GET /readyz`; 0 for what is no HTTP.
pub(crate) async fn ready(listen: SocketAddr) -> io::Result<u16> {
    let asked = tokio::time::timeout(PATIENCE, ask(reachable(listen))).await;
    asked.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Where a listener on every address can be reached from here.
pub(crate) fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

async fn ask(address: SocketAddr) -> io::Result<u16> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut beginning = [0; STATUS];
    stream.read_exact(&mut beginning).await?;
    Ok(status(&beginning).unwrap_or(0))
}

fn status(beginning: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(beginning).ok()?;
    text.strip_prefix("HTTP/1.1 ")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_reached_at_loopback() {
        let reached = |text: &str| reachable(text.parse().expect("an address")).to_string();
        assert_eq!(reached("0.0.0.0:3000"), "127.0.0.1:3000");
        assert_eq!(reached("[::]:3000"), "[::1]:3000");
        assert_eq!(reached("192.0.2.1:80"), "192.0.2.1:80");
        assert_eq!(status(b"HTTP/1.1 503"), Some(503));
        assert_eq!(status(b"SSH-2.0-Open"), None);
    }
}
