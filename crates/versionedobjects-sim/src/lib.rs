//! A fleet of several releases in one process.
//!
//! Services of different releases pass objects round over a bus that delays,
//! reorders, loses and repeats messages, restart, and are upgraded one by one in
//! any order, on a clock that only the simulation moves. Every service reads
//! and writes with the real tables of its release; what each of them sees is
//! compared with what is true. The seed decides everything, so that whatever is
//! found can be seen again.
//!
//! | what | where |
//! |---|---|
//! | a project's releases and things | [`Domain`], [`Release`] |
//! | what happens | [`Plan`], [`Faults`], [`Mistake`] |
//! | run it | [`simulate`] |
//! | what came of it | [`Outcome`], [`Finding`] |
//!
//! `docs/guides/simulating-upgrades.md` goes through an example.

#![expect(
    clippy::indexing_slicing,
    reason = "services and releases are numbered by the plan, and a test may panic"
)]

mod check;
mod domain;
mod outcome;
mod plan;
mod random;
mod release;
mod service;
mod world;

pub use domain::Domain;
pub use outcome::{Finding, Kind, Outcome};
pub use plan::{Faults, Mistake, Plan};
pub use random::Random;
pub use release::{Release, plain};
pub use world::simulate;
