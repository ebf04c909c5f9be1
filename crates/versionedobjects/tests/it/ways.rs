//! Arbitrary objects of every class here, by every pair of versions.

use versionedobjects::prelude::*;
use versionedobjects::{Error, check};

use crate::parcels::{Parcel, Van};

#[test]
fn every_class_survives_every_way() {
    for class in crate::nursery::registry()
        .iter()
        .chain([Parcel::class_def(), Van::class_def()])
    {
        // oslo has no rule for this child, and refuses to write it.
        let ways = check::every_way(class, 12).unwrap_or_else(|error| panic!("{error}"));
        assert!(ways.tried > ways.refused, "{}: {ways:?}", class.name);
        assert_eq!(
            ways.fields,
            class.fields.len(),
            "{}: some field was never set",
            class.name
        );
    }
}

#[test]
fn the_same_seed_makes_the_same_object() {
    let text = |seed| {
        check::arbitrary(Van::class_def(), seed)
            .to_json()
            .expect("written")
    };
    assert_eq!(text(7), text(7));
    assert_ne!(text(7), text(8));
}

/// A rule that loses something without saying so.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::nursery::Nursery, history("1.0" = "Initial version", "1.1" = "In centimetres"))]
pub struct Board {
    meta: Meta,
    #[object(was(name = "metres", until = "1.1", up = centimetres, down = metres))]
    length: Attr<i64>,
}

fn centimetres(metres: i64) -> i64 {
    metres.saturating_mul(100)
}

fn metres(length: i64) -> i64 {
    length / 100
}

#[test]
fn a_loss_that_is_not_declared_is_found() {
    let error = check::every_way(Board::class_def(), 20).expect_err("lossy");
    assert!(
        matches!(&error, Error::Action { reason, .. } if reason.starts_with("Board of seed ") && reason.contains("length is")),
        "{error}"
    );
}

/// A rule for readers alone that asks for what came in a version between.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    project = crate::nursery::Nursery,
    history("1.0" = "Initial version", "1.1" = "Has a unit", "1.2" = "Without what is sawn off")
)]
pub struct Plank {
    meta: Meta,
    #[object(was(until = "1.2", down_with = whole, lossy))]
    length: Attr<i64>,
    #[object(since = "1.1")]
    unit: Attr<String>,
}

fn whole(plank: &Plank, target: Version) -> versionedobjects::Result<Option<i64>> {
    let missing = |_| Error::MissingKey {
        object: "Plank",
        version: target,
        key: "unit".to_owned(),
    };
    let unit = plank.unit().map_err(missing)?.len();
    Ok(plank
        .length()
        .ok()
        .map(|length| length / 2 + i64::try_from(unit).unwrap_or(0)))
}

#[test]
fn what_came_at_an_older_version_goes_on_as_it_is() {
    let ways = check::every_way(Plank::class_def(), 20).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((ways.untried, ways.tried), (0, 9 * 20), "{ways:?}");
}
