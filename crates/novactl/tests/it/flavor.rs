//! `novactl flavor`

use serde_json::json;

use crate::support::Deployment;

fn with_flavors() -> Deployment {
    let deployment = Deployment::new();
    deployment.ok(&[
        "flavor", "create", "m1.small", "--id", "2", "--vcpus", "1", "--ram", "2048", "--disk",
        "20",
    ]);
    deployment.ok(&[
        "flavor",
        "create",
        "m1.tiny",
        "--id",
        "1",
        "--vcpus",
        "1",
        "--ram",
        "512",
        "--private",
    ]);
    deployment
}

#[test]
fn the_first_use_needs_no_set_up() {
    let deployment = Deployment::new();
    assert_eq!(
        deployment.ok(&["flavor", "list"]),
        "no flavors; `novactl flavor create --help` shows how to make one\n"
    );
}

#[test]
fn a_new_flavor_is_shown() {
    let deployment = Deployment::new();
    let arguments = [
        "flavor",
        "create",
        "gpu",
        "--id",
        "g",
        "--vcpus",
        "8",
        "--ram",
        "4096",
        "--extra",
        "hw:cpu_policy=dedicated",
        "--description",
        "for learning",
    ];
    let expected = "\
id           g
name         gpu
vcpus        8
ram          4096 MiB
disk         0 GiB
ephemeral    0 GiB
swap         0 MiB
public       yes
description  for learning
extra specs  hw:cpu_policy=dedicated
";
    assert_eq!(deployment.ok(&arguments), expected);
    let said = deployment.fails(1, &arguments);
    assert!(said.contains("already exists"), "{said}");
}

#[test]
fn flavors_are_listed_for_people() {
    let expected = "\
ID  NAME      VCPUS  RAM MIB  DISK GIB  EPHEMERAL  SWAP  PUBLIC
1   m1.tiny       1      512         0          0     0  no
2   m1.small      1     2048        20          0     0  yes
";
    assert_eq!(with_flavors().ok(&["flavor", "list"]), expected);
}

#[test]
fn flavors_are_listed_for_programs() {
    let flavor = |id: &str, name: &str, ram: i64, disk: i64, public: bool| {
        json!({
            "id": id, "name": name, "vcpus": 1, "ram_mb": ram, "disk_gb": disk, "ephemeral_gb": 0, "swap_mb": 0,
            "public": public, "description": null, "extra_specs": {},
        })
    };
    let expected = json!([
        flavor("1", "m1.tiny", 512, 0, false),
        flavor("2", "m1.small", 2048, 20, true)
    ]);
    assert_eq!(
        with_flavors().json(&["flavor", "list"])["flavors"],
        expected
    );
}

#[test]
fn a_table_that_does_not_fit_becomes_blocks() {
    let deployment = with_flavors();
    let output = deployment
        .command(&["flavor", "list"])
        .env("COLUMNS", "30")
        .output()
        .expect("it runs");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(
        text.starts_with("ID         1\nNAME       m1.tiny\n"),
        "{text}"
    );
    assert!(text.contains("\n\nID         2\n"), "{text}");
}

#[test]
fn colours_are_for_terminals_and_who_asks() {
    let deployment = with_flavors();
    assert!(!deployment.ok(&["flavor", "list"]).contains('\u{1b}'));
    assert!(
        deployment
            .ok(&["flavor", "list", "--color", "always"])
            .contains("\u{1b}[1mNAME\u{1b}[0m")
    );
}

#[test]
fn a_flavor_is_deleted_by_id_or_name() {
    let deployment = with_flavors();
    assert_eq!(
        deployment.ok(&["flavor", "delete", "m1.small"]),
        "deleted flavor m1.small\n"
    );
    assert_eq!(
        deployment.json(&["flavor", "delete", "1"])["deleted"]["name"],
        "m1.tiny"
    );
    assert_eq!(deployment.json(&["flavor", "list"])["flavors"], json!([]));
}

#[test]
fn a_misspelt_flavor_is_answered_with_the_near_ones() {
    let deployment = with_flavors();
    let said = deployment.fails(1, &["flavor", "delete", "m1.smal"]);
    assert_eq!(
        said,
        "novactl: error: find flavor `m1.smal`: there is none of that name or id\n  hint: did you mean `m1.small`?\n"
    );
    let said = deployment.fails(1, &["flavor", "delete", "m1.smal", "--json"]);
    let error: serde_json::Value = serde_json::from_str(&said).expect("errors are JSON too");
    assert_eq!(
        error,
        json!({
            "version": 1,
            "error": {
                "kind": "NotFound",
                "message": "find flavor `m1.smal`: there is none of that name or id",
                "causes": [],
                "hint": "did you mean `m1.small`?",
            },
        })
    );
}
