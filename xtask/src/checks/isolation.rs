//! nova-compute cannot reach a database because the code is not in it.
//!
//! Looked for twice: in its dependencies, and in the binary itself. nova-conductor, which has all of it, shows that the
//! search finds what it is after.

use std::path::PathBuf;

use serde_json::Value;

use crate::process;
use crate::test::Progress;
use crate::workspace;

const ISOLATED: &str = "nova-compute";
const CONTROL: &str = "nova-conductor";

/// Crates that must not be in the graph.
const CRATES: &[&str] = &[
    "nova-db",
    "sqlx",
    "sea-query",
    "libsqlite3-sys",
    "rusqlite",
    "sqlite",
];

/// What only their code leaves in a binary: names in symbols, with their length in front, after `N` (legacy mangling) or
/// `_` (v0); and functions of SQLite. The bare names are also found in help texts and next to digits.
const TRACES: &[&str] = &[
    "N7nova_db",
    "_7nova_db",
    "N9sqlx_core",
    "_9sqlx_core",
    "N9sea_query",
    "_9sea_query",
    "sqlite3_open_v2",
    "sqlite3_prepare_v",
];

pub(super) fn run(progress: &Progress) -> Vec<String> {
    let mut failures = match graph() {
        Ok(found) => found,
        Err(error) => return vec![error],
    };
    match binary(ISOLATED, progress) {
        Ok(bytes) => {
            let found = traces(&bytes);
            if !found.is_empty() {
                failures.push(format!(
                    "the binary of {ISOLATED} holds a database driver: {}",
                    found.join(", ")
                ));
            }
        }
        Err(error) => failures.push(error),
    }
    match binary(CONTROL, progress) {
        Ok(bytes) if traces(&bytes).is_empty() => failures.push(format!(
            "the search finds no database driver in {CONTROL} either, so it proves nothing; are symbols stripped?"
        )),
        Ok(_) => {}
        Err(error) => failures.push(error),
    }
    failures
}

/// Paths from nova-compute to a crate that must not be there.
fn graph() -> Result<Vec<String>, String> {
    let mut command = process::cargo();
    command
        .args([
            "tree",
            "--package",
            ISOLATED,
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .current_dir(workspace::root());
    let text = process::output(&mut command)?;
    let text = String::from_utf8_lossy(&text);
    let mut found: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|n| forbidden(n))
        .collect();
    found.sort_unstable();
    found.dedup();
    let advice =
        |name| format!("{ISOLATED} depends on {name}; see `cargo tree -p {ISOLATED} -i {name}`");
    Ok(found.into_iter().map(advice).collect())
}

fn forbidden(name: &str) -> bool {
    CRATES.iter().any(|bad| {
        name == *bad
            || name
                .strip_prefix(bad)
                .is_some_and(|rest| rest.starts_with('-'))
    })
}

/// Builds a crate's binary as it is built on its own and reads it.
fn binary(package: &str, progress: &Progress) -> Result<Vec<u8>, String> {
    let packages = workspace::packages()?;
    let has_binary = packages
        .iter()
        .any(|known| known.name == package && !known.binaries.is_empty());
    if !has_binary {
        return Err(format!("{package} has no binary to look into"));
    }
    let mut command = process::cargo();
    command
        .args([
            "build",
            "--package",
            package,
            "--bins",
            "--message-format=json-render-diagnostics",
        ])
        .current_dir(workspace::root());
    let mut path = None;
    let outcome = process::stream(
        &mut command,
        |line| match artifact(line) {
            Some(found) => path = Some(found),
            None if !line.starts_with('{') => progress.say(line),
            None => {}
        },
        || progress.still(),
    )?;
    if !outcome.success {
        return Err(format!("{} failed, see above", process::show(&command)));
    }
    let path = path.ok_or_else(|| format!("cargo names no binary of {package}"))?;
    std::fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// The binary a line of cargo's messages names.
fn artifact(line: &str) -> Option<PathBuf> {
    if !line.starts_with('{') {
        return None;
    }
    let message: Value = serde_json::from_str(line).ok()?;
    message["executable"].as_str().map(PathBuf::from)
}

fn traces(bytes: &[u8]) -> Vec<&'static str> {
    TRACES
        .iter()
        .copied()
        .filter(|trace| contains(bytes, trace.as_bytes()))
        .collect()
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else {
        return true;
    };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = rest.get(at..).unwrap_or_default();
        if rest.starts_with(wanted) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_are_found_anywhere() {
        assert_eq!(traces(b"\x00\x01_ZN9sqlx_core4pool"), ["N9sqlx_core"]);
        assert_eq!(traces(b"_RNvCs1_9sqlx_core4pool"), ["_9sqlx_core"]);
        assert_eq!(traces(b"sqlite3_sqlite3_open_v2"), ["sqlite3_open_v2"]);
        assert!(traces(b"1.7nova_db 9sea_query").is_empty());
        assert!(traces(b"sqlx=WARN nova_db").is_empty());
    }

    #[test]
    fn families_of_crates_are_forbidden_as_a_whole() {
        for name in [
            "sqlx",
            "sqlx-core",
            "sea-query-binder",
            "nova-db",
            "libsqlite3-sys",
        ] {
            assert!(forbidden(name), "{name}");
        }
        for name in ["nova-objects", "serde", "sqlxyz"] {
            assert!(!forbidden(name), "{name}");
        }
    }
}
