//! Texts become values as oslo.config's types make them. Cases were run through oslo.config.

use oslo_config::{Kind, Value};

fn check(kind: Kind, text: &str, expected: impl Into<Option<Value>>) {
    assert_eq!(
        kind.parse(text),
        Ok(expected.into()),
        "{kind} from {text:?}"
    );
}

fn refuse(kind: Kind, texts: &[&str]) {
    for text in texts {
        assert!(kind.parse(text).is_err(), "{kind} from {text:?}");
    }
}

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(ToString::to_string).collect())
}

#[test]
fn booleans_are_words() {
    for text in ["true", "Yes", "ON", "1"] {
        check(Kind::Bool, text, Value::Bool(true));
    }
    for text in ["false", "No", "off", "0"] {
        check(Kind::Bool, text, Value::Bool(false));
    }
    refuse(Kind::Bool, &["", "maybe", "T", "2"]);
}

#[test]
fn integers_are_pythons() {
    check(Kind::INTEGER, "1", Value::Integer(1));
    check(Kind::INTEGER, " +5", Value::Integer(5));
    check(Kind::INTEGER, "-3", Value::Integer(-3));
    check(Kind::INTEGER, "1_000", Value::Integer(1000));
    check(Kind::INTEGER, "011", Value::Integer(11));
    check(Kind::INTEGER, "", None);
    refuse(
        Kind::INTEGER,
        &[
            "0x10",
            "1.0",
            "abc",
            "1__0",
            "_1",
            "--1",
            "+",
            "99999999999999999999",
        ],
    );
}

#[test]
fn numbers_keep_their_bounds() {
    let kind = Kind::Integer {
        min: Some(10),
        max: Some(100),
    };
    check(kind, "10", Value::Integer(10));
    check(kind, "100", Value::Integer(100));
    refuse(kind, &["9", "101"]);
    check(Kind::Port, "65535", Value::Integer(65_535));
    refuse(Kind::Port, &["-1", "65536"]);
    check(Kind::float_at_least(0.0), "1e3", Value::Float(1000.0));
    check(Kind::float_at_least(0.0), "", None);
    refuse(Kind::float_at_least(0.0), &["-.5", "x"]);
}

#[test]
fn lists_are_separated_by_commas() {
    check(Kind::List, "a,b, c", list(&["a", "b", "c"]));
    check(Kind::List, "a,,b,", list(&["a", "", "b"]));
    check(Kind::List, " ,", list(&[]));
    check(Kind::List, "\"a,b\",c", list(&["\"a", "b\"", "c"]));
}

#[test]
fn pairs_have_unique_names() {
    let pairs = Value::Dict(vec![("a".into(), "1".into()), ("b".into(), "2".into())]);
    check(Kind::Dict, "a:1, b: 2", pairs);
    check(Kind::Dict, "", Value::Dict(vec![]));
    refuse(Kind::Dict, &["a", "a:1,2", "a:1,a:2", ":1"]);
}

#[test]
fn uris_have_scheme_and_host() {
    for text in ["http://a", "grpc://h:1/p", "http://u:p@[::1]:80/x"] {
        check(Kind::Uri, text, Value::Text(text.to_owned()));
    }
    refuse(
        Kind::Uri,
        &["foo", "unix:/x", "rabbit://", "1a://h", "http://:80"],
    );
}

#[test]
fn hosts_are_names_or_addresses() {
    for text in ["vm", "a_b.c", "1.2.3.4", "::1"] {
        check(Kind::HostDomain, text, Value::Text(text.to_owned()));
    }
    refuse(
        Kind::HostDomain,
        &["a b", "-x", "a..b", "1.2", "99", "", &"a".repeat(64)],
    );
}

#[test]
fn choices_are_exact() {
    let kind = Kind::Choice(&["round-robin", "shuffle"]);
    check(kind, "shuffle", Value::Text("shuffle".to_owned()));
    refuse(kind, &["Shuffle", "x", ""]);
}
