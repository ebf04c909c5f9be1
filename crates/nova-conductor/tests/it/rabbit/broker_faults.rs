//! Brokers that die under load, connections that are cut in the middle of a frame, and a cluster that loses a node.

use std::time::Duration;

use test_support::servers::RabbitMq;

use super::cell::{Cell, written};
use super::load::Load;
use super::process::Process;
use super::proxy::Proxy;

#[test]
fn a_broker_that_is_killed_and_connections_that_are_cut_lose_nothing() {
    let mut broker = RabbitMq::start();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let proxy = Proxy::start(broker.address()).await;
        let cell = Cell::on_files(&format!("rabbit://guest:guest@{}/", proxy.address));
        let db = cell.prepare().await;
        let conductor = Process::start(&cell, "h1");
        let load = Load::start(&cell, "broker").await;
        load.goes_on(20, "the conductor serves").await;
        let mut queues = names(&broker);

        // In the middle of a method, of a header, of a body, as it comes.
        for bytes in [1_003, 7_919, 20_011, 33_331, 64_007] {
            proxy.cut_after(bytes);
            load.goes_on(40, "the connections are made again").await;
        }
        assert_eq!(proxy.cuts(), 5, "each cut was made");

        broker.kill();
        tokio::time::sleep(Duration::from_millis(500)).await;
        broker.launch();
        load.goes_on(40, "the broker is found again").await;
        load.stop().await.check(&written(&db).await);
        let mut now = names(&broker);
        queues.sort();
        now.sort();
        assert_eq!(now, queues, "names are kept, and no queue is added");
        assert!(conductor.peak() < 400, "{} MiB", conductor.peak());
    });
}

#[test]
fn a_cluster_that_loses_a_node_goes_on() {
    let mut one = RabbitMq::start();
    let two = one.join(2);
    let mirrored = r#"{"ha-mode":"all","ha-sync-mode":"automatic"}"#;
    one.ctl(&["set_policy", "mirrored", ".*", mirrored]);
    let cell = Cell::on_files(&format!("rabbit://{},{}/", one.netloc(), two.netloc()));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let db = cell.prepare().await;
        let _conductor = Process::start(&cell, "h1");
        let load = Load::start(&cell, "cluster").await;
        load.goes_on(40, "the conductor serves").await;
        one.kill();
        load.goes_on(40, "the other node goes on").await;
        load.stop().await.check(&written(&db).await);
    });
}

fn names(broker: &RabbitMq) -> Vec<String> {
    broker.queues().into_iter().map(|(name, _)| name).collect()
}
