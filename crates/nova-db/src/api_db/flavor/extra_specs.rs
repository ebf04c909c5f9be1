//! A flavor's extra specs.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use nova_objects::{NovaException, Result};
use sea_query::{Expr, ExprTrait as _, InsertStatement, Order, Query, SelectStatement};
use versionedobjects::fields::Dict;

use crate::changes::{Changes, now};
use crate::connection::NovaDb;
use crate::error::Error;
use crate::execute::Execute as _;
use crate::main_db::among;
use crate::row::Row;
use crate::transaction::Transaction;

/// How many flavors one statement names at most.
const MOST: usize = 1024;

/// How often to begin anew when others add the same keys.
const RETRIES: i64 = 10;

/// The value of an extra spec in the cell at `column`.
///
/// # Errors
///
/// When it is null, which a field of texts cannot be.
pub(super) fn value(row: &Row, column: usize) -> Result<String, Error> {
    row.get(column)
}

/// Adds these to a flavor.
pub(super) fn insert<'a>(
    flavor_id: i64,
    specs: impl Iterator<Item = (&'a String, &'a String)>,
    now: NaiveDateTime,
) -> InsertStatement {
    let mut insert = Query::insert()
        .into_table("flavor_extra_specs")
        .columns(["created_at", "flavor_id", "key", "value"])
        .take();
    for (key, value) in specs {
        insert.values_panic([
            now.into(),
            flavor_id.into(),
            key.as_str().into(),
            value.as_str().into(),
        ]);
    }
    insert
}

fn of_flavors(ids: &[i64]) -> SelectStatement {
    Query::select()
        .columns(["flavor_id", "key", "value"])
        .from("flavor_extra_specs")
        .and_where(Expr::col("flavor_id").is_in(ids.iter().copied()))
        .order_by("id", Order::Asc)
        .take()
}

fn existing(flavor_id: i64, keys: &[&str]) -> SelectStatement {
    Query::select()
        .columns(["key", "value"])
        .from("flavor_extra_specs")
        .and_where(Expr::col("flavor_id").eq(flavor_id))
        .and_where(among(Expr::col("key"), keys))
        .take()
}

/// One attempt at setting these: those that are there already are changed if they differ.
async fn set(tx: &Transaction, flavor_id: i64, specs: &Dict<String>) -> Result<(), Error> {
    let keys: Vec<&str> = specs.keys().map(String::as_str).collect();
    let rows = tx
        .fetch_all("flavor.existing_extra_specs", &existing(flavor_id, &keys))
        .await?;
    let mut present: HashMap<String, Option<String>> = HashMap::new();
    for row in rows {
        present.insert(row.get(0)?, row.get(1)?);
    }
    let now = now();
    for (key, value) in specs {
        if present
            .get(key)
            .is_some_and(|own| own.as_ref() != Some(value))
        {
            let mut changes = Changes::new();
            changes.set("value", value.as_str());
            let update = changes
                .update("flavor_extra_specs", now)
                .and_where(Expr::col("flavor_id").eq(flavor_id))
                .and_where(Expr::col("key").eq(key.as_str()))
                .take();
            tx.execute("flavor.update_extra_spec", &update).await?;
        }
    }
    let mut new: Vec<(&String, &String)> = Vec::new();
    for (key, value) in specs {
        if !present.contains_key(key) {
            new.push((key, value));
        }
    }
    if !new.is_empty() {
        let insert = insert(flavor_id, new.into_iter(), now);
        tx.execute("flavor.create_extra_specs", &insert).await?;
    }
    Ok(())
}

impl NovaDb {
    /// The extra specs of many flavors, by the flavors' numbers.
    pub(super) async fn extra_specs(&self, ids: &[i64]) -> Result<HashMap<i64, Dict<String>>> {
        let mut found: HashMap<i64, Dict<String>> = HashMap::new();
        for ids in ids.chunks(MOST) {
            let rows = self
                .api
                .fetch_all("flavor.extra_specs", &of_flavors(ids))
                .await?;
            for row in rows {
                let specs = found.entry(row.get(0)?).or_default();
                specs.insert(row.get(1)?, value(&row, 2)?);
            }
        }
        Ok(found)
    }

    pub(super) async fn set_extra_specs(&self, flavor_id: i64, specs: &Dict<String>) -> Result<()> {
        for _ in 0..RETRIES {
            let attempt = self
                .api
                .transaction("flavor.set_extra_specs", |tx| async move {
                    set(&tx, flavor_id, specs).await
                })
                .await;
            match attempt {
                Ok(()) => return Ok(()),
                // Somebody else has added one of them meanwhile.
                Err(error) if error.unique_violation().is_some() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(NovaException::FlavorExtraSpecUpdateCreateFailed {
            id: flavor_id.into(),
            retries: RETRIES,
        }
        .into())
    }

    pub(super) async fn remove_extra_spec(&self, flavor_id: i64, key: String) -> Result<()> {
        let delete = Query::delete()
            .from_table("flavor_extra_specs")
            .and_where(Expr::col("flavor_id").eq(flavor_id))
            .and_where(Expr::col("key").eq(key.as_str()))
            .take();
        match self
            .api
            .execute("flavor.delete_extra_spec", &delete)
            .await?
        {
            0 => Err(NovaException::FlavorExtraSpecsNotFound {
                extra_specs_key: key,
                flavor_id: flavor_id.into(),
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
    fn extra_specs_are_read() {
        assert_sql("flavor.extra_specs", &of_flavors(&[1, 2]));
        assert_sql(
            "flavor.existing_extra_specs",
            &existing(1, &["hw:cpu_policy"]),
        );
    }
}
