//! Services.

use nova_db::sea_query::Query;
use nova_db::{Changes, Execute as _, NovaDb, Settings, now, statements_of};
use nova_objects::{
    ComputeNode, ComputeNodeList, Context, ReadDeleted, RequestContext, Result, Service,
    ServiceList,
};
use test_support::on_every_database;
use versionedobjects::ObjectExt as _;

fn admin(db: &NovaDb) -> Context {
    db.context(RequestContext::admin())
}

fn seeing(db: &NovaDb, read_deleted: ReadDeleted) -> Context {
    db.context(RequestContext::admin().with_read_deleted(read_deleted))
}

fn new(host: &str, binary: &str, topic: &str) -> Service {
    let mut service = Service::new();
    service.set_host(host);
    service.set_binary(binary);
    service.set_topic(topic);
    service
}

async fn compute(ctx: &Context, host: &str) -> Service {
    let mut service = new(host, "nova-compute", "compute");
    service.create(ctx).await.unwrap();
    service
}

/// A row that some older service has left.
async fn row(db: &NovaDb, host: &str, version: i64, forced_down: bool) {
    let mut changes = Changes::new();
    changes
        .set("host", host)
        .set("binary", "nova-compute")
        .set("topic", "compute")
        .set("report_count", 0)
        .set("disabled", false)
        .set("forced_down", forced_down)
        .set("version", version);
    let insert = changes.insert_live("services", now());
    db.main.execute("test.insert", &insert).await.unwrap();
}

fn hosts(services: &ServiceList) -> Vec<&str> {
    services
        .iter()
        .map(|service| service.host().unwrap().unwrap())
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
    async fn a_new_service_has_all_its_row_has(db: NovaDb) {
        let ctx = admin(&db);
        let mut service = new("h", "nova-compute", "compute");
        let (created, statements) = statements_of(service.create(&ctx)).await;
        created.unwrap();
        assert_eq!(statements, ["service.minimum_version", "service.create"]);
        assert!(service.changes().is_empty());
        assert_eq!(service.version().unwrap(), nova_objects::service::SERVICE_VERSION);
        assert_eq!(service.uuid().unwrap().len(), 36);
        assert_eq!(service.report_count().unwrap(), 0);
        assert!(!service.disabled().unwrap() && !service.forced_down().unwrap());
        assert_eq!(service.disabled_reason().unwrap(), None);
        assert_eq!(service.last_seen_up().unwrap(), None);
        use nova_objects::PersistentFields as _;
        assert!(service.created_at().unwrap().is_some());
        assert_eq!(service.updated_at().unwrap(), None);
        assert!(!service.deleted().unwrap());
        assert!(!service.is_set("availability_zone") && !service.is_set("compute_node"));
        let id = service.id().unwrap();

        let read = Service::get_by_id(&ctx, id).await.unwrap();
        assert!(read.changes().is_empty());
        // MariaDB keeps whole seconds.
        let mut both = [service.clone(), read];
        both.iter_mut().for_each(|service| service.unset("created_at"));
        assert!(both[0].eq_data(&both[1]), "{both:?}");
        assert_eq!(refusal(service.create(&ctx).await), "ObjectActionError: Object action create failed because: already created");
    }

    async fn services_are_found_by_what_identifies_them(db: NovaDb) {
        let ctx = admin(&db);
        let service = compute(&ctx, "h").await;
        let (id, uuid) = (service.id().unwrap(), service.uuid().unwrap());
        for found in [
            Service::get_by_id(&ctx, id).await,
            Service::get_by_uuid(&ctx, uuid).await,
            Service::get_by_host_and_topic(&ctx, "h", "compute").await,
            Service::get_by_args(&ctx, "h", "nova-compute").await,
            Service::get_by_compute_host(&ctx, "h").await,
        ] {
            assert_eq!(found.unwrap().id().unwrap(), id);
        }
        let found = Service::get_by_host_and_binary(&ctx, "h", "nova-compute").await.unwrap();
        assert_eq!(found.map(|service| service.id().unwrap()), Some(id));
        let found = Service::get_by_host_and_binary(&ctx, "x", "nova-compute").await.unwrap();
        assert!(found.is_none());
        assert_eq!(refusal(Service::get_by_id(&ctx, 99).await), "ServiceNotFound: Service 99 could not be found.");
        assert_eq!(refusal(Service::get_by_uuid(&ctx, "x").await), "ServiceNotFound: Service x could not be found.");
        assert_eq!(
            refusal(Service::get_by_args(&ctx, "x", "nova-compute").await),
            "HostBinaryNotFound: Could not find binary nova-compute on host x."
        );
        assert_eq!(
            refusal(Service::get_by_compute_host(&ctx, "x").await),
            "ComputeHostNotFound: Compute host x could not be found."
        );
        let error = Service::get_by_host_and_topic(&ctx, "x", "compute").await.unwrap_err();
        assert!(error.is_class("TypeError"), "{error}");
    }

    async fn a_host_has_one_service_of_a_binary_and_one_on_a_topic(db: NovaDb) {
        let ctx = admin(&db);
        compute(&ctx, "h").await;
        assert_eq!(
            refusal(new("h", "nova-compute", "other").create(&ctx).await),
            "ServiceBinaryExists: Service with host h binary nova-compute exists."
        );
        assert_eq!(
            refusal(new("h", "nova-other", "compute").create(&ctx).await),
            "ServiceTopicExists: Service with host h topic compute exists."
        );
    }

    async fn new_compute_services_may_begin_disabled(db: NovaDb) {
        let db = db.with_settings(Settings { enable_new_services: false, ..Settings::default() });
        let ctx = admin(&db);
        let service = compute(&ctx, "h").await;
        assert!(service.disabled().unwrap());
        let reason = Some("New compute service disabled due to config option.");
        assert_eq!(service.disabled_reason().unwrap(), reason);
        let mut conductor = new("h", "nova-conductor", "conductor");
        conductor.create(&ctx).await.unwrap();
        assert!(!conductor.disabled().unwrap());
    }

    async fn a_report_is_a_sign_of_life(db: NovaDb) {
        let ctx = admin(&db);
        let mut service = compute(&ctx, "h").await;
        service.set_report_count(1);
        let (saved, statements) = statements_of(service.save(&ctx)).await;
        saved.unwrap();
        assert_eq!(statements, ["service.minimum_version", "service.get_by_id", "service.update"]);
        use nova_objects::PersistentFields as _;
        assert!(service.last_seen_up().unwrap().is_some());
        assert!(service.updated_at().unwrap().is_some());
        assert!(service.changes().is_empty());
        let read = Service::get_by_id(&ctx, service.id().unwrap()).await.unwrap();
        assert_eq!(read.report_count().unwrap(), 1);
        assert!(read.last_seen_up().unwrap().is_some());

        // Counting down is none.
        let seen = read.last_seen_up().unwrap();
        let mut read = read;
        read.set_report_count(0);
        read.save(&ctx).await.unwrap();
        assert_eq!(read.last_seen_up().unwrap(), seen);
    }

    async fn saving_what_is_there_already_writes_nothing(db: NovaDb) {
        let ctx = admin(&db);
        let mut service = compute(&ctx, "h").await;
        service.set_version(nova_objects::service::SERVICE_VERSION);
        let (saved, statements) = statements_of(service.save(&ctx)).await;
        saved.unwrap();
        assert_eq!(statements, ["service.minimum_version", "service.get_by_id"]);
        use nova_objects::PersistentFields as _;
        assert_eq!(service.updated_at().unwrap(), None);
    }

    async fn saving_takes_over_what_others_have_written(db: NovaDb) {
        let ctx = admin(&db);
        let mut mine = compute(&ctx, "h").await;
        let mut theirs = Service::get_by_id(&ctx, mine.id().unwrap()).await.unwrap();
        theirs.set_disabled(true);
        theirs.set_disabled_reason("maintenance");
        theirs.save(&ctx).await.unwrap();
        mine.set_forced_down(true);
        mine.save(&ctx).await.unwrap();
        assert!(mine.disabled().unwrap() && mine.forced_down().unwrap());
        assert_eq!(mine.disabled_reason().unwrap(), Some("maintenance"));
        let read = Service::get_by_id(&ctx, mine.id().unwrap()).await.unwrap();
        assert!(read.disabled().unwrap() && read.forced_down().unwrap());
    }

    async fn a_missing_service_cannot_be_saved(db: NovaDb) {
        let ctx = admin(&db);
        let mut service = compute(&ctx, "h").await;
        service.clone().destroy(&ctx).await.unwrap();
        service.set_disabled(true);
        let id = service.id().unwrap();
        assert_eq!(refusal(service.save(&ctx).await), format!("ServiceNotFound: Service {id} could not be found."));
        assert!(service.is_changed("disabled"));
        assert_eq!(refusal(service.destroy(&ctx).await), format!("ServiceNotFound: Service {id} could not be found."));
        // Who sees deleted services can change them.
        let deleted = seeing(&db, ReadDeleted::Yes);
        service.save(&deleted).await.unwrap();
        let read = Service::get_by_id(&seeing(&db, ReadDeleted::Only), id).await.unwrap();
        assert!(read.disabled().unwrap());
    }

    async fn a_destroyed_service_takes_its_nodes_along(db: NovaDb) {
        let ctx = admin(&db);
        let mut service = compute(&ctx, "h").await;
        let other = compute(&ctx, "other").await;
        for host in ["h", "other"] {
            let mut node = crate::compute_node::new(host, host);
            node.set_mapped(1);
            node.create(&ctx).await.unwrap();
        }
        use nova_objects::PersistentFields as _;
        let before = ComputeNode::get_by_host_and_nodename(&ctx, "h", "h").await.unwrap();
        let (destroyed, statements) = statements_of(service.destroy(&ctx)).await;
        destroyed.unwrap();
        assert_eq!(statements, ["service.get_by_id", "service.delete", "service.delete_nodes"]);
        let id = service.id().unwrap();
        assert!(Service::get_by_id(&ctx, id).await.is_err());
        let nodes = ComputeNodeList::get_all(&ctx).await.unwrap();
        let left: Vec<_> = nodes.iter().map(|node| node.host().unwrap()).collect();
        assert_eq!(left, [Some("other")]);
        let gone = seeing(&db, ReadDeleted::Yes);
        let gone = ComputeNode::get_by_host_and_nodename(&gone, "h", "h").await.unwrap();
        assert_eq!(gone.mapped().unwrap(), 0);
        assert!(gone.deleted().unwrap() && gone.deleted_at().unwrap().is_some());
        assert_eq!(gone.updated_at().unwrap(), before.updated_at().unwrap());
        let read = Service::get_by_id(&seeing(&db, ReadDeleted::Only), id).await.unwrap();
        assert!(read.deleted().unwrap() && read.deleted_at().unwrap().is_some());
        assert!(Service::get_by_id(&ctx, other.id().unwrap()).await.is_ok());
        // Its name is free again.
        compute(&ctx, "h").await;
    }

    async fn lists_see_what_the_request_sees(db: NovaDb) {
        let ctx = admin(&db);
        compute(&ctx, "a").await;
        let mut b = compute(&ctx, "b").await;
        b.set_disabled(true);
        b.save(&ctx).await.unwrap();
        let mut c = compute(&ctx, "c").await;
        c.destroy(&ctx).await.unwrap();
        new("a", "nova-conductor", "conductor").create(&ctx).await.unwrap();

        let all = |view| { let ctx = seeing(&db, view); async move { ServiceList::get_all(&ctx).await.unwrap() } };
        assert_eq!(hosts(&all(ReadDeleted::No).await), ["a", "b", "a"]);
        assert_eq!(hosts(&all(ReadDeleted::Yes).await), ["a", "b", "c", "a"]);
        assert_eq!(hosts(&all(ReadDeleted::Only).await), ["c"]);
        let disabled = ServiceList::get_all(&ctx).disabled(true).await.unwrap();
        assert_eq!(hosts(&disabled), ["b"]);
        let enabled = ServiceList::get_all(&ctx).disabled(false).await.unwrap();
        assert_eq!(hosts(&enabled), ["a", "a"]);
        assert_eq!(hosts(&ServiceList::get_by_topic(&ctx, "compute").await.unwrap()), ["a"]);
        assert_eq!(hosts(&ServiceList::get_by_host(&ctx, "a").await.unwrap()), ["a", "a"]);
        let computes = ServiceList::get_by_binary(&ctx, "nova-compute").await.unwrap();
        assert_eq!(hosts(&computes), ["a"]);
        let computes = ServiceList::get_by_binary(&ctx, "nova-compute").include_disabled(true).await.unwrap();
        assert_eq!(hosts(&computes), ["a", "b"]);
        assert!(computes.changes().is_empty());
        assert!(ServiceList::get_by_topic(&ctx, "nothing").await.unwrap().is_empty());
    }

    async fn computes_are_found_by_hypervisor(db: NovaDb) {
        let ctx = admin(&db);
        for (host, nodes) in [("a", &["n1", "n2"][..]), ("b", &[])] {
            compute(&ctx, host).await;
            for node in nodes {
                crate::compute_node::new(host, node).create(&ctx).await.unwrap();
            }
        }
        let found = ServiceList::get_all_computes_by_hv_type(&ctx, "QEMU").await.unwrap();
        assert_eq!(hosts(&found), ["a"]);
        assert!(ServiceList::get_all_computes_by_hv_type(&ctx, "ironic").await.unwrap().is_empty());
    }

    async fn zones_come_from_aggregates(db: NovaDb) {
        let ctx = admin(&db);
        for host in ["a", "b"] {
            compute(&ctx, host).await;
        }
        new("a", "nova-conductor", "conductor").create(&ctx).await.unwrap();
        for (id, zone) in [(1, "east"), (2, "new")] {
            let mut aggregate = Changes::new();
            aggregate.set("id", id).set("uuid", zone).set("name", zone);
            let mut metadata = Changes::new();
            metadata.set("aggregate_id", id).set("key", "availability_zone").set("value", zone);
            let mut host = Changes::new();
            host.set("aggregate_id", id).set("host", "a");
            for (changes, table) in [(aggregate, "aggregates"), (metadata, "aggregate_metadata"), (host, "aggregate_hosts")] {
                db.api.execute("test.insert", &changes.insert(table, now())).await.unwrap();
            }
        }
        let (services, statements) = statements_of(async {
            ServiceList::get_all(&ctx).set_zones(true).await.unwrap()
        }).await;
        let zones: Vec<_> = services.iter().map(|service| service.availability_zone().unwrap()).collect();
        assert_eq!(zones, [Some("east,new"), Some("nova"), Some("internal")]);
        assert!(services.items().iter().all(|service| service.changes().is_empty()));
        assert_eq!(statements, ["service.get_all", "aggregate.zones_by_host"]);
    }

    async fn the_lowest_version_counts(db: NovaDb) {
        let ctx = admin(&db);
        assert_eq!(Service::get_minimum_version(&ctx, "nova-compute").await.unwrap(), 0);
        row(&db, "a", 70, false).await;
        row(&db, "b", 73, false).await;
        row(&db, "c", 1, true).await;
        new("a", "nova-conductor", "conductor").create(&ctx).await.unwrap();
        assert_eq!(Service::get_minimum_version(&ctx, "nova-compute").await.unwrap(), 70);
        let both = ["nova-compute".to_owned(), "nova-conductor".to_owned()].to_vec();
        assert_eq!(Service::get_minimum_version_multi(&ctx, both).await.unwrap(), 70);
        assert_eq!(Service::get_minimum_version_multi(&ctx, Vec::new()).await.unwrap(), 0);
        assert_eq!(
            refusal(Service::get_minimum_version(&ctx, "compute").await),
            "ObjectActionError: Object action get_minimum_version failed because: Invalid binary prefix"
        );
    }

    async fn an_older_service_is_refused(db: NovaDb) {
        let ctx = admin(&db);
        row(&db, "a", 99, false).await;
        assert_eq!(
            refusal(new("b", "nova-compute", "compute").create(&ctx).await),
            "ServiceTooOld: This service is older (v74) than the minimum (v99) version of the rest of the deployment. Unable to continue."
        );
        let update = Query::update().table("services").value("version", 1).take();
        db.main.execute("test.update", &update).await.unwrap();
        compute(&ctx, "b").await;
    }

    async fn minimum_versions_are_remembered_on_demand(db: NovaDb) {
        let ctx = admin(&db);
        let mut service = compute(&ctx, "h").await;
        db.remember_minimum_versions();
        let count = async |service: &mut Service| {
            service.set_report_count(service.report_count().unwrap() + 1);
            let (saved, statements) = statements_of(service.save(&ctx)).await;
            saved.unwrap();
            statements.len()
        };
        assert_eq!(count(&mut service).await, 3);
        assert_eq!(count(&mut service).await, 2);
        db.forget_minimum_versions();
        assert_eq!(count(&mut service).await, 3);
    }

    async fn the_node_of_a_service_is_loaded_on_demand(db: NovaDb) {
        let ctx = admin(&db);
        let mut service = compute(&ctx, "h").await;
        let error = service.load_compute_node(&ctx).await.unwrap_err();
        assert!(error.is_class("ComputeHostNotFound"), "{error}");
        crate::compute_node::new("h", "n").create(&ctx).await.unwrap();
        service.load_compute_node(&ctx).await.unwrap();
        assert_eq!(service.compute_node().unwrap().hypervisor_hostname().unwrap(), Some("n"));
        let mut conductor = new("h", "nova-conductor", "conductor");
        conductor.create(&ctx).await.unwrap();
        assert!(conductor.load_compute_node(&ctx).await.unwrap_err().is_class("ServiceNotFound"));
    }
}
