//! What counts as changed, replayed from oslo (`tests/oracle/changes.py`), and
//! what is ours.

use serde_json::Value as Json;
use versionedobjects::{
    Error, Exception, Object as _, ObjectExt as _, Transition, Value, VersionedObject, assign,
    reset_changes,
};

use crate::nursery::{Child, ChildList, Parent, child};

/// Three hundred sequences of steps, each step with the exception it raised
/// and what counted as changed afterwards.
const RECORDED: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../vectors/changes.json"
));

fn made(description: &Json) -> Child {
    let what = &description[0];
    let mut one = Child::new();
    one.set_x(what["x"].as_i64().expect("x is given"));
    if let Some(y) = what.get("y") {
        one.set_y(y.as_str().map(str::to_owned));
    }
    if description[1] == true {
        one.reset_changes();
    }
    one
}

fn all(descriptions: &Json) -> Vec<Child> {
    descriptions
        .as_array()
        .expect("a list of children")
        .iter()
        .map(made)
        .collect()
}

fn value(field: &str, what: &Json) -> Value {
    let boxed = |object: &dyn VersionedObject| Value::Object(object.clone_box());
    match (field, what) {
        ("child", Json::Array(_)) => boxed(&made(what)),
        ("kids", _) => Value::List(all(what).iter().map(|one| boxed(one)).collect()),
        ("lst", _) => {
            let mut list = ChildList::new();
            list.set_objects(all(what));
            boxed(&list)
        }
        _ => what.clone().into(),
    }
}

/// The objects in a field, the list standing for its items; changes made
/// through this are as little tracked as in Python.
fn inside<'a>(
    parent: &'a mut dyn VersionedObject,
    field: &str,
    then: &mut dyn FnMut(&mut dyn VersionedObject),
) {
    let index = parent.field_index(field).expect("a field");
    parent.slot_mut(index).visit_mut(&mut |object| {
        if object.class().is_list {
            inside(object, "objects", then);
        } else {
            then(object);
        }
    });
}

fn changed(object: &dyn VersionedObject) -> String {
    let mut names = object.changes();
    names.sort_unstable();
    names.join(",")
}

fn state(parent: &mut Parent) -> String {
    let mut parts = vec![changed(parent)];
    for field in ["child", "kids", "lst"] {
        let mut found = Vec::new();
        inside(parent, field, &mut |one| found.push(changed(one)));
        let found: Vec<&str> = found
            .iter()
            .map(|names| if names.is_empty() { "-" } else { names })
            .collect();
        parts.push(found.join(";"));
    }
    parts.join("|")
}

fn perform(parent: &mut Parent, step: &Json) -> Result<(), Error> {
    let text = |index: usize| step[index].as_str().expect("the step names it");
    match text(0) {
        "set" => assign(
            parent,
            text(1),
            value(text(1), &step[2]),
            Transition::Checked,
        )?,
        "nested" => {
            let mut count = 0;
            inside(parent, text(1), &mut |_| count += 1);
            let number = step[2].as_i64().expect("a number");
            let mut left = usize::try_from(number).expect("small").checked_rem(count);
            inside(parent, text(1), &mut |one| {
                if left == Some(0) {
                    match step[3].as_str() {
                        Some("set") => assign(one, "x", number.into(), Transition::Checked)
                            .expect("x takes numbers"),
                        _ => reset_changes(one, &[], false),
                    }
                }
                left = left.and_then(|left| left.checked_sub(1));
            });
        }
        "reset" => {
            let names: Vec<&str> = step[1]
                .as_array()
                .expect("names")
                .iter()
                .filter_map(Json::as_str)
                .collect();
            reset_changes(parent, &names, step[2] == true);
        }
        "unset" => parent.unset(text(1)),
        "append" => {
            let index = parent.field_index("lst").expect("a field");
            parent.slot_mut(index).visit_mut(&mut |list| {
                if let Some(list) = list.downcast_mut::<ChildList>() {
                    list.append_untracked(made(&step[1]));
                }
            });
        }
        "clone" => {
            *parent = parent
                .clone_oslo()
                .downcast_ref::<Parent>()
                .expect("a clone is of the same class")
                .clone();
        }
        "defaults" => parent.set_defaults(&[])?,
        other => panic!("the recording has a step that is not known here: {other}"),
    }
    Ok(())
}

#[test]
fn changes_are_tracked_as_oslo_tracks_them() {
    let recorded: Vec<Vec<(Json, Option<String>, String)>> =
        serde_json::from_str(RECORDED).expect("the recording is JSON");
    assert_eq!(recorded.len(), 300);
    let mut steps = 0;
    for (seed, sequence) in recorded.iter().enumerate() {
        let mut parent = Parent::new();
        for (number, (step, outcome, expected)) in sequence.iter().enumerate() {
            let raised: Option<Exception> = perform(&mut parent, step)
                .err()
                .map(|error| error.to_exception());
            let raised = raised.as_ref().map(|exception| &*exception.class);
            assert_eq!(
                raised,
                outcome.as_deref(),
                "sequence {seed}, step {number}: {step}"
            );
            assert_eq!(
                state(&mut parent),
                *expected,
                "sequence {seed}, step {number}: {step}"
            );
            steps += 1;
        }
    }
    assert!(steps > 3000, "{steps} steps are fewer than were recorded");
}

#[test]
fn assigning_an_equal_value_counts_unless_asked_otherwise() {
    let mut one = child(1, None);
    one.reset_changes();
    assert!(!one.set_if_changed("x", 1).expect("fits"));
    assert!(one.changes().is_empty());
    assert!(one.set_if_changed("x", 2).expect("fits"));
    assert_eq!(one.changes(), ["x"]);
    one.reset_changes();
    one.set_x(2);
    assert_eq!(one.changes(), ["x"]);
}

#[test]
fn editing_in_place_is_tracked_if_it_changes_something() {
    let mut parent = Parent::new();
    parent
        .set("meta", Value::Map(Default::default()))
        .expect("fits");
    parent.set_kids(vec![child(1, None)]);
    parent.reset_changes_recursively();
    parent
        .edit_meta(|meta| meta.shift_remove("absent"))
        .expect("set");
    assert!(parent.changes().is_empty());
    parent
        .edit_meta(|meta| meta.insert("k".into(), "v".into()))
        .expect("set");
    parent
        .edit_kids(|kids| kids.iter_mut().for_each(|kid| kid.set_x(5)))
        .expect("set");
    assert_eq!(parent.changes(), ["kids", "meta"]);
    assert!(matches!(
        parent.edit_tags(|_| ()),
        Err(Error::Unset { field: "tags", .. })
    ));
}

#[test]
fn an_unset_attribute_that_stays_changed_has_no_value_to_report() {
    let mut one = child(1, Some("a"));
    one.unset("x");
    assert_eq!(one.changes(), ["x", "y"]);
    assert_eq!(one.changed_values(), [("y", Value::from("a"))]);
    assert!(matches!(
        one.x(),
        Err(Error::Unset {
            object: "Child",
            field: "x"
        })
    ));
}

#[test]
fn clones_keep_the_changes_and_only_oslo_s_forgets_the_version() {
    let text = r#"{"nova_object.name": "Parent", "nova_object.namespace": "nova", "nova_object.version": "1.1",
        "nova_object.data": {"id": 1, "name": "n"}, "nova_object.changes": ["id"]}"#;
    let parent = Parent::from_json(text).expect("readable");
    assert_eq!(parent.clone().version().to_string(), "1.1");
    let oslo = parent.clone_oslo();
    assert_eq!(oslo.version().to_string(), "1.3");
    assert_eq!((oslo.changes(), parent.changes()), (vec!["id"], vec!["id"]));
    assert!(oslo.eq_data(&parent));
}

#[test]
fn equality_of_data_ignores_changes_and_oslo_s_does_not() {
    let (a, mut b) = (child(1, Some("a")), child(1, Some("a")));
    assert!(a.eq_oslo(&b));
    b.reset_changes();
    assert!(a.eq_data(&b) && a == b);
    assert!(!a.eq_oslo(&b));
    b.set_x(2);
    assert!(!a.eq_data(&b));
}

#[test]
fn a_list_is_changed_by_its_items_and_by_assignment() {
    let mut list = ChildList::new();
    assert!(list.changes().is_empty());
    list.append_untracked(child(3, None));
    assert_eq!(list.changes(), ["objects"]);
    list.reset_changes();
    assert_eq!(list.changes(), ["objects"]);
    list.reset_changes_recursively();
    assert!(list.changes().is_empty());
    let clean = list.items().first().cloned().expect("one");
    list.append_untracked(clean);
    assert!(list.changes().is_empty());
    let collected: ChildList = list.into_iter().collect();
    assert!(collected.changes().is_empty());
    let mut assigned = ChildList::new();
    assigned.set_objects(vec![]);
    assert_eq!(assigned.changes(), ["objects"]);
}
