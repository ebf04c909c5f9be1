//! Resources of a host that were assigned to an instance one by one, such as
//! persistent memory.

use crate::fields::ResourceClass;
use crate::prelude::*;

/// What a virt driver keeps about a resource. The base of such classes, with
/// nothing in it.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history("1.0" = "Initial version")
)]
pub struct ResourceMetadata {
    meta: Meta,
}

/// A namespace of persistent memory, as libvirt's driver describes it.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history("1.0" = "Initial version")
)]
pub struct LibvirtVPMEMDevice {
    meta: Meta,
    label: Attr<String>,
    name: Attr<String>,
    size: Attr<i64>,
    devpath: Attr<String>,
    align: Attr<i64>,
}

/// A [`ResourceMetadata`] or one of its subclasses.
#[derive(ObjectEnum, Debug, Clone)]
#[object_enum(base = "ResourceMetadata")]
pub enum AnyResourceMetadata {
    /// The base class itself.
    Base(ResourceMetadata),
    /// Persistent memory.
    LibvirtVpmem(LibvirtVPMEMDevice),
}

/// One resource: whose it is in placement, and what it is to the driver.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history("1.0" = "Initial version")
)]
pub struct Resource {
    meta: Meta,
    provider_uuid: Attr<Uuid>,
    resource_class: Attr<ResourceClass>,
    identifier: Attr<String>,
    metadata: Attr<AnyResourceMetadata>,
}

/// The resources of an instance.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    list_of(Resource),
    methods,
    history("1.0" = "Initial version")
)]
pub struct ResourceList {
    meta: Meta,
    objects: Attr<Vec<Resource>>,
}

/// What can be asked of an instance's resources.
#[remotable(ResourceList)]
pub trait ResourceListStore {
    /// The resources kept with that instance, if any.
    #[errors()]
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<Option<ResourceList>>;
}
