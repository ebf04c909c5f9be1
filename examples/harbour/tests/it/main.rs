//! The contract on its own: every class at every version, and in an upgrade.

mod upgrades;

use harbour::{Error, Ship, Visit, VisitList, VisitState};
use versionedobjects::fields::DateTime;
use versionedobjects::{
    Manifest, Object as _, ObjectExt as _, ProjectError as _, Result, Version, WriteOptions, check,
    contract,
};

fn visit(state: VisitState) -> Result<Visit> {
    let mut ship = Ship::new();
    ship.set_name("Vega");
    ship.set_flag("Sweden");
    ship.set_length(43);
    let mut visit = Visit::new();
    visit.set_id(1)?;
    visit.set_ship(ship);
    visit.set_berth(2);
    visit.set_state(state);
    visit.set_cargo("walrus");
    // The wire has no fractions of seconds.
    visit.set_arrived_at(DateTime::parse("1880-04-24T12:00:00Z")?);
    Ok(visit)
}

#[test]
fn every_class_is_written_and_read_at_every_version() -> Result<()> {
    let moored = visit(VisitState::Moored)?;
    check::every_version(moored.ship()?)?;
    check::every_version(&moored)?;
    check::every_version(&visit(VisitState::Quarantined)?)?;
    check::every_version(&VisitList::from_iter([moored, visit(VisitState::Left)?]))
}

#[test]
fn nothing_is_lost_between_any_two_versions() -> Result<()> {
    for class in harbour::registry().iter() {
        check::every_way(class, 60)?;
    }
    Ok(())
}

#[test]
fn quarantine_is_mooring_to_those_who_do_not_know_it() -> Result<()> {
    let visit = visit(VisitState::Quarantined)?;
    let seen = |minor| {
        let reader: Manifest = [
            ("Visit", Version::new(1, minor)),
            ("Ship", Version::new(1, 0)),
        ]
        .into_iter()
        .collect();
        let (target, manifest) = (reader.get("Visit"), Some(&reader));
        let text = visit.to_json_with(WriteOptions {
            target,
            manifest,
            ..WriteOptions::default()
        })?;
        Visit::from_json(&text)?.state()
    };
    assert_eq!(seen(2)?, VisitState::Quarantined);
    assert_eq!(seen(1)?, VisitState::Moored);
    assert_eq!(seen(0)?, VisitState::Moored);
    Ok(())
}

#[test]
fn only_the_harbours_own_errors_are_taken_for_them() {
    let ours = Error::NoVisit { id: 7 }.to_exception();
    let mut foreign = ours.clone();
    foreign.module = "elsewhere".into();
    assert!(matches!(
        Error::from_exception(ours),
        Error::NoVisit { id: 7 }
    ));
    assert!(matches!(Error::from_exception(foreign), Error::Other(_)));
}

/// `OBJECT_CONTRACT=accept cargo test` records what differs, if it may.
#[test]
fn what_peers_rely_on_is_recorded() -> Result<(), contract::Error> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/contract");
    contract::check(harbour::registry(), folder)
}

#[test]
fn what_the_wire_cannot_hold_is_found() -> Result<()> {
    let mut visit = visit(VisitState::Moored)?;
    visit.set_arrived_at(DateTime::parse("1880-04-24T12:00:00.5Z")?);
    let error = check::every_version(&visit)
        .err()
        .map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some(
            "object action check failed because: Visit.arrived_at is not read as it was written at version 1.2"
        )
    );
    Ok(())
}
