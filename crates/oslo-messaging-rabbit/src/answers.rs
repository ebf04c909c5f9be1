//! Replies on their way out, to queues that may be gone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use lapin::message::BasicReturnMessage;
use oslo_messaging::{Error, Result};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::publisher::{Lane, Message, Publisher};
use crate::shared::Shared;
use crate::topology::is_name;

/// The pause before a reply is offered to a missing queue again.
const AGAIN: Duration = Duration::from_millis(250);
/// How much longer than its queue a reply may wait for the broker.
const CONFIRM: Duration = Duration::from_secs(5);
/// How long a queue stays known as gone.
const GONE_FOR: Duration = Duration::from_secs(60);
/// How many are known at a time.
const GONE_MAX: usize = 200;
/// How many replies may wait for their queues at a time; the original has its threads as a bound.
const WAITING_MAX: usize = 1000;

/// Sends replies. oslo.messaging `amqpdriver.py`, `AMQPIncomingMessage` and `ObsoleteReplyQueuesCache`.
pub(crate) struct Answers {
    shared: Arc<Shared>,
    publisher: Arc<Publisher>,
    gone: Gone,
    waiting: Semaphore,
}

impl Answers {
    pub(crate) fn new(shared: Arc<Shared>, publisher: Arc<Publisher>) -> Self {
        Self {
            shared,
            publisher,
            gone: Gone::default(),
            waiting: Semaphore::new(WAITING_MAX),
        }
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.shared.dialer.handle
    }

    /// Sends a reply; a heartbeat (not `ending`) only once.
    pub(crate) async fn send(
        self: &Arc<Self>,
        queue: &str,
        body: Bytes,
        ending: bool,
    ) -> Result<()> {
        if !is_name(queue) {
            return Err(Error::Malformed {
                what: "a request",
                reason: "its _reply_q is no name of a queue".to_owned(),
            });
        }
        if self.gone.has(queue) {
            return Err(missing(queue));
        }
        let wait = self.shared.options.missing_queue_timeout;
        let deadline = Instant::now() + wait;
        let Some(returned) = self.publish(queue, body.clone(), deadline).await? else {
            return Ok(());
        };
        // Others' replies may come back in place of this one: they are as far as the broker is concerned one stream.
        if !is_same(&returned, queue, &body) {
            let this = self.clone();
            self.shared.tasks.spawn(async move {
                let queue = returned.delivery.routing_key.to_string();
                let body = Bytes::from(returned.delivery.data);
                if let Err(error) = this.insist(&queue, body, deadline).await {
                    tracing::error!(%error, queue, "can not send reply");
                }
            });
            return Ok(());
        }
        if !ending {
            tracing::debug!(queue, "a heartbeat found no reply queue");
            return Ok(());
        }
        self.insist(queue, body, deadline).await
    }

    /// Offers a reply until its queue is there, or the time is up.
    async fn insist(&self, queue: &str, body: Bytes, deadline: Instant) -> Result<()> {
        let Ok(_waiting) = self.waiting.try_acquire() else {
            return Err(Error::Busy {
                target: queue.to_owned(),
                reason: format!("{WAITING_MAX} replies wait for queues that do not exist"),
            });
        };
        tracing::info!(
            queue,
            "a reply queue does not exist; waiting for its client to declare it again"
        );
        let (mut queue, mut body) = (queue.to_owned(), body);
        loop {
            tokio::time::sleep(AGAIN).await;
            if Instant::now() >= deadline {
                tracing::warn!(
                    queue,
                    "a reply queue did not come back; its replies are dropped for a while"
                );
                self.gone.add(&queue);
                return Err(missing(&queue));
            }
            let until = deadline + CONFIRM;
            let Some(returned) = self.publish(&queue, body, until).await? else {
                return Ok(());
            };
            // Whatever came back is what is missing now.
            queue = returned.delivery.routing_key.to_string();
            body = Bytes::from(returned.delivery.data);
        }
    }

    async fn publish(
        &self,
        queue: &str,
        body: Bytes,
        deadline: Instant,
    ) -> Result<Option<BasicReturnMessage>> {
        let message = Message {
            lane: Lane::Replies,
            exchange: None,
            routing_key: queue.to_owned(),
            mandatory: self.shared.options.direct_mandatory,
            expiration: None,
            body,
            deadline: Some(deadline),
            retry: None,
            doing: format!("reply to `{queue}`"),
        };
        self.publisher.publish(message).await
    }
}

fn is_same(returned: &BasicReturnMessage, queue: &str, body: &Bytes) -> bool {
    returned.delivery.routing_key.as_str() == queue && returned.delivery.data == *body
}

fn missing(queue: &str) -> Error {
    Error::NoListener {
        target: format!("the reply queue `{queue}`"),
    }
}

/// Reply queues that were waited for in vain.
#[derive(Default)]
struct Gone(Mutex<VecDeque<(String, Instant)>>);

impl Gone {
    fn has(&self, queue: &str) -> bool {
        let mut gone = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while gone
            .front()
            .is_some_and(|(_, since)| since.elapsed() > GONE_FOR)
        {
            gone.pop_front();
        }
        gone.iter().any(|(known, _)| known == queue)
    }

    fn add(&self, queue: &str) {
        let mut gone = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if gone.len() >= GONE_MAX {
            gone.pop_front();
        }
        gone.push_back((queue.to_owned(), Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_two_hundred_queues_are_remembered() {
        let gone = Gone::default();
        for number in 0..=GONE_MAX {
            gone.add(&number.to_string());
        }
        assert!(!gone.has("0"));
        assert!(gone.has("1") && gone.has("200"));
    }
}
