//! The database layer on real databases, one of its own for each test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod compute_node;
mod concurrency;
mod expect;
mod families_written_by_nova;

mod faults;
mod flavor;
mod instances;
mod introspect;
mod keypair;
mod outcomes;
mod revisions;
mod schema;
mod security_group;
mod service;
mod statements;
mod tag;
mod traces;
mod transactions;
mod values;
mod written_by_nova;
