//! The simulation: a queue of events on a clock that only they move.

use std::collections::BTreeMap;

use versionedobjects::{Error, JsonMap, Manifest, ObjectExt as _, VersionedObject};

use crate::check::missing;
use crate::service::{Service, Transfer, at_rest, on_the_way, said};
use crate::{Domain, Finding, Kind, Mistake, Outcome, Plan, Random, Release};

/// How many things there are before the first upgrade, and how many more may be
/// made after each: every release makes some.
const THINGS: usize = 3;
const MORE: usize = 2;

/// How long it takes until what was not acknowledged is sent again, in
/// milliseconds.
const AGAIN: u64 = 250;

/// How long work goes on after the last upgrade, and for how long what is under
/// way may take to arrive then.
const AFTER: u64 = 7_000;
const DRAIN: u64 = 120_000;

/// How long a reader may have been in a release before it counts as a mistake
/// that it is sent less.
const FOLLOW: u64 = 5_000;

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

/// What is true of a thing.
struct Truth {
    class: &'static str,
    says: JsonMap,
    /// How often it has been passed on.
    hop: u64,
    /// It could not be read or written any more, which was found already.
    gone: bool,
}

enum Event {
    Deliver(usize, Message),
    Work,
    Again(usize, u64),
    Upgrade(usize),
    Up(usize),
}

#[derive(Clone)]
enum Message {
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

struct World<'d> {
    domain: &'d dyn Domain,
    plan: &'d Plan,
    random: Random,
    now: u64,
    events: BTreeMap<(u64, u64), Event>,
    sequence: u64,
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
            now: 0,
            events: BTreeMap::new(),
            sequence: 0,
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
            world.schedule(at, Event::Upgrade(*service));
        }
        if plan.upgrades.is_empty() {
            world.working_until = AFTER;
        }
        world.schedule(1, Event::Work);
        world
    }

    fn run(&mut self) {
        while let Some(((at, _), event)) = self.events.pop_first() {
            self.now = at;
            let drained = self.now > self.working_until.saturating_add(DRAIN);
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

    fn schedule(&mut self, at: u64, event: Event) {
        self.sequence += 1;
        self.events.insert((at, self.sequence), event);
    }

    fn note(&mut self, what: String) {
        self.trace.push(format!("{} {what}", self.now));
    }

    fn find(&mut self, kind: Kind, what: String) {
        self.note(format!("! {kind:?}: {what}"));
        self.findings.push(Finding {
            at: self.now,
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
            let at = self.now + 1 + self.random.below(faults.delay);
            self.schedule(at, Event::Deliver(to, message.clone()));
        }
    }

    fn upgrade(&mut self, service: usize) {
        if !self.services[service].up {
            let later = self.now + 100;
            self.schedule(later, Event::Upgrade(service));
            return;
        }
        let newest = self.domain.releases().len() - 1;
        let next = (self.services[service].release + 1).min(newest);
        self.go_down(service);
        self.services[service].release = next;
        self.upgrades_left -= 1;
        if self.upgrades_left == 0 {
            self.working_until = self.now + AFTER;
        }
        let title = self.title(service);
        self.note(format!("{title} is being installed"));
    }

    fn go_down(&mut self, service: usize) {
        self.services[service].up = false;
        let until = self.now + 20 + self.random.below(400);
        self.schedule(until, Event::Up(service));
    }

    fn come_up(&mut self, service: usize) {
        let now = self.now;
        let it = &mut self.services[service];
        it.up = true;
        it.run += 1;
        it.since = now;
        it.memory = crate::service::Memory::default();
        let waiting: Vec<u64> = it.disk.outbox.keys().copied().collect();
        let title = self.title(service);
        self.note(format!("{title} is up"));
        for thing in waiting {
            self.attempt(service, thing);
        }
    }

    /// Somebody does something.
    fn work(&mut self) {
        if self.now > self.working_until {
            return;
        }
        let next = self.now + 40 + self.random.below(120);
        self.schedule(next, Event::Work);
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

    fn make(&mut self, service: usize) {
        let thing = self.truths.len() as u64;
        let release = self.services[service].release;
        let made = self.domain.make(release, thing, &mut self.random);
        let made = made.and_then(|object| {
            let says = self.domain.truth(release, &*object)?;
            Ok((
                at_rest(&*object, self.plan.mistake)?,
                object.class().name,
                says,
            ))
        });
        let title = self.title(service);
        match made {
            Ok((text, class, says)) => {
                self.note(format!("{title} makes thing {thing}"));
                self.services[service].disk.store.insert(thing, text);
                let truth = Truth {
                    class,
                    says,
                    hop: 0,
                    gone: false,
                };
                self.truths.insert(thing, truth);
            }
            Err(error) => self.find(Kind::Unwritable, format!("{title} makes a thing: {error}")),
        }
    }

    /// Takes a thing out of the store, does something with it perhaps, and
    /// passes it on.
    fn pass(&mut self, service: usize, thing: u64) {
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

    fn edit(&mut self, service: usize, thing: u64, object: &mut dyn VersionedObject) -> bool {
        let release = self.services[service].release;
        let edited = self.domain.truth(release, object).and_then(|before| {
            self.domain.edit(release, object, &mut self.random)?;
            Ok((before, self.domain.truth(release, object)?))
        });
        let title = self.title(service);
        match edited {
            Ok((before, after)) => {
                self.note(format!("{title} works on thing {thing}"));
                if let Some(truth) = self.truths.get_mut(&thing) {
                    for (name, value) in after {
                        if before.get(&name) != Some(&value) {
                            merge(&mut truth.says, name, value);
                        }
                    }
                }
                true
            }
            Err(error) => {
                self.lose(thing);
                self.find(
                    Kind::Lost,
                    format!("{title} cannot work on thing {thing}: {error}"),
                );
                false
            }
        }
    }

    /// Sends what is to be passed on, or asks first what the other one reads.
    fn attempt(&mut self, service: usize, thing: u64) {
        let mistake = self.plan.mistake;
        let it = &self.services[service];
        let (true, Some(transfer)) = (it.up, it.disk.outbox.get(&thing)) else {
            return;
        };
        let (to, hop, text) = (transfer.to, transfer.hop, transfer.text.clone());
        let own = self.release(service).reads();
        let reads = match mistake {
            Some(Mistake::NoPin) => Some(&own),
            _ => it.knows(to, &own, self.now, mistake),
        };
        let reads = reads.cloned();
        let again = self.now + AGAIN;
        self.schedule(again, Event::Again(service, thing));
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
        if !other.up || self.now < other.since + FOLLOW {
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

    fn ask(&mut self, service: usize) {
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
    fn says(&self, service: usize) -> Manifest {
        let main: Vec<&str> = self.truths.values().map(|truth| truth.class).collect();
        let releases = self.domain.releases();
        let newest = &releases[releases.len() - 1];
        said(self.release(service), newest, &main, self.plan.mistake)
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
                let now = self.now;
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

    /// A thing arrives.
    fn take(&mut self, service: usize, from: usize, thing: u64, hop: u64, text: &str) {
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

    fn keep(&mut self, service: usize, thing: u64, object: &dyn VersionedObject) {
        match at_rest(object, self.plan.mistake) {
            Ok(text) => {
                self.services[service].disk.store.insert(thing, text);
            }
            Err(error) => self.unwritable(service, thing, &error),
        }
    }

    /// Reads a thing, makes it current if asked to, and compares it with what is
    /// true.
    fn open(
        &mut self,
        service: usize,
        thing: u64,
        text: &str,
        whence: &str,
        current: bool,
    ) -> Option<Box<dyn VersionedObject>> {
        let keeps = self.plan.mistake != Some(Mistake::ErasesUnknown);
        let release = self.release(service);
        let read = release.read(text, keeps).and_then(|mut object| {
            // A release that is held to older versions has no newer defaults.
            let newest = release.reads().get(object.class().name);
            if current && newest == Some(object.class().version()) {
                object.upgrade()?;
            }
            Ok(object)
        });
        let title = self.title(service);
        match read {
            Ok(object) => {
                let truth = self.truths.get(&thing)?;
                let number = self.services[service].release;
                let seen = self.domain.seen(number, truth.class, &truth.says);
                let lost = missing(&*object, &seen);
                if !lost.is_empty() {
                    self.find(
                        Kind::Lost,
                        format!(
                            "{title} reads thing {thing} from {whence}: {}",
                            lost.join("; ")
                        ),
                    );
                }
                Some(object)
            }
            Err(error) => {
                self.lose(thing);
                self.find(
                    kind(&error),
                    format!("{title} reads thing {thing} from {whence}: {error}"),
                );
                None
            }
        }
    }

    /// Shows a thing to whoever asked.
    fn reply(&mut self, service: usize, to: usize, ask: u64, thing: u64, reads: &Manifest) {
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
    fn look(&mut self, service: usize, thing: u64, text: &str, truth: &JsonMap) {
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

    fn unwritable(&mut self, service: usize, thing: u64, error: &Error) {
        let title = self.title(service);
        self.lose(thing);
        self.find(
            Kind::Unwritable,
            format!("{title} writes thing {thing}: {error}"),
        );
    }

    /// What became of a thing was found; it need not be found again.
    fn lose(&mut self, thing: u64) {
        if let Some(truth) = self.truths.get_mut(&thing) {
            truth.gone = true;
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

/// Sets what was changed; in objects only what was.
fn merge(says: &mut JsonMap, name: String, value: versionedobjects::Json) {
    use versionedobjects::Json;
    match (says.get_mut(&name), value) {
        (Some(Json::Object(known)), Json::Object(changed)) => {
            for (name, value) in changed {
                merge(known, name, value);
            }
        }
        (_, value) => {
            says.insert(name, value);
        }
    }
}
