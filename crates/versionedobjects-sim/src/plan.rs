//! What happens in a simulation, all of it decided by a seed.

use std::fmt;

/// A simulation: which services upgrade in which order, and what goes wrong.
/// The same plan is the same simulation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// How many services there are.
    pub services: usize,
    /// Which service goes to its next release, one after the other.
    pub upgrades: Vec<usize>,
    /// What the bus and the machines do.
    pub faults: Faults,
    /// A mistake in how the services treat each other.
    pub mistake: Option<Mistake>,
}

/// What the bus and the machines do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults {
    /// How many of 1000 messages are lost.
    pub loss: u64,
    /// How many of 1000 messages arrive twice.
    pub duplication: u64,
    /// The longest way of a message, in milliseconds: later ones overtake.
    pub delay: u64,
    /// How many of 1000 steps of work are preceded by the restart of a service.
    pub restarts: u64,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            loss: 80,
            duplication: 80,
            delay: 60,
            restarts: 15,
        }
    }
}

/// A mistake that a service may make in how it treats others: each is one that
/// upgrades have been broken by. Mistakes in classes are made in classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mistake {
    /// What another reads is asked for once and never again.
    StalePin,
    /// Everything is written at the writer's newest version.
    NoPin,
    /// What is published names versions of the classes inside that are not read.
    WrongChildVersion,
    /// What a release does not know is not kept in what it passes on.
    ErasesUnknown,
    /// What an older reader lacks is not sent along.
    LossyHop,
    /// Answers are written at the version of whoever answers.
    ReplyAtOwnVersion,
    /// What is stored is written without what the release does not know.
    ForgetfulStore,
    /// A message that comes a second time is taken for a new one.
    TakenTwice,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::StalePin,
        Self::NoPin,
        Self::WrongChildVersion,
        Self::ErasesUnknown,
        Self::LossyHop,
        Self::ReplyAtOwnVersion,
        Self::ForgetfulStore,
        Self::TakenTwice,
    ];
}

impl Plan {
    /// A plan without mistakes.
    #[must_use]
    pub fn new(seed: u64, services: usize, upgrades: impl Into<Vec<usize>>) -> Self {
        Self {
            seed,
            services,
            upgrades: upgrades.into(),
            faults: Faults::default(),
            mistake: None,
        }
    }

    /// The same with a mistake.
    #[must_use]
    pub const fn with(mut self, mistake: Mistake) -> Self {
        self.mistake = Some(mistake);
        self
    }

    /// Every order in which `services` can go through `releases`, one step of
    /// one service at a time: 90 for three and three.
    #[must_use]
    pub fn orders(services: usize, releases: usize) -> Vec<Vec<usize>> {
        let steps = releases.saturating_sub(1);
        let mut orders = Vec::new();
        extend(&mut Vec::new(), &mut vec![steps; services], &mut orders);
        orders
    }
}

fn extend(order: &mut Vec<usize>, left: &mut [usize], orders: &mut Vec<Vec<usize>>) {
    if left.iter().all(|left| *left == 0) {
        orders.push(order.clone());
        return;
    }
    for service in 0..left.len() {
        if left[service] > 0 {
            left[service] -= 1;
            order.push(service);
            extend(order, left, orders);
            order.pop();
            left[service] += 1;
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "seed {}, {} services, upgrades {:?}, {:?}",
            self.seed, self.services, self.upgrades, self.faults
        )?;
        self.mistake
            .map_or(Ok(()), |mistake| write!(f, ", mistake {mistake:?}"))
    }
}
