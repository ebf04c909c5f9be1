//! The hand-written list of families in `lib.rs` is complete.

use std::collections::BTreeSet;

use nova_objects::{Instance, classes, registry};
use versionedobjects::{Class, Object};

use crate::recorded;

#[test]
fn every_recorded_class_is_listed_once() {
    let folder = recorded::path("objects");
    let recorded: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let listed: Vec<String> = classes().map(|class| class.name.to_owned()).collect();
    let distinct: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(listed.len(), distinct.len(), "a class is listed twice");
    assert_eq!(distinct, recorded);
}

#[test]
fn every_class_an_instance_reaches_is_listed() {
    let reached = Instance::class_def().manifest();
    assert_eq!(reached.len(), 34);
    for (name, version) in reached.iter() {
        assert_eq!(
            registry().newest(name).unwrap().version(),
            version,
            "{name}"
        );
    }
}

/// The order in which a caller names the classes it can read is Nova's order
/// of discovery; a capture has it.
#[test]
fn an_instances_manifest_is_the_one_nova_sends() {
    let expected = "Instance ServiceList Service ComputeNode HVSpec PciDevicePoolList PciDevicePool InstanceInfoCache \
                    SecurityGroupList SecurityGroup InstanceFault PciDeviceList PciDevice InstanceNUMATopology \
                    InstanceNUMACell VirtCPUTopology InstancePCIRequests InstancePCIRequest InstanceDeviceMetadata \
                    DeviceMetadata DeviceBus TagList Tag Flavor VirtCPUModel VirtCPUFeature EC2Ids MigrationContext \
                    ResourceList Resource ResourceMetadata KeyPairList KeyPair TrustedCerts";
    let sent: Vec<&str> = Instance::class_def()
        .manifest()
        .iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        sent.join(" "),
        expected.split_whitespace().collect::<Vec<_>>().join(" ")
    );
}

/// What changes there changes for readers of every version at once. The
/// network's form is Nova's own; no class is to get another field like it.
#[test]
fn fields_that_no_version_covers_are_counted() {
    let unversioned: BTreeSet<String> = classes().flat_map(Class::unversioned).collect();
    assert_eq!(
        unversioned.into_iter().collect::<Vec<_>>(),
        ["InstanceInfoCache.network_info"]
    );
}
