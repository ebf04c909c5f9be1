//! The node's record has what the host has and what its instances use, and is
//! the same record over all restarts.

use std::time::Duration;

use nova_compute::Error;
use nova_compute::virt::{FakeDriver, FakeOptions};
use nova_compute::{Compute, ComputeOptions, State};
use nova_objects::compute::task_states;
use nova_objects::{ComputeNode, Service};
use tokio::sync::watch;

use super::support::{HOST, World, eventually, on_sqlite};

async fn node(world: &World) -> ComputeNode {
    ComputeNode::get_by_host_and_nodename(&world.request(), HOST, HOST)
        .await
        .expect("the node")
}

async fn service(world: &World) -> Service {
    let found = Service::get_by_host_and_binary(&world.request(), HOST, "nova-compute").await;
    found.expect("it can be asked").expect("the service")
}

fn used(node: &ComputeNode) -> (i64, i64, i64, Option<i64>) {
    let read = "set";
    (
        node.vcpus_used().expect(read),
        node.memory_mb_used().expect(read),
        node.local_gb_used().expect(read),
        node.running_vms().expect(read),
    )
}

#[test]
fn what_is_used_is_reckoned() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let _compute = world.compute().await;
        let before = node(&world).await;
        assert_eq!(used(&before), (0, 512, 0, Some(0)));
        assert_eq!(before.hypervisor_type().expect("set"), "fake");
        assert_eq!(before.hypervisor_version().expect("set"), 1000);
        assert_eq!(before.cpu_allocation_ratio().expect("set"), 4.0);
        assert_eq!(
            before.service_id().expect("set"),
            Some(service(&world).await.id().expect("set"))
        );
        assert_eq!(before.supported_hv_specs().expect("set").len(), 1);

        let mut server = world.server(&[]).await;
        eventually("the server is counted", async || {
            used(&node(&world).await) == (1, 1024, 10, Some(1))
        })
        .await;
        eventually("as active", async || {
            let node = node(&world).await;
            let stats = node.stats().expect("set").expect("not null").clone();
            stats.get("num_vm_active").cloned().flatten().as_deref() == Some("1")
        })
        .await;
        assert_eq!(
            node(&world).await.free_disk_gb().expect("set"),
            Some(600_000 - 10)
        );

        let ctx = world
            .claim(&mut server, "delete", task_states::DELETING)
            .await;
        world
            .client()
            .terminate_instance(&ctx, HOST, &server)
            .await
            .expect("sent");
        eventually("nothing is used", async || {
            used(&node(&world).await) == (0, 512, 0, Some(0))
        })
        .await;
    });
}

#[test]
fn a_restart_finds_its_records() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let compute = world.compute().await;
        world.server(&[]).await;
        let (node_before, service_before) = (node(&world).await, service(&world).await);
        compute.stop(Duration::from_secs(10)).await;
        let _compute = world.compute().await;
        let after = node(&world).await;
        assert_eq!(after.uuid().expect("set"), node_before.uuid().expect("set"));
        assert_eq!(after.id().expect("set"), node_before.id().expect("set"));
        assert_eq!(used(&after), (1, 1024, 10, Some(1)));
        assert_eq!(
            service(&world).await.id().expect("set"),
            service_before.id().expect("set")
        );
        eventually("it reports", async || {
            let now = service(&world).await;
            now.report_count().expect("set") > service_before.report_count().expect("set")
                && now.last_seen_up().expect("set").is_some()
        })
        .await;
    });
}

async fn refused(world: &World, options: ComputeOptions) -> Error {
    let (state, _) = watch::channel(State::WaitingForConductor);
    let driver = std::sync::Arc::new(FakeDriver::new(&*options.host, FakeOptions::default()));
    Compute::start(&world.transport, options, driver, state)
        .await
        .expect_err("it does not start")
}

#[test]
fn an_identity_belongs_to_one_host() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let _compute = world.compute().await;
        let other = ComputeOptions {
            host: "compute-2".to_owned(),
            ..world.options()
        };
        let error = refused(&world, other).await;
        assert!(
            matches!(&error, Error::ForeignNode { other, .. } if other == HOST),
            "{error}"
        );
    });
}

#[test]
fn a_lost_identity_is_not_replaced() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let compute = world.compute().await;
        compute.stop(Duration::ZERO).await;
        let empty = tempfile::tempdir().expect("a folder");
        let options = ComputeOptions {
            state_path: empty.path().to_owned(),
            ..world.options()
        };
        let error = refused(&world, options).await;
        assert!(matches!(error, Error::DuplicateNode { .. }), "{error}");
    });
}
