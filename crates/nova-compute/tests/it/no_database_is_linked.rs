//! A compute cannot reach a database because the code is not in it.

use std::fs;
use std::process::Command;

/// What only a program with a database has.
const DATABASE: [&str; 5] = [
    "nova-db",
    "nova-conductor",
    "sea-query",
    "sqlx",
    "libsqlite3-sys",
];

#[test]
fn by_its_dependencies() {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--package",
            "nova-compute",
            "--edges",
            "normal",
            "--prefix",
            "none",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(
        tree.contains("nova-objects"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for package in tree.lines().filter_map(|line| line.split(' ').next()) {
        assert!(
            !DATABASE
                .iter()
                .any(|database| package.starts_with(database)),
            "nova-compute depends on {package}"
        );
    }
}

#[test]
fn by_its_program() {
    let program = fs::read(env!("CARGO_BIN_EXE_nova-compute")).expect("the program");
    for symbol in [&b"sqlite3_open"[..], b"sqlx_core"] {
        assert!(
            !program.windows(symbol.len()).any(|bytes| bytes == symbol),
            "{} is in the program",
            String::from_utf8_lossy(symbol)
        );
    }
}
