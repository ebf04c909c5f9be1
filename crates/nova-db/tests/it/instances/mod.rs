//! Instances and what belongs to them, through their store traits.

mod actions;
mod compare_and_swap;
mod cost;
mod create;
mod deadlock;
mod extra;
mod faults;
mod get;
mod info_cache;
mod lists;
pub(super) mod pci;
mod recorded;
mod save;
mod written_by_nova;

use std::sync::Arc;

use nova_db::sea_query::{Expr, ExprTrait as _, Query};
use nova_db::{Execute as _, NovaDb};
use nova_objects::{
    Context, Flavor, Instance, InstanceInfoCache, InstanceList, InstanceListStore, InstanceStore,
    ReadDeleted, RequestContext, Result,
};
use serde_json::Value as Json;
use versionedobjects::fields::Dict;

/// The context of an administrator in the project `p`.
pub(super) fn admin() -> Context {
    context(admin_of("p"))
}

/// A request of an administrator in that project.
pub(super) fn admin_of(project: &str) -> RequestContext {
    let mut request = RequestContext::admin();
    request.user_id = Some("u".to_owned());
    request.project_id = Some(project.to_owned());
    request
}

/// A context of that request. The stores are called directly, so it needs no route.
pub(super) fn context(request: RequestContext) -> Context {
    Context::direct(Arc::new(()), request)
}

/// As [`admin`], with the databases behind it.
pub(super) fn context_on(db: &NovaDb) -> Context {
    db.context(admin_of("p"))
}

/// An administrator's context that sees deleted rows.
pub(super) fn with_deleted() -> Context {
    context(RequestContext::admin().with_read_deleted(ReadDeleted::Yes))
}

/// A flavor as it is copied into instances.
pub(super) fn flavor(name: &str) -> Flavor {
    let mut flavor = Flavor::new();
    flavor.set_id(1);
    flavor.set_name(name);
    flavor.set_memory_mb(512);
    flavor.set_vcpus(1);
    flavor.set_root_gb(1);
    flavor.set_ephemeral_gb(0);
    flavor.set_flavorid("f");
    flavor.set_swap(0);
    flavor.set_rxtx_factor(Some(1.0));
    flavor.set_vcpu_weight(Some(0));
    flavor.set_disabled(false);
    flavor.set_is_public(true);
    flavor.set_extra_specs(Dict::from_iter([("hw:x".to_owned(), "y".to_owned())]));
    flavor.set_description(Some("much text".to_owned()));
    flavor
}

/// An instance that is about to be created: in project `p`, on host `h`, with metadata.
pub(super) fn new_instance(name: &str) -> Instance {
    let mut instance = Instance::new();
    instance.set_user_id("u");
    instance.set_project_id("p");
    instance.set_hostname(name);
    instance.set_display_name(name);
    instance.set_host("h");
    instance.set_node("n");
    instance.set_compute_id(Some(1));
    instance.set_vm_state("active");
    instance.set_vcpus(Some(1));
    instance.set_memory_mb(Some(512));
    instance.set_instance_type_id(Some(1));
    instance.set_image_ref("image");
    instance.set_metadata(Dict::from_iter([("k1".to_owned(), "v1".to_owned())]));
    instance.set_system_metadata(Dict::from_iter([
        ("s1".to_owned(), Some("w1".to_owned())),
        ("s2".to_owned(), None),
    ]));
    instance.set_flavor(flavor("small"));
    instance.set_old_flavor(None::<Flavor>);
    instance.set_new_flavor(None::<Flavor>);
    let mut cache = InstanceInfoCache::new();
    cache.set_network_info(Some(nova_objects::fields::NetworkInfo::empty()));
    instance.set_info_cache(cache);
    instance
}

/// Creates such an instance.
pub(super) async fn create(db: &NovaDb, name: &str) -> Instance {
    let mut instance = new_instance(name);
    InstanceStore::create(db, &admin(), &mut instance)
        .await
        .unwrap();
    instance
}

/// The instance with these attributes.
pub(super) async fn get(
    db: &NovaDb,
    ctx: &Context,
    uuid: &str,
    attrs: &[&str],
) -> Result<Instance> {
    let attrs = attrs.iter().map(|attr| (*attr).to_owned()).collect();
    InstanceStore::get_by_uuid(db, ctx, uuid.to_owned(), Some(attrs), false).await
}

/// Saves whatever state the instance is in.
pub(super) async fn save(db: &NovaDb, instance: &mut Instance) -> Result<()> {
    save_if(db, instance, Json::Null, Json::Null).await
}

/// Saves in an expected state.
pub(super) async fn save_if(
    db: &NovaDb,
    instance: &mut Instance,
    vm: Json,
    task: Json,
) -> Result<()> {
    InstanceStore::save(db, &admin(), instance, vm, task, false).await
}

/// The instances that pass the filters, by display name.
pub(super) async fn filtered(db: &NovaDb, ctx: &Context, filters: Json) -> Result<InstanceList> {
    let Json::Object(filters) = filters else {
        panic!("filters are a dictionary")
    };
    let filters = filters.into_iter().collect();
    let (key, asc) = ("display_name".to_owned(), "asc".to_owned());
    InstanceListStore::get_by_filters(
        db, ctx, filters, key, asc, None, None, None, false, None, None,
    )
    .await
}

/// The display names of a list.
pub(super) fn names(list: &InstanceList) -> Vec<&str> {
    list.iter()
        .map(|one| one.display_name().unwrap().unwrap())
        .collect()
}

/// How many rows of a table name the instance, and how many of them count as deleted.
pub(super) async fn rows(
    db: &NovaDb,
    table: &'static str,
    column: &'static str,
    uuid: &str,
) -> (i64, i64) {
    let select = |deleted: bool| {
        let mut select = Query::select();
        select
            .expr(Expr::col(column).count())
            .from(table)
            .and_where(Expr::col(column).eq(uuid));
        if deleted {
            select.and_where(Expr::col("deleted").ne(0));
        }
        select
    };
    let all = db
        .main
        .fetch_one("test.rows", &select(false))
        .await
        .unwrap();
    let deleted = db.main.fetch_one("test.rows", &select(true)).await.unwrap();
    (all.get(0).unwrap(), deleted.get(0).unwrap())
}
