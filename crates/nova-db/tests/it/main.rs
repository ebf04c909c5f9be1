//! The database layer on real databases, one of its own for each test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod concurrency;
mod faults;
mod instances;
mod introspect;
mod revisions;
mod schema;
mod statements;
mod transactions;
mod values;
mod written_by_nova;
