//! The info cache: an instance's network as Neutron last described it.

use crate::fields::NetworkInfo;
use crate::prelude::*;

/// What is known of an instance's network interfaces without asking Neutron.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    history(
        "1.0" = "Initial version",
        "1.1" = "network_info holds the network model",
        "1.2" = "new(), and save() takes update_cells",
        "1.3" = "delete()",
        "1.4" = "Texts may hold any Unicode",
        "1.5" = "The timestamps and deleted are really set",
    )
)]
pub struct InstanceInfoCache {
    meta: Meta,
    instance_uuid: Attr<Uuid>,
    network_info: Attr<Option<NetworkInfo>>,
    #[object(embed)]
    persistent: Persistent,
}

impl InstanceInfoCache {
    /// A cache to be saved for the first time.
    pub fn for_instance(instance_uuid: impl Into<String>) -> Self {
        let mut info_cache = Self::new();
        info_cache.set_instance_uuid(instance_uuid.into());
        info_cache.set_network_info(None);
        info_cache
    }
}

/// What can be asked of info caches.
#[remotable(InstanceInfoCache)]
pub trait InstanceInfoCacheStore {
    /// The cache of that instance, or `InstanceInfoCacheNotFound`.
    #[errors(Forbidden, InstanceInfoCacheNotFound)]
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<InstanceInfoCache>;

    /// Writes the network if it was changed, creating the record where there is
    /// none; `InstanceNotFound` when there is no such instance. `update_cells`
    /// is taken and ignored.
    #[method(conditional)]
    #[errors(Forbidden, InstanceInfoCacheNotFound, InstanceNotFound)]
    async fn save(
        &self,
        ctx: &Context,
        instance_info_cache: &mut InstanceInfoCache,
        #[arg(default = true)] update_cells: bool,
    ) -> Result<()>;

    /// Deletes the record.
    #[errors(Forbidden)]
    async fn delete(
        &self,
        ctx: &Context,
        instance_info_cache: &mut InstanceInfoCache,
    ) -> Result<()>;

    /// Reads the attributes anew.
    #[errors(Forbidden, InstanceInfoCacheNotFound)]
    async fn refresh(
        &self,
        ctx: &Context,
        instance_info_cache: &mut InstanceInfoCache,
    ) -> Result<()>;
}
