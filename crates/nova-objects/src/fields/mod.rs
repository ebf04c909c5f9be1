//! Nova's own field types: its enumerations, and texts with a pattern (nova
//! `objects/fields.py`).

mod address;
mod architecture;
mod cpu;
mod hypervisor;
mod network;
mod pci;
mod resource_class;

pub use address::{IdeAddress, ScsiAddress, UsbAddress, XenAddress};
pub use architecture::Architecture;
pub use cpu::{
    CpuAllocationPolicy, CpuEmulatorThreadsPolicy, CpuFeaturePolicy, CpuMatch, CpuMode,
    CpuThreadAllocationPolicy,
};
pub use hypervisor::{HvType, VmMode};
pub use network::NetworkInfo;
pub use pci::{PciDeviceStatus, PciDeviceType, PciNumaAffinityPolicy};
pub use resource_class::ResourceClass;
