//! Enumerations that take values of newer releases.

use versionedobjects::prelude::*;
use versionedobjects::{Draft, Form, VersionedObject, WriteOptions};

#[derive(EnumField, Debug, Clone, PartialEq, Eq)]
#[enum_field(name = "Tint")]
pub enum Open {
    #[value("red")]
    Red,
    #[value("green")]
    Green,
    #[value(other)]
    Other(String),
}

#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
#[enum_field(name = "Tint")]
pub enum Closed {
    #[value("red")]
    Red,
    #[value("green")]
    Green,
}

mod open {
    use super::{Attr, Meta, Open, VersionedObject};

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(project = crate::nursery::Nursery, history("1.0" = "Initial version"))]
    pub struct Paint {
        meta: Meta,
        tint: Attr<Open>,
        tints: Attr<Vec<Open>>,
    }
}

mod closed {
    use super::{Attr, Closed, Meta, VersionedObject};

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(project = crate::nursery::Nursery, history("1.0" = "Initial version"))]
    pub struct Paint {
        meta: Meta,
        tint: Attr<Closed>,
        tints: Attr<Vec<Closed>>,
    }
}

#[test]
fn a_newer_value_is_kept_as_it_is() {
    let mut paint = open::Paint::new();
    paint.set_tint(Open::Other("ultraviolet".into()));
    paint
        .set("tints", vec![Value::from("green"), "infrared".into()])
        .expect("open");
    for form in [Form::Compat, Form::Native] {
        let options = WriteOptions {
            form,
            ..WriteOptions::default()
        };
        let text = paint.to_json_with(options).expect("written");
        let read = open::Paint::from_json(&text).expect("readable");
        assert_eq!(read, paint);
        assert_eq!(read.tint().expect("set").as_str(), "ultraviolet");
        assert_eq!(read.to_json_with(options).expect("written"), text);
        assert!(
            closed::Paint::from_json(&text).is_err(),
            "closed is the default"
        );
    }
}

#[test]
fn known_values_are_themselves_and_other_types_are_refused() {
    let mut paint = open::Paint::new();
    paint.set("tint", "red").expect("known");
    assert_eq!(paint.tint().expect("set"), &Open::Red);
    assert!(paint.set("tint", 7).is_err());
    assert_eq!(Open::VALUES, ["red", "green"]);
}

#[test]
fn being_open_shows_in_schemas_and_in_no_fingerprint() {
    let (open, closed) = (open::Paint::class_def(), closed::Paint::class_def());
    assert_eq!(open.fingerprint(), closed.fingerprint());
    for (open, closed) in open.fields.iter().zip(closed.fields) {
        assert_eq!(open.python_repr(), closed.python_repr());
    }
    let schema = |class: &'static versionedobjects::Class| {
        class
            .json_schema(class.version(), Draft::Draft2020)
            .to_string()
    };
    assert!(!schema(open).contains("\"enum\":[\"red\""));
    assert!(schema(closed).contains("\"enum\":[\"red\""));
}
