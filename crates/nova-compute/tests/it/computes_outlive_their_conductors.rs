//! Services are started in any order, and conductors come and go.

use std::sync::Arc;
use std::time::Duration;

use nova_compute::virt::{FakeDriver, FakeOptions};
use nova_compute::{Compute, State};
use nova_conductor::Conductor;
use nova_db::NovaDb;
use nova_objects::Service;
use nova_objects::compute::{task_states, vm_states};
use oslo_messaging::TransportOptions;
use oslo_messaging::grpc::{Hub, HubOptions};
use tokio::sync::watch;

use super::support::{HOST, Spy, World, eventually, on_sqlite, open, state};

#[test]
fn a_compute_may_be_first() {
    on_sqlite(async |world: World| {
        let (sender, mut seen) = watch::channel(State::Starting);
        let (transport, options) = (world.transport.clone(), world.options());
        let driver = Arc::new(FakeDriver::new(HOST, FakeOptions::default()));
        let starting =
            tokio::spawn(async move { Compute::start(&transport, options, driver, sender).await });
        seen.wait_for(|state| *state == State::WaitingForConductor)
            .await
            .expect("it waits");
        let _conductor = world.conductor().await;
        let compute = starting.await.expect("no panic").expect("it starts");
        assert_eq!(*seen.borrow(), State::Ready);
        world.server(&[]).await;
        compute.stop(Duration::from_secs(10)).await;
        assert_eq!(*seen.borrow(), State::Stopping);
    });
}

/// The conductor's process: the hub of the bus, and what serves there.
async fn conductor_process(url: &str, db: NovaDb) -> (Hub, Conductor) {
    let hub = Hub::bind(&url.parse().expect("a URL"), HubOptions::default())
        .await
        .expect("a hub");
    let transport = hub.transport(TransportOptions::default());
    let conductor = Conductor::start(&transport, "conductor-1", db)
        .await
        .expect("a conductor");
    (hub, conductor)
}

async fn reports(world: &World) -> i64 {
    let service = Service::get_by_host_and_binary(&world.request(), HOST, "nova-compute").await;
    service
        .expect("readable")
        .expect("there")
        .report_count()
        .expect("set")
}

/// An operation that was begun goes on when the conductor is back, and the
/// reports with it.
#[test]
fn a_conductor_may_be_gone_for_a_while() {
    on_sqlite(async |world: World| {
        let (hub, conductor) = conductor_process("grpc://127.0.0.1:0", world.db.clone()).await;
        let url = hub.url().to_string();
        let world = World {
            transport: open(&url).await,
            ..world
        };
        let spy = Spy::new();
        let compute = world.compute_with(spy.clone(), None).await;
        let (_, uuid) = world.ask_for_server(&[("fake:delay_ms", "500")]).await;
        eventually("the guest is being made", async || spy.began("spawn")).await;

        conductor.stop(Duration::from_millis(1)).await;
        hub.stop().await;
        eventually("the guest is made meanwhile", async || spy.log().len() == 2).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(
            state(&world.read(&uuid).await),
            (vm_states::BUILDING, Some(task_states::SPAWNING))
        );
        let before = reports(&world).await;

        let (hub, conductor) = conductor_process(&url, world.db.clone()).await;
        world
            .until(&uuid, |server| state(server) == (vm_states::ACTIVE, None))
            .await;
        assert_eq!(world.finished(&uuid, "create").await.1, "Success");
        assert!(world.fault(&uuid).await.is_none());
        eventually("it reports again", async || reports(&world).await > before).await;
        assert_eq!(compute.stop(Duration::from_secs(10)).await, 0);
        conductor.stop(Duration::from_secs(1)).await;
        hub.stop().await;
    });
}
