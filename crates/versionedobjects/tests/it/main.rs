//! The model, tested through its public surface.

mod backport;
mod carried;
mod changes;
#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod coercion;
mod contract;
mod conversions;
mod defaults;
mod fuzz;
mod hydrate;
#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod library;
#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod lookup;
mod manifest;
#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod nursery;
#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod open_enums;
#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod parcels;
#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod paths;
mod plain;
mod raises;
mod remote;
mod round_trips;
mod schema;
mod smoke;
mod three_states;
#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod two_forms;
#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod unknown;
#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod upgrade;
#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod ways;

pub use library::Library as Project;
