//! Outcomes of requests, kept in the transaction of what they changed, so that a request that comes again is answered
//! and changes nothing. The table is not Nova's; it is there only where somebody asked for it.

use std::time::Duration;

use sea_query::{Expr, ExprTrait as _, Order, Query};

use crate::changes::now;
use crate::connection::{Database, NovaDb};
use crate::dialect::Dialect;
use crate::driver::Wanted;
use crate::error::{Error, Result};
use crate::execute::Execute as _;
use crate::statement::{Prepared, Rendered, Statement as _, param};
use crate::unit::UnitOfWork;

const TABLE: &str = "rpc_outcomes";
/// The longest name of a request; the ids on the bus have 32 letters.
const NAME_MAX: usize = 64;
/// Rows deleted at a time, so that nobody waits for long.
const AT_A_TIME: i64 = 5000;

static LOOK_UP: Prepared = Prepared::select(|| {
    Query::select()
        .columns(["digest", "outcome"])
        .from(TABLE)
        .and_where(Expr::col("request").eq(param()))
        .take()
});

/// A request, as all its repeats have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestName<'r> {
    /// Its id, unique among all callers.
    pub id: &'r str,
    /// What it asks for, at most 32 letters: another request of the same id is a mistake of its caller's.
    pub digest: &'r str,
}

impl RequestName<'_> {
    /// Whether it can be kept.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        let fits = |text: &str, max| !text.is_empty() && text.len() <= max && text.is_ascii();
        fits(self.id, NAME_MAX) && fits(self.digest, 32)
    }
}

/// What is known of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing: it changed nothing yet.
    No,
    /// It was applied, with this outcome.
    Applied(String),
    /// A request of the same id that asked for something else was.
    Another,
}

/// How the end of a unit went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// All is kept, or there was nothing to keep.
    Done,
    /// Nothing of it: the request had been applied before, with this outcome.
    Before(Known),
    /// Nothing of it, or it is not known: another try is safe and may help.
    Again,
}

impl NovaDb {
    /// Makes the table of outcomes in both databases where it is missing.
    ///
    /// # Errors
    ///
    /// When the database refuses; the user needs the right to create tables.
    pub async fn create_outcomes(&self) -> Result<()> {
        for database in [&self.main, &self.api] {
            let create = Rendered::once(table(database.dialect()));
            let session = database.session();
            let make = || session.run("outcome.create_table", &create, Wanted::Nothing);
            if let Err(error) = make().await {
                // PostgreSQL's IF NOT EXISTS does not hold against somebody who does the same at the same time.
                tracing::debug!(%error, "the table of outcomes is made again");
                make().await?;
            }
        }
        Ok(())
    }

    /// What is known of a request.
    ///
    /// # Errors
    ///
    /// When a database does not answer.
    pub async fn outcome(&self, request: RequestName<'_>) -> Result<Known> {
        let (main, api) = futures::join!(self.main.outcome(request), self.api.outcome(request));
        match main? {
            Known::No => api,
            known => Ok(known),
        }
    }

    /// Deletes the outcomes that are older than `age`, and the oldest of more than `count`. Returns how many.
    ///
    /// # Errors
    ///
    /// When a database does not answer.
    pub async fn forget_outcomes(&self, age: Duration, count: u64) -> Result<u64> {
        let mut forgotten = 0;
        for database in [&self.main, &self.api] {
            forgotten += database.forget_outcomes(age, count).await?;
        }
        Ok(forgotten)
    }
}

impl Database {
    async fn outcome(&self, request: RequestName<'_>) -> Result<Known> {
        let found = self
            .fetch_optional("outcome.get", LOOK_UP.bind([request.id.into()]))
            .await?;
        let Some(row) = found else {
            return Ok(Known::No);
        };
        let digest: String = row.get(0)?;
        Ok(if digest == request.digest {
            Known::Applied(row.get(1)?)
        } else {
            Known::Another
        })
    }

    async fn forget_outcomes(&self, age: Duration, count: u64) -> Result<u64> {
        let newest = |before: Option<i64>| {
            let mut select = Query::select();
            select
                .column("id")
                .from(TABLE)
                .order_by("id", Order::Desc)
                .limit(1);
            if let Some(before) = before {
                select.and_where(Expr::col("created_at").lt(before));
            }
            select.take()
        };
        let id = async |query, select| {
            let row = self.fetch_optional(query, &select).await?;
            row.map(|row| row.get::<i64>(0)).transpose()
        };
        let oldest = Query::select()
            .column("id")
            .from(TABLE)
            .order_by("id", Order::Asc)
            .limit(1)
            .take();
        let Some(oldest) = id("outcome.oldest", oldest).await? else {
            return Ok(0);
        };
        let newest_id = id("outcome.newest", newest(None)).await?.unwrap_or(oldest);
        let since = seconds().saturating_sub(i64::try_from(age.as_secs()).unwrap_or(i64::MAX));
        let expired = id("outcome.expired", newest(Some(since))).await?;
        let beyond = newest_id.saturating_sub(i64::try_from(count).unwrap_or(i64::MAX));
        let last = expired.map_or(beyond, |expired| Ord::max(expired, beyond));
        let (mut at, mut forgotten) = (oldest, 0);
        while at <= last {
            let until = Ord::min(at.saturating_add(AT_A_TIME - 1), last);
            let delete = Query::delete()
                .from_table(TABLE)
                .and_where(Expr::col("id").lte(until))
                .take();
            forgotten += self.execute("outcome.forget", &delete).await?;
            at = until + 1;
        }
        Ok(forgotten)
    }
}

impl UnitOfWork {
    /// Keeps everything this unit changed together with its request's outcome; a unit that changed nothing leaves no
    /// trace.
    ///
    /// Where it changed both databases, which no method does today, they are committed one after the other: who dies in
    /// between has done half.
    ///
    /// # Errors
    ///
    /// When a database refuses; then nothing is kept.
    pub async fn keep(self, request: RequestName<'_>, outcome: &str) -> Result<Kept> {
        let mut changed = Vec::new();
        for database in self.databases() {
            let Some(unit) = database.unit() else {
                continue;
            };
            let Some(transaction) = unit.begun() else {
                continue;
            };
            if transaction.has_changed() {
                changed.push((database, transaction));
            } else {
                transaction.roll_back("outcome.nothing").await;
                unit.end();
            }
        }
        if changed.len() > 1 {
            tracing::warn!(
                request = request.id,
                "a request changed both databases; they are committed one by one"
            );
        }
        for (database, transaction) in &changed {
            let insert = insertion(request, outcome).render(database.dialect())?;
            let Err(error) = transaction
                .run("outcome.keep", &insert, Wanted::Nothing)
                .await
            else {
                continue;
            };
            let plain = database.plain();
            // Also where the method did not mind: a transaction that was in the way of another is over.
            let transient = transaction
                .transient()
                .is_some_and(crate::Failure::is_transient);
            self.undo().await;
            return match error {
                Error::Unique { .. } => Ok(match plain.outcome(request).await? {
                    Known::No => Kept::Again,
                    known => Kept::Before(known),
                }),
                _ if transient => Ok(Kept::Again),
                error => Err(error),
            };
        }
        for (database, _) in &changed {
            if !Self::commit(database).await? {
                self.undo().await;
                return Ok(Kept::Again);
            }
        }
        Ok(Kept::Done)
    }
}

fn insertion(request: RequestName<'_>, outcome: &str) -> sea_query::InsertStatement {
    Query::insert()
        .into_table(TABLE)
        .columns(["request", "digest", "created_at", "outcome"])
        .values_panic([
            request.id.into(),
            request.digest.into(),
            seconds().into(),
            outcome.into(),
        ])
        .take()
}

fn seconds() -> i64 {
    now().and_utc().timestamp()
}

fn table(dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => format!(
            "CREATE TABLE IF NOT EXISTS {TABLE} (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  request VARCHAR({NAME_MAX}) NOT NULL UNIQUE,
  digest VARCHAR(32) NOT NULL,
  created_at BIGINT NOT NULL,
  outcome TEXT NOT NULL
)"
        ),
        Dialect::MySql => format!(
            "CREATE TABLE IF NOT EXISTS {TABLE} (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  request VARCHAR({NAME_MAX}) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  digest VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at BIGINT NOT NULL,
  outcome LONGTEXT CHARACTER SET utf8mb4 NOT NULL,
  UNIQUE KEY uniq_rpc_outcomes0request (request)
) ENGINE=InnoDB"
        ),
        Dialect::Postgres => format!(
            "CREATE TABLE IF NOT EXISTS {TABLE} (
  id BIGSERIAL PRIMARY KEY,
  request VARCHAR({NAME_MAX}) NOT NULL CONSTRAINT uniq_rpc_outcomes0request UNIQUE,
  digest VARCHAR(32) NOT NULL,
  created_at BIGINT NOT NULL,
  outcome TEXT NOT NULL
)"
        ),
    }
}
