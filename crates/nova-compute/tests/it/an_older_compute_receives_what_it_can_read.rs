//! A compute that is held to older versions is handed newer objects, and reads
//! them in the form a conductor writes for it.

use nova_compute::Pin;
use nova_objects::compute::vm_states;
use versionedobjects::ObjectExt as _;

use super::support::{Spy, World, on_sqlite, state};

#[test]
fn of_an_instance_and_what_it_holds() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let spy = Spy::new();
        let pin: Pin = "Instance=2.5,Flavor=1.1".parse().expect("a pin");
        let _compute = world.compute_with(spy.clone(), Some(pin)).await;
        let (_, uuid) = world.ask_for_server(&[]).await;
        let server = world
            .until(&uuid, |server| state(server) == (vm_states::ACTIVE, None))
            .await;
        let received = spy.spawned().expect("an instance");
        // What saving gives back may be newer; what was handed over is not.
        assert!(!received.is_set("resources"), "2.7 has it");
        assert!(
            !received
                .flavor()
                .expect("handed along")
                .is_set("description"),
            "1.2 has it"
        );
        // What it did not see is still there.
        assert!(server.is_set("hidden"));
    });
}

#[test]
fn unlike_a_compute_of_this_release() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let spy = Spy::new();
        let _compute = world.compute_with(spy.clone(), None).await;
        world.server(&[]).await;
        let received = spy.spawned().expect("an instance");
        assert!(
            received
                .flavor()
                .expect("handed along")
                .is_set("description")
        );
    });
}
