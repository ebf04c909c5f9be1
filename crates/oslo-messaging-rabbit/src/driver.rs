//! The driver: what `rabbit://` opens.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use oslo_messaging::driver::{
    Driver, DriverFactory, ListenOptions, Listener, Outgoing, Replies, Taker,
};
use oslo_messaging::{Error, Limits, Result, Target, TransportOptions, TransportUrl};
use tokio::runtime::Handle;

use crate::answers::Answers;
use crate::consumer::Subscription;
use crate::link::Dialer;
use crate::listener::{self, RabbitListener};
use crate::options::RabbitOptions;
use crate::publisher::{Lane, Message, Publisher};
use crate::reconnect::Phase;
use crate::replies::ReplyQueue;
use crate::shared::Shared;
use crate::topology::{self, Exchange, Queue};

/// How long closing waits for what is on its way.
const GOODBYE: Duration = Duration::from_secs(5);

/// Opens `rabbit://` and `kombu+rabbit://`. Hand it to [`Transport::open`](oslo_messaging::Transport::open).
#[derive(Clone, Debug, Default)]
pub struct RabbitFactory {
    options: RabbitOptions,
}

impl RabbitFactory {
    /// A factory for drivers with these options.
    #[must_use]
    pub fn new(options: RabbitOptions) -> Self {
        Self { options }
    }
}

#[async_trait]
impl DriverFactory for RabbitFactory {
    fn schemes(&self) -> &[&str] {
        &["rabbit", "kombu+rabbit"]
    }

    async fn open(
        &self,
        url: &TransportUrl,
        options: &TransportOptions,
    ) -> Result<Arc<dyn Driver>> {
        self.options.check(url)?;
        let dialer = Dialer::new(url, options, &self.options, Handle::current())?;
        let shared = Shared::new(dialer, self.options.clone());
        let publisher = Arc::new(Publisher::new(shared.clone()));
        Ok(Arc::new(RabbitDriver {
            answers: Arc::new(Answers::new(shared.clone(), publisher.clone())),
            publisher,
            shared,
            limits: options.limits,
            replies: Mutex::default(),
        }))
    }
}

/// RabbitMQ as the bus. oslo.messaging `impl_rabbit.py` and `amqpdriver.py`.
struct RabbitDriver {
    shared: Arc<Shared>,
    publisher: Arc<Publisher>,
    answers: Arc<Answers>,
    limits: Limits,
    /// Opened at the first call.
    replies: Mutex<Option<Arc<ReplyQueue>>>,
}

impl RabbitDriver {
    fn replies(&self) -> Result<Arc<ReplyQueue>> {
        let mut replies = self.replies.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(replies) = &*replies {
            return Ok(replies.clone());
        }
        self.check_open("open the reply queue")?;
        let opened = Arc::new(ReplyQueue::open(&self.shared, self.limits)?);
        *replies = Some(opened.clone());
        Ok(opened)
    }

    fn check_open(&self, doing: &str) -> Result<()> {
        if self.shared.closed.is_cancelled() {
            return Err(Error::Closed {
                doing: doing.to_owned(),
            });
        }
        Ok(())
    }

    async fn send(&self, message: Outgoing) -> Result<()> {
        let doing = format!("send `{}` to {}", message.method, message.target);
        self.check_open(&doing)?;
        topology::check_names(&message.target)?;
        let target = &message.target;
        let options = &self.shared.options;
        let message = if target.fanout {
            Message {
                lane: Lane::Fanouts,
                exchange: Some(Exchange::fanout(options, &target.topic)),
                routing_key: String::new(),
                mandatory: false,
                expiration: None,
                body: message.body,
                deadline: message.deadline,
                retry: message.retry,
                doing,
            }
        } else {
            let exchange = target.exchange.as_deref().unwrap_or_default();
            Message {
                lane: Lane::Requests,
                exchange: Some(Exchange::control(options, exchange)),
                routing_key: target.queue(),
                mandatory: false,
                expiration: message.timeout,
                body: message.body,
                deadline: message.deadline,
                retry: message.retry,
                doing,
            }
        };
        let published = self.publisher.publish(message);
        tokio::select! {
            biased;
            published = published => published.map(drop),
            () = self.shared.closed.cancelled() => Err(Error::Closed {
                doing: "send a message".to_owned(),
            }),
        }
    }
}

#[async_trait]
impl Driver for RabbitDriver {
    async fn reply_queue(&self, deadline: Option<Instant>) -> Result<Arc<str>> {
        self.replies()?.name(deadline).await
    }

    async fn call(&self, message: Outgoing) -> Result<Replies> {
        let Some(msg_id) = &message.msg_id else {
            return Err(Error::InvalidTarget {
                target: message.target.to_string(),
                reason: "a call needs a _msg_id".to_owned(),
            });
        };
        let replies = self.replies()?.wait_for(msg_id);
        self.send(message).await?;
        Ok(replies)
    }

    async fn cast(&self, message: Outgoing) -> Result<()> {
        self.send(message).await
    }

    async fn listen(
        &self,
        target: &Target,
        options: &ListenOptions,
        taker: Arc<dyn Taker>,
    ) -> Result<Box<dyn Listener>> {
        let doing = format!("listen on {target}");
        self.check_open(&doing)?;
        topology::check_names(target)?;
        let queues = Queue::of_server(&self.shared.options, target);
        if let Some(queue) = queues.iter().find(|queue| !topology::is_name(&queue.name)) {
            return Err(Error::InvalidTarget {
                target: target.to_string(),
                reason: format!("the name of its queue `{}` is too long", queue.name),
            });
        }
        let prefetch = match self.shared.options.prefetch {
            0 => u16::try_from(options.unsettled).unwrap_or(u16::MAX),
            prefetch => prefetch,
        };
        let subscription = Subscription {
            shared: self.shared.clone(),
            queues,
            prefetch,
            purpose: "serving",
        };
        let answers = self.answers.clone();
        let mut consuming = subscription.start(move |arrived| {
            if let Some(incoming) = listener::incoming(arrived, &answers) {
                taker.take(incoming);
            }
        });
        let stop = consuming.stop.clone().drop_guard();
        loop {
            match &*consuming.phase.borrow_and_update() {
                Phase::Ready(()) => break,
                Phase::Refused(error) => return Err((**error).clone().during(doing)),
                // A broker that is down will be up.
                Phase::Waiting(_) => {}
            }
            if consuming.phase.changed().await.is_err() {
                return Err(Error::Closed { doing });
            }
        }
        stop.disarm();
        Ok(Box::new(RabbitListener { consuming }))
    }

    async fn close(&self) {
        self.shared.closed.cancel();
        self.shared.tasks.close();
        if tokio::time::timeout(GOODBYE, self.shared.tasks.wait())
            .await
            .is_err()
        {
            let unfinished = self.shared.tasks.len();
            tracing::warn!(unfinished, "closed the bus before all was handed over");
        }
    }
}

impl Drop for RabbitDriver {
    fn drop(&mut self) {
        self.shared.closed.cancel();
    }
}

impl fmt::Debug for RabbitDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RabbitDriver")
            .field("peers", &self.shared.dialer.peers())
            .finish_non_exhaustive()
    }
}
