//! One statement on one connection of whichever driver.

use futures::TryStreamExt as _;
use sqlx::{Executor as _, MySqlConnection, PgConnection, SqliteConnection};

use crate::dialect::{mysql, postgres, sqlite};
use crate::error::{Error, Result};
use crate::row::{Cells, Row};
use crate::statement::Rendered;

/// A connection of whichever driver.
pub(crate) enum Connection<'c> {
    Sqlite(&'c mut SqliteConnection),
    MySql(&'c mut MySqlConnection),
    Postgres(&'c mut PgConnection),
}

/// How much of a result is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    All,
    First,
    /// No rows: what a change did.
    Nothing,
}

/// Rows, or what a change did.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) rows: Vec<Row>,
    pub(crate) affected: u64,
    pub(crate) last_id: i64,
}

impl Outcome {
    /// The `id` of the inserted row.
    pub(crate) fn id(&self, query: &'static str) -> Result<i64> {
        match self.rows.first() {
            Some(row) => row.get(0),
            None if self.last_id != 0 => Ok(self.last_id),
            None => Err(Error::NoRow { query }),
        }
    }
}

/// The same steps for each driver, whose types have nothing in common but their names.
macro_rules! run {
    ($connection:expr, $arguments:expr, $cells:path, $query:expr, $statement:expr, $wanted:expr, $last_id:expr) => {{
        let arguments = $arguments.map_err(sqlx::Error::Encode)?;
        let statement =
            sqlx::query_with($statement.sqlx(), arguments).persistent(!$statement.is_once());
        let mut outcome = Outcome::default();
        match $wanted {
            Wanted::All => {
                let mut stream = statement.fetch($connection);
                while let Some(row) = stream.try_next().await? {
                    outcome.rows.push(Row::new($query, $cells(row)));
                }
            }
            Wanted::First => {
                let row = statement.fetch_optional($connection).await?;
                outcome
                    .rows
                    .extend(row.map(|row| Row::new($query, $cells(row))));
            }
            Wanted::Nothing => {
                let done = $connection.execute(statement).await?;
                outcome.affected = done.rows_affected();
                outcome.last_id = $last_id(&done);
            }
        }
        Ok(outcome)
    }};
}

impl Connection<'_> {
    pub(crate) async fn run(
        self,
        query: &'static str,
        statement: &Rendered,
        wanted: Wanted,
    ) -> Result<Outcome, sqlx::Error> {
        let values = statement.values();
        match self {
            Connection::Sqlite(connection) => {
                run!(
                    connection,
                    sqlite::bind(values),
                    Cells::Sqlite,
                    query,
                    statement,
                    wanted,
                    |done: &sqlx::sqlite::SqliteQueryResult| done.last_insert_rowid()
                )
            }
            Connection::MySql(connection) => {
                run!(
                    connection,
                    mysql::bind(values),
                    Cells::MySql,
                    query,
                    statement,
                    wanted,
                    |done: &sqlx::mysql::MySqlQueryResult| i64::try_from(done.last_insert_id())
                        .unwrap_or(0)
                )
            }
            Connection::Postgres(connection) => {
                run!(
                    connection,
                    postgres::bind(values),
                    Cells::Postgres,
                    query,
                    statement,
                    wanted,
                    |_: &sqlx::postgres::PgQueryResult| 0
                )
            }
        }
    }
}
