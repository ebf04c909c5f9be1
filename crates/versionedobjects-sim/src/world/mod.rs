//! The simulation: services, what happens to them, and what is true.

mod event;
mod inquiry;
mod thing;
mod transfer;
mod truth;
mod upgrade;

use std::collections::BTreeMap;

use versionedobjects::Error;

use self::event::{Agenda, Event, Message};
use self::truth::Truth;
use crate::service::Service;
use crate::{Domain, Finding, Kind, Outcome, Plan, Random, Release};

/// How many things there are before the first upgrade, and how many more may be
/// made after each: every release makes some.
const THINGS: usize = 3;
const MORE: usize = 2;

/// How long work goes on after the last upgrade, and for how long what is under
/// way may take to arrive then, in milliseconds.
const AFTER: u64 = 7_000;
const DRAIN: u64 = 120_000;

/// How many findings are enough.
const ENOUGH: usize = 40;

/// Runs a plan.
#[must_use]
pub fn simulate(domain: &dyn Domain, plan: &Plan) -> Outcome {
    let mut world = World::new(domain, plan);
    world.run();
    Outcome {
        plan: plan.clone(),
        findings: world.findings,
        trace: world.trace,
        delivered: world.delivered,
    }
}

struct World<'d> {
    domain: &'d dyn Domain,
    plan: &'d Plan,
    random: Random,
    agenda: Agenda,
    services: Vec<Service>,
    truths: BTreeMap<u64, Truth>,
    working_until: u64,
    upgrades_left: usize,
    asks: u64,
    findings: Vec<Finding>,
    trace: Vec<String>,
    delivered: u64,
}

impl<'d> World<'d> {
    fn new(domain: &'d dyn Domain, plan: &'d Plan) -> Self {
        let mut random = Random::new(plan.seed);
        let mut world = Self {
            domain,
            plan,
            agenda: Agenda::default(),
            services: (0..plan.services)
                .map(|number| Service::new(format!("s{number}")))
                .collect(),
            truths: BTreeMap::new(),
            working_until: u64::MAX,
            upgrades_left: plan.upgrades.len(),
            asks: 0,
            findings: Vec::new(),
            trace: Vec::new(),
            delivered: 0,
            random: random.clone(),
        };
        let mut at = 800;
        for service in &plan.upgrades {
            at += 500 + random.below(900);
            world.agenda.at(at, Event::Upgrade(*service));
        }
        if plan.upgrades.is_empty() {
            world.working_until = AFTER;
        }
        world.agenda.at(1, Event::Work);
        world
    }

    fn run(&mut self) {
        while let Some(event) = self.agenda.next() {
            let drained = self.agenda.now() > self.working_until.saturating_add(DRAIN);
            if drained || self.findings.len() >= ENOUGH {
                break;
            }
            match event {
                Event::Deliver(to, message) => self.deliver(to, message),
                Event::Work => self.work(),
                Event::Again(service, thing) => self.attempt(service, thing),
                Event::Upgrade(service) => self.upgrade(service),
                Event::Up(service) => self.come_up(service),
            }
        }
        self.end();
    }

    fn note(&mut self, what: String) {
        self.trace.push(format!("{} {what}", self.agenda.now()));
    }

    fn find(&mut self, kind: Kind, what: String) {
        self.note(format!("! {kind:?}: {what}"));
        self.findings.push(Finding {
            at: self.agenda.now(),
            kind,
            what,
        });
    }

    fn release(&self, service: usize) -> &'d Release {
        &self.domain.releases()[self.services[service].release]
    }

    fn title(&self, service: usize) -> String {
        format!(
            "{} ({})",
            self.services[service].name,
            self.release(service).name
        )
    }

    /// Sends a message over a bus that loses, repeats and delays.
    fn send(&mut self, to: usize, message: Message) {
        let faults = self.plan.faults;
        let copies = 1 + u64::from(self.random.happens(faults.duplication));
        for _ in 0..copies {
            if self.random.happens(faults.loss) {
                self.note("a message is lost".to_owned());
                continue;
            }
            let way = 1 + self.random.below(faults.delay);
            self.agenda.after(way, Event::Deliver(to, message.clone()));
        }
    }

    /// Somebody does something.
    fn work(&mut self) {
        if self.agenda.now() > self.working_until {
            return;
        }
        let pause = 40 + self.random.below(120);
        self.agenda.after(pause, Event::Work);
        let up: Vec<usize> = (0..self.services.len())
            .filter(|service| self.services[*service].up)
            .collect();
        if up.is_empty() {
            return;
        }
        let service = *self.random.one_of(&up);
        if self.random.happens(self.plan.faults.restarts) {
            let title = self.title(service);
            self.note(format!("{title} dies"));
            self.go_down(service);
            return;
        }
        let held: Vec<u64> = self.services[service].disk.store.keys().copied().collect();
        match self.random.below(4) {
            0 if self.truths.len() < self.room() => self.make(service),
            1 => self.ask(service),
            _ if !held.is_empty() => {
                let thing = *self.random.one_of(&held);
                self.pass(service, thing);
            }
            _ => {}
        }
    }

    fn room(&self) -> usize {
        THINGS + MORE * (self.plan.upgrades.len() - self.upgrades_left)
    }

    fn deliver(&mut self, to: usize, message: Message) {
        if !self.services[to].up {
            return;
        }
        match message {
            Message::Question { from } => {
                let reads = self.says(to);
                self.send(from, Message::Answer { from: to, reads });
            }
            Message::Answer { from, reads } => {
                let now = self.agenda.now();
                self.services[to].memory.known.insert(from, (reads, now));
            }
            Message::Pass {
                from,
                thing,
                hop,
                text,
            } => self.take(to, from, thing, hop, &text),
            Message::Ack { thing, hop } => {
                let outbox = &mut self.services[to].disk.outbox;
                if outbox
                    .get(&thing)
                    .is_some_and(|transfer| transfer.hop == hop)
                {
                    outbox.remove(&thing);
                }
            }
            Message::Ask {
                from,
                ask,
                thing,
                reads,
            } => self.reply(to, from, ask, thing, &reads),
            Message::Reply {
                ask,
                thing,
                text,
                truth,
            } => {
                if self.services[to].memory.asked.remove(&ask) {
                    self.look(to, thing, &text, &truth);
                }
            }
        }
    }

    /// Every thing must be in one place, and be what is true of it.
    fn end(&mut self) {
        if self.findings.len() >= ENOUGH {
            return;
        }
        let things: Vec<u64> = self
            .truths
            .iter()
            .filter(|(_, truth)| !truth.gone)
            .map(|(thing, _)| *thing)
            .collect();
        for thing in things {
            let places: Vec<usize> = (0..self.services.len())
                .filter(|service| self.services[*service].disk.store.contains_key(&thing))
                .collect();
            let [place] = places.as_slice() else {
                let names: Vec<String> = places.iter().map(|place| self.title(*place)).collect();
                self.find(
                    Kind::Misplaced,
                    format!(
                        "thing {thing} is in {} places: {}",
                        names.len(),
                        names.join(", ")
                    ),
                );
                continue;
            };
            let place = *place;
            if let Some(text) = self.services[place].disk.store.get(&thing).cloned() {
                self.open(place, thing, &text, "its own store, in the end", true);
            }
        }
    }
}

fn kind(error: &Error) -> Kind {
    match error {
        Error::IncompatibleVersion { .. } => Kind::TooNew,
        _ => Kind::Unreadable,
    }
}
