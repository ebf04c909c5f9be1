//! `novactl object manifest`, `fingerprints`, `methods` and `schema`

use serde_json::Value as Json;

use crate::support::{Deployment, vectors};

/// What was recorded of the classes here: name, version, versions before it.
fn recorded() -> Vec<(String, String, Vec<String>)> {
    let files = vectors("objects").into_iter();
    files
        .map(|file| {
            let text = std::fs::read_to_string(file).expect("it can be read");
            let recorded: Json = serde_json::from_str(&text).expect("JSON");
            let text = |key: &str| recorded[key].as_str().expect("text").to_owned();
            let older = recorded["cases"][0]["backports"].as_object();
            let older = older
                .into_iter()
                .flatten()
                .map(|(version, _)| version.clone());
            (text("class"), text("version"), older.collect())
        })
        .collect()
}

#[test]
fn the_manifest_names_every_class() {
    let deployment = Deployment::new();
    let manifest = deployment.json(&["object", "manifest"]);
    for (class, version, _) in recorded() {
        assert_eq!(manifest["manifest"][&class], version, "{class}");
    }
    let text = deployment.ok(&["object", "manifest", "InstanceList"]);
    assert!(
        text.starts_with("CLASS")
            && text
                .lines()
                .nth(1)
                .is_some_and(|line| line.starts_with("InstanceList")),
        "{text}"
    );
    let tree = deployment.json(&["object", "manifest", "Flavor"]);
    assert_eq!(tree["manifest"], serde_json::json!({ "Flavor": "1.2" }));
    assert!(
        deployment
            .fails(1, &["object", "manifest", "Flavour"])
            .contains("did you mean Flavor")
    );
}

#[test]
fn a_manifest_is_what_convert_takes() {
    let deployment = Deployment::new();
    let (objects, manifest) = (deployment.path("objects"), deployment.path("manifest"));
    let whole = deployment.ok(&["object", "manifest", "Tag", "--json"]);
    std::fs::write(&manifest, whole.replace("1.1", "1.0")).expect("written");
    std::fs::write(&objects, r#"{"nova_object.name": "Tag", "nova_object.namespace": "nova", "nova_object.version": "1.1", "nova_object.data": {}}"#)
        .expect("written");
    let text = deployment.ok(&[
        "object",
        "convert",
        &objects.display().to_string(),
        "--manifest",
        &manifest.display().to_string(),
    ]);
    assert!(text.contains("\"1.0\""), "{text}");
}

#[test]
fn fingerprints_are_those_of_the_classes() {
    let deployment = Deployment::new();
    let fingerprints = deployment.json(&["object", "fingerprints"]);
    let recorded = vectors("objects")[0]
        .parent()
        .and_then(|folder| folder.parent())
        .expect("a folder")
        .join("fingerprints.json");
    let recorded: Json =
        serde_json::from_str(&std::fs::read_to_string(recorded).expect("read")).expect("JSON");
    let fingerprints = fingerprints["fingerprints"]
        .as_object()
        .expect("a dictionary");
    assert!(fingerprints.len() > 50);
    for (class, fingerprint) in fingerprints {
        assert!(
            recorded
                .to_string()
                .contains(fingerprint.as_str().expect("text")),
            "{class}"
        );
    }
    assert_eq!(
        deployment.ok(&["object", "fingerprints"]).lines().count(),
        fingerprints.len() + 1
    );
    let one = deployment.json(&["object", "fingerprints", "Instance"]);
    let one = one["fingerprints"].as_object().expect("a dictionary");
    assert_eq!(one.len(), 1);
    assert_eq!(one["Instance"], fingerprints["Instance"]);
    let unknown = deployment.fails(1, &["object", "fingerprints", "Instanze"]);
    assert!(unknown.contains("Instance"), "{unknown}");
}

#[test]
fn every_class_has_a_schema_at_each_version() {
    let deployment = Deployment::new();
    // One of those with a single version, and those with most.
    for (class, version, older) in recorded()
        .into_iter()
        .filter(|(class, ..)| ["Tag", "Service", "InstanceList"].contains(&class.as_str()))
    {
        for version in older.iter().chain([&version]) {
            for (draft, expected) in [
                ("2020-12", "draft/2020-12"),
                ("4", "draft-04"),
                ("oslo", "draft-04"),
            ] {
                let text = deployment.ok(&[
                    "object",
                    "schema",
                    &class,
                    "--version",
                    version,
                    "--draft",
                    draft,
                ]);
                let schema: Json = serde_json::from_str(&text).expect("JSON");
                assert!(
                    schema["$schema"].as_str().expect("text").contains(expected),
                    "{class} {version} {draft}"
                );
            }
        }
    }
    let plain = deployment.ok(&["object", "schema", "Tag"]);
    assert_eq!(plain, deployment.ok(&["object", "schema", "Tag", "--json"]));
    let error = deployment.fails(1, &["object", "schema", "Tag", "--version", "1.7"]);
    assert!(error.contains("1.0, 1.1"), "{error}");
}

#[test]
fn methods_are_listed_as_python_writes_them() {
    let deployment = Deployment::new();
    let text = deployment.ok(&["object", "methods", "Instance"]);
    assert!(
        text.contains("get_by_uuid(uuid, expected_attrs=None, use_slave=False)")
            && text.contains("2.8"),
        "{text}"
    );
    let json = deployment.json(&["object", "methods", "Instance"]);
    assert_eq!(json["classes"][0]["class"], "Instance");
}
