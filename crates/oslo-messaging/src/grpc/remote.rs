//! The driver of a process that has no hub of its own.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::connect::Dialler;
use super::frame::{Frame, Kind};
use super::outbox::Outbox;
use super::session::{ListenerEntry, PendingCall, PendingCast, Session};
use crate::clock;
use crate::driver::{Delivery, Driver, ListenOptions, Listener, Outgoing, Replies, ReplyTo, Taker};
use crate::error::{Error, Result};
use crate::options::TransportOptions;
use crate::target::Target;
use crate::url::TransportUrl;

/// How long to wait when a link has died and its end has not been noticed everywhere.
const BLINK: Duration = Duration::from_millis(2);

/// A connection to a hub, made when it is first needed.
pub(super) struct RemoteDriver {
    session: Arc<Session>,
    reply_queue: Arc<str>,
    connection: Arc<Connection>,
}

/// Keeps the connection open while the driver or a listener needs it.
struct Connection {
    session: Arc<Session>,
    keeping: Mutex<Keeping>,
}

enum Keeping {
    NotYet,
    Running(JoinHandle<()>),
    Over,
}

impl RemoteDriver {
    pub(super) fn open(url: &TransportUrl, options: &TransportOptions) -> Result<Self> {
        let dialler = Dialler::new(url, options)?;
        let waits = (options.reconnect_min, options.reconnect_max);
        let session = Arc::new(Session::new(url.to_string(), dialler, waits));
        Ok(Self {
            session: session.clone(),
            reply_queue: format!("reply_{}", Uuid::new_v4().simple()).into(),
            connection: Arc::new(Connection {
                session,
                keeping: Mutex::new(Keeping::NotYet),
            }),
        })
    }

    /// Begins to connect, once.
    fn start(&self, doing: &str) -> Result<()> {
        if self.session.closed.is_cancelled() {
            return Err(self.session.closed_while(doing));
        }
        let mut keeping = self.connection.keeping();
        if matches!(*keeping, Keeping::NotYet) {
            *keeping = Keeping::Running(tokio::spawn(self.session.clone().keep()));
        }
        Ok(())
    }

    /// Sends a message as soon as there is a link: `note` writes down under its id what comes back for it.
    async fn publish<T>(
        &self,
        message: &Outgoing,
        kind: Kind,
        doing: &str,
        mut note: impl FnMut(&mut super::session::State, u64) -> T,
        forget: impl Fn(&mut super::session::State, u64),
    ) -> Result<(u64, T)> {
        self.start(doing)?;
        loop {
            {
                let mut state = self.session.state();
                if let Some(link) = &state.link {
                    let (limit, outbox) = (link.message_bytes, link.outbox.clone());
                    if message.body.len() > limit {
                        return Err(Error::TooLarge {
                            doing: doing.to_owned(),
                            size: message.body.len(),
                            limit,
                        });
                    }
                    let id = state.next_id();
                    let noted = note(&mut state, id);
                    if outbox.send(publish_frame(id, kind, message)) {
                        return Ok((id, noted));
                    }
                    forget(&mut state, id);
                }
            }
            self.session
                .ready(doing, message.deadline, message.retry)
                .await?;
            // A link that takes nothing any more is about to be replaced.
            if self
                .session
                .state()
                .link
                .as_ref()
                .is_none_or(|link| link.outbox.is_dead())
            {
                tokio::time::sleep(BLINK).await;
            }
        }
    }
}

fn publish_frame(id: u64, kind: Kind, message: &Outgoing) -> Frame {
    Frame::Publish {
        id,
        kind,
        exchange: message.target.exchange.clone().unwrap_or_default(),
        topic: message.target.topic.clone(),
        server: message.target.server.clone(),
        remaining_ms: message
            .deadline
            .filter(|_| kind == Kind::Call)
            .map(clock::millis_until),
        body: message.body.clone(),
    }
}

#[async_trait]
impl Driver for RemoteDriver {
    async fn reply_queue(&self, _deadline: Option<Instant>) -> Result<Arc<str>> {
        Ok(self.reply_queue.clone())
    }

    async fn call(&self, message: Outgoing) -> Result<Replies> {
        let doing = format!("call `{}` on {}", message.method, message.target);
        let note = |state: &mut super::session::State, id| {
            let (sender, replies) = Replies::channel(None);
            let call = PendingCall {
                replies: sender,
                target: message.target.clone(),
                doing: doing.clone(),
            };
            state.calls.insert(id, call);
            replies
        };
        let (id, replies) = self
            .publish(&message, Kind::Call, &doing, note, |state, id| {
                state.calls.remove(&id);
            })
            .await?;
        Ok(replies.guarded(Box::new(CallGuard {
            session: self.session.clone(),
            id,
        })))
    }

    async fn cast(&self, message: Outgoing) -> Result<()> {
        let doing = format!("cast `{}` to {}", message.method, message.target);
        let kind = if message.target.fanout {
            Kind::Fanout
        } else {
            Kind::Cast
        };
        let note = |state: &mut super::session::State, id| {
            let (sender, accepted) = oneshot::channel();
            let cast = PendingCast {
                accepted: sender,
                target: message.target.clone(),
                doing: doing.clone(),
            };
            state.casts.insert(id, cast);
            accepted
        };
        let forget = |state: &mut super::session::State, id: u64| {
            state.casts.remove(&id);
        };
        let (id, accepted) = self.publish(&message, kind, &doing, note, forget).await?;
        let expired = async {
            match message.deadline {
                Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            outcome = accepted => outcome.unwrap_or_else(|_| Err(self.session.lost(&doing))),
            () = expired => {
                forget(&mut self.session.state(), id);
                Err(self.session.lost(&doing))
            }
        }
    }

    /// Waits for the hub as long as it takes: a service may be started before it. Wrap it in a timeout to give up.
    async fn listen(
        &self,
        target: &Target,
        options: &ListenOptions,
        taker: Arc<dyn Taker>,
    ) -> Result<Box<dyn Listener>> {
        let doing = format!("listen on {target}");
        self.start(&doing)?;
        let (heard, listening) = oneshot::channel();
        let id = {
            let mut state = self.session.state();
            let id = state.next_id();
            let entry = ListenerEntry {
                target: target.clone(),
                credit: options.prefetch,
                taker,
                listening: Some(heard),
                stopped: None,
            };
            if let Some(link) = &state.link {
                link.outbox.send(entry.frame(id));
            }
            state.listeners.insert(id, entry);
            id
        };
        let listener = RemoteListener {
            session: self.session.clone(),
            _connection: self.connection.clone(),
            id,
        };
        tokio::select! {
            biased;
            _ = listening => Ok(Box::new(listener)),
            () = self.session.closed.cancelled() => Err(self.session.closed_while(&doing)),
        }
    }

    async fn close(&self) {
        self.session.closed.cancel();
        let keeping = {
            let mut keeping = self.connection.keeping();
            std::mem::replace(&mut *keeping, Keeping::Over)
        };
        if let Keeping::Running(task) = keeping
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the connection's task ended early");
        }
    }
}

impl Connection {
    fn keeping(&self) -> MutexGuard<'_, Keeping> {
        self.keeping.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.session.closed.cancel();
    }
}

impl fmt::Debug for RemoteDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteDriver")
            .field("peer", &self.session.peer)
            .finish_non_exhaustive()
    }
}

/// Tells the hub when a call's caller goes before its answer came.
struct CallGuard {
    session: Arc<Session>,
    id: u64,
}

impl Drop for CallGuard {
    fn drop(&mut self) {
        let mut state = self.session.state();
        if state.calls.remove(&self.id).is_some()
            && let Some(link) = &state.link
        {
            link.outbox.send(Frame::Cancel { id: self.id });
        }
    }
}

struct RemoteListener {
    session: Arc<Session>,
    _connection: Arc<Connection>,
    id: u64,
}

#[async_trait]
impl Listener for RemoteListener {
    async fn stop(&mut self) {
        let stopped = {
            let mut state = self.session.state();
            let state = &mut *state;
            match (state.listeners.get_mut(&self.id), &state.link) {
                (Some(entry), Some(link)) => {
                    let (sender, stopped) = oneshot::channel();
                    entry.stopped = Some(sender);
                    link.outbox.send(Frame::Unlisten { listener: self.id });
                    Some(stopped)
                }
                _ => None,
            }
        };
        if let Some(stopped) = stopped {
            tokio::select! {
                _ = stopped => {}
                () = self.session.closed.cancelled() => {}
            }
        }
        self.session.state().listeners.remove(&self.id);
    }
}

impl Drop for RemoteListener {
    fn drop(&mut self) {
        let mut state = self.session.state();
        if state.listeners.remove(&self.id).is_some()
            && let Some(link) = &state.link
        {
            link.outbox.send(Frame::Unlisten { listener: self.id });
        }
    }
}

/// One message of the hub in our hands. It is bound to the link it came on.
pub(super) struct RemoteDelivery {
    pub(super) session: Arc<Session>,
    pub(super) outbox: Outbox,
    pub(super) message_bytes: usize,
    pub(super) id: u64,
    pub(super) abandoned: CancellationToken,
}

impl RemoteDelivery {
    fn send(&self, doing: &str, frame: Frame) -> Result<()> {
        if self.outbox.send(frame) {
            Ok(())
        } else {
            Err(self.session.lost(doing))
        }
    }
}

#[async_trait]
impl Delivery for RemoteDelivery {
    async fn ack(&self) -> Result<()> {
        self.send("acknowledge a message", Frame::Ack { id: self.id })
    }

    async fn reject(&self, requeue: bool) -> Result<()> {
        let id = self.id;
        self.send("reject a message", Frame::Reject { id, requeue })
    }

    async fn reply(&self, _to: &ReplyTo, body: Bytes, ending: bool) -> Result<()> {
        if body.len() > self.message_bytes {
            return Err(Error::TooLarge {
                doing: "send a reply".to_owned(),
                size: body.len(),
                limit: self.message_bytes,
            });
        }
        let id = self.id;
        self.send("send a reply", Frame::Reply { id, ending, body })
    }

    async fn abandoned(&self) {
        self.abandoned.cancelled().await;
    }
}

impl Drop for RemoteDelivery {
    fn drop(&mut self) {
        let mut state = self.session.state();
        if let Some(link) = &mut state.link
            && link.outbox.is_same(&self.outbox)
        {
            link.deliveries.remove(&self.id);
        }
        drop(state);
        self.outbox.send(Frame::Done { id: self.id });
    }
}
