//! The first release, as it was: nobody asked for the cargo, or knew of quarantine.

use versionedobjects::prelude::*;

/// How a visit stands.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
#[enum_field(name = "VisitState")]
pub enum VisitState {
    #[value("moored")]
    Moored,
    #[value("left")]
    Left,
}

/// A ship.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = harbour::Project, history("1.0" = "Initial version"))]
pub struct Ship {
    meta: Meta,
    name: Attr<String>,
    flag: Attr<String>,
}

/// One stay of a ship at a berth.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = harbour::Project, history("1.0" = "Initial version"))]
pub struct Visit {
    meta: Meta,
    #[object(read_only)]
    id: Attr<i64>,
    ship: Attr<Ship>,
    berth: Attr<i64>,
    #[object(default = VisitState::Moored)]
    state: Attr<VisitState>,
    arrived_at: Attr<DateTime>,
}

/// Visits, oldest first.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = harbour::Project, list_of(Visit), history("1.0" = "Initial version"))]
pub struct VisitList {
    meta: Meta,
    objects: Attr<Vec<Visit>>,
}
