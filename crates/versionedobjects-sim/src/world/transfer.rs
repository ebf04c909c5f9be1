//! Things that are passed from one service to another until that is acknowledged.

use versionedobjects::{Manifest, ObjectExt as _};

use super::{Event, Message, World, kind};
use crate::service::{Transfer, at_rest, on_the_way};
use crate::{Kind, Mistake};

/// How long it takes until what was not acknowledged is sent again, in
/// milliseconds.
const AGAIN: u64 = 250;

/// How long a reader may have been in a release before it counts as a mistake
/// that it is sent less.
const FOLLOW: u64 = 5_000;

impl World<'_> {
    /// Takes a thing out of the store, does something with it perhaps, and
    /// passes it on.
    pub(super) fn pass(&mut self, service: usize, thing: u64) {
        let Some(text) = self.services[service].disk.store.remove(&thing) else {
            return;
        };
        let Some(mut object) = self.open(service, thing, &text, "its own store", true) else {
            return;
        };
        if self.random.happens(400) && !self.edit(service, thing, &mut *object) {
            return;
        }
        let others: Vec<usize> = (0..self.services.len())
            .filter(|other| *other != service)
            .collect();
        if others.is_empty() {
            self.keep(service, thing, &*object);
            return;
        }
        let to = *self.random.one_of(&others);
        let hop = match self.truths.get_mut(&thing) {
            Some(truth) => {
                truth.hop += 1;
                truth.hop
            }
            None => return,
        };
        match at_rest(&*object, self.plan.mistake) {
            Ok(text) => {
                let transfer = Transfer { hop, to, text };
                self.services[service].disk.outbox.insert(thing, transfer);
                self.attempt(service, thing);
            }
            Err(error) => self.unwritable(service, thing, &error),
        }
    }

    /// Sends what is to be passed on, or asks first what the other one reads.
    pub(super) fn attempt(&mut self, service: usize, thing: u64) {
        let mistake = self.plan.mistake;
        let it = &self.services[service];
        let (true, Some(transfer)) = (it.up, it.disk.outbox.get(&thing)) else {
            return;
        };
        let (to, hop, text) = (transfer.to, transfer.hop, transfer.text.clone());
        let own = self.release(service).reads();
        let reads = match mistake {
            Some(Mistake::NoPin) => Some(&own),
            _ => it.knows(to, &own, self.agenda.now(), mistake),
        };
        let reads = reads.cloned();
        self.agenda.after(AGAIN, Event::Again(service, thing));
        let Some(reads) = reads else {
            self.send(to, Message::Question { from: service });
            return;
        };
        // It may have arrived and changed since: what is true now says nothing of it.
        let keeps = mistake != Some(Mistake::ErasesUnknown);
        let object = match self.release(service).read(&text, keeps) {
            Ok(object) => object,
            Err(error) => {
                self.services[service].disk.outbox.remove(&thing);
                let title = self.title(service);
                self.lose(thing);
                return self.find(
                    kind(&error),
                    format!("{title} reads thing {thing}, which it passes on: {error}"),
                );
            }
        };
        let class = object.class().name;
        let written = on_the_way(&*object, &reads, mistake);
        self.follow(service, to, class, &reads);
        match written {
            Ok(text) => {
                let (from, other) = (self.title(service), self.title(to));
                self.note(format!(
                    "{from} passes thing {thing} to {other} as {}",
                    reads
                        .get(class)
                        .map(|reads| reads.min(object.version()))
                        .map_or_else(String::new, |v| v.to_string())
                ));
                self.send(
                    to,
                    Message::Pass {
                        from: service,
                        thing,
                        hop,
                        text,
                    },
                );
            }
            Err(error) => {
                self.services[service].disk.outbox.remove(&thing);
                self.unwritable(service, thing, &error);
            }
        }
    }

    /// Whether a reader that has been in its release for long is sent what it
    /// reads.
    fn follow(&mut self, service: usize, to: usize, class: &str, reads: &Manifest) {
        let other = &self.services[to];
        if !other.up || self.agenda.now() < other.since + FOLLOW {
            return;
        }
        let own = self.release(service).reads().get(class);
        let could = self.release(to).reads().get(class).min(own);
        if reads.get(class).min(own) < could {
            let (from, title) = (self.title(service), self.title(to));
            self.find(
                Kind::HeldBack,
                format!("{from} still sends {title} less than it reads of {class}"),
            );
        }
    }

    /// A thing arrives.
    pub(super) fn take(&mut self, service: usize, from: usize, thing: u64, hop: u64, text: &str) {
        self.send(from, Message::Ack { thing, hop });
        let taken = self.services[service].disk.taken.get(&thing).copied();
        if self.plan.mistake != Some(Mistake::TakenTwice) && taken >= Some(hop) {
            return;
        }
        self.services[service].disk.taken.insert(thing, hop);
        let other = self.title(from);
        if let Some(object) = self.open(service, thing, text, &other, true) {
            self.delivered += 1;
            self.keep(service, thing, &*object);
        }
    }
}
