//! What Nova's classes do besides holding attributes.

use nova_objects::fields::{Architecture, CpuAllocationPolicy, HvType, VmMode};
use nova_objects::service::SERVICE_VERSION;
use nova_objects::{
    ComputeNode, Flavor, HVSpec, Instance, InstanceNUMACell, SecurityGroupList, Service,
    ServiceList,
};
use serde_json::json;
use versionedobjects::{Object, ObjectExt, Value};

/// The primitive of an object at the class's version with this data.
fn read<T: Object>(data: serde_json::Value) -> T {
    let class = T::class_def();
    let primitive = json!({
        "nova_object.name": class.name, "nova_object.namespace": "nova",
        "nova_object.version": class.version().to_string(), "nova_object.data": data,
    });
    T::from_json(&primitive.to_string()).unwrap()
}

#[test]
fn a_new_service_announces_its_version() {
    let service = Service::new();
    assert_eq!(service.version().unwrap(), SERVICE_VERSION);
    assert_eq!(service.changes(), ["version"]);
}

#[test]
fn a_service_that_came_without_version_has_ours_and_did_not_change() {
    let service: Service = read(json!({"host": "compute-1"}));
    assert_eq!(service.version().unwrap(), SERVICE_VERSION);
    assert!(service.changes().is_empty());
    let older: Service = read(json!({"version": 61}));
    assert_eq!(older.version().unwrap(), 61);
}

#[test]
fn numbers_given_by_the_database_are_given_once() {
    let mut node = ComputeNode::new();
    node.set_id(7).unwrap();
    node.set_id(7).unwrap();
    assert!(node.set_id(8).is_err());
}

#[test]
fn a_list_is_empty_from_the_start_and_that_is_no_change() {
    let list = ServiceList::new();
    assert!(list.is_set("objects") && list.is_empty() && list.changes().is_empty());
    let received: ServiceList = read(json!({}));
    assert!(received.is_set("objects") && received.is_empty());
}

#[test]
fn a_new_cell_has_its_defaults() {
    let cell = InstanceNUMACell::new();
    assert_eq!(cell.cpu_policy().unwrap(), None);
    assert_eq!(
        cell.changes(),
        [
            "cpuset_reserved",
            "pagesize",
            "cpu_pinning_raw",
            "cpu_policy",
            "cpu_thread_policy"
        ]
    );
    let received: InstanceNUMACell = read(json!({"cpu_policy": "mixed"}));
    assert_eq!(
        received.cpu_policy().unwrap(),
        Some(CpuAllocationPolicy::Mixed)
    );
    assert_eq!(received.pagesize().unwrap(), None);
    assert!(received.changes().is_empty());
}

#[test]
fn a_received_flavor_counts_its_extra_specs_as_changed() {
    let flavor: Flavor = read(json!({"extra_specs": {"hw:cpu_policy": "shared"}, "projects": []}));
    assert_eq!(flavor.changes(), ["extra_specs"]);
    let mut instance = Instance::new();
    instance.set_flavor(flavor);
    instance.reset_changes();
    assert_eq!(instance.changes(), ["flavor"]);
}

#[test]
fn an_instance_has_a_name() {
    let mut instance = Instance::new();
    instance.set_uuid("44b354dd-10ca-440c-b407-07d90cd84b5c");
    assert_eq!(
        instance.name().unwrap(),
        "44b354dd-10ca-440c-b407-07d90cd84b5c"
    );
    instance.set_vm_state("building");
    instance.set_task_state("scheduling");
    assert_eq!(instance.name().unwrap(), "");
    instance.set_id(0xabc);
    assert_eq!(instance.name().unwrap(), "instance-00000abc");
    assert_eq!(
        instance.get("name").unwrap(),
        Value::from("instance-00000abc")
    );
}

#[test]
fn enumerations_take_their_old_names() {
    for (values, expected) in [
        (
            ["AMD64", "xapi", "hv"],
            (Architecture::X8664, HvType::Xen, VmMode::Hvm),
        ),
        (
            ["i386", "KVM", "baremetal"],
            (Architecture::I686, HvType::Kvm, VmMode::Hvm),
        ),
        (
            ["x86_32p", "qemu", "pv"],
            (Architecture::I686, HvType::Qemu, VmMode::Xen),
        ),
    ] {
        let spec = HVSpec::from_list(&values.map(serde_json::Value::from)).unwrap();
        assert_eq!(
            (
                spec.arch().unwrap(),
                spec.hv_type().unwrap(),
                spec.vm_mode().unwrap()
            ),
            expected
        );
    }
    assert!(HVSpec::from_list(&["z80".into(), "kvm".into(), "hvm".into()]).is_err());
    let mut spec = HVSpec::new();
    for field in ["arch", "hv_type", "vm_mode"] {
        for (value, class) in [
            (Value::from("z80"), "ValueError"),
            (1.5.into(), "AttributeError"),
            (Value::Null, "ValueError"),
        ] {
            let refused = spec.set(field, value.clone()).unwrap_err().to_exception();
            assert_eq!(
                refused.class, class,
                "{field} = {value:?}: {}",
                refused.message
            );
        }
    }
    assert!(HVSpec::from_list(&["x86_64".into()]).is_err());
}

#[test]
fn security_groups_are_named_by_uuid_or_name() {
    let groups =
        SecurityGroupList::from_identifiers(["default", "f8d2c0a6-5b0e-4a3c-9c5d-3a1b2c3d4e5f"]);
    let identifiers: Vec<_> = groups
        .iter()
        .map(|group| group.identifier().unwrap())
        .collect();
    assert_eq!(
        identifiers,
        ["default", "f8d2c0a6-5b0e-4a3c-9c5d-3a1b2c3d4e5f"]
    );
    assert!(!groups.items()[0].is_set("uuid"));
}
