//! What the host has and what is used of it, in its compute node's record:
//! nova `compute/resource_tracker.py`.

use std::collections::HashMap;
use std::sync::Arc;

use nova_objects::{
    ComputeNode, Context, Instance, InstanceList, PciDevicePoolList, PersistentFields as _,
    ReadDeleted, RequestContext,
};
use tokio::sync::Mutex;
use versionedobjects::ObjectExt as _;
use versionedobjects::fields::IpAddress;

use crate::options::{Ratios, Reserved};
use crate::stats::{Stats, Usage};
use crate::virt::{HostResources, VirtDriver};
use crate::{ComputeOptions, Error, Patience, Result, node_identity};

/// Keeps the record of this host's compute node.
///
/// What is used is always reckoned from the instances, never from what was
/// used before, so that no mistake lasts longer than the next audit.
#[derive(Debug)]
pub struct ResourceTracker {
    options: ComputeOptions,
    driver: Arc<dyn VirtDriver>,
    state: Mutex<Tracked>,
}

#[derive(Debug, Default)]
struct Tracked {
    node: Option<ComputeNode>,
    instances: HashMap<String, Usage>,
    failed_builds: i64,
}

impl ResourceTracker {
    /// A tracker that knows no node yet; see [`ResourceTracker::prepare`].
    #[must_use]
    pub fn new(options: ComputeOptions, driver: Arc<dyn VirtDriver>) -> Self {
        Self {
            options,
            driver,
            state: Mutex::default(),
        }
    }

    /// Finds the node's record by the identity kept in `state_path`, or
    /// creates it, and writes what the hypervisor has.
    ///
    /// # Errors
    /// [`Error::NodeIdentity`], [`Error::ForeignNode`],
    /// [`Error::DuplicateNode`], [`Error::Driver`], [`Error::Object`].
    pub async fn prepare(&self, ctx: &Context, service_id: i64) -> Result<()> {
        let resources = self.resources().await?;
        let uuid = node_identity::read_or_create(&self.options.state_path)?;
        let mut state = self.state.lock().await;
        let node = match self.find(ctx, &uuid).await? {
            Some(mut node) => {
                node.set_service_id(service_id);
                self.describe(&mut node, &resources);
                self.ratios(&mut node, false);
                node
            }
            None => self.create(ctx, uuid, service_id, &resources).await?,
        };
        state.node = Some(node);
        Ok(())
    }

    /// Reckons anew what is used, from the records of this node's instances,
    /// and writes it if anything changed.
    ///
    /// # Errors
    /// [`Error::Driver`], [`Error::Object`].
    pub async fn audit(&self, ctx: &Context) -> Result<()> {
        let resources = self.resources().await?;
        let host = self.options.host.as_str();
        // Held over the question: a claim in between would be lost.
        let mut state = self.state.lock().await;
        let instances = InstanceList::get_by_host_and_node(ctx, host, self.driver.node())
            .expected_attrs(["flavor"])
            .await
            .map_err(|source| Error::Object {
                doing: "list the instances of this compute node",
                source,
            })?;
        state.instances = instances
            .iter()
            .filter_map(|instance| Some((instance.uuid().ok()?.to_owned(), Usage::of(instance)?)))
            .collect();
        if let Some(node) = &mut state.node {
            self.describe(node, &resources);
        }
        self.publish(ctx, &mut state)
            .await
            .map_err(|source| Error::Object {
                doing: "write the resources of this compute node",
                source,
            })
    }

    /// Puts an instance on this host and counts it (nova's `instance_claim`).
    /// Whether it fits was decided by whoever chose the host.
    pub(crate) async fn claim(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        patience: &Patience,
    ) -> nova_objects::Result<()> {
        let mut state = self.state.lock().await;
        let (node, id) = match &state.node {
            Some(node) => (
                node.hypervisor_hostname()?.map(str::to_owned),
                Some(node.id()?),
            ),
            None => (None, None),
        };
        let host = self.options.host.as_str();
        instance.set_host(host);
        instance.set_launched_on(host);
        if let (Some(node), Some(id)) = (node, id) {
            instance.set_node(node);
            instance.set_compute_id(id);
        }
        let mut retry = patience.begin("put an instance on this host");
        loop {
            match instance.save(ctx).await {
                Err(error) if retry.again(&error).await => {}
                saved => break saved?,
            }
        }
        state.count(instance)?;
        self.publish_or_log(ctx, &mut state).await;
        Ok(())
    }

    /// Counts an instance no longer; its record is the caller's concern.
    pub(crate) async fn abort_claim(&self, ctx: &Context, instance: &Instance) {
        let mut state = self.state.lock().await;
        if let Ok(uuid) = instance.uuid()
            && state.instances.remove(uuid).is_some()
        {
            self.publish_or_log(ctx, &mut state).await;
        }
    }

    /// Counts an instance of this host as what it is by now.
    pub(crate) async fn update_usage(&self, ctx: &Context, instance: &Instance) {
        let here = instance
            .host()
            .is_ok_and(|host| host == Some(self.options.host.as_str()));
        let mut state = self.state.lock().await;
        let counted = instance
            .uuid()
            .is_ok_and(|uuid| state.instances.contains_key(uuid));
        if !here && !counted {
            return;
        }
        let result = if here {
            state.count(instance)
        } else {
            state.forget(instance)
        };
        if let Err(error) = result {
            tracing::warn!(%error, "cannot count an instance");
        }
        self.publish_or_log(ctx, &mut state).await;
    }

    pub(crate) async fn build_succeeded(&self) {
        self.state.lock().await.failed_builds = 0;
    }

    pub(crate) async fn build_failed(&self) {
        self.state.lock().await.failed_builds += 1;
    }

    async fn resources(&self) -> Result<HostResources> {
        self.driver
            .resources()
            .await
            .map_err(|source| Error::Driver {
                host: self.options.host.clone(),
                source,
            })
    }

    /// The record with this identity, brought back if it was deleted.
    async fn find(&self, ctx: &Context, uuid: &str) -> Result<Option<ComputeNode>> {
        let failed = |source| Error::Object {
            doing: "look for the record of this compute node",
            source,
        };
        let request = ctx
            .request::<RequestContext>()
            .cloned()
            .unwrap_or_else(RequestContext::admin);
        let all = ctx.with_request(request.with_read_deleted(ReadDeleted::Yes));
        let mut node = match ComputeNode::get_by_uuid(&all, uuid).await {
            Ok(node) => node,
            Err(error) if error.is_class("ComputeHostNotFound") => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let other = node.host().ok().flatten().unwrap_or_default();
        if other != self.options.host {
            return Err(Error::ForeignNode {
                host: self.options.host.clone(),
                other: other.to_owned(),
                uuid: uuid.to_owned(),
                path: node_identity::path(&self.options.state_path),
            });
        }
        if node.deleted().unwrap_or(false) {
            tracing::info!(
                uuid,
                "bringing back the deleted record of this compute node"
            );
            node.set_deleted(false);
            node.set_deleted_at(None);
            node.save(&all).await.map_err(failed)?;
        }
        Ok(Some(node))
    }

    async fn create(
        &self,
        ctx: &Context,
        uuid: String,
        service_id: i64,
        resources: &HostResources,
    ) -> Result<ComputeNode> {
        let failed = |source| Error::Object {
            doing: "create the record of this compute node",
            source,
        };
        let mut node = ComputeNode::new();
        node.set_uuid(uuid.as_str())
            .map_err(|error| failed(error.into()))?;
        node.set_host(self.options.host.as_str());
        node.set_service_id(service_id);
        node.set_metrics("[]");
        node.set_numa_topology(None::<String>);
        node.set_pci_device_pools(PciDevicePoolList::new());
        self.describe(&mut node, resources);
        self.ratios(&mut node, true);
        self.reckon(&mut node, &[], 0)
            .map_err(|error| failed(error.into()))?;
        match node.create(ctx).await {
            Ok(()) => {}
            Err(error) if error.is_class("DuplicateRecord") => {
                return Err(Error::DuplicateNode {
                    host: self.options.host.clone(),
                    node: self.driver.node().to_owned(),
                    path: node_identity::path(&self.options.state_path),
                });
            }
            Err(error) => return Err(failed(error)),
        }
        tracing::info!(
            uuid,
            node = self.driver.node(),
            "compute node record created"
        );
        Ok(node)
    }

    /// Nova's `update_from_virt_driver`.
    fn describe(&self, node: &mut ComputeNode, resources: &HostResources) {
        node.set_hypervisor_type(resources.hypervisor_type.as_str());
        node.set_hypervisor_version(resources.hypervisor_version);
        node.set_hypervisor_hostname(self.driver.node());
        node.set_vcpus(resources.vcpus);
        node.set_memory_mb(resources.memory_mb);
        node.set_local_gb(resources.local_gb);
        node.set_cpu_info(resources.cpu_info.as_str());
        node.set_disk_available_least(resources.disk_available_least);
        node.set_host_ip(self.options.my_ip.map(IpAddress::from));
        let supported = node.supported_hv_specs().map(|specs| {
            specs
                .iter()
                .map(nova_objects::HVSpec::to_list)
                .collect::<Vec<_>>()
        });
        let wanted = resources
            .supported
            .iter()
            .map(nova_objects::HVSpec::to_list)
            .collect::<Vec<_>>();
        // Objects in a list would count as changed although they are equal.
        if !supported.is_ok_and(|supported| format!("{supported:?}") == format!("{wanted:?}")) {
            node.set_supported_hv_specs(resources.supported.clone());
        }
    }

    /// The configured ratios; what is not configured is set only at first.
    fn ratios(&self, node: &mut ComputeNode, initial: bool) {
        let Ratios {
            cpu,
            ram,
            disk,
            initial: first,
        } = self.options.ratios;
        let [first_cpu, first_ram, first_disk] = first.map(|ratio| initial.then_some(ratio));
        let set =
            |ratio: Option<f64>, first: Option<f64>| ratio.filter(|ratio| *ratio > 0.0).or(first);
        if let Some(ratio) = set(cpu, first_cpu) {
            node.set_cpu_allocation_ratio(ratio);
        }
        if let Some(ratio) = set(ram, first_ram) {
            node.set_ram_allocation_ratio(ratio);
        }
        if let Some(ratio) = set(disk, first_disk) {
            node.set_disk_allocation_ratio(ratio);
        }
    }

    /// Sets what is used, of these instances and for the host itself.
    fn reckon(
        &self,
        node: &mut ComputeNode,
        usages: &[&Usage],
        failed_builds: i64,
    ) -> versionedobjects::Result<()> {
        let Reserved {
            cpus,
            memory_mb,
            disk_mb,
        } = self.options.reserved;
        let sum = |part: fn(&Usage) -> i64| usages.iter().map(|usage| part(usage)).sum::<i64>();
        let stats = Stats::new(usages.iter().copied(), failed_builds);
        node.set_vcpus_used(cpus + sum(|usage| usage.vcpus));
        let memory_used = memory_mb + sum(|usage| usage.memory_mb);
        node.set_memory_mb_used(memory_used);
        let disk_used = (disk_mb + sum(|usage| usage.swap_mb)) / 1024 + sum(|usage| usage.disk_gb);
        node.set_local_gb_used(disk_used);
        // Below zero where more was promised than there is.
        node.set_free_ram_mb(node.memory_mb()? - memory_used);
        node.set_free_disk_gb(node.local_gb()? - disk_used);
        node.set_running_vms(stats.instances());
        node.set_current_workload(stats.workload());
        let dict = stats.to_dict();
        if node.stats().ok().flatten() != Some(&dict) {
            node.set_stats(dict);
        }
        Ok(())
    }

    async fn publish(&self, ctx: &Context, state: &mut Tracked) -> nova_objects::Result<()> {
        let usages: Vec<&Usage> = state.instances.values().collect();
        let Some(node) = &mut state.node else {
            return Ok(());
        };
        self.reckon(node, &usages, state.failed_builds)?;
        if node.changes().is_empty() {
            return Ok(());
        }
        // Nodes are the deployment's, whoever's request this is.
        let request = ctx
            .request::<RequestContext>()
            .cloned()
            .unwrap_or_else(RequestContext::admin);
        node.save(&ctx.with_request(request.elevated(None))).await
    }

    /// The next audit writes what could not be written now.
    async fn publish_or_log(&self, ctx: &Context, state: &mut Tracked) {
        if let Err(error) = self.publish(ctx, state).await {
            tracing::warn!(%error, "could not write what is used of this compute node; it is tried again later");
        }
    }
}

impl Tracked {
    fn count(&mut self, instance: &Instance) -> versionedobjects::Result<()> {
        let uuid = instance.uuid()?.to_owned();
        match Usage::of(instance) {
            Some(usage) => self.instances.insert(uuid, usage),
            None => self.instances.remove(&uuid),
        };
        Ok(())
    }

    fn forget(&mut self, instance: &Instance) -> versionedobjects::Result<()> {
        self.instances.remove(instance.uuid()?);
        Ok(())
    }
}
