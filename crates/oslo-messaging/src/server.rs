//! Serving: from a message that arrives to its reply.

mod handle;
mod stats;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::handle::Handler;
pub use self::stats::ServerStats;
use crate::dispatcher::Dispatcher;
use crate::driver::{AckPolicy, ListenOptions, Listener};
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
    stop: CancellationToken,
    tracker: TaskTracker,
    running: Option<JoinHandle<()>>,
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
        let listener = transport.driver().listen(&target, &listen).await?;
        tracing::info!(topic = %target, "serving");
        let stop = CancellationToken::new();
        let tracker = TaskTracker::new();
        let handler = Arc::new(Handler {
            dispatcher,
            limits: transport.options().limits,
            ack_policy: options.ack_policy,
            send_tracebacks: options.send_tracebacks,
            window: DuplicateWindow::default(),
            stats: stats::Counters::default(),
            abort: CancellationToken::new(),
        });
        let running = tokio::spawn(serve(
            listener,
            handler.clone(),
            tracker.clone(),
            stop.clone(),
            concurrency,
        ));
        Ok(Self {
            target,
            handler,
            stop,
            tracker,
            running: Some(running),
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

    /// [`RpcServer::stop`], but what is not done after `grace` is dropped without an answer. Returns how many requests
    /// that were.
    pub async fn stop_within(mut self, grace: Duration) -> usize {
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
        self.stop.cancel();
        if let Some(running) = &mut self.running {
            if let Err(error) = running.await {
                tracing::error!(%error, "the server's loop ended early");
            }
            self.running = None;
        }
        self.tracker.close();
        self.tracker.wait().await;
    }
}

impl Drop for RpcServer {
    fn drop(&mut self) {
        self.stop.cancel();
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

/// Takes messages as long as there is room, each into a task of its own.
async fn serve(
    mut listener: Box<dyn Listener>,
    handler: Arc<Handler>,
    tracker: TaskTracker,
    stop: CancellationToken,
    concurrency: u32,
) {
    let room = Arc::new(Semaphore::new(
        usize::try_from(concurrency).unwrap_or(usize::MAX >> 3),
    ));
    let mut stopping = false;
    loop {
        let next = async {
            let permit = room.clone().acquire_owned().await;
            (listener.next().await, permit)
        };
        tokio::select! {
            biased;
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                listener.stop().await;
            }
            (incoming, permit) = next => match (incoming, permit) {
                (Some(incoming), Ok(permit)) => {
                    tracker.spawn(handler.clone().handle(incoming, permit));
                }
                _ => return,
            },
        }
    }
}
