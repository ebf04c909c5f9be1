//! What a message bus has to offer: implemented by drivers (`fake`, `grpc`, `rabbit`), called by
//! [`RpcClient`](crate::RpcClient) and [`RpcServer`](crate::RpcServer) only.
//!
//! A driver moves **bodies**: the envelope's bytes, exactly as they are on an AMQP wire. It never looks inside a request;
//! inside a reply only for the `_msg_id`, where its bus has no other way to find the caller
//! ([`ReplyBody::decode`](crate::envelope::ReplyBody::decode)). Everything that is the same for every bus is above it:
//! building and reading bodies, timeouts and the call monitor, the duplicate window, dispatch, remote errors.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::mpsc;

use crate::envelope::ReplyBody;
use crate::error::{Error, Result};
use crate::options::TransportOptions;
use crate::target::Target;
use crate::url::TransportUrl;

/// Opens a driver for the URL schemes it knows. Hand it to [`Transport::open`](crate::Transport::open).
#[async_trait]
pub trait DriverFactory: Send + Sync {
    /// The schemes it opens: `["rabbit", "kombu+rabbit"]`.
    fn schemes(&self) -> &[&str];

    /// Opens the driver. Need not connect yet: a broker that is down now may be up when the first message is sent.
    ///
    /// # Errors
    ///
    /// The URL or the options make no sense to this driver, or certificates cannot be read.
    async fn open(&self, url: &TransportUrl, options: &TransportOptions)
    -> Result<Arc<dyn Driver>>;
}

/// A message on its way out.
#[derive(Clone)]
pub struct Outgoing {
    /// Where to. `exchange` is always filled in; `fanout` decides between one server and all.
    pub target: Target,
    /// The method, for logs and errors only.
    pub method: String,
    /// The encoded envelope.
    pub body: Bytes,
    /// The call's `_msg_id`, as it is in the body; absent in casts.
    pub msg_id: Option<String>,
    /// The whole time the caller gives a call; it travels with the message (AMQP `expiration`, in ms). Absent in casts.
    pub timeout: Option<Duration>,
    /// When the caller stops waiting: a driver must not try to connect or publish for longer than this. Present in
    /// calls, and in casts that were given a timeout.
    pub deadline: Option<Instant>,
    /// How often to try again to hand the message over: `None` until the deadline (for ever in a cast), `Some(0)` never.
    pub retry: Option<u32>,
}

impl fmt::Debug for Outgoing {
    /// Leaves the body out: it holds the caller's token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("target", &self.target)
            .field("method", &self.method)
            .field("bytes", &self.body.len())
            .field("msg_id", &self.msg_id)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// A message bus. One value serves any number of clients and servers of a process, all at once.
#[async_trait]
pub trait Driver: fmt::Debug + Send + Sync + 'static {
    /// The name of the queue that replies to this process arrive in: the `_reply_q` of calls. Opened at the first call.
    ///
    /// # Errors
    ///
    /// The queue cannot be opened before `deadline`.
    async fn reply_queue(&self, deadline: Option<Instant>) -> Result<Arc<str>>;

    /// Hands a call over and returns where its replies come from. The driver must be ready for the reply before the
    /// message leaves. Dropping the [`Replies`] says that nobody waits any more.
    ///
    /// # Errors
    ///
    /// The message was not handed over; [`Error::nothing_was_done`] says whether that is certain.
    async fn call(&self, message: Outgoing) -> Result<Replies>;

    /// Hands a cast over, to one server or (`target.fanout`) to all; returns when the bus has taken responsibility for
    /// it (a publisher confirm). That nobody listens is no error.
    ///
    /// # Errors
    ///
    /// The message was not handed over.
    async fn cast(&self, message: Outgoing) -> Result<()>;

    /// Listens as one server: on the topic, on `topic.server` and on the topic's fanout; what arrives is handed to
    /// `taker`. Returns once messages sent from now on will arrive. `target.exchange`, `target.topic` and `target.server`
    /// are always filled in. The listener outlives lost connections: the driver listens again when it can.
    ///
    /// # Errors
    ///
    /// The queues cannot be opened.
    async fn listen(
        &self,
        target: &Target,
        options: &ListenOptions,
        taker: Arc<dyn Taker>,
    ) -> Result<Box<dyn Listener>>;

    /// Ends connections after flushing what was handed over. Calls in flight end with [`Error::Closed`]. May be called
    /// more than once.
    async fn close(&self);
}

/// How a server listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenOptions {
    /// How many messages may be on this side: those being worked on and those
    /// waiting here. Nova's servers take everything; ours leave the rest where another server can have it.
    pub prefetch: u32,
    /// How many of them may be without an acknowledgement, for a bus that counts those: all, or, where a message is
    /// acknowledged before it is carried out, those that are waiting.
    pub unsettled: u32,
}

/// Takes the messages of one server as they arrive. A channel is one.
pub trait Taker: Send + Sync {
    /// Takes a message, at once: the task that calls is the one that reads the connection. What is dropped here goes back
    /// to the bus, as every delivery that is dropped unsettled.
    fn take(&self, incoming: Incoming);
}

impl Taker for mpsc::UnboundedSender<Incoming> {
    fn take(&self, incoming: Incoming) {
        // Where nobody receives any more the message comes back in the error, and is dropped.
        drop(self.send(incoming));
    }
}

/// The receiving end of one server. It keeps the bus's connection open, and takes messages, as long as it lives.
#[async_trait]
pub trait Listener: Send + Sync {
    /// Takes no more messages from the bus (AMQP `basic.cancel`). When it returns, its [`Taker`] has what was taken;
    /// replies still go out.
    async fn stop(&mut self);
}

/// A message that arrived.
pub struct Incoming {
    /// The envelope's bytes.
    pub body: Bytes,
    /// When its caller stops waiting, as far as the bus knows (on AMQP: arrival plus `expiration`). Work on it is dropped
    /// at that moment.
    pub deadline: Option<Instant>,
    /// Whether the bus has handed it out before.
    pub redelivered: bool,
    /// Why the message cannot be read, where the bus's own part of it says so (an AMQP content type that is not JSON). The
    /// server rejects it as it does a body that cannot be understood.
    pub refused: Option<String>,
    /// How to settle and answer it.
    pub delivery: Box<dyn Delivery>,
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("bytes", &self.body.len())
            .field("deadline", &self.deadline)
            .field("redelivered", &self.redelivered)
            .finish_non_exhaustive()
    }
}

/// Settles and answers one message. The server settles every message once, by `ack` or `reject`, when its
/// [`AckPolicy`] says; dropping a delivery unsettled gives the message back to the bus (as a lost channel does), or,
/// where the bus cannot do that, tells a waiting caller that the connection was lost.
#[async_trait]
pub trait Delivery: Send + Sync {
    /// Takes the message off the bus for good. If that fails the message is not worked on.
    ///
    /// # Errors
    ///
    /// The acknowledgement could not be written.
    async fn ack(&self) -> Result<()>;

    /// Drops the message (`requeue` false: it cannot be understood) or gives it back (`requeue` true).
    ///
    /// # Errors
    ///
    /// The rejection could not be written.
    async fn reject(&self, requeue: bool) -> Result<()>;

    /// Sends a reply or a heartbeat. `to` is the request's own `_reply_q` and `_msg_id`. The message is mandatory: where
    /// the reply queue does not exist (yet), the driver tries again for a bounded time, then remembers the queue as gone
    /// for a while (oslo.messaging `amqpdriver.py`: every 0.25 s for 60 s; 200 queues for 60 s).
    ///
    /// # Errors
    ///
    /// The reply could not be handed over.
    async fn reply(&self, to: &ReplyTo, body: Bytes, ending: bool) -> Result<()>;

    /// Resolves when the bus learns that nobody waits for the answer. A bus that never learns stays pending.
    async fn abandoned(&self) {
        std::future::pending().await
    }
}

/// The address of a call's replies, from its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyTo {
    /// The request's `_reply_q`.
    pub queue: String,
    /// The request's `_msg_id`.
    pub msg_id: String,
}

/// When a server takes a message off the bus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AckPolicy {
    /// As soon as it is understood, before it is carried out: at most once, as oslo.messaging.
    #[default]
    BeforeDispatch,
    /// After its reply was handed over: at least once. A server that dies leaves the message to another; methods have to
    /// bear being carried out twice, and no repeat is ignored: [`Call::id`](crate::Call::id) tells which it is.
    AfterReply,
}

/// One message of a call's answer.
pub enum ReplyMessage {
    /// As it arrived; it is decoded by the task that waits for it.
    Raw(Bytes),
    /// Decoded already, because the driver needed its `_msg_id`.
    Decoded(ReplyBody),
}

impl fmt::Debug for ReplyMessage {
    /// Shows sizes only: results may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Raw(body) => write!(f, "Raw({} bytes)", body.len()),
            Self::Decoded(reply) => f.debug_tuple("Decoded").field(reply).finish(),
        }
    }
}

/// Where the answer of one call comes out.
pub struct Replies {
    receiver: mpsc::UnboundedReceiver<Result<ReplyMessage>>,
    // Dropped with the rest: forgets the waiter and, where the bus can, tells the server.
    _guard: Option<Box<dyn Any + Send + Sync>>,
}

/// Where a driver puts the answer of one call.
#[derive(Clone, Debug)]
pub struct RepliesSender(mpsc::UnboundedSender<Result<ReplyMessage>>);

impl Replies {
    /// A way for one call's answer. `guard` is dropped when nobody waits any more: let its `Drop` remove the waiter.
    ///
    /// The way is not bounded by itself: the caller's task reads it all the time, and what arrives was limited by the
    /// connection it came from.
    #[must_use]
    pub fn channel(guard: Option<Box<dyn Any + Send + Sync>>) -> (RepliesSender, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (
            RepliesSender(sender),
            Self {
                receiver,
                _guard: guard,
            },
        )
    }

    /// Adds a guard to one that was made without.
    #[must_use]
    pub fn guarded(mut self, guard: Box<dyn Any + Send + Sync>) -> Self {
        self._guard = Some(guard);
        self
    }

    /// The next message of the answer; `None` when the driver will send none.
    pub async fn next(&mut self) -> Option<Result<ReplyMessage>> {
        self.receiver.recv().await
    }
}

impl fmt::Debug for Replies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replies").finish_non_exhaustive()
    }
}

impl RepliesSender {
    /// Passes a message on. Returns whether anybody still waits.
    pub fn send(&self, message: ReplyMessage) -> bool {
        self.0.send(Ok(message)).is_ok()
    }

    /// Ends the call with an error. Returns whether anybody still waited.
    pub fn fail(&self, error: Error) -> bool {
        self.0.send(Err(error)).is_ok()
    }
}
