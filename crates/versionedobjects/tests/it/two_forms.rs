//! The same cases in both forms: in the compat form what oslo does, where it
//! filters only the outermost `changes` and leaves what the manifest does not
//! name at its newest; in the native form every `changes` says what is there,
//! and what the reader does not know is left out.

use serde_json::{Value as Json, json};
use versionedobjects::prelude::*;
use versionedobjects::{Form, Manifest, VersionedObject, WriteOptions};

use crate::nursery::{Child, ChildList, KidList, Parent, W, child};
use crate::parcels::{Van, parcel};

/// Children in lists of lists.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::nursery::Nursery, history("1.0" = "Initial version", "1.1" = "Child 1.2"))]
pub struct Rows {
    meta: Meta,
    rows: Attr<Vec<Vec<Child>>>,
}

struct Case {
    what: &'static str,
    object: Box<dyn VersionedObject>,
    manifest: &'static [(&'static str, &'static str)],
    compat: Json,
    native: Json,
}

/// `[version, data, changes]`, and so on inside.
fn brief(json: &Json) -> Json {
    match json {
        Json::Object(map) if map.contains_key("nova_object.name") => {
            let part = |key: &str| {
                map.get(&format!("nova_object.{key}"))
                    .map_or(Json::Null, brief)
            };
            json!([part("version"), part("data"), part("changes")])
        }
        Json::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), brief(value)))
            .collect(),
        Json::Array(items) => items.iter().map(brief).collect(),
        other => other.clone(),
    }
}

fn y(x: i64) -> Child {
    child(x, Some("y"))
}

fn parent(fill: impl FnOnce(&mut Parent)) -> Box<dyn VersionedObject> {
    let mut parent = Parent::new();
    fill(&mut parent);
    Box::new(parent)
}

fn list<T: FieldType + VersionedObject + FromIterator<Child>>() -> Box<dyn VersionedObject> {
    let mut list: T = [y(1)].into_iter().collect();
    list.meta_mut().mark(0);
    Box::new(list)
}

/// A child at a version: with `y` if it has that, which both forms agree about
/// unless told otherwise.
fn at(version: &str, x: i64, changes: &[&str]) -> Json {
    let data = if version == "1.2" {
        json!({"x": x, "y": "y"})
    } else {
        json!({"x": x})
    };
    json!([version, data, changes])
}

const BOTH: &[&str] = &["x", "y"];
const LEFT: &[&str] = &["x"];

fn cases() -> Vec<Case> {
    let rows = || {
        let mut rows = Rows::new();
        rows.set_rows(vec![vec![y(1)], vec![]]);
        Box::new(rows) as Box<dyn VersionedObject>
    };
    let doors = || {
        let mut doors = W::new();
        doors.set_m(Dict::from([("a".to_owned(), y(1))]));
        Box::new(doors) as Box<dyn VersionedObject>
    };
    let van = || {
        let mut van = Van::new();
        van.set_seat(parcel(&["recipient", "colour"]));
        Box::new(van) as Box<dyn VersionedObject>
    };
    vec![
        Case {
            what: "a child in a field",
            object: parent(|parent| parent.set_child(y(1))),
            manifest: &[("Parent", "1.3"), ("Child", "1.1")],
            compat: json!(["1.3", {"child": at("1.1", 1, BOTH)}, ["child"]]),
            native: json!(["1.3", {"child": at("1.1", 1, LEFT)}, ["child"]]),
        },
        Case {
            what: "a child that the manifest does not name",
            object: parent(|parent| {
                parent.set_child(y(1));
                parent.set_name("n");
            }),
            manifest: &[("Parent", "1.3")],
            compat: json!(["1.3", {"name": "n", "child": at("1.2", 1, BOTH)}, ["name", "child"]]),
            native: json!(["1.3", {"name": "n"}, ["name"]]),
        },
        Case {
            what: "children in a list",
            object: parent(|parent| parent.set_kids(vec![y(1), child(2, None)])),
            manifest: &[("Parent", "1.3"), ("Child", "1.0")],
            compat: json!(["1.3", {"kids": [at("1.0", 1, BOTH), at("1.0", 2, LEFT)]}, ["kids"]]),
            native: json!(["1.3", {"kids": [at("1.0", 1, LEFT), at("1.0", 2, LEFT)]}, ["kids"]]),
        },
        Case {
            what: "children in a list class, whose own rules beat the manifest for oslo",
            object: list::<ChildList>(),
            manifest: &[("ChildList", "1.1"), ("Child", "1.0")],
            compat: json!(["1.1", {"objects": [at("1.2", 1, BOTH)]}, ["objects"]]),
            native: json!(["1.1", {"objects": [at("1.0", 1, LEFT)]}, ["objects"]]),
        },
        Case {
            what: "children in a list class that the manifest does not name",
            object: list::<KidList>(),
            manifest: &[("KidList", "1.3")],
            compat: json!(["1.3", {"objects": [at("1.2", 1, BOTH)]}, ["objects"]]),
            native: json!(["1.3", {}, null]),
        },
        Case {
            what: "children in a dictionary, into which oslo does not look",
            object: doors(),
            manifest: &[("W", "1.0"), ("Child", "1.0")],
            compat: json!(["1.0", {"m": {"a": at("1.2", 1, BOTH)}}, ["m"]]),
            native: json!(["1.0", {"m": {"a": at("1.0", 1, LEFT)}}, ["m"]]),
        },
        Case {
            what: "children in lists of lists, into which oslo does not look",
            object: rows(),
            manifest: &[("Rows", "1.1"), ("Child", "1.0")],
            compat: json!(["1.1", {"rows": [[at("1.2", 1, BOTH)], []]}, ["rows"]]),
            native: json!(["1.1", {"rows": [[at("1.0", 1, LEFT)], []]}, ["rows"]]),
        },
        Case {
            what: "a child that the manifest knows newer than it is, which oslo stamps",
            object: parent(|parent| parent.set_child(child(1, None))),
            manifest: &[("Parent", "1.3"), ("Child", "1.9")],
            compat: json!(["1.3", {"child": at("1.9", 1, LEFT)}, ["child"]]),
            native: json!(["1.3", {"child": ["1.2", {"x": 1}, LEFT]}, ["child"]]),
        },
        Case {
            what: "a null in the place of a child that the manifest does not name",
            object: parent(|parent| parent.set_child(None)),
            manifest: &[("Parent", "1.3")],
            compat: json!(["1.3", {"child": null}, ["child"]]),
            native: json!(["1.3", {}, null]),
        },
        Case {
            what: "a child whose changed fields had other names, or were not there",
            object: van(),
            manifest: &[("Van", "1.1"), ("Parcel", "1.2")],
            compat: json!(["1.1", {"seat": ["1.2", {
                "addressee": "Ada", "number": 7, "length": 250, "sender": "Bob", "insured": 0, "speed": "express", "pounds": 2,
            }, ["addressee", "colour"]]}, ["seat"]]),
            native: json!(["1.1", {"seat": ["1.2", {
                "addressee": "Ada", "number": 7, "length": 250, "sender": "Bob", "insured": 0, "speed": "express", "pounds": 2,
            }, ["addressee"]]}, ["seat"]]),
        },
    ]
}

#[test]
fn what_each_form_makes_of_a_manifest() {
    for case in cases() {
        let manifest: Manifest = case
            .manifest
            .iter()
            .map(|(class, version)| (*class, version.parse().expect("a version")))
            .collect();
        for (form, expected) in [(Form::Compat, &case.compat), (Form::Native, &case.native)] {
            let text = case
                .object
                .to_json_with(WriteOptions {
                    form,
                    target: manifest.get(case.object.class().name),
                    manifest: Some(&manifest),
                })
                .expect("written");
            let written: Json = serde_json::from_str(&text).expect("JSON");
            assert_eq!(brief(&written), *expected, "{}, {form:?}", case.what);
        }
    }
}
