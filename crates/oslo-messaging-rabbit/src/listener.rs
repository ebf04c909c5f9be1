//! A server's end: messages from its three queues, settled and answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use lapin::options::{BasicAckOptions, BasicRejectOptions};
use lapin::{Acker, BasicProperties};
use oslo_messaging::driver::{Delivery, Incoming, Listener, ReplyTo};
use oslo_messaging::{Error, Result};

use crate::answers::Answers;
use crate::consumer::{Arrived, Consuming, Session};

/// The content type a message must have. oslo.messaging leaves the choice to kombu, which takes nothing else either.
const CONTENT_TYPE: &str = "application/json";

pub(crate) struct RabbitListener {
    pub(crate) consuming: Consuming,
}

#[async_trait]
impl Listener for RabbitListener {
    async fn stop(&mut self) {
        self.consuming.stop.cancel();
        // It ends when all that was taken has been handed on.
        while self.consuming.phase.changed().await.is_ok() {}
    }
}

impl Drop for RabbitListener {
    fn drop(&mut self) {
        self.consuming.stop.cancel();
    }
}

/// As the server sees what arrived; `None` for what comes again.
pub(crate) fn incoming(arrived: Arrived, answers: &Arc<Answers>) -> Option<Incoming> {
    let Arrived { delivery, session } = arrived;
    // Its channel is gone; it comes again by another one, or to another server.
    delivery.acker.usable().then(|| Incoming {
        refused: refusal(&delivery.properties),
        deadline: deadline(&delivery.properties),
        redelivered: delivery.redelivered,
        body: Bytes::from(delivery.data),
        delivery: Box::new(RabbitDelivery {
            acker: delivery.acker,
            session,
            settled: AtomicBool::new(false),
            answers: answers.clone(),
        }),
    })
}

/// Why a message cannot be read, from its properties.
pub(crate) fn refusal(properties: &BasicProperties) -> Option<String> {
    let content_type = properties.content_type().as_ref();
    match content_type.map(|content_type| content_type.as_str()) {
        Some(CONTENT_TYPE) => {}
        Some(_) => return Some(format!("its content type is not {CONTENT_TYPE}")),
        None => return Some(format!("it has no content type; {CONTENT_TYPE} is needed")),
    }
    let headers = properties.headers().as_ref();
    headers
        .is_some_and(|headers| headers.inner().contains_key("compression"))
        .then(|| "it is compressed (kombu_compression), which is not supported".to_owned())
}

/// When the message's caller gives up, as far as it says.
fn deadline(properties: &BasicProperties) -> Option<Instant> {
    let millis = properties.expiration().as_ref()?.as_str().parse().ok()?;
    Instant::now().checked_add(Duration::from_millis(millis))
}

struct RabbitDelivery {
    acker: Acker,
    session: Arc<Session>,
    settled: AtomicBool,
    answers: Arc<Answers>,
}

impl RabbitDelivery {
    fn check(&self, doing: &str, settled: lapin::Result<bool>) -> Result<()> {
        match settled {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Error::ConnectionLost {
                doing: doing.to_owned(),
                peer: self.session.link.peer().to_owned(),
            }),
        }
    }
}

#[async_trait]
impl Delivery for RabbitDelivery {
    async fn ack(&self) -> Result<()> {
        self.settled.store(true, Ordering::Relaxed);
        let acked = self.acker.ack(BasicAckOptions::default()).await;
        self.check("acknowledge a message", acked)
    }

    async fn reject(&self, requeue: bool) -> Result<()> {
        self.settled.store(true, Ordering::Relaxed);
        let rejected = self.acker.reject(BasicRejectOptions { requeue }).await;
        self.check("reject a message", rejected)
    }

    async fn reply(&self, to: &ReplyTo, body: Bytes, ending: bool) -> Result<()> {
        self.answers.send(&to.queue, body, ending).await
    }
}

impl Drop for RabbitDelivery {
    /// Gives the message back.
    fn drop(&mut self) {
        if !*self.settled.get_mut() && self.acker.usable() {
            let (acker, session) = (self.acker.clone(), self.session.clone());
            self.answers.handle().spawn(async move {
                let rejected = acker.reject(BasicRejectOptions { requeue: true }).await;
                if let Err(error) = rejected {
                    tracing::debug!(%error, "the broker takes a message back by itself");
                }
                drop(session);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_is_read() {
        let json = BasicProperties::default().with_content_type("application/json".into());
        assert_eq!(refusal(&json), None);
        assert!(refusal(&BasicProperties::default()).is_some());
        let text = BasicProperties::default().with_content_type("text/plain".into());
        assert!(refusal(&text).is_some());
        let mut headers = lapin::types::FieldTable::default();
        headers.insert(
            "compression".into(),
            lapin::types::AMQPValue::LongString("application/x-gzip".into()),
        );
        assert!(refusal(&json.with_headers(headers)).is_some());
    }

    #[test]
    fn an_expiration_that_is_no_number_is_none() {
        let of = |text: &str| deadline(&BasicProperties::default().with_expiration(text.into()));
        assert!(of("60000").is_some());
        assert!(of("soon").is_none());
        assert!(of("-1").is_none());
        assert!(of("18446744073709551615").is_none_or(|at| at > Instant::now()));
        assert!(deadline(&BasicProperties::default()).is_none());
    }
}
