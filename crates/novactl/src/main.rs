//! `novactl`

use std::process::ExitCode;

/// Messages are a few large pieces that come and go, which the C library's allocator is slow with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    novactl::run(std::env::args_os()).into()
}
