//! Hypervisor types and the machine modes of their guests.

use versionedobjects::{EnumField, Value, ValueError};

use super::lowered;

/// A virtualization type, as guests see it. One driver may offer several.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[enum_field(name = "HVType", coerce = canonicalize_hv_type)]
pub enum HvType {
    /// Bare metal, before Ironic.
    #[value("baremetal")]
    Baremetal,
    /// FreeBSD's bhyve.
    #[value("bhyve")]
    Bhyve,
    /// Docker.
    #[value("docker")]
    Docker,
    /// The driver that only pretends.
    #[value("fake")]
    Fake,
    /// Hyper-V.
    #[value("hyperv")]
    Hyperv,
    /// Bare metal through Ironic.
    #[value("ironic")]
    Ironic,
    /// QEMU with its former kernel module.
    #[value("kqemu")]
    Kqemu,
    /// KVM.
    #[value("kvm")]
    Kvm,
    /// Linux containers.
    #[value("lxc")]
    Lxc,
    /// LXD.
    #[value("lxd")]
    Lxd,
    /// OpenVZ.
    #[value("openvz")]
    Openvz,
    /// Parallels, which became Virtuozzo.
    #[value("parallels")]
    Parallels,
    /// PowerVM.
    #[value("phyp")]
    Phyp,
    /// QEMU without hardware support.
    #[value("qemu")]
    Qemu,
    /// libvirt's test driver.
    #[value("test")]
    Test,
    /// User-mode Linux.
    #[value("uml")]
    Uml,
    /// VirtualBox.
    #[value("vbox")]
    Vbox,
    /// Virtuozzo.
    #[value("vz")]
    Vz,
    /// VMware.
    #[value("vmware")]
    Vmware,
    /// Xen.
    #[value("xen")]
    Xen,
    /// z/VM.
    #[value("zvm")]
    Zvm,
    /// PR/SM.
    #[value("prsm")]
    Prsm,
}

/// Lower case, and `xapi` is Xen (nova `objects/fields.py`,
/// `HVType.canonicalize`).
fn canonicalize_hv_type(value: Value) -> Result<Value, ValueError> {
    lowered(value, |name| match name {
        "xapi" => "xen",
        other => other,
    })
}

/// The interface between a guest and its host.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[enum_field(name = "VMMode", coerce = canonicalize_vm_mode)]
pub enum VmMode {
    /// Fully virtualized.
    #[value("hvm")]
    Hvm,
    /// Xen's paravirtualization.
    #[value("xen")]
    Xen,
    /// User-mode Linux.
    #[value("uml")]
    Uml,
    /// A process in a container.
    #[value("exe")]
    Exe,
}

/// Lower case, and the names from before Folsom (nova `objects/fields.py`,
/// `VMMode.canonicalize`).
fn canonicalize_vm_mode(value: Value) -> Result<Value, ValueError> {
    lowered(value, |name| match name {
        "pv" => "xen",
        "hv" | "baremetal" => "hvm",
        other => other,
    })
}
