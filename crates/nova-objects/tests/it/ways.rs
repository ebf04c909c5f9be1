//! Arbitrary objects of every class, by every pair of its versions, down and up
//! again: see `versionedobjects::check::every_way`.

use std::collections::BTreeMap;

use nova_objects::classes;
use versionedobjects::{Class, check};

#[test]
fn every_class_survives_every_way() {
    // So many by each pair of versions: `WAYS=1000 cargo test --release -p nova-objects --test it every_way -- --nocapture`.
    // Without it about 40 a class.
    let wanted: Option<u64> = std::env::var("WAYS")
        .ok()
        .map(|cases| cases.parse().unwrap());
    let mut wrong = Vec::new();
    let mut tried = BTreeMap::new();
    for class in classes() {
        let versions = class.history.len() as u64;
        let few = (40 / (versions * versions)).max(1);
        match check::every_way(class, wanted.unwrap_or(few)) {
            Ok(ways) => {
                tried.insert(class.name, ways);
                if ways.untried > 0 {
                    wrong.push(format!(
                        "{}: {} pairs of versions untried",
                        class.name, ways.untried
                    ));
                }
                if ways.fields < class.fields.len() {
                    wrong.extend(unfilled(class));
                }
            }
            Err(error) => wrong.push(error.to_string()),
        }
    }
    println!("{tried:#?}");
    assert!(tried.values().all(|ways| ways.tried > 0));
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What is never set, as `class.field`.
fn unfilled(class: &'static Class) -> Vec<String> {
    let mut fields: Vec<(usize, String)> = class
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| (index, format!("{}.{}", class.name, field.name)))
        .collect();
    for seed in 0..400 {
        let object = check::arbitrary(class, seed);
        fields.retain(|(index, _)| !object.slot(*index).is_set());
    }
    fields.into_iter().map(|(_, name)| name).collect()
}
