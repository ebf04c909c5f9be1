//! One connection for the statements of one call.

use futures::future::{BoxFuture, FutureExt as _, TryFutureExt as _};
use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, MySql, Postgres, Sqlite};
use tokio::sync::Mutex;

use crate::connection::{Database, Pool};
use crate::dialect::Dialect;
use crate::driver::{Connection, Outcome, Wanted};
use crate::error::{Error, Result};
use crate::execute::{Run, pause};
use crate::failure::Failure;
use crate::statement::Rendered;

/// Executes each statement for itself, but all of them on one connection: it is taken with the first and given back when
/// the session is dropped. Giving one back costs a round trip, which sqlx makes to see that it is still good; a call that
/// is several statements needs that once.
///
/// Whoever has one must not wait for another connection of the same pool meanwhile, which those who wait for theirs may
/// all hold: what a call does in a [`Transaction`](crate::Transaction) comes before its session or after it.
#[derive(Debug)]
pub struct Session<'d> {
    database: &'d Database,
    held: Mutex<Option<Held>>,
}

#[derive(Debug)]
enum Held {
    Sqlite(PoolConnection<Sqlite>),
    MySql(PoolConnection<MySql>),
    Postgres(PoolConnection<Postgres>),
}

impl Database {
    /// A session; it has no connection before its first statement.
    #[must_use]
    pub fn session(&self) -> Session<'_> {
        Session {
            database: self,
            held: Mutex::new(None),
        }
    }
}

impl Session<'_> {
    /// Executes a statement, again if that is safe; or in the unit of work it is part of.
    pub(crate) async fn run(
        &self,
        query: &'static str,
        statement: &Rendered,
        wanted: Wanted,
    ) -> Result<Outcome> {
        let database = self.database;
        if let Some(unit) = database.unit()
            // On the heap, as taking a connection below.
            && let Some(transaction) = unit.of(database, statement.is_read()).boxed().await?
        {
            return transaction.alone(query, statement, wanted).boxed().await;
        }
        let mut held = self.held.lock().await;
        // Had until the statement is done, whatever its outcome.
        let _turn = if statement.is_read() {
            None
        } else {
            // Nobody waits holding a connection, which whoever has the turn may be waiting for.
            database.writer(query, || *held = None).await?
        };
        let mut attempt = 0;
        loop {
            let error = match self.once(query, statement, wanted, &mut held).await {
                Ok(outcome) => return Ok(outcome),
                Err(error) => error,
            };
            attempt += 1;
            let failure = error.failure();
            if failure == Some(Failure::ConnectionLost) {
                *held = None;
            }
            // A change may have been made although its answer was lost; only a
            // refusal is certain to have changed nothing.
            let safe = match failure {
                Some(Failure::ConnectionLost) => statement.is_read(),
                Some(Failure::Deadlock | Failure::Locked) => true,
                _ => false,
            };
            if !safe || failure.is_none_or(|failure| attempt > database.retries(failure)) {
                return Err(error);
            }
            tracing::warn!(query, attempt, database = %database.target(), error = %error, "statement repeated");
            if failure != Some(Failure::ConnectionLost) {
                pause(attempt).await;
            }
        }
    }

    async fn once(
        &self,
        query: &'static str,
        statement: &Rendered,
        wanted: Wanted,
        held: &mut Option<Held>,
    ) -> Result<Outcome> {
        let database = self.database;
        let failed = |error| Error::not_taken(query, database, error);
        let held = match held {
            Some(held) => held,
            None => {
                let mut taken = Held::take(database).await.map_err(failed)?;
                // A change cannot be repeated, so that the connection must be known to live: one that has just answered
                // is, and the file of SQLite does not go away. For a transaction its first statement tells.
                if !statement.is_read() && !taken.lives().await {
                    taken.close().await;
                    taken = Held::take(database).await.map_err(failed)?;
                }
                held.insert(taken)
            }
        };
        database
            .observe(query, statement, wanted, held.connection())
            .await
    }
}

impl Held {
    /// On the heap: what connecting is made of is deep, and would be a part of the future of every call.
    fn take(database: &Database) -> BoxFuture<'_, Result<Self, sqlx::Error>> {
        match database.pool() {
            Pool::Sqlite(pool) => pool.acquire().map_ok(Self::Sqlite).boxed(),
            Pool::MySql(pool) => pool.acquire().map_ok(Self::MySql).boxed(),
            Pool::Postgres(pool) => pool.acquire().map_ok(Self::Postgres).boxed(),
        }
    }

    async fn lives(&mut self) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::MySql(held) => held.ping().await.is_ok(),
            Self::Postgres(held) => held.ping().await.is_ok(),
        }
    }

    async fn close(self) {
        // It is not there any more: what closing says of it does not matter.
        match self {
            Self::Sqlite(held) => held.close().await.ok(),
            Self::MySql(held) => held.close().await.ok(),
            Self::Postgres(held) => held.close().await.ok(),
        };
    }

    fn connection(&mut self) -> Connection<'_> {
        match self {
            Self::Sqlite(held) => Connection::Sqlite(held),
            Self::MySql(held) => Connection::MySql(held),
            Self::Postgres(held) => Connection::Postgres(held),
        }
    }
}

impl Run for Session<'_> {
    fn dialect(&self) -> Dialect {
        self.database.dialect()
    }

    fn run(
        &self,
        query: &'static str,
        statement: &Rendered,
        wanted: Wanted,
    ) -> impl Future<Output = Result<Outcome>> + Send {
        Session::run(self, query, statement, wanted)
    }
}
