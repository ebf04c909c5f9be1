//! What is kept with an instance and can be asked for alone.

use nova_objects::{
    Context, InstanceDeviceMetadata, InstanceDeviceMetadataStore, MigrationContext,
    MigrationContextStore, NovaException, ResourceList, ResourceListStore, Result, TrustedCerts,
    TrustedCertsStore, VirtCPUModel, VirtCPUModelStore,
};
use versionedobjects::{Object, async_trait};

use super::instance::extra;
use crate::connection::NovaDb;
use crate::request::request;

impl NovaDb {
    /// The object in a column of `instance_extra`; none without row or text.
    async fn kept<T: Object>(
        &self,
        ctx: &Context,
        uuid: &str,
        column: &'static str,
    ) -> Result<Option<T>> {
        let text = extra::text(&self.main, request(ctx), uuid, column).await?;
        let text = text.flatten().filter(|text| !text.is_empty());
        Ok(text.as_deref().map(T::from_json).transpose()?)
    }
}

#[async_trait]
impl InstanceDeviceMetadataStore for NovaDb {
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<Option<InstanceDeviceMetadata>> {
        self.kept(ctx, &instance_uuid, "device_metadata").await
    }
}

#[async_trait]
impl MigrationContextStore for NovaDb {
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<Option<MigrationContext>> {
        let column = "migration_context";
        let text = extra::text(&self.main, request(ctx), &instance_uuid, column).await?;
        let text = text.ok_or_else(|| NovaException::MigrationContextNotFound {
            instance_uuid: instance_uuid.into(),
        })?;
        Ok(text
            .as_deref()
            .map(MigrationContext::from_json)
            .transpose()?)
    }
}

#[async_trait]
impl TrustedCertsStore for NovaDb {
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<Option<TrustedCerts>> {
        self.kept(ctx, &instance_uuid, "trusted_certs").await
    }
}

#[async_trait]
impl VirtCPUModelStore for NovaDb {
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<Option<VirtCPUModel>> {
        self.kept(ctx, &instance_uuid, "vcpu_model").await
    }
}

#[async_trait]
impl ResourceListStore for NovaDb {
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<Option<ResourceList>> {
        self.kept(ctx, &instance_uuid, "resources").await
    }
}
