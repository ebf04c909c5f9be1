//! What services ask each other: what they read, and to be shown a thing.

use versionedobjects::{JsonMap, Manifest};

use super::{Message, World, kind};
use crate::check::missing;
use crate::service::{on_the_way, said};
use crate::{Kind, Mistake};

impl World<'_> {
    pub(super) fn ask(&mut self, service: usize) {
        let all: Vec<u64> = self.truths.keys().copied().collect();
        if all.is_empty() {
            return;
        }
        let thing = *self.random.one_of(&all);
        let holder = (0..self.services.len()).find(|other| {
            *other != service && self.services[*other].disk.store.contains_key(&thing)
        });
        let Some(holder) = holder else { return };
        self.asks += 1;
        let ask = self.asks;
        self.services[service].memory.asked.insert(ask);
        let reads = self.says(service);
        self.send(
            holder,
            Message::Ask {
                from: service,
                ask,
                thing,
                reads,
            },
        );
    }

    /// What a service says that it reads.
    pub(super) fn says(&self, service: usize) -> Manifest {
        let main: Vec<&str> = self.truths.values().map(|truth| truth.class).collect();
        let releases = self.domain.releases();
        let newest = &releases[releases.len() - 1];
        said(self.release(service), newest, &main, self.plan.mistake)
    }

    /// Shows a thing to whoever asked.
    pub(super) fn reply(
        &mut self,
        service: usize,
        to: usize,
        ask: u64,
        thing: u64,
        reads: &Manifest,
    ) {
        let Some(text) = self.services[service].disk.store.get(&thing).cloned() else {
            return;
        };
        let Some(object) = self.open(service, thing, &text, "its own store", false) else {
            self.services[service].disk.store.remove(&thing);
            return;
        };
        let own = self.release(service).reads();
        let mistake = self.plan.mistake;
        let reads = match mistake {
            Some(Mistake::ReplyAtOwnVersion) => &own,
            _ => reads,
        };
        let truth = self.truths.get(&thing).map(|truth| truth.says.clone());
        match on_the_way(&*object, reads, mistake) {
            Ok(text) => self.send(
                to,
                Message::Reply {
                    ask,
                    thing,
                    text,
                    truth: truth.unwrap_or_default(),
                },
            ),
            Err(error) => self.unwritable(service, thing, &error),
        }
    }

    /// Looks at what somebody showed.
    pub(super) fn look(&mut self, service: usize, thing: u64, text: &str, truth: &JsonMap) {
        let Some(class) = self.truths.get(&thing).map(|truth| truth.class) else {
            return;
        };
        let title = self.title(service);
        match self.release(service).read(text, true) {
            Ok(object) => {
                self.delivered += 1;
                let seen = self
                    .domain
                    .seen(self.services[service].release, class, truth);
                let lost = missing(&*object, &seen);
                if !lost.is_empty() {
                    self.find(
                        Kind::Lost,
                        format!("{title} is shown thing {thing}: {}", lost.join("; ")),
                    );
                }
            }
            Err(error) => self.find(
                kind(&error),
                format!("{title} is shown thing {thing}: {error}"),
            ),
        }
    }
}
