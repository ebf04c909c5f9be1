//! The store traits whose rows are in a cell's database.

mod compute_node;
mod minimum_version;
mod relation;
mod service;

pub(crate) use minimum_version::MinimumVersions;
