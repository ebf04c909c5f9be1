//! The migration context: what an instance had on one host and will have on
//! another, while it is on its way.

use crate::instance_numa::InstanceNUMATopology;
use crate::instance_pci_requests::InstancePCIRequests;
use crate::pci_device::PciDeviceList;
use crate::prelude::*;
use crate::resource::ResourceList;

/// The resources of a move that do not follow from the flavor, as they were
/// when they were claimed. Old versions get what is nested in it as new as it
/// is: the original converts no children here.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    backport_children = false,
    history(
        "1.0" = "Initial version",
        "1.1" = "Old and new PCI devices and requests",
        "1.2" = "Old and new resources",
    )
)]
pub struct MigrationContext {
    meta: Meta,
    instance_uuid: Attr<Uuid>,
    migration_id: Attr<i64>,
    new_numa_topology: Attr<Option<InstanceNUMATopology>>,
    old_numa_topology: Attr<Option<InstanceNUMATopology>>,
    #[object(since = "1.1")]
    new_pci_devices: Attr<Option<PciDeviceList>>,
    #[object(since = "1.1")]
    old_pci_devices: Attr<Option<PciDeviceList>>,
    #[object(since = "1.1")]
    new_pci_requests: Attr<Option<InstancePCIRequests>>,
    #[object(since = "1.1")]
    old_pci_requests: Attr<Option<InstancePCIRequests>>,
    #[object(since = "1.2")]
    new_resources: Attr<Option<ResourceList>>,
    #[object(since = "1.2")]
    old_resources: Attr<Option<ResourceList>>,
    #[object(embed)]
    persistent: Persistent,
}

/// What can be asked of migration contexts.
#[remotable(MigrationContext)]
pub trait MigrationContextStore {
    /// The context kept with that instance, if any; `MigrationContextNotFound`
    /// when the instance has no record to keep one in.
    #[errors(MigrationContextNotFound)]
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<Option<MigrationContext>>;
}
