//! `novactl db`

use serde_json::json;

use crate::support::{Deployment, Ran};

#[test]
fn a_schema_is_created_once() {
    let deployment = Deployment::new();
    let empty = "DATABASE  KIND    SCHEMA  WHAT TO DO\nmain      sqlite  empty   novactl db sync\napi       sqlite  empty   novactl db sync\n";
    assert_eq!(deployment.ok(&["db", "version"]), empty);
    let created =
        "DATABASE  KIND    SCHEMA\nmain      sqlite  created\napi       sqlite  created\n";
    assert_eq!(deployment.ok(&["db", "sync"]), created);
    let current = "DATABASE  KIND    SCHEMA   WHAT TO DO\nmain      sqlite  current  -\napi       sqlite  current  -\n";
    assert_eq!(deployment.ok(&["db", "version"]), current);
    let again = deployment.json(&["db", "sync"]);
    assert_eq!(
        again["databases"],
        json!([
            { "name": "main", "dialect": "sqlite", "schema": "present" },
            { "name": "api", "dialect": "sqlite", "schema": "present" },
        ])
    );
}

#[test]
fn one_of_the_databases_can_be_meant() {
    let deployment = Deployment::new();
    let synced = deployment.json(&["db", "sync", "--api"]);
    assert_eq!(
        synced["databases"],
        json!([{ "name": "api", "dialect": "sqlite", "schema": "created" }])
    );
    let versions = deployment.json(&["db", "version"]);
    assert_eq!(versions["databases"][0]["schema"], "empty");
    assert_eq!(versions["databases"][1]["schema"], "current");
    deployment.fails(2, &["db", "sync", "--api", "--main"]);
}

#[test]
fn progress_goes_to_standard_error_in_lines_with_numbers() {
    let ran = Ran::of(
        Deployment::new()
            .command(&["db", "sync", "--main"])
            .output()
            .expect("the program runs"),
    );
    let last = ran.stderr.lines().last().expect("there is progress");
    let (done, rest) = last
        .strip_prefix("main: ")
        .and_then(|rest| rest.split_once(" of "))
        .expect("k of n");
    assert!(rest.starts_with(&format!("{done}, ")), "{last}");
    assert!(
        !ran.stderr.contains('\r') && !ran.stderr.contains('\u{1b}'),
        "{:?}",
        ran.stderr
    );
}

#[test]
fn a_file_that_is_no_database_is_said_to_be_none() {
    let deployment = Deployment::new();
    std::fs::write(
        deployment.path("nova.sqlite"),
        "this is no database, whatever its name says".repeat(100),
    )
    .expect("written");
    let said = deployment.fails(69, &["db", "version"]);
    assert!(
        said.contains("nova.sqlite") && said.contains("hint:"),
        "{said}"
    );
}

#[test]
fn a_configuration_that_cannot_be_used_has_its_own_exit_code() {
    let said = Deployment::new()
        .with(&["--set", "DEFAULT.rpc_response_timeout=soon"])
        .fails(78, &["db", "version"]);
    assert!(said.contains("rpc_response_timeout"), "{said}");
}
