//! `latchkey health`: for the health check of a container, which has no other program to ask with.

use std::net::SocketAddr;

use crate::{
    doctor::listener::{reachable, ready},
    fault::Fault,
};

/// Asks the server that listens here whether it is ready.
pub(super) async fn run(listen: SocketAddr) -> Result<String, Fault> {
    match ready(listen).await {
        Ok(200) => Ok("ready\n".to_owned()),
        Ok(_) => Err(Fault::said(
            "The server is not ready: its database does not answer.",
        )),
        Err(error) => Err(Fault::said(format!(
            "The server at {} does not answer: {error}.",
            reachable(listen)
        ))),
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    /// A server that gives one answer.
    async fn answering(status: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("somebody asks");
            let mut asked = [0; 1024];
            let length = stream.read(&mut asked).await.expect("it is asked");
            assert!(asked[..length].starts_with(b"GET /readyz HTTP/1.1\r\n"));
            let answer = format!("HTTP/1.1 {status}\r\n\r\n{{}}");
            let written = stream.write_all(answer.as_bytes()).await;
            written.expect("it is read");
        });
        address
    }

    #[tokio::test]
    async fn a_server_that_is_ready_is_told_from_one_that_is_not() {
        let ready = run(answering("200 OK").await).await;
        assert_eq!(ready.expect("it is ready"), "ready\n");
        let refused = run(answering("503 Service Unavailable").await).await;
        let refused = refused.expect_err("it is not").to_string();
        assert!(refused.contains("not ready"), "{refused}");
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_a_failure() {
        let gone = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = gone.local_addr().expect("it is bound");
        drop(gone);
        assert!(run(address).await.is_err());
    }
}
