//! Calls and casts.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Key;
use crate::args::{Args, Kwargs};
use crate::context::{CallContext, ContextView};
use crate::driver::ReplyTo;
use crate::error::{Error, Result};
use crate::json;

/// What a request is made of, besides its arguments and its context.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    /// The method's name.
    pub method: &'a str,
    /// The target's namespace, if it has one.
    pub namespace: Option<&'a str>,
    /// The wanted version of the methods; absent means `1.0`.
    pub version: Option<&'a str>,
    /// Where the answer goes; absent in casts.
    pub reply_to: Option<&'a ReplyTo>,
    /// The call monitor's timeout in seconds, in calls that have one.
    pub monitor: Option<u64>,
    /// The message's own id.
    pub unique_id: &'a str,
}

impl RequestHead<'_> {
    /// The encoded envelope, its keys in oslo.messaging's order.
    #[must_use]
    pub fn encode(&self, args: &Kwargs, context: &CallContext) -> Bytes {
        let mut inner = String::with_capacity(args.as_str().len() + context.as_str().len() + 320);
        push_string(&mut inner, "{\"method\": ", self.method);
        inner.push_str(", \"args\": {");
        inner.push_str(args.as_str());
        inner.push('}');
        if let Some(namespace) = self.namespace {
            push_string(&mut inner, ", \"namespace\": ", namespace);
        }
        if let Some(version) = self.version {
            push_string(&mut inner, ", \"version\": ", version);
        }
        if let Some(reply_to) = self.reply_to {
            push_string(&mut inner, ", \"_msg_id\": ", &reply_to.msg_id);
            push_string(&mut inner, ", \"_reply_q\": ", &reply_to.queue);
            match self.monitor {
                Some(seconds) => inner.push_str(&format!(", \"_timeout\": {seconds}")),
                None => inner.push_str(", \"_timeout\": null"),
            }
        }
        push_string(&mut inner, ", \"_unique_id\": ", self.unique_id);
        if !context.as_str().is_empty() {
            inner.push_str(", ");
            inner.push_str(context.as_str());
        }
        inner.push('}');
        super::seal(&inner)
    }
}

fn push_string(out: &mut String, key: &str, value: &str) {
    out.push_str(key);
    json::write_string(out, value);
}

/// A request that arrived. Borrows from the inner message ([`open`](super::open)).
pub struct RequestBody<'a> {
    /// The method's name.
    pub method: Cow<'a, str>,
    /// The arguments by name, each the JSON text it arrived as.
    pub args: Args<'a>,
    /// The namespace; null is none.
    pub namespace: Option<Cow<'a, str>>,
    /// The wanted version: `1.0` if the request has none, `None` (the text) if it is null.
    pub version: Cow<'a, str>,
    /// Where the answer goes. Both `_msg_id` and `_reply_q` are needed for one.
    pub reply_to: Option<ReplyTo>,
    /// The call monitor's timeout in seconds, if the request has a usable one: 2 or more.
    pub monitor: Option<u64>,
    /// The message's own id, to tell repeats.
    pub unique_id: Option<Cow<'a, str>>,
    /// The `_context_*` values.
    pub context: ContextView<'a>,
}

impl<'a> RequestBody<'a> {
    /// Reads an inner message.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it is no request: not an object, no method, arguments that are no object.
    pub fn parse(inner: &'a str) -> Result<Self> {
        let mut parser = serde_json::Deserializer::from_str(inner);
        parser
            .deserialize_map(RequestVisitor)
            .and_then(|request| parser.end().map(|()| request))
            .map_err(|error| Error::malformed("a request", Positions(&error)))
    }
}

impl fmt::Debug for RequestBody<'_> {
    /// Leaves out the values of arguments and context: they may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody")
            .field("method", &self.method)
            .field("args", &self.args)
            .field("namespace", &self.namespace)
            .field("version", &self.version)
            .field("reply_to", &self.reply_to)
            .field("monitor", &self.monitor)
            .field("unique_id", &self.unique_id)
            .finish_non_exhaustive()
    }
}

/// serde's error without the values it quotes.
struct Positions<'a>(&'a serde_json::Error);

impl fmt::Display for Positions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.0.classify() {
            serde_json::error::Category::Data => "a key is missing or has the wrong type",
            serde_json::error::Category::Eof => "it ends too early",
            _ => "it is not JSON",
        };
        write!(
            f,
            "{kind} at line {} column {}",
            self.0.line(),
            self.0.column()
        )
    }
}

struct RequestVisitor;

impl<'de> Visitor<'de> for RequestVisitor {
    type Value = RequestBody<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a request")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RequestBody<'de>, A::Error> {
        let mut method: Option<Key<'de>> = None;
        let mut args = None;
        let mut namespace: Option<Key<'de>> = None;
        let mut version = Cow::Borrowed("1.0");
        let (mut msg_id, mut reply_q): (Option<String>, Option<String>) = (None, None);
        let mut monitor = None;
        let mut unique_id: Option<Key<'de>> = None;
        let mut context = ContextView::default();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            match key.0.as_ref() {
                "method" => method = map.next_value()?,
                "args" => args = Some(map.next_value()?),
                "namespace" => namespace = map.next_value()?,
                "version" => version = version_text(map.next_value()?),
                "_msg_id" => msg_id = map.next_value()?,
                "_reply_q" => reply_q = map.next_value()?,
                "_timeout" => monitor = monitor_seconds(map.next_value()?),
                "_unique_id" => unique_id = map.next_value()?,
                name if name.starts_with(CallContext::PREFIX) => {
                    let value: &'de RawValue = map.next_value()?;
                    context.push(key.0, value);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let missing = serde::de::Error::missing_field;
        Ok(RequestBody {
            method: method.ok_or_else(|| missing("method"))?.0,
            args: args.unwrap_or_default(),
            namespace: namespace.map(|key| key.0),
            version,
            reply_to: msg_id
                .zip(reply_q)
                .map(|(msg_id, queue)| ReplyTo { queue, msg_id }),
            monitor,
            unique_id: unique_id.map(|key| key.0),
            context,
        })
    }
}

/// The version as Python would print it in the refusal, whatever its type.
fn version_text(raw: &RawValue) -> Cow<'_, str> {
    match serde_json::from_str::<Key<'_>>(raw.get()) {
        Ok(text) => text.0,
        Err(_) if raw.get() == "null" => Cow::Borrowed("None"),
        // Not a version, whatever it is, and kept short because it goes into an error.
        Err(_) => Cow::Owned(raw.get().chars().take(32).collect()),
    }
}

/// Python's `int(_timeout)`, if that is at least 2; the rest is ignored as the original does.
fn monitor_seconds(raw: &RawValue) -> Option<u64> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Seconds {
        Whole(u64),
        Broken(f64),
        Text(String),
    }
    let seconds = match serde_json::from_str(raw.get()).ok()? {
        Seconds::Whole(seconds) => seconds,
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates and cuts the fraction, as int() does"
        )]
        Seconds::Broken(seconds) => seconds as u64,
        Seconds::Text(text) => text.trim().parse().ok()?,
    };
    if seconds < 2 {
        tracing::warn!(seconds, "ignoring a call monitor timeout below 2 s");
        return None;
    }
    Some(seconds)
}
