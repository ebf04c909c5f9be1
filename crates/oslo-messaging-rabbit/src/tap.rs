//! Looking at what passes, without taking part: copies of messages, for tools.

use std::collections::VecDeque;
use std::fmt;

use bytes::Bytes;
use futures::StreamExt as _;
use lapin::options::{BasicConsumeOptions, BasicQosOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Consumer};
use oslo_messaging::{Error, Result, TransportOptions, TransportUrl};
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::error::RabbitError;
use crate::link::{Dialer, Link};
use crate::options::RabbitOptions;
use crate::topology::Exchange;

/// Copies that wait for their watcher at most; the oldest go first, so that a slow watcher costs the broker nothing.
const WAITING_MAX: i32 = 10_000;
/// RabbitMQ's exchange for what its tracing copies (`rabbitmqctl trace_on`).
const FIREHOSE: &str = "amq.rabbitmq.trace";

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TapSource {
    /// What is sent to servers by way of a control exchange, and the fanouts of these topics. Replies do not pass there.
    Exchange {
        /// The control exchange: `nova`.
        name: String,
        /// Topics whose fanouts are wanted, too.
        fanouts: Vec<String>,
    },
    /// Everything that is published in the virtual host, replies too, as RabbitMQ's tracing copies it. It has to be on:
    /// `rabbitmqctl trace_on -p VHOST`.
    Firehose,
}

/// A message that passed.
#[derive(Clone)]
pub struct Tapped {
    /// The exchange it was published to; empty for replies.
    pub exchange: String,
    /// Where it went: a topic, `topic.server`, a reply queue.
    pub routing_key: String,
    /// Its body.
    pub body: Bytes,
}

impl fmt::Debug for Tapped {
    /// Leaves the body out: it may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tapped")
            .field("exchange", &self.exchange)
            .field("routing_key", &self.routing_key)
            .field("bytes", &self.body.len())
            .finish()
    }
}

/// A queue of copies, which goes away with this.
pub struct Tap {
    link: Link,
    _channel: Channel,
    consumer: Consumer,
    firehose: bool,
    waiting: VecDeque<Tapped>,
}

impl Tap {
    /// Begins to look. What passes from now on comes out of [`Tap::next`].
    ///
    /// # Errors
    ///
    /// When no broker of the URL can be reached, or it refuses.
    pub async fn open(
        url: &TransportUrl,
        transport: &TransportOptions,
        options: &RabbitOptions,
        source: &TapSource,
    ) -> Result<Self> {
        let dialer = Dialer::new(url, transport, options, Handle::current())?;
        let link = connect(&dialer).await?;
        let failed = |error| RabbitError::new(error).during("look at what passes");
        let channel = link.connection().create_channel().await.map_err(failed)?;
        let own = QueueDeclareOptions {
            exclusive: true,
            auto_delete: true,
            ..QueueDeclareOptions::default()
        };
        let mut arguments = FieldTable::default();
        arguments.insert("x-max-length".into(), AMQPValue::LongInt(WAITING_MAX));
        let queue = format!("tap_{}", Uuid::new_v4().simple());
        channel
            .queue_declare(queue.as_str().into(), own, arguments)
            .await
            .map_err(failed)?;
        let mut bindings = Vec::new();
        match source {
            TapSource::Firehose => bindings.push((FIREHOSE.to_owned(), "publish.#")),
            TapSource::Exchange { name, fanouts } => {
                let mut exchanges = vec![Exchange::control(options, name)];
                exchanges.extend(fanouts.iter().map(|topic| Exchange::fanout(options, topic)));
                for exchange in exchanges {
                    // Whoever looks may come first.
                    exchange.declare(&channel).await.map_err(failed)?;
                    bindings.push((exchange.name, "#"));
                }
            }
        }
        for (exchange, key) in &bindings {
            channel
                .queue_bind(
                    queue.as_str().into(),
                    exchange.as_str().into(),
                    (*key).into(),
                    QueueBindOptions::default(),
                    FieldTable::default(),
                )
                .await
                .map_err(failed)?;
        }
        channel
            .basic_qos(256, BasicQosOptions::default())
            .await
            .map_err(failed)?;
        let consume = BasicConsumeOptions {
            no_ack: true,
            exclusive: true,
            ..BasicConsumeOptions::default()
        };
        let consumer = channel
            .basic_consume(
                queue.as_str().into(),
                "tap".into(),
                consume,
                FieldTable::default(),
            )
            .await
            .map_err(failed)?;
        Ok(Self {
            link,
            _channel: channel,
            consumer,
            firehose: *source == TapSource::Firehose,
            waiting: VecDeque::new(),
        })
    }

    /// The next message. Safe to cancel.
    ///
    /// # Errors
    ///
    /// The connection was lost; what passes meanwhile is not seen.
    pub async fn next(&mut self) -> Result<Tapped> {
        loop {
            if let Some(tapped) = self.waiting.pop_front() {
                return Ok(tapped);
            }
            let lost = || Error::ConnectionLost {
                doing: "look at what passes".to_owned(),
                peer: self.link.peer().to_owned(),
            };
            let Some(Ok(delivery)) = self.consumer.next().await else {
                return Err(lost());
            };
            let body = Bytes::from(delivery.data);
            if !self.firehose {
                return Ok(Tapped {
                    exchange: delivery.exchange.to_string(),
                    routing_key: delivery.routing_key.to_string(),
                    body,
                });
            }
            let exchange = delivery
                .routing_key
                .as_str()
                .strip_prefix("publish.")
                .unwrap_or_default();
            let headers = delivery.properties.headers().as_ref();
            for routing_key in routing_keys(headers) {
                self.waiting.push_back(Tapped {
                    exchange: exchange.to_owned(),
                    routing_key,
                    body: body.clone(),
                });
            }
        }
    }

    /// Ends it.
    pub async fn close(self) {
        self.link.close().await;
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tap")
            .field("peer", &self.link.peer())
            .finish_non_exhaustive()
    }
}

/// Where a traced message went, from the headers of its copy.
fn routing_keys(headers: Option<&FieldTable>) -> Vec<String> {
    let keys = headers.and_then(|headers| headers.inner().get("routing_keys"));
    let Some(AMQPValue::FieldArray(keys)) = keys else {
        return Vec::new();
    };
    keys.as_slice()
        .iter()
        .filter_map(|key| match key {
            AMQPValue::LongString(key) => Some(key.to_string()),
            _ => None,
        })
        .collect()
}

/// The first broker that lets us in.
async fn connect(dialer: &Dialer) -> Result<Link> {
    let mut why = None;
    for host in &dialer.hosts {
        match dialer.dial(host).await {
            Ok(link) => return Ok(link),
            Err(error) => why = Some(error.to_string()),
        }
    }
    Err(Error::NotConnected {
        peer: dialer.peers().to_owned(),
        reason: why.unwrap_or_else(|| "the URL names no broker".to_owned()),
    })
}
