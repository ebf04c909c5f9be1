//! What oslo's fingerprint does not see: each pair of classes has the same
//! one, and differs in something that peers notice.

use versionedobjects::contract::{Comparison, Contract, Kind};
use versionedobjects::fields::NaiveDateTime;
use versionedobjects::prelude::*;

use crate::library::Library;

/// Two classes of one name, and a test that the fingerprint is the same and
/// the contract is not.
macro_rules! pairs {
    ($($name:ident: $kind:ident, [$($before_on:tt)*] $before:tt, [$($after_on:tt)*] $after:tt;)+) => {$(
        mod $name {
            use super::*;

            mod before {
                use super::*;

                #[derive(VersionedObject, Debug, Clone, Default)]
                #[object(project = Library, history("1.0" = "Initial version", "1.1" = "Later") $($before_on)*)]
                pub(super) struct Case $before
            }

            mod after {
                use super::*;

                #[derive(VersionedObject, Debug, Clone, Default)]
                #[object(project = Library, history("1.0" = "Initial version", "1.1" = "Later") $($after_on)*)]
                pub(super) struct Case $after
            }

            #[test]
            fn is_seen() {
                let (before, after) = (before::Case::class_def(), after::Case::class_def());
                assert_eq!(before.fingerprint(), after.fingerprint());
                let found = Comparison::of(&Contract::from(before), &Contract::from(after));
                let kinds: Vec<Kind> = found.changes.iter().map(|change| change.kind).collect();
                assert!(kinds.contains(&Kind::$kind), "{kinds:?}");
                assert!(!found.is_accepted(), "{found}");
            }
        }
    )+};
}

/// An object inside.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = Library, history("1.0" = "Initial version", "1.1" = "Later"))]
pub(super) struct One {
    meta: Meta,
}

/// An object of another class.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = Library, history("1.0" = "Initial version"))]
pub(super) struct Other {
    meta: Meta,
}

fn label<T>(_: &T) -> versionedobjects::Result<Value> {
    Ok(Value::Null)
}

pairs! {
    elements_of_a_list: TypeChanged,
        [] { meta: Meta, x: Attr<Vec<String>> }, [] { meta: Meta, x: Attr<Vec<i64>> };
    values_of_a_dictionary: TypeChanged,
        [] { meta: Meta, x: Attr<Dict<String>> }, [] { meta: Meta, x: Attr<Dict<i64>> };
    the_class_of_an_object: TargetRemoved,
        [] { meta: Meta, x: Attr<One> }, [] { meta: Meta, x: Attr<Other> };
    the_class_of_objects_in_a_list: TargetRemoved,
        [] { meta: Meta, x: Attr<Vec<One>> }, [] { meta: Meta, x: Attr<Vec<Other>> };
    read_only: ReadOnlyAdded,
        [] { meta: Meta, x: Attr<i64> }, [] { meta: Meta, #[object(read_only)] x: Attr<i64> };
    the_zone_of_a_time: TypeChanged,
        [] { meta: Meta, x: Attr<DateTime> }, [] { meta: Meta, x: Attr<NaiveDateTime> };
    computed_names: ComputedAdded,
        [] { meta: Meta, x: Attr<i64> }, [, extra(label = label)] { meta: Meta, x: Attr<i64> };
    versions_of_children: ChildChanged,
        [] { meta: Meta, #[object(children("1.0" = "1.0", "1.1" = "1.1"))] x: Attr<One> },
        [] { meta: Meta, #[object(children("1.0" = "1.0", "1.1" = "1.0"))] x: Attr<One> };
}
