//! Conductors and computes of several releases at work together: nobody has to
//! ask for anything in an older form, whoever talks to whom.

use nova_compute::{Compute, Pin};
use nova_conductor::Conductor;
use nova_objects::compute::{task_states, vm_states};
use nova_objects::{
    AnyDeviceMetadata, Context, Instance, InstanceDeviceMetadata, InstanceList,
    NetworkInterfaceMetadata, RequestContext, Service, ServiceList,
};
use nova_rpc::{ConductorClient, Peers, SkewCounts};
use nova_service::request_codec;
use versionedobjects::ObjectExt as _;

use test_support::database::{TestDatabase, nova_db::Dialect};
use test_support::peers::Vhost;

use super::support::{HOST, Spy, World, on_sqlite, open_rabbit, state};

/// How often each compute's side of the calls is made.
const ROUNDS: usize = 300;

fn pin(text: &str) -> Option<Pin> {
    Some(text.parse().expect("a pin"))
}

/// Whoever has no database and reads what `pin` says.
fn remote(world: &World, pin: Option<&Pin>) -> (Context, Peers) {
    let peers = nova_service::peers(&world.transport, pin);
    let client = ConductorClient::new(world.transport.clone(), request_codec());
    let ctx = Context::remote(
        std::sync::Arc::new(client.knowing(peers.clone())),
        RequestContext::admin(),
    );
    (pin.map_or(ctx.clone(), |pin| pin.apply(&ctx)), peers)
}

async fn conductors(world: &World) -> [Conductor; 2] {
    let old = Conductor::of_release(
        &world.transport,
        "conductor-old",
        world.db.clone(),
        pin("Flavor=1.1,FlavorList=1.0,Service=1.21,InstanceFault=1.1"),
    );
    [
        world.conductor().await,
        old.await.expect("an older conductor"),
    ]
}

/// The life of a server on the world's compute.
async fn life(world: &World) {
    let mut server = world.server(&[]).await;
    let uuid = server.uuid().expect("set").to_owned();
    for (action, task) in [
        ("stop", task_states::POWERING_OFF),
        ("start", task_states::POWERING_ON),
        ("reboot", task_states::REBOOTING),
    ] {
        let ctx = world.claim(&mut server, action, task).await;
        let (client, host) = (world.client(), HOST);
        match action {
            "stop" => client.stop_instance(&ctx, host, &server, true).await,
            "start" => client.start_instance(&ctx, host, &server).await,
            _ => client.reboot_instance(&ctx, host, &server, "SOFT").await,
        }
        .expect("the bus takes it");
        let wanted = if action == "stop" {
            vm_states::STOPPED
        } else {
            vm_states::ACTIVE
        };
        server = world
            .until(&uuid, |server| state(server) == (wanted, None))
            .await;
    }
}

fn nothing(who: &str, skew: SkewCounts) {
    assert_eq!(skew, SkewCounts::default(), "{who}");
}

/// A field may hold objects of classes that its declaration does not name: they are written for their reader, too.
#[test]
fn with_objects_of_subclasses() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let mut card = NetworkInterfaceMetadata::new();
        card.set_vlan(7);
        card.set_vf_trusted(true);
        let mut devices = InstanceDeviceMetadata::new();
        devices.set_devices(vec![AnyDeviceMetadata::NetworkInterface(card)]);
        let mut instance = Instance::new();
        instance.set_project_id("p");
        instance.set_hostname("card");
        instance.set_device_metadata(devices);
        let direct = world.db.context(RequestContext::admin());
        instance.create(&direct).await.expect("created");
        let uuid = instance.uuid().expect("set").to_owned();

        let older = pin("NetworkInterfaceMetadata=1.1");
        let (ctx, peers) = remote(&world, older.as_ref());
        let found = Instance::get_by_uuid(&ctx, uuid)
            .expected_attrs(vec!["device_metadata".to_owned()])
            .await
            .expect("it reads what it is sent");
        let devices = found
            .device_metadata()
            .expect("loaded")
            .expect("there are some");
        let [AnyDeviceMetadata::NetworkInterface(card)] = devices.devices().expect("set") else {
            panic!("it has one card");
        };
        assert_eq!(card.version().to_string(), "1.1");
        assert_eq!(card.vlan().expect("kept"), 7);
        assert_eq!(ctx.backports(), 0);
        nothing("the caller", peers.skew().counts());
    });
}

#[test]
fn through_casts_and_thousands_of_calls() {
    on_sqlite(async |world: World| whoever_talks_to_whom(&world, ROUNDS).await);
}

#[test]
fn through_casts_and_calls_over_rabbitmq() {
    test_support::database::run(Dialect::Sqlite, async {
        let Some(vhost) = Vhost::claim().await else {
            return;
        };
        let queues = [
            "conductor",
            "conductor.conductor-1",
            "conductor.conductor-old",
            "compute",
        ];
        vhost.remove_queues(&queues).await;
        let own = format!("compute.{HOST}");
        vhost.remove_queues(&[&own]).await;
        let world = World {
            db: TestDatabase::create(Dialect::Sqlite).await.nova,
            transport: open_rabbit(&vhost.url()).await,
            state_path: tempfile::tempdir().expect("a folder"),
        };
        Box::pin(whoever_talks_to_whom(&world, 30)).await;
    });
}

async fn whoever_talks_to_whom(world: &World, rounds: usize) {
    let conductors = conductors(world).await;
    for release in [pin("Instance=2.5,Flavor=1.1"), pin("Flavor=1.0"), None] {
        let spy = Spy::new();
        let compute: Compute = world.compute_with(spy.clone(), release.clone()).await;
        for _ in 0..4 {
            life(world).await;
        }
        let received = spy.spawned().expect("an instance");
        let flavor = received.flavor().expect("handed along");
        assert_eq!(
            flavor.is_set("description"),
            release.is_none(),
            "{release:?}"
        );
        let (ctx, peers) = remote(world, release.as_ref());
        let uuid = world.server(&[]).await.uuid().expect("set").to_owned();
        for round in 0..rounds {
            let mut server = Instance::get_by_uuid(&ctx, uuid.as_str())
                .expected_attrs(["flavor", "metadata", "info_cache"])
                .await
                .expect("readable");
            server.set_progress(i64::try_from(round % 100).expect("small"));
            server.save(&ctx).await.expect("saved");
            server.refresh(&ctx).await.expect("refreshed");
            if round % 10 == 0 {
                InstanceList::get_by_host(&ctx, HOST)
                    .expected_attrs(["flavor"])
                    .await
                    .expect("readable");
                let services = ServiceList::get_all(&ctx).await.expect("readable");
                let mut service: Service =
                    services.items().first().cloned().expect("the compute's");
                service.set_report_count(1);
                service.save(&ctx).await.expect("saved");
            }
        }
        nothing("the compute", compute.skew());
        nothing("whoever else calls", peers.skew().counts());
        assert_eq!(ctx.backports(), 0);
        assert_eq!(compute.stop(std::time::Duration::ZERO).await, 0);
    }
    for conductor in conductors {
        nothing("a conductor", conductor.skew());
    }
}
