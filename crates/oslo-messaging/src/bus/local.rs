//! Clients and servers in the bus's own process.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Bus, CallPort, Consumer, Handout, Message, Refusal, ReplySink};
use crate::driver::{
    Delivery, Driver, Incoming, ListenOptions, Listener, Outgoing, Replies, RepliesSender,
    ReplyMessage, ReplyTo, Taker,
};
use crate::error::{Error, Result};
use crate::target::Target;

pub(crate) struct LocalDriver {
    bus: Arc<Bus>,
    /// How errors name the other side.
    peer: Arc<str>,
    reply_queue: Arc<str>,
    closed: CancellationToken,
}

impl LocalDriver {
    pub(crate) fn new(bus: Arc<Bus>, peer: Arc<str>) -> Self {
        Self {
            bus,
            peer,
            reply_queue: format!("reply_{}", Uuid::new_v4().simple()).into(),
            closed: CancellationToken::new(),
        }
    }

    fn check_open(&self, doing: impl FnOnce() -> String) -> Result<()> {
        if self.closed.is_cancelled() {
            return Err(Error::Closed { doing: doing() });
        }
        Ok(())
    }
}

impl fmt::Debug for LocalDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalDriver")
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Driver for LocalDriver {
    async fn reply_queue(&self, _deadline: Option<Instant>) -> Result<Arc<str>> {
        Ok(self.reply_queue.clone())
    }

    async fn call(&self, message: Outgoing) -> Result<Replies> {
        self.check_open(|| format!("call `{}`", message.method))?;
        let abandoned = CancellationToken::new();
        let guard = Box::new(abandoned.clone().drop_guard());
        let (sender, replies) = Replies::channel(Some(guard));
        let sink = Arc::new(LocalSink {
            sender,
            target: message.target.clone(),
            method: message.method,
            peer: self.peer.clone(),
        });
        let queued = Message {
            body: message.body,
            deadline: message.deadline,
            port: Some(CallPort { sink, abandoned }),
            redelivered: false,
        };
        self.bus
            .publish(&message.target, queued)
            .map_err(|refusal| {
                refusal.into_error(&message.target, "hand a call over", &self.peer)
            })?;
        Ok(replies)
    }

    async fn cast(&self, message: Outgoing) -> Result<()> {
        self.check_open(|| format!("cast `{}`", message.method))?;
        let queued = Message {
            body: message.body,
            deadline: None,
            port: None,
            redelivered: false,
        };
        self.bus
            .publish(&message.target, queued)
            .map_err(|refusal| refusal.into_error(&message.target, "hand a cast over", &self.peer))
    }

    async fn listen(
        &self,
        target: &Target,
        options: &ListenOptions,
        taker: Arc<dyn Taker>,
    ) -> Result<Box<dyn Listener>> {
        self.check_open(|| format!("listen on {target}"))?;
        // No more than `prefetch` are handed out and not yet done.
        let id = self
            .bus
            .subscribe(target, options.prefetch, Arc::new(LocalConsumer(taker)));
        Ok(Box::new(LocalListener {
            bus: self.bus.clone(),
            id,
        }))
    }

    async fn close(&self) {
        self.closed.cancel();
    }
}

struct LocalSink {
    sender: RepliesSender,
    target: Target,
    method: String,
    peer: Arc<str>,
}

impl ReplySink for LocalSink {
    fn reply(&self, body: Bytes, _ending: bool) {
        self.sender.send(ReplyMessage::Raw(body));
    }

    fn refuse(&self, refusal: Refusal) {
        let doing = format!("call `{}` on {}", self.method, self.target);
        self.sender
            .fail(refusal.into_error(&self.target, &doing, &self.peer));
    }
}

impl Refusal {
    /// What the caller is told.
    pub(crate) fn into_error(self, target: &Target, doing: &str, peer: &str) -> Error {
        match self {
            Self::NoListener => Error::NoListener {
                target: target.to_string(),
            },
            Self::Busy(reason) => Error::Busy {
                target: target.to_string(),
                reason,
            },
            Self::Lost => Error::ConnectionLost {
                doing: doing.to_owned(),
                peer: format!("the server behind {peer}"),
            },
            Self::TooLarge { size, limit } => Error::TooLarge {
                doing: doing.to_owned(),
                size,
                limit,
            },
        }
    }
}

struct LocalConsumer(Arc<dyn Taker>);

impl Consumer for LocalConsumer {
    fn deliver(&self, handout: Handout) {
        let message = handout.message();
        self.0.take(Incoming {
            body: message.body.clone(),
            deadline: message.deadline,
            redelivered: message.redelivered,
            refused: None,
            delivery: Box::new(handout),
        });
    }
}

struct LocalListener {
    bus: Arc<Bus>,
    id: u64,
}

#[async_trait]
impl Listener for LocalListener {
    async fn stop(&mut self) {
        self.bus.unsubscribe(self.id);
    }
}

impl Drop for LocalListener {
    fn drop(&mut self) {
        self.bus.unsubscribe(self.id);
    }
}

#[async_trait]
impl Delivery for Handout {
    async fn ack(&self) -> Result<()> {
        Self::ack(self);
        Ok(())
    }

    async fn reject(&self, requeue: bool) -> Result<()> {
        Self::reject(self, requeue);
        Ok(())
    }

    async fn reply(&self, _to: &ReplyTo, body: Bytes, ending: bool) -> Result<()> {
        Self::reply(self, body, ending);
        Ok(())
    }

    async fn abandoned(&self) {
        Self::abandoned(self).await;
    }
}
