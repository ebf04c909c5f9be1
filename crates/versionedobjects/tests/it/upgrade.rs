//! Objects of older versions become current when asked to.

use versionedobjects::prelude::*;
use versionedobjects::{VersionedObject, WriteOptions};

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    project = crate::nursery::Nursery,
    history("1.0" = "Initial version", "1.1" = "Added milk", "1.2" = "Added sugar and strength"),
    upgrade = stir
)]
pub struct Coffee {
    meta: Meta,
    #[object(default = 1)]
    shots: Attr<i64>,
    #[object(since = "1.1", default = false)]
    milk: Attr<bool>,
    #[object(since = "1.2")]
    sugar: Attr<Option<i64>>,
    #[object(since = "1.2")]
    strength: Attr<i64>,
}

/// Strength was implied by the shots before it was recorded.
fn stir(coffee: &mut Coffee, from: Version) {
    if let (true, Ok(shots)) = (from < Version::new(1, 2), coffee.shots()) {
        coffee.set_strength(shots * 10);
    }
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::nursery::Nursery, history("1.0" = "Initial version", "1.1" = "Coffee is 1.2"))]
pub struct Tray {
    meta: Meta,
    cups: Attr<Vec<Coffee>>,
}

fn read_at<T: Object>(object: &T, version: Version) -> T {
    let text = object
        .to_json_with(WriteOptions {
            target: Some(version),
            ..WriteOptions::default()
        })
        .expect("written");
    T::from_json(&text).expect("readable")
}

fn coffee() -> Coffee {
    let mut coffee = Coffee::new();
    coffee.set_shots(2);
    coffee.reset_changes();
    coffee
}

#[test]
fn what_was_added_since_gets_its_default_and_the_hook_the_rest() {
    let mut old = read_at(&coffee(), Version::new(1, 0));
    assert_eq!(old.version(), Version::new(1, 0));
    assert!(!old.is_set("milk"), "reading alone adds nothing");
    old.upgrade().expect("upgraded");
    assert_eq!(old.version(), Version::new(1, 2));
    assert_eq!(
        (old.milk().ok(), old.strength().ok(), old.is_set("sugar")),
        (Some(false), Some(20), false)
    );
    assert_eq!(old.changes(), ["milk", "strength"]);
    assert!(old.to_json().expect("written").contains("\"1.2\""));
}

#[test]
fn what_the_old_version_knew_is_left_alone() {
    let mut bare = read_at(&Coffee::new(), Version::new(1, 1));
    bare.upgrade().expect("upgraded");
    // A default of a field that 1.1 had is nobody's business here.
    assert_eq!((bare.is_set("shots"), bare.is_set("milk")), (false, false));
    let mut current = coffee();
    current.upgrade().expect("nothing to do");
    assert!(!current.is_set("strength") && current.changes().is_empty());
}

#[test]
fn objects_inside_become_current_too() {
    let old = read_at(&coffee(), Version::new(1, 1));
    let mut tray = Tray::new();
    tray.set_cups(vec![old, coffee()]);
    tray.upgrade().expect("upgraded");
    let cups = tray.cups().expect("set");
    let versions: Vec<_> = cups.iter().map(ObjectExt::version).collect();
    assert_eq!(versions, [Version::new(1, 2); 2]);
    assert_eq!(
        cups.iter()
            .map(|cup| cup.strength().ok())
            .collect::<Vec<_>>(),
        [Some(20), None]
    );
}
