//! What a guest is told about its devices: which tag the user gave to which
//! disk or network interface, and on which bus it is.

use versionedobjects::fields::{MacAddress, PciAddress};

use crate::fields::{IdeAddress, ScsiAddress, UsbAddress, XenAddress};
use crate::prelude::*;

/// A bus a device hangs on. The base of such classes, with nothing in it.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history("1.0" = "Initial version")
)]
pub struct DeviceBus {
    meta: Meta,
}

/// A place on the PCI bus.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history("1.0" = "Initial version")
)]
pub struct PCIDeviceBus {
    meta: Meta,
    address: Attr<PciAddress>,
}

/// A place on the USB.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history("1.0" = "Initial version")
)]
pub struct USBDeviceBus {
    meta: Meta,
    address: Attr<UsbAddress>,
}

/// A place on a SCSI bus.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history("1.0" = "Initial version")
)]
pub struct SCSIDeviceBus {
    meta: Meta,
    address: Attr<ScsiAddress>,
}

/// A place on an IDE bus.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history("1.0" = "Initial version")
)]
pub struct IDEDeviceBus {
    meta: Meta,
    address: Attr<IdeAddress>,
}

/// A place on Xen's bus.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history("1.0" = "Initial version")
)]
pub struct XenDeviceBus {
    meta: Meta,
    address: Attr<XenAddress>,
}

/// A [`DeviceBus`] or one of its subclasses.
#[derive(ObjectEnum, Debug, Clone)]
#[object_enum(base = "DeviceBus")]
pub enum AnyDeviceBus {
    /// The base class itself.
    Base(DeviceBus),
    /// On PCI.
    Pci(PCIDeviceBus),
    /// On USB.
    Usb(USBDeviceBus),
    /// On SCSI.
    Scsi(SCSIDeviceBus),
    /// On IDE.
    Ide(IDEDeviceBus),
    /// On Xen's bus.
    Xen(XenDeviceBus),
}

/// What every device has: its bus and its tags.
#[derive(Mixin, Debug, Clone, Default)]
pub struct Device {
    bus: Attr<AnyDeviceBus>,
    tags: Attr<Vec<String>>,
}

/// A device of which no more is known than every device has.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history("1.0" = "Initial version")
)]
pub struct DeviceMetadata {
    meta: Meta,
    #[object(embed)]
    device: Device,
}

/// A network interface. Older versions get it without the fields they lack,
/// and with the bus as new as it is.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    backport_children = false,
    history(
        "1.0" = "Initial version",
        "1.1" = "vlan",
        "1.2" = "vf_trusted",
    )
)]
pub struct NetworkInterfaceMetadata {
    meta: Meta,
    mac: Attr<MacAddress>,
    #[object(since = "1.1")]
    vlan: Attr<i64>,
    #[object(since = "1.2", default = false)]
    vf_trusted: Attr<bool>,
    #[object(embed)]
    device: Device,
}

/// A disk.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history("1.0" = "Initial version")
)]
pub struct DiskMetadata {
    meta: Meta,
    serial: Attr<Option<String>>,
    path: Attr<Option<String>>,
    #[object(embed)]
    device: Device,
}

/// A shared file system.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history("1.0" = "Initial version")
)]
pub struct ShareMetadata {
    meta: Meta,
    share_id: Attr<Option<String>>,
    tag: Attr<Option<String>>,
    #[object(embed)]
    device: Device,
}

/// A [`DeviceMetadata`] or one of its subclasses.
#[derive(ObjectEnum, Debug, Clone)]
#[object_enum(base = "DeviceMetadata")]
pub enum AnyDeviceMetadata {
    /// The base class itself.
    Base(DeviceMetadata),
    /// A network interface.
    NetworkInterface(NetworkInterfaceMetadata),
    /// A disk.
    Disk(DiskMetadata),
    /// A shared file system.
    Share(ShareMetadata),
}

/// The tagged devices of an instance.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    history("1.0" = "Initial version")
)]
pub struct InstanceDeviceMetadata {
    meta: Meta,
    devices: Attr<Vec<AnyDeviceMetadata>>,
}

/// What can be asked of an instance's tagged devices.
#[remotable(InstanceDeviceMetadata)]
pub trait InstanceDeviceMetadataStore {
    /// The devices kept with that instance, if any.
    #[errors()]
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<Option<InstanceDeviceMetadata>>;
}
