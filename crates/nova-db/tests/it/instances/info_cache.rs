//! Info caches.

use nova_db::sea_query::{Expr, ExprTrait as _, Query};
use nova_db::{Dialect, Execute as _};
use nova_objects::fields::NetworkInfo;
use nova_objects::{InstanceInfoCache, InstanceInfoCacheStore, PersistentFields as _};
use serde_json::json;
use test_support::on_every_database;
use versionedobjects::ObjectExt as _;

use super::{admin, create, with_deleted};

fn network(id: &str) -> NetworkInfo {
    NetworkInfo::from_vifs(vec![json!({"id": id})])
}

on_every_database! {
    async fn a_cache_is_saved_and_refreshed(db: NovaDb) {
        let ctx = admin();
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        let mut cache = InstanceInfoCacheStore::get_by_instance_uuid(&db, &ctx, uuid.clone()).await.unwrap();
        let mut stale = cache.clone();
        assert_eq!(cache.updated_at().unwrap(), None);
        cache.set_network_info(Some(network("v")));
        InstanceInfoCacheStore::save(&db, &ctx, &mut cache, true).await.unwrap();
        assert!(cache.changes().is_empty() && cache.updated_at().unwrap().is_some());
        InstanceInfoCacheStore::refresh(&db, &ctx, &mut stale).await.unwrap();
        assert_eq!(stale.network_info().unwrap(), Some(&network("v")));
    }

    async fn a_missing_cache_is_made_by_its_save(db: NovaDb) {
        let ctx = admin();
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        let delete = Query::delete()
            .from_table("instance_info_caches")
            .and_where(Expr::col("instance_uuid").eq(uuid.as_str()))
            .take();
        db.main.execute("test.forget", &delete).await.unwrap();
        let error = InstanceInfoCacheStore::get_by_instance_uuid(&db, &ctx, uuid.clone()).await.unwrap_err();
        assert!(error.is_class("InstanceInfoCacheNotFound"));
        let mut cache = InstanceInfoCache::for_instance(uuid.as_str());
        cache.set_network_info(Some(network("v")));
        InstanceInfoCacheStore::save(&db, &ctx, &mut cache, true).await.unwrap();
        assert!(cache.created_at().unwrap().is_some());
        let read = InstanceInfoCacheStore::get_by_instance_uuid(&db, &ctx, uuid).await.unwrap();
        assert_eq!(read.network_info().unwrap(), Some(&network("v")));
    }

    async fn a_deleted_cache_is_gone(db: NovaDb) {
        let ctx = admin();
        let uuid = create(&db, "a").await.uuid().unwrap().to_owned();
        let mut cache = InstanceInfoCacheStore::get_by_instance_uuid(&db, &ctx, uuid.clone()).await.unwrap();
        InstanceInfoCacheStore::delete(&db, &ctx, &mut cache).await.unwrap();
        assert!(InstanceInfoCacheStore::get_by_instance_uuid(&db, &ctx, uuid.clone()).await.is_err());
        // Who does not see it tries to make a new one and finds the place taken.
        cache.set_network_info(Some(network("v")));
        InstanceInfoCacheStore::save(&db, &ctx, &mut cache, true).await.unwrap();
        cache.set_network_info(Some(network("w")));
        let error = InstanceInfoCacheStore::save(&db, &with_deleted(), &mut cache, true).await.unwrap_err();
        assert!(error.is_class("InstanceInfoCacheNotFound"));
    }

    /// SQLite does not look at foreign keys, as Nova leaves it.
    async fn a_cache_of_nobody_is_refused(db: NovaDb) {
        let mut cache = InstanceInfoCache::for_instance("00000000-0000-0000-0000-000000000001");
        let saved = InstanceInfoCacheStore::save(&db, &admin(), &mut cache, true).await;
        match db.main.dialect() {
            Dialect::Sqlite => saved.unwrap(),
            _ => assert!(saved.unwrap_err().is_class("InstanceNotFound")),
        }
    }
}
