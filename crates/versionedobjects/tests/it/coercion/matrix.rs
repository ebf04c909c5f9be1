//! 21 values for each of 24 types.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use versionedobjects::fields::{
    DateTime, Dict, FlexibleBoolean, IpAddress, IpNetwork, Ipv4Address, MacAddress,
    NonNegativeFloat, NonNegativeInteger, PciAddress, SensitiveString, Uuid, VersionPredicate,
};
use versionedobjects::{EnumField, Value, ValueError};

use super::{OSLO, assigned, exception};
use crate::library::Author;

#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    #[value("a")]
    A,
    #[value("1")]
    One,
    #[value("abc")]
    Abc,
}

/// The values, by Python's text of each.
fn value(text: &str) -> Value {
    let list = |items: Vec<Value>| Value::List(items);
    match text {
        "None" => Value::Null,
        "''" => "".into(),
        "' x'" => " x".into(),
        "'1'" => "1".into(),
        "'1.5'" => "1.5".into(),
        "'abc'" => "abc".into(),
        "0" => 0.into(),
        "1" => 1.into(),
        "-1" => (-1).into(),
        "1.9" => 1.9.into(),
        "True" => true.into(),
        "False" => false.into(),
        "b'x'" => Value::Bytes(b"x".to_vec()),
        "[]" => list(vec![]),
        "['a', 1]" => list(vec!["a".into(), 1.into()]),
        "('a',)" => list(vec!["a".into()]),
        "{'a': 1}" => Value::Map(IndexMap::from([("a".to_owned(), 1.into())])),
        "{1: 2}" => Value::OddMap(vec![(1.into(), 2.into())]),
        "{'a'}" => Value::Set(vec!["a".into()]),
        "datetime.datetime(2020, 1, 1, 0, 0)" => {
            Value::DateTime(DateTime::parse("2020-01-01").expect("a date"))
        }
        "nan" => f64::NAN.into(),
        other => panic!("the recording has a value that is not known here: {other}"),
    }
}

type Assign = fn(Value) -> Result<String, ValueError>;

const TYPES: &[(&str, Assign)] = &[
    ("String", assigned::<String>),
    ("SensitiveString", assigned::<SensitiveString>),
    ("Integer", assigned::<i64>),
    ("NonNegInt", assigned::<NonNegativeInteger>),
    ("Float", assigned::<f64>),
    ("NonNegFloat", assigned::<NonNegativeFloat>),
    ("Boolean", assigned::<bool>),
    ("FlexibleBoolean", assigned::<FlexibleBoolean>),
    ("DateTime", assigned::<DateTime>),
    ("ListOfStrings", assigned::<Vec<String>>),
    ("DictOfStrings", assigned::<Dict<String>>),
    ("DictOfNullableStrings", assigned::<Dict<Option<String>>>),
    ("DictOfIntegers", assigned::<Dict<i64>>),
    ("SetOfStrings", assigned::<BTreeSet<String>>),
    ("SetOfIntegers", assigned::<BTreeSet<i64>>),
    ("UUID", assigned::<Uuid>),
    ("VersionPredicate", assigned::<VersionPredicate>),
    ("Enum", assigned::<Member>),
    ("MAC", assigned::<MacAddress>),
    ("PCI", assigned::<PciAddress>),
    ("IP", assigned::<IpAddress>),
    ("IPv4", assigned::<Ipv4Address>),
    ("IPNet", assigned::<IpNetwork>),
    ("Object", assigned::<Author>),
];

/// Where the two must differ: a datetime always has an offset here, and a tuple
/// is a list.
const DIFFERENT: &[(&str, &str, &str)] = &[
    (
        "String",
        "datetime.datetime(2020, 1, 1, 0, 0)",
        "'2020-01-01 00:00:00+00:00'",
    ),
    (
        "SensitiveString",
        "datetime.datetime(2020, 1, 1, 0, 0)",
        "'2020-01-01 00:00:00+00:00'",
    ),
    (
        "UUID",
        "datetime.datetime(2020, 1, 1, 0, 0)",
        "'2020-01-01 00:00:00+00:00'",
    ),
    ("UUID", "('a',)", "\"['a']\""),
    ("IPNet", "('a',)", "TypeError"),
];

#[test]
fn every_cell_is_oslo_s() {
    let mut rows = 0;
    let mut wrong = Vec::new();
    for line in OSLO.lines().take_while(|line| !line.starts_with("---")) {
        let (name, cells) = line.split_once(" | ").expect("a row has a name");
        let (_, assign) = TYPES.iter().find(|(ours, _)| *ours == name).expect(name);
        rows += 1;
        let cells: Vec<&str> = cells.split("; ").collect();
        assert_eq!(cells.len(), 21, "{name}");
        for cell in cells {
            let (given, oslo) = cell.split_once("->").expect("a cell has a result");
            let different = DIFFERENT
                .iter()
                .find(|(ty, value, _)| *ty == name && *value == given);
            let expected = different.map_or(oslo, |(_, _, ours)| ours);
            let found = assign(value(given)).unwrap_or_else(|error| exception(&error).to_owned());
            if found != expected {
                wrong.push(format!("{name}: {given} gives {found}, not {expected}"));
            }
        }
    }
    assert_eq!(rows, TYPES.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
