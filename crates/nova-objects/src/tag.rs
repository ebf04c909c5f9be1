//! Tags: short texts that users put on servers.

use crate::prelude::*;

/// How many characters a tag may have.
pub const MAX_TAG_LENGTH: usize = 60;

/// One tag of one resource.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    history("1.0" = "Initial version", "1.1" = "exists()")
)]
pub struct Tag {
    meta: Meta,
    resource_id: Attr<String>,
    tag: Attr<String>,
}

/// What can be asked of one tag. The resource is always an instance, given by
/// its uuid.
#[remotable(Tag)]
pub trait TagStore {
    /// Puts the tag on its resource; nothing changes when it is there already.
    /// `InstanceNotFound` when the instance is not.
    #[errors(InstanceNotFound)]
    async fn create(&self, ctx: &Context, tag: &mut Tag) -> Result<()>;

    /// Takes a tag off: `InstanceTagNotFound` when it is not there,
    /// `InstanceNotFound` when the instance is not.
    #[errors(InstanceNotFound, InstanceTagNotFound)]
    async fn destroy(&self, ctx: &Context, resource_id: String, name: String) -> Result<()>;

    /// Whether the instance has the tag; `InstanceNotFound` when there is no
    /// such instance.
    #[errors(InstanceNotFound)]
    async fn exists(&self, ctx: &Context, resource_id: String, name: String) -> Result<bool>;
}

/// The tags of a resource.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    list_of(Tag),
    methods,
    history("1.0" = "Initial version", "1.1" = "Tag 1.1")
)]
pub struct TagList {
    meta: Meta,
    objects: Attr<Vec<Tag>>,
}

/// What can be asked of all tags of a resource; `InstanceNotFound` in each
/// case when there is no such instance.
#[remotable(TagList)]
pub trait TagListStore {
    /// The resource's tags.
    #[errors(InstanceNotFound)]
    async fn get_by_resource_id(&self, ctx: &Context, resource_id: String) -> Result<TagList>;

    /// Makes these the resource's tags, whatever it had.
    #[errors(InstanceNotFound)]
    async fn create(
        &self,
        ctx: &Context,
        resource_id: String,
        tags: Vec<String>,
    ) -> Result<TagList>;

    /// Takes all tags off.
    #[errors(InstanceNotFound)]
    async fn destroy(&self, ctx: &Context, resource_id: String) -> Result<()>;
}
