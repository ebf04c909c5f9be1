//! Keeping a link to the hub: connecting, greeting, listening again, and what is in flight meanwhile.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};
use tokio::time::timeout_at;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::connect::{Dialled, Dialler};
use super::frame::Frame;
use super::outbox::Outbox;
use super::remote::RemoteDelivery;
use crate::bus::Refusal;
use crate::clock;
use crate::driver::{Incoming, RepliesSender, ReplyMessage, Taker};
use crate::error::{Error, Result};
use crate::target::Target;

/// How long the last words may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// What the driver, its calls, its listeners and its connection share.
pub(super) struct Session {
    /// How errors name the hub.
    pub(super) peer: String,
    dialler: Dialler,
    waits: (Duration, Duration),
    state: Mutex<State>,
    status: watch::Sender<Status>,
    pub(super) closed: CancellationToken,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) link: Option<Live>,
    pub(super) calls: HashMap<u64, PendingCall>,
    pub(super) casts: HashMap<u64, PendingCast>,
    pub(super) listeners: HashMap<u64, ListenerEntry>,
    last_id: u64,
}

/// The link, while it stands.
pub(super) struct Live {
    pub(super) outbox: Outbox,
    pub(super) message_bytes: usize,
    /// What our servers have of it, to be told when nobody waits any more.
    pub(super) deliveries: HashMap<u64, CancellationToken>,
}

pub(super) struct PendingCall {
    pub(super) replies: RepliesSender,
    pub(super) target: Target,
    pub(super) doing: String,
}

pub(super) struct PendingCast {
    pub(super) accepted: oneshot::Sender<Result<()>>,
    pub(super) target: Target,
    pub(super) doing: String,
}

pub(super) struct ListenerEntry {
    pub(super) target: Target,
    pub(super) credit: u32,
    pub(super) taker: Arc<dyn Taker>,
    /// Told when the hub has heard of it.
    pub(super) listening: Option<oneshot::Sender<()>>,
    /// Told when the hub has sent its last to it; the listener is stopping.
    pub(super) stopped: Option<oneshot::Sender<()>>,
}

#[derive(Clone)]
struct Status {
    up: bool,
    /// Attempts that failed, ever.
    failures: u64,
    reason: String,
}

impl State {
    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }
}

impl ListenerEntry {
    pub(super) fn frame(&self, listener: u64) -> Frame {
        Frame::Listen {
            listener,
            exchange: self.target.exchange.clone().unwrap_or_default(),
            topic: self.target.topic.clone(),
            server: self.target.server.clone().unwrap_or_default(),
            credit: self.credit,
        }
    }
}

impl Session {
    pub(super) fn new(peer: String, dialler: Dialler, waits: (Duration, Duration)) -> Self {
        let status = Status {
            up: false,
            failures: 0,
            reason: "there was no answer yet".to_owned(),
        };
        Self {
            peer,
            dialler,
            waits,
            state: Mutex::default(),
            status: watch::Sender::new(status),
            closed: CancellationToken::new(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a link: until `deadline`, or until `retry` more than one attempts have failed.
    pub(super) async fn ready(
        &self,
        doing: &str,
        deadline: Option<Instant>,
        retry: Option<u32>,
    ) -> Result<()> {
        let mut status = self.status.subscribe();
        let before = status.borrow().failures;
        loop {
            let reason = {
                let now = status.borrow_and_update();
                if now.up {
                    return Ok(());
                }
                let failed = now.failures.saturating_sub(before);
                if retry.is_some_and(|retry| failed > u64::from(retry)) {
                    return Err(self.unreachable(&now.reason));
                }
                now.reason.clone()
            };
            let expired = async {
                match deadline {
                    Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = self.closed.cancelled() => return Err(self.closed_while(doing)),
                _ = status.changed() => {}
                () = expired => return Err(self.unreachable(&reason)),
            }
        }
    }

    pub(super) fn closed_while(&self, doing: &str) -> Error {
        Error::Closed {
            doing: doing.to_owned(),
        }
    }

    pub(super) fn lost(&self, doing: &str) -> Error {
        Error::ConnectionLost {
            doing: doing.to_owned(),
            peer: self.peer.clone(),
        }
    }

    fn unreachable(&self, reason: &str) -> Error {
        Error::NotConnected {
            peer: self.peer.clone(),
            reason: format!("{reason}; is the process with the hub running there?"),
        }
    }

    /// Connects, and connects again, until closed.
    pub(super) async fn keep(self: Arc<Self>) {
        let (shortest, longest) = self.waits;
        let mut wait = shortest;
        loop {
            let dialled = tokio::select! {
                biased;
                () = self.closed.cancelled() => return,
                dialled = self.dialler.dial() => dialled,
            };
            match dialled {
                Ok(dialled) => {
                    wait = shortest;
                    let reason = self.work(dialled).await;
                    if self.closed.is_cancelled() {
                        return;
                    }
                    tracing::warn!(peer = self.peer, reason, "lost the hub, connecting again");
                }
                Err(reason) => self.note_failure(reason),
            }
            tokio::select! {
                biased;
                () = self.closed.cancelled() => return,
                () = tokio::time::sleep(jittered(wait)) => {}
            }
            wait = (wait * 2).min(longest);
        }
    }

    fn note_failure(&self, reason: String) {
        self.status.send_modify(|status| {
            // Once is enough until something changes.
            if status.reason == reason {
                tracing::debug!(peer = self.peer, reason, "still no hub");
            } else {
                tracing::warn!(peer = self.peer, reason, "cannot reach the hub, trying on");
            }
            status.failures += 1;
            status.reason = reason;
        });
    }

    /// Works on one link until it ends; returns why it did.
    async fn work(self: &Arc<Self>, dialled: Dialled) -> String {
        let Dialled {
            outbox,
            mut frames,
            message_bytes,
            dead,
        } = dialled;
        self.up(&outbox, message_bytes);
        let reason = loop {
            let message = tokio::select! {
                biased;
                () = self.closed.cancelled() => {
                    outbox.finish();
                    // The hub ends its side when it has read all of ours.
                    let until = clock::now() + FAREWELL;
                    while let Ok(Ok(Some(_))) = timeout_at(until.into(), frames.message()).await {}
                    break "closed".to_owned();
                }
                () = dead.cancelled() => break "it was cut".to_owned(),
                message = frames.message() => message,
            };
            match message {
                Ok(Some(frame)) => self.take(frame, &outbox, message_bytes),
                Ok(None) => break "the hub ended it".to_owned(),
                Err(status) => break status.message().to_owned(),
            }
        };
        dead.cancel();
        self.down(&reason);
        reason
    }

    fn up(&self, outbox: &Outbox, message_bytes: usize) {
        {
            let mut state = self.state();
            for (id, entry) in &state.listeners {
                if entry.stopped.is_none() {
                    outbox.send(entry.frame(*id));
                }
            }
            state.link = Some(Live {
                outbox: outbox.clone(),
                message_bytes,
                deliveries: HashMap::new(),
            });
        }
        tracing::info!(peer = self.peer, "connected to the hub");
        self.status.send_modify(|status| status.up = true);
    }

    /// Ends everything that was in flight.
    fn down(&self, reason: &str) {
        self.status.send_modify(|status| {
            status.up = false;
            status.reason = format!("the connection was lost: {reason}");
        });
        let (link, calls, casts) = {
            let mut state = self.state();
            for entry in state.listeners.values_mut() {
                if let Some(stopped) = entry.stopped.take() {
                    // Nobody needs to wait for a hub that is gone.
                    let _ = stopped.send(());
                }
            }
            (
                state.link.take(),
                std::mem::take(&mut state.calls),
                std::mem::take(&mut state.casts),
            )
        };
        for call in calls.into_values() {
            call.replies.fail(self.ended(&call.doing));
        }
        for cast in casts.into_values() {
            drop(cast.accepted.send(Err(self.ended(&cast.doing))));
        }
        for abandoned in link
            .into_iter()
            .flat_map(|link| link.deliveries.into_values())
        {
            abandoned.cancel();
        }
    }

    fn ended(&self, doing: &str) -> Error {
        if self.closed.is_cancelled() {
            self.closed_while(doing)
        } else {
            self.lost(doing)
        }
    }

    fn take(self: &Arc<Self>, frame: Frame, outbox: &Outbox, message_bytes: usize) {
        match frame {
            Frame::Reply { id, ending, body } => {
                let mut state = self.state();
                let replies = if ending {
                    state.calls.remove(&id).map(|call| call.replies)
                } else {
                    state.calls.get(&id).map(|call| call.replies.clone())
                };
                drop(state);
                if let Some(replies) = replies {
                    replies.send(ReplyMessage::Raw(body));
                }
            }
            Frame::Refused { id, refusal } => self.refused(id, refusal),
            Frame::Accepted { id } => {
                let cast = self.state().casts.remove(&id);
                if let Some(cast) = cast {
                    drop(cast.accepted.send(Ok(())));
                }
            }
            Frame::Deliver {
                id,
                listener,
                call,
                redelivered,
                remaining_ms,
                body,
            } => {
                let abandoned = CancellationToken::new();
                let incoming = Incoming {
                    body,
                    deadline: remaining_ms.and_then(clock::after_millis),
                    redelivered,
                    refused: None,
                    delivery: Box::new(RemoteDelivery {
                        session: self.clone(),
                        outbox: outbox.clone(),
                        message_bytes,
                        id,
                        abandoned: abandoned.clone(),
                    }),
                };
                let taker = {
                    let mut state = self.state();
                    if call && let Some(link) = &mut state.link {
                        link.deliveries.insert(id, abandoned);
                    }
                    state
                        .listeners
                        .get(&listener)
                        .map(|entry| entry.taker.clone())
                };
                // Without a taker it is dropped here, unsettled, and so goes back to the hub.
                if let Some(taker) = taker {
                    taker.take(incoming);
                }
            }
            Frame::Cancel { id } => {
                let abandoned = self
                    .state()
                    .link
                    .as_mut()
                    .and_then(|link| link.deliveries.remove(&id));
                if let Some(abandoned) = abandoned {
                    abandoned.cancel();
                }
            }
            Frame::Listening { listener } => {
                let mut state = self.state();
                if let Some(listening) = state
                    .listeners
                    .get_mut(&listener)
                    .and_then(|entry| entry.listening.take())
                {
                    let _ = listening.send(());
                }
            }
            Frame::Unlistened { listener } => {
                let mut state = self.state();
                if let Some(stopped) = state
                    .listeners
                    .get_mut(&listener)
                    .and_then(|entry| entry.stopped.take())
                {
                    let _ = stopped.send(());
                }
            }
            other => tracing::warn!(
                weight = other.weight(),
                "ignored a frame that hubs do not send"
            ),
        }
    }

    fn refused(&self, id: u64, refusal: Refusal) {
        let mut state = self.state();
        let call = state.calls.remove(&id);
        let cast = state.casts.remove(&id);
        drop(state);
        if let Some(call) = call {
            let error = refusal.into_error(&call.target, &call.doing, &self.peer);
            call.replies.fail(error);
        } else if let Some(cast) = cast {
            let error = refusal.into_error(&cast.target, &cast.doing, &self.peer);
            drop(cast.accepted.send(Err(error)));
        }
    }
}

/// Between half the time and all of it, so that a thousand clients do not come back at once.
fn jittered(wait: Duration) -> Duration {
    let [first, ..] = *Uuid::new_v4().as_bytes();
    wait.mul_f64(0.5 + f64::from(first) / 510.0)
}
