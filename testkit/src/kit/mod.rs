//! The kit itself, and how a test with one begins and ends.

mod callers;
mod database;
mod leftovers;
mod mail;

use std::{
    collections::HashSet,
    fmt,
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
};

use contract::api_keys::{OfferedScope, Scope};
use domain::{
    Ctx, Face, Origin,
    context::{Clock, Random},
    mail::Mailbox,
    seal::SecretKey,
    settings::{
        KeySettings, PasswordSettings, RetentionSettings, Settings, SignUpMode, SocialSettings,
    },
};
use futures::FutureExt as _;

use crate::{
    Backend, TestClock,
    database::{TestDatabase, open},
    dice::Dice,
    statements::Statements,
};

/// Where the browser of [`Kit::ctx`] is (RFC 5737).
pub const HOME: &str = "192.0.2.7";

/// What it calls itself.
pub const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// A migrated database of its own, a clock, dice and a mailbox. Its clones share them.
#[derive(Clone)]
pub struct Kit {
    pub clock: Arc<TestClock>,
    dice: Arc<Dice>,
    mailbox: Mailbox,
    read: Arc<Mutex<HashSet<String>>>,
    pub(crate) database: Arc<TestDatabase>,
    pub(crate) statements: Statements,
    ctx: Ctx,
}

impl fmt::Debug for Kit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kit")
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

/// Runs a test with a kit; checks what it leaves, and removes its database even when it fails.
pub fn run<F: Future<Output = ()>>(backend: Backend, test: impl FnOnce(Kit) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("threads can be started");
    runtime.block_on(async {
        let kit = Kit::new(backend).await;
        match AssertUnwindSafe(Box::pin(test(kit.clone())))
            .catch_unwind()
            .await
        {
            Ok(()) => kit.finish().await,
            Err(panic) => {
                kit.database.remove().await;
                std::panic::resume_unwind(panic);
            }
        }
    });
}

/// A scope of the product.
fn offered(name: &str) -> OfferedScope {
    OfferedScope {
        scope: Scope::parse(name).expect("this is a scope"),
        sentence: String::new(),
        is_own: false,
    }
}

/// What an installation for tests is set to: open to all, with hashes that cost next to nothing.
pub fn settings() -> Settings {
    Settings {
        product_name: "Latchkey".to_owned(),
        public_url: "https://accounts.example.test"
            .parse()
            .expect("this is a URL"),
        secret_key: SecretKey::new("a secret key of tests, 32 characters or more"),
        former_secret_keys: Vec::new(),
        sign_up: SignUpMode::Open,
        magic_links: true,
        passwords: PasswordSettings {
            memory_kib: 64,
            iterations: 1,
            workers: 2,
            ..PasswordSettings::default()
        },
        keys: KeySettings {
            scopes: ["read", "write"].map(offered).to_vec(),
            ..KeySettings::default()
        },
        social: SocialSettings::default(),
        mail_from: "Latchkey <accounts@example.test>".to_owned(),
        retention: RetentionSettings::default(),
        shown: Vec::new(),
    }
}

impl Kit {
    /// Makes and migrates a database. Whoever calls this and not [`run`] ends with [`Kit::finish`].
    pub async fn new(backend: Backend) -> Self {
        let database = TestDatabase::make(backend).await;
        let mut opened = database.open().await;
        let statements = Statements::default();
        statements.watch(&mut opened);
        migrations::up(opened.for_migrations())
            .await
            .expect("the migrations fit the database");
        let (clock, dice) = (Arc::new(TestClock::default()), Arc::new(Dice::seeded(2026)));
        let ctx = Ctx::new(opened, settings(), as_clock(&clock), as_random(&dice));
        let mailbox = Mailbox::new(as_clock(&clock));
        Self {
            clock,
            dice,
            mailbox,
            read: Arc::default(),
            database: Arc::new(database),
            statements,
            ctx,
        }
    }

    /// Another process on the same database, clock and dice: after a restart, a change of settings, or beside this one.
    pub async fn started_again(&self, change: impl FnOnce(&mut Settings)) -> Ctx {
        let mut settings = settings();
        change(&mut settings);
        let mut opened = self.database.open().await;
        self.statements.watch(&mut opened);
        let ctx = Ctx::new(
            opened,
            settings,
            as_clock(&self.clock),
            as_random(&self.dice),
        );
        ctx.with_origin(at_home())
    }

    /// A process on another database, which is left as it is.
    pub async fn started_on(&self, url: &str) -> Ctx {
        let opened = open(url).await;
        let ctx = Ctx::new(
            opened,
            settings(),
            as_clock(&self.clock),
            as_random(&self.dice),
        );
        ctx.with_origin(at_home())
    }

    /// Where the database is.
    pub fn url(&self) -> &str {
        self.database.url()
    }

    /// The same kit under other settings.
    pub async fn with_settings(&self, change: impl FnOnce(&mut Settings)) -> Self {
        Self {
            ctx: self.started_again(change).await,
            ..self.clone()
        }
    }

    /// Fails when something is left that may not be ([`Kit::leftovers`]), and removes the database.
    pub async fn finish(&self) {
        let left = self.leftovers().await;
        self.database.remove().await;
        assert_eq!(left, None, "the test has left something behind");
    }
}

fn as_clock(clock: &Arc<TestClock>) -> Arc<dyn Clock> {
    Arc::<TestClock>::clone(clock)
}

fn as_random(dice: &Arc<Dice>) -> Arc<dyn Random> {
    Arc::<Dice>::clone(dice)
}

fn at_home() -> Origin {
    Origin {
        ip: HOME.parse().ok(),
        user_agent: FIREFOX.to_owned(),
        trace_id: "trace-of-a-test".to_owned(),
        ..Origin::of(Face::Page)
    }
}
