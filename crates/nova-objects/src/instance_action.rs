//! Actions: what was done to an instance, on whose request, and the events it
//! consisted of.

use crate::prelude::*;

/// One action on one instance, such as `create` or `reboot`; see
/// [`crate::compute::instance_actions`] for the names.
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
pub struct InstanceAction {
    meta: Meta,
    id: Attr<i64>,
    action: Attr<Option<String>>,
    instance_uuid: Attr<Option<Uuid>>,
    request_id: Attr<Option<String>>,
    user_id: Attr<Option<String>>,
    project_id: Attr<Option<String>>,
    start_time: Attr<Option<DateTime>>,
    finish_time: Attr<Option<DateTime>>,
    message: Attr<Option<String>>,
    #[object(embed)]
    persistent: Persistent,
}

/// What can be asked of one action.
#[remotable(InstanceAction)]
pub trait InstanceActionStore {
    /// The action that request took on that instance, if any.
    #[errors()]
    async fn get_by_request_id(
        &self,
        ctx: &Context,
        instance_uuid: String,
        request_id: String,
    ) -> Result<Option<InstanceAction>>;

    /// Records that the context's request begins an action on an instance. The
    /// record is returned unless `want_result` is false.
    #[errors()]
    async fn action_start(
        &self,
        ctx: &Context,
        instance_uuid: String,
        action_name: String,
        #[arg(default = true)] want_result: bool,
    ) -> Result<Option<InstanceAction>>;

    /// Records that the context's request is done with the instance, or
    /// `InstanceActionNotFound`. The record is returned unless `want_result` is
    /// false.
    #[errors(InstanceActionNotFound)]
    async fn action_finish(
        &self,
        ctx: &Context,
        instance_uuid: String,
        #[arg(default = true)] want_result: bool,
    ) -> Result<Option<InstanceAction>>;

    /// As [`InstanceActionStore::action_finish`] for this action's instance.
    #[errors(InstanceActionNotFound)]
    async fn finish(&self, ctx: &Context, instance_action: &mut InstanceAction) -> Result<()>;

    /// Inserts the action as it is, for copies between cells; elsewhere
    /// [`InstanceActionStore::action_start`] is meant. `ObjectActionError` when
    /// it has an id.
    #[errors(ObjectActionError)]
    async fn create(&self, ctx: &Context, instance_action: &mut InstanceAction) -> Result<()>;
}

/// The actions on an instance, newest first.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    list_of(InstanceAction),
    methods,
    history(
        "1.0" = "Initial version",
        "1.1" = "get_by_instance_uuid() pages and filters",
    )
)]
pub struct InstanceActionList {
    meta: Meta,
    objects: Attr<Vec<InstanceAction>>,
}

/// What can be asked of actions in number.
#[remotable(InstanceActionList)]
pub trait InstanceActionListStore {
    /// A page of the actions on an instance, beginning after that of the
    /// request `marker`; `MarkerNotFound` when there is none. Filters are
    /// `changes-since` and `changes-before`, datetimes.
    #[errors(MarkerNotFound)]
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
        #[arg(default = None)] limit: Option<i64>,
        #[arg(default = None)] marker: Option<String>,
        #[arg(default = None)] filters: Option<Dict<Json>>,
    ) -> Result<InstanceActionList>;
}

/// One step of an action, on one host.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    backport_children = false,
    history(
        "1.0" = "Initial version",
        "1.1" = "event_finish_with_failure() takes its arguments as text",
        "1.2" = "host",
        "1.3" = "create()",
        "1.4" = "details",
    )
)]
pub struct InstanceActionEvent {
    meta: Meta,
    id: Attr<i64>,
    event: Attr<Option<String>>,
    action_id: Attr<Option<i64>>,
    start_time: Attr<Option<DateTime>>,
    finish_time: Attr<Option<DateTime>>,
    result: Attr<Option<String>>,
    traceback: Attr<Option<String>>,
    #[object(since = "1.2")]
    host: Attr<Option<String>>,
    #[object(since = "1.4")]
    details: Attr<Option<String>>,
    #[object(embed)]
    persistent: Persistent,
}

/// What can be asked of one event.
#[remotable(InstanceActionEvent)]
pub trait InstanceActionEventStore {
    /// The event of an action with these numbers.
    #[errors(TypeError)]
    async fn get_by_id(
        &self,
        ctx: &Context,
        action_id: i64,
        event_id: i64,
    ) -> Result<InstanceActionEvent>;

    /// Records that the context's request begins a step on an instance, or
    /// `InstanceActionNotFound`. The record is returned unless `want_result` is
    /// false.
    #[errors(InstanceActionNotFound)]
    async fn event_start(
        &self,
        ctx: &Context,
        instance_uuid: String,
        event_name: String,
        #[arg(default = true)] want_result: bool,
        #[arg(default = None)] host: Option<String>,
    ) -> Result<Option<InstanceActionEvent>>;

    /// Records the end of a step: an error when a traceback is given, a success
    /// when not.
    ///
    /// # Errors
    ///
    /// `InstanceActionNotFound` without the action, `InstanceActionEventNotFound`
    /// when the step was not begun.
    #[errors(InstanceActionEventNotFound, InstanceActionNotFound)]
    async fn event_finish_with_failure(
        &self,
        ctx: &Context,
        instance_uuid: String,
        event_name: String,
        #[arg(default = None)] exc_val: Option<String>,
        #[arg(default = None)] exc_tb: Option<String>,
        #[arg(default = None)] want_result: Option<bool>,
    ) -> Result<Option<InstanceActionEvent>>;

    /// Records the success of a step.
    #[errors(InstanceActionEventNotFound, InstanceActionNotFound)]
    async fn event_finish(
        &self,
        ctx: &Context,
        instance_uuid: String,
        event_name: String,
        #[arg(default = true)] want_result: bool,
    ) -> Result<Option<InstanceActionEvent>>;

    /// As [`InstanceActionEventStore::event_finish_with_failure`] for this
    /// event. The original needs an `instance_uuid` the class does not have and
    /// fails with an `AttributeError`; so does this.
    #[errors(AttributeError)]
    async fn finish_with_failure(
        &self,
        ctx: &Context,
        instance_action_event: &mut InstanceActionEvent,
        exc_val: Option<String>,
        exc_tb: Option<String>,
    ) -> Result<()>;

    /// As [`InstanceActionEventStore::event_finish`] for this event, and as
    /// unusable as [`InstanceActionEventStore::finish_with_failure`].
    #[errors(TypeError)]
    async fn finish(
        &self,
        ctx: &Context,
        instance_action_event: &mut InstanceActionEvent,
    ) -> Result<()>;

    /// Inserts the event as it is under the action of that request, for copies
    /// between cells; elsewhere [`InstanceActionEventStore::event_start`] is
    /// meant. `ObjectActionError` when it has an id.
    #[errors(InstanceActionNotFound, KeyError, ObjectActionError)]
    async fn create(
        &self,
        ctx: &Context,
        instance_action_event: &mut InstanceActionEvent,
        instance_uuid: String,
        request_id: String,
    ) -> Result<()>;
}

/// The events of an action, newest first.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    list_of(InstanceActionEvent),
    methods,
    history("1.0" = "Initial version", "1.1" = "InstanceActionEvent 1.1")
)]
pub struct InstanceActionEventList {
    meta: Meta,
    objects: Attr<Vec<InstanceActionEvent>>,
}

/// What can be asked of events in number.
#[remotable(InstanceActionEventList)]
pub trait InstanceActionEventListStore {
    /// The events of the action with that number.
    #[errors()]
    async fn get_by_action(&self, ctx: &Context, action_id: i64)
    -> Result<InstanceActionEventList>;
}
