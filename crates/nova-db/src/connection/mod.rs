//! Databases: a bounded pool of connections each, opened by URL.

mod options;
mod url;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::mysql::{MySqlConnectOptions, MySqlPool, MySqlPoolOptions};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Sqlite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use self::options::{Options, UniqueNames};
pub use self::url::Url;
use crate::dialect::Dialect;
use crate::error::{Error, Result, Target};
use crate::failure::Failure;
use crate::main_db::MinimumVersions;
use crate::settings::Settings;
use crate::unit::Unit;

/// Nova's two databases, as every direct store needs them.
#[derive(Debug, Clone)]
pub struct NovaDb {
    /// One cell: instances, services, compute nodes (`[database]`).
    pub main: Database,
    /// What is global: flavors, key pairs, cells (`[api_database]`).
    pub api: Database,
    /// A copy of `main` that may lag behind, for reads that bear that
    /// (`[database] slave_connection`).
    pub replica: Option<Database>,
    /// What the configuration says about rows.
    pub settings: Arc<Settings>,
    pub(crate) minimum_versions: MinimumVersions,
}

impl NovaDb {
    /// Opens both.
    ///
    /// # Errors
    ///
    /// As [`Database::open`].
    pub async fn open(main: &str, api: &str, options: &Options) -> Result<Self> {
        Ok(Self::of(
            Database::open(Schema::Main, main, options).await?,
            Database::open(Schema::Api, api, options).await?,
        ))
    }

    /// Two databases that are open already, each with options of its own.
    #[must_use]
    pub fn of(main: Database, api: Database) -> Self {
        Self {
            main,
            api,
            replica: None,
            settings: Arc::default(),
            minimum_versions: MinimumVersions::default(),
        }
    }

    /// The same databases, with a copy of `main` for reads that say `use_slave`.
    #[must_use]
    pub fn with_replica(self, replica: Database) -> Self {
        Self {
            replica: Some(replica),
            ..self
        }
    }

    /// Where a read goes: to the copy if it may and there is one (nova `db/main/api.py`,
    /// `select_db_reader_mode`).
    pub(crate) fn reader(&self, use_slave: bool) -> &Database {
        let replica = self.replica.as_ref().filter(|_| use_slave);
        replica.unwrap_or(&self.main)
    }

    /// The same databases under these settings.
    #[must_use]
    pub fn with_settings(self, settings: Settings) -> Self {
        Self {
            settings: Arc::new(settings),
            ..self
        }
    }

    /// Creates the schema in both where it is missing.
    ///
    /// # Errors
    ///
    /// As [`Database::sync`].
    pub async fn sync(
        &self,
        progress: impl Fn(crate::migration::Progress) + Sync + Send,
    ) -> Result<()> {
        self.main.sync(&progress).await?;
        self.api.sync(&progress).await?;
        Ok(())
    }

    /// Closes all connections once they are given back.
    pub async fn close(&self) {
        self.main.close().await;
        self.api.close().await;
        if let Some(replica) = &self.replica {
            replica.close().await;
        }
    }
}

/// Which of Nova's two schemas a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Schema {
    /// That of one cell, `nova`.
    Main,
    /// The global one, `nova_api`.
    Api,
}

impl Schema {
    /// `main` or `api`, as Nova calls them.
    pub fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Api => "api",
        }
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One database behind a bounded pool. Cloning it is cheap and shares the pool.
///
/// Statements are executed through the trait [`Execute`](crate::Execute).
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
    /// What everything executed through this handle is a part of.
    unit: Option<Arc<Unit>>,
}

struct Shared {
    pool: Pool,
    schema: Schema,
    target: Target,
    options: Options,
    statements: AtomicU64,
    /// SQLite has one writer at a time. Waiting here is fair and costs no
    /// polling; waiting in SQLite is neither.
    writer: Option<Arc<Semaphore>>,
}

pub(crate) enum Pool {
    Sqlite(SqlitePool),
    MySql(MySqlPool),
    Postgres(PgPool),
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("target", &self.shared.target)
            .finish_non_exhaustive()
    }
}

impl Database {
    /// Opens the database at `url` and sees that it answers.
    ///
    /// # Errors
    ///
    /// [`Error::Url`] when the URL cannot be used, [`Error::Connect`] when there is no
    /// connection to be had.
    pub async fn open(schema: Schema, url: &str, options: &Options) -> Result<Self> {
        let url = Url::parse(url)?;
        let target = Target {
            name: schema.name(),
            dialect: url.dialect,
            place: url.place(),
        };
        let pool = match url.dialect {
            Dialect::Sqlite => Pool::Sqlite(open_sqlite(&url, options, &target).await?),
            Dialect::MySql => Pool::MySql(open_mysql(&url, options, &target).await?),
            Dialect::Postgres => Pool::Postgres(open_postgres(&url, options, &target).await?),
        };
        tracing::debug!(database = %target, "database opened");
        let writer = (url.dialect == Dialect::Sqlite).then(|| Arc::new(Semaphore::new(1)));
        let shared = Shared {
            pool,
            schema,
            target,
            options: options.clone(),
            statements: AtomicU64::new(0),
            writer,
        };
        Ok(Self {
            shared: Arc::new(shared),
            unit: None,
        })
    }

    /// What kind of database it is.
    pub fn dialect(&self) -> Dialect {
        self.shared.target.dialect
    }

    /// Which schema it holds.
    pub fn schema(&self) -> Schema {
        self.shared.schema
    }

    /// Where it is, for messages.
    pub fn target(&self) -> &Target {
        &self.shared.target
    }

    /// How many statements were executed on it so far.
    pub fn statements(&self) -> u64 {
        self.shared.statements.load(Ordering::Relaxed)
    }

    /// Closes its connections once they are given back; afterwards nothing works.
    pub async fn close(&self) {
        match &self.shared.pool {
            Pool::Sqlite(pool) => pool.close().await,
            Pool::MySql(pool) => pool.close().await,
            Pool::Postgres(pool) => pool.close().await,
        }
    }

    /// The same, everything executed through it being part of a new unit of work.
    pub(crate) fn in_unit(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            unit: Some(Arc::default()),
        }
    }

    /// The same, part of nothing.
    pub(crate) fn plain(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            unit: None,
        }
    }

    pub(crate) fn unit(&self) -> Option<&Unit> {
        self.unit.as_deref()
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.shared.pool
    }

    pub(crate) fn options(&self) -> &Options {
        &self.shared.options
    }

    pub(crate) fn count_statement(&self) {
        self.shared.statements.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether another connection could be opened.
    pub(crate) fn pool_has_room(&self) -> bool {
        let (open, most) = match self.pool() {
            Pool::Sqlite(pool) => (pool.size(), pool.options().get_max_connections()),
            Pool::MySql(pool) => (pool.size(), pool.options().get_max_connections()),
            Pool::Postgres(pool) => (pool.size(), pool.options().get_max_connections()),
        };
        open < most
    }

    /// The right to write, where only one at a time may. `before_waiting` is called if another one has it.
    pub(crate) async fn writer(
        &self,
        query: &'static str,
        before_waiting: impl FnOnce(),
    ) -> Result<Option<OwnedSemaphorePermit>> {
        let Some(gate) = &self.shared.writer else {
            return Ok(None);
        };
        if let Ok(permit) = Arc::clone(gate).try_acquire_owned() {
            return Ok(Some(permit));
        }
        before_waiting();
        let wait = self.options().acquire_timeout;
        match tokio::time::timeout(wait, Arc::clone(gate).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Some(permit)),
            Ok(Err(_)) | Err(_) => Err(Error::Statement {
                query,
                target: Box::new(self.target().clone()),
                failure: Failure::Locked,
                source: format!("no turn to write within {wait:?}").into(),
            }),
        }
    }
}

async fn open_sqlite(url: &Url, options: &Options, target: &Target) -> Result<SqlitePool> {
    let connect = quiet(url.sqlite(options));
    if !url.is_in_memory() {
        look_at(&connect, options, target).await?;
    }
    let mut pool = pool_options::<Sqlite>(options).test_before_acquire(false);
    if url.is_in_memory() {
        pool = pool
            .max_connections(1)
            .min_connections(1)
            .max_lifetime(None);
    }
    Ok(pool.idle_timeout(None).connect_lazy_with(connect))
}

/// Opens the file now; the pool would do it at the first use. Taking the WAL mode reads
/// its first page and so finds files of other kinds.
async fn look_at(connect: &SqliteConnectOptions, options: &Options, target: &Target) -> Result<()> {
    let started = Instant::now();
    loop {
        let looked = async {
            let mut first = SqliteConnectOptions::connect(connect).await?;
            first.execute("SELECT count(*) FROM sqlite_master").await?;
            first.close().await
        };
        let Err(error) = looked.await else {
            return Ok(());
        };
        let error = Error::connect(target, error);
        // SQLite does not wait for its turn to take the WAL mode when two processes
        // open a new file at once.
        if error.failure() != Some(Failure::Locked) || started.elapsed() > options.busy_timeout {
            return Err(error);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn open_mysql(url: &Url, options: &Options, target: &Target) -> Result<MySqlPool> {
    let connect = quiet(url.mysql(options));
    first_connection(MySqlConnectOptions::connect(&connect), options, target).await?;
    let mode: Arc<str> = format!(
        "SET SESSION sql_mode = '{}'",
        options.mysql_sql_mode.replace(['\'', '\\'], "")
    )
    .into();
    let pool: MySqlPoolOptions = pool_options(options);
    Ok(pool
        .after_connect(move |connection, _| {
            let mode = Arc::clone(&mode);
            Box::pin(async move {
                connection.execute(AssertSqlSafe(mode)).await?;
                Ok(())
            })
        })
        .before_acquire(|connection, idle| {
            Box::pin(async move { Ok(idle.idle_for < FRESH || connection.ping().await.is_ok()) })
        })
        .connect_lazy_with(connect))
}

async fn open_postgres(url: &Url, options: &Options, target: &Target) -> Result<PgPool> {
    let connect = quiet(url.postgres(options));
    first_connection(PgConnectOptions::connect(&connect), options, target).await?;
    let pool: PgPoolOptions = pool_options(options);
    Ok(pool
        .before_acquire(|connection, idle| {
            Box::pin(async move { Ok(idle.idle_for < FRESH || connection.ping().await.is_ok()) })
        })
        .connect_lazy_with(connect))
}

/// A connection given back so recently is not asked whether it still lives: that
/// would be a round trip for each statement. If it does not, reads and
/// transactions are repeated.
const FRESH: Duration = Duration::from_secs(1);

/// A connection outside the pool, which would try again silently until its own
/// timeout when nobody listens.
async fn first_connection<C: Connection>(
    connect: impl Future<Output = Result<C, sqlx::Error>>,
    options: &Options,
    target: &Target,
) -> Result<()> {
    let connected = tokio::time::timeout(options.connect_timeout, connect).await;
    let connection = match connected {
        Ok(result) => result.map_err(|error| Error::connect(target, error))?,
        Err(_) => {
            return Err(Error::Connect {
                target: Box::new(target.clone()),
                failure: Failure::Refused,
                source: format!("no answer within {:?}", options.connect_timeout).into(),
            });
        }
    };
    // It only had to be possible.
    if let Err(error) = connection.close().await {
        tracing::debug!(database = %target, %error, "first connection not closed cleanly");
    }
    Ok(())
}

fn pool_options<DB: sqlx::Database>(options: &Options) -> sqlx::pool::PoolOptions<DB> {
    sqlx::pool::PoolOptions::new()
        .max_connections(options.max_connections)
        .acquire_timeout(options.acquire_timeout)
        .max_lifetime(options.max_lifetime)
        .test_before_acquire(false)
}

/// Statements are logged here, with their names; sqlx would log their text.
fn quiet<O: ConnectOptions>(options: O) -> O {
    options.disable_statement_logging()
}
