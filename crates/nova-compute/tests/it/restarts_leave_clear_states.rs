//! What an earlier run left undone is finished, or ends in a state that says
//! that it was not.

use nova_objects::Instance;
use nova_objects::compute::{power_state, task_states, vm_states};

use super::support::{HOST, World, on_sqlite, state};

/// A server of this host, in the middle of something.
async fn left_behind(world: &World, vm_state: &str, task_state: &str) -> String {
    let ctx = world.request();
    let mut server: Instance = world.record(&ctx, &[]).await;
    let uuid = server.uuid().expect("set").to_owned();
    world.begin(&ctx, &uuid, "create").await;
    server.set_host(HOST);
    server.set_vm_state(vm_state);
    server.set_task_state(task_state);
    server.set_power_state(power_state::RUNNING);
    server.save(&ctx).await.expect("saved");
    uuid
}

#[test]
fn of_every_operation() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let building = left_behind(&world, vm_states::BUILDING, task_states::SPAWNING).await;
        let deleting = left_behind(&world, vm_states::ACTIVE, task_states::DELETING).await;
        let stopping = left_behind(&world, vm_states::ACTIVE, task_states::POWERING_OFF).await;
        let starting = left_behind(&world, vm_states::STOPPED, task_states::POWERING_ON).await;
        let rebooting = left_behind(&world, vm_states::ACTIVE, task_states::REBOOT_STARTED).await;
        let _compute = world.compute().await;
        for (uuid, expected) in [
            (&building, (vm_states::ERROR, None)),
            (&deleting, (vm_states::DELETED, None)),
            // Its guest is gone with the earlier run: nothing to stop or start.
            (&stopping, (vm_states::ACTIVE, None)),
            (&starting, (vm_states::STOPPED, None)),
            // A reset makes it again.
            (&rebooting, (vm_states::ACTIVE, None)),
        ] {
            assert_eq!(state(&world.read(uuid).await), expected);
        }
        let rebooted = world.read(&rebooting).await;
        assert_eq!(
            rebooted.power_state().expect("set"),
            Some(power_state::RUNNING)
        );
    });
}
