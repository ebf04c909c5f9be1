//! Outcomes of requests, kept in Nova's databases.

use std::sync::Arc;

use async_trait::async_trait;
use nova_db::{Kept, Known, NovaDb, RequestName, UnitOfWork};
use nova_objects::NovaStore;
use nova_rpc::{End, Outcomes, Request, Work, failure_of};
use oslo_messaging::{Failure, Json};
use versionedobjects::{ProjectError as _, Route, Store};

/// [`Outcomes`] beside Nova's own tables.
#[derive(Debug)]
pub struct DatabaseOutcomes {
    db: NovaDb,
}

impl DatabaseOutcomes {
    /// Keeps them in these databases, which must have the table
    /// ([`NovaDb::create_outcomes`]).
    #[must_use]
    pub const fn new(db: NovaDb) -> Self {
        Self { db }
    }
}

struct Unit(UnitOfWork);

#[async_trait]
impl Outcomes for DatabaseOutcomes {
    async fn known(&self, request: &Request) -> Result<Option<Json>, Box<Failure>> {
        let known = self.db.outcome(name(request)).await.map_err(failure)?;
        match known {
            Known::No => Ok(None),
            known => outcome(request, known).map(Some),
        }
    }

    fn begin(&self) -> Box<dyn Work> {
        Box::new(Unit(self.db.unit()))
    }
}

#[async_trait]
impl Work for Unit {
    fn route(&self) -> Route {
        let store: Arc<dyn NovaStore> = Arc::new(self.0.db().clone());
        Route::Direct(Store::new(store))
    }

    async fn keep(self: Box<Self>, request: &Request, reply: &Json) -> Result<End, Box<Failure>> {
        match self
            .0
            .keep(name(request), reply.get())
            .await
            .map_err(failure)?
        {
            Kept::Done => Ok(End::Kept),
            Kept::Before(known) => outcome(request, known).map(End::Before),
            Kept::Again => Ok(End::Again(Box::new(Failure::new(
                "oslo_db.exception",
                "DBDeadlock",
                format!(
                    "the request {} was in the way of others each time it was begun",
                    request.id
                ),
            )))),
        }
    }

    async fn undo(self: Box<Self>) -> bool {
        self.0.undo().await
    }
}

fn name(request: &Request) -> RequestName<'_> {
    RequestName {
        id: &request.id,
        digest: &request.digest,
    }
}

fn outcome(request: &Request, known: Known) -> Result<Json, Box<Failure>> {
    match known {
        Known::Applied(outcome) => Ok(Json::from_written(outcome)),
        Known::No | Known::Another => Err(Box::new(Failure::builtin(
            "ValueError",
            format!(
                "the id {} was used for another request before; ids are for one request each",
                request.id
            ),
        ))),
    }
}

fn failure(error: nova_db::Error) -> Box<Failure> {
    failure_of(nova_objects::Error::from(error).to_exception())
}
