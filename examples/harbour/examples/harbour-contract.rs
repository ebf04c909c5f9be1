//! Compares the harbour's classes with their recorded contracts, and records
//! them: `-- --help` says how. The test does the same without this program.

use std::process::ExitCode;

use versionedobjects::contract::Recorder;

fn main() -> ExitCode {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/contract");
    Recorder::new(harbour::registry(), folder)
        .command("cargo xtask contract --accept")
        .run()
}
