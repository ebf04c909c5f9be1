//! Faults: what went wrong with an instance, for its owner and the operator.

use crate::prelude::*;

/// One fault of one instance.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    history(
        "1.0" = "Initial version",
        "1.1" = "Texts may hold any Unicode",
        "1.2" = "create()",
    )
)]
pub struct InstanceFault {
    meta: Meta,
    id: Attr<i64>,
    instance_uuid: Attr<Uuid>,
    code: Attr<i64>,
    message: Attr<Option<String>>,
    details: Attr<Option<String>>,
    host: Attr<Option<String>>,
    #[object(embed)]
    persistent: Persistent,
}

/// What can be asked of one fault.
#[remotable(InstanceFault)]
pub trait InstanceFaultStore {
    /// The newest fault of that instance, if it has any.
    #[errors()]
    async fn get_latest_for_instance(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<Option<InstanceFault>>;

    /// Inserts the fault; the store fills `id` and the timestamps.
    /// `ObjectActionError` when it has an id.
    #[errors(ObjectActionError)]
    async fn create(&self, ctx: &Context, instance_fault: &mut InstanceFault) -> Result<()>;
}

/// Faults, newest first for each instance.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    list_of(InstanceFault),
    methods,
    history(
        "1.0" = "Initial version, with InstanceFault up to 1.1",
        "1.1" = "InstanceFault 1.2",
        "1.2" = "get_latest_by_instance_uuids()",
    )
)]
pub struct InstanceFaultList {
    meta: Meta,
    objects: Attr<Vec<InstanceFault>>,
}

/// What can be asked of faults in number.
#[remotable(InstanceFaultList)]
pub trait InstanceFaultListStore {
    /// The newest fault of each of these instances that has any.
    #[errors()]
    async fn get_latest_by_instance_uuids(
        &self,
        ctx: &Context,
        instance_uuids: Vec<String>,
    ) -> Result<InstanceFaultList>;

    /// All faults of these instances.
    #[errors()]
    async fn get_by_instance_uuids(
        &self,
        ctx: &Context,
        instance_uuids: Vec<String>,
    ) -> Result<InstanceFaultList>;
}
