//! Flavors in number.

use nova_objects::{
    Context, Flavor, FlavorList, FlavorListStore, NovaException, RequestContext, Result,
};
use sea_query::extension::postgres::PgBinOper;
use sea_query::{BinOper, Cond, Expr, ExprTrait as _, Query, SelectStatement};
use versionedobjects::fields::Dict;
use versionedobjects::{Exception, FieldType as _, Json, ObjectExt as _, Value, async_trait};

use super::{FLAVORS, col, fill, granted_to, visible_to};
use crate::connection::NovaDb;
use crate::dialect::Dialect;
use crate::execute::Execute as _;
use crate::paginate::{Direction, Nulls, Page, SortKey};
use crate::request::request;
use crate::row::SqlValue;

#[async_trait]
impl FlavorListStore for NovaDb {
    async fn get_all(
        &self,
        ctx: &Context,
        _: bool,
        filters: Option<Dict<Json>>,
        sort_key: String,
        sort_dir: String,
        limit: Option<i64>,
        marker: Option<String>,
    ) -> Result<FlavorList> {
        let request = request(ctx);
        let sort = sorting(&sort_key, &sort_dir)?;
        let mut select = FLAVORS.select();
        restrict(&mut select, request);
        let filters = filters.unwrap_or_default();
        filter(&mut select, &filters, request, self.api.dialect())?;
        let marker = match marker {
            None => None,
            Some(marker) => Some(self.marker_of(request, &sort, marker).await?),
        };
        Page {
            sort: &sort,
            marker: marker.as_deref(),
            limit: limit.and_then(|limit| u64::try_from(limit).ok()),
        }
        .apply(&mut select, "flavors");
        let rows = self.api.fetch_all("flavor.get_all", &select).await?;
        let mut flavors = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut flavor = Flavor::new();
            fill(&mut flavor, row)?;
            flavors.push(flavor);
        }
        let ids = flavors
            .iter()
            .map(Flavor::id)
            .collect::<Result<Vec<_>, _>>()?;
        let mut extra_specs = self.extra_specs(&ids).await?;
        for (flavor, id) in flavors.iter_mut().zip(ids) {
            flavor.set_extra_specs(extra_specs.remove(&id).unwrap_or_default());
            flavor.reset_changes();
        }
        Ok(flavors.into_iter().collect())
    }
}

impl NovaDb {
    /// The values of the sort keys of the flavor with that public id.
    async fn marker_of(
        &self,
        request: &RequestContext,
        sort: &[SortKey],
        marker: String,
    ) -> Result<Vec<Option<SqlValue>>> {
        let mut select = Query::select()
            .columns(sort.iter().map(|key| ("flavors", key.column.clone())))
            .from("flavors")
            .and_where(col("flavorid").eq(marker.as_str()))
            .take();
        restrict(&mut select, request);
        let row = self.api.fetch_optional("flavor.marker", &select).await?;
        let row = row.ok_or_else(|| NovaException::MarkerNotFound {
            marker: marker.into(),
        })?;
        let values = (0..sort.len()).map(|at| {
            let value = row.value(at)?;
            Ok((value != SqlValue::String(None)).then_some(value))
        });
        values.collect()
    }
}

/// Leaves what the request may see.
fn restrict(select: &mut SelectStatement, request: &RequestContext) {
    if !request.is_admin() {
        let project: SqlValue = request.project_id.as_deref().into();
        select.cond_where(visible_to(Expr::val(project)));
    }
}

fn filter(
    select: &mut SelectStatement,
    filters: &Dict<Json>,
    request: &RequestContext,
    dialect: Dialect,
) -> Result<()> {
    for (name, column) in [("min_memory_mb", "memory_mb"), ("min_root_gb", "root_gb")] {
        if let Some(least) = filters.get(name) {
            let least = i64::coerce(least.clone().into()).map_err(versionedobjects::Error::from)?;
            select.and_where(col(column).gte(least));
        }
    }
    if let Some(disabled) = filters.get("disabled") {
        select.and_where(is(col("disabled"), disabled));
    }
    if let Some(name) = filters.get("name") {
        select.and_where(matches(&Value::from(name.clone()).python_str(), dialect));
    }
    if let Some(is_public) = filters.get("is_public").filter(|own| !own.is_null()) {
        let mut any = Cond::any().add(is(col("is_public"), is_public));
        if Value::from(is_public.clone()).is_truthy()
            && let Some(project) = &request.project_id
        {
            any = any.add(granted_to(Expr::val(project.as_str())));
        }
        select.cond_where(any);
    }
    Ok(())
}

fn is(column: Expr, wanted: &Json) -> Expr {
    match wanted {
        Json::Null => column.is_null(),
        other => column.eq(Value::from(other.clone()).is_truthy()),
    }
}

/// Whether the name matches a regular expression, by the database's own rules. MariaDB
/// refuses a bar with nothing beside it, so that there all of them are taken literally
/// (nova `db/utils.py`, `get_regexp_ops`).
fn matches(pattern: &str, dialect: Dialect) -> Expr {
    match dialect {
        Dialect::Postgres => col("name").binary(PgBinOper::Regex, pattern),
        Dialect::MySql => {
            col("name").binary(BinOper::Custom("REGEXP"), pattern.replace('|', "\\|"))
        }
        Dialect::Sqlite => col("name").binary(BinOper::Custom("REGEXP"), pattern),
    }
}

/// `sort_key`, then `id` (oslo.db `sqlalchemy/utils.py`, `paginate_query`).
fn sorting(sort_key: &str, sort_dir: &str) -> Result<[SortKey; 2]> {
    if !FLAVORS.names().any(|column| column == sort_key) {
        return Err(nova_objects::Error::Remote(Box::new(Exception::new(
            "oslo_db.exception",
            "InvalidSortKey",
            format!("Sort key supplied is invalid: {sort_key}"),
        ))));
    }
    let (direction, nulls) = sort_dir.split_once('-').unwrap_or((sort_dir, ""));
    let direction = match direction {
        "asc" => Some(Direction::Asc),
        "desc" => Some(Direction::Desc),
        _ => None,
    };
    let nulls = match nulls {
        "" => Some(None),
        "nullsfirst" => Some(Some(Nulls::First)),
        "nullslast" => Some(Some(Nulls::Last)),
        _ => None,
    };
    let (Some(direction), Some(nulls)) = (direction, nulls) else {
        return Err(nova_objects::Error::value(
            "Unknown sort direction, must be one of: \
             asc-nullsfirst, asc-nullslast, desc-nullsfirst, desc-nullslast",
        ));
    };
    Ok([sort_key, "id"].map(|column| SortKey {
        column: column.to_owned(),
        direction,
        nulls,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::snapshot::assert_sql;

    fn select(request: &RequestContext, filters: Json, dialect: Dialect) -> SelectStatement {
        let Json::Object(filters) = filters else {
            unreachable!("a dictionary")
        };
        let mut select = FLAVORS.select();
        restrict(&mut select, request);
        filter(
            &mut select,
            &filters.into_iter().collect(),
            request,
            dialect,
        )
        .unwrap();
        select
    }

    #[test]
    fn flavors_are_filtered() {
        let user = RequestContext::for_user("u", "p");
        let filters =
            json!({"min_memory_mb": 512, "min_root_gb": "1", "disabled": false, "is_public": true});
        assert_sql("flavor.get_all", &select(&user, filters, Dialect::Sqlite));
        let admin = RequestContext::admin();
        for (dialect, expected) in [
            (Dialect::Sqlite, "\"flavors\".\"name\" REGEXP ?"),
            (Dialect::MySql, "`flavors`.`name` REGEXP ?"),
            (Dialect::Postgres, "\"flavors\".\"name\" ~ $1"),
        ] {
            let filters = json!({"is_public": null, "name": "m1|m2"});
            let (sql, values) = dialect.build(&select(&admin, filters, dialect));
            assert!(sql.ends_with(expected), "{sql}");
            let escaped = dialect == Dialect::MySql;
            assert_eq!(values.0, [if escaped { "m1\\|m2" } else { "m1|m2" }.into()]);
        }
    }

    #[test]
    fn wrong_orders_are_refused() {
        let shown = |key, dir| sorting(key, dir).unwrap_err().to_string();
        assert_eq!(
            shown("colour", "asc"),
            "InvalidSortKey: Sort key supplied is invalid: colour"
        );
        assert!(shown("name", "up").starts_with("Unknown sort direction, must be one of: asc-"));
        assert_eq!(sorting("name", "desc-nullslast").unwrap()[1].column, "id");
    }
}
