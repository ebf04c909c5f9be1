//! Services: the processes of a deployment, one record for each host and binary.

use crate::compute_node::{ComputeNode, ComputeNodeList};
use crate::error::BuiltinError;
use crate::prelude::*;

/// The version a service of this release registers with (nova
/// `objects/service.py`, `SERVICE_VERSION`): it grows with everything others
/// have to know about a service before they rely on it.
pub const SERVICE_VERSION: i64 = 74;

/// The oldest service version that may work beside this release: Gazpacho's.
pub const OLDEST_SUPPORTED_SERVICE_VERSION: i64 = 72;

/// From this service version on a compute service keeps its node's identity
/// in a file of its own.
pub const NODE_IDENTITY_VERSION: i64 = 65;

/// The last service version of each release.
pub const SERVICE_VERSION_ALIASES: [(&str, i64); 13] = [
    ("Victoria", 52),
    ("Wallaby", 54),
    ("Xena", 57),
    ("Yoga", 61),
    ("Zed", 64),
    ("Antelope", 66),
    ("Bobcat", 66),
    ("Caracal", 66),
    ("Dalmatian", 67),
    ("Epoxy", 68),
    ("Flamingo", 70),
    ("Gazpacho", 72),
    ("Hibiscus", 74),
];

/// A process that takes part in the deployment, and the sign of life it gives.
///
/// Every new `Service` carries [`SERVICE_VERSION`] as a changed attribute, so
/// that each save tells the others which release runs there.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    init = announce_version,
    history(
        "1.0" = "Initial version",
        "1.1" = "Nests the compute node",
        "1.2" = "Texts may hold any Unicode",
        "1.3" = "ComputeNode 1.5",
        "1.4" = "get_by_compute_host() takes use_slave",
        "1.5" = "ComputeNode 1.6",
        "1.6" = "ComputeNode 1.7",
        "1.7" = "ComputeNode 1.8",
        "1.8" = "ComputeNode 1.9",
        "1.9" = "ComputeNode 1.10",
        "1.10" = "compute_node is loaded on demand, no longer always sent",
        "1.11" = "get_by_host_and_binary()",
        "1.12" = "ComputeNode 1.11",
        "1.13" = "last_seen_up",
        "1.14" = "forced_down",
        "1.15" = "ComputeNode 1.12",
        "1.16" = "version",
        "1.17" = "ComputeNode 1.13",
        "1.18" = "ComputeNode 1.14",
        "1.19" = "get_minimum_version()",
        "1.20" = "get_minimum_version_multi()",
        "1.21" = "uuid",
        "1.22" = "get_by_uuid()",
    )
)]
pub struct Service {
    meta: Meta,
    #[object(read_only)]
    id: Attr<i64>,
    #[object(since = "1.21")]
    uuid: Attr<Uuid>,
    host: Attr<Option<String>>,
    binary: Attr<Option<String>>,
    topic: Attr<Option<String>>,
    report_count: Attr<i64>,
    disabled: Attr<bool>,
    disabled_reason: Attr<Option<String>>,
    availability_zone: Attr<Option<String>>,
    #[object(lazy)]
    compute_node: Attr<ComputeNode>,
    #[object(since = "1.13")]
    last_seen_up: Attr<Option<DateTime>>,
    #[object(since = "1.14")]
    forced_down: Attr<bool>,
    #[object(since = "1.16")]
    version: Attr<i64>,
    #[object(embed)]
    persistent: Persistent,
}

fn announce_version(service: &mut Service) {
    service.set_version(SERVICE_VERSION);
}

/// Only a `nova-compute` service has a compute node; where its host has several
/// the first one is it.
#[async_trait]
impl LazyLoad for Service {
    type Field = ServiceLazy;

    async fn load_fields(&mut self, ctx: &Context, fields: &[ServiceLazy]) -> Result<()> {
        for field in fields {
            match field {
                ServiceLazy::ComputeNode => {
                    if self.binary()? != Some("nova-compute") {
                        let service_id = Json::from(self.id()?);
                        return Err(crate::NovaException::ServiceNotFound { service_id }.into());
                    }
                    let host = self.host()?.unwrap_or_default().to_owned();
                    let nodes = ComputeNodeList::get_all_by_host(ctx, host).await?;
                    let first = nodes.iter().next().cloned();
                    self.set_compute_node(first.ok_or_else(|| {
                        BuiltinError::Index("list index out of range".to_owned())
                    })?);
                }
            }
        }
        Ok(())
    }
}

/// What can be asked of one service.
#[remotable(Service)]
pub trait ServiceStore {
    /// The service with that number, or `ServiceNotFound`.
    #[errors(ServiceNotFound)]
    async fn get_by_id(&self, ctx: &Context, service_id: i64) -> Result<Service>;

    /// The service with that uuid, or `ServiceNotFound`.
    #[errors(ServiceNotFound)]
    async fn get_by_uuid(&self, ctx: &Context, service_uuid: String) -> Result<Service>;

    /// The enabled service of that host on that topic; a `TypeError` when there
    /// is none, for the original has no check.
    #[errors(TypeError)]
    async fn get_by_host_and_topic(
        &self,
        ctx: &Context,
        host: String,
        topic: String,
    ) -> Result<Service>;

    /// The service of that host and binary, if there is one.
    #[errors()]
    async fn get_by_host_and_binary(
        &self,
        ctx: &Context,
        host: String,
        binary: String,
    ) -> Result<Option<Service>>;

    /// The `nova-compute` service of that host, or `ComputeHostNotFound`.
    #[errors(ComputeHostNotFound)]
    async fn get_by_compute_host(
        &self,
        ctx: &Context,
        host: String,
        #[arg(default = false)] use_slave: bool,
    ) -> Result<Service>;

    /// The service of that host and binary, or `HostBinaryNotFound`: the older
    /// form of [`ServiceStore::get_by_host_and_binary`].
    #[errors(HostBinaryNotFound)]
    async fn get_by_args(&self, ctx: &Context, host: String, binary: String) -> Result<Service>;

    /// Registers the service; the store fills `id`, `uuid` where unset and the
    /// timestamps.
    ///
    /// # Errors
    ///
    /// `ObjectActionError` when it has an id, `ServiceTooOld` when its version
    /// is below the deployment's minimum, `ServiceBinaryExists` and
    /// `ServiceTopicExists` for a host that has one.
    #[errors(
        ObjectActionError,
        ServiceBinaryExists,
        ServiceTooOld,
        ServiceTopicExists
    )]
    async fn create(&self, ctx: &Context, service: &mut Service) -> Result<()>;

    /// Writes the changed attributes; refuses a version below the minimum as
    /// [`ServiceStore::create`] does.
    #[method(conditional)]
    #[errors(ObjectActionError, ServiceNotFound, ServiceTooOld)]
    async fn save(&self, ctx: &Context, service: &mut Service) -> Result<()>;

    /// Deletes the record, and the compute nodes of the service with it.
    #[errors(ServiceNotFound)]
    async fn destroy(&self, ctx: &Context, service: &mut Service) -> Result<()>;

    /// The lowest version among the services of these binaries, 0 when there
    /// are none. Names have to begin with `nova-`, or it is an
    /// `ObjectActionError`. Services that are forced down count as none.
    #[errors(ObjectActionError)]
    async fn get_minimum_version_multi(
        &self,
        ctx: &Context,
        binaries: Vec<String>,
        #[arg(default = false)] use_slave: bool,
    ) -> Result<i64>;

    /// As [`ServiceStore::get_minimum_version_multi`] for one binary.
    #[errors(ObjectActionError)]
    async fn get_minimum_version(
        &self,
        ctx: &Context,
        binary: String,
        #[arg(default = false)] use_slave: bool,
    ) -> Result<i64>;
}

/// Services in the order of their creation.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    list_of(Service),
    methods,
    history(
        "1.0" = "Initial version, with Service up to 1.2",
        "1.1" = "Service 1.3",
        "1.2" = "Service 1.4",
        "1.3" = "Service 1.5",
        "1.4" = "Service 1.6",
        "1.5" = "Service 1.7",
        "1.6" = "Service 1.8",
        "1.7" = "Service 1.9",
        "1.8" = "Service 1.10",
        "1.9" = "get_by_binary(), and Service 1.11",
        "1.10" = "Service 1.12",
        "1.11" = "Service 1.13",
        "1.12" = "Service 1.14",
        "1.13" = "Service 1.15",
        "1.14" = "Service 1.16",
        "1.15" = "Service 1.17",
        "1.16" = "Service 1.18",
        "1.17" = "Service 1.19",
        "1.18" = "get_by_binary() takes include_disabled",
        "1.19" = "get_all_computes_by_hv_type()",
    )
)]
pub struct ServiceList {
    meta: Meta,
    objects: Attr<Vec<Service>>,
}

/// What can be asked of services in number.
#[remotable(ServiceList)]
pub trait ServiceListStore {
    /// The enabled services on that topic.
    #[errors()]
    async fn get_by_topic(&self, ctx: &Context, topic: String) -> Result<ServiceList>;

    /// The services of that binary; disabled ones only on demand.
    #[errors()]
    async fn get_by_binary(
        &self,
        ctx: &Context,
        binary: String,
        #[arg(default = false)] include_disabled: bool,
    ) -> Result<ServiceList>;

    /// The services of that host.
    #[errors()]
    async fn get_by_host(&self, ctx: &Context, host: String) -> Result<ServiceList>;

    /// All services, or only the disabled or enabled ones; with `set_zones`
    /// their availability zones are filled in.
    #[errors()]
    async fn get_all(
        &self,
        ctx: &Context,
        #[arg(default = None)] disabled: Option<bool>,
        #[arg(default = false)] set_zones: bool,
    ) -> Result<ServiceList>;

    /// The enabled `nova-compute` services with a node of that hypervisor type.
    #[errors()]
    async fn get_all_computes_by_hv_type(
        &self,
        ctx: &Context,
        hv_type: String,
    ) -> Result<ServiceList>;
}
