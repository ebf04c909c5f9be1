//! Each mistake that upgrades are broken by is found, and is what was found:
//! on the same seeds nothing is found without it.

use std::collections::BTreeSet;

use versionedobjects_sim::{Kind, Mistake, Plan, simulate};

use crate::post::{Office, Third};

/// Seeds and orders on which the mistakes are looked for.
fn plans() -> impl Iterator<Item = Plan> {
    let orders = Plan::orders(3, 3);
    (0..12).map(move |seed| Plan::new(seed, 3, orders[(seed * 7) as usize].clone()))
}

/// The kinds of what is found on all of the plans, and on how many.
fn found(office: &Office, mistake: Option<Mistake>) -> (BTreeSet<Kind>, usize) {
    let mut kinds = BTreeSet::new();
    let mut plans_with = 0;
    for mut plan in plans() {
        plan.mistake = mistake;
        let outcome = simulate(office, &plan);
        kinds.extend(outcome.findings.iter().map(|finding| finding.kind));
        plans_with += usize::from(!outcome.is_clean());
    }
    (kinds, plans_with)
}

fn is_found(office: &Office, mistake: Option<Mistake>, as_what: Kind) {
    let (kinds, plans) = found(office, mistake);
    assert!(
        kinds.contains(&as_what),
        "found {kinds:?} on {plans} plans, not {as_what:?}"
    );
    assert!(plans >= 3, "found on {plans} of 12 plans only");
}

fn by_services(mistake: Mistake, as_what: Kind) {
    is_found(&Office::new(Third::Right), Some(mistake), as_what);
}

fn in_classes(third: Third, as_what: Kind) {
    is_found(&Office::new(third), None, as_what);
}

#[test]
fn without_a_mistake_nothing_is_found() {
    let (kinds, plans) = found(&Office::new(Third::Right), None);
    assert_eq!((kinds, plans), (BTreeSet::new(), 0));
}

#[test]
fn a_stale_pin() {
    by_services(Mistake::StalePin, Kind::HeldBack);
}

#[test]
fn a_writer_that_is_newer_than_its_reader_and_does_not_look() {
    by_services(Mistake::NoPin, Kind::TooNew);
}

#[test]
fn a_manifest_with_a_wrong_version_of_a_child() {
    by_services(Mistake::WrongChildVersion, Kind::TooNew);
}

#[test]
fn a_relay_that_erases_what_it_does_not_know() {
    by_services(Mistake::ErasesUnknown, Kind::Lost);
}

#[test]
fn a_lossy_hop() {
    by_services(Mistake::LossyHop, Kind::Lost);
}

#[test]
fn a_reply_at_the_version_of_whoever_replies() {
    by_services(Mistake::ReplyAtOwnVersion, Kind::TooNew);
}

#[test]
fn a_store_that_keeps_only_what_its_release_knows() {
    by_services(Mistake::ForgetfulStore, Kind::Lost);
}

#[test]
fn a_message_taken_twice() {
    // What was done since is undone by the second copy.
    by_services(Mistake::TakenTwice, Kind::Lost);
}

#[test]
fn a_missing_rule() {
    in_classes(Third::NoRuleForFragile, Kind::Unreadable);
}

#[test]
fn a_forgotten_bump() {
    in_classes(Third::ForgottenBump, Kind::Unreadable);
}

#[test]
fn an_early_contract() {
    in_classes(Third::EarlyContract, Kind::Lost);
}

#[test]
fn a_default_on_the_way_up_only() {
    in_classes(Third::DefaultOnTheWayUpOnly, Kind::Lost);
}

#[test]
fn a_renamed_field_that_is_read_under_the_old_name_only() {
    in_classes(Third::ReadUnderTheOldName, Kind::Lost);
}
