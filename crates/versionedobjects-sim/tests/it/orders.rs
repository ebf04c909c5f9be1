//! Nothing is lost and nothing too new, whatever the order.

use std::collections::BTreeSet;

use versionedobjects_sim::{Plan, simulate};

use crate::post::{Office, Third};

/// Goes through each order with a seed of its own, on all processors; says how
/// many objects were delivered.
fn go_through(orders: &[Vec<usize>], services: usize) -> u64 {
    let office = Office::new(Third::Right);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                let office = &office;
                scope.spawn(move || {
                    let numbered = orders.iter().enumerate().skip(part).step_by(threads);
                    numbered
                        .map(|(seed, order)| {
                            let plan = Plan::new(seed as u64, services, order.clone());
                            let outcome = simulate(office, &plan);
                            outcome.assert_clean();
                            outcome.delivered
                        })
                        .sum::<u64>()
                })
            })
            .collect();
        parts
            .into_iter()
            .map(|part| part.join().expect("what a part found is above"))
            .sum()
    })
}

#[test]
fn three_services_go_through_three_releases_in_any_order() {
    let orders = Plan::orders(3, 3);
    assert_eq!(orders.len(), 90);
    let delivered = go_through(&orders, 3);
    assert!(delivered > 10 * 90, "{delivered} is hardly anything");
}

/// `cargo nextest run -p versionedobjects-sim --run-ignored only a_thousand`
#[test]
#[ignore = "half a minute on two processors"]
fn a_thousand_orders_of_four_services() {
    let all = Plan::orders(4, 3);
    assert_eq!(all.len(), 2520);
    // Spread over all of them, which begin alike for long.
    let orders: BTreeSet<Vec<usize>> = (0..1000).map(|n| all[n * 2520 / 1000].clone()).collect();
    assert_eq!(orders.len(), 1000);
    let orders: Vec<Vec<usize>> = orders.into_iter().collect();
    let delivered = go_through(&orders, 4);
    assert!(delivered > 10 * 1000, "{delivered} is hardly anything");
}

#[test]
fn five_services_that_nobody_upgrades_or_all_at_once() {
    let office = Office::new(Third::Right);
    for seed in 0..5 {
        simulate(&office, &Plan::new(seed, 5, [])).assert_clean();
        simulate(&office, &Plan::new(seed, 5, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])).assert_clean();
        simulate(&office, &Plan::new(seed, 5, [4, 4, 0, 1, 2, 3, 3, 2, 1, 0])).assert_clean();
    }
}
