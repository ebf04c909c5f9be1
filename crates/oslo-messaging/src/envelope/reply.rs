//! Replies and heartbeats.

use std::fmt;

use bytes::Bytes;
use serde::Deserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Key;
use crate::error::{Error, Result};
use crate::json::{self, Json};
use crate::options::Limits;

/// One message of a call's answer: the result, the failure, or (`ending` false, both null) a heartbeat.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplyBody {
    /// What the method returned.
    pub result: Option<Json>,
    /// The error it raised, as the JSON text of [`Failure`](crate::Failure).
    pub failure: Option<String>,
    /// Whether this is the last message of the answer.
    pub ending: bool,
    /// The call it answers.
    pub msg_id: String,
    /// The message's own id.
    pub unique_id: Option<String>,
}

impl ReplyBody {
    /// The encoded envelope.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let result = self.result.as_ref().map_or("null", Json::get);
        let mut inner = String::with_capacity(result.len() + 192);
        inner.push_str("{\"result\": ");
        inner.push_str(result);
        inner.push_str(", \"failure\": ");
        match &self.failure {
            Some(failure) => json::write_string(&mut inner, failure),
            None => inner.push_str("null"),
        }
        inner.push_str(if self.ending {
            ", \"ending\": true, \"_msg_id\": "
        } else {
            ", \"ending\": false, \"_msg_id\": "
        });
        json::write_string(&mut inner, &self.msg_id);
        if let Some(unique_id) = &self.unique_id {
            inner.push_str(", \"_unique_id\": ");
            json::write_string(&mut inner, unique_id);
        }
        inner.push('}');
        super::seal(&inner)
    }

    /// Reads a body that arrived.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] or [`Error::Malformed`].
    pub fn decode(body: &[u8], limits: &Limits) -> Result<Self> {
        let inner = super::open(body, limits)?;
        let mut parser = serde_json::Deserializer::from_str(&inner);
        parser
            .deserialize_map(ReplyVisitor)
            .and_then(|reply| parser.end().map(|()| reply))
            .map_err(|error| Error::malformed("a reply", error))
    }
}

impl fmt::Debug for ReplyBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyBody")
            .field("result", &self.result)
            .field("failure_bytes", &self.failure.as_ref().map(String::len))
            .field("ending", &self.ending)
            .field("msg_id", &self.msg_id)
            .field("unique_id", &self.unique_id)
            .finish()
    }
}

struct ReplyVisitor;

impl<'de> Visitor<'de> for ReplyVisitor {
    type Value = ReplyBody;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reply")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ReplyBody, A::Error> {
        let mut reply = ReplyBody {
            result: None,
            failure: None,
            ending: false,
            msg_id: String::new(),
            unique_id: None,
        };
        let mut msg_id = None;
        while let Some(key) = map.next_key::<Key<'de>>()? {
            match key.0.as_ref() {
                "result" => {
                    let result: &'de RawValue = map.next_value()?;
                    reply.result = (result.get() != "null").then(|| Json::from(result));
                }
                "failure" => reply.failure = map.next_value()?,
                "ending" => reply.ending = map.next_value::<Option<bool>>()?.unwrap_or(false),
                "_msg_id" => msg_id = map.next_value()?,
                "_unique_id" => reply.unique_id = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        reply.msg_id = msg_id.ok_or_else(|| serde::de::Error::missing_field("_msg_id"))?;
        Ok(reply)
    }
}
