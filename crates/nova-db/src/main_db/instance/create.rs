//! Creating instances.

use nova_objects::{
    Instance, InstanceInfoCache, MigrationContext, NovaException, PciDeviceList,
    PersistentFields as _, RequestContext, Result, SecurityGroupList,
};
use sea_query::{Expr, ExprTrait as _, Func, Query};
use versionedobjects::ObjectExt as _;

use super::{INSTANCES, check_node, extra, metadata};
use crate::changes::{Changes, now};
use crate::connection::{Database, UniqueNames};
use crate::execute::Execute;
use crate::main_db::instance_info_cache::INFO_CACHES;
use crate::main_db::{ec2, instance_pci_requests};
use crate::request::require_context;
use crate::statement::{Prepared, param};

/// Inserts the instance with everything that is set on it (nova `objects/instance.py`,
/// `create`; `db/main/api.py`, `instance_create`).
pub(super) async fn create(
    db: &Database,
    request: &RequestContext,
    instance: &mut Instance,
) -> Result<()> {
    if instance.is_set("id") {
        return Err(nova_objects::Error::action("create", "already created"));
    }
    if matches!(instance.deleted(), Ok(true)) {
        return Err(nova_objects::Error::action("create", "already deleted"));
    }
    check_node(instance, "create")?;
    require_context(request)?;
    ensure_default_security_group(db, request).await?;

    let given = instance.uuid().ok().filter(|uuid| !uuid.is_empty());
    let uuid = given.map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned);
    let new = New {
        columns: columns(instance, &uuid),
        network_info: network_info(instance)?,
        texts: texts(instance)?,
        created_at: now(),
        uuid,
    };
    let (the_new, whole) = (&new, &*instance);
    let (id, number) = db
        .transaction("instance.create", |tx| async move {
            the_new
                .insert(&tx, request, whole, db.options().unique_server_names)
                .await
        })
        .await?;

    new.complete(instance, id)?;
    // Images are given numbers beside the transaction, as in the original.
    let ids = ec2::ids(db, std::slice::from_ref(instance), &[number]).await?;
    for ids in ids {
        instance.set_ec2_ids(ids);
    }
    instance.reset_changes_of(&["ec2_ids"]);
    Ok(())
}

/// What is inserted, so that inserting can be repeated.
struct New {
    uuid: String,
    created_at: chrono::NaiveDateTime,
    columns: Changes,
    /// Of the info cache, whether or not it is set on the instance.
    network_info: Option<String>,
    /// The columns of `instance_extra`.
    texts: Vec<(&'static str, Option<String>)>,
}

impl New {
    async fn insert(
        &self,
        tx: &impl Execute,
        request: &RequestContext,
        instance: &Instance,
        unique_names: Option<UniqueNames>,
    ) -> Result<(i64, i64)> {
        if instance.is_changed("hostname") {
            check_hostname(tx, request, instance.hostname()?, unique_names).await?;
        }
        let now = self.created_at;
        let insert = self.columns.clone().insert_live("instances", now);
        let id = tx.insert_returning_id("instance.create", &insert).await?;

        let mut cache = Changes::new();
        cache
            .set("instance_uuid", self.uuid.as_str())
            .set("network_info", self.network_info.clone());
        let insert = cache.insert_live("instance_info_caches", now);
        tx.execute("instance_info_cache.create", &insert).await?;

        let mut extra = Changes::new();
        extra.set("instance_uuid", self.uuid.as_str());
        for (column, text) in &self.texts {
            extra.set(column, text.clone());
        }
        let insert = extra.insert_live("instance_extra", now);
        tx.execute("instance_extra.create", &insert).await?;

        if instance.is_changed("metadata") {
            let pairs = instance
                .metadata()?
                .iter()
                .map(|(key, value)| (key.as_str(), Some(value.as_str())));
            metadata::insert(tx, metadata::Kind::User, &self.uuid, pairs, now).await?;
        }
        if instance.is_changed("system_metadata") {
            let pairs = instance
                .system_metadata()?
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_deref()));
            metadata::insert(tx, metadata::Kind::System, &self.uuid, pairs, now).await?;
        }
        let number = ec2::map_instance(tx, &self.uuid).await?;
        Ok((id, number))
    }

    /// Sets on the instance what it is now.
    fn complete(&self, instance: &mut Instance, id: i64) -> Result<()> {
        let has_info_cache = instance.is_changed("info_cache");
        let has_groups = instance.is_changed("security_groups");
        instance.set_uuid(self.uuid.as_str());
        INSTANCES.inserted(instance, &[], id, self.created_at)?;
        if has_info_cache {
            let mut cache = InstanceInfoCache::new();
            cache.set_instance_uuid(self.uuid.as_str());
            cache.set("network_info", self.network_info.as_deref())?;
            INFO_CACHES.inserted(&mut cache, &[], 0, self.created_at)?;
            cache.reset_changes();
            instance.set_info_cache(cache);
        }
        if has_groups {
            instance.set_security_groups(SecurityGroupList::new());
        }
        // As they read from the texts: a flavor has lost its description.
        for (column, text) in &self.texts {
            extra::set(instance, column, text.as_deref())?;
        }
        let requested = self
            .texts
            .iter()
            .any(|(column, text)| *column == "pci_requests" && text.is_some());
        if !requested {
            instance.set_pci_devices(None::<PciDeviceList>);
        }
        instance.set_migration_context(None::<MigrationContext>);
        instance.reset_changes();
        Ok(())
    }
}

/// The columns of the instance's own row.
fn columns(instance: &Instance, uuid: &str) -> Changes {
    let mut columns = INSTANCES.changes(instance);
    columns.set("uuid", uuid).set("deleted", 0);
    let cleaned = instance.is_changed("cleaned") && matches!(instance.cleaned(), Ok(true));
    columns.set("cleaned", i64::from(cleaned));
    for flag in ["hidden", "shutdown_terminate", "disable_terminate"] {
        if !columns.contains(flag) {
            columns.set(flag, false);
        }
    }
    columns
}

fn network_info(instance: &Instance) -> Result<Option<String>> {
    if !instance.is_changed("info_cache") {
        return Ok(None);
    }
    let cache = instance.info_cache()?;
    let network = cache.and_then(|cache| cache.network_info().ok().flatten());
    Ok(network.map(|network| network.as_str().to_owned()))
}

/// The columns of `instance_extra`. All but the last two are there in any case, so that
/// nobody has to look for them later.
fn texts(instance: &Instance) -> Result<Vec<(&'static str, Option<String>)>> {
    let mut texts = Vec::with_capacity(extra::COLUMNS.len());
    let changed = |field: &str| instance.is_changed(field);

    let topology = if changed("numa_topology") {
        instance.numa_topology()?
    } else {
        None
    };
    // Without cells it counts as none.
    let topology =
        topology.filter(|topology| topology.cells().is_ok_and(|cells| !cells.is_empty()));
    texts.push((
        "numa_topology",
        topology.map(|topology| topology.to_json()).transpose()?,
    ));

    let requests = if changed("pci_requests") {
        instance.pci_requests()?
    } else {
        None
    };
    texts.push((
        "pci_requests",
        requests.map(instance_pci_requests::text).transpose()?,
    ));

    let metadata = if changed("device_metadata") {
        instance.device_metadata()?
    } else {
        None
    };
    texts.push((
        "device_metadata",
        metadata.map(|metadata| metadata.to_json()).transpose()?,
    ));

    let model = if changed("vcpu_model") {
        instance.vcpu_model()?
    } else {
        None
    };
    texts.push((
        "vcpu_model",
        model.map(|model| model.to_json()).transpose()?,
    ));

    let certs = if changed("trusted_certs") {
        instance.trusted_certs()?
    } else {
        None
    };
    texts.push((
        "trusted_certs",
        certs.map(|certs| certs.to_json()).transpose()?,
    ));

    let resources = if changed("resources") {
        instance.resources()?
    } else {
        None
    };
    let resources = resources.filter(|resources| !resources.is_empty());
    texts.push((
        "resources",
        resources.map(|resources| resources.to_json()).transpose()?,
    ));

    if changed("keypairs") {
        texts.push(("keypairs", Some(instance.keypairs()?.to_json()?)));
    }
    if changed("flavor") {
        let other = |flavor: versionedobjects::Result<Option<&nova_objects::Flavor>>| {
            flavor.ok().flatten().map(extra::flavor_text).transpose()
        };
        let flavors = extra::Flavors {
            cur: Some(extra::flavor_text(instance.flavor()?)?),
            old: other(instance.old_flavor())?,
            new: other(instance.new_flavor())?,
        };
        texts.push(("flavor", Some(flavors.text())));
    }
    Ok(texts)
}

static SAME_HOSTNAME: Prepared = Prepared::select(|| {
    Query::select()
        .column("id")
        .from("instances")
        .and_where(Expr::expr(Func::lower(Expr::col("hostname"))).eq(param()))
        .and_where(Expr::col("deleted").eq(0))
        .limit(1)
        .take()
});

static SAME_HOSTNAME_IN_PROJECT: Prepared = Prepared::select(|| {
    Query::select()
        .column("id")
        .from("instances")
        .and_where(Expr::expr(Func::lower(Expr::col("hostname"))).eq(param()))
        .and_where(Expr::col("deleted").eq(0))
        .and_where(Expr::col("project_id").eq(param()))
        .limit(1)
        .take()
});

/// Where names have to be unique, whether this one is (nova `db/main/api.py`,
/// `_validate_unique_server_name`). Two at the same moment are not seen, as there.
///
/// # Errors
///
/// `InstanceExists`.
pub(super) async fn check_hostname(
    db: &impl Execute,
    request: &RequestContext,
    hostname: Option<&str>,
    unique: Option<UniqueNames>,
) -> Result<()> {
    let (Some(unique), Some(hostname)) = (unique, hostname) else {
        return Ok(());
    };
    let name = hostname.to_lowercase();
    let statement = match unique {
        UniqueNames::Global => SAME_HOSTNAME.bind([name.as_str().into()]),
        UniqueNames::Project => {
            let project = request.project_id.as_deref().map(str::to_owned);
            SAME_HOSTNAME_IN_PROJECT.bind([name.as_str().into(), project.into()])
        }
    };
    match db
        .fetch_optional("instance.same_hostname", statement)
        .await?
    {
        Some(_) => Err(NovaException::InstanceExists { name }.into()),
        None => Ok(()),
    }
}

static DEFAULT_GROUP: Prepared = Prepared::select(|| {
    Query::select()
        .column("id")
        .from("security_groups")
        .and_where(Expr::col("project_id").eq(param()))
        .and_where(Expr::col("name").eq("default"))
        .and_where(Expr::col("deleted").eq(0))
        .limit(1)
        .take()
});

/// Every project with instances has a security group `default`. Nothing uses it any
/// more, but its row is expected (nova `db/main/api.py`, `security_group_ensure_default`).
async fn ensure_default_security_group(db: &Database, request: &RequestContext) -> Result<()> {
    const QUERY: &str = "security_group.get_default";
    let found = match &request.project_id {
        Some(project) => {
            db.fetch_optional(QUERY, DEFAULT_GROUP.bind([project.as_str().into()]))
                .await?
        }
        None => {
            let mut select = Query::select()
                .column("id")
                .from("security_groups")
                .limit(1)
                .take();
            select
                .and_where(Expr::col("project_id").is_null())
                .and_where(Expr::col("name").eq("default"))
                .and_where(Expr::col("deleted").eq(0));
            db.fetch_optional(QUERY, &select).await?
        }
    };
    if found.is_some() {
        return Ok(());
    }
    let mut changes = Changes::new();
    changes
        .set("name", "default")
        .set("description", "default")
        .set("user_id", request.user_id.clone())
        .set("project_id", request.project_id.clone());
    let insert = changes.insert_live("security_groups", now());
    match db.execute("security_group.create_default", &insert).await {
        Ok(_) => Ok(()),
        // Somebody else was first.
        Err(error) if error.unique_violation().is_some() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn names_are_compared_in_lower_case() {
        assert_sql(
            "instance.same_hostname",
            SAME_HOSTNAME_IN_PROJECT.bind(["h".into(), "p".into()]),
        );
    }
}
