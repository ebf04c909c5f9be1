//! `novactl object call`, directly

use serde_json::json;

use crate::support::{Deployment, key};

fn deployment() -> Deployment {
    let deployment = Deployment::new();
    deployment.ok(&[
        "flavor", "create", "m1.small", "--id", "2", "--vcpus", "1", "--ram", "2048",
    ]);
    deployment
}

#[test]
fn class_methods_are_called_by_position_and_by_name() {
    let deployment = deployment();
    for arguments in [
        ["object", "call", "Flavor", "get_by_name", "m1.small"],
        [
            "object",
            "call",
            "Flavor",
            "get_by_flavor_id",
            "flavor_id=2",
        ],
    ] {
        assert_eq!(
            deployment.json(&arguments)["result"]["nova_object.data"]["memory_mb"],
            2048
        );
        assert!(
            deployment
                .ok(&arguments)
                .starts_with("Flavor 1.2 (the version here)\n├─ id: 1\n")
        );
    }
    deployment.ok(&["keypair", "create", "laptop", "--public-key", &key()]);
    assert_eq!(
        deployment.json(&[
            "object",
            "call",
            "KeyPairList",
            "get_count_by_user",
            "admin"
        ])["result"],
        1
    );
}

#[test]
fn instance_methods_are_called_on_an_object() {
    let deployment = deployment();
    let answer = deployment.json(&[
        "object",
        "call",
        "Flavor",
        "add_access",
        "demo",
        "--get",
        "1",
    ]);
    assert_eq!(answer["result"], json!(null));
    assert_eq!(
        answer["object"]["nova_object.data"]["projects"],
        json!(["demo"])
    );
    // What was printed can be given back.
    let file = deployment.path("flavor.json");
    std::fs::write(&file, answer["object"].to_string()).expect("written");
    let file = file.display().to_string();
    let text = deployment.ok(&["object", "call", "Flavor", "destroy", "--object", &file]);
    assert!(text.contains("the object afterwards"), "{text}");
    assert_eq!(deployment.json(&["flavor", "list"])["flavors"], json!([]));
}

#[test]
fn refusals_say_what_is_wrong_and_what_would_be_right() {
    let deployment = deployment();
    for (arguments, expected) in [
        (&["Flavro", "get_by_name", "x"][..], "did you mean Flavor"),
        (&["Flavor", "get_by_nam", "x"], "did you mean get_by_name"),
        (
            &["Flavor", "get_by_name"],
            "missing 1 required argument: 'name'",
        ),
        (
            &["Flavor", "get_by_name", "x", "y"],
            "Flavor.get_by_name(name)",
        ),
        (
            &["Flavor", "get_by_name", "nam=x"],
            "unexpected keyword argument 'nam'",
        ),
        (
            &["Flavor", "get_by_name", "x", "--get", "1"],
            "leave --object and --get out",
        ),
        (&["Flavor", "destroy"], "--object FILE or --get UUID"),
        (&["Flavor", "get_by_name", "nobody"], "nobody"),
        (
            &["KeyPair", "create", "--get", "1"],
            "give the object with --object",
        ),
    ] {
        let said = deployment.fails(1, &[&["object", "call"], arguments].concat());
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}

#[test]
fn an_object_of_another_class_is_refused() {
    let deployment = deployment();
    let file = deployment.path("tag.json");
    let tag = json!({ "nova_object.name": "Tag", "nova_object.namespace": "nova", "nova_object.version": "1.1", "nova_object.data": {} });
    std::fs::write(&file, tag.to_string()).expect("written");
    let said = deployment.fails(
        1,
        &[
            "object",
            "call",
            "Flavor",
            "destroy",
            "--object",
            &file.display().to_string(),
        ],
    );
    assert!(said.contains("it is a Tag"), "{said}");
}

#[test]
fn programs_get_the_name_of_the_exception() {
    let said = deployment().fails(
        1,
        &[
            "object",
            "call",
            "Flavor",
            "get_by_name",
            "nobody",
            "--json",
        ],
    );
    let error: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(error["error"]["kind"], "FlavorNotFoundByName");
}
