//! Defaults, read-only fields, null, and access by name.

use versionedobjects::{Error, ObjectExt as _, Value};

use crate::library::Author;
use crate::nursery::{Parent, child};

#[test]
fn a_default_is_applied_when_asked_for_and_in_the_place_of_null() {
    let mut parent = Parent::new();
    assert!(!parent.is_set("flag") && !parent.is_set("nn"));
    parent.set("nn", Value::Null).expect("has a default");
    assert_eq!(parent.nn().expect("set"), "dflt");
    parent.set_nn("z");
    parent.reset_changes();
    parent.set_defaults(&[]).expect("those with a default");
    assert_eq!(
        (parent.nn().expect("set"), parent.flag().expect("set")),
        ("z", false)
    );
    assert_eq!(parent.changes(), ["flag"]);
    parent.set_defaults(&["flag"]).expect("set already");
    let error = parent.set_defaults(&["id"]).expect_err("has none");
    assert_eq!(error.to_exception().class, "ObjectActionError");
    assert_eq!(
        error.to_exception().message,
        "Object action set_defaults failed because: No default set for field id"
    );
    assert!(matches!(
        parent.set_defaults(&["bogus"]),
        Err(Error::UnknownField { .. })
    ));
}

#[test]
fn null_needs_a_nullable_field_or_a_default() {
    let mut parent = Parent::new();
    parent.set("name", Value::Null).expect("nullable");
    let error = parent.set("meta", Value::Null).expect_err("neither");
    assert_eq!(error.to_exception().class, "ValueError");
    assert!(
        error.to_string().contains("Field `meta' cannot be None"),
        "{error}"
    );
    assert!(!parent.is_set("meta") && !parent.is_changed("meta"));
}

#[test]
fn a_read_only_field_is_set_once_or_again_to_the_same() {
    let mut parent = Parent::new();
    parent.set("id", "7").expect("unset so far");
    assert_eq!(parent.changes(), ["id"]);
    parent.reset_changes();
    parent.set("id", 7).expect("the same");
    parent.set_id(7).expect("the same");
    assert!(parent.changes().is_empty());
    for error in [
        parent.set("id", 8).expect_err("another"),
        parent.set_id(8).expect_err("another"),
    ] {
        assert!(matches!(
            error,
            Error::ReadOnlyField {
                object: "Parent",
                field: "id"
            }
        ));
        assert_eq!(error.to_exception().class, "ReadOnlyFieldError");
    }
    assert_eq!(parent.id().expect("set"), 7);
    parent.load("id", 8).expect("a store knows better");
    assert_eq!((parent.id().expect("set"), parent.changes()), (8, vec![]));
}

#[test]
fn a_field_of_objects_takes_its_own_class_alone() {
    let mut parent = Parent::new();
    parent
        .set("child", Value::Object(Box::new(child(1, None))))
        .expect("a Child");
    let error = parent
        .set("child", Value::Object(Box::new(Author::new())))
        .expect_err("an Author");
    assert!(
        error
            .to_string()
            .contains("An object of type Child is required here, not a Author"),
        "{error}"
    );
    assert_eq!(
        parent
            .child()
            .expect("set")
            .expect("not null")
            .x()
            .expect("set"),
        1
    );
}

/// The outcomes of oslo's dictionary access, without its lazy loading: that is
/// a call of its own here.
#[test]
fn access_by_name_has_oslo_s_outcomes() {
    let mut parent = Parent::new();
    parent.set_id(1).expect("unset so far");
    assert_eq!(parent.keys(), ["id", "extra"]);
    assert_eq!(parent.get("id").expect("set"), Value::from(1));
    assert_eq!(parent.get("extra").expect("computed"), Value::from("e"));
    let unset = parent.get("name").expect_err("unset");
    assert_eq!(unset.to_exception().class, "NotImplementedError");
    assert!(
        unset
            .to_exception()
            .message
            .starts_with("Cannot load 'name' in the base class")
    );
    let unknown = parent.get("nope").expect_err("no field");
    assert_eq!(unknown.to_exception().class, "AttributeError");
    assert!(parent.is_set("id") && !parent.is_set("extra") && !parent.is_set("nope"));
    // In Python a misspelled name becomes an attribute that nobody ever sees.
    assert!(
        matches!(parent.set("typo", 5), Err(Error::UnknownField { object: "Parent", field }) if field == "typo")
    );
}
