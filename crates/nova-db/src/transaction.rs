//! Transactions, repeated from their start when another one was in the way.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};

use sqlx::{Connection as _, MySql, MySqlConnection, Postgres, Sqlite};
use tokio::sync::Mutex;
use tracing::Instrument as _;

use crate::connection::{Database, Pool};
use crate::dialect::Dialect;
use crate::driver::{Connection, Outcome, Wanted};
use crate::error::{Error, Result};
use crate::execute::{Run, pause};
use crate::failure::Failure;
use crate::statement::Rendered;

/// A transaction in progress: everything executed in it is done as a whole or not at all.
///
/// It is a handle; cloning it gives another one to the same transaction.
#[derive(Debug, Clone)]
pub struct Transaction {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    database: Database,
    /// Taken out when the transaction ends.
    live: Mutex<Option<Live>>,
    /// What made a statement fail that repeating may cure. The closure's own error
    /// need not tell any more.
    transient: SyncMutex<Option<Failure>>,
    savepoints: AtomicU32,
    changed: AtomicBool,
}

#[derive(Debug)]
enum Live {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    MySql(sqlx::Transaction<'static, MySql>),
    /// Outside the pool and without a transaction: what its session holds ends with it.
    MySqlSession(Box<MySqlConnection>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Database {
    /// Runs `work` in a transaction and commits when it gives `Ok`; else nothing is
    /// changed.
    ///
    /// After a deadlock, a lock held for too long or a lost connection, `work` runs
    /// again from its start, some times: what it does besides statements must bear
    /// that. `name` names the transaction in traces, as a query's name does.
    ///
    /// ```
    /// # use nova_db::{Database, Error, Execute, sea_query::Query};
    /// # async fn example(db: &Database, hosts: Vec<String>) -> Result<u64, Error> {
    /// // References, so that the closure can be called again.
    /// let hosts = &hosts;
    /// db.transaction("service.forget", |tx| async move {
    ///     let mut forgotten = 0;
    ///     for host in hosts {
    ///         let delete = Query::delete()
    ///             .from_table("services")
    ///             .and_where(sea_query::ExprTrait::eq(sea_query::Expr::col("host"), host))
    ///             .take();
    ///         forgotten += tx.execute("service.delete", &delete).await?;
    ///     }
    ///     Ok(forgotten)
    /// })
    /// .await
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `work`; [`Error::CommitUnknown`] when the connection was lost while
    /// committing.
    pub async fn transaction<T, E, F, W>(&self, name: &'static str, work: F) -> Result<T, E>
    where
        F: Fn(Transaction) -> W + Send + Sync,
        W: Future<Output = Result<T, E>> + Send,
        T: Send,
        E: From<Error> + Send,
    {
        let family = name.split_once('.').map_or(name, |(family, _)| family);
        let span = tracing::debug_span!(
            "transaction",
            family,
            query = name,
            database = self.schema().name(),
            dialect = self.dialect().name(),
        );
        self.repeated(name, work).instrument(span).await
    }

    async fn repeated<T, E, F, W>(&self, name: &'static str, work: F) -> Result<T, E>
    where
        F: Fn(Transaction) -> W + Send + Sync,
        W: Future<Output = Result<T, E>> + Send,
        T: Send,
        E: From<Error> + Send,
    {
        if let Some(unit) = self.unit() {
            let transaction = unit.begin(self).await?;
            return transaction.nested(work(transaction.clone())).await;
        }
        let mut attempt = 0;
        loop {
            let (failure, error) = match self.attempt(name, &work).await {
                Ok(value) => return Ok(value),
                Err(failed) => failed,
            };
            attempt += 1;
            let Some(failure) = failure.filter(|failure| failure.is_transient()) else {
                return Err(error);
            };
            if attempt > self.retries(failure) {
                return Err(error);
            }
            tracing::warn!(transaction = name, attempt, database = %self.target(), %failure, "transaction repeated");
            if failure != Failure::ConnectionLost {
                pause(attempt).await;
            }
        }
    }

    /// One attempt; with its error, what made it fail if repeating may help.
    async fn attempt<T, E, F, W>(
        &self,
        name: &'static str,
        work: &F,
    ) -> Result<T, (Option<Failure>, E)>
    where
        F: Fn(Transaction) -> W + Send + Sync,
        W: Future<Output = Result<T, E>> + Send,
        T: Send,
        E: From<Error> + Send,
    {
        let known = |error: Error| (error.failure(), E::from(error));
        // Held until the transaction has ended.
        let _turn = self
            .writer(name, || ())
            .await
            .map_err(|error| (None, E::from(error)))?;
        let transaction = Transaction::begin(self, name).await.map_err(known)?;
        match work(transaction.clone()).await {
            Ok(value) => match transaction.commit(name).await {
                Ok(()) => Ok(value),
                Err(error @ Error::CommitUnknown { .. }) => Err((None, E::from(error))),
                Err(error) => Err(known(error)),
            },
            Err(error) => {
                let failure = transaction.transient();
                transaction.roll_back(name).await;
                Err((failure, error))
            }
        }
    }
}

impl Transaction {
    pub(crate) async fn begin(database: &Database, name: &'static str) -> Result<Self> {
        let begun = match database.pool() {
            // At once for writing: a transaction that starts by reading cannot become
            // a writer when another one has written meanwhile.
            Pool::Sqlite(pool) => pool.begin_with("BEGIN IMMEDIATE").await.map(Live::Sqlite),
            Pool::MySql(pool) => pool.begin().await.map(Live::MySql),
            Pool::Postgres(pool) => pool.begin().await.map(Live::Postgres),
        };
        let live = begun.map_err(|error| Error::not_taken(name, database, error))?;
        Ok(Self::of(database, live))
    }

    /// Reads what others have committed by the time of each statement, as statements do that are transactions of their
    /// own; MariaDB would go on reading what there was at the first.
    pub(crate) async fn begin_reading_committed(
        database: &Database,
        name: &'static str,
    ) -> Result<Self> {
        let Pool::MySql(pool) = database.pool() else {
            return Self::begin(database, name).await;
        };
        let begin = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; BEGIN";
        let begun = pool.begin_with(begin).await.map(Live::MySql);
        let live = begun.map_err(|error| Error::not_taken(name, database, error))?;
        Ok(Self::of(database, live))
    }

    /// For creating the schema: as [`begin`](Self::begin), but on MariaDB, whose schema
    /// statements commit, a session that is nobody else's.
    pub(crate) async fn begin_session(database: &Database, name: &'static str) -> Result<Self> {
        let Pool::MySql(pool) = database.pool() else {
            return Self::begin(database, name).await;
        };
        let connection = pool
            .acquire()
            .await
            .map_err(|error| Error::not_taken(name, database, error))?;
        Ok(Self::of(
            database,
            Live::MySqlSession(Box::new(connection.detach())),
        ))
    }

    fn of(database: &Database, live: Live) -> Self {
        Self {
            shared: Arc::new(Shared {
                // A unit of work holds its transaction, which must not hold it.
                database: database.plain(),
                live: Mutex::new(Some(live)),
                transient: SyncMutex::new(None),
                savepoints: AtomicU32::new(0),
                changed: AtomicBool::new(false),
            }),
        }
    }

    pub(crate) async fn commit(&self, name: &'static str) -> Result<()> {
        let target = self.shared.database.target();
        if self.is_undone() {
            self.roll_back(name).await;
            return Err(Error::TransactionOver { query: name });
        }
        let Some(live) = self.shared.live.lock().await.take() else {
            return Err(Error::TransactionOver { query: name });
        };
        let committed = match live {
            Live::Sqlite(live) => live.commit().await,
            Live::MySql(live) => live.commit().await,
            Live::MySqlSession(live) => live.close().await,
            Live::Postgres(live) => live.commit().await,
        };
        committed.map_err(|source| {
            if Failure::of(&source) == Failure::ConnectionLost {
                return Error::CommitUnknown {
                    name,
                    target: Box::new(target.clone()),
                    source: source.into(),
                };
            }
            Error::statement(name, target, source)
        })
    }

    pub(crate) async fn roll_back(&self, name: &'static str) {
        let Some(live) = self.shared.live.lock().await.take() else {
            return;
        };
        let rolled_back = match live {
            Live::Sqlite(live) => live.rollback().await,
            Live::MySql(live) => live.rollback().await,
            Live::MySqlSession(live) => live.close().await,
            Live::Postgres(live) => live.rollback().await,
        };
        if let Err(error) = rolled_back {
            // The server does it when the connection goes.
            tracing::debug!(transaction = name, %error, "rollback not acknowledged");
        }
    }

    pub(crate) fn dialect_of(&self) -> Dialect {
        self.shared.database.dialect()
    }

    /// Remembers that it has something to keep.
    pub(crate) fn note_change(&self) {
        self.shared.changed.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_changed(&self) -> bool {
        self.shared.changed.load(Ordering::Relaxed)
    }

    /// Whether the database has ended it already: what is executed now would be on its own.
    fn is_undone(&self) -> bool {
        matches!(
            self.transient(),
            Some(Failure::Deadlock | Failure::ConnectionLost)
        )
    }

    pub(crate) fn transient(&self) -> Option<Failure> {
        *self
            .shared
            .transient
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work`, which executes statements in this transaction, so that its error
    /// undoes only what it did itself.
    ///
    /// Needed where an error is expected and the transaction goes on: PostgreSQL
    /// refuses every statement after a failed one otherwise.
    ///
    /// # Errors
    ///
    /// Those of `work` and of the statements that set and release the savepoint.
    pub async fn nested<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, E>
    where
        E: From<Error>,
    {
        let number = self.shared.savepoints.fetch_add(1, Ordering::Relaxed);
        let statement = |verb: &str| Rendered::once(format!("{verb} nova_{number}"));
        self.run("savepoint.set", &statement("SAVEPOINT"), Wanted::Nothing)
            .await?;
        match work.await {
            Ok(value) => {
                self.run(
                    "savepoint.release",
                    &statement("RELEASE SAVEPOINT"),
                    Wanted::Nothing,
                )
                .await?;
                Ok(value)
            }
            // With the transaction its savepoints are gone.
            Err(error) if self.is_undone() => Err(error),
            Err(error) => {
                self.run(
                    "savepoint.undo",
                    &statement("ROLLBACK TO SAVEPOINT"),
                    Wanted::Nothing,
                )
                .await?;
                Err(error)
            }
        }
    }

    pub(crate) async fn run(
        &self,
        query: &'static str,
        statement: &Rendered,
        wanted: Wanted,
    ) -> Result<Outcome> {
        let mut live = self.shared.live.lock().await;
        if self.is_undone() {
            return Err(Error::TransactionOver { query });
        }
        let connection = match live.as_mut() {
            None => return Err(Error::TransactionOver { query }),
            Some(Live::Sqlite(live)) => Connection::Sqlite(live),
            Some(Live::MySql(live)) => Connection::MySql(live),
            Some(Live::MySqlSession(live)) => Connection::MySql(live),
            Some(Live::Postgres(live)) => Connection::Postgres(live),
        };
        let result = self
            .shared
            .database
            .observe(query, statement, wanted, connection)
            .await;
        if let Some(failure) = result.as_ref().err().and_then(Error::failure)
            && failure.is_transient()
        {
            *self
                .shared
                .transient
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(failure);
        }
        result
    }
}

impl Run for Transaction {
    fn dialect(&self) -> Dialect {
        self.shared.database.dialect()
    }

    fn run(
        &self,
        query: &'static str,
        statement: &Rendered,
        wanted: Wanted,
    ) -> impl Future<Output = Result<Outcome>> + Send {
        if wanted == Wanted::Nothing || !statement.is_read() {
            self.note_change();
        }
        Self::run(self, query, statement, wanted)
    }
}
