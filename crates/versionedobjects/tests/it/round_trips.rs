//! Down to any version, through a release of that age, and up again: nothing
//! is lost.

use proptest::prelude::*;
use serde_json::Value as Json;
use versionedobjects::{
    Class, Form, Manifest, Object as _, ObjectExt as _, Reader, Version, VersionedObject,
    WriteOptions, read_into,
};

use crate::library::{Author, Book, BookList};
use crate::nursery::{Child, Hooked, KidList, Parent, W};
use crate::three_states::parents;

/// What a release of that age makes of it that keeps what it does not know.
fn hop(text: &str, class: &'static Class, pin: &Manifest, next: Option<&Manifest>) -> String {
    let mut object = (class.new)();
    let mut reader = Reader::new(text)
        .expect("short")
        .keep_unknown()
        .pinned(Some(pin));
    read_into(&mut reader, &mut *object).expect("readable by an older release");
    native(&*object, next)
}

fn native(object: &dyn VersionedObject, manifest: Option<&Manifest>) -> String {
    let asked = manifest.and_then(|manifest| manifest.get(object.class().name));
    let target = asked.map(|asked| asked.min(object.version()));
    object
        .to_json_with(WriteOptions {
            form: Form::Native,
            target,
            manifest,
        })
        .expect("written")
}

fn there_and_back(object: &dyn VersionedObject, pins: &[Manifest]) -> Box<dyn VersionedObject> {
    let class = object.class();
    let mut text = pins
        .first()
        .map_or_else(|| native(object, None), |pin| native(object, Some(pin)));
    for (place, pin) in pins.iter().enumerate() {
        text = hop(&text, class, pin, pins.get(place + 1));
    }
    let mut back = (class.new)();
    read_into(&mut Reader::new(&text).expect("short"), &mut *back).expect("readable");
    back
}

/// All classes at `minor`, where they are that new.
fn at(class: &'static Class, minor: u16) -> Manifest {
    let asked = |version: Version| Version::new(1, minor.min(version.minor));
    class
        .manifest()
        .iter()
        .map(|(name, version)| (name, asked(version)))
        .collect()
}

fn assert_same(object: &dyn VersionedObject, minors: &[u16]) {
    let pins: Vec<Manifest> = minors
        .iter()
        .map(|minor| at(object.class(), *minor))
        .collect();
    let back = there_and_back(object, &pins);
    let tree = |object| versionless(serde_json::from_str(&native(object, None)).expect("JSON"));
    assert_eq!(tree(&*back), tree(object), "by way of {minors:?}");
    assert!(back.eq_data(object), "by way of {minors:?}: {back:?}");
}

/// Where a version lacked nothing, nothing says that there was a newer one.
fn versionless(mut json: Json) -> Json {
    match &mut json {
        Json::Object(map) => {
            map.retain(|key, _| !key.ends_with("_object.version") && key != "library.version");
            map.values_mut()
                .for_each(|value| *value = versionless(value.take()));
        }
        Json::Array(items) => items
            .iter_mut()
            .for_each(|item| *item = versionless(item.take())),
        _ => {}
    }
    json
}

fn book() -> Book {
    let mut author = Author::new();
    author.set_name("Ursula");
    author.set_email("u@example.org");
    author.reset_changes();
    author.mark_changed(&["email"]);
    let mut book = Book::new();
    book.set_isbn("1").expect("unset so far");
    book.set_binding(crate::library::Binding::Soft);
    book.set_author(author);
    book
}

#[test]
fn every_class_by_way_of_every_version() {
    let mut books = BookList::new();
    books.set_objects(vec![book(), Book::new(), book()]);
    let mut kids = KidList::new();
    kids.set_objects(vec![crate::nursery::child(1, Some("y"))]);
    let mut map = W::new();
    map.set_m(
        [("a".to_owned(), crate::nursery::child(1, Some("y")))]
            .into_iter()
            .collect::<versionedobjects::fields::Dict<Child>>(),
    );
    let objects: [&dyn VersionedObject; 4] = [&book(), &books, &kids, &map];
    for object in objects {
        for minor in 0..4 {
            assert_same(object, &[minor]);
            assert_same(object, &[minor, minor.saturating_sub(1)]);
            assert_same(object, &[minor, 3]);
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_in_it(parent in parents(), minors in proptest::collection::vec(0_u16..=3, 1..4)) {
        assert_same(&parent, &minors);
    }

    #[test]
    fn what_a_hook_changed_is_what_it_was(x in any::<i64>()) {
        let mut hooked = Hooked::new();
        hooked.set_x(x);
        assert_same(&hooked, &[0]);
        assert_same(&hooked, &[0, 0]);
    }
}

/// A field that came later, in an object inside: the block device mapping that
/// lost its secret on the way through an older compute.
#[test]
fn what_a_hop_changes_comes_along_and_what_it_cannot_see_stays() {
    let mut parent = Parent::new();
    parent.set_child(crate::nursery::child(1, Some("secret")));
    let pin = at(Parent::class_def(), 1);
    let text = native(&parent, Some(&pin));
    let mut reader = Reader::new(&text)
        .expect("short")
        .keep_unknown()
        .pinned(Some(&pin));
    let mut middle = Parent::new();
    read_into(&mut reader, &mut middle).expect("readable");
    assert!(!middle.child().expect("set").expect("given").is_set("y"));
    middle
        .edit_child(|child| child.as_mut().expect("given").set_x(9))
        .expect("set");
    let back = Parent::from_json(&native(&middle, None)).expect("readable");
    let child = back.child().expect("set").expect("given");
    assert_eq!(
        (child.x().ok(), child.y().ok()),
        (Some(9), Some(Some("secret")))
    );
    assert_eq!(child.version(), Child::class_def().version());
}

#[test]
fn what_a_hop_puts_in_the_place_of_something_converted_counts() {
    let mut hooked = Hooked::new();
    hooked.set_x(9);
    let pin = at(Hooked::class_def(), 0);
    let text = native(&hooked, Some(&pin));
    let mut reader = Reader::new(&text)
        .expect("short")
        .keep_unknown()
        .pinned(Some(&pin));
    let mut middle = Hooked::new();
    read_into(&mut reader, &mut middle).expect("readable");
    assert_eq!(middle.x().ok(), Some(4));
    middle.set_x(5);
    let back = Hooked::from_json(&native(&middle, None)).expect("readable");
    assert_eq!(back.x().ok(), Some(5));
}

#[test]
fn a_peer_cannot_carry_what_does_not_fit() {
    let text = |carried: &str| {
        format!(
            r#"{{"nova_object.name":"Child","nova_object.namespace":"nova","nova_object.version":"1.0","nova_object.data":{{"x":1}},"nova_object.carried":{carried}}}"#
        )
    };
    let right = Child::from_json(&text(r#"[{"version":"1.2","at":"1.0","data":{"y":"z"}}]"#));
    assert_eq!(right.expect("readable").y().ok(), Some(Some("z")));
    for wrong in [
        "7",
        "null",
        "{}",
        "[{}]",
        r#"[{"version":"1.2","data":{"y":"z"}}]"#,
        r#"[{"version":"1.2","at":"1.0","data":{"y":[]}}]"#,
        r#"[{"version":"1.2","at":"1.0","data":[]}]"#,
        r#"[{"version":"x","at":"1.0"}]"#,
    ] {
        assert!(Child::from_json(&text(wrong)).is_err(), "{wrong}");
    }
}
