//! What kinds of guests a hypervisor can run.

use crate::error::BuiltinError;
use crate::fields::{Architecture, HvType, VmMode};
use crate::prelude::*;

/// One kind of guest: architecture, virtualization type and machine mode.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history(
        "1.0" = "Initial version",
        "1.1" = "The hypervisor type vz",
        "1.2" = "The hypervisor type lxd",
    )
)]
pub struct HVSpec {
    meta: Meta,
    arch: Attr<Architecture>,
    /// Virtuozzo was called `parallels` before 1.1. (`lxd` stays what it is
    /// before 1.2: nova `objects/hv_spec.py` does not convert it either.)
    #[object(values("vz", since = "1.1", before = "parallels"))]
    hv_type: Attr<HvType>,
    vm_mode: Attr<VmMode>,
}

impl HVSpec {
    /// The kind that a stored list describes; aliases are taken as everywhere.
    ///
    /// # Errors
    ///
    /// `IndexError` for less than three values, `ValueError` for one that is
    /// no such kind.
    pub fn from_list(values: &[Json]) -> Result<Self> {
        let [arch, hv_type, vm_mode, ..] = values else {
            return Err(BuiltinError::Index("list index out of range".to_owned()).into());
        };
        let mut spec = Self::new();
        spec.set("arch", arch.clone())?;
        spec.set("hv_type", hv_type.clone())?;
        spec.set("vm_mode", vm_mode.clone())?;
        Ok(spec)
    }

    /// The three values in a list: the form the database keeps them in.
    ///
    /// # Errors
    ///
    /// When one of them is not set.
    pub fn to_list(&self) -> Result<[&'static str; 3]> {
        Ok([
            self.arch()?.as_str(),
            self.hv_type()?.as_str(),
            self.vm_mode()?.as_str(),
        ])
    }
}
