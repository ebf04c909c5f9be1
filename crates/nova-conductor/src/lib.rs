//! The conductor: serves every remotable method to whoever has no database.
//!
//! [`Conductor`] joins three things that know nothing of each other: the
//! registry of classes (`nova-objects`), the store (`nova-db`) and the bus
//! (`oslo-messaging`). It holds no method of its own.

mod conductor;
mod database;
mod outcomes;

pub use conductor::{Conductor, ConductorOptions, Error, OutcomeLimits};
pub use database::{open_database, open_schema};
pub use outcomes::DatabaseOutcomes;
