//! PCI devices of compute nodes that can be given to instances.

use crate::fields::{PciDeviceStatus, PciDeviceType};
use crate::prelude::*;

/// One device of one compute node, and whose it is.
///
/// A device is found (`available`), put aside for an instance (`claimed`), given
/// to it (`allocated`) and freed again. When it is taken out of the host it is
/// `removed` until the database knows, then `deleted`. Physical and virtual
/// functions of one card exclude each other: `unclaimable`, `unavailable`.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    backport_children = false,
    history(
        "1.0" = "Initial version",
        "1.1" = "Texts may hold any Unicode",
        "1.2" = "request_id",
        "1.3" = "numa_node",
        "1.4" = "parent_addr",
        "1.5" = "The statuses unclaimable and unavailable",
        "1.6" = "uuid",
        "1.7" = "The dev_type vdpa",
    )
)]
pub struct PciDevice {
    meta: Meta,
    id: Attr<i64>,
    #[object(since = "1.6")]
    uuid: Attr<Uuid>,
    compute_node_id: Attr<Option<i64>>,
    address: Attr<String>,
    vendor_id: Attr<String>,
    product_id: Attr<String>,
    #[object(values("vdpa", since = "1.7"))]
    dev_type: Attr<PciDeviceType>,
    #[object(was(until = "1.5", down_with = known_status))]
    status: Attr<PciDeviceStatus>,
    dev_id: Attr<Option<String>>,
    label: Attr<Option<String>>,
    instance_uuid: Attr<Option<String>>,
    #[object(since = "1.2")]
    request_id: Attr<Option<String>>,
    #[object(default = Dict::new(), was(until = "1.4", down_with = with_parent, lossy))]
    extra_info: Attr<Dict<String>>,
    numa_node: Attr<Option<i64>>,
    #[object(since = "1.4")]
    parent_addr: Attr<Option<String>>,
    #[object(embed)]
    persistent: Persistent,
}

/// Before 1.4 the parent's address was one of the extra data.
fn with_parent(device: &PciDevice, _: Version) -> Option<Dict<String>> {
    let mut extra_info = device.extra_info().ok()?.clone();
    if let Ok(Some(parent)) = device.parent_addr() {
        extra_info.insert("phys_function".to_owned(), parent.to_owned());
    }
    Some(extra_info)
}

/// Two statuses came with 1.5 and cannot be said before it. The original looks
/// for them only where `parent_addr` is still there (nova
/// `objects/pci_device.py`), which lets them pass before 1.4.
fn known_status(
    device: &PciDevice,
    target: Version,
) -> versionedobjects::Result<Option<PciDeviceStatus>> {
    let Ok(status) = device.status() else {
        return Ok(None);
    };
    let newer = matches!(
        status,
        PciDeviceStatus::Unclaimable | PciDeviceStatus::Unavailable
    );
    if newer && target >= Version::new(1, 4) && device.is_set("parent_addr") {
        return Err(versionedobjects::Error::Action {
            action: "obj_make_compatible".into(),
            reason: format!(
                "status={} not supported in version ({}, {})",
                status.as_str(),
                target.major,
                target.minor
            ),
        });
    }
    Ok(Some(status))
}

impl PciDevice {
    /// The extra data to add to: empty where it was unset, as reading it is in
    /// the original.
    ///
    /// # Errors
    ///
    /// None that can occur: the field has a default.
    pub fn ensure_extra_info(&mut self) -> Result<&Dict<String>> {
        self.set_defaults(&["extra_info"])?;
        Ok(self.extra_info()?)
    }

    /// Whether an instance can have the device.
    pub fn is_available(&self) -> bool {
        self.status()
            .is_ok_and(|status| status == PciDeviceStatus::Available)
    }
}

/// What can be asked of one device.
#[remotable(PciDevice)]
pub trait PciDeviceStore {
    /// The node's device at that address, or `PciDeviceNotFound`.
    #[errors(PciDeviceNotFound)]
    async fn get_by_dev_addr(
        &self,
        ctx: &Context,
        compute_node_id: i64,
        dev_addr: String,
    ) -> Result<PciDevice>;

    /// The device with that number, or `PciDeviceNotFoundById`.
    #[errors(PciDeviceNotFoundById)]
    async fn get_by_dev_id(&self, ctx: &Context, id: i64) -> Result<PciDevice>;

    /// Writes the changed attributes, inserting a device that is new. One that
    /// is `removed` is deleted and becomes `deleted`; one that is `deleted` is
    /// left alone.
    #[method(conditional)]
    #[errors(PciDeviceNotFound)]
    async fn save(&self, ctx: &Context, pci_device: &mut PciDevice) -> Result<()>;
}

/// Devices, of a node or an instance.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    list_of(PciDevice),
    methods,
    history(
        "1.0" = "Initial version, with PciDevice up to 1.1",
        "1.1" = "PciDevice 1.2",
        "1.2" = "PciDevice 1.3",
        "1.3" = "get_by_parent_address()",
    )
)]
pub struct PciDeviceList {
    meta: Meta,
    objects: Attr<Vec<PciDevice>>,
}

/// What can be asked of devices in number.
#[remotable(PciDeviceList)]
pub trait PciDeviceListStore {
    /// The devices of the node with that number.
    #[errors()]
    async fn get_by_compute_node(&self, ctx: &Context, node_id: i64) -> Result<PciDeviceList>;

    /// The devices allocated to that instance.
    #[errors(Forbidden)]
    async fn get_by_instance_uuid(&self, ctx: &Context, uuid: String) -> Result<PciDeviceList>;

    /// The virtual functions of the node's device at that address.
    #[errors()]
    async fn get_by_parent_address(
        &self,
        ctx: &Context,
        node_id: i64,
        parent_addr: String,
    ) -> Result<PciDeviceList>;
}
