//! The program, with nobody but the real nova-conductor between it and the database.

use std::process::Command;

use nova_objects::compute::{task_states, vm_states};
use nova_objects::{ComputeNode, Service};
use test_support::database::{nova_db::Dialect, run_on_a_large_stack};
use test_support::peers::{Configuration, Nova, Process, Vhost};

use super::support::{HOST, World, eventually, open_rabbit, state};

#[test]
fn it_registers_reports_builds_and_deletes_through_the_original() {
    let Some(nova) = Nova::find() else { return };
    run_on_a_large_stack(Dialect::MySql, |_| async move {
        let Some(vhost) = Vhost::claim().await else {
            return;
        };
        let queue = format!("compute.{HOST}");
        let own = format!("conductor.{HOST}");
        vhost
            .remove_queues(&["conductor", &own, "compute", &queue])
            .await;
        let database = nova.database().await;
        let configuration = Configuration::write(&database, &vhost.url(), HOST);
        let mut conductor = nova.conductor(&configuration);
        vhost.consumers("conductor", 1, || conductor.check()).await;
        let mut program = Command::new(env!("CARGO_BIN_EXE_nova-compute"));
        program
            .arg("--config-file")
            .arg(&configuration.file)
            .args(["--set", "DEFAULT.report_interval=1"]);
        let mut compute = Process::start(&program, &configuration.folder().join("compute.log"));
        vhost.consumers(&queue, 1, || compute.check()).await;

        let world = World {
            db: database.nova.clone(),
            transport: open_rabbit(&vhost.url()).await,
            state_path: tempfile::tempdir().expect("a folder"),
        };
        let ctx = world.request();
        eventually("it reports a second time", async || {
            let service = Service::get_by_host_and_binary(&ctx, HOST, "nova-compute").await;
            let service = service.expect("services can be read").expect("it is there");
            service.report_count().expect("set") >= 2
        })
        .await;
        let node = ComputeNode::get_first_node_by_host_for_old_compat(&ctx, HOST)
            .await
            .expect("it has a node");
        assert!(node.vcpus().expect("set") > 0, "{node:?}");

        let mut built = world.server(&[]).await;
        assert_eq!(built.host().expect("set"), Some(HOST));
        assert!(built.launched_at().expect("set").is_some());
        let uuid = built.uuid().expect("set").to_owned();
        let (_, result) = world.finished(&uuid, "create").await;
        assert_eq!(result, "Success");

        let ctx = world
            .claim(&mut built, "delete", task_states::DELETING)
            .await;
        world
            .client()
            .terminate_instance(&ctx, HOST, &built)
            .await
            .expect("the bus takes it");
        world
            .until(&uuid, |instance| {
                state(instance) == (vm_states::DELETED, None)
            })
            .await;
        compute.check();
        conductor.check();
    });
}
