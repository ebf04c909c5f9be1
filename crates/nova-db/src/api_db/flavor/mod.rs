//! Flavors.

mod access;
mod extra_specs;
mod list;

use nova_objects::{Context, Flavor, FlavorStore, NovaException, RequestContext, Result};
use sea_query::{Cond, Expr, ExprTrait as _, JoinType, Order, Query, SelectStatement};
use versionedobjects::fields::Dict;
use versionedobjects::{Json, Object as _, ObjectExt as _, Value, async_trait};

use crate::changes::now;
use crate::connection::NovaDb;
use crate::execute::Execute as _;
use crate::request::{request, require_context};
use crate::row::Row;
use crate::statement::{Prepared, param};
use crate::table::Table;

/// Extra specs and projects are in tables of their own; deleted flavors are gone.
static FLAVORS: Table =
    Table::new("flavors", Flavor::class_def, &["deleted", "deleted_at"]).ignoring_null(&NUMBERS);

/// The numbers that may be null in a row and are 0 then.
const NUMBERS: [&str; 3] = ["root_gb", "ephemeral_gb", "vcpu_weight"];

/// A query for one flavor: for administrators, who see them all, and for users.
#[derive(Debug)]
struct Lookup {
    all: Prepared,
    visible: Prepared,
}

/// [`Lookup`] by a column that tells flavors apart.
macro_rules! lookup {
    ($column:literal) => {
        Lookup {
            all: Prepared::select(|| with_extra_specs($column)),
            visible: Prepared::select(|| {
                with_extra_specs($column)
                    .cond_where(visible_to(param()))
                    .take()
            }),
        }
    };
}

static BY_ID: Lookup = lookup!("id");
static BY_NAME: Lookup = lookup!("name");
static BY_FLAVORID: Lookup = lookup!("flavorid");

fn col(name: &'static str) -> Expr {
    Expr::col(("flavors", name))
}

/// One flavor as a row for each of its extra specs.
fn with_extra_specs(column: &'static str) -> SelectStatement {
    FLAVORS
        .select()
        .column(("flavor_extra_specs", "key"))
        .column(("flavor_extra_specs", "value"))
        .join(
            JoinType::LeftJoin,
            "flavor_extra_specs",
            Expr::col(("flavor_extra_specs", "flavor_id")).equals(("flavors", "id")),
        )
        .and_where(col(column).eq(param()))
        .order_by(("flavor_extra_specs", "id"), Order::Asc)
        .take()
}

/// Whether a project that is no administrator's sees a flavor.
fn visible_to(project_id: Expr) -> Cond {
    Cond::any()
        .add(col("is_public").eq(true))
        .add(granted_to(project_id))
}

/// Whether a project was given access to a flavor.
fn granted_to(project_id: Expr) -> Expr {
    let grants = Query::select()
        .column(("flavor_projects", "id"))
        .from("flavor_projects")
        .and_where(Expr::col(("flavor_projects", "flavor_id")).equals(("flavors", "id")))
        .and_where(Expr::col(("flavor_projects", "project_id")).eq(project_id))
        .take();
    Expr::exists(grants)
}

/// Sets a flavor's columns; nothing counts as changed.
fn fill(flavor: &mut Flavor, row: &Row) -> Result<usize> {
    for name in NUMBERS {
        flavor.load(name, 0)?;
    }
    let end = FLAVORS.fill(flavor, row, 0)?;
    not_deleted(flavor)?;
    Ok(end)
}

fn not_deleted(flavor: &mut Flavor) -> Result<()> {
    flavor.load("deleted", false)?;
    flavor.load("deleted_at", Value::Null)?;
    Ok(())
}

impl NovaDb {
    async fn flavor(
        &self,
        request: &RequestContext,
        query: &'static str,
        lookup: &'static Lookup,
        key: sea_query::Value,
    ) -> Result<Option<Flavor>> {
        require_context(request)?;
        let statement = if request.is_admin() {
            lookup.all.bind([key])
        } else {
            lookup
                .visible
                .bind([key, request.project_id.as_deref().into()])
        };
        let rows = self.api.fetch_all(query, statement).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let mut flavor = Flavor::new();
        let end = fill(&mut flavor, row)?;
        let mut extra_specs: Dict<String> = Dict::new();
        for row in &rows {
            if let Some(key) = row.get(end)? {
                extra_specs.insert(key, extra_specs::value(row, end + 1)?);
            }
        }
        flavor.set_extra_specs(extra_specs);
        flavor.reset_changes();
        Ok(Some(flavor))
    }
}

fn not_found(flavor_id: impl Into<Json>) -> nova_objects::Error {
    NovaException::FlavorNotFound {
        flavor_id: flavor_id.into(),
    }
    .into()
}

#[async_trait]
impl FlavorStore for NovaDb {
    async fn get_by_id(&self, ctx: &Context, id: i64) -> Result<Flavor> {
        let found = self.flavor(request(ctx), "flavor.get_by_id", &BY_ID, id.into());
        found.await?.ok_or_else(|| not_found(id))
    }

    async fn get_by_name(&self, ctx: &Context, name: String) -> Result<Flavor> {
        let key = name.as_str().into();
        let found = self.flavor(request(ctx), "flavor.get_by_name", &BY_NAME, key);
        let missing = || NovaException::FlavorNotFoundByName {
            flavor_name: name.clone(),
        };
        found.await?.ok_or_else(|| missing().into())
    }

    async fn get_by_flavor_id(
        &self,
        ctx: &Context,
        flavor_id: String,
        _: Option<String>,
    ) -> Result<Flavor> {
        let key = flavor_id.as_str().into();
        let found = self.flavor(request(ctx), "flavor.get_by_flavor_id", &BY_FLAVORID, key);
        found.await?.ok_or_else(|| not_found(flavor_id.as_str()))
    }

    async fn fetch_projects(&self, _: &Context, flavor: &mut Flavor) -> Result<()> {
        self.load_projects(flavor).await
    }

    async fn add_access(&self, _: &Context, flavor: &mut Flavor, project_id: String) -> Result<()> {
        if flavor.is_changed("projects") {
            return Err(nova_objects::Error::action(
                "add_access",
                "projects modified",
            ));
        }
        self.grant(flavor.id()?, &project_id).await?;
        self.load_projects(flavor).await
    }

    async fn remove_access(
        &self,
        _: &Context,
        flavor: &mut Flavor,
        project_id: String,
    ) -> Result<()> {
        if flavor.is_changed("projects") {
            return Err(nova_objects::Error::action(
                "remove_access",
                "projects modified",
            ));
        }
        self.revoke(flavor.id()?, &project_id).await?;
        self.load_projects(flavor).await
    }

    async fn create(&self, _: &Context, flavor: &mut Flavor) -> Result<()> {
        if flavor.is_set("id") {
            return Err(nova_objects::Error::action("create", "already created"));
        }
        let defaults: [(&'static str, Value); 4] = [
            ("swap", 0.into()),
            ("rxtx_factor", 1.0.into()),
            ("disabled", false.into()),
            ("is_public", true.into()),
        ];
        let extra_specs = match flavor.is_changed("extra_specs") {
            true => flavor.extra_specs()?.clone(),
            false => Dict::new(),
        };
        let mut projects: Vec<String> = Vec::new();
        if flavor.is_changed("projects") {
            for project in flavor.projects()? {
                if !projects.contains(project) {
                    projects.push(project.clone());
                }
            }
        }
        let now = now();
        let insert = FLAVORS.insertion(flavor, &defaults).insert("flavors", now);
        let (insert, specs, grants) = (&insert, &extra_specs, &projects);
        let inserted = self
            .api
            .transaction("flavor.create", |tx| async move {
                let id = tx.insert_returning_id("flavor.create", insert).await?;
                if !specs.is_empty() {
                    let specs = extra_specs::insert(id, specs.iter(), now);
                    tx.execute("flavor.create_extra_specs", &specs).await?;
                }
                if !grants.is_empty() {
                    let grants = access::insert(id, grants, now);
                    tx.execute("flavor.create_projects", &grants).await?;
                }
                Ok::<_, crate::Error>(id)
            })
            .await;
        let id = inserted.map_err(|error| {
            let Some(violation) = error.unique_violation() else {
                return error.into();
            };
            if violation
                .columns()
                .iter()
                .any(|column| column == "flavorid")
            {
                let flavor_id = flavor.flavorid().unwrap_or_default().into();
                nova_objects::Error::from(NovaException::FlavorIdExists { flavor_id })
            } else {
                let name = flavor.name().ok().flatten().unwrap_or_default().to_owned();
                NovaException::FlavorExists { name }.into()
            }
        })?;
        FLAVORS.inserted(flavor, &defaults, id, now)?;
        for name in NUMBERS {
            if !flavor.is_set(name) || flavor.get(name).is_ok_and(|own| own == Value::Null) {
                flavor.load(name, 0)?;
            }
        }
        not_deleted(flavor)?;
        // The original loads them for its notification of the new flavor.
        flavor.set_projects(projects);
        flavor.reset_changes();
        Ok(())
    }

    async fn save_projects(
        &self,
        _: &Context,
        flavor: &mut Flavor,
        to_add: Option<Vec<String>>,
        to_delete: Option<Vec<String>>,
    ) -> Result<()> {
        let id = flavor.id()?;
        for project in to_add.unwrap_or_default() {
            self.grant(id, &project).await?;
        }
        for project in to_delete.unwrap_or_default() {
            self.revoke(id, &project).await?;
        }
        flavor.reset_changes_of(&["projects"]);
        Ok(())
    }

    async fn save_extra_specs(
        &self,
        _: &Context,
        flavor: &mut Flavor,
        to_add: Option<Dict<String>>,
        to_delete: Option<Vec<String>>,
    ) -> Result<()> {
        let id = flavor.id()?;
        if let Some(specs) = to_add.filter(|specs| !specs.is_empty()) {
            self.set_extra_specs(id, &specs).await?;
        }
        for key in to_delete.unwrap_or_default() {
            self.remove_extra_spec(id, key).await?;
        }
        flavor.reset_changes_of(&["extra_specs"]);
        Ok(())
    }

    async fn destroy(&self, _: &Context, flavor: &mut Flavor) -> Result<()> {
        let (condition, key): (_, Json) = if flavor.is_set("id") {
            (col("id").eq(flavor.id()?), flavor.id()?.into())
        } else {
            (
                col("flavorid").eq(flavor.flavorid()?),
                flavor.flavorid()?.into(),
            )
        };
        let select = FLAVORS.select().and_where(condition).take();
        let (select, key) = (&select, &key);
        let row = self
            .api
            .transaction("flavor.destroy", |tx| async move {
                let row = tx.fetch_optional("flavor.get", select).await?;
                let row = row.ok_or_else(|| not_found(key.clone()))?;
                let id: i64 = row.get(FLAVORS.position("id"))?;
                for (query, table, column) in [
                    ("flavor.delete_projects", "flavor_projects", "flavor_id"),
                    (
                        "flavor.delete_extra_specs",
                        "flavor_extra_specs",
                        "flavor_id",
                    ),
                    ("flavor.delete", "flavors", "id"),
                ] {
                    let delete = Query::delete()
                        .from_table(table)
                        .and_where(Expr::col(column).eq(id))
                        .take();
                    tx.execute(query, &delete).await?;
                }
                Ok::<_, nova_objects::Error>(row)
            })
            .await?;
        fill(flavor, &row)?;
        flavor.reset_changes();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn a_flavor_comes_with_its_extra_specs() {
        assert_sql("flavor.get_by_id", BY_ID.all.bind([1.into()]));
        assert_sql("flavor.get_by_name", BY_NAME.all.bind(["m1.small".into()]));
        assert_sql(
            "flavor.get_by_flavor_id.visible",
            BY_FLAVORID.visible.bind(["2".into(), "p".into()]),
        );
    }
}
