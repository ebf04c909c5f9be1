//! The special cases of `oslo.txt`, by their labels.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;
use versionedobjects::fields::{
    DateTime, Dict, FlexibleBoolean, IpAddress, IpNetwork, Ipv4Address, Ipv4Network, Ipv6Address,
    MacAddress, NaiveDateTime, PciAddress, StrictUuid, Uuid, VersionPredicate,
};
use versionedobjects::{
    Attr, EnumField, FieldType, Form, Slot as _, Transition, Value, ValueError, Writer,
};

use super::{OSLO, assigned, exception, field};

#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
enum Letter {
    #[value("a")]
    A,
}

#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
enum LetterOrOne {
    #[value("a")]
    A,
    #[value("1")]
    One,
}

const MOVES: &[(&str, &[&str])] = &[("a", &["b"]), ("b", &[])];

#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
#[enum_field(name = "SM", transitions = MOVES)]
enum State {
    #[value("a")]
    A,
    #[value("b")]
    B,
    #[value("c")]
    C,
}

fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::List(items.into_iter().collect())
}

fn set(items: impl IntoIterator<Item = Value>) -> Value {
    Value::Set(items.into_iter().collect())
}

fn entry(value: Value) -> Value {
    Value::Map(IndexMap::from([("a".to_owned(), value)]))
}

fn primitive<T: FieldType>(value: Value) -> String {
    let mut writer = Writer::new(Form::Compat);
    T::coerce(value).expect("it fits").write(&mut writer);
    writer.finish().expect("it can be written")
}

/// Goes through states; the last step is the one that counts.
fn moved(states: &[&str]) -> Result<String, ValueError> {
    let mut attr = Attr::<State>::Unset;
    let mut last = Ok(());
    for state in states {
        last = attr
            .assign((*state).into(), &field::<State>(), Transition::Checked)
            .map(|_| ());
    }
    last.map(|()| attr.value().expect("set").python_repr())
}

fn date(text: &str) -> Value {
    Value::DateTime(DateTime::parse(text).expect("a date"))
}

#[test]
fn special_cases_are_oslo_s() {
    let ours: Vec<(&str, Result<String, ValueError>)> = vec![
        (
            "mac dash upper",
            assigned::<MacAddress>("AA-BB-CC-DD-EE-FF".into()),
        ),
        (
            "mac newline",
            assigned::<MacAddress>("aa:bb:cc:dd:ee:ff\n".into()),
        ),
        ("pci", assigned::<PciAddress>("0000:0A:1F.7".into())),
        (
            "pci weird dot",
            assigned::<PciAddress>("0000:0a:1fX7".into()),
        ),
        ("ip int", assigned::<IpAddress>(3_232_235_777_i64.into())),
        ("ip short", assigned::<IpAddress>("10.1".into())),
        (
            "ip mapped",
            assigned::<Ipv4Address>("::ffff:1.2.3.4".into()),
        ),
        ("ip v6", assigned::<Ipv6Address>("FE80::1".into())),
        ("ipnet host", assigned::<IpNetwork>("10.0.0.5/24".into())),
        (
            "ipnet prim",
            Ok(primitive::<IpNetwork>("10.0.0.5/24".into()).replace('"', "'")),
        ),
        ("ipnet bare", assigned::<IpNetwork>("10.0.0.5".into())),
        ("v4net v6", assigned::<Ipv4Network>("fe80::/64".into())),
        ("uuid bad", assigned::<Uuid>("nope".into())),
        (
            "uuid upper keep",
            assigned::<Uuid>("C0FFEE00-0000-4000-8000-00000000ABCD".into()),
        ),
        ("enum int member", assigned::<LetterOrOne>(1.into())),
        (
            "vp",
            assigned::<VersionPredicate>(">=1.0, !=1.5, <2.0".into()),
        ),
        ("flex yes", assigned::<FlexibleBoolean>("yes".into())),
        ("flex on", assigned::<FlexibleBoolean>("on".into())),
        ("flex t", assigned::<FlexibleBoolean>("t".into())),
        ("flex 1", assigned::<FlexibleBoolean>("1".into())),
        ("flex y", assigned::<FlexibleBoolean>("y".into())),
        ("flex TRUE", assigned::<FlexibleBoolean>("TRUE".into())),
        ("flex no", assigned::<FlexibleBoolean>("no".into())),
        ("flex maybe", assigned::<FlexibleBoolean>("maybe".into())),
        ("flex 2", assigned::<FlexibleBoolean>("2".into())),
        // 64 bits are what `i64` holds; `i128` takes what Python's integers do here.
        ("int huge", assigned::<i128>(Value::Int(1 << 70))),
        ("int \"0x10\"", assigned::<i64>("0x10".into())),
        ("int \" 5 \"", assigned::<i64>(" 5 ".into())),
        ("int \"1_000\"", assigned::<i64>("1_000".into())),
        ("str bool", assigned::<String>(true.into())),
        ("str float", assigned::<String>(1e20.into())),
        ("str dt", assigned::<String>(date("2020-01-01"))),
        (
            "DictOfListOfStrings",
            assigned::<Dict<Vec<String>>>(entry(list(["x".into(), 1.into()]))),
        ),
        (
            "ListOfSetsOfIntegers",
            assigned::<Vec<BTreeSet<i64>>>(list([set([1.into(), "2".into()])])),
        ),
        (
            "ListOfDictOfNullableStrings",
            assigned::<Vec<Dict<Option<String>>>>(list([entry(Value::Null)])),
        ),
        (
            "ListOfEnum bad",
            assigned::<Vec<Letter>>(list(["b".into()])),
        ),
        // A generator is a list by the time it gets here.
        (
            "list from generator",
            assigned::<Vec<String>>(list(["a".into(), "b".into()])),
        ),
        ("list from set", assigned::<Vec<i64>>(set([3.into()]))),
        (
            "list None elt",
            assigned::<Vec<String>>(list([Value::Null])),
        ),
        (
            "set from list",
            assigned::<BTreeSet<String>>(list(["a".into()])),
        ),
        (
            "set from_primitive list",
            BTreeSet::<String>::from_primitive(list(["a".into()]))
                .map(|set| set.to_value().python_repr()),
        ),
        (
            "naive",
            assigned::<NaiveDateTime>(date("2020-01-01T00:00:00+03:00")),
        ),
        (
            "naive prim",
            Ok(primitive::<NaiveDateTime>(date("2020-01-01")).replace('"', "'")),
        ),
        ("sm init a", moved(&["a"])),
        ("sm a->a", moved(&["a", "a"])),
        ("sm a->c", moved(&["a", "c"])),
        ("sm a->b", moved(&["a", "b"])),
        ("sm b->a", moved(&["a", "b", "a"])),
        ("sm from state w/o rule", moved(&["c", "a"])),
    ];
    let section = OSLO
        .lines()
        .skip_while(|line| *line != "--- specials")
        .skip(1);
    let oslo: HashMap<&str, &str> = section
        .take_while(|line| !line.starts_with("---"))
        .map(|line| line.split_once(": ").expect("a label"))
        .collect();
    // An empty enumeration does not compile: tests/ui.
    assert_eq!(ours.len() + 1, oslo.len());
    for (label, found) in ours {
        let expected = oslo.get(label).expect(label);
        let expected = expected
            .strip_prefix("!! ")
            .map_or(*expected, |error| error.split(':').next().unwrap_or(error));
        let found = found.unwrap_or_else(|error| exception(&error).to_owned());
        assert_eq!(found, expected, "{label}");
    }
}

#[test]
fn integers_beyond_the_type_are_refused_by_name() {
    let error = assigned::<i64>(Value::Int(1 << 70)).expect_err("64 bits");
    assert_eq!(exception(&error), "OverflowError");
    assert!(error.message.contains("1180591620717411303424"), "{error}");
}

#[test]
fn errors_say_which_element() {
    let error = assigned::<Vec<Dict<i64>>>(list([entry(1.into()), entry("x".into())]))
        .expect_err("x is no number");
    assert!(
        error
            .message
            .starts_with("[1]: [\"a\"]: invalid literal for int()"),
        "{error}"
    );
}

/// Python iterates over texts and dictionaries too, and what comes from the wire
/// is iterated over before anybody asks whether it is a list.
#[test]
fn collections_of_the_wire_are_whatever_can_be_iterated_over() {
    let keys = || Value::Map(IndexMap::from([("7".to_owned(), 1.into())]));
    for (given, list, set) in [
        (Value::from("b\u{e9}b"), Some("['b', '\u{e9}', 'b']"), None),
        ("".into(), Some("[]"), Some("set()")),
        ("121".into(), Some("['1', '2', '1']"), Some("{1, 2}")),
        (keys(), Some("['7']"), Some("{7}")),
        (1.into(), None, None),
        (true.into(), None, None),
    ] {
        let shown = format!("{given:?}");
        let strings = Vec::<String>::from_primitive(given.clone());
        let strings = strings.map(|list| list.to_value().python_repr());
        assert_eq!(strings.as_deref().ok(), list, "{shown}");
        let numbers = BTreeSet::<i64>::from_primitive(given.clone());
        let numbers = numbers.map(|set| set.to_value().python_repr());
        assert_eq!(numbers.as_deref().ok(), set, "{shown}");
        // Assigned, only lists and sets are such.
        assert!(Vec::<String>::coerce(given.clone()).is_err(), "{shown}");
        assert!(BTreeSet::<i64>::coerce(given).is_err(), "{shown}");
    }
}

#[test]
fn strict_uuids_are_uuids() {
    for (text, fits) in [
        ("C0FFEE00-0000-4000-8000-00000000ABCD", true),
        ("c0ffee0000004000800000000000abcd", true),
        ("nope", false),
        ("c0ffee00-0000-4000-8000-00000000abc", false),
        ("c0ffee00-0000-4000-8000-00000000abcd0", false),
        ("c0ffee00--0000-4000-8000-00000000abcd", false),
        ("{c0ffee00-0000-4000-8000-00000000abcd}", false),
        ("", false),
    ] {
        assert_eq!(assigned::<StrictUuid>(text.into()).is_ok(), fits, "{text}");
    }
    assert!(assigned::<StrictUuid>(1.into()).is_err());
    assert_eq!(StrictUuid::TYPE.name, Uuid::TYPE.name);
}

#[test]
fn datetimes_are_read_and_written_as_oslo_does() {
    for (given, written) in [
        ("2013-07-12T10:11:12.5Z", "\"2013-07-12T10:11:12Z\""),
        ("2013-07-12T10:11:12+05:30", "\"2013-07-12T10:11:12+05:30\""),
        ("2013-07-12 10:11:12", "\"2013-07-12T10:11:12Z\""),
        ("2013-07-12", "\"2013-07-12T00:00:00Z\""),
        // oslo writes `UTC+02:00` for this if Python made the offset, and no
        // peer can read that.
        ("2013-07-12T10:11:12+02:00", "\"2013-07-12T10:11:12+02:00\""),
    ] {
        assert_eq!(primitive::<DateTime>(given.into()), written);
    }
    assert_eq!(
        exception(&assigned::<DateTime>(5.into()).expect_err("no date")),
        "ValueError"
    );
    assert!(assigned::<DateTime>("2013-07-12T10:11:12UTC+02:00".into()).is_err());
}
