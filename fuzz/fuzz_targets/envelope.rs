//! Requests and replies on the bus.
#![no_main]

#[path = "../targets/envelope.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    target::fuzz_one(input);
});
