//! Compute nodes.

use nova_db::sea_query::{Expr, ExprTrait as _, Query};
use nova_db::{Execute as _, NovaDb, Settings, statements_of};
use nova_objects::{
    ComputeNode, ComputeNodeList, Context, HVSpec, PciDevicePool, PciDevicePoolList,
    PersistentFields as _, ReadDeleted, RequestContext, Result, Service,
};
use test_support::on_every_database;
use versionedobjects::fields::Dict;
use versionedobjects::{Json, ObjectExt as _};

fn admin(db: &NovaDb) -> Context {
    db.context(RequestContext::admin())
}

fn seeing(db: &NovaDb, read_deleted: ReadDeleted) -> Context {
    db.context(RequestContext::admin().with_read_deleted(read_deleted))
}

/// A node as a compute service reports it the first time.
pub(crate) fn new(host: &str, name: &str) -> ComputeNode {
    let mut node = ComputeNode::new();
    node.set_host(host);
    node.set_hypervisor_hostname(name);
    node.set_hypervisor_type("QEMU");
    node.set_hypervisor_version(8_002_000);
    node.set_cpu_info("{}");
    node.set_vcpus(8);
    node.set_memory_mb(16_384);
    node.set_local_gb(100);
    node.set_vcpus_used(0);
    node.set_memory_mb_used(512);
    node.set_local_gb_used(0);
    node
}

async fn created(ctx: &Context, host: &str, name: &str) -> ComputeNode {
    let mut node = new(host, name);
    node.create(ctx).await.unwrap();
    node
}

/// What the row has in a column of texts.
async fn cell(db: &NovaDb, node: &ComputeNode, column: &'static str) -> Option<String> {
    let select = Query::select()
        .column(column)
        .from("compute_nodes")
        .and_where(Expr::col("id").eq(node.id().unwrap()))
        .take();
    db.main
        .fetch_one("test.cell", &select)
        .await
        .unwrap()
        .get(0)
        .unwrap()
}

async fn set(
    db: &NovaDb,
    node: &ComputeNode,
    column: &'static str,
    value: impl Into<nova_db::SqlValue>,
) {
    let value: nova_db::SqlValue = value.into();
    let update = Query::update()
        .table("compute_nodes")
        .value(column, value)
        .and_where(Expr::col("id").eq(node.id().unwrap()))
        .take();
    db.main.execute("test.set", &update).await.unwrap();
}

fn names(nodes: &ComputeNodeList) -> Vec<&str> {
    nodes
        .iter()
        .map(|node| node.hypervisor_hostname().unwrap().unwrap())
        .collect()
}

fn refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
    let error = result.unwrap_err();
    format!(
        "{}: {error}",
        error.nova().map_or("?", |exception| exception.class())
    )
}

on_every_database! {
    async fn a_new_node_has_all_its_row_has(db: NovaDb) {
        let ctx = admin(&db);
        let mut node = new("h", "n");
        let (result, statements) = statements_of(node.create(&ctx)).await;
        result.unwrap();
        // Ratios that nobody chose are written when the new row is read, as the original does.
        assert_eq!(statements, ["compute_node.create", "compute_node.give_ratios"]);
        assert!(node.changes().is_empty());
        assert_eq!(node.uuid().unwrap().len(), 36);
        assert_eq!(node.stats().unwrap(), Some(&Dict::new()));
        assert_eq!(node.pci_device_pools().unwrap().map(PciDevicePoolList::len), None);
        assert_eq!(node.mapped().unwrap(), 0);
        assert!(!node.is_set("supported_hv_specs"));
        let ratios = [node.cpu_allocation_ratio(), node.ram_allocation_ratio(), node.disk_allocation_ratio()];
        assert_eq!(ratios.map(|ratio| ratio.unwrap()), [4.0, 1.0, 1.0]);
        assert!(node.created_at().unwrap().is_some() && node.updated_at().unwrap().is_none());
        let mut read = ComputeNode::get_by_id(&ctx, node.id().unwrap()).await.unwrap();
        assert!(read.updated_at().unwrap().is_some(), "the ratios were written behind it");
        // MariaDB keeps whole seconds.
        for node in [&mut read, &mut node] {
            node.unset("created_at");
            node.unset("updated_at");
        }
        assert!(read.eq_data(&node), "{read:?} {node:?}");
        assert_eq!(refusal(node.create(&ctx).await), "ObjectActionError: Object action create failed because: already created");
    }

    async fn structured_fields_are_kept_as_json(db: NovaDb) {
        let ctx = admin(&db);
        let mut node = new("h", "n");
        node.set("host_ip", "192.0.2.7").unwrap();
        let stats = [("io_workload".to_owned(), Some("3".to_owned())), ("x".to_owned(), None)];
        node.set_stats(Some(Dict::from(stats)));
        let mut spec = HVSpec::new();
        spec.set("arch", "x86_64").unwrap();
        spec.set("hv_type", "qemu").unwrap();
        spec.set("vm_mode", "hvm").unwrap();
        node.set_supported_hv_specs(vec![spec]);
        let mut pool = PciDevicePool::new();
        pool.set_product_id("10ca");
        pool.set_vendor_id("8086");
        pool.set_numa_node(None);
        pool.set_count(3);
        pool.set_tags(Dict::new());
        let pools: PciDevicePoolList = [pool].into_iter().collect();
        node.set_pci_device_pools(Some(pools));
        node.create(&ctx).await.unwrap();
        assert_eq!(cell(&db, &node, "stats").await.as_deref(), Some(r#"{"io_workload": "3", "x": null}"#));
        assert_eq!(
            cell(&db, &node, "supported_instances").await.as_deref(),
            Some(r#"[["x86_64", "qemu", "hvm"]]"#)
        );
        let pools = cell(&db, &node, "pci_stats").await.unwrap();
        assert!(pools.contains(r#""nova_object.name": "PciDevicePoolList""#), "{pools}");

        let mut read = ComputeNode::get_by_uuid(&ctx, node.uuid().unwrap()).await.unwrap();
        assert_eq!(read.host_ip().unwrap().map(|ip| ip.to_string()), Some("192.0.2.7".to_owned()));
        assert_eq!(read.stats().unwrap().unwrap()["io_workload"].as_deref(), Some("3"));
        assert_eq!(read.supported_hv_specs().unwrap()[0].to_list().unwrap(), ["x86_64", "qemu", "hvm"]);
        assert_eq!(read.pci_device_pools().unwrap().unwrap().items()[0].count().unwrap(), 3);

        // Neither is overwritten by null.
        read.set("host_ip", versionedobjects::Value::Null).unwrap();
        read.set_stats(None);
        read.set_pci_device_pools(None);
        read.save(&ctx).await.unwrap();
        assert_eq!(read.host_ip().unwrap().map(|ip| ip.to_string()), Some("192.0.2.7".to_owned()));
        assert_eq!(read.stats().unwrap().map(|stats| stats.len()), Some(2));
        assert_eq!(cell(&db, &read, "pci_stats").await, None);
        assert!(read.pci_device_pools().unwrap().is_none());
    }

    async fn nodes_are_found_by_what_identifies_them(db: NovaDb) {
        let ctx = admin(&db);
        let mut node = new("h", "n");
        node.set_service_id(7);
        node.create(&ctx).await.unwrap();
        created(&ctx, "h", "n2").await;
        let (id, uuid) = (node.id().unwrap(), node.uuid().unwrap());
        for found in [
            ComputeNode::get_by_id(&ctx, id).await,
            ComputeNode::get_by_uuid(&ctx, uuid).await,
            ComputeNode::get_by_service_id(&ctx, 7).await,
            ComputeNode::get_by_host_and_nodename(&ctx, "h", "n").await,
            ComputeNode::get_by_nodename(&ctx, "n").await,
            ComputeNode::get_first_node_by_host_for_old_compat(&ctx, "h").await,
        ] {
            assert_eq!(found.unwrap().id().unwrap(), id);
        }
        for (missing, who) in [
            (ComputeNode::get_by_id(&ctx, 99).await, "99"),
            (ComputeNode::get_by_uuid(&ctx, "x").await, "x"),
            (ComputeNode::get_by_host_and_nodename(&ctx, "h", "x").await, "h"),
            (ComputeNode::get_by_nodename(&ctx, "x").await, "x"),
            (ComputeNode::get_first_node_by_host_for_old_compat(&ctx, "x").await, "x"),
        ] {
            assert_eq!(refusal(missing), format!("ComputeHostNotFound: Compute host {who} could not be found."));
        }
        assert_eq!(refusal(ComputeNode::get_by_service_id(&ctx, 8).await), "ServiceNotFound: Service 8 could not be found.");
    }

    async fn nodes_are_listed(db: NovaDb) {
        let ctx = admin(&db);
        let mut first = created(&ctx, "h1", "rack1-a").await;
        created(&ctx, "h1", "rack1-b").await;
        let mut third = new("h2", "rack2-a");
        third.set_mapped(2);
        third.set_service_id(7);
        third.create(&ctx).await.unwrap();
        let all = ComputeNodeList::get_all(&ctx).await.unwrap();
        assert_eq!(names(&all), ["rack1-a", "rack1-b", "rack2-a"]);
        assert!(all.changes().is_empty());
        let of_host = ComputeNodeList::get_all_by_host(&ctx, "h1").await.unwrap();
        assert_eq!(names(&of_host), ["rack1-a", "rack1-b"]);
        assert_eq!(
            refusal(ComputeNodeList::get_all_by_host(&ctx, "x").await),
            "ComputeHostNotFound: Compute host x could not be found."
        );
        let like = ComputeNodeList::get_by_hypervisor(&ctx, "rack1").await.unwrap();
        assert_eq!(names(&like), ["rack1-a", "rack1-b"]);
        let new = ComputeNodeList::get_all_by_not_mapped(&ctx, 2).await.unwrap();
        assert_eq!(names(&new), ["rack1-a", "rack1-b"]);
        assert_eq!(names(&ComputeNodeList::get_by_service(&ctx, 7).await.unwrap()), ["rack2-a"]);
        assert!(ComputeNodeList::get_by_service(&ctx, 8).await.unwrap().is_empty());
        let uuids = [&first, &third].map(|node| node.uuid().unwrap().to_owned());
        let by_uuid = ComputeNodeList::get_all_by_uuids(&ctx, uuids.to_vec()).await.unwrap();
        assert_eq!(names(&by_uuid), ["rack1-a", "rack2-a"]);
        assert!(ComputeNodeList::get_all_by_uuids(&ctx, Vec::new()).await.unwrap().is_empty());

        first.destroy(&ctx).await.unwrap();
        let count = |view| { let ctx = seeing(&db, view); async move {
            let all = ComputeNodeList::get_all(&ctx).await.unwrap().len();
            (all, ComputeNodeList::get_by_hypervisor(&ctx, "rack").await.unwrap().len())
        } };
        assert_eq!(count(ReadDeleted::No).await, (2, 2));
        assert_eq!(count(ReadDeleted::Yes).await, (3, 3));
        // Half of the original's queries take `only` for `yes`.
        assert_eq!(count(ReadDeleted::Only).await, (3, 1));
    }

    async fn nodes_are_paged(db: NovaDb) {
        let ctx = admin(&db);
        let mut ids = Vec::new();
        for name in ["a", "b", "c", "d"] {
            ids.push(created(&ctx, "h", name).await.id().unwrap());
        }
        let page = ComputeNodeList::get_by_pagination(&ctx).limit(2).await.unwrap();
        assert_eq!(names(&page), ["a", "b"]);
        let page = ComputeNodeList::get_by_pagination(&ctx).limit(2).marker(Json::from(ids[1])).await.unwrap();
        assert_eq!(names(&page), ["c", "d"]);
        let page = ComputeNodeList::get_by_pagination(&ctx).marker(Json::from(ids[2])).await.unwrap();
        assert_eq!(names(&page), ["d"]);
        assert_eq!(ComputeNodeList::get_by_pagination(&ctx).await.unwrap().len(), 4);
        assert_eq!(
            refusal(ComputeNodeList::get_by_pagination(&ctx).marker(Json::from(99)).await),
            "MarkerNotFound: Marker 99 could not be found."
        );
    }

    async fn saving_always_tells_when(db: NovaDb) {
        let ctx = admin(&db);
        let mut node = created(&ctx, "h", "n").await;
        let (saved, statements) = statements_of(async { node.save(&ctx).await }).await;
        saved.unwrap();
        assert_eq!(statements, ["compute_node.update", "compute_node.get_by_id"]);
        assert!(node.updated_at().unwrap().is_some());
        node.set_vcpus_used(4);
        node.save(&ctx).await.unwrap();
        assert!(node.changes().is_empty());
        let read = ComputeNode::get_by_id(&ctx, node.id().unwrap()).await.unwrap();
        assert_eq!(read.vcpus_used().unwrap(), 4);
        node.clone().destroy(&ctx).await.unwrap();
        let id = node.id().unwrap();
        assert_eq!(refusal(node.save(&ctx).await), format!("ComputeHostNotFound: Compute host {id} could not be found."));
    }

    async fn a_node_comes_back_under_its_uuid(db: NovaDb) {
        let ctx = admin(&db);
        let mut node = created(&ctx, "h", "n").await;
        let uuid = node.uuid().unwrap().to_owned();
        node.destroy(&ctx).await.unwrap();
        let mut again = new("h2", "n");
        again.set_uuid(uuid.as_str()).unwrap();
        let (result, statements) = statements_of(again.create(&ctx)).await;
        result.unwrap();
        assert_eq!(statements, ["compute_node.create", "compute_node.revive", "compute_node.get_by_uuid"]);
        assert_eq!(again.id().unwrap(), node.id().unwrap());
        assert!(!again.deleted().unwrap() && again.deleted_at().unwrap().is_none());
        assert_eq!(ComputeNode::get_by_uuid(&ctx, uuid.as_str()).await.unwrap().host().unwrap(), Some("h2"));
    }

    async fn a_host_has_one_node_of_a_name(db: NovaDb) {
        let ctx = admin(&db);
        created(&ctx, "h", "n").await;
        let mut twin = new("h", "n");
        let refused = refusal(twin.create(&ctx).await);
        let uuid = twin.uuid().unwrap();
        assert_eq!(refused, format!("DuplicateRecord: Unable to create duplicate record for compute node n:{uuid}"));
    }

    async fn a_node_that_was_taken_over_is_not_destroyed(db: NovaDb) {
        let ctx = admin(&db);
        let mut mine = created(&ctx, "h", "n").await;
        let mut theirs = ComputeNode::get_by_id(&ctx, mine.id().unwrap()).await.unwrap();
        theirs.set_host("h2");
        theirs.save(&ctx).await.unwrap();
        assert_eq!(
            refusal(mine.destroy(&ctx).await),
            "ObjectActionError: Object action destroy failed because: host changed"
        );
        theirs.destroy(&ctx).await.unwrap();
        let id = mine.id().unwrap();
        assert_eq!(refusal(mine.destroy(&ctx).await), format!("ComputeHostNotFound: Compute host {id} could not be found."));
    }

    async fn a_node_without_ratios_is_given_them(db: NovaDb) {
        let db = db.with_settings(Settings { cpu_allocation_ratio: 16.0, ..Settings::default() });
        let ctx = admin(&db);
        let node = created(&ctx, "h", "n").await;
        for (column, value) in [("cpu_allocation_ratio", Some(0.0)), ("ram_allocation_ratio", None)] {
            set(&db, &node, column, value).await;
        }
        set(&db, &node, "mapped", Option::<i64>::None).await;
        let get = || ComputeNode::get_by_id(&ctx, node.id().unwrap());
        let (read, statements) = statements_of(get()).await;
        let read = read.unwrap();
        assert_eq!(statements, ["compute_node.get_by_id", "compute_node.give_ratios"]);
        assert_eq!(read.cpu_allocation_ratio().unwrap(), 16.0);
        assert_eq!(read.ram_allocation_ratio().unwrap(), 1.0);
        assert_eq!(read.mapped().unwrap(), 0);
        let (_, statements) = statements_of(get()).await;
        assert_eq!(statements, ["compute_node.get_by_id"]);
    }

    async fn a_node_without_host_has_that_of_its_service(db: NovaDb) {
        let ctx = admin(&db);
        let mut service = Service::new();
        service.set_host("h");
        service.set_binary("nova-compute");
        service.create(&ctx).await.unwrap();
        let node = created(&ctx, "x", "n").await;
        set(&db, &node, "host", Option::<String>::None).await;
        let get = || ComputeNode::get_by_id(&ctx, node.id().unwrap());
        assert_eq!(get().await.unwrap().host().unwrap(), None);
        set(&db, &node, "service_id", service.id().unwrap()).await;
        let read = get().await.unwrap();
        assert_eq!(read.host().unwrap(), Some("h"));
        assert!(read.changes().is_empty());
        set(&db, &node, "service_id", 99).await;
        assert_eq!(get().await.unwrap().host().unwrap(), None);
    }
}
