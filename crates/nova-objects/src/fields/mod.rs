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

use versionedobjects::{Value, ValueError, ValueErrorKind};

/// A name as `canonical` has it in lower case. The original asks whatever it is
/// given for its lower case, and only then whether it is one of the names: what
/// is no text has none.
fn lowered(value: Value, canonical: impl Fn(&str) -> &str) -> Result<Value, ValueError> {
    match value {
        Value::Str(name) => Ok(canonical(&name.to_lowercase()).into()),
        Value::Null => Ok(value),
        other => Err(ValueError::of(
            ValueErrorKind::Attribute,
            format!("'{}' object has no attribute 'lower'", other.type_name()),
        )),
    }
}
