//! The program, with nobody but the real nova-conductor between it and the database.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nova_objects::compute::{task_states, vm_states};
use nova_objects::{ComputeNode, Context, RequestContext, Service};
use nova_rpc::ConductorClient;
use nova_service::request_codec;
use test_support::database::{TestDatabase, nova_db::Dialect, run_on_a_large_stack};
use test_support::peers::{Configuration, Nova, Process, Vhost};

use super::support::{HOST, World, eventually, open_rabbit, state};

/// Our program, the real nova-conductor, and nobody else.
struct Pair {
    conductor: Process,
    compute: Process,
    world: World,
    vhost: Vhost,
    /// In whose folder the logs are, and the databases.
    _held: (Configuration, TestDatabase),
}

impl Pair {
    /// Both serve when this returns. `more` is of the compute's configuration.
    async fn start(nova: &Nova, more: &[&str]) -> Option<Self> {
        let vhost = Vhost::claim().await?;
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
        for option in more {
            program.args(["--set", option]);
        }
        let mut compute = Process::start(&program, &configuration.folder().join("compute.log"));
        vhost.consumers(&queue, 1, || compute.check()).await;
        let world = World {
            db: database.nova.clone(),
            transport: open_rabbit(&vhost.url()).await,
            state_path: tempfile::tempdir().expect("a folder"),
        };
        Some(Self {
            conductor,
            compute,
            world,
            vhost,
            _held: (configuration, database),
        })
    }

    /// How often the compute has reported, as the database has it.
    async fn reports(&self) -> i64 {
        let ctx = self.world.request();
        let service = Service::get_by_host_and_binary(&ctx, HOST, "nova-compute").await;
        let service = service.expect("services can be read").expect("it is there");
        service.report_count().expect("set")
    }
}

#[test]
fn it_registers_reports_builds_and_deletes_through_the_original() {
    let Some(nova) = Nova::find() else { return };
    run_on_a_large_stack(Dialect::MySql, |_| async move {
        let Some(mut pair) = Pair::start(&nova, &[]).await else {
            return;
        };
        let world = &pair.world;
        let ctx = world.request();
        eventually("it reports a second time", async || {
            pair.reports().await >= 2
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
        pair.compute.check();
        pair.conductor.check();
    });
}

#[test]
fn an_original_that_falls_silent_is_waited_for_no_longer_than_asked_and_found_again() {
    let Some(nova) = Nova::find() else { return };
    run_on_a_large_stack(Dialect::MySql, |_| async move {
        let patience = Duration::from_secs(2);
        let options = ["DEFAULT.rpc_response_timeout=2"];
        let Some(mut pair) = Pair::start(&nova, &options).await else {
            return;
        };
        let client = ConductorClient::new(open_rabbit(&pair.vhost.url()).await, request_codec());
        let ctx = Context::remote(Arc::new(client), RequestContext::admin());
        let ask = async || {
            let ctx = ctx.with_deadline(Instant::now() + patience);
            let asked = Instant::now();
            let answer = Service::get_by_host_and_binary(&ctx, HOST, "nova-compute").await;
            (answer, asked.elapsed())
        };
        let (answer, _) = ask().await;
        answer.expect("it answers").expect("and knows the compute");
        eventually("it reports", async || pair.reports().await >= 1).await;

        pair.conductor.freeze();
        for _ in 0..2 {
            let (answer, waited) = ask().await;
            let error = answer.expect_err("nobody answers");
            assert!(error.is_unreachable(), "{error}");
            let text = error.to_string();
            assert!(
                text.contains("object_class_action_versions` on conductor: nothing after"),
                "{text}"
            );
            assert!(
                waited >= patience.mul_f64(0.9) && waited < patience + Duration::from_secs(2),
                "told after {waited:?}"
            );
        }
        eventually("the compute says that it lost its conductor", async || {
            let log = pair.compute.log();
            log.contains("lost connection to nova-conductor for reporting service status")
        })
        .await;
        pair.compute.check();
        let before = pair.reports().await;

        pair.conductor.thaw();
        eventually("the caller is answered again", async || {
            ask().await.0.is_ok_and(|service| service.is_some())
        })
        .await;
        eventually("the compute reports again", async || {
            let log = pair.compute.log();
            log.contains("recovered from being unable to report status")
                && pair.reports().await > before
        })
        .await;
        // And does what it is for.
        pair.world.server(&[]).await;
        pair.compute.check();
        pair.conductor.check();
    });
}
