//! What a recorded primitive or message says: as facts ([`Explained`]), and as
//! a tree for people ([`lines`]).
//!
//! Anything that is JSON can be explained; what is not of Nova's stays the
//! value it is. Secrets are taken out before anything is looked at, so neither
//! form has them.

mod dump;
mod message;
mod object;
mod secrets;
mod summary;
mod text;
mod tolerant;

use serde::Serialize;
use serde_json::Value as Json;

pub use self::message::{Envelope, Failure, Notification, Reply, Request, Seat, Updates};
pub use self::object::{Field, Object, Standing};
pub use self::summary::{Count, Note, Summary};
pub use self::text::{in_short, lines};
pub use self::tolerant::parse;

/// What something is.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Explained {
    /// A versioned object.
    Object(Object),
    /// A message as it is on the bus.
    Envelope(Envelope),
    /// A request: a call or a cast.
    Request(Request),
    /// An answer.
    Reply(Reply),
    /// A notification.
    Notification(Notification),
    /// What a method changed about its object, and what it returned.
    Updates(Updates),
    /// An exception.
    Failure(Failure),
    /// A dictionary with any of these in it.
    Dictionary {
        /// Its entries.
        entries: Vec<Entry>,
    },
    /// A list with any of these in it.
    List {
        /// Its items.
        items: Vec<Self>,
    },
    /// Anything else.
    Value {
        /// It.
        value: Json,
    },
}

/// A named part.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is.
    pub value: Explained,
}

impl Entry {
    fn new(name: &str, value: Explained) -> Self {
        Self {
            name: name.to_owned(),
            value,
        }
    }
}

/// Explains what was recorded.
#[must_use]
pub fn explain(json: &Json) -> Explained {
    part(&secrets::masked(json))
}

/// What is worth knowing of what was recorded, and of its explanation.
#[must_use]
pub fn summary(json: &Json, explained: &Explained) -> Summary {
    Summary::of(explained, secrets::count(json))
}

/// Explains what has no secrets any more.
fn part(json: &Json) -> Explained {
    match json {
        Json::Object(map) => object::explain(map)
            .or_else(|| message::explain(map))
            .unwrap_or_else(|| {
                dictionary(
                    map.iter()
                        .map(|(name, value)| Entry::new(name, part(value)))
                        .collect(),
                    json,
                )
            }),
        Json::Array(items) => {
            let items: Vec<Explained> = items.iter().map(part).collect();
            if items.iter().all(Explained::is_plain) {
                Explained::Value {
                    value: json.clone(),
                }
            } else {
                Explained::List { items }
            }
        }
        // Some columns and arguments hold a primitive as text.
        Json::String(text) if text.starts_with('{') && text.contains(".version\"") => {
            match serde_json::from_str::<Json>(text).map(|inner| part(&inner)) {
                Ok(inner) if !inner.is_plain() => inner,
                _ => Explained::Value {
                    value: json.clone(),
                },
            }
        }
        _ => Explained::Value {
            value: json.clone(),
        },
    }
}

fn dictionary(entries: Vec<Entry>, json: &Json) -> Explained {
    if entries.iter().all(|entry| entry.value.is_plain()) {
        Explained::Value {
            value: json.clone(),
        }
    } else {
        Explained::Dictionary { entries }
    }
}

impl Explained {
    /// Whether there is nothing of Nova's in it.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        matches!(self, Self::Value { .. })
    }
}
