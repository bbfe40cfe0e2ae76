//! The kit itself, and how a test with one begins and ends.

use std::{
    collections::HashSet,
    fmt,
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use contract::{
    EmailAddress, UserId,
    api_keys::{OfferedScope, Scope},
};
use domain::{
    Actor, Ctx, Face, Origin, PlainSecret, accounts,
    context::{Clock, Random},
    mail::{self, Mailbox},
    seal::SecretKey,
    sessions::{self, Client},
    settings::{
        KeySettings, PasswordSettings, RetentionSettings, Settings, SignUpMode, SocialSettings,
    },
};
use futures::FutureExt as _;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, TransactionTrait as _};
use sea_orm_migration::MigratorTrait as _;

use crate::{
    Backend, Post, TestClock,
    database::{TestDatabase, open},
    dice::Dice,
    organizations::Founding,
    people::Invitee,
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

// --- beginning and ending ---------------------------------------------------------------------------------------------------

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

    /// What a test may not leave: letters that were not delivered or not read, and states that no use case may leave.
    pub async fn leftovers(&self) -> Option<String> {
        let queued = mail::counts(&self.ctx)
            .await
            .expect("the queue can be read")
            .queued;
        if queued > 0 {
            return Some(format!(
                "{queued} letters are queued and were not delivered"
            ));
        }
        if let Some(broken) = self.broken().await {
            return Some(broken.to_owned());
        }
        let unread: Vec<String> = self
            .unread()
            .iter()
            .map(|post| format!("{} to {}", post.template(), post.to))
            .collect();
        (!unread.is_empty()).then(|| format!("letters were not read: {}", unread.join(", ")))
    }
}

impl Kit {
    /// What is wrong with the organizations that are stored, if anything is.
    pub async fn broken(&self) -> Option<&'static str> {
        for (what, query) in WRONG {
            if self.number(query).await > 0 {
                return Some(what);
            }
        }
        None
    }
}

/// States that no use case may leave: what is wrong, and the query that counts where.
const WRONG: &[(&str, &str)] = &[
    (
        "an organization counts its members wrongly",
        "SELECT count(*) FROM organizations o WHERE o.deleted_at IS NULL AND o.member_count <>
           (SELECT count(*) FROM memberships m WHERE m.organization_id = o.id)",
    ),
    (
        "an organization has no owner who can sign in",
        "SELECT count(*) FROM organizations o WHERE o.deleted_at IS NULL AND NOT EXISTS
           (SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id
            WHERE m.organization_id = o.id AND m.role = 'owner' AND u.suspended_at IS NULL)",
    ),
    (
        "the primary owner of an organization does not own it",
        "SELECT count(*) FROM organizations o WHERE o.deleted_at IS NULL AND NOT EXISTS
           (SELECT 1 FROM memberships m
            WHERE m.organization_id = o.id AND m.user_id = o.owner_id AND m.role = 'owner')",
    ),
    (
        "the slug of an organization is not taken",
        "SELECT count(*) FROM organizations o WHERE NOT EXISTS
           (SELECT 1 FROM slugs s
            WHERE s.slug = o.slug AND s.organization_id = o.id AND s.retired_at IS NULL)",
    ),
    (
        "an organization has two slugs at once",
        "SELECT count(*) - (SELECT count(*) FROM organizations) FROM slugs WHERE retired_at IS NULL",
    ),
    (
        "an invitation is answered and open",
        "SELECT count(*) FROM invitations WHERE open_key IS NOT NULL
           AND (accepted_at IS NOT NULL OR declined_at IS NOT NULL OR revoked_at IS NOT NULL)",
    ),
];

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

// --- callers ----------------------------------------------------------------------------------------------------------------

impl Kit {
    /// A request of a browser at home.
    pub fn ctx(&self) -> Ctx {
        self.ctx.with_origin(at_home())
    }

    /// The same browser, elsewhere.
    pub fn ctx_from(&self, ip: &str) -> Ctx {
        self.ctx.with_origin(Origin {
            ip: Some(ip.parse().expect("this is an address")),
            ..at_home()
        })
    }

    /// A browser with a device cookie.
    pub fn ctx_on(&self, device: &str) -> Ctx {
        self.ctx.with_origin(Origin {
            device: Some(device.to_owned()),
            ..at_home()
        })
    }

    /// The process itself.
    pub fn system(&self) -> Ctx {
        self.ctx.with_origin(Origin::system())
    }

    pub fn anonymous(&self) -> Actor {
        Actor::Anonymous
    }

    pub fn operator(&self) -> Actor {
        Actor::Operator
    }

    /// Somebody with the address `{handle}@example.test` and, unless said otherwise, a verified account.
    pub fn person(&self, handle: &str) -> Invitee {
        Invitee::new(self, handle)
    }

    /// An organization with this slug, once somebody owns it.
    pub fn organization(&self, slug: &str) -> Founding {
        Founding::new(self, slug)
    }

    /// Who holds this browser's token now.
    pub async fn holder(&self, token: &PlainSecret) -> Option<Actor> {
        self.holder_with(token, Client::Browser).await
    }

    /// Who holds this token now, when this kind of client shows it.
    pub async fn holder_with(&self, token: &PlainSecret, client: Client) -> Option<Actor> {
        let found = sessions::authenticate(&self.ctx(), token.expose(), client)
            .await
            .expect("sessions can be read");
        found.map(|found| Actor::User(found.signed_in))
    }

    /// Whether this browser's token opens anything.
    pub async fn is_live(&self, token: &PlainSecret) -> bool {
        self.holder(token).await.is_some()
    }

    /// The person with this address.
    pub async fn id_of(&self, email: &str) -> UserId {
        let all = accounts::list(&self.system(), &Actor::Operator, None, 1_000)
            .await
            .expect("operators see everybody");
        let found = all
            .into_iter()
            .find(|listed| listed.email.eq_ignore_ascii_case(email));
        found.unwrap_or_else(|| panic!("{email} has no account")).id
    }
}

// --- mail -------------------------------------------------------------------------------------------------------------------

impl Kit {
    /// Delivers all letters that are due, and those of many that leave one after the other; gives how many.
    pub async fn deliver(&self) -> usize {
        self.sql("UPDATE mails SET next_attempt_at = created_at WHERE attempts = 0")
            .await;
        let mut sum = 0;
        loop {
            match mail::deliver_due(&self.ctx, &self.mailbox)
                .await
                .expect("the queue can be read")
            {
                0 => return sum,
                count => sum += count,
            }
        }
    }

    /// Where letters arrive.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// Delivers, and reads the newest letter to an address.
    pub async fn last_mail_to(&self, email: &str) -> Post {
        self.deliver().await;
        let post = self
            .all_to(email)
            .pop()
            .unwrap_or_else(|| panic!("no letter has come to {email}"));
        self.reading().insert(post.id.clone());
        post
    }

    /// Delivers, and reads the letters to an address that were not read before, oldest first.
    pub async fn new_mail_to(&self, email: &str) -> Vec<Post> {
        self.deliver().await;
        let mut read = self.reading();
        self.all_to(email)
            .into_iter()
            .filter(|post| read.insert(post.id.clone()))
            .collect()
    }

    /// Delivers, and throws away what nobody has read.
    pub async fn discards_mail(&self) {
        self.deliver().await;
        let unread = self.unread();
        self.reading()
            .extend(unread.into_iter().map(|post| post.id));
    }

    /// Letters to an address, oldest first: their ids sort by the time at which they were queued.
    fn all_to(&self, email: &str) -> Vec<Post> {
        let to = EmailAddress::parse(email)
            .expect("this is an address")
            .key();
        let mut posts: Vec<Post> = self
            .mailbox
            .letters()
            .into_iter()
            .map(Post::of)
            .filter(|post| post.to.key() == to)
            .collect();
        posts.sort_by(|a, b| a.id.cmp(&b.id));
        posts
    }

    fn unread(&self) -> Vec<Post> {
        let read = self.reading();
        self.mailbox
            .letters()
            .into_iter()
            .map(Post::of)
            .filter(|post| !read.contains(&post.id))
            .collect()
    }

    fn reading(&self) -> MutexGuard<'_, HashSet<String>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// --- the database -----------------------------------------------------------------------------------------------------------

impl Kit {
    pub fn backend(&self) -> Backend {
        match self.connection().get_database_backend() {
            DbBackend::Postgres => Backend::Postgres,
            _ => Backend::Sqlite,
        }
    }

    pub(crate) fn connection(&self) -> &sea_orm::DatabaseConnection {
        self.ctx.database().for_migrations()
    }

    /// Runs a statement; for states that no use case reaches.
    pub async fn sql(&self, statement: &str) -> u64 {
        let done = self.connection().execute_unprepared(statement).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"))
            .rows_affected()
    }

    /// Runs it while somebody else is writing; on SQLite, where one at a time does, it fails unless it writes nothing.
    pub async fn while_another_writes<T>(&self, act: impl Future<Output = T>) -> T {
        let writing = self.connection().begin().await.expect("nobody else does");
        let answer = tokio::time::timeout(Duration::from_secs(10), act).await;
        writing.rollback().await.expect("nothing was written");
        answer.expect("it waits for nobody who writes")
    }

    async fn row(&self, query: &str) -> QueryResult {
        let statement = Statement::from_string(self.connection().get_database_backend(), query);
        let row = self
            .connection()
            .query_one_raw(statement)
            .await
            .unwrap_or_else(|error| panic!("{query}: {error}"));
        row.unwrap_or_else(|| panic!("{query}: no row"))
    }

    /// The one number that a query gives.
    pub async fn number(&self, query: &str) -> i64 {
        self.row(query)
            .await
            .try_get_by_index(0)
            .unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// The one text that a query gives; `None` for NULL.
    pub async fn text(&self, query: &str) -> Option<String> {
        self.row(query)
            .await
            .try_get_by_index(0)
            .unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}")).await
    }

    /// Names of the tables, without those of the engine.
    pub async fn tables(&self) -> Vec<String> {
        let query = match self.backend() {
            Backend::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
            }
            Backend::Postgres => {
                "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
            }
        };
        let statement = Statement::from_string(self.connection().get_database_backend(), query);
        let rows = self
            .connection()
            .query_all_raw(statement)
            .await
            .expect("the catalogue can be read");
        rows.iter()
            .map(|row| row.try_get_by_index(0).expect("a name is text"))
            .collect()
    }

    /// Every byte that is stored: the files of SQLite, or the rows of all tables of PostgreSQL as text.
    pub async fn everything_stored(&self) -> Vec<u8> {
        if let Some(files) = self.database.files() {
            return files
                .into_iter()
                .chain(self.charge_files())
                .flat_map(|file| std::fs::read(file).unwrap_or_default())
                .collect();
        }
        let mut all = Vec::new();
        for table in self.tables().await {
            let rows = self
                .text(&format!("SELECT string_agg(t::text, ' ') FROM {table} t"))
                .await;
            all.extend(rows.unwrap_or_default().into_bytes());
        }
        all
    }

    /// Whether a secret is stored in the clear, as text or in hexadecimal (how PostgreSQL prints bytes).
    pub async fn stores(&self, secret: &str) -> bool {
        let all = self.everything_stored().await;
        let holds = |needle: &[u8]| all.windows(needle.len()).any(|window| window == needle);
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        holds(secret.as_bytes()) || holds(hex.as_bytes())
    }

    /// The names of those that were run.
    pub async fn migrates_up(&self) -> Vec<String> {
        migrations::up(self.connection())
            .await
            .expect("the migrations fit the database")
    }

    /// The same where it may fail; what is wrong is told.
    pub async fn tries_to_migrate(&self) -> Result<Vec<String>, String> {
        let done = migrations::up(self.connection()).await;
        done.map_err(|error| error.to_string())
    }

    /// So many steps, or all.
    pub async fn migrates_down(&self, steps: Option<u32>) {
        migrations::Migrator::down(self.connection(), steps)
            .await
            .expect("the migrations can be taken back");
    }

    /// To the schema that the migration of this name found.
    pub async fn migrates_down_before(&self, name: &str) {
        let known = migrations::known();
        let later = known.iter().skip_while(|known| !known.starts_with(name));
        let steps = u32::try_from(later.count()).expect("there are few migrations");
        assert!(steps > 0, "no migration is called {name}");
        self.migrates_down(Some(steps)).await;
    }

    pub async fn pending_migrations(&self) -> Vec<String> {
        migrations::pending(self.connection())
            .await
            .expect("the list of migrations can be read")
    }
}
