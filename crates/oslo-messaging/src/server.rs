//! Serving: from a message that arrives to its reply.

mod handle;
mod stats;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::handle::Handler;
pub use self::stats::ServerStats;
use crate::dispatcher::Dispatcher;
use crate::driver::{AckPolicy, Incoming, ListenOptions, Listener, Taker};
use crate::duplicates::DuplicateWindow;
use crate::error::{Error, Result};
use crate::target::Target;
use crate::transport::Transport;

/// How a server works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerOptions {
    /// How many requests are carried out at once: 1024. What waits for a database waits there, in its pool.
    pub concurrency: u32,
    /// How many more are taken from the bus before their turn: 64. The rest stays where another server can have it.
    pub queue: u32,
    /// When a request is taken off the bus for good.
    pub ack_policy: AckPolicy,
    /// Whether failures carry a traceback to the caller. They name files and values, so not unless asked.
    pub send_tracebacks: bool,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            concurrency: 1024,
            queue: 64,
            ack_policy: AckPolicy::default(),
            send_tracebacks: false,
        }
    }
}

/// A server of one topic, at work since [`RpcServer::start`]. oslo.messaging `rpc/server.py`.
///
/// Dropping it stops it as [`RpcServer::stop`] does, but nobody waits for what is in flight.
pub struct RpcServer {
    target: Target,
    handler: Arc<Handler>,
    tracker: TaskTracker,
    /// Dropped, it takes no more.
    listener: Box<dyn Listener>,
    // The bus stays open as long as somebody serves on it.
    _transport: Transport,
}

impl RpcServer {
    /// Listens on `target` (its topic and its server, which both are needed, and the topic's fanout) and serves what
    /// arrives. Messages sent after this returned will be served.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidTarget`] without a topic or a server; what the driver says.
    pub async fn start(
        transport: &Transport,
        target: Target,
        dispatcher: Dispatcher,
        options: ServerOptions,
    ) -> Result<Self> {
        let invalid = |reason: &str| Error::InvalidTarget {
            target: target.to_string(),
            reason: reason.to_owned(),
        };
        if target.topic.is_empty() {
            return Err(invalid("a server needs a topic"));
        }
        if target.server.as_deref().is_none_or(str::is_empty) {
            return Err(invalid(
                "a server needs a name of its own, such as its host's",
            ));
        }
        let mut target = target;
        if target.exchange.is_none() {
            target.exchange = Some(transport.options().exchange.to_string());
        }
        let concurrency = options.concurrency.max(1);
        let prefetch = concurrency.saturating_add(options.queue);
        let unsettled = match options.ack_policy {
            AckPolicy::BeforeDispatch => options.queue.max(1),
            AckPolicy::AfterReply => prefetch,
        };
        let listen = ListenOptions {
            prefetch,
            unsettled,
        };
        let tracker = TaskTracker::new();
        let handler = Arc::new(Handler {
            dispatcher,
            limits: transport.options().limits,
            ack_policy: options.ack_policy,
            send_tracebacks: options.send_tracebacks,
            window: DuplicateWindow::default(),
            stats: stats::Counters::default(),
            room: Semaphore::new(usize::try_from(concurrency).unwrap_or(Semaphore::MAX_PERMITS)),
            replies: Semaphore::new(handle::REPLIES_KIB as usize),
            abort: CancellationToken::new(),
        });
        let taker = Arc::new(Tasks {
            handler: handler.clone(),
            tracker: tracker.clone(),
            runtime: Handle::current(),
        });
        let listener = transport.driver().listen(&target, &listen, taker).await?;
        tracing::info!(topic = %target, "serving");
        Ok(Self {
            target,
            handler,
            tracker,
            listener,
            _transport: transport.clone(),
        })
    }

    /// Takes no more and returns when everything taken has been answered.
    pub async fn stop(mut self) {
        self.finish().await;
        self.say_what_was_done();
    }

    fn say_what_was_done(&self) {
        let stats = self.stats();
        tracing::info!(
            topic = %self.target,
            received = stats.received,
            finished = stats.finished,
            failed = stats.failed,
            rejected = stats.rejected,
            duplicates = stats.duplicates,
            abandoned = stats.abandoned,
            lost_replies = stats.lost_replies,
            "stopped serving"
        );
    }

    /// [`RpcServer::stop`], but what is not done after `grace` is dropped without an answer; after as long as it takes if
    /// that is zero, as oslo.service has it (`graceful_shutdown_timeout`). Returns how many requests were dropped.
    pub async fn stop_within(mut self, grace: Duration) -> usize {
        if grace.is_zero() {
            self.stop().await;
            return 0;
        }
        if tokio::time::timeout(grace, self.finish()).await.is_ok() {
            self.say_what_was_done();
            return 0;
        }
        let unfinished = self.tracker.len();
        tracing::warn!(topic = %self.target, unfinished, "stopped serving before all was done");
        self.handler.abort.cancel();
        self.finish().await;
        self.say_what_was_done();
        unfinished
    }

    /// What happened so far.
    #[must_use]
    pub fn stats(&self) -> ServerStats {
        self.handler.stats.snapshot()
    }

    /// What it listens on.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    async fn finish(&mut self) {
        self.listener.stop().await;
        self.tracker.close();
        self.tracker.wait().await;
    }
}

impl fmt::Debug for RpcServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RpcServer")
            .field("target", &self.target)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

/// Gives each message a task of its own.
struct Tasks {
    handler: Arc<Handler>,
    tracker: TaskTracker,
    /// Where the server was started: drivers may read their connections elsewhere.
    runtime: Handle,
}

impl Taker for Tasks {
    fn take(&self, incoming: Incoming) {
        // Counted before looking, so that whoever stops either waits for it or has it go back to the bus.
        let counted = self.tracker.token();
        if !self.tracker.is_closed() {
            self.tracker
                .spawn_on(self.handler.clone().handle(incoming), &self.runtime);
        }
        drop(counted);
    }
}
