//! How often objects allocate, next to plain structs. A program of its own,
//! because counting costs time.

use std::alloc::System;

use benches::report::Report;
use benches::{Result, objects};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> Result<()> {
    let mut report = Report::default();
    for mut case in objects::cases()? {
        for (side, run) in [
            ("objects", &mut case.ours),
            (case.floor_is, &mut case.floor),
        ] {
            // What is made once does not count.
            run();
            let region = Region::new(ALLOCATOR);
            run();
            let counted = region.change();
            let made = counted.allocations + counted.reallocations;
            let what = format!("{}: {side}", case.what);
            #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
            report.fact("allocations", what, made as f64, "allocations");
        }
    }
    benches::print(&report)
}
