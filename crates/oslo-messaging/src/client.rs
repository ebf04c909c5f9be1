//! Calling: from a method's name and arguments to its result or its error.

use std::time::{Duration, Instant};

use tokio::time::timeout_at;
use uuid::Uuid;

use crate::args::Kwargs;
use crate::caps::VersionCap;
use crate::clock;
use crate::context::CallContext;
use crate::driver::{Outgoing, ReplyMessage, ReplyTo};
use crate::envelope::{ReplyBody, RequestHead};
use crate::error::{Error, Result};
use crate::failure::RemoteError;
use crate::json::Json;
use crate::target::Target;
use crate::transport::Transport;

/// How long a driver may overrun the caller's deadline to say why it could not send: its reason is worth more than
/// "timed out".
const REASON_GRACE: Duration = Duration::from_millis(100);

/// A client of one kind of server. oslo.messaging `rpc/client.py`, `RPCClient`.
///
/// ```
/// # use oslo_messaging::{Transport, TransportOptions};
/// use oslo_messaging::{CallContext, Kwargs, RpcClient, Target};
///
/// # async fn example(transport: Transport) -> Result<(), oslo_messaging::Error> {
/// let client = RpcClient::new(transport, Target::new("conductor").version("3.0")).version_cap("3.0");
/// let rules = client
///     .prepare()
///     .call(&CallContext::empty(), "provider_fw_rule_get_all", &Kwargs::new())
///     .await?;
/// assert_eq!(rules.get(), "[]");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RpcClient(Prepared);

impl RpcClient {
    /// A client whose messages go to `target` unless a call says otherwise.
    #[must_use]
    pub fn new(transport: Transport, target: Target) -> Self {
        Self(Prepared {
            timeout: transport.options().response_timeout,
            transport,
            target,
            version_cap: None,
            monitor: None,
            retry: None,
        })
    }

    /// The highest version that may be sent, if the transport's own caps allow as much.
    #[must_use]
    pub fn version_cap(mut self, cap: impl Into<String>) -> Self {
        self.0 = self.0.version_cap(cap);
        self
    }

    /// How long calls wait, instead of the transport's `response_timeout`.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.0.timeout = timeout;
        self
    }

    /// Changes for one call, on a copy.
    pub fn prepare(&self) -> Prepared {
        self.0.clone()
    }

    /// Whether the caps let `version` through.
    #[must_use]
    pub fn can_send_version(&self, version: &str) -> bool {
        self.0.can_send_version(version)
    }

    /// The transport.
    #[must_use]
    pub fn transport(&self) -> &Transport {
        &self.0.transport
    }
}

/// A client with changes for one call, or for many. oslo.messaging `rpc/client.py`, `prepare`.
#[derive(Clone, Debug)]
#[must_use = "prepared calls do nothing until `call` or `cast`"]
pub struct Prepared {
    transport: Transport,
    target: Target,
    version_cap: Option<VersionCap>,
    timeout: Duration,
    monitor: Option<Duration>,
    retry: Option<u32>,
}

impl Prepared {
    /// One server of the topic.
    pub fn server(mut self, server: impl Into<String>) -> Self {
        self.target.server = Some(server.into());
        self
    }

    /// Every server of the topic; for casts.
    pub fn fanout(mut self, fanout: bool) -> Self {
        self.target.fanout = fanout;
        self
    }

    /// Another topic.
    pub fn topic(mut self, topic: impl Into<String>) -> Self {
        self.target.topic = topic.into();
        self
    }

    /// Methods of this namespace; an empty one is none.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.target.namespace = Some(namespace.into()).filter(|name: &String| !name.is_empty());
        self
    }

    /// The version the method came with.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.target.version = Some(version.into());
        self
    }

    /// The highest version that may be sent, if the transport's own caps allow as much.
    pub fn version_cap(mut self, cap: impl Into<String>) -> Self {
        let cap: String = cap.into();
        self.version_cap = Some(VersionCap {
            version: cap.into(),
            set_by: None,
        });
        self
    }

    /// How long to wait for the answer.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Asks the server for a sign of life every half of this time, and gives up when none came for all of it. Sent in
    /// whole seconds; servers ignore less than 2.
    pub fn call_monitor_timeout(mut self, timeout: Duration) -> Self {
        self.monitor = Some(timeout);
        self
    }

    /// How often to try again to hand the message over; until the deadline unless set, 0 for never.
    pub fn retry(mut self, retry: u32) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Whether the caps let `version` through.
    #[must_use]
    pub fn can_send_version(&self, version: &str) -> bool {
        self.cap_below(version).is_none()
    }

    /// The cap that does not let `version` through, if one does not.
    fn cap_below(&self, version: &str) -> Option<&VersionCap> {
        let deployed = self.transport.options().version_caps.of(&self.target);
        let caps = [self.version_cap.as_ref(), deployed];
        caps.into_iter().flatten().find(|cap| !cap.allows(version))
    }

    /// Calls a method and waits for what it returns. Dropping the future gives up; where the bus can tell, the server
    /// stops too.
    ///
    /// # Errors
    ///
    /// [`Error::Remote`] with what the method raised; [`Error::Timeout`], [`Error::Silence`], [`Error::NoListener`],
    /// [`Error::ConnectionLost`] and the like if there is no answer; [`Error::VersionCap`], [`Error::InvalidTarget`] and
    /// [`Error::TooLarge`] before anything is sent.
    pub async fn call(&self, context: &CallContext, method: &str, args: &Kwargs) -> Result<Json> {
        let started = clock::now();
        let outcome = tokio::select! {
            biased;
            () = self.transport.closed() => Err(Error::Closed {
                doing: format!("call `{method}` on {}", self.target),
            }),
            outcome = self.call_open(context, method, args, started) => outcome,
        };
        tracing::debug!(
            topic = %self.target,
            method,
            micros = started.elapsed().as_micros(),
            bytes_in = outcome.as_ref().map_or(0, |result| result.get().len()),
            error = outcome.as_ref().err().map(tracing::field::display),
            "call"
        );
        outcome
    }

    /// Sends a method's name and arguments to one server, or with [`Prepared::fanout`] to all, without waiting for
    /// anything but the bus.
    ///
    /// # Errors
    ///
    /// As [`Prepared::call`], as far as the sending goes. That nobody listens is no error.
    pub async fn cast(&self, context: &CallContext, method: &str, args: &Kwargs) -> Result<()> {
        let target = self.checked_target()?;
        let body = self.encode(method, None, args, context)?;
        tracing::debug!(topic = %target, method, bytes_out = body.len(), "cast");
        let message = Outgoing {
            target,
            method: method.to_owned(),
            body,
            msg_id: None,
            timeout: None,
            deadline: Some(clock::now() + self.timeout),
            retry: self.retry,
        };
        self.transport.driver().cast(message).await
    }

    /// [`Prepared::cast`] to every server of the topic.
    ///
    /// # Errors
    ///
    /// As [`Prepared::cast`].
    pub async fn fanout_cast(
        &self,
        context: &CallContext,
        method: &str,
        args: &Kwargs,
    ) -> Result<()> {
        self.clone().fanout(true).cast(context, method, args).await
    }

    async fn call_open(
        &self,
        context: &CallContext,
        method: &str,
        args: &Kwargs,
        started: Instant,
    ) -> Result<Json> {
        if self.target.fanout {
            return Err(self.invalid("a fanout has no single answer; use `cast`"));
        }
        let target = self.checked_target()?;
        let driver = self.transport.driver();
        let deadline = started + self.timeout;
        let reply_to = ReplyTo {
            queue: driver.reply_queue(Some(deadline)).await?.to_string(),
            msg_id: Uuid::new_v4().simple().to_string(),
        };
        let body = self.encode(method, Some(&reply_to), args, context)?;
        let message = Outgoing {
            target,
            method: method.to_owned(),
            body,
            msg_id: Some(reply_to.msg_id.clone()),
            timeout: Some(self.timeout),
            deadline: Some(deadline),
            retry: self.retry,
        };
        let timed_out = || Error::Timeout {
            method: method.to_owned(),
            target: self.target.to_string(),
            after: self.timeout,
            msg_id: reply_to.msg_id.clone(),
        };
        let mut replies = timeout_at((deadline + REASON_GRACE).into(), driver.call(message))
            .await
            .map_err(|_| timed_out())??;
        let mut result = None;
        loop {
            let quiet_until = self.monitor.map(|silence| clock::now() + silence);
            let until = quiet_until.map_or(deadline, |quiet| quiet.min(deadline));
            let Ok(message) = timeout_at(until.into(), replies.next()).await else {
                return Err(match self.monitor {
                    Some(silence) if until < deadline => Error::Silence {
                        method: method.to_owned(),
                        target: self.target.to_string(),
                        silence,
                        msg_id: reply_to.msg_id.clone(),
                    },
                    _ => timed_out(),
                });
            };
            let reply = match message {
                Some(Ok(ReplyMessage::Decoded(reply))) => reply,
                Some(Ok(ReplyMessage::Raw(body))) => {
                    ReplyBody::decode(&body, &self.transport.options().limits)?
                }
                Some(Err(error)) => return Err(error),
                None => {
                    return Err(Error::ConnectionLost {
                        doing: format!("call `{method}` on {}", self.target),
                        peer: self.transport.url().to_string(),
                    });
                }
            };
            if let Some(failure) = reply.failure {
                let allowed = &self.transport.options().allowed_remote_exmods;
                return Err(Error::Remote(Box::new(RemoteError::decode(
                    &failure, allowed,
                )?)));
            }
            // Older releases send the result and the end of the answer in two messages.
            result = reply.result.or(result);
            if reply.ending {
                return Ok(result.unwrap_or_else(Json::null));
            }
        }
    }

    fn encode(
        &self,
        method: &str,
        reply_to: Option<&ReplyTo>,
        args: &Kwargs,
        context: &CallContext,
    ) -> Result<bytes::Bytes> {
        let head = RequestHead {
            method,
            namespace: self.target.namespace.as_deref(),
            version: self.target.version.as_deref(),
            reply_to,
            monitor: self.monitor.map(|timeout| timeout.as_secs()),
            unique_id: &Uuid::new_v4().simple().to_string(),
        };
        let body = head.encode(args, context);
        let limit = self.transport.options().limits.message_bytes;
        if body.len() > limit {
            return Err(Error::TooLarge {
                doing: format!("send `{method}` to {}", self.target),
                size: body.len(),
                limit,
            });
        }
        tracing::trace!(topic = %self.target, method, bytes_out = body.len(), "encoded");
        Ok(body)
    }

    fn checked_target(&self) -> Result<Target> {
        let wanted = self.target.version.as_deref().unwrap_or("1.0");
        if let Some(cap) = self.cap_below(wanted) {
            return Err(Error::VersionCap {
                version: wanted.to_owned(),
                target: self.target.to_string(),
                cap: cap.clone(),
            });
        }
        if self.target.topic.is_empty() {
            return Err(self.invalid("it has no topic"));
        }
        if self.target.fanout && self.target.server.is_some() {
            return Err(self.invalid("a fanout goes to all servers; leave the server out"));
        }
        let mut target = self.target.clone();
        if target.exchange.is_none() {
            target.exchange = Some(self.transport.options().exchange.to_string());
        }
        Ok(target)
    }

    fn invalid(&self, reason: &str) -> Error {
        Error::InvalidTarget {
            target: self.target.to_string(),
            reason: reason.to_owned(),
        }
    }
}
