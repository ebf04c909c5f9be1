//! A broker without a disk: queues by name, listeners with credit, in one process. `fake://` is one by itself; the hub of
//! `grpc://` is one with connections attached.
//!
//! A message waits in its queue until a listener has credit for it, so a busy server leaves work to the others, and what
//! a server has taken is bounded by its own word. Everything that waits is bounded too: in number, in bytes, and, where
//! nobody listens, in time.

mod handout;
mod local;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

pub(crate) use handout::Handout;
pub(crate) use local::LocalDriver;

use crate::clock;
use crate::target::Target;

/// How much may wait, and how long for a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BusLimits {
    /// How long a message waits for a first listener: 10 s. Long enough for a restart, short enough to be told.
    pub linger: Duration,
    /// How many messages may wait, in all queues together: 100,000.
    pub waiting: usize,
    /// How many bytes may wait, in all queues together: 256 MiB.
    pub waiting_bytes: usize,
}

impl Default for BusLimits {
    fn default() -> Self {
        Self {
            linger: Duration::from_secs(10),
            waiting: 100_000,
            waiting_bytes: 256 * 1024 * 1024,
        }
    }
}

/// Why the bus did not deliver. The driver at the caller's side makes an [`Error`](crate::Error) of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nobody came to listen in time.
    NoListener,
    /// A bound was reached.
    Busy(String),
    /// The server went away without an answer.
    Lost,
    /// Larger than may be sent on.
    #[cfg_attr(
        not(feature = "grpc"),
        expect(dead_code, reason = "only connections have limits of their own")
    )]
    TooLarge { size: usize, limit: usize },
}

/// Where the answer to a call goes.
pub(crate) trait ReplySink: Send + Sync {
    fn reply(&self, body: Bytes, ending: bool);
    fn refuse(&self, refusal: Refusal);
}

/// A caller that waits.
#[derive(Clone)]
pub(crate) struct CallPort {
    pub(crate) sink: Arc<dyn ReplySink>,
    /// Cancelled when the caller does not wait any more.
    pub(crate) abandoned: CancellationToken,
}

/// Takes what the bus hands out. Must not block.
pub(crate) trait Consumer: Send + Sync {
    fn deliver(&self, handout: Handout);
}

/// A message in a queue.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) body: Bytes,
    pub(crate) deadline: Option<Instant>,
    pub(crate) port: Option<CallPort>,
    pub(crate) redelivered: bool,
}

impl Message {
    fn is_stale(&self) -> bool {
        self.deadline
            .is_some_and(|deadline| deadline <= clock::now())
            || self
                .port
                .as_ref()
                .is_some_and(|port| port.abandoned.is_cancelled())
    }

    fn refuse(&self, refusal: Refusal) {
        match &self.port {
            Some(port) => port.sink.refuse(refusal),
            None => tracing::warn!(?refusal, bytes = self.body.len(), "a cast was dropped"),
        }
    }
}

pub(crate) struct Bus {
    limits: BusLimits,
    state: Mutex<State>,
    /// For the tasks and handouts that refer back.
    this: Weak<Self>,
}

#[derive(Default)]
struct State {
    queues: HashMap<Arc<str>, Queue>,
    /// The private queues of a topic's listeners, by exchange and topic.
    fanouts: HashMap<String, Vec<Arc<str>>>,
    listeners: HashMap<u64, ListenerEntry>,
    last_id: u64,
    waiting: usize,
    waiting_bytes: usize,
}

#[derive(Default)]
struct Queue {
    messages: VecDeque<Message>,
    listeners: Vec<u64>,
    turn: usize,
    /// Since when messages have waited without any listener; a sweeper is on its way.
    deserted: Option<Instant>,
}

struct ListenerEntry {
    consumer: Arc<dyn Consumer>,
    credit: u32,
    queues: [Arc<str>; 3],
    fanout: String,
}

/// What was decided under the lock and is carried out after it.
type Deliveries = Vec<(Arc<dyn Consumer>, Handout)>;

impl Bus {
    pub(crate) fn new(limits: BusLimits) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            limits,
            state: Mutex::default(),
            this: this.clone(),
        })
    }

    /// Puts a message where its target says. Nobody listening to a fanout is no error; nobody listening elsewhere is told
    /// later.
    pub(crate) fn publish(&self, target: &Target, message: Message) -> Result<(), Refusal> {
        let exchange = target.exchange.as_deref().unwrap_or_default();
        let mut deliveries = Vec::new();
        let outcome = {
            let mut state = self.lock();
            if target.fanout {
                let queues = state
                    .fanouts
                    .get(&fanout_name(exchange, &target.topic))
                    .cloned()
                    .unwrap_or_default();
                queues.iter().try_for_each(|queue| {
                    self.enqueue(&mut state, queue, message.clone(), &mut deliveries)
                })
            } else {
                let queue: Arc<str> = queue_name(exchange, &target.queue()).into();
                self.enqueue(&mut state, &queue, message, &mut deliveries)
            }
        };
        deliver(deliveries);
        outcome
    }

    /// Listens as one server until [`Bus::unsubscribe`].
    pub(crate) fn subscribe(
        &self,
        target: &Target,
        credit: u32,
        consumer: Arc<dyn Consumer>,
    ) -> u64 {
        let exchange = target.exchange.as_deref().unwrap_or_default();
        let mut deliveries = Vec::new();
        let id = {
            let mut state = self.lock();
            state.last_id += 1;
            let id = state.last_id;
            let fanout = fanout_name(exchange, &target.topic);
            let queues: [Arc<str>; 3] = [
                queue_name(exchange, &target.topic).into(),
                queue_name(exchange, &target.queue()).into(),
                format!("{fanout}\n{id}").into(),
            ];
            for queue in &queues {
                let entry = state.queues.entry(queue.clone()).or_default();
                entry.deserted = None;
                if !entry.listeners.contains(&id) {
                    entry.listeners.push(id);
                }
            }
            state
                .fanouts
                .entry(fanout.clone())
                .or_default()
                .push(queues[2].clone());
            let entry = ListenerEntry {
                consumer,
                credit: credit.max(1),
                queues: queues.clone(),
                fanout,
            };
            state.listeners.insert(id, entry);
            for queue in &queues {
                self.pump(&mut state, queue, &mut deliveries);
            }
            id
        };
        deliver(deliveries);
        id
    }

    /// Hands out no more to this listener. What it has already, it keeps.
    pub(crate) fn unsubscribe(&self, id: u64) {
        let entry = {
            let mut state = self.lock();
            let Some(entry) = state.listeners.remove(&id) else {
                return;
            };
            if let Some(queues) = state.fanouts.get_mut(&entry.fanout) {
                queues.retain(|queue| *queue != entry.queues[2]);
                if queues.is_empty() {
                    state.fanouts.remove(&entry.fanout);
                }
            }
            if let Some(private) = state.queues.remove(&entry.queues[2]) {
                state.forget(private.messages.iter());
            }
            for name in &entry.queues[..2] {
                if let Some(queue) = state.queues.get_mut(name) {
                    queue.listeners.retain(|listener| *listener != id);
                }
                self.tidy(&mut state, name);
            }
            entry
        };
        // Its consumer may own things that come back to the bus when dropped: not under the lock.
        drop(entry);
    }

    /// A listener is done with one message.
    fn release(&self, listener: u64) {
        let mut deliveries = Vec::new();
        {
            let mut state = self.lock();
            let Some(entry) = state.listeners.get_mut(&listener) else {
                return;
            };
            entry.credit = entry.credit.saturating_add(1);
            let queues = entry.queues.clone();
            for queue in &queues {
                self.pump(&mut state, queue, &mut deliveries);
            }
        }
        deliver(deliveries);
    }

    /// Puts a message back at the head of its queue.
    fn requeue(&self, queue: &Arc<str>, mut message: Message) {
        if message.is_stale() {
            return;
        }
        message.redelivered = true;
        let mut deliveries = Vec::new();
        {
            let mut state = self.lock();
            state.remember(&message);
            state
                .queues
                .entry(queue.clone())
                .or_default()
                .messages
                .push_front(message);
            self.pump(&mut state, queue, &mut deliveries);
            self.tidy(&mut state, queue);
        }
        deliver(deliveries);
    }

    fn enqueue(
        &self,
        state: &mut State,
        name: &Arc<str>,
        message: Message,
        deliveries: &mut Deliveries,
    ) -> Result<(), Refusal> {
        let full = state.waiting >= self.limits.waiting
            || state.waiting_bytes.saturating_add(message.body.len()) > self.limits.waiting_bytes;
        if full {
            return Err(Refusal::Busy(format!(
                "{} messages of {} bytes are waiting already",
                state.waiting, state.waiting_bytes
            )));
        }
        state.remember(&message);
        state
            .queues
            .entry(name.clone())
            .or_default()
            .messages
            .push_back(message);
        self.pump(state, name, deliveries);
        self.tidy(state, name);
        Ok(())
    }

    /// Hands out what waits, listener by listener, as far as their credit goes.
    fn pump(&self, state: &mut State, name: &Arc<str>, deliveries: &mut Deliveries) {
        let (Some(bus), Some(queue)) = (self.this.upgrade(), state.queues.get_mut(name)) else {
            return;
        };
        while !queue.messages.is_empty() {
            let count = queue.listeners.len();
            let next = (0..count)
                .map(|step| (queue.turn + step) % count)
                .find_map(|index| {
                    let id = *queue.listeners.get(index)?;
                    let credit = state.listeners.get(&id)?.credit;
                    (credit > 0).then_some((index, id))
                });
            let Some((index, id)) = next else { break };
            let (Some(message), Some(listener)) =
                (queue.messages.pop_front(), state.listeners.get_mut(&id))
            else {
                break;
            };
            state.waiting = state.waiting.saturating_sub(1);
            state.waiting_bytes = state.waiting_bytes.saturating_sub(message.body.len());
            if message.is_stale() {
                continue;
            }
            queue.turn = index + 1;
            listener.credit -= 1;
            deliveries.push((
                listener.consumer.clone(),
                Handout::new(bus.clone(), id, name.clone(), message),
            ));
        }
    }

    /// Forgets a queue nobody uses; sends a sweeper where messages wait and nobody listens.
    fn tidy(&self, state: &mut State, name: &Arc<str>) {
        let Some(queue) = state.queues.get_mut(name) else {
            return;
        };
        if !queue.listeners.is_empty() {
            queue.deserted = None;
        } else if queue.messages.is_empty() {
            state.queues.remove(name);
        } else if queue.deserted.is_none() {
            let since = clock::now();
            queue.deserted = Some(since);
            let (bus, name, linger) = (self.this.clone(), name.clone(), self.limits.linger);
            tokio::spawn(async move {
                tokio::time::sleep(linger).await;
                if let Some(bus) = bus.upgrade() {
                    bus.sweep(&name, since);
                }
            });
        }
    }

    /// Tells the callers in a queue that has been without a listener for the whole linger time.
    fn sweep(&self, name: &Arc<str>, since: Instant) {
        let messages = {
            let mut state = self.lock();
            // A listener that came in between and left again restarted the time.
            if state.queues.get(name).and_then(|queue| queue.deserted) != Some(since) {
                return;
            }
            let messages = state
                .queues
                .remove(name)
                .map(|queue| queue.messages)
                .unwrap_or_default();
            state.forget(messages.iter());
            messages
        };
        for message in messages {
            message.refuse(Refusal::NoListener);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn remember(&mut self, message: &Message) {
        self.waiting += 1;
        self.waiting_bytes += message.body.len();
    }

    fn forget<'a>(&mut self, messages: impl Iterator<Item = &'a Message>) {
        for message in messages {
            self.waiting = self.waiting.saturating_sub(1);
            self.waiting_bytes = self.waiting_bytes.saturating_sub(message.body.len());
        }
    }
}

fn deliver(deliveries: Deliveries) {
    for (consumer, handout) in deliveries {
        consumer.deliver(handout);
    }
}

/// Line ends keep names apart: a topic that has one in it only ever reaches itself.
fn queue_name(exchange: &str, queue: &str) -> String {
    format!("{exchange}\nqueue\n{queue}")
}

fn fanout_name(exchange: &str, topic: &str) -> String {
    format!("{exchange}\nfanout\n{topic}")
}
