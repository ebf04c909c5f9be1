//! Nova's objects.
#![no_main]

#[path = "../targets/nova_objects.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    target::fuzz_one(input);
});
