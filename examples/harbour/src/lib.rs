//! A harbour: ships come, lie at a berth, and leave.
//!
//! This is the contract between those who have the harbour's database and
//! those who have not: the objects, what can be asked of them, and how errors
//! are called. No SQL and no sockets.
//!
//! 1. [`Ship`]: an object of nothing but fields;
//! 2. [`Visit`] and [`VisitList`]: an object with another inside, versions, a
//!    rule for old readers, methods; and a list;
//! 3. [`Error`]: what goes wrong, and how it travels;
//! 4. [`Project`]: what all of them share.
//!
//! `harbour-office` implements the store, `harbour-pilot` does without.

mod asker;
mod error;
mod ship;
mod visit;

use std::sync::LazyLock;

use versionedobjects::{Object as _, Registry};

pub use asker::Asker;
pub use error::{Error, Result};
pub use ship::Ship;
pub use visit::{
    Visit, VisitCreate, VisitList, VisitListAll, VisitListStore, VisitState, VisitStore,
};

/// The topic the office listens on.
pub const TOPIC: &str = "office";

/// What all classes of the harbour share.
#[derive(Debug)]
pub struct Project;

impl versionedobjects::Project for Project {
    const PREFIX: &'static str = "harbour_object";
    const NAMESPACE: &'static str = "harbour";
    type Store = dyn Store;
    type Error = Error;
}

/// Everything that can be asked of the office.
pub trait Store: VisitStore + VisitListStore {}

impl<T: VisitStore + VisitListStore> Store for T {}

/// The classes of the harbour: what a message may name.
pub fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
        Registry::new([
            Ship::class_def(),
            Visit::class_def(),
            VisitList::class_def(),
        ])
    });
    &REGISTRY
}
