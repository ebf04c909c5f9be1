//! The filters of lists of instances (nova `db/main/api.py`,
//! `instance_get_all_by_filters_sort`).

use nova_objects::compute::vm_states;
use nova_objects::{BuiltinError, Instance, RequestContext, Result};
use sea_query::{BinOper, Cond, Condition, Expr, ExprTrait as _, Func, Query, SelectStatement};
use serde_json::Value as Json;
use versionedobjects::fields::Dict;
use versionedobjects::{DateTime, FieldDef, Object as _, Value};

use super::INSTANCES;
use crate::dialect::Dialect;
use crate::row::SqlValue;

/// The filters that compare; all others that are columns match by regular expression.
const EXACT: [&str; 12] = [
    "project_id",
    "user_id",
    "image_ref",
    "vm_state",
    "instance_type_id",
    "uuid",
    "metadata",
    "host",
    "task_state",
    "system_metadata",
    "locked",
    "hidden",
];

fn column(name: &'static str) -> Expr {
    Expr::col(("instances", name))
}

/// The condition that all filters make; `None` when nothing can pass them.
///
/// # Errors
///
/// `AttributeError` for a datetime without zone, `IndexError` for an empty list of tags,
/// `TypeError` for filters of a form that has no meaning.
pub(super) fn condition(
    request: &RequestContext,
    mut filters: Dict<Json>,
    dialect: Dialect,
) -> Result<Option<Condition>> {
    let mut all = Cond::all();
    for (name, since) in [("changes-since", true), ("changes-before", false)] {
        if let Some(time) = filters.get(name).filter(|given| truthy(given)) {
            let time = moment(time)?.naive_utc();
            let updated_at = column("updated_at");
            all = all.add(if since {
                updated_at.gte(time)
            } else {
                updated_at.lte(time)
            });
        }
    }
    if let Some(condition) = deleted(&mut filters) {
        all = all.add(condition);
    }
    if let Some(cleaned) = filters.shift_remove("cleaned") {
        all = all.add(column("cleaned").eq(i64::from(truthy(&cleaned))));
    }
    for condition in tags(&mut filters)? {
        all = all.add(condition);
    }
    if !request.is_admin() {
        let (name, value) = match &request.project_id {
            Some(project) => ("project_id", Some(project)),
            None => ("user_id", request.user_id.as_ref()),
        };
        filters.insert(
            name.to_owned(),
            value.map_or(Json::Null, |value| value.as_str().into()),
        );
    }
    all = all.add(
        match filters
            .shift_remove("hidden")
            .is_some_and(|hidden| truthy(&hidden))
        {
            true => Cond::any().add(column("hidden").eq(true)),
            // Old rows have none.
            false => Cond::any()
                .add(column("hidden").eq(false))
                .add(column("hidden").is_null()),
        },
    );
    for name in EXACT {
        let Some(value) = filters.shift_remove(name) else {
            continue;
        };
        match exact(name, &value)? {
            Some(condition) => all = all.add(condition),
            None => return Ok(None),
        }
    }
    for (name, value) in filters {
        if let Some(name) = INSTANCES.names().find(|own| *own == name) {
            all = all.add(matches(name, value, dialect));
        }
    }
    Ok(Some(all))
}

/// A moment in a filter or an argument: text with a zone, as a `DateTime` shows itself.
///
/// Text without zone is what a datetime becomes that a Python process puts into a
/// dictionary of a remote call; the original's conductor fails on it.
///
/// # Errors
///
/// `AttributeError` for that, and for what is no text; `ValueError` for other text.
pub(in crate::main_db) fn moment(given: &Json) -> Result<DateTime> {
    let kind = match given {
        Json::String(text) if has_zone(text) => return parse(text),
        Json::String(_) => "str",
        Json::Bool(_) => "bool",
        Json::Number(_) => "int",
        Json::Array(_) => "list",
        _ => "dict",
    };
    let message = format!("'{kind}' object has no attribute 'utcoffset'");
    Err(BuiltinError::Attribute(message).into())
}

/// ISO 8601 text as a moment; without zone it is UTC.
///
/// # Errors
///
/// `ValueError` for other text.
pub(super) fn parse(text: &str) -> Result<DateTime> {
    Ok(DateTime::parse(text).map_err(versionedobjects::Error::from)?)
}

fn has_zone(text: &str) -> bool {
    let time = text.get(10..).unwrap_or_default();
    time.ends_with(['Z', 'z']) || time.contains(['+', '-'])
}

/// Whether Python counts it as true.
pub(in crate::main_db) fn truthy(given: &Json) -> bool {
    Value::from(given.clone()).is_truthy()
}

/// `deleted` and `soft_deleted`: an instance may be marked as deleted, or be in the state
/// in which it can still be brought back.
fn deleted(filters: &mut Dict<Json>) -> Option<Condition> {
    let deleted = filters.shift_remove("deleted")?;
    let marked = || Expr::col(("instances", "deleted")).equals(("instances", "id"));
    if truthy(&deleted) {
        let soft = filters.shift_remove("soft_deleted");
        return Some(match soft.is_none_or(|soft| truthy(&soft)) {
            true => Cond::any()
                .add(marked())
                .add(column("vm_state").eq(vm_states::SOFT_DELETED)),
            false => Cond::all().add(marked()),
        });
    }
    let live = Cond::all().add(column("deleted").eq(0));
    let soft = filters.shift_remove("soft_deleted");
    Some(match soft.is_some_and(|soft| truthy(&soft)) {
        true => live,
        false => live.add(not_soft_deleted()),
    })
}

pub(super) fn not_soft_deleted() -> Condition {
    Cond::any()
        .add(column("vm_state").ne(vm_states::SOFT_DELETED))
        .add(column("vm_state").is_null())
}

/// `tags`, `tags-any`, `not-tags` and `not-tags-any`. A deleted instance has no tags.
fn tags(filters: &mut Dict<Json>) -> Result<Vec<Condition>> {
    let mut conditions = Vec::new();
    let tagged = |tags: Vec<String>| column("uuid").in_subquery(with_tag(tags));
    if let Some(tags) = filters.shift_remove("tags") {
        let mut all = Cond::all().add(column("deleted").eq(0));
        for tag in some_texts(&tags)? {
            all = all.add(tagged(vec![tag]));
        }
        conditions.push(all);
    }
    if let Some(tags) = filters.shift_remove("tags-any") {
        let live = Cond::all().add(column("deleted").eq(0));
        conditions.push(live.add(tagged(texts(&tags)?)));
    }
    if let Some(tags) = filters.shift_remove("not-tags") {
        let mut all = Cond::all().add(column("deleted").eq(0));
        for tag in some_texts(&tags)? {
            all = all.add(tagged(vec![tag]));
        }
        conditions.push(all.not());
    }
    if let Some(tags) = filters.shift_remove("not-tags-any") {
        let live = Cond::all().add(column("deleted").eq(0));
        conditions.push(live.add(tagged(texts(&tags)?)).not());
    }
    Ok(conditions)
}

fn with_tag(tags: Vec<String>) -> SelectStatement {
    Query::select()
        .column("resource_id")
        .from("tags")
        .and_where(Expr::col("tag").is_in(tags))
        .take()
}

fn texts(given: &Json) -> Result<Vec<String>> {
    let Json::Array(given) = given else {
        let message = "a list of tags is required".to_owned();
        return Err(BuiltinError::Type(message).into());
    };
    Ok(given
        .iter()
        .map(|tag| Value::from(tag.clone()).python_str())
        .collect())
}

fn some_texts(given: &Json) -> Result<Vec<String>> {
    let texts = texts(given)?;
    if texts.is_empty() {
        return Err(BuiltinError::Index("pop from empty list".to_owned()).into());
    }
    Ok(texts)
}

/// A filter that compares: with one value, or with each of a list; `None` for an empty
/// list, which nothing passes.
fn exact(name: &'static str, value: &Json) -> Result<Option<Condition>> {
    if name == "metadata" || name == "system_metadata" {
        return metadata(name, value).map(Some);
    }
    let field = field(name);
    Ok(Some(match value {
        Json::Array(values) if values.is_empty() => return Ok(None),
        Json::Array(values) => {
            // A null in a list equals nothing.
            let values = values.iter().filter(|value| !value.is_null());
            let values = values.filter_map(|value| sql(field, value));
            Cond::all().add(column(name).is_in(values.collect::<Vec<_>>()))
        }
        Json::Null => Cond::all().add(column(name).is_null()),
        value => match sql(field, value) {
            Some(value) => Cond::all().add(column(name).eq(value)),
            None => Cond::all().add(Expr::cust("1 = 0")),
        },
    }))
}

fn field(name: &str) -> Option<&'static FieldDef> {
    let class = Instance::class_def();
    class
        .field_index(name)
        .and_then(|index| class.fields.get(index))
}

/// The value as a column of this field can hold it; `None` if it cannot.
fn sql(field: Option<&FieldDef>, value: &Json) -> Option<SqlValue> {
    Some(match field.map_or("", |field| field.ty.name) {
        "Integer" => match value {
            Json::String(text) => text.trim().parse::<i64>().ok()?.into(),
            Json::Bool(flag) => i64::from(*flag).into(),
            other => other.as_i64()?.into(),
        },
        "Boolean" => match value {
            Json::Bool(flag) => (*flag).into(),
            Json::Number(number) => (number.as_i64()? != 0).into(),
            Json::String(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" | "t" | "y" => true.into(),
                "false" | "0" | "no" | "off" | "f" | "n" => false.into(),
                _ => return None,
            },
            _ => return None,
        },
        _ => Value::from(value.clone()).python_str().into(),
    })
}

/// Each key is one of the instance's, and each value is one of its values; not
/// necessarily that key's, as in the original.
fn metadata(name: &'static str, given: &Json) -> Result<Condition> {
    let table = match name {
        "metadata" => "instance_metadata",
        _ => "instance_system_metadata",
    };
    let has = |column_of: &'static str, value: &Json| {
        let mut select = Query::select().column("instance_uuid").from(table).take();
        if table == "instance_metadata" {
            select.and_where(Expr::col("deleted").eq(0));
        }
        select.and_where(match value {
            Json::Null => Expr::col(column_of).is_null(),
            value => Expr::col(column_of).eq(Value::from(value.clone()).python_str()),
        });
        column("uuid").in_subquery(select)
    };
    let one;
    let pairs = match given {
        Json::Array(several) => several.as_slice(),
        single => {
            one = [single.clone()];
            &one
        }
    };
    let mut all = Cond::all();
    for pairs in pairs {
        let Json::Object(pairs) = pairs else {
            let message = format!("{name} is filtered by a dictionary or a list of them");
            return Err(BuiltinError::Type(message).into());
        };
        for (key, value) in pairs {
            all = all
                .add(has("key", &key.as_str().into()))
                .add(has("value", value));
        }
    }
    Ok(all)
}

/// The columns that hold addresses, for which PostgreSQL has a type.
const ADDRESSES: [&str; 2] = ["access_ip_v4", "access_ip_v6"];

/// A filter that matches by regular expression, each database by its own rules.
fn matches(name: &'static str, value: Json, dialect: Dialect) -> Expr {
    let pattern = Value::from(value).python_str();
    match dialect {
        Dialect::Sqlite => column(name).binary(BinOper::Custom("REGEXP"), pattern),
        // It refuses a bar with nothing on one of its sides, so a bar is only a bar
        // (nova `db/utils.py`, `_safe_regex_mysql`).
        Dialect::MySql => {
            let pattern = pattern.replace('|', "\\|");
            column(name).binary(BinOper::Custom("REGEXP"), pattern)
        }
        // As text an address would end in its prefix length.
        Dialect::Postgres if ADDRESSES.contains(&name) => Func::cust("host")
            .arg(column(name))
            .binary(BinOper::Custom("~"), pattern),
        Dialect::Postgres => column(name)
            .cast_as("text")
            .binary(BinOper::Custom("~"), pattern),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::snapshot::assert_sql;

    fn select(filters: Json) -> SelectStatement {
        let Json::Object(filters) = filters else {
            panic!("filters are a dictionary")
        };
        let filters: Dict<Json> = filters.into_iter().collect();
        let condition = condition(&RequestContext::admin(), filters, Dialect::Sqlite)
            .unwrap()
            .expect("filters that something can pass");
        Query::select()
            .column("id")
            .from("instances")
            .cond_where(condition)
            .take()
    }

    #[test]
    fn exact_filters() {
        let filters = json!({"deleted": false, "host": ["a", null], "task_state": null, "instance_type_id": "5", "locked": true});
        assert_sql("instance.filter.exact", select(filters));
    }

    #[test]
    fn tags() {
        let filters = json!({"tags": ["a", "b"], "tags-any": ["c"], "not-tags": ["d"], "not-tags-any": ["e", "f"]});
        assert_sql("instance.filter.tags", select(filters));
    }

    #[test]
    fn metadata_and_the_rest() {
        let filters = json!({"metadata": {"k": "v"}, "display_name": "^a", "deleted": true, "cleaned": 1, "nonsense": 1, "changes-since": "2026-01-01T00:00:00Z"});
        assert_sql("instance.filter.others", select(filters));
    }

    #[test]
    fn an_empty_list_lets_nothing_pass() {
        let filters = Dict::from_iter([("uuid".to_owned(), json!([]))]);
        assert!(
            condition(&RequestContext::admin(), filters, Dialect::MySql)
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn a_moment_has_a_zone() {
        assert!(moment(&json!("2026-01-01T00:00:00Z")).is_ok());
        assert!(moment(&json!("2026-01-01T00:00:00+01:00")).is_ok());
        let error = moment(&json!("2020-01-01T00:00:00.000000")).unwrap_err();
        assert!(error.is_class("AttributeError"));
        assert_eq!(
            error.to_string(),
            "'str' object has no attribute 'utcoffset'"
        );
    }
}
