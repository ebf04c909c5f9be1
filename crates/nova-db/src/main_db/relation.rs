//! Rows that belong to other rows, for one or many of them in one statement.

use sea_query::{Expr, ExprTrait as _, SelectStatement};
use versionedobjects::VersionedObject;

use crate::error::Result;
use crate::execute::Execute;
use crate::row::Row;
use crate::statement::Prepared;

/// How many keys one statement names at most.
pub(crate) const MOST: usize = 1024;

/// A table whose rows are found by a key, such as the uuid of the instance they belong
/// to; made by [`relation!`].
#[derive(Debug)]
pub(crate) struct Relation {
    pub(crate) query: &'static str,
    pub(crate) key: (&'static str, &'static str),
    pub(crate) select: fn() -> SelectStatement,
    pub(crate) one: Prepared,
}

impl Relation {
    /// All rows of these keys: one statement for up to a thousand of them.
    pub(crate) async fn rows(&'static self, db: &impl Execute, keys: &[&str]) -> Result<Vec<Row>> {
        match keys {
            [] => Ok(Vec::new()),
            [key] => {
                db.fetch_all(self.query, self.one.bind([(*key).into()]))
                    .await
            }
            many => {
                let mut rows = Vec::with_capacity(many.len());
                for keys in many.chunks(MOST) {
                    let mut select = (self.select)();
                    select.and_where(among(Expr::col(self.key), keys));
                    rows.extend(db.fetch_all(self.query, &select).await?);
                }
                Ok(rows)
            }
        }
    }
}

/// Whether `column` is one of `keys`.
///
/// Their number is filled up to a power of two by repeating the last one, so that there
/// are few different texts for the connection to remember.
pub(crate) fn among(column: Expr, keys: &[&str]) -> Expr {
    let missing = keys.len().next_power_of_two() - keys.len();
    let filled = keys
        .iter()
        .chain(keys.last().into_iter().cycle().take(missing));
    column.is_in(filled.map(|key| (*key).to_owned()))
}

/// A [`Relation`]: the query's name, table and key column, and the `SELECT` without the
/// condition on the key.
macro_rules! relation {
    ($query:literal, $table:literal . $key:literal, $select:expr) => {
        $crate::main_db::relation::Relation {
            query: $query,
            key: ($table, $key),
            select: $select,
            one: $crate::Prepared::select(|| {
                let select: fn() -> sea_query::SelectStatement = $select;
                let key = sea_query::Expr::col(($table, $key));
                select()
                    .and_where(sea_query::ExprTrait::eq(key, $crate::param()))
                    .take()
            }),
        }
    };
}
pub(crate) use relation;

/// Sets every field of `object` that is set in `stored` to the same.
pub(crate) fn take_over(object: &mut dyn VersionedObject, stored: &dyn VersionedObject) {
    for index in 0..stored.class().fields.len() {
        if stored.slot(index).is_set() {
            object.slot_mut(index).copy_from(stored.slot(index));
        }
    }
}

#[cfg(test)]
mod tests {
    use sea_query::Query;

    use super::*;
    use crate::dialect::Dialect;

    fn text(keys: &[&str]) -> String {
        let select = Query::select()
            .column("id")
            .from("tags")
            .and_where(among(Expr::col("resource_id"), keys))
            .take();
        Dialect::Sqlite.build(&select).0
    }

    #[test]
    fn texts_differ_by_powers_of_two_only() {
        assert_eq!(text(&["a", "b", "c"]), text(&["a", "b", "c", "d"]));
        assert_ne!(text(&["a", "b"]), text(&["a", "b", "c"]));
    }
}
