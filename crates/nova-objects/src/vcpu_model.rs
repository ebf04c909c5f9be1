//! The processor model a guest sees.

use crate::fields::{Architecture, CpuFeaturePolicy, CpuMatch, CpuMode};
use crate::instance_pci_requests::fill_nulls;
use crate::prelude::*;
use crate::virt_cpu_topology::VirtCPUTopology;

/// A processor model: vendor, name, arrangement and single features.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    history("1.0" = "Initial version")
)]
pub struct VirtCPUModel {
    meta: Meta,
    arch: Attr<Option<Architecture>>,
    vendor: Attr<Option<String>>,
    topology: Attr<Option<VirtCPUTopology>>,
    #[object(default = Vec::new())]
    features: Attr<Vec<VirtCPUFeature>>,
    mode: Attr<Option<CpuMode>>,
    model: Attr<Option<String>>,
    r#match: Attr<Option<CpuMatch>>,
}

/// One feature of a processor and whether the guest must, may or must not
/// have it.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history("1.0" = "Initial version")
)]
pub struct VirtCPUFeature {
    meta: Meta,
    policy: Attr<Option<CpuFeaturePolicy>>,
    name: Attr<String>,
}

impl VirtCPUModel {
    /// Sets what is unset and may be null to null, which is what reading it
    /// does in the original; the features' too.
    pub fn fill_nulls(&mut self) {
        fill_nulls(self);
        // Fails for a model without features, which has none to fill.
        let _ = self.edit_features(|features| features.iter_mut().for_each(fill_nulls));
    }
}

/// What can be asked of processor models.
#[remotable(VirtCPUModel)]
pub trait VirtCPUModelStore {
    /// The model kept with that instance, if any.
    #[errors()]
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<Option<VirtCPUModel>>;
}
