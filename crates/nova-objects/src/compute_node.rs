//! Compute nodes: the hypervisors behind the compute services, with what they
//! have and what is used of it.

use versionedobjects::fields::IpAddress;

use crate::hv_spec::HVSpec;
use crate::pci_device_pool::PciDevicePoolList;
use crate::prelude::*;

/// A hypervisor: capacity, usage, and what it can run.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    history(
        "1.0" = "Initial version",
        "1.1" = "get_by_service_id()",
        "1.2" = "Texts may hold any Unicode",
        "1.3" = "stats",
        "1.4" = "host_ip",
        "1.5" = "numa_topology",
        "1.6" = "supported_hv_specs",
        "1.7" = "host",
        "1.8" = "get_by_host_and_nodename()",
        "1.9" = "pci_device_pools",
        "1.10" = "get_first_node_by_host_for_old_compat()",
        "1.11" = "PciDevicePoolList 1.1",
        "1.12" = "HVSpec 1.1",
        "1.13" = "service_id may be null",
        "1.14" = "cpu_allocation_ratio and ram_allocation_ratio",
        "1.15" = "uuid",
        "1.16" = "disk_allocation_ratio",
        "1.17" = "mapped",
        "1.18" = "get_by_uuid()",
        "1.19" = "get_by_nodename()",
    )
)]
pub struct ComputeNode {
    meta: Meta,
    #[object(read_only)]
    id: Attr<i64>,
    #[object(since = "1.15", read_only)]
    uuid: Attr<Uuid>,
    #[object(was(until = "1.13", down_with = service_or_none, lossy))]
    service_id: Attr<Option<i64>>,
    #[object(since = "1.7")]
    host: Attr<Option<String>>,
    vcpus: Attr<i64>,
    memory_mb: Attr<i64>,
    local_gb: Attr<i64>,
    vcpus_used: Attr<i64>,
    memory_mb_used: Attr<i64>,
    local_gb_used: Attr<i64>,
    hypervisor_type: Attr<String>,
    hypervisor_version: Attr<i64>,
    hypervisor_hostname: Attr<Option<String>>,
    free_ram_mb: Attr<Option<i64>>,
    free_disk_gb: Attr<Option<i64>>,
    current_workload: Attr<Option<i64>>,
    running_vms: Attr<Option<i64>>,
    cpu_info: Attr<Option<String>>,
    disk_available_least: Attr<Option<i64>>,
    metrics: Attr<Option<String>>,
    #[object(since = "1.3")]
    stats: Attr<Option<Dict<Option<String>>>>,
    #[object(since = "1.4")]
    host_ip: Attr<Option<IpAddress>>,
    #[object(since = "1.5")]
    numa_topology: Attr<Option<String>>,
    #[object(since = "1.6")]
    supported_hv_specs: Attr<Vec<HVSpec>>,
    #[object(since = "1.9")]
    pci_device_pools: Attr<Option<PciDevicePoolList>>,
    #[object(since = "1.14")]
    cpu_allocation_ratio: Attr<f64>,
    #[object(since = "1.14")]
    ram_allocation_ratio: Attr<f64>,
    #[object(since = "1.16")]
    disk_allocation_ratio: Attr<f64>,
    #[object(since = "1.17")]
    mapped: Attr<i64>,
    #[object(embed)]
    persistent: Persistent,
}

/// Before 1.13 `service_id` could not be null. The original asks the database
/// for the service of the host and falls back to -1, a number no service has;
/// the model has no database, so the fallback is what a node without a service
/// gets. A conductor that wants the number there sets it before it answers.
fn service_or_none(node: &ComputeNode, _: Version) -> Option<i64> {
    Some(node.service_id().ok().flatten().unwrap_or(-1))
}

/// What can be asked of one compute node.
#[remotable(ComputeNode)]
pub trait ComputeNodeStore {
    /// The node with that number, or `ComputeHostNotFound`.
    #[errors(ComputeHostNotFound)]
    async fn get_by_id(&self, ctx: &Context, compute_id: i64) -> Result<ComputeNode>;

    /// The node with that uuid, or `ComputeHostNotFound`.
    #[errors(ComputeHostNotFound)]
    async fn get_by_uuid(&self, ctx: &Context, compute_uuid: String) -> Result<ComputeNode>;

    /// The first node of the service with that number, or `ServiceNotFound`.
    #[errors(ServiceNotFound)]
    async fn get_by_service_id(&self, ctx: &Context, service_id: i64) -> Result<ComputeNode>;

    /// The node of that name on that host, or `ComputeHostNotFound`.
    #[errors(ComputeHostNotFound)]
    async fn get_by_host_and_nodename(
        &self,
        ctx: &Context,
        host: String,
        nodename: String,
    ) -> Result<ComputeNode>;

    /// The node of that name, whatever its host, or `ComputeHostNotFound`.
    #[errors(ComputeHostNotFound)]
    async fn get_by_nodename(
        &self,
        ctx: &Context,
        hypervisor_hostname: String,
    ) -> Result<ComputeNode>;

    /// The first node of a host, for what still expects a host to have one;
    /// `ComputeHostNotFound` when it has none.
    #[errors(ComputeHostNotFound)]
    async fn get_first_node_by_host_for_old_compat(
        &self,
        ctx: &Context,
        host: String,
        #[arg(default = false)] use_slave: bool,
    ) -> Result<ComputeNode>;

    /// Inserts the node; the store fills `id`, `uuid` where unset and the
    /// timestamps.
    ///
    /// # Errors
    ///
    /// `ObjectActionError` when it has an id, `DuplicateRecord` when the host
    /// has a node of that name or the uuid is taken.
    #[errors(DuplicateRecord, KeyError, ObjectActionError)]
    async fn create(&self, ctx: &Context, compute_node: &mut ComputeNode) -> Result<()>;

    /// Writes the changed attributes. `prune_stats` is taken and ignored, as
    /// in the original.
    #[method(conditional)]
    #[errors(ComputeHostNotFound)]
    async fn save(
        &self,
        ctx: &Context,
        compute_node: &mut ComputeNode,
        #[arg(default = false)] prune_stats: bool,
    ) -> Result<()>;

    /// Deletes the record, provided it still belongs to the object's host;
    /// otherwise it is an `ObjectActionError`.
    #[errors(ComputeHostNotFound, ObjectActionError)]
    async fn destroy(&self, ctx: &Context, compute_node: &mut ComputeNode) -> Result<()>;
}

/// Compute nodes by number.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    list_of(ComputeNode),
    methods,
    history(
        "1.0" = "Initial version, with ComputeNode up to 1.2",
        "1.1" = "ComputeNode 1.3",
        "1.2" = "get_by_service()",
        "1.3" = "ComputeNode 1.4",
        "1.4" = "ComputeNode 1.5",
        "1.5" = "get_by_service() takes use_slave",
        "1.6" = "ComputeNode 1.6",
        "1.7" = "ComputeNode 1.7",
        "1.8" = "get_all_by_host(), and ComputeNode 1.8",
        "1.9" = "ComputeNode 1.9",
        "1.10" = "ComputeNode 1.10",
        "1.11" = "ComputeNode 1.11",
        "1.12" = "ComputeNode 1.12",
        "1.13" = "ComputeNode 1.13",
        "1.14" = "ComputeNode 1.14",
        "1.15" = "get_by_pagination()",
        "1.16" = "get_all_by_uuids()",
        "1.17" = "get_all_by_not_mapped()",
    )
)]
pub struct ComputeNodeList {
    meta: Meta,
    objects: Attr<Vec<ComputeNode>>,
}

/// What can be asked of compute nodes in number.
#[remotable(ComputeNodeList)]
pub trait ComputeNodeListStore {
    /// All nodes.
    #[errors()]
    async fn get_all(&self, ctx: &Context) -> Result<ComputeNodeList>;

    /// The nodes whose `mapped` is below that level: cell discovery asks for
    /// those it has not seen.
    #[errors()]
    async fn get_all_by_not_mapped(
        &self,
        ctx: &Context,
        mapped_less_than: i64,
    ) -> Result<ComputeNodeList>;

    /// A page of nodes, beginning after the one with the number or uuid
    /// `marker`; `MarkerNotFound` when there is none.
    #[errors(MarkerNotFound)]
    async fn get_by_pagination(
        &self,
        ctx: &Context,
        #[arg(default = None)] limit: Option<i64>,
        #[arg(default = Json::Null)] marker: Json,
    ) -> Result<ComputeNodeList>;

    /// The nodes whose name contains that text.
    #[errors()]
    async fn get_by_hypervisor(
        &self,
        ctx: &Context,
        hypervisor_match: String,
    ) -> Result<ComputeNodeList>;

    /// The nodes of the service with that number; none when there is no such
    /// service.
    #[method(name = "_get_by_service")]
    #[errors()]
    async fn get_by_service(
        &self,
        ctx: &Context,
        service_id: i64,
        #[arg(default = false)] use_slave: bool,
    ) -> Result<ComputeNodeList>;

    /// The nodes of that host, or `ComputeHostNotFound` when it has none.
    #[errors(ComputeHostNotFound)]
    async fn get_all_by_host(
        &self,
        ctx: &Context,
        host: String,
        #[arg(default = false)] use_slave: bool,
    ) -> Result<ComputeNodeList>;

    /// The nodes with these uuids, as far as they exist.
    #[errors()]
    async fn get_all_by_uuids(
        &self,
        ctx: &Context,
        compute_uuids: Vec<String>,
    ) -> Result<ComputeNodeList>;
}
