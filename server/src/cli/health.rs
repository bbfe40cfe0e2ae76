//! `latchkey health`: for the health check of a container, which has no other program to ask with.

use std::{
    io::{self, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

use crate::fault::Fault;

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Longest answer that is looked at.
const LONGEST: u64 = 4096;

/// Asks `/readyz` of the server that listens here.
pub(super) fn run(listen: SocketAddr) -> Result<String, Fault> {
    let address = reachable(listen);
    let answer = ask(address).map_err(|error| {
        Fault::Said(format!("The server at {address} does not answer: {error}."))
    })?;
    match answer.split_whitespace().nth(1) {
        Some("200") => Ok("ready\n".to_owned()),
        _ => Err(Fault::said(
            "The server is not ready: its database does not answer.",
        )),
    }
}

/// An address that stands for all of the machine is reached at the one that is always there.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.take(LONGEST).read_to_string(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// A server that gives one answer.
    fn answering(status: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("somebody asks");
            let mut asked = [0; 1024];
            let length = stream.read(&mut asked).expect("it is asked");
            assert!(asked[..length].starts_with(b"GET /readyz HTTP/1.1\r\n"));
            write!(stream, "HTTP/1.1 {status}\r\n\r\n{{}}").expect("it is read");
        });
        address
    }

    #[test]
    fn a_server_that_is_ready_is_told_from_one_that_is_not() {
        assert_eq!(run(answering("200 OK")).expect("it is ready"), "ready\n");
        let refused = run(answering("503 Service Unavailable")).expect_err("it is not");
        assert!(refused.to_string().contains("not ready"), "{refused}");
    }

    #[test]
    fn a_server_that_is_not_there_is_a_failure() {
        let gone = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port");
        assert!(run(gone).is_err());
    }

    #[test]
    fn a_listener_of_all_addresses_is_reached_at_loopback() {
        let at = |text: &str| reachable(text.parse().expect("an address")).to_string();
        assert_eq!(at("0.0.0.0:3000"), "127.0.0.1:3000");
        assert_eq!(at("[::]:3000"), "[::1]:3000");
        assert_eq!(at("192.0.2.1:80"), "192.0.2.1:80");
    }
}
