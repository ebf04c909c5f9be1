//! Info caches of instances.

use nova_objects::{
    Context, InstanceInfoCache, InstanceInfoCacheStore, NovaException, PersistentFields as _,
    RequestContext, Result,
};
use sea_query::{Cond, Condition, Expr, ExprTrait as _};
use versionedobjects::{
    DateTime, Expect, Object as _, ObjectExt as _, VersionedObject as _, async_trait,
};

use crate::changes::{Changes, now, soft_delete};
use crate::connection::NovaDb;
use crate::error::Error;
use crate::execute::Execute;
use crate::failure::Failure;
use crate::main_db::instance::not_found;
use crate::main_db::relation::take_over;
use crate::read_deleted::ReadDeleted;
use crate::request::{request, require_context};
use crate::statement::param;
use crate::table::Table;
use crate::transaction::Transaction;
use crate::views::{Views, views};

pub(super) static INFO_CACHES: Table =
    Table::new("instance_info_caches", InstanceInfoCache::class_def, &[]);

static BY_INSTANCE: Views = views!(INFO_CACHES, |select| select
    .and_where(Expr::col(("instance_info_caches", "instance_uuid")).eq(param())));

async fn find(
    db: &impl Execute,
    request: &RequestContext,
    uuid: &str,
) -> Result<Option<InstanceInfoCache>> {
    let statement = BY_INSTANCE
        .of(request.read_deleted.into())
        .bind([uuid.into()]);
    let row = db
        .fetch_optional("instance_info_cache.get", statement)
        .await?;
    row.as_ref().map(|row| INFO_CACHES.load(row)).transpose()
}

fn key(uuid: &str) -> Condition {
    Cond::all().add(Expr::col("instance_uuid").eq(uuid))
}

fn missing(uuid: &str) -> nova_objects::Error {
    NovaException::InstanceInfoCacheNotFound {
        instance_uuid: uuid.into(),
    }
    .into()
}

/// Writes the network, creating the record where there is none, and gives the record as
/// it is then (nova `db/main/api.py`, `instance_info_cache_update`).
pub(super) async fn update(
    tx: &Transaction,
    request: &RequestContext,
    uuid: &str,
    network_info: Option<&str>,
    expect: &Expect,
) -> Result<InstanceInfoCache> {
    require_context(request)?;
    let now = now();
    let mut changes = Changes::new();
    changes.set("network_info", network_info.map(str::to_owned));
    match find(tx, request, uuid).await? {
        Some(cache) if cache.deleted()? => Err(missing(uuid)),
        Some(mut cache) => {
            let query = "instance_info_cache.update";
            INFO_CACHES
                .update(tx, query, changes, now, key(uuid), expect)
                .await?;
            cache.load("network_info", network_info)?;
            cache.load("updated_at", DateTime::from_naive_utc(now))?;
            Ok(cache)
        }
        // There is nothing to compare.
        None if !expect.is_nothing() => Err(missing(uuid)),
        None => {
            changes.set("instance_uuid", uuid);
            let insert = changes.insert_live("instance_info_caches", now);
            let inserted: Result<i64, Error> = tx
                .nested(tx.insert_returning_id("instance_info_cache.create", &insert))
                .await;
            match inserted {
                Ok(_) => {}
                // Somebody else was first, or the record is deleted.
                Err(error) if error.unique_violation().is_some() => {}
                Err(error) if error.failure() == Some(Failure::ForeignKey) => {
                    return Err(not_found(uuid));
                }
                Err(error) => return Err(error.into()),
            }
            let mut cache = InstanceInfoCache::new();
            cache.load("instance_uuid", uuid)?;
            cache.load("network_info", network_info)?;
            // Marked, so that they are not taken for columns left out.
            cache.mark_changed(&["instance_uuid", "network_info"]);
            INFO_CACHES.inserted(&mut cache, &[], 0, now)?;
            cache.reset_changes();
            Ok(cache)
        }
    }
}

#[async_trait]
impl InstanceInfoCacheStore for NovaDb {
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<InstanceInfoCache> {
        let request = request(ctx);
        require_context(request)?;
        find(&self.main, request, &instance_uuid)
            .await?
            .ok_or_else(|| missing(&instance_uuid))
    }

    async fn save(
        &self,
        ctx: &Context,
        instance_info_cache: &mut InstanceInfoCache,
        _update_cells: bool,
    ) -> Result<()> {
        if instance_info_cache.is_changed("network_info") {
            let request = request(ctx);
            let uuid = instance_info_cache.instance_uuid()?.to_owned();
            let network = instance_info_cache
                .network_info()?
                .map(|network| network.as_str().to_owned());
            let (uuid, network) = (uuid.as_str(), network.as_deref());
            let saved = self
                .main
                .transaction("instance_info_cache.save", |tx| async move {
                    update(&tx, request, uuid, network, ctx.expected()).await
                })
                .await?;
            take_over(instance_info_cache, &saved);
        } else {
            let key = key(instance_info_cache.instance_uuid()?);
            let query = "instance_info_cache.update";
            let update = INFO_CACHES.update(
                &self.main,
                query,
                Changes::new(),
                now(),
                key,
                ctx.expected(),
            );
            if update.await? == 0 {
                return Err(missing(instance_info_cache.instance_uuid()?));
            }
        }
        instance_info_cache.reset_changes();
        Ok(())
    }

    async fn delete(
        &self,
        ctx: &Context,
        instance_info_cache: &mut InstanceInfoCache,
    ) -> Result<()> {
        let request = request(ctx);
        require_context(request)?;
        let mut delete = soft_delete("instance_info_caches", now());
        delete.and_where(
            Expr::col("instance_uuid").eq(instance_info_cache.instance_uuid()?.to_owned()),
        );
        let view = ReadDeleted::from(request.read_deleted);
        if let Some(condition) = view.condition("instance_info_caches") {
            delete.and_where(condition);
        }
        self.main
            .execute("instance_info_cache.delete", &delete)
            .await?;
        Ok(())
    }

    async fn refresh(
        &self,
        ctx: &Context,
        instance_info_cache: &mut InstanceInfoCache,
    ) -> Result<()> {
        let uuid = instance_info_cache.instance_uuid()?.to_owned();
        let current = InstanceInfoCacheStore::get_by_instance_uuid(self, ctx, uuid).await?;
        for index in 0..InstanceInfoCache::class_def().fields.len() {
            if instance_info_cache.slot(index).is_set() {
                instance_info_cache
                    .slot_mut(index)
                    .copy_from(current.slot(index));
            }
        }
        instance_info_cache.reset_changes();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn a_cache_is_found_by_its_instance() {
        assert_sql("instance_info_cache.get", BY_INSTANCE.no.bind(["u".into()]));
    }
}
