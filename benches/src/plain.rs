//! The same data in plain structs with serde, which is the floor for objects:
//! the envelope as a struct, every attribute of the recorded instance a field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The envelope.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope<T> {
    #[serde(rename = "nova_object.name")]
    name: String,
    #[serde(rename = "nova_object.namespace")]
    namespace: String,
    #[serde(rename = "nova_object.version")]
    version: String,
    #[serde(rename = "nova_object.data")]
    data: T,
    #[serde(
        rename = "nova_object.changes",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    changes: Option<Vec<String>>,
}

macro_rules! plain {
    ($name:ident { $($field:ident: $ty:ty),+ $(,)? }) => {
        /// Plain data.
        #[derive(Debug, Clone, Serialize, Deserialize)]
        pub struct $name {
            $(#[serde(default, skip_serializing_if = "Option::is_none")] $field: Option<$ty>,)+
        }
    };
}

plain!(ServiceList {
    objects: Vec<String>,
});

plain!(InstanceInfoCache {
    instance_uuid: String,
    network_info: String,
    created_at: String,
    updated_at: Option<String>,
    deleted_at: Option<String>,
    deleted: bool,
});

plain!(SecurityGroupList {
    objects: Vec<String>,
});

plain!(PciDeviceList {
    objects: Vec<String>,
});

plain!(TagList {
    objects: Vec<String>,
});

plain!(Flavor {
    id: i64,
    name: String,
    memory_mb: i64,
    vcpus: i64,
    root_gb: i64,
    ephemeral_gb: i64,
    flavorid: String,
    swap: i64,
    rxtx_factor: f64,
    vcpu_weight: i64,
    disabled: bool,
    is_public: bool,
    extra_specs: BTreeMap<String, String>,
    projects: Vec<String>,
    description: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
    deleted_at: Option<String>,
    deleted: bool,
});

plain!(Instance {
    id: i64,
    user_id: String,
    project_id: String,
    image_ref: String,
    kernel_id: String,
    ramdisk_id: String,
    hostname: String,
    launch_index: i64,
    key_name: Option<String>,
    key_data: Option<String>,
    power_state: i64,
    vm_state: String,
    task_state: Option<String>,
    services: Envelope<ServiceList>,
    memory_mb: i64,
    vcpus: i64,
    root_gb: i64,
    ephemeral_gb: i64,
    ephemeral_key_uuid: Option<String>,
    host: String,
    node: String,
    compute_id: i64,
    instance_type_id: i64,
    user_data: Option<String>,
    reservation_id: String,
    launched_at: Option<String>,
    terminated_at: Option<String>,
    availability_zone: String,
    display_name: String,
    display_description: String,
    launched_on: String,
    locked: bool,
    locked_by: Option<String>,
    os_type: String,
    architecture: String,
    vm_mode: Option<String>,
    uuid: String,
    root_device_name: String,
    default_ephemeral_device: Option<String>,
    default_swap_device: Option<String>,
    config_drive: String,
    access_ip_v4: Option<String>,
    access_ip_v6: Option<String>,
    auto_disk_config: bool,
    progress: i64,
    shutdown_terminate: bool,
    disable_terminate: bool,
    cell_name: Option<String>,
    metadata: BTreeMap<String, String>,
    system_metadata: BTreeMap<String, String>,
    info_cache: Envelope<InstanceInfoCache>,
    security_groups: Envelope<SecurityGroupList>,
    cleaned: bool,
    pci_devices: Envelope<PciDeviceList>,
    numa_topology: Option<String>,
    tags: Envelope<TagList>,
    flavor: Envelope<Flavor>,
    old_flavor: Option<String>,
    new_flavor: Option<String>,
    trusted_certs: Option<String>,
    hidden: bool,
    resources: Option<String>,
    created_at: String,
    updated_at: Option<String>,
    deleted_at: Option<String>,
    deleted: bool,
});

plain!(InstanceList {
    objects: Vec<Envelope<Instance>>,
});

/// The text that an instance's flavors are kept in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Flavors {
    cur: Envelope<Flavor>,
    old: Option<Envelope<Flavor>>,
    new: Option<Envelope<Flavor>>,
}
