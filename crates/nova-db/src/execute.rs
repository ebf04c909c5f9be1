//! Executing statements, on a database or in a transaction.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::{Duration, Instant};

use sea_query::InsertStatement;
use sqlx::Connection as _;
use tracing::Instrument as _;

use crate::connection::{Database, Pool};
use crate::count;
use crate::dialect::Dialect;
use crate::driver::{Connection, Outcome, Wanted};
use crate::error::{Error, Result};
use crate::failure::Failure;
use crate::row::Row;
use crate::statement::{Rendered, Statement};

/// What executes statements: a [`Database`], each statement for itself, or a
/// [`Transaction`](crate::Transaction).
///
/// `query` names the query in traces, messages and snapshots, as
/// `family.what`: `instance.get_by_uuid`. Functions that work in both places
/// take `impl Execute`.
pub trait Execute: Send + Sync {
    /// What kind of database it is.
    fn dialect(&self) -> Dialect;

    /// All rows.
    fn fetch_all(
        &self,
        query: &'static str,
        statement: impl Statement + Send,
    ) -> impl Future<Output = Result<Vec<Row>>> + Send;

    /// The first row, if there is one.
    fn fetch_optional(
        &self,
        query: &'static str,
        statement: impl Statement + Send,
    ) -> impl Future<Output = Result<Option<Row>>> + Send;

    /// The first row; [`Error::NoRow`] if there is none.
    fn fetch_one(
        &self,
        query: &'static str,
        statement: impl Statement + Send,
    ) -> impl Future<Output = Result<Row>> + Send {
        async move {
            self.fetch_optional(query, statement)
                .await?
                .ok_or(Error::NoRow { query })
        }
    }

    /// Executes a change; how many rows it matched, whether or not it altered them.
    fn execute(
        &self,
        query: &'static str,
        statement: impl Statement + Send,
    ) -> impl Future<Output = Result<u64>> + Send;

    /// Inserts one row and gives the `id` it got.
    fn insert_returning_id(
        &self,
        query: &'static str,
        statement: &InsertStatement,
    ) -> impl Future<Output = Result<i64>> + Send;
}

impl Execute for Database {
    fn dialect(&self) -> Dialect {
        Self::dialect(self)
    }

    async fn fetch_all(
        &self,
        query: &'static str,
        statement: impl Statement + Send,
    ) -> Result<Vec<Row>> {
        let statement = statement.render(self.dialect())?;
        self.alone(query, &statement, Wanted::All)
            .await
            .map(|outcome| outcome.rows)
    }

    async fn fetch_optional(
        &self,
        query: &'static str,
        statement: impl Statement + Send,
    ) -> Result<Option<Row>> {
        let statement = statement.render(self.dialect())?;
        let outcome = self.alone(query, &statement, Wanted::First).await?;
        Ok(outcome.rows.into_iter().next())
    }

    async fn execute(&self, query: &'static str, statement: impl Statement + Send) -> Result<u64> {
        let statement = statement.render(self.dialect())?;
        self.alone(query, &statement, Wanted::Nothing)
            .await
            .map(|outcome| outcome.affected)
    }

    async fn insert_returning_id(
        &self,
        query: &'static str,
        statement: &InsertStatement,
    ) -> Result<i64> {
        let (statement, wanted) = insert(self.dialect(), statement)?;
        self.alone(query, &statement, wanted).await?.id(query)
    }
}

impl Database {
    /// Executes one statement on a connection of the pool, again if that is safe; or in the unit of work it is part of.
    pub(crate) async fn alone(
        &self,
        query: &'static str,
        statement: &Rendered,
        wanted: Wanted,
    ) -> Result<Outcome> {
        if let Some(unit) = self.unit()
            && let Some(transaction) = unit.of(self, statement.is_read()).await?
        {
            return transaction.alone(query, statement, wanted).await;
        }
        // Held until the statement is done, whatever its outcome.
        let _turn = if statement.is_read() {
            None
        } else {
            self.writer(query).await?
        };
        let mut attempt = 0;
        loop {
            let error = match self.once(query, statement, wanted).await {
                Ok(outcome) => return Ok(outcome),
                Err(error) => error,
            };
            attempt += 1;
            // A change may have been made although its answer was lost; only a
            // refusal is certain to have changed nothing.
            let safe = match error.failure() {
                Some(Failure::ConnectionLost) => statement.is_read(),
                Some(Failure::Deadlock | Failure::Locked) => true,
                _ => false,
            };
            if !safe
                || error
                    .failure()
                    .is_none_or(|failure| attempt > self.retries(failure))
            {
                return Err(error);
            }
            tracing::warn!(query, attempt, database = %self.target(), error = %error, "statement repeated");
            if error.failure() != Some(Failure::ConnectionLost) {
                pause(attempt).await;
            }
        }
    }

    /// How often to try again after `failure`. SQLite has already waited for the lock
    /// as long as it may, so that once more is enough.
    pub(crate) fn retries(&self, failure: Failure) -> u32 {
        if failure == Failure::Locked && self.dialect() == Dialect::Sqlite {
            return self.options().max_retries.min(1);
        }
        self.options().max_retries
    }

    async fn once(
        &self,
        query: &'static str,
        statement: &Rendered,
        wanted: Wanted,
    ) -> Result<Outcome> {
        let failed = |error| Error::statement(query, self.target(), error);
        match self.pool() {
            Pool::Sqlite(pool) => {
                let mut held = pool.acquire().await.map_err(failed)?;
                self.observe(query, statement, wanted, Connection::Sqlite(&mut held))
                    .await
            }
            Pool::MySql(pool) => {
                let mut held = pool.acquire().await.map_err(failed)?;
                // A change cannot be repeated, so that the connection must be known
                // to live. For a transaction its first statement tells.
                if !statement.is_read() && held.ping().await.is_err() {
                    held.close().await.ok();
                    held = pool.acquire().await.map_err(failed)?;
                }
                self.observe(query, statement, wanted, Connection::MySql(&mut held))
                    .await
            }
            Pool::Postgres(pool) => {
                let mut held = pool.acquire().await.map_err(failed)?;
                if !statement.is_read() && held.ping().await.is_err() {
                    held.close().await.ok();
                    held = pool.acquire().await.map_err(failed)?;
                }
                self.observe(query, statement, wanted, Connection::Postgres(&mut held))
                    .await
            }
        }
    }

    /// Runs `statement`, counted and visible in traces.
    pub(crate) async fn observe(
        &self,
        query: &'static str,
        statement: &Rendered,
        wanted: Wanted,
        connection: Connection<'_>,
    ) -> Result<Outcome> {
        self.count_statement();
        count::record(query);
        let family = query.split_once('.').map_or(query, |(family, _)| family);
        let span = tracing::debug_span!(
            "statement",
            family,
            query,
            database = self.schema().name(),
            dialect = self.dialect().name(),
        );
        // The text without its values, which may be secrets.
        tracing::trace!(parent: &span, query, sql = statement.sql(), "statement begins");
        let started = Instant::now();
        let result = connection
            .run(query, statement, wanted)
            .instrument(span.clone())
            .await;
        let elapsed = started.elapsed();
        let _entered = span.entered();
        match result {
            Ok(outcome) => {
                let rows = if wanted == Wanted::Nothing {
                    outcome.affected
                } else {
                    outcome.rows.len() as u64
                };
                let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
                if elapsed >= self.options().slow_statement {
                    tracing::warn!(query, rows, micros, "slow statement");
                } else {
                    tracing::debug!(rows, micros, "statement executed");
                }
                Ok(outcome)
            }
            Err(error) => {
                let error = Error::statement(query, self.target(), error);
                tracing::debug!(error = %error, "statement failed");
                Err(error)
            }
        }
    }
}

/// The statement that inserts and tells the new `id`: PostgreSQL has no other way
/// than to return it as a row.
pub(crate) fn insert(dialect: Dialect, statement: &InsertStatement) -> Result<(Rendered, Wanted)> {
    if dialect == Dialect::Postgres {
        let mut returning = statement.clone();
        returning.returning_col("id");
        return Ok((returning.render(dialect)?, Wanted::First));
    }
    Ok((statement.render(dialect)?, Wanted::Nothing))
}

/// Before the next attempt: longer each time, and not the same for two that collided.
pub(crate) async fn pause(attempt: u32) {
    let base = 10_u64 << attempt.min(6);
    let jitter = RandomState::new().build_hasher().finish() % base;
    tokio::time::sleep(Duration::from_millis(base / 2 + jitter)).await;
}
