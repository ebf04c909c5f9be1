//! A database that takes its time for every statement, while callers of little patience go on asking: each is told by its
//! deadline, what nobody waits for any more is dropped, and nothing of it stays when the database is quick again.

use std::time::{Duration, Instant};

use test_support::servers::{MariaDb, RabbitMq};

use super::cell::{Cell, until, write, written};
use super::load::Load;
use super::process::Process;
use super::proxy::Proxy;

/// More callers than a conductor carries out requests at once, so that some wait in it and some on the bus.
const CALLERS: usize = 200;
const PATIENCE: Duration = Duration::from_secs(2);

/// What a conductor may need more than at rest, in MiB. Unoptimised.
const ROOM: u64 = 200;

#[test]
fn callers_are_told_in_time_and_nothing_is_left_behind() {
    let broker = RabbitMq::start();
    let server = MariaDb::start(&["main", "api"]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let proxy = Proxy::start(server.address()).await;
        let cell = Cell::on(&broker.url(), &server);
        let db = cell.prepare().await;
        let cell = cell.by_way_of(&server, &proxy.address);
        let conductor = Process::start(&cell, "slow");
        let patient = cell.caller(Duration::from_secs(20)).await;
        write(&patient, "before").await.expect("it is served");
        let at_rest = conductor.peak();

        // A request takes a dozen statements and more than half a second, and there are more than can be carried out at once.
        proxy.delay(Duration::from_millis(25));
        let load = Load::of(&cell, "slow", CALLERS, PATIENCE).await;
        tokio::time::sleep(4 * PATIENCE).await;
        let (answered, refused) = load.so_far();
        eprintln!("a slow database: {answered} answered, {refused} refused");
        assert!(answered > 0, "who waits long enough is answered");

        // Slower than anybody's patience.
        proxy.delay(2 * PATIENCE);
        tokio::time::sleep(2 * PATIENCE).await;
        let (before, _) = load.so_far();
        tokio::time::sleep(3 * PATIENCE).await;
        let (after, told) = load.so_far();
        assert_eq!(after, before, "nobody can be answered");
        assert!(told >= 2 * CALLERS, "{told} of {CALLERS} callers were told");
        let told = load.stop().await;

        // A message says how long its caller waits, not since when: what lay on the bus first is dropped that much later.
        tokio::time::sleep(2 * PATIENCE).await;
        let kept = written(&db).await;
        proxy.delay(Duration::ZERO);
        let quick = Instant::now();
        let mut number = 0;
        until("it answers at once", Duration::from_secs(15), async || {
            number += 1;
            let asked = Instant::now();
            let written = write(&patient, &format!("after-{number}")).await;
            written.is_ok() && asked.elapsed() < Duration::from_secs(1)
        })
        .await;
        eprintln!("quick again after {:?}", quick.elapsed());
        until("no request is left", Duration::from_secs(10), async || {
            let queues = broker.queues();
            let waiting = queues
                .iter()
                .filter(|(name, _)| name.starts_with("conductor"));
            waiting.map(|(_, messages)| messages).sum::<u64>() == 0
        })
        .await;

        let rows = written(&db).await;
        told.check(&rows);
        let late: Vec<_> = rows
            .keys()
            .filter(|message| message.starts_with("slow") && !kept.contains_key(*message))
            .collect();
        assert!(late.is_empty(), "carried out for nobody: {late:?}");
        let more = conductor.peak().saturating_sub(at_rest);
        assert!(more < ROOM, "{more} MiB more than {at_rest} at rest");
    });
}
