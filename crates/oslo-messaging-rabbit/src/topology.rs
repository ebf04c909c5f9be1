//! Exchanges, queues and bindings as oslo.messaging declares them. oslo.messaging `impl_rabbit.py`, `Consumer`.

use std::time::Duration;

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, ExchangeKind};
use oslo_messaging::{Error, Result, Target};

use crate::names;
use crate::options::RabbitOptions;

#[cfg(test)]
mod declarations;

/// AMQP's bound on names, in bytes.
const NAME_MAX: usize = 255;
const STREAM_OFFSET: &str = "x-stream-offset";

/// An exchange to declare.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Exchange {
    pub(crate) name: String,
    pub(crate) fanout: bool,
    pub(crate) durable: bool,
    pub(crate) auto_delete: bool,
}

/// A queue to declare, bind and consume.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    pub(crate) name: String,
    /// What it is bound to; the default exchange needs neither declaring nor binding.
    pub(crate) exchange: Option<Exchange>,
    pub(crate) routing_key: String,
    pub(crate) durable: bool,
    pub(crate) auto_delete: bool,
    pub(crate) arguments: FieldTable,
    pub(crate) kind: QueueKind,
}

/// What becomes of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QueueKind {
    /// Stays, with what is in it.
    Shared,
    /// This process's own; deleted when it stops listening.
    Private,
    /// This process's own and, by its name, that of the one which comes after it: what is sent meanwhile waits there.
    Kept,
    /// Replies to this process; left to expire.
    Reply,
    /// A stream all servers of the topic read.
    Stream,
}

impl Exchange {
    /// The exchange of a target's work queues.
    pub(crate) fn control(options: &RabbitOptions, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            fanout: false,
            durable: options.is_durable(),
            auto_delete: options.auto_delete,
        }
    }

    /// The exchange of a topic's fanout.
    pub(crate) fn fanout(options: &RabbitOptions, topic: &str) -> Self {
        Self {
            name: format!("{topic}_fanout"),
            fanout: true,
            durable: options.transient_quorum_queue || options.stream_fanout,
            auto_delete: true,
        }
    }

    pub(crate) async fn declare(&self, channel: &Channel) -> lapin::Result<()> {
        let kind = if self.fanout {
            ExchangeKind::Fanout
        } else {
            ExchangeKind::Topic
        };
        let options = ExchangeDeclareOptions {
            durable: self.durable,
            auto_delete: self.auto_delete,
            ..ExchangeDeclareOptions::default()
        };
        channel
            .exchange_declare(
                self.name.as_str().into(),
                kind,
                options,
                FieldTable::default(),
            )
            .await
    }
}

impl Queue {
    /// The three queues of a server, in the order they are declared in.
    pub(crate) fn of_server(options: &RabbitOptions, target: &Target) -> Vec<Self> {
        let exchange = target.exchange.as_deref().unwrap_or_default();
        let shared = |name: String| Self {
            routing_key: name.clone(),
            name,
            exchange: Some(Exchange::control(options, exchange)),
            durable: options.is_durable(),
            auto_delete: options.auto_delete,
            arguments: arguments(options, options.quorum_queue, Duration::ZERO),
            kind: QueueKind::Shared,
        };
        let server = target.server.as_deref().unwrap_or_default();
        vec![
            shared(target.topic.clone()),
            shared(format!("{}.{server}", target.topic)),
            Self::fanout(options, &target.topic),
        ]
    }

    /// The queue of replies to this process.
    pub(crate) fn replies(options: &RabbitOptions) -> Self {
        Self {
            name: format!("reply_{}", names::unique(options.queue_manager.as_ref())),
            exchange: None,
            routing_key: String::new(),
            durable: options.transient_quorum_queue,
            auto_delete: false,
            arguments: transient_arguments(options),
            kind: QueueKind::Reply,
        }
    }

    fn fanout(options: &RabbitOptions, topic: &str) -> Self {
        let stream = options.stream_fanout;
        let name = if stream {
            format!("{topic}_fanout")
        } else {
            let own = names::unique(options.queue_manager.as_ref());
            format!("{topic}_fanout_{own}")
        };
        let mut arguments = transient_arguments(options);
        if stream {
            arguments = FieldTable::default();
            arguments.insert("x-queue-type".into(), text("stream"));
            let age = options.transient_queues_ttl.as_secs();
            if age > 0 {
                arguments.insert("x-max-age".into(), text(&format!("{age}s")));
            }
        }
        Self {
            name,
            exchange: Some(Exchange::fanout(options, topic)),
            routing_key: topic.to_owned(),
            durable: options.transient_quorum_queue || stream,
            auto_delete: false,
            arguments,
            kind: if stream {
                QueueKind::Stream
            } else if options.queue_manager.is_some() {
                QueueKind::Kept
            } else {
                QueueKind::Private
            },
        }
    }

    /// Declares the exchange and the queue and binds them.
    pub(crate) async fn declare(&self, channel: &Channel) -> lapin::Result<()> {
        if let Some(exchange) = &self.exchange {
            exchange.declare(channel).await?;
        }
        let options = QueueDeclareOptions {
            durable: self.durable,
            auto_delete: self.auto_delete,
            ..QueueDeclareOptions::default()
        };
        channel
            .queue_declare(self.name(), options, self.arguments.clone())
            .await?;
        if let Some(exchange) = &self.exchange {
            let (key, exchange) = (self.routing_key.as_str(), exchange.name.as_str());
            let options = QueueBindOptions::default();
            channel
                .queue_bind(
                    self.name(),
                    exchange.into(),
                    key.into(),
                    options,
                    FieldTable::default(),
                )
                .await?;
        }
        Ok(())
    }

    /// How it is consumed; a stream from `offset`, or from the last message on.
    pub(crate) fn consumer_arguments(
        &self,
        options: &RabbitOptions,
        offset: Option<i64>,
    ) -> FieldTable {
        let mut arguments = FieldTable::default();
        if self.kind == QueueKind::Stream {
            let offset = offset.map_or_else(|| text("last"), AMQPValue::LongLongInt);
            arguments.insert(STREAM_OFFSET.into(), offset);
        } else if options.cancel_on_failover {
            arguments.insert("x-cancel-on-ha-failover".into(), AMQPValue::Boolean(true));
        }
        arguments
    }

    pub(crate) fn name(&self) -> ShortString {
        self.name.as_str().into()
    }

    /// The same, surviving nothing: what services without durable queues have declared.
    pub(crate) fn set_nondurable(&mut self) {
        self.durable = false;
        if let Some(exchange) = &mut self.exchange {
            exchange.durable = false;
        }
    }
}

/// Refuses names that AMQP cannot carry.
pub(crate) fn check_names(target: &Target) -> Result<()> {
    // The longest is the fanout queue's: the topic, `_fanout_` and 32 digits.
    let server = target
        .server
        .as_deref()
        .map_or(0, |server| server.len() + 1);
    let longest = target.topic.len() + server.max("_fanout_".len() + 32);
    let exchange = target.exchange.as_deref().map_or(0, str::len);
    if longest.max(exchange) <= NAME_MAX {
        return Ok(());
    }
    Err(Error::InvalidTarget {
        target: target.to_string(),
        reason: format!("names of queues and exchanges have at most {NAME_MAX} bytes"),
    })
}

/// Where in its stream a message is.
pub(crate) fn stream_offset(headers: Option<&FieldTable>) -> Option<i64> {
    match headers?.inner().get(STREAM_OFFSET)? {
        AMQPValue::LongLongInt(offset) => Some(*offset),
        _ => None,
    }
}

/// Whether a queue's name from a message can be one.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= NAME_MAX
}

fn transient_arguments(options: &RabbitOptions) -> FieldTable {
    arguments(
        options,
        options.transient_quorum_queue,
        options.transient_queues_ttl,
    )
}

fn arguments(options: &RabbitOptions, quorum: bool, expires: Duration) -> FieldTable {
    let mut table = FieldTable::default();
    if options.ha_queues {
        table.insert("x-ha-policy".into(), text("all"));
    }
    if quorum {
        table.insert("x-queue-type".into(), text("quorum"));
        let limits = options.quorum_limits;
        for (name, limit) in [
            ("x-delivery-limit", limits.deliveries),
            ("x-max-in-memory-length", limits.memory_length),
            ("x-max-in-memory-bytes", limits.memory_bytes),
        ] {
            if limit != 0 {
                table.insert(name.into(), number(limit));
            }
        }
    }
    if !expires.is_zero() {
        let millis = i64::try_from(expires.as_millis()).unwrap_or(i64::MAX);
        table.insert("x-expires".into(), number(millis));
    }
    table
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}

/// In 32 bits where it fits, as py-amqp.
fn number(value: i64) -> AMQPValue {
    i32::try_from(value).map_or(AMQPValue::LongLongInt(value), AMQPValue::LongInt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> Target {
        Target::new("conductor").server("h1").exchange("nova")
    }

    fn argument<'a>(queue: &'a Queue, name: &str) -> Option<&'a AMQPValue> {
        queue.arguments.inner().get(name)
    }

    #[test]
    fn queues_are_the_originals_by_default() {
        let queues = Queue::of_server(&RabbitOptions::default(), &target());
        assert_eq!(queues[0].name, "conductor");
        assert_eq!(queues[1].name, "conductor.h1");
        assert!(queues[2].name.starts_with("conductor_fanout_"));
        assert_eq!(queues[2].routing_key, "conductor");
        assert!(
            queues
                .iter()
                .all(|queue| !queue.durable && !queue.auto_delete)
        );
        assert_eq!(queues[0].arguments, FieldTable::default());
        assert_eq!(
            argument(&queues[2], "x-expires"),
            Some(&AMQPValue::LongInt(1_800_000))
        );
        let replies = Queue::replies(&RabbitOptions::default());
        assert_eq!(replies.name.len(), "reply_".len() + 32);
        assert!(replies.exchange.is_none());
    }

    #[test]
    fn quorum_queues_are_durable_and_transient_ones_only_if_asked() {
        let options = RabbitOptions {
            quorum_queue: true,
            ..RabbitOptions::default()
        };
        let queues = Queue::of_server(&options, &target());
        assert!(queues[0].durable && !queues[2].durable);
        assert_eq!(argument(&queues[0], "x-queue-type"), Some(&text("quorum")));
        assert_eq!(argument(&queues[2], "x-queue-type"), None);
        let options = RabbitOptions {
            transient_quorum_queue: true,
            ..RabbitOptions::default()
        };
        let queues = Queue::of_server(&options, &target());
        assert!(!queues[0].durable && queues[2].durable);
        assert_eq!(argument(&queues[2], "x-queue-type"), Some(&text("quorum")));
    }

    #[test]
    fn a_stream_is_one_for_all_servers() {
        let options = RabbitOptions {
            stream_fanout: true,
            transient_quorum_queue: true,
            prefetch: 10,
            ..RabbitOptions::default()
        };
        let queues = Queue::of_server(&options, &target());
        assert_eq!(queues[2].name, "conductor_fanout");
        assert_eq!(argument(&queues[2], "x-max-age"), Some(&text("1800s")));
        assert_eq!(argument(&queues[2], "x-expires"), None);
        assert_eq!(queues[2].kind, QueueKind::Stream);
    }

    #[test]
    fn names_longer_than_amqps_are_refused() {
        assert!(check_names(&target()).is_ok());
        assert!(check_names(&Target::new("t".repeat(216))).is_err());
        assert!(check_names(&Target::new("t").server("s".repeat(254))).is_err());
        assert!(check_names(&Target::new("t").exchange("e".repeat(256))).is_err());
        assert!(is_name("reply_1") && !is_name("") && !is_name(&"q".repeat(256)));
    }
}
