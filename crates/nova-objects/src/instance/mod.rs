//! Instances: the servers of a deployment.
//!
//! The class has 73 attributes. Columns of the instance's row are always
//! loaded; relations and what is kept beside the row ([`InstanceLazy`]) only
//! when a method is asked for them (`expected_attrs`) or a loader is called,
//! see [`lazy`].

pub mod lazy;
pub mod list;
mod stored;

use versionedobjects::fields::{Ipv4Address, Ipv6Address};

use crate::ec2::EC2Ids;
use crate::flavor::Flavor;
use crate::instance_fault::InstanceFault;
use crate::instance_info_cache::InstanceInfoCache;
use crate::instance_numa::InstanceNUMATopology;
use crate::instance_pci_requests::InstancePCIRequests;
use crate::keypair::KeyPairList;
use crate::migration_context::MigrationContext;
use crate::pci_device::PciDeviceList;
use crate::prelude::*;
use crate::resource::ResourceList;
use crate::security_group::SecurityGroupList;
use crate::service::ServiceList;
use crate::tag::TagList;
use crate::trusted_certs::TrustedCerts;
use crate::vcpu_model::VirtCPUModel;
use crate::virt_device_metadata::InstanceDeviceMetadata;

/// The attributes that `expected_attrs` may name (nova `objects/instance.py`,
/// `INSTANCE_OPTIONAL_ATTRS`).
pub const INSTANCE_OPTIONAL_ATTRS: [&str; 20] = [
    "metadata",
    "system_metadata",
    "info_cache",
    "security_groups",
    "pci_devices",
    "tags",
    "services",
    "fault",
    "flavor",
    "old_flavor",
    "new_flavor",
    "ec2_ids",
    "numa_topology",
    "pci_requests",
    "vcpu_model",
    "migration_context",
    "keypairs",
    "device_metadata",
    "trusted_certs",
    "resources",
];

/// The optional attributes that are loaded when a caller says nothing.
pub const INSTANCE_DEFAULT_FIELDS: [&str; 4] = [
    "metadata",
    "system_metadata",
    "info_cache",
    "security_groups",
];

/// How many tags an instance may have.
pub const MAX_TAG_COUNT: usize = 50;

/// A server: whose it is, where it runs, what it is made of, and its state.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../../contract/nova",
    methods,
    extra(name = name_value),
    history(
        "2.0" = "Initial version",
        "2.1" = "services",
        "2.2" = "keypairs",
        "2.3" = "device_metadata",
        "2.4" = "trusted_certs",
        "2.5" = "destroy() takes hard_delete",
        "2.6" = "hidden",
        "2.7" = "resources",
        "2.8" = "compute_id",
    )
)]
pub struct Instance {
    meta: Meta,
    id: Attr<i64>,
    user_id: Attr<Option<String>>,
    project_id: Attr<Option<String>>,
    image_ref: Attr<Option<String>>,
    kernel_id: Attr<Option<String>>,
    ramdisk_id: Attr<Option<String>>,
    hostname: Attr<Option<String>>,
    launch_index: Attr<Option<i64>>,
    key_name: Attr<Option<String>>,
    key_data: Attr<Option<String>>,
    power_state: Attr<Option<i64>>,
    vm_state: Attr<Option<String>>,
    task_state: Attr<Option<String>>,
    #[object(since = "2.1", lazy)]
    services: Attr<ServiceList>,
    memory_mb: Attr<Option<i64>>,
    vcpus: Attr<Option<i64>>,
    root_gb: Attr<Option<i64>>,
    ephemeral_gb: Attr<Option<i64>>,
    ephemeral_key_uuid: Attr<Option<Uuid>>,
    host: Attr<Option<String>>,
    node: Attr<Option<String>>,
    #[object(since = "2.8")]
    compute_id: Attr<Option<i64>>,
    instance_type_id: Attr<Option<i64>>,
    user_data: Attr<Option<String>>,
    reservation_id: Attr<Option<String>>,
    launched_at: Attr<Option<DateTime>>,
    terminated_at: Attr<Option<DateTime>>,
    availability_zone: Attr<Option<String>>,
    display_name: Attr<Option<String>>,
    display_description: Attr<Option<String>>,
    launched_on: Attr<Option<String>>,
    #[object(default = false)]
    locked: Attr<bool>,
    locked_by: Attr<Option<String>>,
    os_type: Attr<Option<String>>,
    architecture: Attr<Option<String>>,
    vm_mode: Attr<Option<String>>,
    uuid: Attr<Uuid>,
    root_device_name: Attr<Option<String>>,
    default_ephemeral_device: Attr<Option<String>>,
    default_swap_device: Attr<Option<String>>,
    config_drive: Attr<Option<String>>,
    access_ip_v4: Attr<Option<Ipv4Address>>,
    access_ip_v6: Attr<Option<Ipv6Address>>,
    #[object(default = false)]
    auto_disk_config: Attr<bool>,
    progress: Attr<Option<i64>>,
    #[object(default = false)]
    shutdown_terminate: Attr<bool>,
    #[object(default = false)]
    disable_terminate: Attr<bool>,
    cell_name: Attr<Option<String>>,
    #[object(lazy)]
    metadata: Attr<Dict<String>>,
    #[object(lazy)]
    system_metadata: Attr<Dict<Option<String>>>,
    #[object(lazy)]
    info_cache: Attr<Option<InstanceInfoCache>>,
    #[object(lazy)]
    security_groups: Attr<SecurityGroupList>,
    #[object(lazy)]
    fault: Attr<Option<InstanceFault>>,
    #[object(default = false)]
    cleaned: Attr<bool>,
    #[object(lazy)]
    pci_devices: Attr<Option<PciDeviceList>>,
    #[object(lazy)]
    numa_topology: Attr<Option<InstanceNUMATopology>>,
    #[object(lazy)]
    pci_requests: Attr<Option<InstancePCIRequests>>,
    #[object(since = "2.3", lazy)]
    device_metadata: Attr<Option<InstanceDeviceMetadata>>,
    #[object(lazy)]
    tags: Attr<TagList>,
    #[object(lazy)]
    flavor: Attr<Flavor>,
    #[object(lazy)]
    old_flavor: Attr<Option<Flavor>>,
    #[object(lazy)]
    new_flavor: Attr<Option<Flavor>>,
    #[object(lazy)]
    vcpu_model: Attr<Option<VirtCPUModel>>,
    #[object(lazy)]
    ec2_ids: Attr<EC2Ids>,
    #[object(lazy)]
    migration_context: Attr<Option<MigrationContext>>,
    #[object(since = "2.2", lazy)]
    keypairs: Attr<KeyPairList>,
    #[object(since = "2.4", lazy)]
    trusted_certs: Attr<Option<TrustedCerts>>,
    #[object(since = "2.6", default = false)]
    hidden: Attr<bool>,
    #[object(since = "2.7", lazy)]
    resources: Attr<Option<ResourceList>>,
    #[object(embed)]
    persistent: Persistent,
}

fn name_value(instance: &Instance) -> versionedobjects::Result<Value> {
    instance.name().map(Value::from)
}

impl Instance {
    /// The name the hypervisor knows the server by: `instance-` and the number
    /// in hexadecimal, Nova's default `instance_name_template`.
    ///
    /// An instance without a number that is being scheduled has no name yet;
    /// otherwise the uuid stands in.
    ///
    /// # Errors
    ///
    /// When neither number nor uuid is set.
    pub fn name(&self) -> versionedobjects::Result<String> {
        use crate::compute::{task_states, vm_states};

        if let Ok(id) = self.id() {
            return Ok(format!("instance-{id:08x}"));
        }
        let scheduling = matches!(self.vm_state(), Ok(Some(vm_states::BUILDING)))
            && matches!(self.task_state(), Ok(Some(task_states::SCHEDULING)));
        if scheduling {
            Ok(String::new())
        } else {
            Ok(self.uuid()?.to_string())
        }
    }
}

/// What can be asked of one instance.
#[remotable(Instance)]
pub trait InstanceStore {
    /// The instance with that number, or `InstanceNotFound`. Without
    /// `expected_attrs` the [default](INSTANCE_DEFAULT_FIELDS) ones are loaded:
    /// `info_cache` and `security_groups`.
    #[errors(Forbidden, InstanceNotFound, InvalidID)]
    async fn get_by_id(
        &self,
        ctx: &Context,
        inst_id: i64,
        #[arg(default = None)] expected_attrs: Option<Vec<String>>,
    ) -> Result<Instance>;

    /// The instance with that uuid, or `InstanceNotFound`. `expected_attrs` as
    /// in [`InstanceStore::get_by_id`].
    #[errors(Forbidden, InstanceNotFound)]
    async fn get_by_uuid(
        &self,
        ctx: &Context,
        uuid: String,
        #[arg(default = None)] expected_attrs: Option<Vec<String>>,
        #[arg(default = false)] use_slave: bool,
    ) -> Result<Instance>;

    /// Inserts the instance with everything that is set on it; the store fills
    /// `id`, `uuid` where unset and the timestamps.
    ///
    /// # Errors
    ///
    /// `ObjectActionError` when it has an id, is deleted, or is given a node
    /// without its `compute_id`; `InstanceExists` when names have to be unique
    /// and this one is taken.
    #[errors(Forbidden, InstanceExists, ObjectActionError)]
    async fn create(&self, ctx: &Context, instance: &mut Instance) -> Result<()>;

    /// Writes the changed attributes, those of nested objects too.
    ///
    /// `expected_vm_state` and `expected_task_state` are null (not checked), a
    /// state, or a list of states of which null may be one: the row is written
    /// only if it is in one of them. `admin_state_reset` is taken and only
    /// marks notifications.
    ///
    /// # Errors
    ///
    /// `UnexpectedTaskStateError`, `UnexpectedDeletingTaskStateError` or
    /// `InstanceUpdateConflict` when it is not, `InstanceNotFound` when there is
    /// none, `ObjectActionError` when a node is named without its `compute_id`.
    #[method(conditional)]
    #[errors(
        Forbidden,
        InstanceExists,
        InstanceInfoCacheNotFound,
        InstanceNotFound,
        InstanceUpdateConflict,
        InvalidUUID,
        ObjectActionError,
        UnexpectedDeletingTaskStateError,
        UnexpectedTaskStateError,
        UnknownInstanceUpdateConflict
    )]
    async fn save(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        #[arg(default = Json::Null)] expected_vm_state: Json,
        #[arg(default = Json::Null)] expected_task_state: Json,
        #[arg(default = false)] admin_state_reset: bool,
    ) -> Result<()>;

    /// Deletes the instance: the row stays and is marked, unless `hard_delete`.
    ///
    /// # Errors
    ///
    /// `ObjectActionError` when the object has no id or no uuid, or when it has
    /// no host and the row has got one meanwhile.
    #[errors(Forbidden, InstanceNotFound, InvalidUUID, ObjectActionError)]
    async fn destroy(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        #[arg(default = false)] hard_delete: bool,
    ) -> Result<()>;

    /// Reads all attributes that are set anew.
    #[errors(Forbidden, InstanceNotFound)]
    async fn refresh(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        #[arg(default = false)] use_slave: bool,
    ) -> Result<()>;

    /// Deletes one key of the metadata, in the database and the object.
    #[errors(Forbidden, KeyError)]
    async fn delete_metadata_key(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        key: String,
    ) -> Result<()>;

    /// Forgets the migration context, in the database and the object.
    #[errors(InstanceNotFound)]
    async fn drop_migration_context(&self, ctx: &Context, instance: &mut Instance) -> Result<()>;
}
