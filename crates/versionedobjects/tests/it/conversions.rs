//! What a class was, by rule: down to every version, and up again.

use serde_json::{Value as Json, json};
use versionedobjects::prelude::*;
use versionedobjects::{
    Draft, Error, Form, LossKind, Manifest, Reader, VersionedObject, WriteOptions, read_into,
};

use crate::parcels::{Parcel, Speed, Van, parcel};

fn at(minor: u16) -> Version {
    Version::new(1, minor)
}

fn write(object: &dyn VersionedObject, form: Form, minor: u16) -> versionedobjects::Result<String> {
    object.to_json_with(WriteOptions {
        form,
        target: Some(at(minor)),
        manifest: None,
    })
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).expect("what is written is JSON")
}

/// The data of a parcel as it was at each version.
fn as_of(minor: u16) -> Json {
    match minor {
        0 => {
            json!({"to": "Ada", "number": "7", "metres": 2, "sender": "Bob", "insured": 0, "speed": "normal", "pounds": 2})
        }
        1 => {
            json!({"addressee": "Ada", "number": "7", "metres": 2, "sender": "Bob", "insured": 0, "speed": "normal",
                    "colour": "brown", "pounds": 2})
        }
        2 => {
            json!({"addressee": "Ada", "number": 7, "length": 250, "sender": "Bob", "insured": 0, "speed": "express",
                    "pounds": 2})
        }
        3 => {
            json!({"recipient": "Ada", "number": 7, "length": 250, "sender": "Bob", "insured": 0, "speed": "express",
                    "grams": 1200})
        }
        4 => {
            json!({"recipient": "Ada", "number": 7, "length": 250, "sender": "Bob", "insured": null, "speed": "express",
                    "grams": 1200})
        }
        _ => {
            json!({"recipient": "Ada", "number": 7, "length": 250, "sender": "Bob", "insured": null, "speed": "courier",
                    "grams": 1200, "colour": 3})
        }
    }
}

#[test]
fn every_version_is_sent_what_it_was() {
    for form in [Form::Compat, Form::Native] {
        for minor in 0..=5 {
            let written = json(&write(&parcel(&[]), form, minor).expect("written"));
            assert_eq!(
                written["nova_object.data"],
                as_of(minor),
                "{form:?} 1.{minor}"
            );
        }
    }
}

#[test]
fn changes_have_the_names_of_the_version() {
    let changed = parcel(&["recipient", "length", "grams", "colour"]);
    for (minor, names) in [
        (0, json!(["to", "metres", "pounds"])),
        (1, json!(["addressee", "metres", "pounds"])),
        (2, json!(["addressee", "length", "pounds"])),
        (3, json!(["recipient", "length", "grams"])),
        (5, json!(["recipient", "length", "grams", "colour"])),
    ] {
        for form in [Form::Compat, Form::Native] {
            let text = write(&changed, form, minor).expect("written");
            assert_eq!(
                json(&text)["nova_object.changes"],
                names,
                "{form:?} 1.{minor}"
            );
            let read = Parcel::from_json(&text).expect("readable");
            let expected: Vec<&str> = match (form, minor) {
                (Form::Compat, 0..5) => vec!["recipient", "length", "grams"],
                _ => vec!["recipient", "length", "grams", "colour"],
            };
            assert_eq!(read.changes(), expected, "{form:?} 1.{minor}");
        }
    }
}

#[test]
fn old_data_becomes_current_while_it_is_read() {
    for minor in 0..=4 {
        let old = Parcel::from_json(&write(&parcel(&[]), Form::Compat, minor).expect("written"))
            .expect("readable");
        assert_eq!(old.version(), at(minor));
        assert_eq!(old.recipient().ok(), Some("Ada"), "1.{minor}");
        assert_eq!(old.number().ok(), Some(7), "1.{minor}");
        let length = if minor < 2 { 200 } else { 250 };
        assert_eq!(old.length().ok(), Some(length), "1.{minor}");
        let grams = if minor < 3 { 1000 } else { 1200 };
        assert_eq!(old.grams().ok(), Some(grams), "1.{minor}");
        assert!(!old.is_set("colour"), "1.{minor}: that colour was another");
        // It is written as it came, until it is made current.
        let again = json(&old.to_json().expect("written"));
        assert_eq!(again["nova_object.version"], format!("1.{minor}"));
        assert_eq!(again["nova_object.data"], as_of(minor));
        let mut current = old;
        current.upgrade().expect("upgraded");
        let written = json(&current.to_json().expect("written"));
        assert_eq!(written["nova_object.version"], "1.5");
        assert_eq!(written["nova_object.data"]["recipient"], "Ada", "1.{minor}");
    }
}

fn old(minor: u16, data: &Json) -> versionedobjects::Result<Parcel> {
    let text = json!({
        "nova_object.name": "Parcel", "nova_object.namespace": "nova",
        "nova_object.version": format!("1.{minor}"), "nova_object.data": data,
    });
    Parcel::from_json(&text.to_string())
}

#[test]
fn a_name_counts_for_its_versions_only() {
    let all = json!({"to": "a", "addressee": "b", "recipient": "c"});
    for (minor, name) in [(0, "a"), (1, "b"), (2, "b"), (3, "c"), (5, "c")] {
        let read = old(minor, &all).expect("readable");
        assert_eq!(read.recipient().ok(), Some(name), "1.{minor}");
    }
    assert!(
        !old(0, &json!({"recipient": "c"}))
            .expect("readable")
            .is_set("recipient")
    );
}

#[test]
fn a_null_of_old_means_what_the_rule_says() {
    let read = old(3, &json!({"sender": null})).expect("readable");
    assert_eq!(read.sender().ok(), Some("unknown"));
    assert!(
        old(4, &json!({"sender": null})).is_err(),
        "since 1.4 it is never null"
    );
    // What could not be null then may be now.
    let read = old(3, &json!({"insured": null})).expect("readable");
    assert_eq!(read.insured().ok(), Some(None));
}

#[test]
fn what_does_not_fit_a_rule_is_an_error() {
    for (minor, data, message) in [
        (
            0,
            json!({"number": "seven"}),
            "set `Parcel.number`: `seven` is no number of a parcel",
        ),
        (
            0,
            json!({"number": []}),
            "set `Parcel.number`: A string is required in field",
        ),
        (
            0,
            json!({"pounds": i64::MAX}),
            "object action weigh failed because",
        ),
        (0, json!({"pounds": "x"}), "set `Parcel.pounds`"),
    ] {
        let error = old(minor, &data).expect_err("refused").to_string();
        assert!(
            error.starts_with(message.split(" A string").next().unwrap_or(message)),
            "{error}"
        );
    }
    // A rule may find that there is no value.
    let read = old(0, &json!({"metres": i64::MAX})).expect("readable");
    assert!(!read.is_set("length"));
    let mut drone = parcel(&[]);
    drone.set_speed(Speed::Drone);
    let error = write(&drone, Form::Compat, 4)
        .expect_err("nothing like it")
        .to_string();
    assert_eq!(
        error,
        "object action obj_make_compatible failed because: speed=drone not supported in version (1, 4)"
    );
}

#[test]
fn what_is_newer_than_we_are_is_an_error() {
    for minor in [6, 99] {
        let refused = old(minor, &json!({"number": {"since": "1.6"}}));
        assert!(
            matches!(refused, Err(Error::IncompatibleVersion { supported, .. }) if supported == at(5))
        );
    }
}

#[test]
fn the_schema_of_a_version_has_its_names_and_types() {
    let data = |minor| {
        let schema = Parcel::class_def().json_schema(at(minor), Draft::Draft2020);
        schema["$defs"][format!("Parcel-1.{minor}")]["properties"]["nova_object.data"]["properties"]
            .clone()
    };
    let oldest = data(0);
    assert_eq!(oldest["to"]["type"], json!(["string"]));
    assert_eq!(oldest["number"]["type"], json!(["string"]));
    assert_eq!(oldest["pounds"]["type"], json!(["integer"]));
    assert_eq!(oldest["sender"]["type"], json!(["string", "null"]));
    assert_eq!(oldest["speed"]["enum"], json!(["normal"]));
    assert!(oldest.get("recipient").is_none() && oldest.get("colour").is_none());
    assert_eq!(data(1)["colour"]["type"], json!(["string"]));
    assert_eq!(data(5)["colour"]["type"], json!(["integer"]));
}

#[test]
fn declared_losses_are_listed() {
    let losses: Vec<(&str, u16, LossKind)> = Parcel::class_def()
        .losses()
        .into_iter()
        .map(|loss| (loss.field, loss.before.minor, loss.why))
        .collect();
    assert_eq!(
        losses,
        [
            ("length", 2, LossKind::Changed),
            ("insured", 4, LossKind::Changed),
            ("speed", 2, LossKind::Value("express")),
            ("speed", 5, LossKind::Value("courier")),
            ("grams", 3, LossKind::Added),
            ("colour", 5, LossKind::Added),
            ("colour", 2, LossKind::Removed),
            ("pounds", 3, LossKind::Removed),
            ("note", 4, LossKind::Removed),
        ]
    );
}

/// All classes at `minor`, where they are that new.
fn pin(minor: u16) -> Manifest {
    [("Parcel", at(minor)), ("Van", at(minor.min(1)))]
        .into_iter()
        .collect()
}

fn native(object: &dyn VersionedObject, pin: Option<&Manifest>) -> String {
    let target = pin
        .and_then(|pin| pin.get(object.class().name))
        .map(|asked| asked.min(object.version()));
    object
        .to_json_with(WriteOptions {
            form: Form::Native,
            target,
            manifest: pin,
        })
        .expect("written")
}

/// What a release of that age reads.
fn hop<T: Object>(text: &str, pin: &Manifest) -> T {
    let mut object = T::new_object();
    let mut reader = Reader::new(text)
        .expect("short")
        .keep_unknown()
        .pinned(Some(pin));
    read_into(&mut reader, &mut object).expect("readable by an older release");
    object
}

#[test]
fn natively_nothing_is_lost_by_way_of_any_versions() {
    let mut dear = parcel(&["length", "grams"]);
    dear.set_insured(5);
    dear.set_speed(Speed::Express);
    let mut bare = Parcel::new();
    bare.set_length(-3);
    for object in [parcel(&[]), dear, bare] {
        for first in 0..=5 {
            for second in 0..=5 {
                let (first, second) = (pin(first), pin(second));
                let middle: Parcel = hop(&native(&object, Some(&first)), &first);
                let text = native(&middle, Some(&second));
                let middle: Parcel = hop(&text, &second);
                let back = Parcel::from_json(&native(&middle, None)).expect("readable");
                assert!(back.eq_data(&object), "{first:?} {second:?}: {back:?}");
                assert_eq!(back.changes(), object.changes(), "{first:?} {second:?}");
            }
        }
    }
}

#[test]
fn what_a_hop_changes_wins_over_what_was_carried() {
    let oldest = pin(0);
    let mut middle: Parcel = hop(&native(&parcel(&[]), Some(&oldest)), &oldest);
    middle.set_length(900);
    middle.set_grams(5000);
    middle.set_speed(Speed::Normal);
    let back = Parcel::from_json(&native(&middle, None)).expect("readable");
    // Courier was carried for as long as the hop had its substitute, which it kept.
    assert_eq!(
        (back.length().ok(), back.grams().ok(), back.insured().ok()),
        (Some(900), Some(5000), Some(None))
    );
    assert_eq!(back.changes(), ["length", "speed", "grams"]);
}

#[test]
fn parcels_are_converted_wherever_they_are() {
    let mut van = Van::new();
    van.set_seat(parcel(&[]));
    van.set_stacks(vec![vec![parcel(&[]), Parcel::new()], vec![]]);
    van.set_doors(Dict::from([("left".to_owned(), parcel(&[]))]));
    let oldest = pin(0);
    let text = native(&van, Some(&oldest));
    let data = &json(&text)["nova_object.data"];
    for place in [&data["seat"], &data["pile"][0][0], &data["doors"]["left"]] {
        assert_eq!(place["nova_object.version"], "1.0");
        assert_eq!(place["nova_object.data"], as_of(0));
    }
    let middle: Van = hop(&text, &oldest);
    let back = Van::from_json(&native(&middle, None)).expect("readable");
    assert!(back.eq_data(&van), "{back:?}");
}

#[test]
fn fields_that_are_gone_are_kept_for_those_who_have_them() {
    let sent = json!({
        "nova_object.name": "Parcel", "nova_object.namespace": "nova", "nova_object.version": "1.1",
        "nova_object.data": {"note": "fragile", "colour": "red"},
    })
    .to_string();
    let kept: Parcel = hop(&sent, &pin(5));
    assert_eq!(
        json(&native(&kept, None))["nova_object.data"],
        json!({"colour": "red", "note": "fragile"})
    );
    let forgotten = Parcel::from_json(&sent).expect("readable");
    assert_eq!(
        json(&native(&forgotten, None))["nova_object.data"],
        json!({"colour": "brown"})
    );
}
