//! The identifiers that EC2's API knows an instance and its images by.

use crate::prelude::*;

/// An instance's EC2 identifiers: `i-0000000a`, `ami-00000001`, ..
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    history("1.0" = "Initial version")
)]
pub struct EC2Ids {
    meta: Meta,
    #[object(read_only)]
    instance_id: Attr<String>,
    #[object(read_only)]
    ami_id: Attr<Option<String>>,
    #[object(read_only)]
    kernel_id: Attr<Option<String>>,
    #[object(read_only)]
    ramdisk_id: Attr<Option<String>>,
}

/// What can be asked of EC2 identifiers.
#[remotable(EC2Ids)]
pub trait EC2IdsStore {
    /// The identifiers of an instance. Those that were never given out are
    /// made now, and stay.
    #[errors()]
    async fn get_by_instance(&self, ctx: &Context, instance: crate::Instance) -> Result<EC2Ids>;
}
