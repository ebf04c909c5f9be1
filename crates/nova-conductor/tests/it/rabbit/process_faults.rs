//! Conductors that are killed and stopped under load, and databases that die or are slow.

use std::time::Duration;

use nova_objects::Service;
use test_support::servers::{MariaDb, RabbitMq};

use super::cell::{Cell, written};
use super::load::Load;
use super::process::Process;

/// What a conductor may need more than at rest, in MiB, whatever waits for it. Unoptimised.
const ROOM: u64 = 200;

#[test]
fn conductors_and_databases_die_and_nothing_is_lost_or_done_twice() {
    let broker = RabbitMq::start();
    let mut server = MariaDb::start(&["main", "api"]);
    let cell = Cell::on(&broker.url(), &server);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let db = cell.prepare().await;
        let mut first = Process::start(&cell, "first");
        let second = Process::start(&cell, "second");
        let load = Load::start(&cell, "faults").await;
        load.goes_on(50, "the conductors serve").await;
        let queues = broker.queues().len();

        for round in 0..2 {
            first.kill();
            load.goes_on(50, "the other goes on").await;
            first = Process::start(&cell, &format!("first-{round}"));
        }
        load.goes_on(50, "the killed one is back").await;
        let stopping = tokio::task::spawn_blocking(move || second.terminate());
        assert_eq!(
            stopping.await.expect("it was told"),
            Some(0),
            "SIGTERM ends it well"
        );
        load.goes_on(50, "the one that is left goes on").await;

        server.kill();
        tokio::time::sleep(Duration::from_secs(1)).await;
        server.launch();
        load.goes_on(50, "the database is found again").await;

        // As slow as it gets: nobody may write.
        let url = [
            "FLUSH TABLES WITH READ LOCK",
            "SELECT SLEEP(3)",
            "UNLOCK TABLES",
        ]
        .join("; ");
        tokio::task::block_in_place(|| server.execute(&url));
        load.goes_on(50, "the database writes again").await;
        let told = load.stop().await;
        told.check(&written(&db).await);
        // The two hosts of the killed ones have a queue each; nothing else was added.
        assert!(broker.queues().len() <= queues + 4, "{:?}", broker.queues());
        assert!(first.peak() < 400, "{} MiB", first.peak());
    });
}

#[test]
fn acknowledged_first_as_the_original_does_what_was_answered_is_kept() {
    let broker = RabbitMq::start();
    let mut cell = Cell::on_files(&broker.url());
    cell.at_least_once = false;
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let db = cell.prepare().await;
        let mut first = Process::start(&cell, "first");
        let load = Load::start(&cell, "original").await;
        load.goes_on(20, "the conductor serves").await;
        first.kill();
        let second = Process::start(&cell, "second");
        load.goes_on(20, "the next one serves").await;
        let stopping = tokio::task::spawn_blocking(move || second.terminate());
        let _third = Process::start(&cell, "third");
        assert_eq!(
            stopping.await.expect("it was told"),
            Some(0),
            "SIGTERM ends it well"
        );
        load.goes_on(20, "the last one serves").await;
        load.stop().await.check(&written(&db).await);
    });
}

#[test]
fn ten_thousand_requests_wait_for_a_conductor_and_are_all_answered() {
    const WAITING: usize = 10_000;
    let broker = RabbitMq::start();
    let cell = Cell::on_files(&broker.url());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        cell.prepare().await;
        // The queue has to be there for anything to wait in it.
        let conductor = Process::start(&cell, "first");
        let ctx = cell.caller(Duration::from_secs(100)).await;
        let ask = async |number: usize| {
            Service::get_by_host_and_binary(&ctx, format!("h{number}").as_str(), "nova-compute")
                .await
        };
        ask(0).await.expect("it is served");
        let at_rest = conductor.peak();
        let stopping = tokio::task::spawn_blocking(move || conductor.terminate());
        assert_eq!(stopping.await.expect("it was told"), Some(0));

        let calls: Vec<_> = (0..WAITING)
            .map(|number| {
                let ctx = ctx.clone();
                tokio::spawn(async move {
                    let host = format!("h{number}");
                    Service::get_by_host_and_binary(&ctx, host.as_str(), "nova-compute").await
                })
            })
            .collect();
        super::cell::until("all wait", Duration::from_secs(60), async || {
            let queues = broker.queues();
            let waiting = queues.iter().find(|(name, _)| name == "conductor");
            waiting.is_some_and(|(_, messages)| *messages >= WAITING as u64)
        })
        .await;
        let conductor = Process::start(&cell, "second");
        for call in calls {
            let answer = call.await.expect("no call panics");
            assert!(answer.expect("every call is answered").is_none());
        }
        let more = conductor.peak().saturating_sub(at_rest);
        eprintln!("{at_rest} MiB at rest, {more} more with {WAITING} waiting");
        assert!(more < ROOM, "{more} MiB more than at rest");
    });
}
