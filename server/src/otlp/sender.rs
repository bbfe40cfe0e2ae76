//! Sends batches of spans with the client of HTTP and the TLS that are used elsewhere too.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::tls;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use reqwest::{Client, redirect::Policy};
use tokio::runtime::Handle;

use crate::http::metrics::definition::TRACE_EXPORTS;

/// How long a collector may take for one batch.
const PATIENCE: Duration = Duration::from_secs(10);

/// Largest answer that is read: it says at most what was not taken, and why.
const LARGEST_ANSWER: usize = 64 * 1024;

/// Who exports waits on a thread of its own, which no runtime drives; so the work is done on ours.
#[derive(Debug)]
pub(super) struct Sender {
    client: Client,
    runtime: Handle,
    is_failing: Arc<AtomicBool>,
}

impl Sender {
    pub(super) fn new() -> reqwest::Result<Self> {
        let client = Client::builder()
            .user_agent("Latchkey")
            .redirect(Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .tls_backend_preconfigured(tls::client())
            .build()?;
        Ok(Self {
            client,
            runtime: Handle::current(),
            is_failing: Arc::default(),
        })
    }
}

type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

impl HttpClient for Sender {
    fn send_bytes<'a, 'b>(&'a self, request: Request<Bytes>) -> Sending<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        let (client, is_failing) = (self.client.clone(), Arc::clone(&self.is_failing));
        let sent = self.runtime.spawn(async move {
            let sent = send(&client, request).await;
            note(&is_failing, &sent);
            sent
        });
        Box::pin(async move { sent.await? })
    }
}

async fn send(client: &Client, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let mut answer =
        (client.execute(request.try_into()?).await).map_err(reqwest::Error::without_url)?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err("the answer is larger than is read".into());
        }
        body.extend_from_slice(&chunk);
    }
    let mut whole = Response::new(body.into());
    *whole.status_mut() = answer.status();
    *whole.headers_mut() = answer.headers().clone();
    Ok(whole)
}

/// Counts each batch, and logs when they begin to fail and when they go again.
fn note(is_failing: &AtomicBool, sent: &Result<Response<Bytes>, HttpError>) {
    let why = match sent {
        Ok(answer) if answer.status().is_success() => None,
        Ok(answer) => Some(format!("the collector answers {}", answer.status())),
        Err(error) => Some(error.to_string()),
    };
    let result = if why.is_some() { "failed" } else { "ok" };
    TRACE_EXPORTS.counter([result]).increment(1);
    let was_failing = is_failing.swap(why.is_some(), Ordering::Relaxed);
    match why {
        Some(why) if !was_failing => {
            tracing::warn!(why, "otlp: traces cannot be exported and are dropped");
        }
        None if was_failing => tracing::info!("otlp: traces are exported again"),
        _ => {}
    }
}
