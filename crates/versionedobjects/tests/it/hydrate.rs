//! What reading a primitive makes of what is in it.

use versionedobjects::{
    Error, Limits, Object as _, ObjectExt as _, Reader, Registry, VersionedObject as _, read_into,
};

use crate::nursery::{Child, Parent};

fn parent(version: &str, rest: &str) -> String {
    format!(
        r#"{{"nova_object.name": "Parent", "nova_object.namespace": "nova", "nova_object.version": "{version}", {rest}}}"#
    )
}

#[test]
fn the_version_of_the_data_is_kept_and_unknown_names_are_dropped() {
    let text = parent(
        "1.1",
        r#""nova_object.data": {"id": 1, "bogus": 3, "name": null}, "nova_object.changes": ["name", "bogus"]"#,
    );
    let read = Parent::from_json(&text).expect("readable");
    assert_eq!(
        (
            read.version().to_string(),
            read.class().version().to_string()
        ),
        ("1.1".into(), "1.3".into())
    );
    assert_eq!(read.changes(), ["name"]);
    assert!(read.name().expect("set").is_none());
    assert_eq!(
        read.to_json().expect("written"),
        parent(
            "1.1",
            r#""nova_object.data": {"id": 1, "name": null}, "nova_object.changes": ["name"]"#
        )
    );
}

#[test]
fn changes_are_those_of_the_wire_and_optional() {
    for (changes, expected) in [
        ("", &[][..]),
        (r#", "nova_object.changes": null"#, &[]),
        (r#", "nova_object.changes": []"#, &[]),
        (
            r#", "nova_object.changes": ["when", "id"]"#,
            &["id", "when"],
        ),
    ] {
        let read = Parent::from_json(&parent(
            "1.3",
            &format!(r#""nova_object.data": {{"id": 1}}{changes}"#),
        ))
        .expect(changes);
        assert_eq!(read.changes(), expected, "{changes}");
    }
}

#[test]
fn the_order_of_the_envelope_does_not_matter() {
    let text = r#"{"nova_object.changes": ["x"], "nova_object.data": {"x": 1}, "nova_object.version": "1.2",
        "other": [1], "nova_object.namespace": "nova", "nova_object.name": "Child"}"#;
    let read = Child::from_json(text).expect("readable");
    assert_eq!((read.x().expect("set"), read.changes()), (1, vec!["x"]));
}

#[test]
fn foreign_and_unreadable_envelopes_are_refused() {
    let with = |from: &str, to: &str| parent("1.3", r#""nova_object.data": {}"#).replace(from, to);
    assert!(Parent::from_json(&with("", "")).is_ok());
    assert!(matches!(
        Parent::from_json(&with("\"nova\"", "\"cinder\"")),
        Err(Error::UnsupportedObject { name }) if name == "cinder.Parent"
    ));
    assert!(matches!(
        Parent::from_json(&with("\"Parent\"", "\"Child\"")),
        Err(Error::BareValue(_))
    ));
    assert!(matches!(
        Parent::from_json(&with("1.3", "1.4")),
        Err(Error::IncompatibleVersion { .. })
    ));
    for (from, to) in [
        (", \"nova_object.data\": {}", ""),
        ("\"nova_object.data\": {}", "\"nova_object.data\": []"),
        ("\"nova_object.version\": \"1.3\", ", ""),
        ("\"1.3\"", "1.3"),
        ("\"nova_object.name\": \"Parent\", ", ""),
        ("\"nova_object.namespace\": \"nova\", ", ""),
        ("{}}", "{}} x"),
        ("{}}", "{}"),
    ] {
        let text = with(from, to);
        assert!(
            matches!(
                Parent::from_json(&text),
                Err(Error::Malformed { .. } | Error::MissingPart { .. })
            ),
            "{text}"
        );
    }
}

/// What stands where a text belongs is no reason to call the JSON broken.
#[test]
fn an_envelope_of_something_else_than_texts_is_refused_for_what_it_is() {
    let registry = Registry::new([Parent::class_def()]);
    for (from, to, class, message) in [
        (
            "\"nova\"",
            "-1",
            "UnsupportedObjectError",
            "Unsupported object type -1.Parent",
        ),
        (
            "\"Parent\"",
            "1.5",
            "UnsupportedObjectError",
            "Unsupported object type 1.5",
        ),
        (
            "\"Parent\"",
            "[\"Parent\"]",
            "UnsupportedObjectError",
            "Unsupported object type [\"Parent\"]",
        ),
        ("\"1.3\"", "1.3", "InvalidVersion", "Invalid version: '1.3'"),
        (
            "\"1.3\"",
            "{\"a\": [1]}",
            "InvalidVersion",
            "Invalid version: '{\"a\": [1]}'",
        ),
    ] {
        let text = parent("1.3", r#""nova_object.data": {}"#).replace(from, to);
        let exception = registry.read(&text).expect_err(&text).to_exception();
        assert_eq!(
            (&*exception.class, &*exception.message),
            (class, message),
            "{text}"
        );
    }
}

#[test]
fn null_becomes_the_default_or_is_refused() {
    let read =
        |data: &str| Parent::from_json(&parent("1.1", &format!(r#""nova_object.data": {data}"#)));
    assert_eq!(
        read(r#"{"nn": null}"#)
            .expect("has a default")
            .nn()
            .expect("set"),
        "dflt"
    );
    assert!(
        read(r#"{"child": null}"#)
            .expect("nullable")
            .child()
            .expect("set")
            .is_none()
    );
    let error = read(r#"{"meta": null}"#).expect_err("neither nullable nor with default");
    assert_eq!(error.to_exception().class, "ValueError");
    assert!(matches!(
        error,
        Error::Value {
            object: "Parent",
            field: "meta",
            ..
        }
    ));
}

#[test]
fn values_go_through_the_fields() {
    let read =
        |data: &str| Parent::from_json(&parent("1.3", &format!(r#""nova_object.data": {data}"#)));
    assert_eq!(
        read(r#"{"id": "7"}"#).expect("a number").id().expect("set"),
        7
    );
    assert_eq!(
        read(r#"{"tags": ["b", "a", "b"]}"#)
            .expect("a set")
            .tags()
            .expect("set")
            .len(),
        2
    );
    for (data, field) in [
        (r#"{"id": "x"}"#, "id"),
        (r#"{"kids": [null]}"#, "kids"),
        (r#"{"meta": {"k": null}}"#, "meta"),
        (r#"{"when": 5}"#, "when"),
    ] {
        assert!(
            matches!(read(data), Err(Error::Value { field: found, .. }) if found == field),
            "{data}"
        );
    }
}

#[test]
fn limits_hold_whatever_a_peer_sends() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let text = parent("1.3", &format!(r#""nova_object.data": {{"name": {deep}}}"#));
    let refused = Parent::from_json(&text).expect_err("too deep");
    assert!(
        matches!(
            refused,
            Error::Limit { unit: "levels", .. } | Error::Malformed { .. }
        ),
        "{refused:?}"
    );
    let many = parent(
        "1.3",
        &format!(
            r#""nova_object.data": {{"tags": [{}]}}"#,
            vec!["\"a\""; 100].join(",")
        ),
    );
    let limits = Limits {
        values: 50,
        ..Limits::default()
    };
    let mut reader = Reader::with_limits(&many, limits).expect("not too long");
    assert!(matches!(
        read_into(&mut reader, &mut Parent::new()),
        Err(Error::Limit { unit: "values", .. })
    ));
    let limits = Limits {
        bytes: 10,
        ..Limits::default()
    };
    assert!(matches!(
        Reader::with_limits(&many, limits),
        Err(Error::Limit { unit: "bytes", .. })
    ));
}
