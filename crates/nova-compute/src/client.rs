//! The way to a compute, for whoever decides what it shall do.

use std::fmt;
use std::sync::Arc;

use nova_objects::{Context, Instance};
use nova_rpc::{Peer, Peers, RequestCodec, arguments};
use nova_service::request_codec;
use oslo_messaging::{CallContext, Error, Kwargs, Result, RpcClient, Target, Transport};

use crate::COMPUTE_TOPIC;

/// The version the messages are of, and the one of the major before that has
/// the same arguments but for those of building, for computes that serve
/// nothing newer (nova `compute/rpcapi.py`, `_ver`).
const VERSION: &str = "6.0";
const OLDER_VERSION: &str = "5.0";

/// The one of the major before that has all arguments of building, and the
/// argument that came with it.
const OLDER_BUILD: &str = "5.11";
const ACCELERATORS: &str = "accel_uuids";

/// Hands instances to computes: nova `compute/rpcapi.py`, `ComputeAPI`.
///
/// All methods are casts: they return when the bus has the message. What
/// became of it is read from the instance. Each compute is sent what it says it
/// reads; one that says nothing, as Python's do, is sent the newest that the
/// transport's caps allow.
#[derive(Clone)]
pub struct ComputeClient {
    rpc: RpcClient,
    peers: Peers,
    codec: Arc<dyn RequestCodec>,
}

impl ComputeClient {
    /// A client of the computes on the transport's bus.
    #[must_use]
    pub fn new(transport: Transport) -> Self {
        let peers = nova_service::peers(&transport, None);
        Self::knowing(transport, peers)
    }

    /// A client of computes that are known already.
    #[must_use]
    pub fn knowing(transport: Transport, peers: Peers) -> Self {
        let target = Target::new(COMPUTE_TOPIC).version(VERSION);
        Self {
            rpc: RpcClient::new(transport, target),
            peers,
            codec: Arc::new(request_codec()),
        }
    }

    /// Has a server built on a host, on the named node or the host's only one.
    ///
    /// # Errors
    /// When the instance cannot be written or the bus does not take it.
    pub async fn build_and_run_instance(
        &self,
        ctx: &Context,
        host: &str,
        instance: &Instance,
        node: Option<&str>,
    ) -> Result<()> {
        let nothing: [&str; 0] = [];
        let empty = serde_json::json!({});
        let peer = self.peer(host).await;
        let mut args = with_instance(instance, &peer)?
            .value("image", &empty)?
            .value("request_spec", &None::<&str>)?
            .value("filter_properties", &empty)?
            .value("admin_password", &None::<&str>)?
            .value("injected_files", &nothing)?
            .value("requested_networks", &None::<&str>)?
            .value("security_groups", &nothing)?
            .value("block_device_mapping", &nothing)?
            .value("node", &node)?
            .value("limits", &empty)?
            .value("host_list", &None::<&str>)?;
        let versions = [VERSION, OLDER_BUILD, OLDER_VERSION];
        let version = self.version(&peer, &versions);
        if version != OLDER_VERSION {
            args = args.value(ACCELERATORS, &nothing)?;
        }
        self.send(ctx, (host, version), "build_and_run_instance", &args)
            .await
    }

    /// Has a stopped server started.
    ///
    /// # Errors
    /// As [`ComputeClient::build_and_run_instance`].
    pub async fn start_instance(
        &self,
        ctx: &Context,
        host: &str,
        instance: &Instance,
    ) -> Result<()> {
        let peer = self.peer(host).await;
        let args = with_instance(instance, &peer)?;
        self.cast(ctx, (host, &peer), "start_instance", &args).await
    }

    /// Has a server stopped: by its operating system with `clean_shutdown`,
    /// else by its power.
    ///
    /// # Errors
    /// As [`ComputeClient::build_and_run_instance`].
    pub async fn stop_instance(
        &self,
        ctx: &Context,
        host: &str,
        instance: &Instance,
        clean_shutdown: bool,
    ) -> Result<()> {
        let peer = self.peer(host).await;
        let args = with_instance(instance, &peer)?.value("clean_shutdown", &clean_shutdown)?;
        self.cast(ctx, (host, &peer), "stop_instance", &args).await
    }

    /// Has a server rebooted. `reboot_type` is `SOFT` or `HARD`.
    ///
    /// # Errors
    /// As [`ComputeClient::build_and_run_instance`].
    pub async fn reboot_instance(
        &self,
        ctx: &Context,
        host: &str,
        instance: &Instance,
        reboot_type: &str,
    ) -> Result<()> {
        let peer = self.peer(host).await;
        let args = with_instance(instance, &peer)?
            .value("block_device_info", &None::<&str>)?
            .value("reboot_type", reboot_type)?;
        self.cast(ctx, (host, &peer), "reboot_instance", &args)
            .await
    }

    /// Has a server taken off its host and its record deleted.
    ///
    /// # Errors
    /// As [`ComputeClient::build_and_run_instance`].
    pub async fn terminate_instance(
        &self,
        ctx: &Context,
        host: &str,
        instance: &Instance,
    ) -> Result<()> {
        let nothing: [&str; 0] = [];
        let peer = self.peer(host).await;
        let args = with_instance(instance, &peer)?.value("bdms", &nothing)?;
        self.cast(ctx, (host, &peer), "terminate_instance", &args)
            .await
    }

    async fn peer(&self, host: &str) -> Arc<Peer> {
        self.peers.of(COMPUTE_TOPIC, Some(host)).await
    }

    async fn cast(
        &self,
        ctx: &Context,
        (host, peer): (&str, &Peer),
        method: &str,
        args: &Kwargs,
    ) -> Result<()> {
        let version = self.version(peer, &[VERSION, OLDER_VERSION]);
        self.send(ctx, (host, version), method, args).await
    }

    /// The first of the versions that may be sent to the compute and that it
    /// serves, as far as it says; else the last that may be sent, or the last
    /// at all, for which there will be an error.
    fn version<'a>(&self, peer: &Peer, versions: &[&'a str]) -> &'a str {
        let prepared = self.rpc.prepare();
        let allowed = |version: &&&str| prepared.can_send_version(version);
        let served = versions
            .iter()
            .filter(allowed)
            .find(|version| peer.serves(version) != Some(false));
        let last = || versions.iter().rfind(allowed).or(versions.last());
        served.or_else(last).copied().unwrap_or(VERSION)
    }

    async fn send(
        &self,
        ctx: &Context,
        (host, version): (&str, &str),
        method: &str,
        args: &Kwargs,
    ) -> Result<()> {
        let context = self.codec.encode(ctx, CallContext::builder())?.build();
        let prepared = self.rpc.prepare().server(host).version(version);
        prepared.cast(&context, method, args).await
    }
}

fn with_instance(instance: &Instance, peer: &Peer) -> Result<Kwargs> {
    arguments::with_for(Kwargs::new(), "instance", instance, peer).map_err(|error| {
        Error::Unwritable {
            what: "an instance".to_owned(),
            reason: error.to_string(),
        }
    })
}

impl fmt::Debug for ComputeClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComputeClient")
            .field("rpc", &self.rpc)
            .finish_non_exhaustive()
    }
}
