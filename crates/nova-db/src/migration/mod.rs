//! Nova's schema: creating it, and recognising it where Nova created it.
//!
//! The bookkeeping is Nova's own, alembic's table `alembic_version` with the revision
//! of Nova 34: a database made by `nova-manage db sync` is used as it is, and
//! `nova-manage` finds nothing to do on one made here. Upgrading a database of an older
//! Nova stays `nova-manage`'s task.

mod error;
mod lock;
mod revision;
mod uniques;

use std::fmt;

use sea_query::{Expr, ExprTrait, Query};

pub use self::error::MigrationError;
pub use self::revision::Revision;
pub(crate) use self::uniques::unique_constraints;
use crate::connection::{Database, Schema};
use crate::dialect::Dialect;
use crate::error::Result;
use crate::execute::Execute;
use crate::migration::lock::Session;

/// How far the creation of a schema has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Which schema.
    pub schema: Schema,
    /// What was done last, such as `CREATE TABLE instances`.
    pub step: String,
    /// How many steps are done.
    pub done: usize,
    /// How many there are.
    pub total: usize,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}/{}: {}",
            self.schema, self.done, self.total, self.step
        )
    }
}

/// What [`Database::sync`] found and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synced {
    /// The schema was created.
    Created,
    /// It was there.
    Present,
}

/// The state of a database's schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// There is none yet.
    Empty,
    /// The one this release works with.
    Current,
    /// Another revision of Nova's.
    Other(String),
    /// A creation by this crate that did not finish (MariaDB only; the others
    /// create all or nothing).
    Unfinished,
    /// Tables of Nova's names without a revision: made or left by something else.
    Unversioned,
}

impl Database {
    /// Creates the schema if the database is empty; does nothing if it is the one
    /// wanted. Several processes may do so at once: one creates, the others wait
    /// and find it there.
    ///
    /// # Errors
    ///
    /// [`Error::Migration`](crate::Error::Migration) when the database holds another revision or other tables;
    /// what a statement may fail with.
    pub async fn sync(&self, progress: impl Fn(Progress) + Send + Sync) -> Result<Synced> {
        // Without taking the lock, for the usual case.
        if self.version().await? == Version::Current {
            return Ok(Synced::Present);
        }
        let mut session = Session::lock(self).await?;
        let result = self.create(&mut session, &progress).await;
        session.finish(result.is_ok()).await?;
        result
    }

    async fn create(
        &self,
        session: &mut Session,
        progress: &(impl Fn(Progress) + Sync),
    ) -> Result<Synced> {
        let head = Revision::head(self.schema());
        let version = self.read_version(session.transaction()).await?;
        match version {
            Version::Current => return Ok(Synced::Present),
            Version::Empty | Version::Unfinished => {}
            other => return Err(self.refusal(&other).into()),
        }
        let statements = head.statements(self.dialect());
        let total = statements.len();
        tracing::info!(database = %self.target(), revision = head.id, statements = total, "creating Nova's schema");
        session
            .run("migration.begin", begin(self.dialect(), head))
            .await?;
        for (done, statement) in statements.into_iter().enumerate() {
            session
                .run("migration.create", statement.to_owned())
                .await?;
            progress(Progress {
                schema: self.schema(),
                step: step(statement),
                done: done + 1,
                total,
            });
        }
        let insert = format!(
            "INSERT INTO alembic_version (version_num) VALUES ('{}')",
            head.id
        );
        session.run("migration.finish", insert).await?;
        if self.dialect() == Dialect::MySql {
            session
                .run(
                    "migration.finish",
                    "ALTER TABLE alembic_version COMMENT = ''".to_owned(),
                )
                .await?;
        }
        tracing::info!(database = %self.target(), revision = head.id, "schema created");
        Ok(Synced::Created)
    }

    /// The state of the schema.
    ///
    /// # Errors
    ///
    /// What a statement may fail with.
    pub async fn version(&self) -> Result<Version> {
        self.read_version(self).await
    }

    /// Sees that the schema is the one this release works with: what a service does
    /// before it serves.
    ///
    /// # Errors
    ///
    /// [`Error::Migration`](crate::Error::Migration) when it is not.
    pub async fn require_current(&self) -> Result<()> {
        match self.version().await? {
            Version::Current => Ok(()),
            other => Err(self.refusal(&other).into()),
        }
    }

    async fn read_version(&self, executor: &impl Execute) -> Result<Version> {
        let tables = self.tables(executor).await?;
        let ours = Revision::head(self.schema()).tables();
        let others = tables.iter().any(|(name, _)| ours.contains(&name.as_str()));
        let Some((_, comment)) = tables.iter().find(|(name, _)| name == "alembic_version") else {
            return Ok(if others {
                Version::Unversioned
            } else {
                Version::Empty
            });
        };
        let select = Query::select()
            .column("version_num")
            .from("alembic_version")
            .take();
        let row = executor
            .fetch_optional("migration.version", &select)
            .await?;
        let Some(row) = row else {
            // Alembic makes its table first, too.
            let started_here = comment.as_deref() == Some(&mark(Revision::head(self.schema())));
            return Ok(match (others, started_here) {
                (_, true) => Version::Unfinished,
                (true, false) => Version::Unversioned,
                (false, false) => Version::Empty,
            });
        };
        let revision: String = row.get(0)?;
        if revision == Revision::head(self.schema()).id {
            return Ok(Version::Current);
        }
        Ok(Version::Other(revision))
    }

    /// The tables' names, on MariaDB with their comments.
    async fn tables(&self, executor: &impl Execute) -> Result<Vec<(String, Option<String>)>> {
        let select = match self.dialect() {
            Dialect::Sqlite => Query::select()
                .column("name")
                .from("sqlite_master")
                .and_where(Expr::col("type").eq("table"))
                .take(),
            Dialect::MySql => Query::select()
                .column("table_name")
                .column("table_comment")
                .from(("information_schema", "tables"))
                .and_where(Expr::col("table_schema").eq(Expr::cust("DATABASE()")))
                .take(),
            Dialect::Postgres => Query::select()
                .column("tablename")
                .from("pg_tables")
                .and_where(Expr::col("schemaname").eq(Expr::cust("current_schema()")))
                .take(),
        };
        let rows = executor.fetch_all("migration.tables", &select).await?;
        rows.iter()
            .map(|row| {
                let comment = if row.len() > 1 { row.get(1)? } else { None };
                Ok((row.get(0)?, comment))
            })
            .collect()
    }

    fn refusal(&self, version: &Version) -> MigrationError {
        let target = Box::new(self.target().clone());
        let head = Revision::head(self.schema()).id;
        match version {
            Version::Other(found) => {
                MigrationError::of_revision(self.schema(), found.clone(), head, target)
            }
            Version::Unversioned => MigrationError::Unversioned { target },
            Version::Empty | Version::Unfinished | Version::Current => {
                MigrationError::Missing { target }
            }
        }
    }
}

/// Alembic's own table. Its comment on MariaDB tells a creation that was
/// interrupted here, and may go on, from one of `nova-manage`'s, which may not.
fn begin(dialect: Dialect, head: &Revision) -> String {
    let table = "CREATE TABLE IF NOT EXISTS alembic_version (\n  version_num VARCHAR(32) NOT NULL,\n  CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n)";
    match dialect {
        Dialect::MySql => format!("{table} ENGINE=InnoDB COMMENT='{}'", mark(head)),
        Dialect::Sqlite | Dialect::Postgres => table.to_owned(),
    }
}

fn mark(head: &Revision) -> String {
    format!("nova-db creates {}", head.id)
}

/// `CREATE TABLE instances` of its whole text.
fn step(statement: &str) -> String {
    let first = statement.lines().next().unwrap_or_default();
    first
        .trim_end_matches(" (")
        .replace("IF NOT EXISTS ", "")
        .replace('`', "")
        .split(" ON ")
        .next()
        .unwrap_or_default()
        .to_owned()
}
