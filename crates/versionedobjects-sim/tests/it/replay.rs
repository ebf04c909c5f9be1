//! What was found can be seen again.

use versionedobjects_sim::{Mistake, Plan, simulate};

use crate::post::{Office, Third};

#[test]
fn a_failing_seed_gives_the_same_trace_a_hundred_times() {
    let office = Office::new(Third::Right);
    let failing = (0..20).find_map(|seed| {
        let plan = Plan::new(seed, 3, [0, 1, 2, 0, 1, 2]).with(Mistake::LossyHop);
        let outcome = simulate(&office, &plan);
        (!outcome.is_clean()).then_some((plan, outcome))
    });
    let (plan, first) = failing.expect("a lossy hop is found");
    assert!(first.trace.len() > 100);
    for _ in 0..100 {
        assert_eq!(simulate(&office, &plan), first);
    }
    let seed = plan.seed + 1;
    let other = simulate(&office, &Plan { seed, ..plan });
    assert_ne!(other.trace, first.trace, "another seed is another story");
}

#[test]
fn a_failure_says_how_to_see_it_again() {
    let office = Office::new(Third::Right);
    let plan = Plan::new(3, 3, [0, 1, 2, 0, 1, 2]).with(Mistake::NoPin);
    let outcome = simulate(&office, &plan);
    let said = std::panic::catch_unwind(|| outcome.assert_clean())
        .expect_err("it fails")
        .downcast::<String>()
        .expect("a message");
    assert!(
        said.contains("seed 3, 3 services, upgrades [0, 1, 2, 0, 1, 2]"),
        "{said}"
    );
    assert!(said.contains("TooNew"), "{said}");
}
