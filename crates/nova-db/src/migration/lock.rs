//! One creation at a time, whichever processes want it.

use std::time::{Duration, Instant};

use sea_query::{Expr, ExprTrait, Query};

use super::MigrationError;
use crate::connection::Database;
use crate::dialect::Dialect;
use crate::driver::Wanted;
use crate::error::Result;
use crate::execute::Execute;
use crate::failure::Failure;
use crate::statement::Rendered;
use crate::transaction::Transaction;

/// How long to wait for another process that creates the schema.
const PATIENCE: Duration = Duration::from_secs(120);

/// A connection that holds the lock: in SQLite the file's write lock, in PostgreSQL an
/// advisory lock of the transaction, in MariaDB a named lock of the session. In the
/// first two everything happens in one transaction.
pub(super) struct Session {
    transaction: Transaction,
    // Last, so that the connection is given back before the turn is.
    _turn: Option<tokio::sync::OwnedSemaphorePermit>,
}

impl Session {
    /// Waits for the lock and takes it.
    pub(super) async fn lock(database: &Database) -> Result<Self> {
        let turn = database.writer(LOCK, || ()).await?;
        let started = Instant::now();
        let busy = || MigrationError::Busy {
            target: Box::new(database.target().clone()),
            seconds: PATIENCE.as_secs(),
        };
        let transaction = loop {
            match Transaction::begin_session(database, LOCK).await {
                Ok(transaction) => break transaction,
                // SQLite gave up waiting, but the other one may need longer.
                Err(error) if error.failure() == Some(Failure::Locked) => {
                    if started.elapsed() > PATIENCE {
                        return Err(busy().into());
                    }
                }
                Err(error) => return Err(error),
            }
        };
        match database.dialect() {
            Dialect::Sqlite => {}
            Dialect::Postgres => {
                let select = Query::select()
                    .expr(Expr::cust(
                        "1 FROM (SELECT pg_advisory_xact_lock(hashtext('nova-db sync'))) AS locked",
                    ))
                    .take();
                transaction.fetch_all(LOCK, &select).await?;
            }
            Dialect::MySql => {
                let select = Query::select()
                    .expr(
                        Expr::cust(format!("GET_LOCK({MYSQL_LOCK}, {})", PATIENCE.as_secs())).eq(1),
                    )
                    .take();
                let row = transaction.fetch_one(LOCK, &select).await?;
                if row.get::<Option<bool>>(0)? != Some(true) {
                    return Err(busy().into());
                }
            }
        }
        Ok(Self {
            transaction,
            _turn: turn,
        })
    }

    /// For reading under the lock.
    pub(super) fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// Executes a statement of the schema.
    pub(super) async fn run(&mut self, query: &'static str, sql: String) -> Result<()> {
        self.transaction
            .run(query, &Rendered::once(sql), Wanted::Nothing)
            .await
            .map(drop)
    }

    /// Keeps what was done, or undoes it where that is possible, and gives up the lock.
    pub(super) async fn finish(self, keep: bool) -> Result<()> {
        if self.transaction.dialect() == Dialect::MySql {
            let select = Query::select()
                .expr(Expr::cust(format!("RELEASE_LOCK({MYSQL_LOCK})")))
                .take();
            let released = self.transaction.fetch_all(LOCK, &select).await;
            // The connection is not needed afterwards; with it goes the lock.
            if let Err(error) = released {
                tracing::debug!(%error, "lock not released by request");
            }
        }
        if keep {
            return self.transaction.commit(LOCK).await;
        }
        self.transaction.roll_back(LOCK).await;
        Ok(())
    }
}

const LOCK: &str = "migration.lock";

/// Locks are named server-wide, so that it contains the database; at most 64 characters.
const MYSQL_LOCK: &str = "CONCAT('nova-db sync ', SHA1(DATABASE()))";
