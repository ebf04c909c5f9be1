//! Servers, from creation to deletion, on a compute at work.

use std::time::Duration;

use nova_compute::{Compute, ComputeOptions, State, virt};
use nova_service::Bus;
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::route::{Running, settings};
use crate::support::{Deployment, key};

/// A conductor and a compute of a deployment, in this process.
struct Cloud {
    runtime: Runtime,
    compute: Option<(Compute, Bus)>,
    // Goes last: the compute says goodbye to it.
    _conductor: Running,
}

impl Cloud {
    fn start(deployment: &Deployment) -> Self {
        let conductor = Running::start(deployment);
        let settings = settings(deployment);
        let runtime = Runtime::new().expect("a runtime");
        let compute = runtime.block_on(async {
            let bus = Bus::join("nova-compute", &settings)
                .await
                .expect("the bus opens");
            let driver =
                virt::load(Some("fake.SmallFakeDriver"), "node-1").expect("the driver is there");
            let options = ComputeOptions::new("node-1", deployment.path("compute"));
            let (state, _) = watch::channel(State::WaitingForConductor);
            let compute = Compute::start(bus.transport(), options, driver, state)
                .await
                .expect("it starts");
            (compute, bus)
        });
        Self {
            runtime,
            compute: Some(compute),
            _conductor: conductor,
        }
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        if let Some((compute, bus)) = self.compute.take() {
            self.runtime.block_on(async {
                compute.stop(Duration::from_secs(5)).await;
                bus.close().await;
            });
        }
    }
}

fn lifecycle(deployment: &Deployment) {
    deployment.ok(&[
        "flavor", "create", "m1.small", "--id", "2", "--vcpus", "1", "--ram", "2048", "--disk",
        "20",
    ]);
    deployment.ok(&["keypair", "create", "laptop", "--public-key", &key()]);
    assert_eq!(
        deployment.json(&["service", "list"])["services"][0]["up"],
        true
    );
    assert_eq!(
        deployment.json(&["hypervisor", "list"])["hypervisors"][0]["vcpus_used"],
        0
    );

    let created = deployment.run(&[
        "server",
        "create",
        "web",
        "--flavor",
        "m1.small",
        "--image",
        "cirros",
        "--key-name",
        "laptop",
        "--property",
        "role=front",
        "--wait",
        "--json",
    ]);
    assert_eq!(created.code, 0, "{}", created.stderr);
    // Each change of state was said while it was waited for.
    assert!(
        created
            .stderr
            .lines()
            .last()
            .is_some_and(|line| line.ends_with("s  active on node-1")),
        "{}",
        created.stderr
    );
    let created: serde_json::Value = serde_json::from_str(&created.stdout).expect("JSON");
    let server = &created["server"];
    for (name, value) in [
        ("status", json!("ACTIVE")),
        ("task_state", json!(null)),
        ("power_state", json!("running")),
        ("host", json!("node-1")),
        ("image", json!("cirros")),
        ("key_name", json!("laptop")),
        ("properties", json!({ "role": "front" })),
        ("fault", json!(null)),
    ] {
        assert_eq!(server[name], value, "{name}: {server}");
    }
    assert_eq!(server["flavor"]["name"], "m1.small");
    let uuid = server["uuid"].as_str().expect("it has one");
    assert_eq!(
        deployment.json(&["hypervisor", "list"])["hypervisors"][0]["vcpus_used"],
        1
    );

    let list = deployment.ok(&["server", "list"]);
    assert!(
        list.contains(&format!(
            "{uuid}  web   ACTIVE  -     running  node-1  m1.small\n"
        )),
        "{list}"
    );

    let said = deployment.fails(1, &["server", "start", "web"]);
    assert!(said.contains("while it is in vm_state active"), "{said}");
    for (command, status) in [
        ("stop", "SHUTOFF"),
        ("start", "ACTIVE"),
        ("reboot", "ACTIVE"),
    ] {
        assert_eq!(
            deployment.json(&["server", command, "web", "--wait"])["server"]["status"],
            status,
            "{command}"
        );
    }
    deployment.ok(&["server", "reboot", uuid, "--hard", "--wait"]);

    let shown = deployment.json(&["server", "show", uuid]);
    let actions: Vec<&str> = shown["actions"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|a| a["action"].as_str())
        .collect();
    assert_eq!(actions, ["reboot", "reboot", "start", "stop", "create"]);
    let text = deployment.ok(&["server", "show", "web"]);
    assert!(
        text.contains("compute__do_build_and_run_instance on node-1: done\n")
            && text.contains("properties   role=front"),
        "{text}"
    );

    let said = deployment.fails(1, &["server", "show", "webb"]);
    assert!(said.contains("did you mean `web`?"), "{said}");
    deployment.ok(&["server", "create", "web", "--flavor", "2", "--wait"]);
    let said = deployment.fails(1, &["server", "delete", "web"]);
    assert!(
        said.contains("2 servers have that name") && said.contains(uuid),
        "{said}"
    );

    let gone = deployment.json(&["server", "delete", uuid, "--wait"]);
    assert_eq!(gone["deleted"]["uuid"], uuid);
    assert_eq!(
        deployment.ok(&["server", "delete", "web", "--wait"]),
        "deleted server web\n"
    );
    assert_eq!(deployment.json(&["server", "list"])["servers"], json!([]));
    let said = deployment.fails(1, &["server", "show", uuid]);
    assert!(said.contains("novactl server list"), "{said}");
}

#[test]
fn a_server_lives_and_dies_by_the_side_that_has_the_database() {
    let deployment = Deployment::new();
    let cloud = Cloud::start(&deployment);
    lifecycle(&deployment);
    drop(cloud);
}

#[test]
fn a_server_lives_and_dies_by_a_side_without_one() {
    let deployment = Deployment::new();
    let cloud = Cloud::start(&deployment);
    let deployment = deployment.with(&[
        "--route",
        "conductor",
        "--set",
        "database.connection=sqlite:////proc/none",
        "--set",
        "api_database.connection=sqlite:////proc/none",
    ]);
    lifecycle(&deployment);
    drop(cloud);
}

#[test]
fn a_server_that_fits_nowhere_is_refused_with_the_reasons() {
    let deployment = Deployment::new();
    let cloud = Cloud::start(&deployment);
    deployment.ok(&[
        "flavor", "create", "huge", "--vcpus", "1", "--ram", "999999",
    ]);
    let said = deployment.fails(1, &["server", "create", "big", "--flavor", "huge"]);
    assert!(
        said.contains("node-1 has too little memory") && said.contains("novactl hypervisor list"),
        "{said}"
    );
    let said = deployment.fails(
        1,
        &[
            "server", "create", "big", "--flavor", "huge", "--host", "node-2",
        ],
    );
    assert!(said.contains("there is no compute node-2"), "{said}");
    let said = deployment.fails(1, &["server", "create", "big", "--flavor", "hug"]);
    assert!(said.contains("did you mean `huge`?"), "{said}");
    assert_eq!(
        deployment.json(&["server", "list"])["servers"],
        json!([]),
        "nothing is left of what was refused"
    );
    drop(cloud);
}

#[test]
fn without_a_conductor_nothing_is_recorded() {
    let deployment = Deployment::new();
    deployment.ok(&["flavor", "create", "m1", "--vcpus", "1", "--ram", "64"]);
    let said = deployment.fails(69, &["server", "create", "web", "--flavor", "m1"]);
    assert!(said.contains("start one with `nova-conductor`"), "{said}");
    assert_eq!(
        deployment.json(&["server", "list", "--all-projects"])["servers"],
        json!([])
    );
}
