//! Offices and pilots that are upgraded one by one, in any order, while they
//! pass visits round over a bus that loses messages.

mod first;
mod harbour;
mod second;

use versionedobjects_sim::{Kind, Mistake, Plan, simulate};

use self::harbour::Harbour;

fn in_any_order(harbour: &Harbour) {
    let mut delivered = 0;
    for (seed, order) in Plan::orders(3, 3).into_iter().enumerate() {
        let outcome = simulate(harbour, &Plan::new(seed as u64, 3, order));
        outcome.assert_clean();
        delivered += outcome.delivered;
    }
    assert!(delivered > 10 * 90, "{delivered} is hardly anything");
}

#[test]
fn nothing_is_lost_between_views_of_three_releases() {
    in_any_order(&Harbour::views());
}

#[test]
fn nothing_is_lost_between_the_releases_as_they_were() {
    in_any_order(&Harbour::kept());
}

fn is_found(harbour: &Harbour, mistake: Mistake, as_what: Kind) {
    let found = (0..6).any(|seed| {
        let plan = Plan::new(seed, 3, [2, 1, 2, 0, 1, 0]).with(mistake);
        let findings = simulate(harbour, &plan).findings;
        findings.iter().any(|finding| finding.kind == as_what)
    });
    assert!(found, "{mistake:?}");
}

#[test]
fn mistakes_of_services_are_found() {
    for (mistake, kind) in [
        (Mistake::StalePin, Kind::HeldBack),
        (Mistake::NoPin, Kind::TooNew),
        (Mistake::WrongChildVersion, Kind::TooNew),
        (Mistake::ErasesUnknown, Kind::Lost),
        (Mistake::LossyHop, Kind::Lost),
        (Mistake::ReplyAtOwnVersion, Kind::TooNew),
        (Mistake::ForgetfulStore, Kind::Lost),
        (Mistake::TakenTwice, Kind::Lost),
    ] {
        is_found(&Harbour::kept(), mistake, kind);
        // A view reads by today's tables, which know what it does not: it forgets nothing that is stored as it came.
        if mistake != Mistake::ForgetfulStore {
            is_found(&Harbour::views(), mistake, kind);
        }
    }
}
