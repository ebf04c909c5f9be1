//! `novactl object diff`

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::support::Deployment;

fn contracts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contract/nova")
}

/// The recorded contract of KeyPair as an older release might have had it.
fn older(folder: &Path) -> String {
    let text = fs::read_to_string(contracts().join("KeyPair.txt")).expect("it is recorded");
    let text = text
        .lines()
        .filter(|line| !line.starts_with("  1.4") && !line.starts_with("  1.3"))
        .map(|line| line.replace("  type: String [since 1.2]", "  type: String? [since 1.2]"))
        .map(|line| line.replace(", localonly: Boolean = false", ""))
        .filter(|line| !line.starts_with("  public_key"))
        .collect::<Vec<_>>()
        .join("\n");
    let path = folder.join("KeyPair.txt");
    fs::write(&path, text).expect("it can be written");
    path.display().to_string()
}

fn now() -> String {
    contracts().join("KeyPair.txt").display().to_string()
}

#[test]
fn a_release_has_nothing_to_lose_with_itself() {
    let folder = contracts().display().to_string();
    let text = Deployment::new().ok(&["object", "diff", &folder, &folder]);
    assert_eq!(text, "nothing differs\n");
}

#[test]
fn what_an_older_release_loses_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = Deployment::new().ok(&["object", "diff", &older(folder.path()), &now()]);
    for expected in [
        "nova/KeyPair  A is served at 1.2 by B, which has 1.4",
        "field `type` may no longer be null  [needs a major bump]",
        "argument `localonly` of `get_by_name` was added\n",
        "new caller, old method  fails",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn either_side_may_be_the_newer_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = Deployment::new().json(&["object", "diff", &now(), &older(folder.path())]);
    let diff = &json["diff"][0];
    for (name, expected) in [
        ("newer", "A"),
        ("old", "1.2"),
        ("new", "1.4"),
        ("served", "1.2"),
    ] {
        assert_eq!(diff[name], expected, "{name}");
    }
    // Readers of 1.2 are sent it, which the record of 1.2 does not have.
    let added = changes(diff, "field-added");
    assert_eq!(added[0]["place"], "field `public_key`");
    assert_eq!(added[0]["breaks"]["old_reader_new_data"], "loses");
    assert_eq!(added[0]["covered"], false);
    assert_eq!(changes(diff, "argument-added")[0]["covered"], true);
}

fn changes<'j>(diff: &'j Json, kind: &str) -> Vec<&'j Json> {
    let all = diff["changes"].as_array().expect("a list").iter();
    let found: Vec<_> = all.filter(|change| change["kind"] == kind).collect();
    assert!(!found.is_empty(), "{diff}");
    found
}

#[test]
fn a_class_that_one_side_lacks_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    older(folder.path());
    let all = contracts().display().to_string();
    let one = folder.path().display().to_string();
    let text = Deployment::new().ok(&["object", "diff", &one, &all]);
    assert!(
        text.contains("nova/Instance  only B has it, at 2.8"),
        "{text}"
    );
}

#[test]
fn what_is_no_contract_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.txt");
    fs::write(&path, "class X\n\nfields\n  a: Nothing\n").expect("it can be written");
    let ran = Deployment::new().run(&["object", "diff", &path.display().to_string(), &now()]);
    assert!(
        ran.stderr
            .contains("line 4: `Nothing` is not described under `types`"),
        "{}",
        ran.stderr
    );
    let empty = tempfile::tempdir().expect("a folder");
    let ran = Deployment::new().run(&[
        "object",
        "diff",
        &empty.path().display().to_string(),
        &now(),
    ]);
    assert!(
        ran.stderr.contains("hint: `cargo xtask contract --accept`"),
        "{}",
        ran.stderr
    );
}
