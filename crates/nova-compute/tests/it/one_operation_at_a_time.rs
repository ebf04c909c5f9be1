//! Operations on one instance wait for each other, those on others do not.

use nova_objects::compute::{task_states, vm_states};

use super::support::{HOST, Spy, World, eventually, on_sqlite, state};

#[test]
fn on_one_instance() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let spy = Spy::new();
        let _compute = world.compute_with(spy.clone(), None).await;
        let mut server = world.server(&[("fake:delay_ms", "200")]).await;
        let uuid = server.uuid().expect("set").to_owned();
        let reboot = world
            .claim(&mut server, "reboot", task_states::REBOOTING_HARD)
            .await;
        world
            .client()
            .reboot_instance(&reboot, HOST, &server, "HARD")
            .await
            .expect("sent");
        eventually("the reboot began", async || spy.began("reboot")).await;
        let mut server = world.read(&uuid).await;
        let delete = world
            .claim(&mut server, "delete", task_states::DELETING)
            .await;
        world
            .client()
            .terminate_instance(&delete, HOST, &server)
            .await
            .expect("sent");
        assert_eq!(world.finished(&uuid, "delete").await.1, "Success");
        assert_eq!(state(&world.read(&uuid).await), (vm_states::DELETED, None));
        let order: Vec<_> = spy
            .log()
            .into_iter()
            .map(|(_, what, begins)| (what, begins))
            .collect();
        assert_eq!(
            order,
            [
                ("spawn", true),
                ("spawn", false),
                ("reboot", true),
                ("reboot", false),
                ("destroy", true),
                ("destroy", false),
            ]
        );
    });
}

#[test]
fn but_others_go_on() {
    on_sqlite(async |world: World| {
        let _conductor = world.conductor().await;
        let spy = Spy::new();
        let _compute = world.compute_with(spy.clone(), None).await;
        let (_, first) = world.ask_for_server(&[("fake:delay_ms", "1000")]).await;
        eventually("the first is being made", async || spy.began("spawn")).await;
        let (_, second) = world.ask_for_server(&[]).await;
        world
            .until(&second, |server| state(server) == (vm_states::ACTIVE, None))
            .await;
        assert_eq!(
            state(&world.read(&first).await),
            (vm_states::BUILDING, Some(task_states::SPAWNING))
        );
        world
            .until(&first, |server| state(server) == (vm_states::ACTIVE, None))
            .await;
    });
}
