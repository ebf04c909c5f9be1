//! What the program says about itself.

use crate::support::Deployment;

#[test]
fn every_command_explains_itself() {
    let commands: &[&[&str]] = &[
        &[],
        &["db"],
        &["db", "sync"],
        &["db", "version"],
        &["service"],
        &["service", "list"],
        &["fleet"],
        &["hypervisor", "list"],
        &["flavor"],
        &["flavor", "create"],
        &["flavor", "list"],
        &["flavor", "delete"],
        &["keypair", "create"],
        &["keypair", "list"],
        &["keypair", "show"],
        &["keypair", "delete"],
        &["server"],
        &["server", "create"],
        &["server", "list"],
        &["server", "show"],
        &["server", "start"],
        &["server", "stop"],
        &["server", "reboot"],
        &["server", "delete"],
        &["object", "explain"],
        &["object", "show"],
        &["object", "manifest"],
        &["object", "fingerprints"],
        &["object", "schema"],
        &["object", "reference"],
        &["object", "call"],
        &["object", "convert"],
        &["object", "diff"],
        &["object", "methods"],
        &["object", "list"],
        &["rpc", "ping"],
        &["rpc", "watch"],
    ];
    let deployment = Deployment::new();
    for command in commands {
        for flag in ["--help", "-h"] {
            let help = deployment.ok(&[*command, &[flag]].concat());
            assert!(help.contains("Usage:"), "{command:?}");
        }
    }
}

#[test]
fn the_help_teaches_with_examples_and_exit_codes() {
    let help = Deployment::new().ok(&["--help"]);
    for expected in [
        "Examples:",
        "novactl db sync",
        "Exit status:",
        "69",
        "NOVACTL_ROUTE",
        "OS_USER_ID",
    ] {
        assert!(help.contains(expected), "{expected}");
    }
}

#[test]
fn wrong_usage_has_its_own_exit_code() {
    let deployment = Deployment::new();
    for arguments in [
        &["flavour"][..],
        &["flavor", "create"],
        &["flavor", "create", "x", "--vcpus", "0", "--ram", "1"],
    ] {
        deployment.fails(2, arguments);
    }
}
