//! Takes connections and serves HTTP/1.1 on them.
//!
//! `axum::serve` has no limit on how slowly a request's head may come, so connections are served by hyper here. TLS and
//! HTTP/2 are the business of the proxy in front.

use std::{convert::Infallible, future::Future, net::SocketAddr, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    response::Response,
    serve::{Listener as _, ListenerExt as _},
};
use domain::metrics::NONE;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use metrics::Gauge;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use crate::http::metrics::definition::HTTP_CONNECTIONS;

/// How long the head of a request may take, counted from the end of the answer before it. It is also how long an idle
/// connection is kept, so it must exceed what proxies keep theirs for (60 s in nginx and AWS): who closes first while the
/// other sends loses a request.
const HEAD: Duration = Duration::from_secs(75);

/// What of a request's head, and of a body nobody has asked for yet, is held in memory for one connection.
const BUFFER: usize = 64 * 1024;

/// Serves until `stop` ends; then takes no more connections and gives open requests `grace` to end.
pub(super) async fn run(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
    grace: Duration,
) {
    let mut listener = listener.tap_io(|stream| {
        // Pages are written in several small pieces: without this each would wait 40 ms for a delayed acknowledgement.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection goes without TCP_NODELAY");
        }
    });
    let connections = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(BUFFER);
    tokio::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        let router = router.clone();
        let connection = http.serve_connection(
            TokioIo::new(stream),
            service_fn(move |request| answer(router.clone(), peer, request)),
        );
        let connection = connections.watch(connection);
        let open = Open::new();
        tokio::spawn(async move {
            let _open = open;
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(grace, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!(
            grace_seconds = grace.as_secs(),
            "some requests did not end in time and are cut off"
        );
    }
}

/// A connection among those that are counted as open.
struct Open(Gauge);

impl Open {
    fn new() -> Self {
        let gauge = HTTP_CONNECTIONS.gauge(NONE);
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    mut request: Request<Incoming>,
) -> Result<Response, Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
        sync::oneshot,
        task::JoinHandle,
    };

    use super::*;

    const GRACE: Duration = Duration::from_secs(30);

    struct Served {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        task: JoinHandle<()>,
    }

    async fn serve(router: Router) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async move { stopped.await.unwrap_or_default() };
        let task = tokio::spawn(run(listener, router, stopped, GRACE));
        Served {
            address,
            stop,
            task,
        }
    }

    async fn say(address: SocketAddr, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        stream.write_all(text.as_bytes()).await.expect("it reads");
        stream
    }

    async fn rest(mut stream: TcpStream) -> String {
        let mut text = String::new();
        stream
            .read_to_string(&mut text)
            .await
            .expect("it ends in text");
        text
    }

    #[tokio::test]
    async fn a_handler_learns_who_called() {
        let peer =
            |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() };
        let served = serve(Router::new().route("/", get(peer))).await;
        let answer = rest(
            say(
                served.address,
                "GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n",
            )
            .await,
        )
        .await;
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("127.0.0.1"),
            "{answer}"
        );
    }

    #[tokio::test]
    async fn an_open_request_is_finished_after_the_listener_has_stopped() {
        let (started, has_started) = oneshot::channel::<()>();
        let (finish, may_finish) = oneshot::channel::<()>();
        let channels = std::sync::Arc::new(std::sync::Mutex::new(Some((started, may_finish))));
        let slow = move || async move {
            let (started, may_finish) = channels
                .lock()
                .expect("nobody panicked")
                .take()
                .expect("it is called once");
            started.send(()).expect("the test waits");
            may_finish.await.expect("the test lets it end");
            "done"
        };
        let served = serve(Router::new().route("/", get(slow))).await;
        let request = say(served.address, "GET / HTTP/1.1\r\nHost: here\r\n\r\n").await;
        has_started.await.expect("the request arrives");
        served.stop.send(()).expect("it runs");
        while TcpStream::connect(served.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        finish.send(()).expect("the handler waits");
        assert!(rest(request).await.ends_with("done"));
        served.task.await.expect("it ends");
    }

    #[tokio::test]
    async fn an_idle_connection_does_not_delay_the_end() {
        let served = serve(Router::new().route("/", get(|| async { "hello" }))).await;
        let mut idle = say(served.address, "GET / HTTP/1.1\r\nHost: here\r\n\r\n").await;
        let mut first = [0; 12];
        idle.read_exact(&mut first).await.expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 200");
        served.stop.send(()).expect("it runs");
        served.task.await.expect("it ends");
    }
}
