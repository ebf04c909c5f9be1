//! One message, from its arrival to its reply.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::stats::Counters;
use crate::clock;
use crate::dispatcher::Dispatcher;
use crate::driver::{AckPolicy, Delivery, Incoming, ReplyTo};
use crate::duplicates::DuplicateWindow;
use crate::envelope::{self, ReplyBody, RequestBody};
use crate::error::Error;
use crate::failure::Failure;
use crate::json::Json;
use crate::options::Limits;

/// How long a request stays unacknowledged for its reply's sake.
const HANDOVER: Duration = Duration::from_secs(3);

/// How much may wait to be sent as replies, in KiB: 256 MiB. A broker that takes nothing must not fill our memory.
pub(super) const REPLIES_KIB: u32 = 256 * 1024;

/// What the tasks of one server share.
pub(super) struct Handler {
    pub(super) dispatcher: Dispatcher,
    pub(super) limits: Limits,
    pub(super) ack_policy: AckPolicy,
    pub(super) send_tracebacks: bool,
    pub(super) window: DuplicateWindow,
    pub(super) stats: Counters,
    /// For as many as are carried out at once.
    pub(super) room: Semaphore,
    /// For replies that are on their way, [`REPLIES_KIB`] of them.
    pub(super) replies: Semaphore,
    /// Drops all work.
    pub(super) abort: CancellationToken,
}

impl Handler {
    pub(super) async fn handle(self: Arc<Self>, incoming: Incoming) {
        // Until there is room it is not acknowledged, so that a bus that counts those brings no more than may wait.
        let Ok(permit) = self.room.acquire().await else {
            return;
        };
        // There is no time for it any more: it goes back to the bus as it came.
        if self.abort.is_cancelled() {
            return;
        }
        self.stats.received.add();
        let started = Instant::now();
        let bytes_in = incoming.body.len();
        let delivery = &*incoming.delivery;
        if let Some(reason) = incoming.refused {
            let error = Error::malformed("a message", reason);
            return self.reject(delivery, bytes_in, &error).await;
        }
        let inner = match envelope::open(&incoming.body, &self.limits) {
            Ok(inner) => inner,
            Err(error) => return self.reject(delivery, bytes_in, &error).await,
        };
        let request = match RequestBody::parse(&inner) {
            Ok(request) => request,
            Err(error) => return self.reject(delivery, bytes_in, &error).await,
        };
        // Where a message is acknowledged late it comes again because its end was not seen: whoever carries it out has to
        // know what became of it.
        let at_once = self.ack_policy == AckPolicy::BeforeDispatch;
        let repeat = at_once
            && request
                .unique_id
                .as_deref()
                .is_some_and(|id| self.window.is_repeat(id));
        if at_once && let Err(error) = delivery.ack().await {
            // Somebody else will get it, or has it already; or it comes again on the next connection.
            if let Some(id) = request.unique_id.as_deref().filter(|_| !repeat) {
                self.window.forget(id);
            }
            tracing::warn!(
                %error,
                method = %request.method,
                "discarded a request that could not be acknowledged"
            );
            return;
        }
        if repeat {
            self.stats.duplicates.add();
            tracing::warn!(method = %request.method, "ignored a message that came a second time");
            return;
        }
        let outcome = self
            .carry_out(&request, delivery, incoming.deadline, incoming.redelivered)
            .await;
        let Some(outcome) = outcome else {
            drop(permit);
            self.stats.abandoned.add();
            tracing::debug!(
                method = %request.method,
                micros = started.elapsed().as_micros(),
                "dropped work that nobody waits for"
            );
            if self.abort.is_cancelled() {
                self.give_back(delivery).await;
            } else {
                self.ack_late(delivery).await;
            }
            return;
        };
        self.stats.finished.add();
        if outcome.is_err() {
            self.stats.failed.add();
        }
        let failure = outcome.as_ref().err().map(tracing::field::display);
        tracing::debug!(
            method = %request.method,
            bytes_in,
            bytes_out = outcome.as_ref().map_or(0, |result| result.get().len()),
            micros = started.elapsed().as_micros(),
            failure,
            "served"
        );
        let Some(to) = &request.reply_to else {
            return self.ack_late(delivery).await;
        };
        let answering = async {
            let Ok(_room) = self.replies.acquire_many(weight(&outcome)).await else {
                return;
            };
            // The next request need not wait until this reply is out.
            drop(permit);
            let replying = self.reply(delivery, to, outcome, &request.method);
            tokio::pin!(replying);
            if tokio::time::timeout(HANDOVER, &mut replying).await.is_ok() {
                return self.ack_late(delivery).await;
            }
            // Its caller has no queue now. What was done is done, and others shall not wait for a caller that may be gone.
            self.ack_late(delivery).await;
            replying.await;
        };
        tokio::select! {
            biased;
            () = answering => {}
            () = self.abort.cancelled() => {
                self.stats.lost_replies.add();
                tracing::warn!(method = %request.method, "stopped before a reply was sent");
            }
        }
    }

    /// Runs the method and, next to it, everything that may end it early: `None` if it was dropped.
    async fn carry_out(
        &self,
        request: &RequestBody<'_>,
        delivery: &dyn Delivery,
        deadline: Option<Instant>,
        redelivered: bool,
    ) -> Option<Result<Json, Box<Failure>>> {
        // It may have waited for its turn longer than its caller waits.
        let waits = request.reply_to.is_some();
        if deadline.is_some_and(|deadline| deadline <= clock::now())
            || waits && delivery.abandoned().now_or_never().is_some()
        {
            return None;
        }
        let work = self.dispatcher.dispatch(request, deadline, redelivered);
        let work = AssertUnwindSafe(work).catch_unwind();
        tokio::pin!(work);
        // What is done at once, as most calls to a warm database nearly are, needs no timers.
        if let Some(outcome) = work.as_mut().now_or_never() {
            return Some(outcome.unwrap_or_else(|_| Err(Box::new(panicked(request)))));
        }
        let late = async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
                None => std::future::pending().await,
            }
        };
        let abandoned = async {
            if waits {
                delivery.abandoned().await;
            } else {
                std::future::pending().await
            }
        };
        let heartbeats = async {
            if let (Some(seconds), Some(to)) = (request.monitor, &request.reply_to) {
                heartbeats(delivery, to, Duration::from_secs(seconds) / 2).await;
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            biased;
            outcome = &mut work => Some(outcome.unwrap_or_else(|_| Err(Box::new(panicked(request))))),
            () = self.abort.cancelled() => None,
            () = late => None,
            () = abandoned => None,
            () = heartbeats => None,
        }
    }

    async fn reply(
        &self,
        delivery: &dyn Delivery,
        to: &ReplyTo,
        outcome: Result<Json, Box<Failure>>,
        method: &str,
    ) {
        let body = self.encode(to, outcome);
        let size = body.len();
        let own = self.limits.message_bytes;
        let sent = if size > own {
            Err(too_large(size, own))
        } else {
            delivery.reply(to, body, true).await
        };
        let sent = match sent {
            Err(Error::TooLarge { size, limit, .. }) => {
                let failure = Failure::new(
                    "oslo_messaging.exceptions",
                    "MessageDeliveryFailure",
                    format!(
                        "The reply to {method} has {size} bytes, more than the limit of {limit}"
                    ),
                );
                delivery
                    .reply(to, self.encode(to, Err(Box::new(failure))), true)
                    .await
            }
            sent => sent,
        };
        if let Err(error) = sent {
            self.stats.lost_replies.add();
            tracing::error!(%error, method, msg_id = to.msg_id, "can not send reply");
        }
    }

    fn encode(&self, to: &ReplyTo, outcome: Result<Json, Box<Failure>>) -> bytes::Bytes {
        let (result, failure) = match outcome {
            Ok(result) => (Some(result), None),
            Err(failure) => {
                let text = failure.encode(self.send_tracebacks).unwrap_or_else(|error| {
                    // The original leaves its caller waiting when kwargs are no JSON; ours loses only the kwargs.
                    tracing::error!(%error, class = failure.class, "a failure lost its arguments");
                    "{\"class\": \"Exception\", \"module\": \"builtins\", \"message\": \"\"}".to_owned()
                });
                (None, Some(text))
            }
        };
        ReplyBody {
            result,
            failure,
            ending: true,
            msg_id: to.msg_id.clone(),
            unique_id: Some(Uuid::new_v4().simple().to_string()),
        }
        .encode()
    }

    async fn reject(&self, delivery: &dyn Delivery, bytes_in: usize, error: &Error) {
        self.stats.rejected.add();
        tracing::warn!(%error, bytes_in, "rejected a message");
        if let Err(error) = delivery.reject(false).await {
            tracing::warn!(%error, "could not reject a message");
        }
    }

    /// Leaves a request that this server could not finish to another, where it was not acknowledged yet.
    async fn give_back(&self, delivery: &dyn Delivery) {
        if self.ack_policy == AckPolicy::AfterReply
            && let Err(error) = delivery.reject(true).await
        {
            tracing::warn!(%error, "could not give a request back");
        }
    }

    async fn ack_late(&self, delivery: &dyn Delivery) {
        if self.ack_policy == AckPolicy::AfterReply
            && let Err(error) = delivery.ack().await
        {
            tracing::warn!(%error, "could not acknowledge a request that is done");
        }
    }
}

/// How much of [`REPLIES_KIB`] a reply takes.
fn weight(outcome: &Result<Json, Box<Failure>>) -> u32 {
    let bytes = outcome.as_ref().map_or(0, |result| result.get().len());
    u32::try_from(bytes / 1024).map_or(REPLIES_KIB, |kib| (kib + 1).min(REPLIES_KIB))
}

/// Says every `interval` that the method still runs. Ends when a heartbeat cannot be sent: its caller will time out if it
/// is still there at all.
async fn heartbeats(delivery: &dyn Delivery, to: &ReplyTo, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        let heartbeat = ReplyBody {
            result: None,
            failure: None,
            ending: false,
            msg_id: to.msg_id.clone(),
            unique_id: Some(Uuid::new_v4().simple().to_string()),
        };
        if let Err(error) = delivery.reply(to, heartbeat.encode(), false).await {
            tracing::debug!(%error, msg_id = to.msg_id, "call monitor heartbeat failed");
            return;
        }
    }
}

fn too_large(size: usize, limit: usize) -> Error {
    Error::TooLarge {
        doing: "send a reply".to_owned(),
        size,
        limit,
    }
}

/// A method that panicked is a bug of ours. Its caller learns that, and nothing else.
fn panicked(request: &RequestBody<'_>) -> Failure {
    tracing::error!(method = %request.method, "a method panicked");
    Failure::builtin(
        "RuntimeError",
        format!("internal error in {}", request.method),
    )
}
