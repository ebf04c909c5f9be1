//! What happens, and when: a clock that only what happens moves.

use std::collections::BTreeMap;

use versionedobjects::{JsonMap, Manifest};

/// Something that happens at a moment.
pub(super) enum Event {
    /// A message arrives.
    Deliver(usize, Message),
    /// Somebody does something.
    Work,
    /// What was not acknowledged is sent again.
    Again(usize, u64),
    /// A service gets its next release.
    Upgrade(usize),
    /// A service is back.
    Up(usize),
}

/// What services say to each other.
#[derive(Clone)]
pub(super) enum Message {
    /// What do you read?
    Question { from: usize },
    /// This is what I read.
    Answer { from: usize, reads: Manifest },
    /// This thing is yours.
    Pass {
        from: usize,
        thing: u64,
        hop: u64,
        text: String,
    },
    /// I have it.
    Ack { thing: u64, hop: u64 },
    /// Show me that thing; this is what I read.
    Ask {
        from: usize,
        ask: u64,
        thing: u64,
        reads: Manifest,
    },
    /// This is how it was.
    Reply {
        ask: u64,
        thing: u64,
        text: String,
        truth: JsonMap,
    },
}

/// What is still to happen, in order: of what happens at the same moment first
/// what was planned first.
#[derive(Default)]
pub(super) struct Agenda {
    now: u64,
    events: BTreeMap<(u64, u64), Event>,
    sequence: u64,
}

impl Agenda {
    /// The moment, in milliseconds.
    pub(super) const fn now(&self) -> u64 {
        self.now
    }

    /// Plans something for a moment.
    pub(super) fn at(&mut self, moment: u64, event: Event) {
        self.sequence += 1;
        self.events.insert((moment, self.sequence), event);
    }

    /// Plans something for so many milliseconds from now.
    pub(super) fn after(&mut self, milliseconds: u64, event: Event) {
        self.at(self.now + milliseconds, event);
    }

    /// Goes to the moment of what is next.
    pub(super) fn next(&mut self) -> Option<Event> {
        let ((moment, _), event) = self.events.pop_first()?;
        self.now = moment;
        Some(event)
    }
}
