//! Services.

use nova_objects::{
    BuiltinError, Context, NovaException, Result, Service, ServiceList, ServiceListStore,
    ServiceStore,
};
use sea_query::{Cond, Expr, ExprTrait as _, JoinType, SelectStatement, UpdateStatement};
use versionedobjects::{DateTime, Json, Object as _, ObjectExt as _, Value, async_trait};

use crate::changes::{now, soft_delete};
use crate::connection::NovaDb;
use crate::execute::Execute;
use crate::read_deleted::ReadDeleted;
use crate::request::read_deleted;
use crate::row::Row;
use crate::statement::{Prepared, param};
use crate::table::Table;
use crate::views::{Views, views};

/// A service from before services had uuids keeps none; the zone is not kept here.
static SERVICES: Table =
    Table::new("services", Service::class_def, &["availability_zone"]).ignoring_null(&["uuid"]);

static BY_ID: Views = views!(SERVICES, |select| select.and_where(col("id").eq(param())));
static BY_UUID: Views = views!(SERVICES, |select| select.and_where(col("uuid").eq(param())));
static BY_HOST_AND_BINARY: Prepared = Prepared::select(|| {
    live()
        .and_where(col("host").eq(param()))
        .and_where(col("binary").eq(param()))
        .take()
});
static BY_HOST_AND_TOPIC: Prepared = Prepared::select(|| {
    live()
        .and_where(col("disabled").eq(false))
        .and_where(col("host").eq(param()))
        .and_where(col("topic").eq(param()))
        .take()
});
static ALL: Views = views!(SERVICES, |select| in_order(select));
static ALL_BY_DISABLED: Views = views!(SERVICES, |select| in_order(select)
    .and_where(col("disabled").eq(param())));
static ALL_BY_BINARY: Views = views!(SERVICES, |select| in_order(select)
    .and_where(col("binary").eq(param())));
static ENABLED_BY_BINARY: Views = views!(SERVICES, |select| in_order(select)
    .and_where(col("binary").eq(param()))
    .and_where(col("disabled").eq(false)));
static ENABLED_BY_TOPIC: Prepared = Prepared::select(|| {
    in_order(&mut live())
        .and_where(col("disabled").eq(false))
        .and_where(col("topic").eq(param()))
        .take()
});
static ALL_BY_HOST: Prepared = Prepared::select(|| {
    in_order(&mut live())
        .and_where(col("host").eq(param()))
        .take()
});
/// As in the original, a node that was deleted counts too.
static COMPUTES_BY_HV_TYPE: Prepared = Prepared::select(|| {
    in_order(&mut live())
        .distinct()
        .join(
            JoinType::InnerJoin,
            "compute_nodes",
            Expr::col(("compute_nodes", "host")).equals(("services", "host")),
        )
        .and_where(col("binary").eq("nova-compute"))
        .and_where(col("disabled").eq(false))
        .and_where(Expr::col(("compute_nodes", "hypervisor_type")).eq(param()))
        .take()
});

fn col(name: &'static str) -> Expr {
    Expr::col(("services", name))
}

fn live() -> SelectStatement {
    let mut select = SERVICES.select();
    ReadDeleted::No.apply(&mut select, "services");
    select
}

fn in_order(select: &mut SelectStatement) -> &mut SelectStatement {
    select.order_by(("services", "id"), sea_query::Order::Asc)
}

/// What the model gives a service that was created without them.
fn defaults() -> [(&'static str, Value); 4] {
    [
        ("report_count", 0.into()),
        ("disabled", false.into()),
        ("forced_down", false.into()),
        ("version", 0.into()),
    ]
}

fn not_found(service_id: impl Into<Json>) -> nova_objects::Error {
    NovaException::ServiceNotFound {
        service_id: service_id.into(),
    }
    .into()
}

fn list(rows: &[Row]) -> Result<ServiceList> {
    rows.iter().map(|row| SERVICES.load(row)).collect()
}

fn delete_service(id: i64, view: ReadDeleted) -> UpdateStatement {
    let mut delete = soft_delete("services", now());
    delete
        .and_where(col("id").eq(id))
        .cond_where(Cond::all().add_option(view.condition("services")));
    delete
}

/// Deletes the nodes of a service; unmapped, so that they are found again if they return.
fn delete_nodes(id: i64, host: Option<&str>, view: ReadDeleted) -> UpdateStatement {
    let mut delete = soft_delete("compute_nodes", now());
    let node = |name| Expr::col(("compute_nodes", name));
    // Nodes of no host belong to no other service either, but the original deletes
    // all of those in the deployment along with a service of no host.
    let host = host.map(|host| node("host").eq(host));
    delete
        .value("mapped", 0)
        .cond_where(Cond::any().add(node("service_id").eq(id)).add_option(host))
        .cond_where(Cond::all().add_option(view.condition("compute_nodes")));
    delete
}

/// The host of the service with that number, for nodes that do not name theirs.
pub(super) async fn host_of(
    db: &impl Execute,
    view: ReadDeleted,
    id: i64,
) -> Result<Option<String>> {
    let found = db
        .fetch_optional("service.get_by_id", BY_ID.of(view).bind([id.into()]))
        .await?;
    let Some(row) = found else { return Ok(None) };
    let service: Service = SERVICES.load(&row)?;
    Ok(service.host()?.map(str::to_owned))
}

impl NovaDb {
    async fn live_service(
        &self,
        host: &str,
        binary: &str,
        use_slave: bool,
    ) -> Result<Option<Service>> {
        let statement = BY_HOST_AND_BINARY.bind([host.into(), binary.into()]);
        let row = self
            .reader(use_slave)
            .fetch_optional("service.get_by_host_and_binary", statement)
            .await?;
        row.map(|row| SERVICES.load(&row)).transpose()
    }
}

#[async_trait]
impl ServiceStore for NovaDb {
    async fn get_by_id(&self, ctx: &Context, service_id: i64) -> Result<Service> {
        let statement = BY_ID.of(read_deleted(ctx)).bind([service_id.into()]);
        let row = self
            .main
            .fetch_optional("service.get_by_id", statement)
            .await?;
        SERVICES.load(&row.ok_or_else(|| not_found(service_id))?)
    }

    async fn get_by_uuid(&self, ctx: &Context, service_uuid: String) -> Result<Service> {
        let statement = BY_UUID
            .of(read_deleted(ctx))
            .bind([service_uuid.as_str().into()]);
        let row = self
            .main
            .fetch_optional("service.get_by_uuid", statement)
            .await?;
        SERVICES.load(&row.ok_or_else(|| not_found(service_uuid))?)
    }

    async fn get_by_host_and_topic(
        &self,
        _: &Context,
        host: String,
        topic: String,
    ) -> Result<Service> {
        let statement = BY_HOST_AND_TOPIC.bind([host.into(), topic.into()]);
        let row = self
            .main
            .fetch_optional("service.get_by_host_and_topic", statement)
            .await?;
        let row = row.ok_or_else(|| {
            BuiltinError::Type("'NoneType' object is not subscriptable".to_owned())
        })?;
        SERVICES.load(&row)
    }

    async fn get_by_host_and_binary(
        &self,
        _: &Context,
        host: String,
        binary: String,
    ) -> Result<Option<Service>> {
        self.live_service(&host, &binary, false).await
    }

    async fn get_by_compute_host(
        &self,
        _: &Context,
        host: String,
        use_slave: bool,
    ) -> Result<Service> {
        let found = self.live_service(&host, "nova-compute", use_slave).await?;
        found.ok_or_else(|| NovaException::ComputeHostNotFound { host: host.into() }.into())
    }

    async fn get_by_args(&self, _: &Context, host: String, binary: String) -> Result<Service> {
        let found = self.live_service(&host, &binary, false).await?;
        found.ok_or_else(|| {
            NovaException::HostBinaryNotFound {
                host: host.into(),
                binary: binary.into(),
            }
            .into()
        })
    }

    async fn create(&self, _: &Context, service: &mut Service) -> Result<()> {
        if service.is_set("id") {
            return Err(nova_objects::Error::action("create", "already created"));
        }
        self.refuse_older(service).await?;
        if !service.is_changed("uuid") {
            service.set_uuid(uuid::Uuid::new_v4().to_string());
        }
        // Only these can be enabled by hand, and only for these does it mean anything.
        if !self.settings.enable_new_services
            && service.is_changed("binary")
            && service.binary()? == Some("nova-compute")
        {
            service.set_disabled(true);
            service.set_disabled_reason("New compute service disabled due to config option.");
        }
        let defaults = defaults();
        let now = now();
        let insert = SERVICES
            .insertion(service, &defaults)
            .insert_live("services", now);
        let inserted = self
            .main
            .insert_returning_id("service.create", &insert)
            .await;
        let id = inserted.map_err(|error| {
            let Some(violation) = error.unique_violation() else {
                return error.into();
            };
            let text = |field: &str| match service.get(field) {
                Ok(Value::Str(text)) => Json::from(text),
                _ => Json::Null,
            };
            let host = text("host");
            if violation.columns().iter().any(|column| column == "binary") {
                let binary = text("binary");
                nova_objects::Error::from(NovaException::ServiceBinaryExists { host, binary })
            } else {
                let topic = text("topic");
                NovaException::ServiceTopicExists { host, topic }.into()
            }
        })?;
        SERVICES.inserted(service, &defaults, id, now)?;
        service.reset_changes();
        Ok(())
    }

    async fn save(&self, ctx: &Context, service: &mut Service) -> Result<()> {
        let id = service.id()?;
        self.refuse_older(service).await?;
        let view = read_deleted(ctx);
        let saved = &*service;
        let stored = self
            .main
            .transaction("service.save", |tx| async move {
                let statement = BY_ID.of(view).bind([id.into()]);
                let row = tx.fetch_optional("service.get_by_id", statement).await?;
                let mut stored: Service = SERVICES.load(&row.ok_or_else(|| not_found(id))?)?;
                let mut changes = SERVICES.differing(saved, &stored);
                let now = now();
                // Only a report of the service's state raises the count.
                if saved.is_changed("report_count")
                    && saved.report_count()? > stored.report_count()?
                    && !saved.is_changed("last_seen_up")
                {
                    changes.set("last_seen_up", now);
                    stored.load("last_seen_up", DateTime::from_naive_utc(now))?;
                }
                if !changes.is_empty() {
                    stored.load("updated_at", DateTime::from_naive_utc(now))?;
                }
                let key = Cond::all().add(col("id").eq(id));
                SERVICES
                    .update(&tx, "service.update", changes, now, key, ctx.expected())
                    .await?;
                Ok::<_, nova_objects::Error>(stored)
            })
            .await?;
        SERVICES.refresh_unchanged(service, &stored);
        service.reset_changes();
        Ok(())
    }

    async fn destroy(&self, ctx: &Context, service: &mut Service) -> Result<()> {
        let id = service.id()?;
        let view = read_deleted(ctx);
        self.main
            .transaction("service.destroy", |tx| async move {
                let statement = BY_ID.of(view).bind([id.into()]);
                let row = tx.fetch_optional("service.get_by_id", statement).await?;
                let stored: Service = SERVICES.load(&row.ok_or_else(|| not_found(id))?)?;
                tx.execute("service.delete", &delete_service(id, view))
                    .await?;
                if stored.binary()? == Some("nova-compute") {
                    let delete = delete_nodes(id, stored.host()?, view);
                    tx.execute("service.delete_nodes", &delete).await?;
                }
                Ok(())
            })
            .await
    }

    async fn get_minimum_version_multi(
        &self,
        _: &Context,
        binaries: Vec<String>,
        use_slave: bool,
    ) -> Result<i64> {
        let binaries: Vec<&str> = binaries.iter().map(String::as_str).collect();
        self.minimum_version(&binaries, use_slave).await
    }

    async fn get_minimum_version(
        &self,
        _: &Context,
        binary: String,
        use_slave: bool,
    ) -> Result<i64> {
        self.minimum_version(&[&binary], use_slave).await
    }
}

#[async_trait]
impl ServiceListStore for NovaDb {
    async fn get_by_topic(&self, _: &Context, topic: String) -> Result<ServiceList> {
        let statement = ENABLED_BY_TOPIC.bind([topic.into()]);
        list(
            &self
                .main
                .fetch_all("service.get_by_topic", statement)
                .await?,
        )
    }

    async fn get_by_binary(
        &self,
        ctx: &Context,
        binary: String,
        include_disabled: bool,
    ) -> Result<ServiceList> {
        let (query, views) = match include_disabled {
            true => ("service.get_by_binary", &ALL_BY_BINARY),
            false => ("service.get_enabled_by_binary", &ENABLED_BY_BINARY),
        };
        let statement = views.of(read_deleted(ctx)).bind([binary.into()]);
        list(&self.main.fetch_all(query, statement).await?)
    }

    async fn get_by_host(&self, _: &Context, host: String) -> Result<ServiceList> {
        let statement = ALL_BY_HOST.bind([host.into()]);
        list(
            &self
                .main
                .fetch_all("service.get_by_host", statement)
                .await?,
        )
    }

    async fn get_all(
        &self,
        ctx: &Context,
        disabled: Option<bool>,
        set_zones: bool,
    ) -> Result<ServiceList> {
        let view = read_deleted(ctx);
        let statement = match disabled {
            None => ALL.of(view).bind([]),
            Some(disabled) => ALL_BY_DISABLED.of(view).bind([disabled.into()]),
        };
        let rows = self.main.fetch_all("service.get_all", statement).await?;
        if !set_zones {
            return list(&rows);
        }
        let zones = self.zones_by_host().await?;
        let settings = &self.settings;
        rows.iter()
            .map(|row| {
                let mut service: Service = SERVICES.load(row)?;
                let own = service.host()?.and_then(|host| zones.get(host));
                let zone = match own {
                    _ if service.topic()? != Some("compute") => {
                        settings.internal_service_availability_zone.clone()
                    }
                    Some(zones) => zones.join(","),
                    None => settings.default_availability_zone.clone(),
                };
                service.load("availability_zone", zone)?;
                Ok(service)
            })
            .collect()
    }

    async fn get_all_computes_by_hv_type(
        &self,
        _: &Context,
        hv_type: String,
    ) -> Result<ServiceList> {
        let statement = COMPUTES_BY_HV_TYPE.bind([hv_type.into()]);
        list(
            &self
                .main
                .fetch_all("service.get_computes_by_hv_type", statement)
                .await?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn services_are_found() {
        assert_sql("service.get_by_id", BY_ID.no.bind([7.into()]));
        assert_sql("service.get_by_id.deleted", BY_ID.only.bind([7.into()]));
        assert_sql("service.get_by_uuid", BY_UUID.no.bind(["u".into()]));
        assert_sql(
            "service.get_by_host_and_binary",
            BY_HOST_AND_BINARY.bind(["h".into(), "nova-compute".into()]),
        );
        assert_sql(
            "service.get_by_host_and_topic",
            BY_HOST_AND_TOPIC.bind(["h".into(), "compute".into()]),
        );
    }

    #[test]
    fn services_are_listed() {
        assert_sql("service.get_all", ALL.no.bind([]));
        assert_sql(
            "service.get_all.disabled",
            ALL_BY_DISABLED.no.bind([true.into()]),
        );
        assert_sql(
            "service.get_by_binary",
            ALL_BY_BINARY.no.bind(["nova-compute".into()]),
        );
        assert_sql(
            "service.get_enabled_by_binary",
            ENABLED_BY_BINARY.no.bind(["nova-compute".into()]),
        );
        assert_sql(
            "service.get_by_topic",
            ENABLED_BY_TOPIC.bind(["compute".into()]),
        );
        assert_sql("service.get_by_host", ALL_BY_HOST.bind(["h".into()]));
        assert_sql(
            "service.get_computes_by_hv_type",
            COMPUTES_BY_HV_TYPE.bind(["QEMU".into()]),
        );
    }
}
