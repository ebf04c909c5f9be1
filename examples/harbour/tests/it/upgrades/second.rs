//! The second release, as it was: captains are asked for their cargo.

use versionedobjects::prelude::*;

pub(super) use super::first::Ship;
use super::first::VisitState;

/// One stay of a ship at a berth.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = harbour::Project, history("1.0" = "Initial version", "1.1" = "Added cargo"))]
pub struct Visit {
    meta: Meta,
    #[object(read_only)]
    id: Attr<i64>,
    ship: Attr<Ship>,
    berth: Attr<i64>,
    #[object(default = VisitState::Moored)]
    state: Attr<VisitState>,
    #[object(since = "1.1")]
    cargo: Attr<Option<String>>,
    arrived_at: Attr<DateTime>,
}

/// Visits, oldest first.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    project = harbour::Project,
    list_of(Visit),
    history("1.0" = "Initial version", "1.1" = "Visit 1.1")
)]
pub struct VisitList {
    meta: Meta,
    objects: Attr<Vec<Visit>>,
}
