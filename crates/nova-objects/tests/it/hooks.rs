//! What classes convert by hand for older readers, each on its own. Everything
//! else follows from the tables, and recorded objects check all of it.

use nova_objects::{ComputeNode, InstanceNUMACell, NovaException, PciDevice};
use serde_json::{Value as Json, json};
use versionedobjects::{Form, Object, ObjectExt as _, Version, WriteOptions};

/// The data of such an object, as a reader of that version is sent it.
fn sent<T: Object>(data: &Json, minor: u16) -> nova_objects::Result<Json> {
    let class = T::class_def();
    let primitive = json!({
        "nova_object.name": class.name, "nova_object.namespace": "nova",
        "nova_object.version": class.version().to_string(), "nova_object.data": data,
    });
    let mut manifest = class.manifest().clone();
    let target = Version::new(1, minor);
    manifest.insert(class.name, target);
    let text = T::from_json(&primitive.to_string())?.to_json_with(WriteOptions {
        form: Form::Compat,
        target: Some(target),
        manifest: Some(&manifest),
    })?;
    let mut written: Json = serde_json::from_str(&text).unwrap();
    Ok(written["nova_object.data"].take())
}

#[test]
fn a_device_tells_older_readers_its_parent_among_the_extra_data() {
    let device = json!({"parent_addr": "0000:0a:00.0", "extra_info": {"capabilities": "{}"}});
    for (minor, expected) in [
        (5, device.clone()),
        (4, device.clone()),
        (
            3,
            json!({"extra_info": {"capabilities": "{}", "phys_function": "0000:0a:00.0"}}),
        ),
        (
            0,
            json!({"extra_info": {"capabilities": "{}", "phys_function": "0000:0a:00.0"}}),
        ),
    ] {
        assert_eq!(
            sent::<PciDevice>(&device, minor).unwrap(),
            expected,
            "1.{minor}"
        );
    }
    for (device, expected) in [
        // A parent that was said there already gives way to the attribute.
        (
            json!({"parent_addr": "b", "extra_info": {"phys_function": "a"}}),
            json!({"extra_info": {"phys_function": "b"}}),
        ),
        (
            json!({"parent_addr": null, "extra_info": {}}),
            json!({"extra_info": {}}),
        ),
        (json!({"extra_info": {}}), json!({"extra_info": {}})),
        // Where there are no extra data the parent has no place.
        (json!({"parent_addr": "b"}), json!({})),
    ] {
        assert_eq!(sent::<PciDevice>(&device, 3).unwrap(), expected, "{device}");
    }
}

#[test]
fn a_device_in_a_state_that_readers_do_not_know_is_refused_where_the_original_looks() {
    for status in ["unclaimable", "unavailable"] {
        let device = json!({"status": status, "parent_addr": null});
        let refused = sent::<PciDevice>(&device, 4).unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!(
                "Object action obj_make_compatible failed because: \
                 status={status} not supported in version (1, 4)"
            )
        );
        assert!(matches!(
            refused.nova(),
            Some(NovaException::ObjectActionError { .. })
        ));
        // It looks only at devices that still have the attribute.
        for (device, minor) in [
            (json!({"status": status, "parent_addr": null}), 5),
            (json!({"status": status, "parent_addr": null}), 3),
            (json!({"status": status}), 4),
        ] {
            assert_eq!(sent::<PciDevice>(&device, minor).unwrap()["status"], status);
        }
    }
    let known = json!({"status": "allocated", "parent_addr": null});
    assert_eq!(sent::<PciDevice>(&known, 4).unwrap()["status"], "allocated");
}

#[test]
fn a_node_without_service_has_a_number_that_no_service_has_for_older_readers() {
    for (data, minor, expected) in [
        (json!({"service_id": null}), 13, json!({"service_id": null})),
        (json!({"service_id": null}), 12, json!({"service_id": -1})),
        (json!({}), 13, json!({})),
        (json!({}), 12, json!({"service_id": -1})),
        (json!({"service_id": 7}), 12, json!({"service_id": 7})),
    ] {
        let sent = sent::<ComputeNode>(&data, minor).unwrap();
        assert_eq!(sent, expected, "{data} at 1.{minor}");
    }
}

#[test]
fn a_dedicated_cell_has_all_its_processors_in_one_set_for_older_readers() {
    let cell = |policy: Json| json!({"cpu_policy": policy, "cpuset": [1], "pcpuset": [2, 3]});
    for (policy, minor, expected) in [
        (json!("dedicated"), 5, json!([1])),
        (json!("dedicated"), 4, json!([2, 3])),
        (json!("dedicated"), 0, json!([2, 3])),
        (json!("shared"), 4, json!([1])),
        (Json::Null, 4, json!([1])),
    ] {
        let sent = sent::<InstanceNUMACell>(&cell(policy.clone()), minor).unwrap();
        assert_eq!(sent["cpuset"], expected, "{policy} at 1.{minor}");
        assert_eq!(sent.get("pcpuset").is_some(), minor >= 5);
    }
    // New cells have a policy from the start; what was pinned they may not have.
    let refused = sent::<InstanceNUMACell>(&json!({"cpu_policy": "dedicated"}), 4).unwrap_err();
    assert!(refused.is_class("KeyError"), "{refused:?}");
}
