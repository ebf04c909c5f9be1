//! Units of work: everything executed through the databases of one is kept as a whole or not at all.

use std::sync::{Mutex, PoisonError};

use tokio::sync::{OnceCell, OwnedSemaphorePermit};

use crate::connection::{Database, NovaDb};
use crate::dialect::Dialect;
use crate::driver::{Outcome, Wanted};
use crate::error::{Error, Result};
use crate::statement::Rendered;
use crate::transaction::Transaction;

const UNIT: &str = "unit.of_work";

/// What was executed through one database of a unit. Its transaction begins with the first change, so that a unit that
/// only reads costs nothing.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    begun: OnceCell<Transaction>,
    /// Held until the transaction is over.
    turn: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Unit {
    /// The transaction; it begins now if it has not.
    pub(crate) async fn begin(&self, database: &Database) -> Result<&Transaction> {
        self.begun
            .get_or_try_init(|| async {
                let turn = database.writer(UNIT, || ()).await?;
                let transaction = Transaction::begin_reading_committed(database, UNIT).await?;
                *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = turn;
                Ok(transaction)
            })
            .await
    }

    /// The transaction a statement belongs into: none for what is read before the first change.
    pub(crate) async fn of(
        &self,
        database: &Database,
        is_read: bool,
    ) -> Result<Option<&Transaction>> {
        match self.begun.get() {
            None if is_read => Ok(None),
            _ => self.begin(database).await.map(Some),
        }
    }

    /// The transaction, if it has begun.
    pub(crate) fn begun(&self) -> Option<&Transaction> {
        self.begun.get()
    }

    /// Lets others write again.
    pub(crate) fn end(&self) {
        drop(
            self.turn
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
    }
}

impl Transaction {
    /// Runs a statement that would have been a transaction of its own: when it fails, only itself is undone.
    pub(crate) async fn alone(
        &self,
        query: &'static str,
        statement: &Rendered,
        wanted: Wanted,
    ) -> Result<Outcome> {
        if statement.is_read() {
            return self.run(query, statement, wanted).await;
        }
        self.note_change();
        if self.dialect_of() == Dialect::Postgres {
            // Elsewhere a failed statement leaves its transaction as it was.
            return self.nested(self.run(query, statement, wanted)).await;
        }
        self.run(query, statement, wanted).await
    }
}

impl NovaDb {
    /// The same databases as one unit of work: whatever is executed through its [`UnitOfWork::db`], also in several
    /// transactions one after the other, waits in one transaction of each database for [`UnitOfWork::keep`].
    ///
    /// Within it a transaction is not repeated by itself after a deadlock: the whole unit has to be, as
    /// [`UnitOfWork::undo`] tells.
    #[must_use]
    pub fn unit(&self) -> UnitOfWork {
        let mut db = self.clone();
        db.main = self.main.in_unit();
        db.api = self.api.in_unit();
        UnitOfWork { db }
    }
}

/// A unit of work in progress. Dropping it undoes what it did.
#[derive(Debug)]
pub struct UnitOfWork {
    db: NovaDb,
}

impl UnitOfWork {
    /// The databases to work with.
    #[must_use]
    pub fn db(&self) -> &NovaDb {
        &self.db
    }

    pub(crate) fn databases(&self) -> [&Database; 2] {
        [&self.db.api, &self.db.main]
    }

    /// Undoes everything. Returns whether it failed for a reason that another try may cure.
    pub async fn undo(self) -> bool {
        let mut again = false;
        for database in self.databases() {
            let Some(unit) = database.unit() else {
                continue;
            };
            if let Some(transaction) = unit.begun() {
                let failure = transaction.transient();
                again |= failure.is_some_and(crate::Failure::is_transient);
                transaction.roll_back(UNIT).await;
            }
            unit.end();
        }
        again
    }

    /// Commits one database's part. `Ok(false)`: it is not kept, or not known to be, and another try may help.
    pub(crate) async fn commit(database: &Database) -> Result<bool> {
        let Some(unit) = database.unit() else {
            return Ok(true);
        };
        let Some(transaction) = unit.begun() else {
            return Ok(true);
        };
        let committed = transaction.commit(UNIT).await;
        unit.end();
        match committed {
            Ok(()) => Ok(true),
            Err(Error::CommitUnknown { .. }) => Ok(false),
            Err(error) if error.failure().is_some_and(crate::Failure::is_transient) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
