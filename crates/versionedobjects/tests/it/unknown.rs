//! A middle hop at an older release, which knows fewer fields.

use versionedobjects::{
    Attr, FieldType as _, Form, Meta, Object as _, ObjectExt as _, Reader, VersionedObject,
    WriteOptions,
};

mod newer {
    use super::{Attr, Meta, VersionedObject};

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(project = crate::nursery::Nursery, history("1.0" = "Initial version"))]
    pub struct Cup {
        meta: Meta,
        size: Attr<i64>,
        colour: Attr<String>,
    }

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(project = crate::nursery::Nursery, history("1.0" = "Initial version"))]
    pub struct Shelf {
        meta: Meta,
        name: Attr<String>,
        cups: Attr<Vec<Cup>>,
        depth: Attr<f64>,
    }
}

mod older {
    use super::{Attr, Meta, VersionedObject};

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(project = crate::nursery::Nursery, history("1.0" = "Initial version"))]
    pub struct Cup {
        meta: Meta,
        size: Attr<i64>,
    }

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(project = crate::nursery::Nursery, history("1.0" = "Initial version"))]
    pub struct Shelf {
        meta: Meta,
        name: Attr<String>,
        cups: Attr<Vec<Cup>>,
    }
}

fn shelf() -> newer::Shelf {
    let mut cup = newer::Cup::new();
    cup.set_size(3);
    cup.set_colour("blue \u{1f375} \"quoted\"");
    let mut shelf = newer::Shelf::new();
    shelf.set_name("upper");
    shelf.set_cups(vec![cup]);
    shelf.set_depth(0.1);
    shelf.reset_changes_recursively();
    shelf
}

fn native(object: &dyn VersionedObject) -> String {
    object
        .to_json_with(WriteOptions {
            form: Form::Native,
            ..WriteOptions::default()
        })
        .expect("written")
}

#[test]
fn what_the_hop_does_not_know_arrives_behind_it() {
    let text = native(&shelf());
    let mut reader = Reader::new(&text).expect("short").keep_unknown();
    let mut hop = older::Shelf::read(&mut reader).expect("readable");
    reader.finish().expect("all of it");
    assert_eq!(hop.meta().unknown().collect::<Vec<_>>(), [("depth", "0.1")]);
    assert_eq!(
        newer::Shelf::from_json(&native(&hop)).expect("readable"),
        shelf()
    );
    // What the hop itself changes comes along.
    hop.set_name("lower");
    let behind = newer::Shelf::from_json(&native(&hop.clone())).expect("readable");
    assert_eq!(
        (behind.name().expect("set"), behind.depth().expect("set")),
        ("lower", 0.1)
    );
    assert_eq!(behind.changes(), ["name"]);
}

#[test]
fn without_being_asked_a_hop_loses_it_as_oslo_does() {
    let hop = older::Shelf::from_json(&native(&shelf())).expect("readable");
    let behind = newer::Shelf::from_json(&native(&hop)).expect("readable");
    assert!(!behind.is_set("depth"));
    assert!(
        !behind
            .cups()
            .expect("set")
            .first()
            .expect("one")
            .is_set("colour")
    );
}

#[test]
fn a_python_peer_never_sees_it() {
    let text = native(&shelf());
    let hop = older::Shelf::read(&mut Reader::new(&text).expect("short").keep_unknown())
        .expect("readable");
    assert!(!hop.to_json().expect("written").contains("depth"));
}
