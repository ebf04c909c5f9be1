//! Taking messages from queues, over a connection of its own that is repaired whenever it breaks.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use lapin::message::Delivery;
use lapin::options::{
    BasicCancelOptions, BasicConsumeOptions, BasicQosOptions, QueueDeleteOptions,
};
use lapin::{Channel, Consumer};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::error::{RabbitError, is_about_durability, is_not_found};
use crate::link::Link;
use crate::reconnect::{Phase, Reconnect};
use crate::shared::Shared;
use crate::topology::{Queue, QueueKind, stream_offset};

/// How long an orderly end of a subscription may take.
const GOODBYE: Duration = Duration::from_secs(2);
/// How long a broker may take to declare and consume queues, before another connection is tried.
const SUBSCRIBE: Duration = Duration::from_secs(30);
/// The pause before a deleted queue is declared again.
const AGAIN: Duration = Duration::from_millis(100);

/// A message as it came, with what keeps its channel open.
pub(crate) struct Arrived {
    pub(crate) delivery: Delivery,
    pub(crate) session: Arc<Session>,
}

/// A channel and its connection. Messages are settled on the channel they came by.
pub(crate) struct Session {
    pub(crate) link: Link,
    channel: Channel,
}

/// What to consume.
pub(crate) struct Subscription {
    pub(crate) shared: Arc<Shared>,
    pub(crate) queues: Vec<Queue>,
    /// Unsettled messages of each queue; 0 for no bound.
    pub(crate) prefetch: u16,
    pub(crate) purpose: &'static str,
}

/// A subscription at work.
pub(crate) struct Consuming {
    pub(crate) phase: watch::Receiver<Phase<()>>,
    /// Takes no more. The sender of `phase` is gone when what was taken has been handed on.
    pub(crate) stop: CancellationToken,
}

/// Who gets what arrives; must not wait.
type Take = Box<dyn Fn(Arrived) + Send + Sync>;

impl Subscription {
    /// Consumes until it is stopped or the driver is closed; what arrives is handed to `take`, which must not wait.
    pub(crate) fn start(self, take: impl Fn(Arrived) + Send + Sync + 'static) -> Consuming {
        let (phase, phase_receiver) = watch::channel(Phase::Waiting(None));
        let stop = CancellationToken::new();
        let worker = Worker {
            reconnect: Reconnect::new(self.shared.dialer.clone(), &self.shared.options),
            offsets: vec![None; self.queues.len()],
            subscription: self,
            take: Box::new(take),
            phase,
            stop: stop.clone(),
            session: Arc::default(),
        };
        let session = worker.session.clone();
        let shared = worker.subscription.shared.clone();
        shared.tasks.spawn(async move {
            let closed = worker.subscription.shared.closed.clone();
            tokio::select! {
                () = closed.cancelled() => {
                    // Messages that are still at work keep it alive: the broker shall give them to somebody else.
                    let session = session.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
                    if let Some(session) = session {
                        session.link.close().await;
                    }
                }
                () = worker.run() => {}
            }
        });
        Consuming {
            phase: phase_receiver,
            stop,
        }
    }
}

struct Worker {
    subscription: Subscription,
    reconnect: Reconnect,
    /// Where to go on reading, by queue; for streams.
    offsets: Vec<Option<i64>>,
    take: Take,
    phase: watch::Sender<Phase<()>>,
    stop: CancellationToken,
    session: Arc<Mutex<Weak<Session>>>,
}

/// Why consuming on one connection ended.
enum Ended {
    Stopped,
    Broken(String),
}

impl Worker {
    async fn run(mut self) {
        let stop = self.stop.clone();
        let mut again = false;
        loop {
            let begun = tokio::select! {
                () = stop.cancelled() => return,
                begun = self.connect(again) => begun,
            };
            again = true;
            let (session, consumers) = match begun {
                Ok(subscribed) => subscribed,
                Err(error) => {
                    tracing::error!(
                        purpose = self.subscription.purpose,
                        %error,
                        "cannot consume from RabbitMQ; trying again"
                    );
                    self.phase.send_replace(Phase::after(error));
                    continue;
                }
            };
            *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&session);
            self.phase.send_replace(Phase::Ready(()));
            match self.consume(&session, consumers).await {
                Ended::Stopped => return,
                Ended::Broken(why) => {
                    tracing::warn!(
                        peer = session.link.peer(),
                        purpose = self.subscription.purpose,
                        why,
                        "lost what messages come by from RabbitMQ; subscribing again"
                    );
                    self.phase.send_replace(Phase::Waiting(Some(why.into())));
                }
            }
        }
    }

    /// Connects and subscribes; not at once when it does so `again`.
    async fn connect(&mut self, again: bool) -> Result<(Arc<Session>, Vec<Consumer>), RabbitError> {
        if again {
            self.reconnect.pause().await;
        }
        let report = |error| {
            self.phase.send_replace(Phase::after(error));
        };
        let purpose = self.subscription.purpose;
        let link = self.reconnect.connect(purpose, report).await;
        tokio::time::timeout(SUBSCRIBE, self.subscribe(link))
            .await
            .unwrap_or_else(|_| Err(RabbitError::Silent(SUBSCRIBE)))
    }

    async fn subscribe(
        &mut self,
        link: Link,
    ) -> Result<(Arc<Session>, Vec<Consumer>), RabbitError> {
        let mut channel = self.open(&link).await?;
        for index in 0..self.subscription.queues.len() {
            let mut removed = false;
            while let Some(queue) = self.subscription.queues.get_mut(index) {
                match queue.declare(&channel).await {
                    Ok(()) => break,
                    Err(error) if is_about_durability(&error) && queue.durable => {
                        tracing::warn!(
                            queue = queue.name,
                            %error,
                            "another service declared it as not durable; going on with that, as oslo.messaging does"
                        );
                        queue.set_nondurable();
                        channel = self.open(&link).await?;
                    }
                    // Its node is down, and a queue that is not replicated is there only. Made anew it is on a node that
                    // is up; that loses no more than the node did.
                    Err(error) if is_not_found(&error) && !removed => {
                        tracing::warn!(
                            queue = queue.name,
                            %error,
                            "the broker does not have the queue at hand; deleting and declaring it, as oslo.messaging does"
                        );
                        let name = queue.name();
                        channel = self.open(&link).await?;
                        let options = QueueDeleteOptions::default();
                        if let Err(error) = channel.queue_delete(name, options).await {
                            tracing::debug!(%error, "the queue could not be deleted");
                            channel = self.open(&link).await?;
                        }
                        removed = true;
                    }
                    Err(error) => return Err(RabbitError::new(error)),
                }
            }
        }
        let mut consumers = Vec::with_capacity(self.subscription.queues.len());
        for index in 0..self.subscription.queues.len() {
            consumers.push(
                self.begin(&channel, index)
                    .await
                    .map_err(RabbitError::new)?,
            );
        }
        Ok((Arc::new(Session { link, channel }), consumers))
    }

    async fn open(&self, link: &Link) -> Result<Channel, RabbitError> {
        let channel = link.connection().create_channel().await?;
        if self.subscription.prefetch > 0 {
            let options = BasicQosOptions::default();
            channel
                .basic_qos(self.subscription.prefetch, options)
                .await?;
        }
        Ok(channel)
    }

    /// Begins to consume one queue; its tag is its number, from 1.
    async fn begin(&self, channel: &Channel, index: usize) -> lapin::Result<Consumer> {
        let Some(queue) = self.subscription.queues.get(index) else {
            return Err(lapin::ErrorKind::FutureCompleted.into());
        };
        let offset = self.offsets.get(index).copied().flatten();
        let arguments = queue.consumer_arguments(&self.subscription.shared.options, offset);
        channel
            .basic_consume(
                queue.name(),
                tag(index).into(),
                BasicConsumeOptions::default(),
                arguments,
            )
            .await
    }

    /// Passes messages on until told to stop or something breaks. A queue that was deleted is declared again.
    async fn consume(&mut self, session: &Arc<Session>, consumers: Vec<Consumer>) -> Ended {
        let mut streams = Streams {
            consumers: consumers.into_iter().map(Some).collect(),
            turn: 0,
        };
        let mut stopping = false;
        let stop = self.stop.clone();
        // Asked once, not at each message.
        let (stopped, lost) = (stop.cancelled(), session.link.lost());
        tokio::pin!(stopped, lost);
        loop {
            let next = tokio::select! {
                biased;
                () = &mut stopped, if !stopping => {
                    stopping = true;
                    if tokio::time::timeout(GOODBYE, self.cancel(&session.channel)).await.is_err() {
                        return Ended::Stopped;
                    }
                    continue;
                }
                next = std::future::poll_fn(|cx| streams.poll_next(cx)) => next,
                why = &mut lost => {
                    return if stopping { Ended::Stopped } else { Ended::Broken(why) };
                }
            };
            match next {
                Some((index, Some(Ok(delivery)))) => {
                    self.note_offset(index, &delivery);
                    let session = session.clone();
                    (self.take)(Arrived { delivery, session });
                }
                Some((_, Some(Err(error)))) => {
                    return if stopping {
                        Ended::Stopped
                    } else {
                        Ended::Broken(error.to_string())
                    };
                }
                Some((_, None)) if stopping => {}
                Some((index, None)) => {
                    if !session.link.is_up() || !session.channel.status().connected() {
                        return Ended::Broken("the channel was closed".to_owned());
                    }
                    // What a stream had before it was deleted has nothing to do with what it has now.
                    if let Some(offset) = self.offsets.get_mut(index) {
                        *offset = None;
                    }
                    match self.renew(&session.channel, index).await {
                        Ok(consumer) => streams.set(index, consumer),
                        Err(error) => return Ended::Broken(error.to_string()),
                    }
                }
                None => return Ended::Stopped,
            }
        }
    }

    /// Declares a queue again that the broker took our consumer off: it was deleted, or its leader moved.
    async fn renew(&self, channel: &Channel, index: usize) -> Result<Consumer, RabbitError> {
        let queue = self
            .subscription
            .queues
            .get(index)
            .map(|queue| queue.name.clone());
        tracing::warn!(
            queue,
            purpose = self.subscription.purpose,
            "the broker ended our subscription to a queue, as it does when somebody deletes it; declaring it again"
        );
        self.phase
            .send_replace(Phase::Waiting(Some("a queue was deleted".into())));
        // Whoever deletes it over and over does not make us spin. The other queues wait meanwhile: not for long.
        tokio::time::sleep(AGAIN).await;
        if let Some(queue) = self.subscription.queues.get(index) {
            queue.declare(channel).await.map_err(RabbitError::new)?;
        }
        let consumer = self.begin(channel, index).await.map_err(RabbitError::new)?;
        self.phase.send_replace(Phase::Ready(()));
        Ok(consumer)
    }

    /// Takes no more, and removes what nobody else needs.
    async fn cancel(&self, channel: &Channel) {
        for (index, queue) in self.subscription.queues.iter().enumerate() {
            let cancelled = channel
                .basic_cancel(tag(index).into(), BasicCancelOptions::default())
                .await;
            if let Err(error) = cancelled {
                tracing::debug!(%error, queue = queue.name, "could not end a subscription");
            }
            if queue.kind == QueueKind::Private
                && let Err(error) = channel
                    .queue_delete(queue.name(), QueueDeleteOptions::default())
                    .await
            {
                tracing::debug!(%error, queue = queue.name, "left a queue to expire");
            }
        }
    }

    fn note_offset(&mut self, index: usize, delivery: &Delivery) {
        let offset = stream_offset(delivery.properties.headers().as_ref());
        if let (Some(offset), Some(next)) = (offset, self.offsets.get_mut(index)) {
            *next = Some(offset.saturating_add(1));
        }
    }
}

fn tag(index: usize) -> String {
    (index + 1).to_string()
}

/// Several consumers in turn. lapin's end as streams without saying which.
struct Streams {
    consumers: Vec<Option<Consumer>>,
    turn: usize,
}

impl Streams {
    /// The next message or end of one of them, with its number; `None` when all have ended.
    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<(usize, Option<lapin::Result<Delivery>>)>> {
        let count = self.consumers.len();
        let mut running = false;
        for step in 0..count {
            let index = (self.turn + step) % count;
            let Some(slot) = self.consumers.get_mut(index) else {
                continue;
            };
            let Some(consumer) = slot else { continue };
            running = true;
            if let Poll::Ready(item) = Pin::new(consumer).poll_next(cx) {
                if item.is_none() {
                    *slot = None;
                }
                self.turn = index + 1;
                return Poll::Ready(Some((index, item)));
            }
        }
        if running {
            Poll::Pending
        } else {
            Poll::Ready(None)
        }
    }

    fn set(&mut self, index: usize, consumer: Consumer) {
        if let Some(slot) = self.consumers.get_mut(index) {
            *slot = Some(consumer);
        }
    }
}
