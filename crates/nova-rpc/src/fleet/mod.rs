//! Who reads what: every server says which versions it reads, and every sender
//! looks it up, so that what is sent can be read at once.
//!
//! ```text
//!   sender                                  servers of a topic
//!   Peers ── ping, "what do you read?" ──►  Member ─┐ ping to all: "this is me",
//!     ▲                                     Member ─┤ every second
//!     └────── what all of them read ─────   Member ─┘
//! ```
//!
//! Everything travels in `baseapi.ping`, which every Nova service answers, and
//! in a context key that others ignore: a Python peer sees pings. Nothing is
//! configured, and nothing is kept anywhere but in the memory of who uses it.
//! `docs/decisions/who-reads-what.md` has the rules and the reasons.

mod member;
mod peer;
mod peers;
mod profile;
mod roll;
mod skew;

pub use member::Member;
pub use peer::Peer;
pub use peers::{Peers, Tempo};
pub use profile::Profile;
pub use skew::{Skew, SkewCounts};

use serde::{Deserialize, Serialize};

/// The context key that all of it travels by.
const FLEET_KEY: &str = "object_fleet";

/// The value of the key in a question.
const ASK: &str = "ask";

/// What a server tells the others of its topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Announcement {
    member: Profile,
    /// It has just come: the others are to answer at once.
    #[serde(default)]
    hello: bool,
    /// It has gone.
    #[serde(default)]
    gone: bool,
}

/// What a server answers whoever asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Answer {
    /// Who answers.
    member: Profile,
    /// What all servers of the topic read and serve, if not all are as this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    common: Option<profile::Abilities>,
    /// The hosts of all servers of the topic, as far as they share a queue.
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    skew: SkewCounts,
}
