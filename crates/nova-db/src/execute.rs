//! Executing statements, on a database or in a transaction.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::{Duration, Instant};

use sea_query::InsertStatement;
use tracing::Instrument as _;

use crate::connection::Database;
use crate::count;
use crate::dialect::Dialect;
use crate::driver::{Connection, Outcome, Wanted};
use crate::error::{Error, Result};
use crate::failure::Failure;
use crate::row::Row;
use crate::statement::{Rendered, Statement};

/// What executes statements: a [`Database`], each statement for itself, a
/// [`Session`](crate::Session), which has one connection for several of them, or
/// a [`Transaction`](crate::Transaction).
///
/// `query` names the query in traces, messages and snapshots, as
/// `family.what`: `instance.get_by_uuid`. Functions that work in all of them
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

/// One statement, where it belongs: all that differs between what executes them.
pub(crate) trait Run: Send + Sync {
    fn dialect(&self) -> Dialect;

    fn run(
        &self,
        query: &'static str,
        statement: &Rendered,
        wanted: Wanted,
    ) -> impl Future<Output = Result<Outcome>> + Send;
}

impl<T: Run> Execute for T {
    fn dialect(&self) -> Dialect {
        Run::dialect(self)
    }

    async fn fetch_all(
        &self,
        query: &'static str,
        statement: impl Statement + Send,
    ) -> Result<Vec<Row>> {
        let statement = statement.render(Run::dialect(self))?;
        let outcome = self.run(query, &statement, Wanted::All).await?;
        Ok(outcome.rows)
    }

    async fn fetch_optional(
        &self,
        query: &'static str,
        statement: impl Statement + Send,
    ) -> Result<Option<Row>> {
        let statement = statement.render(Run::dialect(self))?;
        let outcome = self.run(query, &statement, Wanted::First).await?;
        Ok(outcome.rows.into_iter().next())
    }

    async fn execute(&self, query: &'static str, statement: impl Statement + Send) -> Result<u64> {
        let statement = statement.render(Run::dialect(self))?;
        let outcome = self.run(query, &statement, Wanted::Nothing).await?;
        Ok(outcome.affected)
    }

    async fn insert_returning_id(
        &self,
        query: &'static str,
        statement: &InsertStatement,
    ) -> Result<i64> {
        let (statement, wanted) = insert(Run::dialect(self), statement)?;
        self.run(query, &statement, wanted).await?.id(query)
    }
}

impl Run for Database {
    fn dialect(&self) -> Dialect {
        Self::dialect(self)
    }

    async fn run(
        &self,
        query: &'static str,
        statement: &Rendered,
        wanted: Wanted,
    ) -> Result<Outcome> {
        self.session().run(query, statement, wanted).await
    }
}

impl Database {
    /// How often to try again after `failure`. SQLite has already waited for the lock
    /// as long as it may, so that once more is enough.
    pub(crate) fn retries(&self, failure: Failure) -> u32 {
        if failure == Failure::Locked && self.dialect() == Dialect::Sqlite {
            return self.options().max_retries.min(1);
        }
        self.options().max_retries
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
                let transient = error.failure().is_none_or(Failure::is_transient);
                match error.hint().filter(|_| !transient) {
                    // Somebody has to do something, however often it is tried.
                    Some(hint) => tracing::error!(%error, hint, "statement failed"),
                    // What callers send may be at fault, which is theirs to hear.
                    None => tracing::debug!(%error, "statement failed"),
                }
                Err(error)
            }
        }
    }
}

/// The statement that inserts and tells the new `id`: PostgreSQL has no other way
/// than to return it as a row.
fn insert(dialect: Dialect, statement: &InsertStatement) -> Result<(Rendered, Wanted)> {
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
