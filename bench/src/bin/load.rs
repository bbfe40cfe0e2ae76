//! Sends requests over kept-alive connections and tells how fast they were answered, as JSON.
//!
//! Without a rate each client asks anew as soon as it has its answer. With one, requests are due at even distances, and a late
//! one counts from the moment when it was due: what waits in line is not left out ("coordinated omission").

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program for measuring"
)]

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use clap::Parser;
use http::{Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    time::{Instant, sleep_until, timeout_at},
};

#[derive(Parser)]
struct Load {
    /// Where the requests go
    address: SocketAddr,
    path: String,
    /// A file with a body on each line; they are sent in turn
    bodies: PathBuf,
    /// The bearer token
    #[arg(long, default_value = "")]
    token: String,
    #[arg(long, default_value_t = 64)]
    clients: usize,
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Requests a second; as many as there can be when nothing is said
    #[arg(long)]
    rate: Option<f64>,
}

/// What all clients share.
struct Plan {
    load: Load,
    bodies: Vec<Bytes>,
    begin: Instant,
    end: Instant,
    /// Requests that were taken up.
    taken: AtomicUsize,
}

impl Plan {
    /// The number of the next request, and when it is due.
    async fn next(&self) -> Option<(usize, Instant)> {
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        let due = match self.load.rate {
            None => Instant::now(),
            Some(rate) => {
                let due = self.begin + Duration::from_secs_f64(number as f64 / rate);
                sleep_until(due).await;
                due
            }
        };
        (due < self.end).then_some((number, due))
    }

    fn request(&self, number: usize) -> Request<Full<Bytes>> {
        let body = self.bodies[number % self.bodies.len()].clone();
        Request::post(&self.load.path)
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.load.token))
            .body(Full::new(body))
            .expect("it is well-formed")
    }
}

/// What one client has seen.
#[derive(Default)]
struct Seen {
    micros: Vec<u64>,
    statuses: BTreeMap<u16, u64>,
    /// Values of `code`, of one answer in a hundred.
    codes: BTreeMap<String, u64>,
}

async fn connect(address: SocketAddr) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(address).await.expect("it listens");
    stream.set_nodelay(true).expect("it is open");
    let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("it is HTTP");
    tokio::spawn(connection);
    sender
}

async fn client(plan: Arc<Plan>) -> Seen {
    let mut seen = Seen::default();
    let mut sender = connect(plan.load.address).await;
    while let Some((number, due)) = plan.next().await {
        sender.ready().await.expect("the connection is kept");
        let answer = sender.send_request(plan.request(number));
        let answer = answer.await.expect("it is answered");
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.expect("it is whole");
        seen.micros.push(micros(due.elapsed()));
        *seen.statuses.entry(status).or_default() += 1;
        if number % 100 == 0 {
            let json: serde_json::Value =
                serde_json::from_slice(&body.to_bytes()).unwrap_or_default();
            let code = json["code"].as_str().unwrap_or("none").to_owned();
            *seen.codes.entry(code).or_default() += 1;
        }
    }
    seen
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[tokio::main]
async fn main() {
    let load = Load::parse();
    let text = std::fs::read_to_string(&load.bodies).expect("the file can be read");
    let begin = Instant::now();
    let plan = Arc::new(Plan {
        bodies: text
            .lines()
            .map(|line| Bytes::from(line.to_owned()))
            .collect(),
        begin,
        end: begin + Duration::from_secs_f64(load.seconds),
        taken: AtomicUsize::new(0),
        load,
    });
    let clients: Vec<_> = (0..plan.load.clients)
        .map(|_| tokio::spawn(client(Arc::clone(&plan))))
        .collect();
    let mut all = Seen::default();
    for client in clients {
        let late = plan.end + Duration::from_secs(10);
        let seen = timeout_at(late, client)
            .await
            .expect("answers come in time");
        let seen = seen.expect("no client fails");
        all.micros.extend(seen.micros);
        for (status, count) in seen.statuses {
            *all.statuses.entry(status).or_default() += count;
        }
        for (code, count) in seen.codes {
            *all.codes.entry(code).or_default() += count;
        }
    }
    let took = begin.elapsed().as_secs_f64();
    all.micros.sort_unstable();
    let at = |part: f64| {
        let place = (all.micros.len() as f64 * part) as usize;
        let micros = all
            .micros
            .get(place.min(all.micros.len().saturating_sub(1)));
        micros.map_or(0.0, |micros| *micros as f64 / 1000.0)
    };
    println!(
        "{}",
        serde_json::json!({
            "requests": all.micros.len(),
            "perSecond": all.micros.len() as f64 / took,
            "p50": at(0.5),
            "p99": at(0.99),
            "most": at(1.0),
            "statuses": all.statuses,
            "codes": all.codes,
        })
    );
}
