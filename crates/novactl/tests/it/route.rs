//! The same commands through a conductor, without a database.

use std::time::{Duration, Instant};

use nova_conductor::{Conductor, open_database};
use nova_service::Bus;
use oslo_config::Settings;
use tokio::runtime::Runtime;

use crate::support::{Deployment, key};

/// A conductor of a deployment, in this process.
pub(crate) struct Running {
    runtime: Runtime,
    conductor: Option<(Conductor, Bus)>,
}

impl Running {
    pub(crate) fn start(deployment: &Deployment) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let settings = settings(deployment);
        let conductor = runtime.block_on(async {
            let db = open_database(&settings).await.expect("the databases open");
            let bus = Bus::host("nova-conductor", &settings)
                .await
                .expect("the bus opens");
            let conductor = Conductor::start(bus.transport(), "node-1", db)
                .await
                .expect("it serves");
            (conductor, bus)
        });
        Self {
            runtime,
            conductor: Some(conductor),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some((conductor, bus)) = self.conductor.take() {
            self.runtime.block_on(async {
                conductor.stop(Duration::from_secs(5)).await;
                bus.close().await;
            });
        }
    }
}

pub(crate) fn settings(deployment: &Deployment) -> Settings {
    Settings::of_text(deployment.configuration()).expect("it fits")
}

#[test]
fn a_process_without_a_database_does_the_same() {
    let deployment = Deployment::new();
    let running = Running::start(&deployment);
    // This process could not open a database if it tried.
    let deployment = deployment.with(&[
        "--route",
        "conductor",
        "--set",
        "database.connection=sqlite:////proc/none",
        "--set",
        "api_database.connection=sqlite:////proc/none",
    ]);
    deployment.ok(&[
        "flavor", "create", "m1.small", "--id", "2", "--vcpus", "1", "--ram", "2048",
    ]);
    assert_eq!(
        deployment.json(&["flavor", "list"])["flavors"][0]["name"],
        "m1.small"
    );
    deployment.ok(&["keypair", "create", "laptop", "--public-key", &key()]);
    assert!(deployment.ok(&["keypair", "list"]).contains("laptop"));
    assert!(deployment.ok(&["service", "list"]).contains("no services"));
    assert!(
        deployment
            .ok(&["hypervisor", "list"])
            .contains("no compute nodes")
    );
    let answer = deployment.json(&[
        "object",
        "call",
        "Flavor",
        "add_access",
        "demo",
        "--get",
        "1",
    ]);
    assert_eq!(answer["object"]["nova_object.data"]["projects"][0], "demo");
    // Refusals arrive as what they were.
    let said = deployment.fails(
        1,
        &[
            "object",
            "call",
            "Flavor",
            "get_by_name",
            "nobody",
            "--json",
        ],
    );
    assert!(said.contains("FlavorNotFoundByName"), "{said}");
    let said = deployment.fails(1, &["flavor", "delete", "m1.smal"]);
    assert!(said.contains("did you mean `m1.small`?"), "{said}");
    let direct = deployment.run(&["--set", "DEFAULT.debug=false", "db", "version"]);
    assert_eq!(direct.code, 69, "{}", direct.stderr);
    drop(running);
}

#[test]
fn a_conductor_that_is_not_there_is_said_so_soon() {
    let deployment = Deployment::new();
    let started = Instant::now();
    let said = deployment.fails(69, &["--route", "conductor", "flavor", "list"]);
    assert!(started.elapsed() < Duration::from_secs(15));
    assert!(said.contains("start one with `nova-conductor`"), "{said}");
    let said = deployment.fails(69, &["--route", "conductor", "flavor", "list", "--json"]);
    let error: serde_json::Value = serde_json::from_str(&said).expect("nothing but JSON");
    assert_eq!(error["error"]["kind"], "NoConductor");
}
