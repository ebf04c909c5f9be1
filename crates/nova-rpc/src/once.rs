//! Requests that are applied once, however often they come: the outcome of each is kept in the transaction of what it
//! changed.

use async_trait::async_trait;
use md5::{Digest as _, Md5};
use oslo_messaging::{Call, Failure, Json};
use versionedobjects::Route;

use crate::ObjectEndpoint;

/// How often a request is begun anew when another one was in its way.
const TRIES: u32 = 10;

/// A request, as all its repeats have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its id: of calls their `_msg_id`, of casts their `_unique_id`.
    pub id: String,
    /// What it asks for, hashed: an id may be used for one request only.
    pub digest: String,
}

/// Where outcomes are kept: beside what requests change.
#[async_trait]
pub trait Outcomes: Send + Sync + 'static {
    /// The outcome of a request that was applied.
    ///
    /// # Errors
    /// What its caller is told when that cannot be found out, or when the id was another request's.
    async fn known(&self, request: &Request) -> Result<Option<Json>, Box<Failure>>;

    /// Begins a unit of work.
    fn begin(&self) -> Box<dyn Work>;
}

/// A unit of work: what is done by its route is kept as a whole, with the outcome, or not at all. Dropping it undoes it.
#[async_trait]
pub trait Work: Send + Sync {
    /// The way to what is changed.
    fn route(&self) -> Route;

    /// Keeps it. Where nothing was changed, nothing is kept.
    ///
    /// # Errors
    /// What the caller is told; nothing was kept.
    async fn keep(self: Box<Self>, request: &Request, outcome: &Json) -> Result<End, Box<Failure>>;

    /// Undoes it. Returns whether another try may do better.
    async fn undo(self: Box<Self>) -> bool;
}

/// The end of a unit of work.
#[derive(Debug)]
pub enum End {
    /// It is kept.
    Kept,
    /// It is not, because the request had been applied before, with this outcome.
    Before(Json),
    /// It is not, as far as is known, and another try may do better. What the caller is told if there is none.
    Again(Box<Failure>),
}

impl Request {
    /// The request of a call; none if it has no id.
    #[must_use]
    pub fn of(call: &Call<'_>) -> Option<Self> {
        let id = call.id.key().filter(|id| !id.is_empty())?;
        let mut digest = Md5::new();
        digest.update(call.method);
        for (name, value) in call.args.iter() {
            digest.update([0]);
            digest.update(name);
            digest.update([0]);
            digest.update(value.get());
        }
        Some(Self {
            id: id.to_owned(),
            digest: format!("{:x}", digest.finalize()),
        })
    }
}

impl ObjectEndpoint {
    /// Carries a request out unless it was applied before; then its caller gets what there was to get.
    pub(crate) async fn once(
        &self,
        outcomes: &dyn Outcomes,
        request: &Request,
        call: &Call<'_>,
    ) -> Result<Json, Box<Failure>> {
        // Whatever changes something finds out at its end that it came too late. Looking first is for what changes
        // nothing when it is repeated and would be answered otherwise, and to spare the work.
        let changes = call.method == "object_action";
        if (changes || call.id.redelivered)
            && let Some(outcome) = known(outcomes, request, call).await?
        {
            return Ok(outcome);
        }
        let mut tries = 0;
        loop {
            let work = outcomes.begin();
            let told = match self.carry_out(call, &work.route()).await {
                Ok(outcome) => match work.keep(request, &outcome).await? {
                    End::Kept => return Ok(outcome),
                    End::Before(outcome) => {
                        note(request, call);
                        return Ok(outcome);
                    }
                    End::Again(failure) => failure,
                },
                Err(failure) => {
                    if !work.undo().await {
                        // It may have failed because it has been applied: what it wanted to delete is gone.
                        return match known(outcomes, request, call).await? {
                            Some(outcome) => Ok(outcome),
                            None => Err(failure),
                        };
                    }
                    failure
                }
            };
            tries += 1;
            if tries >= TRIES {
                return Err(told);
            }
            tracing::debug!(
                request = request.id,
                tries,
                "begins anew: another request was in its way"
            );
        }
    }
}

async fn known(
    outcomes: &dyn Outcomes,
    request: &Request,
    call: &Call<'_>,
) -> Result<Option<Json>, Box<Failure>> {
    let known = outcomes.known(request).await?;
    if known.is_some() {
        note(request, call);
    }
    Ok(known)
}

fn note(request: &Request, call: &Call<'_>) {
    tracing::info!(
        request = request.id,
        method = call.method,
        redelivered = call.id.redelivered,
        "answered a request that came again with the outcome that was kept"
    );
}
