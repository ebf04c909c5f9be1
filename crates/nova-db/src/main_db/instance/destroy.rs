//! Deleting instances, with what belongs to them.

use nova_objects::{Instance, NovaException, RequestContext, Result};
use sea_query::{Expr, ExprTrait as _, Query};
use versionedobjects::{DateTime, ObjectExt as _};

use super::read;
use super::save::uuid_like;
use crate::changes::{now, soft_delete};
use crate::connection::Database;
use crate::execute::Execute;
use crate::main_db::relation::take_over;
use crate::read_deleted::ReadDeleted;
use crate::request::require_context;
use crate::transaction::Transaction;

/// The tables whose rows go with their instance, the column that names it, and the
/// names of the queries that mark and remove them.
const DEPENDENTS: [(&str, &str, &str); 10] = [
    (
        "security_group_instance_association",
        "instance_uuid",
        "security_group.forget_instance",
    ),
    (
        "instance_info_caches",
        "instance_uuid",
        "instance_info_cache.delete",
    ),
    (
        "instance_metadata",
        "instance_uuid",
        "instance_metadata.delete",
    ),
    ("instance_faults", "instance_uuid", "instance_fault.delete"),
    ("instance_extra", "instance_uuid", "instance_extra.delete"),
    (
        "instance_system_metadata",
        "instance_uuid",
        "instance_system_metadata.delete",
    ),
    (
        "block_device_mapping",
        "instance_uuid",
        "block_device_mapping.delete",
    ),
    ("migrations", "instance_uuid", "migration.delete"),
    (
        "virtual_interfaces",
        "instance_uuid",
        "virtual_interface.delete",
    ),
    ("instance_id_mappings", "uuid", "ec2.delete_instance"),
];

/// Deletes the instance: its row stays and is marked, unless `hard` (nova
/// `objects/instance.py`, `destroy`; `db/main/api.py`, `instance_destroy`).
pub(super) async fn destroy(
    db: &Database,
    request: &RequestContext,
    instance: &mut Instance,
    hard: bool,
) -> Result<()> {
    let refuse = |reason: &str| nova_objects::Error::action("destroy", reason);
    if !instance.is_set("id") {
        return Err(refuse("already destroyed"));
    }
    if !instance.is_set("uuid") {
        return Err(refuse("no uuid"));
    }
    require_context(request)?;
    let uuid = instance.uuid()?.to_owned();
    if !uuid_like(&uuid) {
        return Err(NovaException::InvalidUUID { uuid: uuid.into() }.into());
    }
    // What is on no host may just have been put on one.
    let unplaced = !matches!(instance.host(), Ok(Some(host)) if !host.is_empty());
    let uuid = uuid.as_str();
    let destroyed = db
        .transaction("instance.destroy", |tx| async move {
            run(&tx, request, uuid, unplaced, hard).await
        })
        .await
        .map_err(|error| match error.nova() {
            Some(NovaException::ConstraintNotMet {}) => refuse("host changed"),
            _ => error,
        })?;
    take_over(instance, &destroyed);
    instance.reset_changes();
    instance.unset("id");
    Ok(())
}

async fn run(
    tx: &Transaction,
    request: &RequestContext,
    uuid: &str,
    unplaced: bool,
    hard: bool,
) -> Result<Instance> {
    let mut instance = read::by_uuid(tx, request, uuid).await?;
    let now = now();
    let view = ReadDeleted::from(request.read_deleted);

    // First of all, hard or not: this tells whether it may be deleted.
    let mut delete = soft_delete("instances", now);
    delete.and_where(Expr::col("uuid").eq(uuid));
    if let Some(condition) = view.condition("instances") {
        delete.and_where(condition);
    }
    if unplaced {
        delete.and_where(Expr::col("host").is_null());
    }
    if tx.execute("instance.delete", &delete).await? == 0 {
        // Either it is gone or the constraint was not met.
        read::by_uuid(tx, request, uuid).await?;
        return Err(NovaException::ConstraintNotMet {}.into());
    }
    for (table, column, query) in DEPENDENTS {
        if hard {
            let delete = Query::delete()
                .from_table(table)
                .and_where(Expr::col(column).eq(uuid))
                .take();
            tx.execute(query, &delete).await?;
        } else {
            let mut delete = soft_delete(table, now);
            delete.and_where(Expr::col(column).eq(uuid));
            if let Some(condition) = view.condition(table) {
                delete.and_where(condition);
            }
            tx.execute(query, &delete).await?;
        }
    }
    // These have no mark.
    for (table, column, query) in [
        ("tags", "resource_id", "tag.delete"),
        (
            "console_auth_tokens",
            "instance_uuid",
            "console_auth_token.delete",
        ),
    ] {
        let delete = Query::delete()
            .from_table(table)
            .and_where(Expr::col(column).eq(uuid))
            .take();
        tx.execute(query, &delete).await?;
    }
    // Actions stay, so that operators can see what was done to a deleted instance.
    if hard {
        remove(tx, uuid).await?;
    }
    instance.load("deleted", true)?;
    instance.load("deleted_at", DateTime::from_naive_utc(now))?;
    Ok(instance)
}

/// Removes the actions and at last the instance itself.
async fn remove(tx: &Transaction, uuid: &str) -> Result<()> {
    let actions = Query::select()
        .column("id")
        .from("instance_actions")
        .and_where(Expr::col("instance_uuid").eq(uuid))
        .take();
    let events = Query::delete()
        .from_table("instance_actions_events")
        .and_where(Expr::col("action_id").in_subquery(actions))
        .take();
    tx.execute("instance_action_event.remove", &events).await?;
    for (table, column, query) in [
        (
            "instance_actions",
            "instance_uuid",
            "instance_action.remove",
        ),
        ("instances", "uuid", "instance.remove"),
    ] {
        let delete = Query::delete()
            .from_table(table)
            .and_where(Expr::col(column).eq(uuid))
            .take();
        tx.execute(query, &delete).await?;
    }
    Ok(())
}
