//! Configuration files.
#![no_main]

#[path = "../targets/ini.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    target::fuzz_one(input);
});
