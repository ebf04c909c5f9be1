//! The connection messages leave by: publishing with confirms, again where that did not work.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use lapin::message::BasicReturnMessage;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Confirmation};
use oslo_messaging::{Error, Result};
use tokio::sync::watch;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::error::{RabbitError, is_about_durability, is_not_found};
use crate::link::{Link, before};
use crate::reconnect::{Phase, Reconnect, once_ready};
use crate::shared::Shared;
use crate::topology::Exchange;

/// The pause before publishing again on a connection that is up.
const AGAIN: Duration = Duration::from_millis(50);
const PERSISTENT: u8 = 2;

/// A message to publish.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) lane: Lane,
    /// Declared once a channel; none for the default exchange.
    pub(crate) exchange: Option<Exchange>,
    pub(crate) routing_key: String,
    /// Have it handed back if no queue takes it.
    pub(crate) mandatory: bool,
    pub(crate) expiration: Option<Duration>,
    pub(crate) body: Bytes,
    pub(crate) deadline: Option<Instant>,
    pub(crate) retry: Option<u32>,
    /// For errors.
    pub(crate) doing: String,
}

/// Messages that share a channel. An error of one closes the channel, and what is in flight on it has to be sent again:
/// what often fails is kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    Requests,
    /// Their exchange goes away with its last queue.
    Fanouts,
    Replies,
}

/// Publishes for the whole process, over one connection.
pub(crate) struct Publisher {
    shared: Arc<Shared>,
    phase: watch::Sender<Phase<Arc<Live>>>,
    started: Mutex<bool>,
}

struct Live {
    link: Link,
    lanes: [LaneState; 3],
}

#[derive(Default)]
struct LaneState {
    open: Mutex<Option<Arc<Open>>>,
    /// Held while a channel is opened or an exchange declared.
    opening: tokio::sync::Mutex<()>,
}

struct Open {
    channel: Channel,
    declared: Mutex<HashSet<String>>,
}

impl Publisher {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            phase: watch::Sender::new(Phase::Waiting(None)),
            started: Mutex::new(false),
        }
    }

    /// Publishes and waits until the broker has taken responsibility. Returns what the broker handed back: with several
    /// mandatory messages in flight it may be another one's, and whoever gets it takes care of it.
    pub(crate) async fn publish(&self, message: Message) -> Result<Option<BasicReturnMessage>> {
        self.start();
        let message = Arc::new(message);
        let deadline = message.deadline;
        let mut phase = self.phase.subscribe();
        let (mut tries, mut sent) = (0_u32, false);
        loop {
            let live = match once_ready(&mut phase, deadline, self.shared.dialer.peers()).await {
                // What was on its way when the connection broke may have arrived.
                Err(Error::NotConnected { peer, .. }) if sent => {
                    let doing = message.doing.clone();
                    return Err(Error::ConnectionLost { doing, peer });
                }
                live => live?,
            };
            live.link.unblocked(deadline).await?;
            let attempt = Attempt::new(&self.shared, live.clone(), message.clone());
            let outcome = match before(deadline, attempt).await {
                Some(outcome) => outcome,
                None => {
                    let blocked = live.link.blocked();
                    let blocked =
                        blocked.map(|why| format!("; the broker blocks those who publish: {why}"));
                    let blocked = blocked.unwrap_or_default();
                    return Err(RabbitError::Unconfirmed { blocked }.during(message.doing.as_str()));
                }
            };
            let failure = match outcome {
                Ok(returned) => return Ok(returned),
                Err(failure) => failure,
            };
            sent |= failure.sent;
            tries = tries.saturating_add(1);
            if failure.error.is_permanent() {
                return Err(failure.error.during(message.doing.as_str()));
            }
            if message.retry.is_some_and(|retry| tries > retry) {
                let peer = live.link.peer().to_owned();
                return Err(if sent {
                    Error::ConnectionLost {
                        doing: message.doing.clone(),
                        peer,
                    }
                } else {
                    Error::NotConnected {
                        peer,
                        reason: failure.error.to_string(),
                    }
                });
            }
            tracing::info!(
                doing = message.doing,
                error = %failure.error,
                tries,
                "publishing a message again; its _unique_id tells a server that it is the same"
            );
            before(deadline, tokio::time::sleep(AGAIN)).await;
        }
    }

    /// Connects and stays connected, from the first message on.
    fn start(&self) {
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *started, true) {
            return;
        }
        let (shared, phase) = (self.shared.clone(), self.phase.clone());
        let closed = self.shared.closed.clone();
        self.shared.tasks.spawn(async move {
            tokio::select! {
                () = closed.cancelled() => {
                    let live = match &*phase.borrow() {
                        Phase::Ready(live) => Some(live.clone()),
                        _ => None,
                    };
                    if let Some(live) = live {
                        live.close().await;
                    }
                }
                () = keep_connected(&shared, &phase) => {}
            }
        });
    }
}

async fn keep_connected(shared: &Shared, phase: &watch::Sender<Phase<Arc<Live>>>) {
    let mut reconnect = Reconnect::new(shared.dialer.clone(), &shared.options);
    loop {
        let report = |error| {
            phase.send_replace(Phase::after(error));
        };
        let link = reconnect.connect("sending", report).await;
        let live = Arc::new(Live {
            link,
            lanes: Default::default(),
        });
        phase.send_replace(Phase::Ready(live.clone()));
        let why = live.link.lost().await;
        tracing::warn!(
            peer = live.link.peer(),
            why,
            "lost the connection to RabbitMQ that messages leave by; connecting again"
        );
        phase.send_replace(Phase::Waiting(Some(why.into())));
        drop(live);
        reconnect.pause().await;
    }
}

/// A publish under way, which is brought to its end even if nobody waits for it any more: lapin keeps what belongs to one
/// that is dropped half way for good.
struct Attempt {
    shared: Arc<Shared>,
    publishing: Option<BoxFuture<'static, Outcome>>,
    /// Closing the driver waits for it.
    _at_work: TaskTrackerToken,
}

type Outcome = std::result::Result<Option<BasicReturnMessage>, Failure>;

impl Attempt {
    fn new(shared: &Arc<Shared>, live: Arc<Live>, message: Arc<Message>) -> Self {
        let own = shared.clone();
        let publishing = async move { live.publish(&own, &message).await };
        Self {
            shared: shared.clone(),
            publishing: Some(publishing.boxed()),
            _at_work: shared.tasks.token(),
        }
    }
}

impl Future for Attempt {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let Some(publishing) = &mut self.publishing else {
            return Poll::Pending;
        };
        let outcome = ready!(publishing.as_mut().poll(cx));
        self.publishing = None;
        Poll::Ready(outcome)
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if let Some(publishing) = self.publishing.take() {
            let handle = &self.shared.dialer.handle;
            self.shared.tasks.spawn_on(publishing, handle);
        }
    }
}

/// A publish that did not work.
struct Failure {
    /// Whether the broker may have the message all the same.
    sent: bool,
    error: RabbitError,
}

impl Live {
    async fn publish(&self, shared: &Shared, message: &Message) -> Outcome {
        let unsent = |error| Failure { sent: false, error };
        let channel = self
            .channel(shared, message)
            .await
            .map_err(|error| unsent(RabbitError::new(error)))?;
        let exchange = message
            .exchange
            .as_ref()
            .map_or("", |exchange| &exchange.name);
        let options = BasicPublishOptions {
            mandatory: message.mandatory,
            immediate: false,
        };
        let maybe_sent = |error: lapin::Error| {
            // The exchange is gone: nothing in flight on this channel reached it.
            let missing = is_not_found(&error);
            Failure {
                sent: !missing,
                error: RabbitError::new(error),
            }
        };
        let confirmation = channel
            .basic_publish(
                exchange.into(),
                message.routing_key.as_str().into(),
                options,
                &message.body,
                properties(message.expiration),
            )
            .await
            .map_err(maybe_sent)?
            .await
            .map_err(maybe_sent)?;
        match confirmation {
            Confirmation::Ack(returned) => Ok(returned),
            Confirmation::Nack(_) => {
                let busy = std::io::Error::other("the broker could not store the message");
                Err(unsent(RabbitError::Connection(busy.into())))
            }
            Confirmation::NotRequested => {
                let odd = std::io::Error::other("the channel does not confirm");
                Err(unsent(RabbitError::Connection(odd.into())))
            }
        }
    }

    /// The lane's channel, with the message's exchange declared on it.
    async fn channel(&self, shared: &Shared, message: &Message) -> lapin::Result<Channel> {
        let [requests, fanouts, replies] = &self.lanes;
        let lane = match message.lane {
            Lane::Requests => requests,
            Lane::Fanouts => fanouts,
            Lane::Replies => replies,
        };
        if let Some(channel) = lane.get(message.exchange.as_ref()) {
            return Ok(channel);
        }
        let _opening = lane.opening.lock().await;
        if let Some(channel) = lane.get(message.exchange.as_ref()) {
            return Ok(channel);
        }
        let mut exchange = message.exchange.clone();
        loop {
            if let Some(exchange) = &mut exchange
                && shared.is_nondurable(&exchange.name)
            {
                exchange.durable = false;
            }
            match self.prepare(lane, exchange.as_ref()).await {
                Err(error) if is_about_durability(&error) => match &exchange {
                    Some(exchange) if exchange.durable => {
                        tracing::warn!(
                            exchange = exchange.name,
                            %error,
                            "another service declared the exchange as not durable; going on with that, as oslo.messaging does"
                        );
                        shared.set_nondurable(&exchange.name);
                    }
                    _ => return Err(error),
                },
                prepared => return prepared,
            }
        }
    }

    async fn prepare(
        &self,
        lane: &LaneState,
        exchange: Option<&Exchange>,
    ) -> lapin::Result<Channel> {
        let open = lane.usable();
        let (open, fresh) = match open {
            Some(open) => (open, false),
            None => {
                let channel = self.link.connection().create_channel().await?;
                let declared = Mutex::default();
                (Arc::new(Open { channel, declared }), true)
            }
        };
        if let Some(exchange) = exchange
            && !open.has(exchange)
        {
            exchange.declare(&open.channel).await?;
            open.remember(exchange);
        }
        if fresh {
            open.channel
                .confirm_select(ConfirmSelectOptions::default())
                .await?;
            *lane.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(open.clone());
        }
        Ok(open.channel.clone())
    }

    async fn close(&self) {
        for lane in &self.lanes {
            if let Some(open) = lane.usable() {
                // The connection's end is the channel's too.
                let _ =
                    tokio::time::timeout(Duration::from_secs(1), open.channel.close(0, "".into()))
                        .await;
            }
        }
        self.link.close().await;
    }
}

impl LaneState {
    fn usable(&self) -> Option<Arc<Open>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.clone()
            .filter(|open| open.channel.status().connected())
    }

    fn get(&self, exchange: Option<&Exchange>) -> Option<Channel> {
        let open = self.usable()?;
        exchange
            .is_none_or(|exchange| open.has(exchange))
            .then(|| open.channel.clone())
    }
}

impl Open {
    fn has(&self, exchange: &Exchange) -> bool {
        let declared = self.declared.lock().unwrap_or_else(PoisonError::into_inner);
        declared.contains(&exchange.name)
    }

    fn remember(&self, exchange: &Exchange) {
        let mut declared = self.declared.lock().unwrap_or_else(PoisonError::into_inner);
        declared.insert(exchange.name.clone());
    }
}

/// The properties every message has, and no others.
fn properties(expiration: Option<Duration>) -> BasicProperties {
    let properties = BasicProperties::default()
        .with_content_type("application/json".into())
        .with_content_encoding("utf-8".into())
        .with_headers(FieldTable::default())
        .with_delivery_mode(PERSISTENT)
        .with_priority(0);
    match expiration {
        Some(after) => {
            // The broker's bound.
            let millis = u32::try_from(after.as_millis()).unwrap_or(u32::MAX);
            properties.with_expiration(millis.to_string().into())
        }
        None => properties,
    }
}
