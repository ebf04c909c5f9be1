//! Bodies: the envelope, requests, replies. Byte for byte those of oslo.messaging 18 (`_drivers/common.py`,
//! `_drivers/amqp.py`, `_drivers/amqpdriver.py`).
//!
//! Arguments, results and context values stay the JSON text they are: they are cut out of a message, or copied into one,
//! never turned into a tree.
//!
//! Python also writes `NaN` and `Infinity`, which are no JSON; a message that has them is refused here.

mod reply;
mod request;
mod sealed;

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::Deserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

pub use reply::ReplyBody;
pub use request::{RequestBody, RequestHead};

use crate::error::{Error, Result};
use crate::json;
use crate::options::Limits;

const VERSION_KEY: &str = "oslo.version";
const MESSAGE_KEY: &str = "oslo.message";
const OPENING: &[u8] = b"{\"oslo.version\": \"2.0\", \"oslo.message\": ";

/// Puts an inner message into its envelope.
#[must_use]
pub fn seal(inner: &str) -> Bytes {
    // Most of the growth is a backslash for each quote.
    let mut out = Vec::with_capacity(OPENING.len() + inner.len() + inner.len() / 4 + 16);
    out.extend_from_slice(OPENING);
    if !sealed::write(&mut out, inner) {
        json::write_string(&mut out, inner);
    }
    out.push(b'}');
    Bytes::from(out)
}

/// Takes the inner message out of a body: out of its envelope, or as it is when it has none (notifications and very old
/// releases send it bare). Checks all [`Limits`].
///
/// # Errors
///
/// [`Error::TooLarge`], or [`Error::Malformed`] if it is no JSON object, its envelope's version is not 2.0, or it is too
/// deep or has too many values.
pub fn open<'a>(body: &'a [u8], limits: &Limits) -> Result<Cow<'a, str>> {
    const WHAT: &str = "a message's envelope";
    if body.len() > limits.message_bytes {
        return Err(Error::TooLarge {
            doing: "read a message".to_owned(),
            size: body.len(),
            limit: limits.message_bytes,
        });
    }
    if let Some(inner) = open_usual(body, limits) {
        return inner.map(Cow::Owned);
    }
    let text = std::str::from_utf8(body).map_err(|error| Error::malformed(WHAT, error))?;
    json::check_limits(WHAT, body, limits)?;
    let mut parser = serde_json::Deserializer::from_str(text);
    let (version, message) = parser
        .deserialize_map(EnvelopeVisitor)
        .and_then(|found| parser.end().map(|()| found))
        .map_err(|error| Error::malformed(WHAT, error))?;
    let (Some(version), Some(message)) = (version, message) else {
        return Ok(Cow::Borrowed(text));
    };
    // oslo accepts what is compatible with 2.0: a peer of 2.1 may mean something else.
    match serde_json::from_str::<Cow<'_, str>>(version.get()) {
        Ok(version) if crate::target::version_is_compatible("2.0", &version) => {}
        _ => return Err(Error::malformed(WHAT, "its version is not 2.0")),
    }
    let inner: String = serde_json::from_str(message.get())
        .map_err(|_| Error::malformed(WHAT, "its message is not a string"))?;
    json::check_limits("a message", inner.as_bytes(), limits)?;
    Ok(Cow::Owned(inner))
}

/// The envelope as everybody writes it; anything else is read the long way.
fn open_usual(body: &[u8], limits: &Limits) -> Option<Result<String>> {
    let message = body.strip_prefix(OPENING)?.strip_suffix(b"}")?;
    sealed::read(message, limits).or_else(|| {
        let inner: String = serde_json::from_slice(message).ok()?;
        Some(json::check_limits("a message", inner.as_bytes(), limits).map(|()| inner))
    })
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = (Option<&'de RawValue>, Option<&'de RawValue>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut version, mut message) = (None, None);
        // As in Python, the last of equal keys counts.
        while let Some(key) = map.next_key::<Key<'de>>()? {
            match key.0.as_ref() {
                VERSION_KEY => version = Some(map.next_value()?),
                MESSAGE_KEY => message = Some(map.next_value()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok((version, message))
    }
}

/// An object key, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);
