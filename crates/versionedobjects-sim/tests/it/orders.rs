//! Nothing is lost and nothing too new, whatever the order.

use versionedobjects_sim::{Plan, simulate};

use crate::post::{Office, Third};

/// How many upgrade orders are gone through: those of three services over three
/// releases, again and again with other seeds.
fn wanted() -> usize {
    let wanted = std::env::var("UPGRADE_ORDERS").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(90)
}

#[test]
fn three_services_go_through_three_releases_in_any_order() {
    let office = Office::new(Third::Right);
    let orders = Plan::orders(3, 3);
    assert_eq!(orders.len(), 90);
    let wanted = wanted();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let delivered: u64 = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                let (office, orders) = (&office, &orders);
                scope.spawn(move || {
                    let numbers = (part..wanted).step_by(threads);
                    numbers
                        .map(|number| go(office, orders, number))
                        .sum::<u64>()
                })
            })
            .collect();
        parts
            .into_iter()
            .map(|part| part.join().expect("what a part found is above"))
            .sum()
    });
    assert!(
        delivered > 10 * wanted as u64,
        "{delivered} is hardly anything"
    );
}

fn go(office: &Office, orders: &[Vec<usize>], number: usize) -> u64 {
    let order = orders[number % orders.len()].clone();
    let outcome = simulate(office, &Plan::new(number as u64, 3, order));
    outcome.assert_clean();
    outcome.delivered
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
