//! Requests about servers, against real records.

mod placement;
mod servers;

use std::sync::Arc;

use nova_db::NovaDb;
use nova_objects::{ComputeNode, Context, Flavor, NovaStore, RequestContext, Service};

/// A user's context with the rights the front has.
fn context(db: &NovaDb) -> Context {
    let mut request = RequestContext::admin();
    request.user_id = Some("alice".to_owned());
    request.project_id = Some("demo".to_owned());
    let store: Arc<dyn NovaStore> = Arc::new(db.clone());
    Context::direct(store, request)
}

/// A compute that reported in a moment ago.
async fn compute(ctx: &Context, host: &str, memory_mb: i64) -> (Service, ComputeNode) {
    let mut service = Service::new();
    service.set_host(host);
    service.set_binary("nova-compute");
    service.set_topic("compute");
    service.set_report_count(0);
    service.set_disabled(false);
    service.create(ctx).await.expect("the service registers");
    let mut node = ComputeNode::new();
    node.set_service_id(service.id().expect("it was given one"));
    node.set_host(host);
    node.set_hypervisor_hostname(host);
    node.set_hypervisor_type("fake");
    node.set_hypervisor_version(1);
    node.set_cpu_info("{}");
    node.set_vcpus(2);
    node.set_vcpus_used(0);
    node.set_memory_mb(memory_mb);
    node.set_memory_mb_used(0);
    node.set_local_gb(100);
    node.set_local_gb_used(0);
    node.set_cpu_allocation_ratio(1.0);
    node.set_ram_allocation_ratio(1.0);
    node.set_disk_allocation_ratio(1.0);
    node.create(ctx).await.expect("the node registers");
    (service, node)
}

/// A flavor of that size.
async fn flavor(ctx: &Context, name: &str, vcpus: i64, memory_mb: i64, root_gb: i64) -> Flavor {
    let mut flavor = Flavor::new();
    flavor.set_name(name);
    flavor.set_flavorid(name);
    flavor.set_vcpus(vcpus);
    flavor.set_memory_mb(memory_mb);
    flavor.set_root_gb(root_gb);
    flavor.set_ephemeral_gb(0);
    flavor.set_swap(0);
    flavor.set_rxtx_factor(1.0);
    flavor.set_is_public(true);
    flavor.set_disabled(false);
    flavor.create(ctx).await.expect("the flavor is created");
    flavor
}
