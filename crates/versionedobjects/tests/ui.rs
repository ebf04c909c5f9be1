//! What the compiler says of mistakes, and that the programs whose expansion
//! is reviewed run.
//!
//! The compiler's own words change from release to release, so mistakes are
//! compared only with the minor version the snapshots were made with. After a
//! change run `TRYBUILD=overwrite cargo test -p versionedobjects --test ui` and
//! review the difference.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// The compiler whose words are in the `.stderr` files.
const SNAPSHOTS_MADE_WITH: &str = "1.95";

#[test]
fn ui_programs_that_are_right_run() {
    let cases = trybuild::TestCases::new();
    let folder = Path::new("tests/expand");
    for entry in fs::read_dir(folder).expect("cargo runs tests in the crate's folder") {
        let name = entry
            .expect("its entries can be read")
            .file_name()
            .to_string_lossy()
            .into_owned();
        if name.ends_with(".rs") && !name.ends_with(".expanded.rs") {
            cases.pass(folder.join(name));
        }
    }
}

#[test]
fn ui_mistakes_are_explained() {
    let compiler = compiler();
    if compiler != SNAPSHOTS_MADE_WITH {
        let skipped = format!(
            "skipped: the snapshots are of rustc {SNAPSHOTS_MADE_WITH}, this is {compiler}"
        );
        assert!(
            env::var_os("TRYBUILD").is_none(),
            "{skipped}; change SNAPSHOTS_MADE_WITH with them"
        );
        eprintln!("{skipped}");
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/ui/fail/*/*.rs");
}

/// The compiler's major and minor version.
fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .arg("--version")
        .output()
        .expect("cargo has run the compiler before");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split_whitespace().nth(1).unwrap_or_default();
    version
        .rsplit_once('.')
        .map_or(version, |(minor, _)| minor)
        .to_owned()
}
