//! What the contract promises, checked against facts recorded from Nova 34.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod context;
mod contract;
mod decoders;
mod exceptions;
mod families;
mod fingerprints;
mod fuzz;
mod hooks;
mod lazy;
mod plain;
mod recorded;
mod round_trips;
mod schemas;
mod semantics;
mod upgrades;
mod vectors;
mod ways;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

/// Counts what is allocated, by whichever test.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;
