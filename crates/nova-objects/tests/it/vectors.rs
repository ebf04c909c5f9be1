//! Recorded objects of every class: read, written back and converted to every
//! older version as Nova does it.

use nova_objects::{classes, registry};
use serde_json::Value as Json;
use versionedobjects::{Class, Form, Manifest, ObjectExt, Version, VersionedObject, WriteOptions};

use crate::recorded;

struct Case {
    place: String,
    class: &'static Class,
    recorded: Json,
}

impl Case {
    fn all() -> impl Iterator<Item = Self> {
        classes().flat_map(|class| {
            let file = recorded::json(&format!("objects/{}.json", class.name));
            assert_eq!(
                file["version"],
                class.version().to_string(),
                "{}",
                class.name
            );
            let cases = file["cases"].as_array().unwrap().clone();
            cases
                .into_iter()
                .enumerate()
                .map(move |(number, recorded)| Self {
                    place: format!(
                        "{} case {number} ({})",
                        class.name,
                        recorded["kind"].as_str().unwrap()
                    ),
                    class,
                    recorded,
                })
        })
    }

    fn object(&self) -> Box<dyn VersionedObject> {
        registry()
            .read(&self.recorded["current"].to_string())
            .unwrap_or_else(|error| panic!("{}: {error}", self.place))
    }

    /// The primitive at an older version, or the class of the exception that
    /// refuses it.
    fn backport(&self, target: &str, manifest: &Manifest) -> Json {
        let target: Version = target.parse().unwrap();
        let options = WriteOptions {
            form: Form::Compat,
            target: Some(target),
            manifest: Some(manifest),
        };
        match self.object().to_json_with(options) {
            Ok(text) => serde_json::from_str(&text).unwrap(),
            Err(error) => {
                let exception =
                    versionedobjects::ProjectError::to_exception(&nova_objects::Error::from(error));
                serde_json::json!({"error": exception.class, "message": exception.message})
            }
        }
    }

    fn check(&self, what: &str, expected: &Json, got: &Json, wrong: &mut Vec<String>) {
        // The original asks the database for a service; see `service_or_none`.
        let asks_database = expected["error"] == "NeedsDatabase";
        let equal = match expected.get("error") {
            Some(_) if asks_database => got.to_string().contains("\"service_id\":-1"),
            Some(error) => *error == got["error"] && expected["message"] == got["message"],
            None => recorded::text(expected) == recorded::text(got),
        };
        if !equal {
            wrong.push(format!(
                "{} {what}\n  ours:   {got}\n  Nova's: {expected}",
                self.place
            ));
        }
    }
}

fn assert_none(wrong: &[String]) {
    let shown: Vec<_> = wrong.iter().take(5).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} differences, the first:\n{}",
        wrong.len(),
        shown.join("\n")
    );
}

#[test]
fn objects_are_written_back_as_nova_writes_them_back() {
    let mut wrong = Vec::new();
    for case in Case::all() {
        let got: Json = serde_json::from_str(&case.object().to_json().unwrap()).unwrap();
        let expected = match &case.recorded["reload"] {
            Json::String(_) => &case.recorded["current"],
            reload => reload,
        };
        case.check("reload", expected, &got, &mut wrong);
    }
    assert_none(&wrong);
}

#[test]
fn objects_are_converted_to_every_older_version_as_nova_converts_them() {
    let mut wrong = Vec::new();
    for case in Case::all() {
        let Some(backports) = case.recorded["backports"].as_object() else {
            continue;
        };
        for (target, expected) in backports {
            let mut manifest = case.class.manifest().clone();
            manifest.insert(case.class.name, target.parse().unwrap());
            let got = case.backport(target, &manifest);
            case.check(&format!("to {target}"), expected, &got, &mut wrong);
        }
    }
    assert_none(&wrong);
}

#[test]
fn objects_are_converted_for_readers_that_are_old_in_parts() {
    let mut wrong = Vec::new();
    for case in Case::all() {
        for mixed in case.recorded["mixed_backports"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let manifest = Manifest::from_json(mixed["manifest"].as_object().unwrap()).unwrap();
            let target = mixed["target"].as_str().unwrap();
            let got = case.backport(target, &manifest);
            case.check(
                &format!("to {}", mixed["manifest"]),
                &mixed["result"],
                &got,
                &mut wrong,
            );
        }
    }
    assert_none(&wrong);
}

/// Every recorded version of every class is one our histories know.
#[test]
fn histories_have_every_recorded_version() {
    for case in Case::all() {
        let known: Vec<String> = case
            .class
            .history
            .iter()
            .map(|release| release.version.to_string())
            .collect();
        for target in case.recorded["backports"]
            .as_object()
            .into_iter()
            .flat_map(|map| map.keys())
        {
            assert!(known.contains(target), "{} {target}", case.class.name);
        }
    }
}
