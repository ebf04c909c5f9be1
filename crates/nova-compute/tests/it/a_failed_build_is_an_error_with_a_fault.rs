//! What goes wrong is told: the state, a fault for the owner, an event.

use nova_compute::virt::VirtDriver as _;
use nova_objects::compute::{power_state, task_states, vm_states};

use super::support::{HOST, Spy, World, eventually, on_sqlite, state};

#[test]
fn of_a_build() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let spy = Spy::new();
        let _compute = world.compute_with(spy.clone(), None).await;
        let (_, uuid) = world.ask_for_server(&[("fake:fail", "spawn")]).await;
        let server = world
            .until(&uuid, |server| state(server).0 == vm_states::ERROR)
            .await;
        assert_eq!(state(&server), (vm_states::ERROR, None));
        // So that it can be deleted without this compute.
        assert_eq!(server.host().expect("set"), None);
        assert_eq!(server.node().expect("set"), None);
        let fault = world.fault(&uuid).await.expect("a fault");
        assert_eq!(fault.code().expect("set"), 500);
        assert_eq!(
            fault.message().expect("set"),
            Some(format!("spawn {uuid}: the flavor's fake:fail says so").as_str())
        );
        assert_eq!(fault.host().expect("set"), Some(HOST));
        // As with the original: what was recorded with the instance is no
        // failure of the step.
        assert_eq!(world.finished(&uuid, "create").await.1, "Success");
        assert_eq!(spy.driver.guests().await, Ok(Vec::new()));
    });
}

#[test]
fn of_a_build_that_no_host_could_do() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let _compute = world.compute().await;
        let (_, uuid) = world.ask_for_server(&[("fake:fail", "abort")]).await;
        world
            .until(&uuid, |server| state(server).0 == vm_states::ERROR)
            .await;
        let fault = world.fault(&uuid).await.expect("a fault");
        let expected = format!("Build of instance {uuid} aborted: the flavor's fake:fail says so");
        assert_eq!(fault.message().expect("set"), Some(expected.as_str()));
    });
}

/// The task is taken back and the server is what it was.
#[test]
fn of_stopping() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let _compute = world.compute().await;
        let mut server = world.server(&[("fake:fail", "power_off")]).await;
        let uuid = server.uuid().expect("set").to_owned();
        let ctx = world
            .claim(&mut server, "stop", task_states::POWERING_OFF)
            .await;
        world
            .client()
            .stop_instance(&ctx, HOST, &server, true)
            .await
            .expect("sent");
        let event = world.finished(&uuid, "stop").await;
        assert_eq!(
            event,
            ("compute_stop_instance".to_owned(), "Error".to_owned())
        );
        let server = world.until(&uuid, |server| state(server).1.is_none()).await;
        assert_eq!(state(&server), (vm_states::ACTIVE, None));
        assert_eq!(
            server.power_state().expect("set"),
            Some(power_state::RUNNING)
        );
        assert!(world.fault(&uuid).await.is_some());
    });
}

/// A guest that survives a failed reboot is not held to be broken.
#[test]
fn of_a_reboot_that_the_guest_survives() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let _compute = world.compute().await;
        let mut server = world.server(&[("fake:fail", "reboot")]).await;
        let uuid = server.uuid().expect("set").to_owned();
        let ctx = world
            .claim(&mut server, "reboot", task_states::REBOOTING)
            .await;
        world
            .client()
            .reboot_instance(&ctx, HOST, &server, "SOFT")
            .await
            .expect("sent");
        assert_eq!(world.finished(&uuid, "reboot").await.1, "Success");
        assert_eq!(state(&world.read(&uuid).await), (vm_states::ACTIVE, None));
        assert!(world.fault(&uuid).await.is_some());
    });
}

#[test]
fn of_deleting() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let _compute = world.compute().await;
        let mut server = world.server(&[("fake:fail", "destroy")]).await;
        let uuid = server.uuid().expect("set").to_owned();
        let ctx = world
            .claim(&mut server, "delete", task_states::DELETING)
            .await;
        world
            .client()
            .terminate_instance(&ctx, HOST, &server)
            .await
            .expect("sent");
        assert_eq!(world.finished(&uuid, "delete").await.1, "Error");
        let server = world.until(&uuid, |server| state(server).1.is_none()).await;
        assert_eq!(state(&server), (vm_states::ERROR, None));
        assert!(world.fault(&uuid).await.is_some());
    });
}

/// A server that is deleted while it is built is nobody's fault.
#[test]
fn not_of_a_build_that_was_deleted_meanwhile() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let spy = Spy::new();
        let _compute = world.compute_with(spy.clone(), None).await;
        let (_, uuid) = world.ask_for_server(&[("fake:delay_ms", "300")]).await;
        eventually("the guest is being made", async || spy.began("spawn")).await;
        let mut server = world.read(&uuid).await;
        let ctx = world
            .claim(&mut server, "delete", task_states::DELETING)
            .await;
        world
            .client()
            .terminate_instance(&ctx, HOST, &server)
            .await
            .expect("sent");
        assert_eq!(world.finished(&uuid, "delete").await.1, "Success");
        assert_eq!(world.finished(&uuid, "create").await.1, "Success");
        let server = world.read(&uuid).await;
        assert_eq!(state(&server), (vm_states::DELETED, None));
        assert_eq!(
            world
                .fault(&uuid)
                .await
                .map(|fault| fault.message().expect("set").map(str::to_owned)),
            None
        );
        assert_eq!(spy.driver.guests().await, Ok(Vec::new()));
    });
}
