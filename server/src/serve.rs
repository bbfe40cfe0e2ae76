//! `latchkey serve`: the listeners, the jobs of the process, and their orderly end.
//!
//! On SIGTERM or SIGINT: no new connection is taken, open requests end, the mail in hand is sent, the database is closed.
//! A second signal ends it at once.

mod listener;
mod signals;

use std::{
    io::{self, Write as _},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use axum::Router;
use domain::{
    Ctx, PlainSecret,
    backups::{self, Schedule},
    context::SystemClock,
    first_run,
    mail::{self, Mailbox, Smtp, Transport},
    maintenance, verification,
};
use leptos::config::{Env, LeptosOptions};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::{net::TcpListener, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config, fault::Fault, http::metrics, lock::DatabaseLock, open::open, state::AppState,
};
use signals::Signals;

/// How long the server before may take to let go of a SQLite database, once its listener is closed.
const HANDOVER: Duration = Duration::from_secs(3);

/// Between two looks whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Closing waits for connections that stragglers hold; they are not worth more.
const CLOSING: Duration = Duration::from_secs(5);

/// Serves until a signal ends it.
pub async fn serve(config: Config) -> Result<(), Fault> {
    use_ring();
    let mut signals = Signals::listen()
        .map_err(|error| Fault::Said(format!("Signals cannot be received: {error}.")))?;
    let listener = bind("listen", config.sections.network.listen).await?;
    let config = config.bound_to(local_address(&listener)?);
    let metrics_listener = match config.sections.network.metrics_listen {
        Some(address) => Some(bind("metrics_listen", address).await?),
        None => None,
    };
    let _lock = take_database(&config).await?;
    // Before the context, which keeps handles of some.
    let metrics = metrics::install()
        .map_err(|error| Fault::Said(format!("Metrics cannot be kept: {error}.")))?;
    let ctx = open(&config).await?;
    if ctx.database().is_writable() {
        // What was charged before counts before anything is answered.
        verification::fold(&ctx).await?;
    } else {
        tracing::error!(
            "the database cannot be written: what only reads is answered, and every change is refused"
        );
    }
    let post = Post::open(&config)?;
    let first_run = first_run::begin(&ctx).await?;
    let state = app_state(&config, ctx, post.mailbox.clone(), metrics);
    let running = Running::start(&config, state, &post, listener, metrics_listener);
    announce(&config, post.mailbox.is_some(), first_run.as_ref());
    let signal = signals.next().await;
    tracing::info!(signal, "stopping: open requests are finished");
    tokio::select! {
        () = running.stop(config.grace()) => Ok(()),
        signal = signals.next() => Err(Fault::Said(format!("Stopped immediately by a second signal, {signal}."))),
    }
}

/// Waits a moment for a server that is ending, as at a restart.
async fn take_database(config: &Config) -> Result<DatabaseLock, Fault> {
    let file = config.sections.database.database_url.file();
    let began = Instant::now();
    loop {
        match DatabaseLock::to_serve(file.as_deref()) {
            Err(_) if began.elapsed() < HANDOVER => tokio::time::sleep(LOOK_EVERY).await,
            taken => return taken,
        }
    }
}

/// Two TLS libraries are linked; rustls wants to be told which one to use, before its first connection.
pub(crate) fn use_ring() {
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        tracing::debug!("a TLS provider was installed before");
    }
}

async fn bind(setting: &str, address: SocketAddr) -> Result<TcpListener, Fault> {
    TcpListener::bind(address).await.map_err(|error| {
        Fault::Said(match error.kind() {
            io::ErrorKind::AddrInUse => format!(
                "Port {} is in use on {}. Choose another with `{setting}`.",
                address.port(),
                address.ip()
            ),
            io::ErrorKind::PermissionDenied => format!(
                "Port {} needs privileges. Choose one above 1023 with `{setting}`.",
                address.port()
            ),
            io::ErrorKind::AddrNotAvailable => format!(
                "This machine has no address {}. Choose another with `{setting}`.",
                address.ip()
            ),
            _ => format!(
                "Cannot listen on {address}: {error}. Choose another address with `{setting}`."
            ),
        })
    })
}

fn local_address(listener: &TcpListener) -> Result<SocketAddr, Fault> {
    listener
        .local_addr()
        .map_err(|error| Fault::Said(format!("The listener has no address: {error}.")))
}

/// What every handler can reach.
pub fn app_state(
    config: &Config,
    ctx: Ctx,
    mailbox: Option<Mailbox>,
    metrics: PrometheusHandle,
) -> AppState {
    let schema = crate::graphql::schema(config.sections.product.introspection);
    AppState {
        ctx,
        http: Arc::new(config.http_options()),
        schema,
        mailbox,
        metrics,
        leptos: Arc::new(leptos_options(config.sections.network.listen)),
    }
}

/// As in the workspace's `Cargo.toml`, which is not there where the binary runs.
fn leptos_options(listen: SocketAddr) -> LeptosOptions {
    let env = if cfg!(debug_assertions) {
        Env::DEV
    } else {
        Env::PROD
    };
    LeptosOptions::builder()
        .output_name("latchkey")
        .site_root("build/site")
        .site_pkg_dir("pkg")
        .env(env)
        .site_addr(listen)
        .reload_port(3001)
        .build()
}

/// Where letters go.
struct Post {
    transport: Arc<dyn Transport>,
    mailbox: Option<Mailbox>,
}

impl Post {
    fn open(config: &Config) -> Result<Self, Fault> {
        if let Some(url) = &config.sections.mail.smtp_url {
            let smtp = Smtp::new(&url.0, &config.mail_from().to_string())?;
            return Ok(Self {
                transport: Arc::new(smtp),
                mailbox: None,
            });
        }
        let mailbox = Mailbox::new(Arc::new(SystemClock));
        Ok(Self {
            transport: Arc::new(mailbox.clone()),
            mailbox: Some(mailbox),
        })
    }
}

/// What runs, and how it is told to end.
struct Running {
    ctx: Ctx,
    stop_listening: CancellationToken,
    listeners: JoinSet<()>,
    stop_jobs: CancellationToken,
    jobs: JoinSet<()>,
}

impl Running {
    fn start(
        config: &Config,
        state: AppState,
        post: &Post,
        listener: TcpListener,
        metrics_listener: Option<TcpListener>,
    ) -> Self {
        let mut running = Self {
            ctx: state.ctx.clone(),
            stop_listening: CancellationToken::new(),
            listeners: JoinSet::new(),
            stop_jobs: CancellationToken::new(),
            jobs: JoinSet::new(),
        };
        running.start_jobs(&post.transport, state.metrics.clone());
        if let Some(schedule) = config.schedule() {
            running.back_up(schedule);
        }
        if let Some(listener) = metrics_listener {
            running.listen(listener, metrics::router(state.clone()), config.grace());
        }
        running.listen(listener, crate::router(state), config.grace());
        running
    }

    fn listen(&mut self, listener: TcpListener, router: Router, grace: Duration) {
        let stop = self.stop_listening.clone().cancelled_owned();
        self.listeners
            .spawn(listener::run(listener, router, stop, grace));
    }

    fn back_up(&mut self, schedule: Schedule) {
        let stop = self.stop_jobs.clone().cancelled_owned();
        self.jobs
            .spawn(backups::run(self.ctx.clone(), schedule, stop));
    }

    fn start_jobs(&mut self, transport: &Arc<dyn Transport>, metrics: PrometheusHandle) {
        let (ctx, transport, stop) = (
            self.ctx.clone(),
            Arc::clone(transport),
            self.stop_jobs.clone().cancelled_owned(),
        );
        self.jobs
            .spawn(async move { mail::run(ctx, &*transport, stop).await });
        self.jobs.spawn(maintenance::run(
            self.ctx.clone(),
            self.stop_jobs.clone().cancelled_owned(),
        ));
        self.jobs.spawn(verification::run(
            self.ctx.clone(),
            self.stop_jobs.clone().cancelled_owned(),
        ));
        let stop = self.stop_jobs.clone().cancelled_owned();
        self.jobs.spawn(async move {
            tokio::select! {
                () = stop => {}
                () = metrics::keep_up(metrics) => {}
            }
        });
    }

    /// Requests first, since they queue mail; then the jobs; then what both stand on.
    async fn stop(mut self, grace: Duration) {
        self.stop_listening.cancel();
        while self.listeners.join_next().await.is_some() {}
        self.stop_jobs.cancel();
        let finish = async { while self.jobs.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, finish).await.is_err() {
            tracing::warn!("jobs were cut off; an e-mail in hand is tried again at the next start");
        }
        self.jobs.shutdown().await;
        match tokio::time::timeout(CLOSING, self.ctx.database().clone().close()).await {
            Ok(Ok(())) => tracing::info!("stopped"),
            Ok(Err(error)) => tracing::error!(%error, "stopped; the database could not be closed"),
            Err(_) => tracing::warn!("stopped; the database was still in use"),
        }
    }
}

/// The first thing that a person reads. Nobody may be reading, which is no reason to stop.
fn announce(config: &Config, has_mailbox: bool, first_run: Option<&PlainSecret>) {
    let mut lines = vec![format!("Latchkey is listening on {}", place(config))];
    let page = config.public_url();
    if has_mailbox {
        lines.push(format!("Mail is caught at {}dev/mailbox", page.as_str()));
    }
    if let Some(secret) = first_run {
        let link = format!("{}setup?token={}", page.as_str(), secret.expose());
        lines.push(format!(
            "It has no operator yet. Become the operator at {link}"
        ));
        if config.is_production() {
            // There the standard output is not always kept. The link is dead once somebody has used it.
            tracing::warn!(
                link,
                "nobody runs this installation yet: the link makes its first operator"
            );
        }
    }
    let mut out = io::stdout().lock();
    if lines
        .iter()
        .try_for_each(|line| writeln!(out, "{line}"))
        .and_then(|()| out.flush())
        .is_err()
    {
        tracing::debug!("nobody reads the standard output");
    }
    let network = &config.sections.network;
    tracing::info!(listen = %network.listen, public_url = %page, version = env!("CARGO_PKG_VERSION"), "listening");
}

fn place(config: &Config) -> String {
    let page = config
        .public_url()
        .as_str()
        .trim_end_matches('/')
        .to_owned();
    if config.is_production() {
        format!("{} for {page}", config.sections.network.listen)
    } else {
        page
    }
}
