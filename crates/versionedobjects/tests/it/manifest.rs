//! Manifests: what is in them, and how they travel.

use versionedobjects::{Manifest, Object as _, Version};

use crate::nursery::{Child, Parent, W};

fn shown(manifest: &Manifest) -> Vec<(String, String)> {
    manifest
        .iter()
        .map(|(name, version)| (name.to_owned(), version.to_string()))
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, version)| ((*name).to_owned(), (*version).to_owned()))
        .collect()
}

#[test]
fn everything_reachable_is_named_once() {
    assert_eq!(
        shown(Parent::class_def().manifest()),
        pairs(&[("Parent", "1.3"), ("Child", "1.2"), ("ChildList", "1.1")])
    );
    assert_eq!(
        shown(Child::class_def().manifest()),
        pairs(&[("Child", "1.2")])
    );
}

/// oslo's manifest leaves them out, and its peers then get them unconverted.
#[test]
fn objects_in_dictionaries_are_named_too() {
    assert_eq!(
        shown(W::class_def().manifest()),
        pairs(&[("W", "1.0"), ("Child", "1.2")])
    );
}

#[test]
fn manifests_travel_as_flat_dictionaries() {
    let manifest = Parent::class_def().manifest();
    let json = manifest.to_json();
    assert_eq!(
        serde_json::to_string(&json).expect("JSON"),
        r#"{"Parent":"1.3","Child":"1.2","ChildList":"1.1"}"#
    );
    assert_eq!(Manifest::from_json(&json).expect("a manifest"), *manifest);
    let wrong = serde_json::json!({"Parent": "1.x"});
    assert!(Manifest::from_json(wrong.as_object().expect("a dictionary")).is_err());
    assert_eq!(
        Manifest::from_iter([("A", Version::new(1, 0))]).get("A"),
        Some(Version::new(1, 0))
    );
}

mod blobs {
    use std::collections::BTreeSet;

    use versionedobjects::fields::RawJson;
    use versionedobjects::prelude::*;

    use crate::library::Library;

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(project = Library, history("1.0" = "Initial version"))]
    pub(super) struct Cover {
        meta: Meta,
        colour: Attr<String>,
        layout: Attr<Option<RawJson>>,
    }

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(project = Library, history("1.0" = "Initial version"))]
    pub(super) struct Binding {
        meta: Meta,
        covers: Attr<Vec<Cover>>,
        pages: Attr<BTreeSet<i64>>,
        remarks: Attr<Dict<Json>>,
        sewn: Attr<(i64, Vec<RawJson>)>,
    }
}

#[test]
fn what_no_version_covers_is_counted_for_the_whole_tree() {
    assert_eq!(
        blobs::Binding::class_def().unversioned(),
        ["Binding.remarks", "Binding.sewn", "Cover.layout"]
    );
    assert!(Parent::class_def().unversioned().is_empty());
}
