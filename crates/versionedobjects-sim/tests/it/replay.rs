//! What was found can be seen again.

use std::process::Command;

use versionedobjects_sim::{Mistake, Outcome, Plan, simulate};

use crate::post::{Office, Third};

/// The first plan on which a mistake is found, and what is.
fn failing(office: &Office, mistake: Mistake) -> (Plan, Outcome) {
    let found = (0..20).find_map(|seed| {
        let plan = Plan::new(seed, 3, [0, 1, 2, 0, 1, 2]).with(mistake);
        let outcome = simulate(office, &plan);
        (!outcome.is_clean()).then_some((plan, outcome))
    });
    found.unwrap_or_else(|| panic!("{mistake:?} is found"))
}

fn replay(mistake: Mistake, times: usize) {
    let office = Office::new(Third::Right);
    let (plan, first) = failing(&office, mistake);
    assert!(first.trace.len() > 20, "{mistake:?}: {:?}", first.trace);
    for _ in 0..times {
        assert_eq!(simulate(&office, &plan), first, "{mistake:?}");
    }
    let seed = plan.seed + 1;
    let other = simulate(&office, &Plan { seed, ..plan });
    assert_ne!(other.trace, first.trace, "another seed is another story");
}

#[test]
fn a_failing_seed_gives_the_same_trace_a_hundred_times() {
    replay(Mistake::LossyHop, 100);
}

#[test]
fn whatever_fails_gives_the_same_trace() {
    for mistake in Mistake::ALL {
        replay(mistake, 3);
    }
}

/// `cargo nextest run -p versionedobjects-sim --run-ignored only whatever`
#[test]
#[ignore = "half a minute"]
fn whatever_fails_gives_the_same_trace_a_hundred_times() {
    for mistake in Mistake::ALL {
        replay(mistake, 100);
    }
}

/// Another process has other addresses and another order in its hash tables.
#[test]
fn a_failing_seed_gives_the_same_trace_in_another_process() {
    let told = || {
        let this = std::env::current_exe().expect("a test is a program");
        let run = Command::new(this)
            .args([
                "--exact",
                "replay::tells_its_trace",
                "--ignored",
                "--nocapture",
            ])
            .output()
            .expect("it starts");
        assert!(run.status.success());
        let text = String::from_utf8(run.stdout).expect("text");
        let lines = text.lines().filter(|line| line.starts_with("trace: "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let (_, first) = failing(&Office::new(Third::Right), Mistake::LossyHop);
    let first: Vec<String> = first
        .trace
        .iter()
        .map(|line| format!("trace: {line}"))
        .collect();
    assert_eq!(told(), first);
    assert_eq!(told(), first);
}

#[test]
#[ignore = "run by the test above in a process of its own"]
fn tells_its_trace() {
    let (_, outcome) = failing(&Office::new(Third::Right), Mistake::LossyHop);
    for line in outcome.trace {
        println!("trace: {line}");
    }
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
