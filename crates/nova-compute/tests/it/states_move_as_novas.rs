//! The states an operation goes through are the ones Nova's manager saves, in
//! its order, and each operation is an event of its action.

use nova_objects::compute::{power_state, task_states, vm_states};
use nova_objects::{Context, Instance};
use versionedobjects::ObjectExt as _;

use super::support::{HOST, World, on_sqlite, state};

fn states(expected: &[(&str, Option<&str>)]) -> Vec<(String, Option<String>)> {
    let owned = |(vm, task): &(&str, Option<&str>)| ((*vm).to_owned(), task.map(str::to_owned));
    expected.iter().map(owned).collect()
}

#[test]
fn building() {
    on_sqlite(async |world: World| {
        let (_conductors, witness) = world.witness().await;
        let _compute = world.compute().await;
        let (_, uuid) = world.ask_for_server(&[]).await;
        let server = world
            .until(&uuid, |server| state(server) == (vm_states::ACTIVE, None))
            .await;
        assert_eq!(
            world.finished(&uuid, "create").await,
            (
                "compute__do_build_and_run_instance".to_owned(),
                "Success".to_owned()
            )
        );
        assert_eq!(
            witness.saved(),
            states(&[
                (vm_states::BUILDING, None),
                (vm_states::BUILDING, Some(task_states::NETWORKING)),
                (vm_states::BUILDING, Some(task_states::BLOCK_DEVICE_MAPPING)),
                (vm_states::BUILDING, Some(task_states::SPAWNING)),
                (vm_states::ACTIVE, None),
            ])
        );
        assert_eq!(
            server.power_state().expect("set"),
            Some(power_state::RUNNING)
        );
        for place in [server.host(), server.node(), server.launched_on()] {
            assert_eq!(place.expect("set"), Some(HOST));
        }
        assert!(server.compute_id().expect("set").is_some());
        assert!(server.launched_at().expect("set").is_some());
        assert!(
            server
                .system_metadata()
                .expect("loaded")
                .contains_key("boot_roles")
        );
        assert!(world.fault(&uuid).await.is_none());
    });
}

/// Does one operation on a server that runs; returns it, and what was saved.
async fn done(
    world: &World,
    witness: &super::support::Witness,
    server: &Instance,
    action: &str,
    task: &str,
    tell: impl AsyncFnOnce(&Context, &Instance),
) -> (Instance, (String, String), Vec<(String, Option<String>)>) {
    let uuid = server.uuid().expect("set").to_owned();
    let mut server = world.read(&uuid).await;
    let ctx = world.claim(&mut server, action, task).await;
    witness.saved();
    tell(&ctx, &server).await;
    let event = world.finished(&uuid, action).await;
    (world.read(&uuid).await, event, witness.saved())
}

#[test]
fn stopping_starting_and_rebooting() {
    on_sqlite(async |world: World| {
        let (_conductors, witness) = world.witness().await;
        let _compute = world.compute().await;
        let client = world.client();
        let server = world.server(&[]).await;
        world.finished(server.uuid().expect("set"), "create").await;

        let (stopped, event, saved) = done(
            &world,
            &witness,
            &server,
            "stop",
            task_states::POWERING_OFF,
            async |ctx, server| {
                client
                    .stop_instance(ctx, HOST, server, true)
                    .await
                    .expect("sent");
            },
        )
        .await;
        assert_eq!(
            event,
            ("compute_stop_instance".to_owned(), "Success".to_owned())
        );
        assert_eq!(saved, states(&[(vm_states::STOPPED, None)]));
        assert_eq!(state(&stopped), (vm_states::STOPPED, None));
        assert_eq!(
            stopped.power_state().expect("set"),
            Some(power_state::SHUTDOWN)
        );

        let (started, event, saved) = done(
            &world,
            &witness,
            &stopped,
            "start",
            task_states::POWERING_ON,
            async |ctx, server| {
                client
                    .start_instance(ctx, HOST, server)
                    .await
                    .expect("sent");
            },
        )
        .await;
        assert_eq!(
            event,
            ("compute_start_instance".to_owned(), "Success".to_owned())
        );
        assert_eq!(saved, states(&[(vm_states::ACTIVE, None)]));
        assert_eq!(
            started.power_state().expect("set"),
            Some(power_state::RUNNING)
        );

        let (_, event, saved) = done(
            &world,
            &witness,
            &started,
            "reboot",
            task_states::REBOOTING,
            async |ctx, server| {
                client
                    .reboot_instance(ctx, HOST, server, "SOFT")
                    .await
                    .expect("sent");
            },
        )
        .await;
        assert_eq!(
            event,
            ("compute_reboot_instance".to_owned(), "Success".to_owned())
        );
        assert_eq!(
            saved,
            states(&[
                (vm_states::ACTIVE, Some(task_states::REBOOT_PENDING)),
                (vm_states::ACTIVE, Some(task_states::REBOOT_STARTED)),
                (vm_states::ACTIVE, None),
            ])
        );
    });
}

#[test]
fn resetting_a_server_that_is_off() {
    on_sqlite(async |world: World| {
        let (_conductors, witness) = world.witness().await;
        let _compute = world.compute().await;
        let server = world.server(&[]).await;
        let client = world.client();
        world.finished(server.uuid().expect("set"), "create").await;
        let (stopped, ..) = done(
            &world,
            &witness,
            &server,
            "stop",
            task_states::POWERING_OFF,
            async |ctx, server| {
                client
                    .stop_instance(ctx, HOST, server, false)
                    .await
                    .expect("sent");
            },
        )
        .await;
        let (server, _, saved) = done(
            &world,
            &witness,
            &stopped,
            "reboot",
            task_states::REBOOTING_HARD,
            async |ctx, server| {
                client
                    .reboot_instance(ctx, HOST, server, "HARD")
                    .await
                    .expect("sent");
            },
        )
        .await;
        assert_eq!(
            saved,
            states(&[
                (vm_states::STOPPED, Some(task_states::REBOOT_PENDING_HARD)),
                (vm_states::STOPPED, Some(task_states::REBOOT_STARTED_HARD)),
                (vm_states::ACTIVE, None),
            ])
        );
        assert_eq!(
            server.power_state().expect("set"),
            Some(power_state::RUNNING)
        );
    });
}

#[test]
fn deleting() {
    on_sqlite(async |world: World| {
        let (_conductors, witness) = world.witness().await;
        let _compute = world.compute().await;
        let server = world.server(&[]).await;
        let client = world.client();
        world.finished(server.uuid().expect("set"), "create").await;
        let (deleted, event, saved) = done(
            &world,
            &witness,
            &server,
            "delete",
            task_states::DELETING,
            async |ctx, server| {
                client
                    .terminate_instance(ctx, HOST, server)
                    .await
                    .expect("sent");
            },
        )
        .await;
        assert_eq!(
            event,
            (
                "compute_terminate_instance".to_owned(),
                "Success".to_owned()
            )
        );
        assert_eq!(saved, states(&[(vm_states::DELETED, None)]));
        assert_eq!(
            deleted.power_state().expect("set"),
            Some(power_state::NOSTATE)
        );
        assert!(deleted.terminated_at().expect("set").is_some());
        assert_eq!(deleted.get("deleted").expect("set"), true.into());
        let uuid = deleted.uuid().expect("set").to_owned();
        let error = Instance::get_by_uuid(&world.request(), uuid)
            .await
            .expect_err("it is gone");
        assert!(error.is_class("InstanceNotFound"), "{error}");
    });
}

/// A task that somebody else has taken over is left to them.
#[test]
fn an_operation_that_was_preempted_changes_nothing() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let _compute = world.compute().await;
        let server = world.server(&[]).await;
        let uuid = server.uuid().expect("set").to_owned();
        let mut server = world.read(&uuid).await;
        let ctx = world
            .claim(&mut server, "stop", task_states::POWERING_OFF)
            .await;
        let mut other = world.read(&uuid).await;
        other.set_task_state(task_states::SUSPENDING);
        other.save(&world.request()).await.expect("taken over");
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
        assert_eq!(
            state(&world.read(&uuid).await),
            (vm_states::ACTIVE, Some(task_states::SUSPENDING))
        );
    });
}
