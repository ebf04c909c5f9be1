//! JSON Schemas, and that what is written fits them.

use boon::{Compiler, SchemaIndex, Schemas};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use versionedobjects::fields::{
    FlexibleBoolean, IpAddress, IpNetwork, Ipv4Address, Ipv4AndV6Address, Ipv4Network, Ipv6Network,
    MacAddress, NonNegativeInteger, PciAddress, StrictUuid, Uuid, VersionPredicate,
};
use versionedobjects::{
    Attr, Class, Draft, EnumField, FieldType, Form, Meta, Object as _, ObjectExt as _, Value,
    Version, VersionedObject, WriteOptions,
};

use crate::coercion::reprs::F1;
use crate::nursery::{Parent, child};
use crate::three_states::parents;

/// A compiled schema.
struct Checker(Schemas, SchemaIndex);

impl Checker {
    fn of(class: &'static Class, version: Version, draft: Draft) -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.enable_format_assertions();
        compiler
            .add_resource("test:schema", class.json_schema(version, draft))
            .expect("a resource");
        let index = compiler
            .compile("test:schema", &mut schemas)
            .expect("a valid schema");
        Self(schemas, index)
    }

    fn check(&self, json: &Json) -> Result<(), String> {
        self.0
            .validate(json, self.1)
            .map_err(|error| format!("{error:#}\n{json:#}"))
    }
}

fn written(object: &dyn VersionedObject, form: Form, target: Version) -> Json {
    let options = WriteOptions {
        form,
        target: Some(target),
        manifest: None,
    };
    serde_json::from_str(&object.to_json_with(options).expect("written")).expect("JSON")
}

#[test]
fn oslo_s_draft_4_is_oslo_s() {
    let oslo = include_str!("coercion/oslo.txt")
        .lines()
        .find(|line| line.starts_with("{\"$schema\""))
        .expect("recorded");
    let oslo: Json = serde_json::from_str(oslo).expect("JSON");
    assert_eq!(
        F1::class_def().json_schema(Version::new(1, 1), Draft::Oslo),
        oslo
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_primitive_fits_the_schema_of_its_version(parent in parents()) {
        for minor in 0..=3 {
            let version = Version::new(1, minor);
            for draft in [Draft::Draft2020, Draft::Draft4] {
                let checker = Checker::of(Parent::class_def(), version, draft);
                for form in [Form::Compat, Form::Native] {
                    let json = written(&parent, form, version);
                    prop_assert!(checker.check(&json).is_ok(), "{}", checker.check(&json).expect_err("checked"));
                }
            }
        }
    }

    /// As oslo has it, draft 4 requires what may be unset.
    #[test]
    fn primitives_with_everything_set_fit_oslo_s(parent in parents()) {
        let mut parent = parent;
        if !parent.is_set("id") {
            parent.set_id(1).expect("unset");
        }
        parent.set_child(child(1, None));
        parent.set_kids(vec![child(2, Some("q"))]);
        parent.set_lst(None);
        parent.set_meta(versionedobjects::fields::Dict::new());
        parent.set_tags(std::collections::BTreeSet::new());
        parent.set_defaults(&[]).expect("defaults");
        let json = written(&parent, Form::Compat, Version::new(1, 3));
        let checker = Checker::of(Parent::class_def(), Version::new(1, 3), Draft::Oslo);
        prop_assert!(checker.check(&json).is_ok(), "{}", checker.check(&json).expect_err("checked"));
    }
}

#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
enum Letter {
    #[value("a")]
    A,
}

/// A field of every type that has something to say in a schema.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::nursery::Nursery, history("1.0" = "Initial version", "1.1" = "Added late"))]
struct Everything {
    own: Meta,
    uuid: Attr<Uuid>,
    strict: Attr<Option<StrictUuid>>,
    mac: Attr<MacAddress>,
    pci: Attr<PciAddress>,
    predicate: Attr<VersionPredicate>,
    ip: Attr<IpAddress>,
    v4: Attr<Option<Ipv4Address>>,
    either: Attr<Option<Ipv4AndV6Address>>,
    network: Attr<IpNetwork>,
    network4: Attr<Ipv4Network>,
    network6: Attr<Ipv6Network>,
    letter: Attr<Option<Letter>>,
    letters: Attr<Vec<Letter>>,
    count: Attr<NonNegativeInteger>,
    flexible: Attr<FlexibleBoolean>,
    nested: Attr<Vec<versionedobjects::fields::Dict<Option<i64>>>>,
    #[object(read_only, default = 1)]
    fixed: Attr<i64>,
    next: Attr<Option<Box1>>,
    #[object(since = "1.1")]
    late: Attr<String>,
}

/// A class that contains itself, by way of a list.
#[expect(
    clippy::use_self,
    reason = "the derive repeats the type where there is no `Self`"
)]
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::nursery::Nursery, history("1.0" = "Initial version"))]
struct Box1 {
    own: Meta,
    inner: Attr<Vec<Box1>>,
}

fn everything() -> Everything {
    let mut object = Everything::new();
    let values: Vec<(&str, Value)> = vec![
        ("uuid", "c0ffee00-0000-4000-8000-00000000abcd".into()),
        ("strict", Value::Null),
        ("mac", "AA-BB-CC-DD-EE-FF".into()),
        ("pci", "0000:0a:1f.7".into()),
        ("predicate", ">=1.0".into()),
        ("ip", "::1".into()),
        ("v4", "10.0.0.1".into()),
        ("either", "fe80::1".into()),
        ("network", "10.0.0.5/24".into()),
        ("network4", "10.0.0.5".into()),
        ("network6", "fe80::1/64".into()),
        ("letter", Value::Null),
        ("letters", Value::List(vec!["a".into()])),
        ("count", 3.into()),
        ("flexible", "yes".into()),
        (
            "nested",
            Value::List(vec![Value::Map(
                [("k".to_owned(), Value::Null)].into_iter().collect(),
            )]),
        ),
        ("fixed", 1.into()),
        ("late", "x".into()),
    ];
    for (name, value) in values {
        object.set(name, value).expect(name);
    }
    let mut outer = Box1::new();
    outer.set_inner(vec![Box1::new()]);
    object.set_next(outer);
    object
}

#[test]
fn every_type_fits_in_both_drafts() {
    let object = everything();
    for draft in [Draft::Draft4, Draft::Oslo, Draft::Draft2020] {
        let checker = Checker::of(Everything::class_def(), Version::new(1, 1), draft);
        let json = written(&object, Form::Compat, Version::new(1, 1));
        checker.check(&json).expect("it fits");
        // And what does not fit is refused.
        for (field, wrong) in [
            ("mac", json!("aa")),
            ("mac", json!(null)),
            ("strict", json!("nope")),
            ("v4", json!("::1")),
            ("either", json!("x")),
            ("network4", json!("10.0.0.5")),
            ("letter", json!("b")),
            ("letters", json!(["b"])),
            ("count", json!(-1)),
            ("flexible", json!("yes")),
            ("nested", json!([{"k": "v"}])),
            ("next", json!({"nova_object.name": "Box1"})),
            ("late", json!(1)),
        ] {
            let mut broken = json.clone();
            broken["nova_object.data"][field] = wrong.clone();
            assert!(
                checker.check(&broken).is_err(),
                "{draft:?}: {field} = {wrong}"
            );
        }
    }
}

#[test]
fn an_older_version_has_no_newer_field() {
    let schema =
        |minor| Everything::class_def().json_schema(Version::new(1, minor), Draft::Draft2020);
    assert!(!schema(0).to_string().contains("\"late\""));
    assert!(schema(1).to_string().contains("\"late\""));
    assert_eq!(schema(1)["$ref"], "#/$defs/Everything-1.1");
    assert_eq!(
        schema(1)["$defs"]["Everything-1.1"]["properties"]["nova_object.data"]["properties"]["fixed"],
        json!({
            "type": ["integer"], "readOnly": true, "default": 1,
        })
    );
    // oslo takes any text for a UUID, and only its own schema claims otherwise.
    let uuid = |draft| {
        Everything::class_def()
            .json_schema(Version::new(1, 0), draft)
            .to_string()
            .matches("a-fA-F0-9")
            .count()
    };
    assert!(uuid(Draft::Oslo) > uuid(Draft::Draft2020));
    assert_eq!(uuid(Draft::Draft4), uuid(Draft::Draft2020));
    assert_eq!(Uuid::TYPE.name, "UUID");
}
