//! Compares Nova's classes with their recorded contracts: what `cargo xtask
//! contract` runs. `-- --help` says what it takes.

use std::process::ExitCode;

use versionedobjects::contract::Recorder;

fn main() -> ExitCode {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contract");
    Recorder::new(nova_objects::registry(), folder)
        .command("cargo xtask contract --accept")
        .run()
}
