//! Instances in number.

use super::Instance;
use crate::prelude::*;

/// Instances in the order asked for.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../../contract/nova",
    list_of(Instance),
    methods,
    history(
        "2.0" = "Initial version",
        "2.1" = "get_uuids_by_host()",
        "2.2" = "get_active_by_window_joined() pages",
        "2.3" = "get_count_by_vm_state()",
        "2.4" = "get_counts()",
        "2.5" = "get_uuids_by_host_and_node()",
        "2.6" = "get_uuids_by_hosts()",
    )
)]
pub struct InstanceList {
    meta: Meta,
    objects: Attr<Vec<Instance>>,
}

/// What can be asked of instances in number. `expected_attrs` names the
/// [optional attributes](super::INSTANCE_OPTIONAL_ATTRS) to load; without it
/// none is, except where a method says otherwise.
#[remotable(InstanceList)]
#[expect(clippy::too_many_arguments, reason = "they are Nova's")]
pub trait InstanceListStore {
    /// A page of the instances that pass all filters.
    ///
    /// Filters are attributes with one value, a list of values or, for some
    /// texts, a regular expression, and words of their own: `deleted`,
    /// `cleaned`, `soft_deleted`, `changes-since`, `changes-before`, `tags`,
    /// `tags-any`, `not-tags`, `not-tags-any`, `metadata`, `system_metadata`,
    /// `uuid`, `host`, `node`, ... (`ip` and `ip6`, which callers of the API
    /// know, are not of the database.) Several keys are sorted by with
    /// `sort_keys` and `sort_dirs`, which win over the singular ones. The page
    /// begins after the instance with the uuid `marker`; `MarkerNotFound` when
    /// there is none, `InvalidSortKey` for a key that cannot be sorted by.
    #[errors(
        AttributeError,
        Forbidden,
        IndexError,
        InvalidInput,
        InvalidSortKey,
        MarkerNotFound,
        TypeError
    )]
    async fn get_by_filters(
        &self,
        ctx: &Context,
        filters: Dict<Json>,
        #[arg(default = "created_at")] sort_key: String,
        #[arg(default = "desc")] sort_dir: String,
        #[arg(default = None)] limit: Option<i64>,
        #[arg(default = None)] marker: Option<String>,
        #[arg(default = None)] expected_attrs: Option<Vec<String>>,
        #[arg(default = false)] use_slave: bool,
        #[arg(default = None)] sort_keys: Option<Vec<String>>,
        #[arg(default = None)] sort_dirs: Option<Vec<String>>,
    ) -> Result<InstanceList>;

    /// The instances on that host.
    #[errors()]
    async fn get_by_host(
        &self,
        ctx: &Context,
        host: String,
        #[arg(default = None)] expected_attrs: Option<Vec<String>>,
        #[arg(default = false)] use_slave: bool,
    ) -> Result<InstanceList>;

    /// The instances on that node of that host.
    #[errors()]
    async fn get_by_host_and_node(
        &self,
        ctx: &Context,
        host: String,
        node: String,
        #[arg(default = None)] expected_attrs: Option<Vec<String>>,
    ) -> Result<InstanceList>;

    /// The instances on that host with another flavor than the numbered one.
    #[errors()]
    async fn get_by_host_and_not_type(
        &self,
        ctx: &Context,
        host: String,
        #[arg(default = None)] type_id: Option<i64>,
        #[arg(default = None)] expected_attrs: Option<Vec<String>>,
    ) -> Result<InstanceList>;

    /// All instances.
    #[errors(Forbidden)]
    async fn get_all(
        &self,
        ctx: &Context,
        #[arg(default = None)] expected_attrs: Option<Vec<String>>,
    ) -> Result<InstanceList>;

    /// The instances of all hosts that have been rebooting for longer than
    /// these seconds.
    #[errors()]
    async fn get_hung_in_rebooting(
        &self,
        ctx: &Context,
        reboot_window: i64,
        #[arg(default = None)] expected_attrs: Option<Vec<String>>,
    ) -> Result<InstanceList>;

    /// The instances that existed at some time between `begin` and `end`, both
    /// ISO 8601 text: the datetimes of this method are converted by its callers.
    #[method(name = "_get_active_by_window_joined")]
    #[errors(Forbidden, MarkerNotFound)]
    async fn get_active_by_window_joined(
        &self,
        ctx: &Context,
        begin: String,
        #[arg(default = None)] end: Option<String>,
        #[arg(default = None)] project_id: Option<String>,
        #[arg(default = None)] host: Option<String>,
        #[arg(default = None)] expected_attrs: Option<Vec<String>>,
        #[arg(default = false)] use_slave: bool,
        #[arg(default = None)] limit: Option<i64>,
        #[arg(default = None)] marker: Option<String>,
    ) -> Result<InstanceList>;

    /// Of the times of nova-network: `NotImplementedError`.
    #[errors(NotImplementedError)]
    async fn get_by_security_group_id(
        &self,
        ctx: &Context,
        security_group_id: i64,
    ) -> Result<InstanceList>;

    /// Of the times of nova-network: `NotImplementedError`.
    #[errors(NotImplementedError)]
    async fn get_by_grantee_security_group_ids(
        &self,
        ctx: &Context,
        security_group_ids: Vec<i64>,
    ) -> Result<InstanceList>;

    /// The uuids of the instances on that host.
    #[errors()]
    async fn get_uuids_by_host(&self, ctx: &Context, host: String) -> Result<Vec<String>>;

    /// The uuids of the instances on that node of that host.
    #[errors()]
    async fn get_uuids_by_host_and_node(
        &self,
        ctx: &Context,
        host: String,
        node: String,
    ) -> Result<Vec<String>>;

    /// The uuids of the instances on these hosts, by host.
    #[errors()]
    async fn get_uuids_by_hosts(
        &self,
        ctx: &Context,
        hosts: Vec<String>,
    ) -> Result<Dict<Vec<String>>>;

    /// How many instances a user has in a project in that state.
    #[errors()]
    async fn get_count_by_vm_state(
        &self,
        ctx: &Context,
        project_id: String,
        user_id: String,
        vm_state: String,
    ) -> Result<i64>;

    /// How many instances, cores and megabytes of memory a project uses, and a
    /// user in it: `{"project": {"instances": n, "cores": n, "ram": n}, "user":
    /// {..}}`, the second part only when a user is given.
    #[errors()]
    async fn get_counts(
        &self,
        ctx: &Context,
        project_id: String,
        #[arg(default = None)] user_id: Option<String>,
    ) -> Result<Dict<Dict<i64>>>;
}
