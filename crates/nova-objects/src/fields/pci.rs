//! PCI devices.

use versionedobjects::EnumField;

/// Whether a PCI device can be had.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[enum_field(name = "PciDeviceStatus")]
pub enum PciDeviceStatus {
    /// Nobody's.
    #[value("available")]
    Available,
    /// Put aside for an instance.
    #[value("claimed")]
    Claimed,
    /// An instance's.
    #[value("allocated")]
    Allocated,
    /// Gone from the host, not yet from the database.
    #[value("removed")]
    Removed,
    /// Gone.
    #[value("deleted")]
    Deleted,
    /// In use through its parent or children.
    #[value("unavailable")]
    Unavailable,
    /// Put aside through its parent or children.
    #[value("unclaimable")]
    Unclaimable,
}

/// What kind of function a PCI device is.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[enum_field(name = "PciDeviceType")]
pub enum PciDeviceType {
    /// An ordinary device.
    #[value("type-PCI")]
    Standard,
    /// A physical function that has virtual ones.
    #[value("type-PF")]
    SriovPf,
    /// A virtual function.
    #[value("type-VF")]
    SriovVf,
    /// A virtual function with a vDPA interface.
    #[value("vdpa")]
    Vdpa,
}

/// How near to a guest's NUMA nodes its PCI devices have to be.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[enum_field(name = "PCINUMAAffinityPolicy")]
pub enum PciNumaAffinityPolicy {
    /// On the same nodes.
    #[value("required")]
    Required,
    /// On the same nodes where the device says which it is on.
    #[value("legacy")]
    Legacy,
    /// On the same nodes where possible.
    #[value("preferred")]
    Preferred,
    /// On the same socket.
    #[value("socket")]
    Socket,
}
