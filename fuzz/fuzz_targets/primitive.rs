//! Objects of the model's own test classes, and replies of object actions.
#![no_main]
#![allow(dead_code)]

#[path = "../../crates/versionedobjects/tests/it/library.rs"]
mod library;
#[path = "../../crates/versionedobjects/tests/it/nursery.rs"]
mod nursery;
#[path = "../../crates/versionedobjects/tests/it/parcels.rs"]
mod parcels;
#[path = "../../crates/versionedobjects/tests/it/fuzz/target.rs"]
mod target;

pub use library::Library as Project;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    target::fuzz_one(input);
});
