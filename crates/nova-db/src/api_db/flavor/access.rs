//! Which projects may use a flavor that is not public.

use chrono::NaiveDateTime;
use nova_objects::{Flavor, NovaException, Result};
use sea_query::{DeleteStatement, Expr, ExprTrait as _, InsertStatement, JoinType, Order, Query};
use versionedobjects::{ObjectExt as _, Value};

use super::not_found;
use crate::changes::now;
use crate::connection::NovaDb;
use crate::execute::Execute as _;
use crate::statement::{Prepared, param};

static PROJECTS: Prepared = Prepared::select(|| {
    Query::select()
        .column(("flavor_projects", "project_id"))
        .from("flavors")
        .join(
            JoinType::LeftJoin,
            "flavor_projects",
            Expr::col(("flavor_projects", "flavor_id")).equals(("flavors", "id")),
        )
        .and_where(Expr::col(("flavors", "flavorid")).eq(param()))
        .order_by(("flavor_projects", "id"), Order::Asc)
        .take()
});

/// Lets these projects use a flavor.
pub(super) fn insert(
    flavor_id: i64,
    projects: &[impl AsRef<str>],
    now: NaiveDateTime,
) -> InsertStatement {
    let mut insert = Query::insert()
        .into_table("flavor_projects")
        .columns(["created_at", "flavor_id", "project_id"])
        .take();
    for project in projects {
        insert.values_panic([now.into(), flavor_id.into(), project.as_ref().into()]);
    }
    insert
}

fn delete(flavor_id: i64, project_id: &str) -> DeleteStatement {
    Query::delete()
        .from_table("flavor_projects")
        .and_where(Expr::col("project_id").eq(project_id))
        .and_where(Expr::col("flavor_id").eq(flavor_id))
        .take()
}

impl NovaDb {
    /// Loads a flavor's projects, by its public id.
    pub(super) async fn load_projects(&self, flavor: &mut Flavor) -> Result<()> {
        let flavorid = flavor.flavorid()?.to_owned();
        let statement = PROJECTS.bind([flavorid.as_str().into()]);
        let rows = self.api.fetch_all("flavor.projects", statement).await?;
        if rows.is_empty() {
            return Err(not_found(flavorid));
        }
        let mut projects = Vec::with_capacity(rows.len());
        for row in &rows {
            projects.extend(row.get::<Option<String>>(0)?.map(Value::from));
        }
        flavor.load("projects", projects)?;
        flavor.reset_changes_of(&["projects"]);
        Ok(())
    }

    pub(super) async fn grant(&self, flavor_id: i64, project_id: &str) -> Result<()> {
        let insert = insert(flavor_id, &[project_id], now());
        match self.api.execute("flavor.grant", &insert).await {
            Ok(_) => Ok(()),
            Err(error) if error.unique_violation().is_some() => {
                Err(NovaException::FlavorAccessExists {
                    flavor_id: flavor_id.into(),
                    project_id: project_id.into(),
                }
                .into())
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn revoke(&self, flavor_id: i64, project_id: &str) -> Result<()> {
        let delete = delete(flavor_id, project_id);
        match self.api.execute("flavor.revoke", &delete).await? {
            0 => Err(NovaException::FlavorAccessNotFound {
                flavor_id: flavor_id.into(),
                project_id: project_id.into(),
            }
            .into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn projects_are_read_and_revoked() {
        assert_sql("flavor.projects", PROJECTS.bind(["2".into()]));
        assert_sql("flavor.revoke", &delete(2, "p"));
    }
}
