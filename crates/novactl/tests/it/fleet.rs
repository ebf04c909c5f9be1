//! Who reads what, asked of services that run.

use crate::route::Running;
use crate::support::Deployment;

#[test]
fn conductors_say_what_they_read() {
    let deployment = Deployment::new();
    deployment.ok(&["db", "sync"]);
    let _running = Running::start(&deployment);
    let fleet = deployment.json(&["fleet"]);
    let services = fleet["services"].as_array().expect("a list");
    assert_eq!(services.len(), 1, "{fleet}");
    let conductor = &services[0];
    assert_eq!(conductor["topic"], "conductor");
    assert_eq!(conductor["host"], "node-1");
    assert_eq!(conductor["state"], "reads");
    assert_eq!(conductor["reads"]["Instance"], "2.8");
    assert_eq!(conductor["rpc"][0], "3.0");
    assert_eq!(conductor["skew"]["backports_served"], 0);
    let text = deployment.ok(&["fleet", "--all"]);
    assert!(text.contains("conductor node-1"), "{text}");
    assert!(text.contains("Instance"), "{text}");
    let all = deployment.ok(&["fleet", "--cannot-read", "Instance=2.8"]);
    assert_eq!(all.trim(), "all services can read it");
    let unable = deployment.json(&["fleet", "--cannot-read", "Instance=2.9"]);
    assert_eq!(unable["names"][0], "conductor.node-1");
}

#[test]
fn a_class_that_does_not_exist_is_named() {
    let deployment = Deployment::new();
    let said = deployment.fails(2, &["fleet", "--cannot-read", "Instanz=2.8"]);
    assert!(said.contains("there is no class Instanz"), "{said}");
    deployment.fails(2, &["fleet", "--cannot-read", "Instance"]);
}
