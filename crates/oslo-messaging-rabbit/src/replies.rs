//! The queue replies to this process arrive in, and who waits for them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use futures::FutureExt;
use lapin::options::{BasicAckOptions, BasicRejectOptions};
use oslo_messaging::driver::{Replies, RepliesSender, ReplyMessage};
use oslo_messaging::envelope::ReplyBody;
use oslo_messaging::{Error, Limits, Result};
use tokio::sync::watch;

use crate::consumer::{Arrived, Subscription};
use crate::listener::refusal;
use crate::reconnect::{Phase, once_ready};
use crate::shared::Shared;
use crate::topology::{Queue, is_name};

/// The reply queue of a process. Its name is the same for good.
pub(crate) struct ReplyQueue {
    name: Arc<str>,
    phase: watch::Receiver<Phase<()>>,
    peers: String,
    waiters: Arc<Waiters>,
}

/// Calls that wait, by their `_msg_id`.
#[derive(Default)]
struct Waiters(Mutex<HashMap<String, RepliesSender>>);

impl ReplyQueue {
    /// Opens the queue and keeps it open.
    pub(crate) fn open(shared: &Arc<Shared>, limits: Limits) -> Result<Self> {
        let queue = Queue::replies(&shared.options);
        if !is_name(&queue.name) {
            return Err(Error::InvalidTarget {
                target: queue.name,
                reason: "hostname and processname are too long for the name of a queue".to_owned(),
            });
        }
        let name: Arc<str> = queue.name.as_str().into();
        let subscription = Subscription {
            shared: shared.clone(),
            queues: vec![queue],
            prefetch: 0,
            purpose: "receiving replies",
        };
        let waiters = Arc::new(Waiters::default());
        let takers = waiters.clone();
        // Consuming ends with the driver.
        let consuming = subscription.start(move |arrived| takers.take(arrived, &limits));
        Ok(Self {
            name,
            phase: consuming.phase,
            peers: shared.dialer.peers().to_owned(),
            waiters,
        })
    }

    /// The name, once replies can arrive.
    pub(crate) async fn name(&self, deadline: Option<Instant>) -> Result<Arc<str>> {
        once_ready(&mut self.phase.clone(), deadline, &self.peers).await?;
        Ok(self.name.clone())
    }

    /// Where the answer of a call will come out.
    pub(crate) fn wait_for(&self, msg_id: &str) -> Replies {
        let guard = Waiting {
            waiters: self.waiters.clone(),
            msg_id: msg_id.to_owned(),
        };
        let (sender, replies) = Replies::channel(Some(Box::new(guard)));
        self.waiters.lock().insert(msg_id.to_owned(), sender);
        replies
    }
}

/// Forgets a call when nobody waits for it any more.
struct Waiting {
    waiters: Arc<Waiters>,
    msg_id: String,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.waiters.lock().remove(&self.msg_id);
    }
}

impl Waiters {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, RepliesSender>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, arrived: Arrived, limits: &Limits) {
        let Arrived { delivery, session } = arrived;
        let acker = delivery.acker.clone();
        // The settling leaves with the first poll; nothing hangs on when it is written.
        let settle = |refused: bool| {
            if refused {
                let _ = acker
                    .reject(BasicRejectOptions { requeue: false })
                    .now_or_never();
            } else {
                let _ = acker.ack(BasicAckOptions::default()).now_or_never();
            }
        };
        if let Some(reason) = refusal(&delivery.properties) {
            tracing::warn!(reason, bytes = delivery.data.len(), "rejected a reply");
            settle(true);
            return;
        }
        let body = Bytes::from(delivery.data);
        if let Some(msg_id) = msg_id(&body) {
            self.deliver(msg_id, ReplyMessage::Raw(body.clone()));
        } else {
            match ReplyBody::decode(&body, limits) {
                Ok(reply) => {
                    let msg_id = reply.msg_id.clone();
                    self.deliver(&msg_id, ReplyMessage::Decoded(reply));
                }
                Err(error) => {
                    tracing::warn!(%error, bytes = body.len(), "rejected a reply");
                    settle(true);
                    return;
                }
            }
        }
        settle(false);
        drop(session);
    }

    fn deliver(&self, msg_id: &str, message: ReplyMessage) {
        let waiters = self.lock();
        if !waiters
            .get(msg_id)
            .is_some_and(|sender| sender.send(message))
        {
            tracing::debug!(msg_id, "a reply came that nobody waits for any more");
        }
    }
}

/// The `_msg_id` of a reply as every release writes it: the last key but `_unique_id`. Only the outermost object can end
/// like that, so what a result holds cannot be taken for it.
fn msg_id(body: &[u8]) -> Option<&str> {
    const ID: usize = 32;
    const END: &[u8] = br#"\"}"}"#;
    const UNIQUE_ID: &[u8] = br#"\", \"_unique_id\": \""#;
    const MSG_ID: &[u8] = br#", \"_msg_id\": \""#;
    let body = body.strip_suffix(END)?;
    let (body, unique_id) = body.split_at_checked(body.len().checked_sub(ID)?)?;
    let body = body.strip_suffix(UNIQUE_ID)?;
    let (body, msg_id) = body.split_at_checked(body.len().checked_sub(ID)?)?;
    body.strip_suffix(MSG_ID)?;
    let is_id = |id: &[u8]| id.iter().all(u8::is_ascii_hexdigit);
    if !is_id(unique_id) || !is_id(msg_id) {
        return None;
    }
    std::str::from_utf8(msg_id).ok()
}

#[cfg(test)]
mod tests {
    use oslo_messaging::Json;
    use proptest::prelude::*;

    use super::*;

    fn reply(result: Json, msg_id: &str, unique_id: Option<&str>) -> Bytes {
        ReplyBody {
            result: Some(result),
            failure: None,
            ending: true,
            msg_id: msg_id.to_owned(),
            unique_id: unique_id.map(str::to_owned),
        }
        .encode()
    }

    #[test]
    fn the_callers_id_is_found_without_decoding() {
        let (call, own) = ("0123456789abcdef0123456789abcdef", "f".repeat(32));
        let body = reply(Json::null(), call, Some(&own));
        assert_eq!(msg_id(&body), Some(call));
        assert_eq!(msg_id(&reply(Json::null(), "short", Some(&own))), None);
        assert_eq!(msg_id(&reply(Json::null(), call, None)), None);
    }

    #[test]
    fn a_result_cannot_pose_as_the_id() {
        let (call, own) = ("0123456789abcdef0123456789abcdef", "f".repeat(32));
        let posing = format!(
            r#"{{"_msg_id": "{}", "_unique_id": "{own}"}}"#,
            "a".repeat(32)
        );
        for result in [posing.clone(), serde_json::to_string(&posing).unwrap()] {
            let body = reply(Json::from_written(result), call, Some(&own));
            assert_eq!(msg_id(&body), Some(call));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_have_an_id_or_none(body: Vec<u8>) {
            let _ = msg_id(&body);
        }

        #[test]
        fn it_is_what_decoding_finds(text: String, call in "[0-9a-f]{32}", own in "[0-9a-f]{32}") {
            let body = reply(Json::from_value(&text).unwrap(), &call, Some(&own));
            let decoded = ReplyBody::decode(&body, &Limits::default()).unwrap();
            prop_assert_eq!(msg_id(&body), Some(decoded.msg_id.as_str()));
        }
    }
}
