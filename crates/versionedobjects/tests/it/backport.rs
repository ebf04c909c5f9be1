//! What a reader of an older version is given: in the compat form what oslo
//! gives it, oddities included; in the native form what makes sense.

use serde_json::{Value as Json, json};
use versionedobjects::{
    Error, Form, Manifest, Object as _, ObjectExt as _, Version, VersionedObject, WriteOptions,
};

use crate::nursery::{Child, ChildList, Hooked, KidList, L2, NoRule, Parent, W, child};

fn version(text: &str) -> Version {
    text.parse().expect(text)
}

fn manifest(entries: &[(&str, &str)]) -> Manifest {
    entries
        .iter()
        .map(|(name, text)| (*name, version(text)))
        .collect()
}

fn list(kids: Vec<Child>) -> ChildList {
    let mut list = ChildList::new();
    list.set_objects(kids);
    list
}

/// The parent that oslo was asked about.
fn parent() -> Parent {
    let mut parent = Parent::new();
    parent.set_id(1).expect("unset so far");
    parent.set_child(child(1, Some("s")));
    parent.set_kids(vec![child(2, Some("q"))]);
    parent.set_lst(list(vec![child(3, Some("w"))]));
    parent
}

fn write(
    object: &dyn VersionedObject,
    form: Form,
    target: Option<&str>,
    manifest: Option<&Manifest>,
) -> Result<Json, Error> {
    let text = object.to_json_with(WriteOptions {
        form,
        target: target.map(version),
        manifest,
    })?;
    Ok(brief(
        &serde_json::from_str(&text).expect("what is written is JSON"),
    ))
}

/// `[name, version, data, changes]`, and so on inside.
fn brief(json: &Json) -> Json {
    match json {
        Json::Object(map) if map.contains_key("nova_object.name") => {
            let part = |key: &str| {
                map.get(&format!("nova_object.{key}"))
                    .map_or(Json::Null, brief)
            };
            json!([part("name"), part("version"), part("data"), part("changes")])
        }
        Json::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), brief(value)))
            .collect(),
        Json::Array(items) => items.iter().map(brief).collect(),
        other => other.clone(),
    }
}

/// A child as it is on the wire.
fn kid(version: &str, x: i64, y: Option<&str>, changes: &[&str]) -> Json {
    let mut data = json!({ "x": x });
    if let Some(y) = y {
        data["y"] = y.into();
    }
    json!(["Child", version, data, changes])
}

const BOTH: &[&str] = &["x", "y"];

/// The parent with its children at these versions, as the compat form has it:
/// below the top the changes name what is no longer there.
fn compat(at: &str, child: &str, kids: &str, lst: &str, items: &str) -> Json {
    let one =
        |version: &str, x: i64, y: &str| kid(version, x, (version == "1.2").then_some(y), BOTH);
    json!(["Parent", at, {
        "id": 1,
        "child": one(child, 1, "s"),
        "kids": [one(kids, 2, "q")],
        "lst": ["ChildList", lst, {"objects": [one(items, 3, "w")]}, ["objects"]],
    }, ["id", "child", "kids", "lst"]])
}

#[test]
fn without_a_manifest_the_rules_decide() {
    let parent = parent();
    let at = |target: &str| write(&parent, Form::Compat, Some(target), None).expect(target);
    assert_eq!(at("1.3"), compat("1.3", "1.2", "1.2", "1.1", "1.2"));
    assert_eq!(at("1.2"), compat("1.2", "1.0", "1.1", "1.0", "1.0"));
    // Before the first rule a field did not exist; within a gap the rule before counts.
    assert_eq!(
        at("1.1"),
        json!(["Parent", "1.1", {"id": 1, "child": kid("1.0", 1, None, BOTH)}, ["id", "child"]])
    );
    assert_eq!(at("1.0"), json!(["Parent", "1.0", {"id": 1}, ["id"]]));
    // A lower major is stamped like anything lower.
    assert_eq!(at("0.5"), json!(["Parent", "0.5", {"id": 1}, ["id"]]));
}

#[test]
fn newer_than_it_is_an_object_cannot_be_written() {
    for target in ["1.9", "2.0", "1.3.1"] {
        for form in [Form::Compat, Form::Native] {
            let error = write(&parent(), form, Some(target), None).expect_err(target);
            assert!(
                matches!(&error, Error::InvalidTargetVersion { object: "Parent", requested, .. } if *requested == version(target))
            );
            assert_eq!(error.to_exception().class, "InvalidTargetVersion");
        }
    }
    // The version an object arrived at is the one it has.
    let text = parent()
        .to_json_with(WriteOptions {
            target: Some(version("1.1")),
            ..WriteOptions::default()
        })
        .expect("older");
    let old = Parent::from_json(&text).expect("readable");
    assert!(write(&old, Form::Compat, Some("1.2"), None).is_err());
}

#[test]
fn a_manifest_overrules_the_rules() {
    let manifest = manifest(&[("Parent", "1.3"), ("Child", "1.1"), ("ChildList", "1.0")]);
    let written = write(&parent(), Form::Compat, Some("1.3"), Some(&manifest)).expect("written");
    // `child_versions` still decides about the items of the list.
    assert_eq!(written, compat("1.3", "1.1", "1.1", "1.0", "1.0"));
}

#[test]
fn children_a_manifest_does_not_name_stay_at_their_newest() {
    let manifest = manifest(&[("Parent", "1.3")]);
    let written = write(&parent(), Form::Compat, Some("1.3"), Some(&manifest)).expect("written");
    assert_eq!(written, compat("1.3", "1.2", "1.2", "1.1", "1.2"));
}

#[test]
fn an_empty_manifest_is_none() {
    let empty = Manifest::new();
    let written = write(&parent(), Form::Compat, Some("1.3"), Some(&empty)).expect("written");
    assert_eq!(written, compat("1.3", "1.2", "1.2", "1.1", "1.2"));
}

#[test]
fn a_child_is_stamped_with_a_version_it_does_not_have() {
    let manifest = manifest(&[("Parent", "1.3"), ("Child", "1.9"), ("ChildList", "1.1")]);
    let mut parent = Parent::new();
    parent.set_child(child(1, None));
    let written = write(&parent, Form::Compat, None, Some(&manifest)).expect("written");
    assert_eq!(written[2]["child"], kid("1.9", 1, None, &["x"]));
    let written = write(&parent, Form::Native, None, Some(&manifest)).expect("written");
    assert_eq!(written[2]["child"], kid("1.2", 1, None, &["x"]));
}

#[test]
fn a_set_child_without_a_rule_is_an_error() {
    let mut object = NoRule::new();
    object.set_c(child(1, None));
    let error = write(&object, Form::Compat, Some("1.0"), None).expect_err("no rule");
    let exception = error.to_exception();
    assert_eq!(exception.class, "ObjectActionError");
    assert_eq!(
        exception.message,
        "Object action obj_make_compatible failed because: No rule for c"
    );
    assert_eq!(
        write(&NoRule::new(), Form::Compat, Some("1.0"), None).expect("unset"),
        json!(["NoRule", "1.0", {}, null])
    );
    // Natively a child without a rule is what it is.
    let native = write(&object, Form::Native, Some("1.0"), None).expect("written");
    assert_eq!(native[2]["c"], kid("1.2", 1, None, &["x"]));
}

#[test]
fn a_null_child_stays_null() {
    let mut parent = Parent::new();
    parent.set_child(None);
    let written = write(&parent, Form::Compat, Some("1.2"), None).expect("written");
    assert_eq!(
        written,
        json!(["Parent", "1.2", {"child": null}, ["child"]])
    );
    assert_eq!(
        write(&parent, Form::Compat, Some("1.0"), None).expect("written"),
        json!(["Parent", "1.0", {}, null])
    );
}

#[test]
fn items_of_a_list_without_rules_go_to_the_oldest_version() {
    let mut list = L2::new();
    list.set_objects(vec![child(1, Some("z"))]);
    let written = write(&list, Form::Compat, Some("1.4"), None).expect("written");
    assert_eq!(
        written,
        json!(["L2", "1.4", {"objects": [kid("1.0", 1, None, BOTH)]}, ["objects"]])
    );
    let asked = manifest(&[("L2", "1.5"), ("Child", "1.1")]);
    let written = write(&list, Form::Compat, None, Some(&asked)).expect("written");
    assert_eq!(written[2]["objects"], json!([kid("1.1", 1, None, BOTH)]));
}

/// Two divergences, both on purpose: oslo crashes in a gap (`TypeError:
/// 'dict_items' object is not subscriptable`), which here means the rule
/// before it; and natively the manifest wins over `child_versions`.
#[test]
fn rules_of_a_list_have_gaps_and_beat_the_manifest() {
    let mut list = KidList::new();
    list.set_objects(vec![child(1, None)]);
    let at = |target: &str| write(&list, Form::Compat, Some(target), None).expect(target);
    let with = |list: &str, kid_version: &str| json!(["KidList", list, {"objects": [kid(kid_version, 1, None, &["x"])]}, ["objects"]]);
    assert_eq!(at("1.2"), with("1.2", "1.0"));
    assert_eq!(at("1.0"), with("1.0", "1.0"));
    assert_eq!(at("0.9"), json!(["KidList", "0.9", {}, null]));
    let asked = manifest(&[("KidList", "1.3"), ("Child", "1.1")]);
    assert_eq!(
        write(&list, Form::Compat, Some("1.3"), Some(&asked)).expect("written"),
        with("1.3", "1.2")
    );
    assert_eq!(
        write(&list, Form::Native, Some("1.3"), Some(&asked)).expect("written"),
        with("1.3", "1.1")
    );
}

#[test]
fn children_in_dictionaries_are_converted_only_natively() {
    let mut object = W::new();
    object.set_m(versionedobjects::fields::Dict::from([(
        "a".to_owned(),
        child(1, Some("s")),
    )]));
    let asked = manifest(&[("W", "1.0"), ("Child", "1.0")]);
    let written =
        |form| write(&object, form, None, Some(&asked)).expect("written")[2]["m"]["a"].clone();
    assert_eq!(written(Form::Compat), kid("1.2", 1, Some("s"), BOTH));
    assert_eq!(written(Form::Native), kid("1.0", 1, None, &["x"]));
}

#[test]
fn natively_changes_name_only_what_is_there_and_unnamed_children_are_left_out() {
    let one = |x: i64| kid("1.1", x, None, &["x"]);
    let asked = manifest(&[("Parent", "1.3"), ("Child", "1.1"), ("ChildList", "1.0")]);
    assert_eq!(
        write(&parent(), Form::Native, None, Some(&asked)).expect("written"),
        json!(["Parent", "1.3", {
            "id": 1, "child": one(1), "kids": [one(2)], "lst": ["ChildList", "1.0", {"objects": [one(3)]}, ["objects"]],
        }, ["id", "child", "kids", "lst"]])
    );
    let asked = manifest(&[("Parent", "1.3"), ("ChildList", "1.1")]);
    assert_eq!(
        write(&parent(), Form::Native, None, Some(&asked)).expect("written"),
        json!(["Parent", "1.3", {"id": 1, "lst": ["ChildList", "1.1", {}, null]}, ["id", "lst"]])
    );
}

#[test]
fn an_older_release_reads_what_it_is_given() {
    let text = parent()
        .to_json_with(WriteOptions {
            target: Some(version("1.2")),
            ..WriteOptions::default()
        })
        .expect("written");
    let read = Parent::from_json(&text).expect("readable");
    assert_eq!(read.version(), version("1.2"));
    assert!(!read.child().expect("set").expect("not null").is_set("y"));
    // Changes that name what did not come along do no harm.
    assert_eq!(
        read.child().expect("set").expect("not null").changes(),
        ["x", "y"]
    );
}

#[test]
fn hooks_convert_what_dropping_fields_cannot() {
    let mut object = Hooked::new();
    assert!(matches!(
        write(&object, Form::Compat, Some("1.0"), None),
        Err(Error::MissingKey { object: "Hooked", key, .. }) if key == "x"
    ));
    object.set_x(8);
    assert_eq!(
        write(&object, Form::Compat, Some("1.0"), None).expect("written"),
        json!(["Hooked", "1.0", {"x": 4}, ["x"]])
    );
    assert_eq!(
        write(&object, Form::Compat, Some("1.1"), None).expect("written"),
        json!(["Hooked", "1.1", {"x": 8}, ["x"]])
    );
}
