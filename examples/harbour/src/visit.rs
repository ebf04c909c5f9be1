//! Visits: a ship at a berth, from its arrival until it leaves.

use versionedobjects::prelude::*;

use crate::{Result, Ship};

/// How a visit stands.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
#[enum_field(name = "VisitState")]
pub enum VisitState {
    /// At its berth.
    #[value("moored")]
    Moored,
    /// At its berth, and nobody goes ashore.
    #[value("quarantined")]
    Quarantined,
    /// Over.
    #[value("left")]
    Left,
}

/// One stay of a ship at a berth.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../contract/harbour",
    methods,
    history(
        "1.0" = "Initial version",
        "1.1" = "Added cargo",
        "1.2" = "Ships may be quarantined; ship 1.1",
    )
)]
pub struct Visit {
    meta: Meta,
    /// Given by the office.
    #[object(read_only)]
    id: Attr<i64>,
    ship: Attr<Ship>,
    berth: Attr<i64>,
    /// Before 1.2 nobody knew of quarantine: such a ship was simply moored.
    #[object(
        default = VisitState::Moored,
        values("quarantined", since = "1.2", before = "moored")
    )]
    state: Attr<VisitState>,
    /// What is aboard; null if the captain did not say.
    #[object(since = "1.1")]
    cargo: Attr<Option<String>>,
    /// Set by the office.
    arrived_at: Attr<DateTime>,
}

/// What can be asked of visits, wherever the database is.
#[remotable(Visit)]
pub trait VisitStore {
    /// Records an arrival and sets `id` and `arrived_at`; `BerthTaken` if
    /// another ship lies there.
    #[errors(BerthTaken, Records)]
    async fn create(
        &self,
        ctx: &Context,
        visit: &mut Visit,
        #[arg(default = false)] quarantine: bool,
    ) -> Result<()>;

    /// The visit of that number; `NoVisit` if there was none.
    #[errors(NoVisit, Records)]
    async fn get(&self, ctx: &Context, id: i64) -> Result<Visit>;

    /// Writes what changed. Returns how many fields that were.
    #[errors(NoVisit, Records)]
    async fn save(&self, ctx: &Context, visit: &mut Visit) -> Result<i64>;
}

/// Visits, oldest first.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../contract/harbour",
    list_of(Visit),
    methods,
    history("1.0" = "Initial version", "1.1" = "Visit 1.1", "1.2" = "Visit 1.2")
)]
pub struct VisitList {
    meta: Meta,
    objects: Attr<Vec<Visit>>,
}

/// What can be asked of all visits.
#[remotable(VisitList)]
pub trait VisitListStore {
    /// All visits, or those in a state.
    #[errors(Records)]
    async fn all(
        &self,
        ctx: &Context,
        #[arg(default = None)] state: Option<VisitState>,
    ) -> Result<VisitList>;
}
