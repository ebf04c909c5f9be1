//! The certificates a user trusts to have signed a server's image.

use crate::prelude::*;

/// The ids of trusted certificates, kept with the instance.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    history("1.0" = "Initial version")
)]
pub struct TrustedCerts {
    meta: Meta,
    ids: Attr<Vec<String>>,
}

/// What can be asked of trusted certificates.
#[remotable(TrustedCerts)]
pub trait TrustedCertsStore {
    /// The ids kept with that instance, if any.
    #[errors()]
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<Option<TrustedCerts>>;
}
