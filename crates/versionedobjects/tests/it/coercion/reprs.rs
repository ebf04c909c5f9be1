//! The texts that fingerprints are made of, and a fingerprint.

use std::collections::BTreeSet;

use versionedobjects::fields::DateTime;
use versionedobjects::{
    Attr, Context, EnumField, FieldDef, Meta, Object as _, Value, VersionedObject, remotable,
};

use super::{OSLO, field};
use crate::library::{Author, LibraryError, Result};

#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
enum Ab {
    #[value("a")]
    A,
    #[value("b")]
    B,
}

#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
enum OnlyA {
    #[value("a")]
    A,
}

/// oslo's own prefix and namespace.
#[derive(Debug)]
pub struct Oslo;

impl versionedobjects::Project for Oslo {
    const PREFIX: &'static str = "versioned_object";
    const NAMESPACE: &'static str = "versionedobjects";
    type Store = dyn F1Store;
    type Error = LibraryError;
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = Oslo, methods, history("1.0" = "Initial version", "1.1" = "Later"))]
pub struct F1 {
    meta: Meta,
    a: Attr<String>,
    b: Attr<Option<i64>>,
}

#[remotable(F1)]
pub trait F1Store {
    async fn get(
        &self,
        ctx: &Context,
        id: i64,
        #[arg(default = None)] limit: Option<i64>,
    ) -> Result<F1>;
    async fn save(&self, ctx: &Context, f1: &mut F1) -> Result<()>;
}

#[test]
fn fields_are_shown_as_oslo_shows_them() {
    let ours = [
        field::<String>(),
        FieldDef {
            default: Some(|| "x".into()),
            ..field::<Option<String>>()
        },
        field::<Option<Ab>>(),
        FieldDef {
            read_only: true,
            ..field::<i64>()
        },
        field::<Author>(),
        field::<Vec<Author>>(),
        field::<DateTime>(),
        FieldDef {
            default: Some(|| Value::Set(vec!["a".into()])),
            ..field::<BTreeSet<String>>()
        },
        field::<Vec<OnlyA>>(),
    ];
    let oslo = OSLO
        .lines()
        .skip_while(|line| !line.starts_with("--- repr"))
        .skip(1);
    for (ours, oslo) in ours.iter().zip(oslo) {
        assert_eq!(ours.python_repr(), oslo);
    }
}

#[test]
fn the_fingerprint_is_oslo_s() {
    let line = |start: &str| {
        OSLO.lines()
            .find(|line| line.starts_with(start))
            .expect(start)
    };
    assert_eq!(F1::class_def().fingerprint_source(), line("([("));
    assert_eq!(
        F1::class_def().fingerprint(),
        "1.1-baae019b688a5f55d1024c068cf2bafb"
    );
    assert!(line("{'F1'").contains(&F1::class_def().fingerprint()));
}

/// What a fingerprint does not see, in oslo and therefore here.
#[test]
fn fingerprints_are_blind_where_oslo_s_are() {
    let same = [
        (field::<Vec<String>>(), field::<Vec<i64>>()),
        (field::<Author>(), field::<F1>()),
        (
            field::<String>(),
            FieldDef {
                read_only: true,
                ..field::<String>()
            },
        ),
        (
            field::<DateTime>(),
            field::<versionedobjects::fields::NaiveDateTime>(),
        ),
    ];
    for (a, b) in same {
        assert_eq!(a.python_repr(), b.python_repr());
    }
}
