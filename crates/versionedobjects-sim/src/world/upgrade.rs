//! Services that restart, and come up in another release.

use super::{AFTER, Event, World};
use crate::service::Memory;

impl World<'_> {
    pub(super) fn upgrade(&mut self, service: usize) {
        if !self.services[service].up {
            self.agenda.after(100, Event::Upgrade(service));
            return;
        }
        let newest = self.domain.releases().len() - 1;
        let next = (self.services[service].release + 1).min(newest);
        self.go_down(service);
        self.services[service].release = next;
        self.upgrades_left -= 1;
        if self.upgrades_left == 0 {
            self.working_until = self.agenda.now() + AFTER;
        }
        let title = self.title(service);
        self.note(format!("{title} is being installed"));
    }

    pub(super) fn go_down(&mut self, service: usize) {
        self.services[service].up = false;
        let away = 20 + self.random.below(400);
        self.agenda.after(away, Event::Up(service));
    }

    pub(super) fn come_up(&mut self, service: usize) {
        let now = self.agenda.now();
        let it = &mut self.services[service];
        it.up = true;
        it.run += 1;
        it.since = now;
        it.memory = Memory::default();
        let waiting: Vec<u64> = it.disk.outbox.keys().copied().collect();
        let title = self.title(service);
        self.note(format!("{title} is up"));
        for thing in waiting {
            self.attempt(service, thing);
        }
    }
}
