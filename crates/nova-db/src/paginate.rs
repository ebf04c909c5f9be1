//! Sorting and paging by markers, as oslo.db does it.

use sea_query::{Condition, Expr, ExprTrait, Order, SelectStatement};

use crate::row::SqlValue;

/// A column to sort by.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    /// Its name.
    pub column: String,
    /// Which way.
    pub direction: Direction,
    /// Where nulls go; else where the database puts them.
    pub nulls: Option<Nulls>,
}

/// Which way to sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Asc,
    /// Largest first.
    Desc,
}

/// Where nulls go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// Before all values.
    First,
    /// After all values.
    Last,
}

/// Why sort parameters are refused; the text is Nova's `reason` for `InvalidInput`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SortError {
    /// A direction is neither `asc` nor `desc`.
    #[error("Unknown sort direction, must be 'desc' or 'asc'")]
    Direction,
    /// There are more directions than keys.
    #[error("Sort direction size exceeds sort key size")]
    Size,
}

/// Completes sort parameters with `default_keys`, which make the order total (nova
/// `db/utils.py`, `process_sort_params`). Whether the columns exist is the caller's to
/// check.
///
/// # Errors
///
/// [`SortError`] when the directions do not fit.
pub fn sort_keys(
    keys: &[&str],
    directions: &[&str],
    default_keys: &[&str],
    default_direction: Direction,
) -> Result<Vec<SortKey>, SortError> {
    let directions = directions
        .iter()
        .map(|direction| match *direction {
            "asc" => Ok(Direction::Asc),
            "desc" => Ok(Direction::Desc),
            _ => Err(SortError::Direction),
        })
        .collect::<Result<Vec<_>, _>>()?;
    if directions.len() > keys.len() {
        return Err(SortError::Size);
    }
    // That of the first key goes for all that have none of their own.
    let fallback = directions.first().copied().unwrap_or(default_direction);
    let added = default_keys.iter().filter(|key| !keys.contains(key));
    let completed = keys
        .iter()
        .chain(added)
        .enumerate()
        .map(|(position, column)| SortKey {
            column: (*column).to_owned(),
            direction: directions.get(position).copied().unwrap_or(fallback),
            nulls: None,
        });
    Ok(completed.collect())
}

/// A page: an order, the row after which it starts, and how many rows it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<'p> {
    /// The order; the last keys make it total.
    pub sort: &'p [SortKey],
    /// The marker row's values of the sort keys, in their order; nulls as `None`.
    pub marker: Option<&'p [Option<SqlValue>]>,
    /// How many rows at most.
    pub limit: Option<u64>,
}

impl Page<'_> {
    /// Adds order, condition and limit to `select` from `table` (oslo.db
    /// `sqlalchemy/utils.py`, `paginate_query`). As there, a null of the marker takes
    /// its key out of the comparison.
    pub fn apply(&self, select: &mut SelectStatement, table: &'static str) {
        let column = |key: &SortKey| Expr::col((table, key.column.clone()));
        for key in self.sort {
            match key.nulls {
                Some(Nulls::First) => {
                    select.order_by_expr(column(key).is_null(), Order::Desc);
                }
                Some(Nulls::Last) => {
                    select.order_by_expr(column(key).is_not_null(), Order::Desc);
                }
                None => {}
            }
            let order = match key.direction {
                Direction::Asc => Order::Asc,
                Direction::Desc => Order::Desc,
            };
            select.order_by((table, key.column.clone()), order);
        }
        if let Some(marker) = self.marker {
            select.cond_where(after(self.sort, marker, column));
        }
        if let Some(limit) = self.limit {
            select.limit(limit);
        }
    }
}

/// `(k1 > m1) or (k1 = m1 and k2 > m2) or …`
fn after(
    sort: &[SortKey],
    marker: &[Option<SqlValue>],
    column: impl Fn(&SortKey) -> Expr,
) -> Condition {
    let mut any = Condition::any();
    let mut equal: Vec<Expr> = Vec::new();
    for (key, value) in sort.iter().zip(marker) {
        let Some(value) = value else { continue };
        let beyond = match (key.direction, key.nulls) {
            (Direction::Desc, Some(Nulls::First)) => {
                column(key).lt(value.clone()).or(column(key).is_null())
            }
            (Direction::Desc, _) => column(key).lt(value.clone()),
            (Direction::Asc, Some(Nulls::Last)) => {
                column(key).gt(value.clone()).or(column(key).is_null())
            }
            (Direction::Asc, _) => column(key).gt(value.clone()),
        };
        let all = equal.iter().cloned().fold(Condition::all(), Condition::add);
        any = any.add(all.add(beyond));
        equal.push(column(key).eq(value.clone()));
    }
    any
}

#[cfg(test)]
mod tests {
    use sea_query::Query;

    use super::*;
    use crate::snapshot::assert_sql;

    const DEFAULTS: [&str; 2] = ["created_at", "id"];

    fn check(keys: &[&str], directions: &[&str], expected: &str) {
        let shown = match sort_keys(keys, directions, &DEFAULTS, Direction::Asc) {
            Ok(keys) => keys
                .iter()
                .map(|key| format!("{} {:?}", key.column, key.direction))
                .collect::<Vec<_>>()
                .join(", "),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn default_keys_complete_the_order() {
        check(&[], &[], "created_at Asc, id Asc");
        check(&["host"], &["desc"], "host Desc, created_at Desc, id Desc");
        check(
            &["host", "id"],
            &["desc", "asc"],
            "host Desc, id Asc, created_at Desc",
        );
        check(
            &["host", "node"],
            &["desc"],
            "host Desc, node Desc, created_at Desc, id Desc",
        );
        check(
            &["host"],
            &["up"],
            "Unknown sort direction, must be 'desc' or 'asc'",
        );
        check(
            &["host"],
            &["asc", "asc"],
            "Sort direction size exceeds sort key size",
        );
    }

    #[test]
    fn a_page_starts_after_its_marker() {
        let mut sort =
            sort_keys(&["host", "node"], &["desc", "asc"], &["id"], Direction::Asc).unwrap();
        sort[1].nulls = Some(Nulls::Last);
        let marker = [Some("b".into()), Some("n".into()), Some(7.into())];
        let mut select = Query::select().column("id").from("instances").take();
        Page {
            sort: &sort,
            marker: Some(&marker),
            limit: Some(10),
        }
        .apply(&mut select, "instances");
        assert_sql("paginate.after_marker", &select);
    }

    #[test]
    fn a_null_of_the_marker_is_left_out() {
        let sort = sort_keys(&["host"], &[], &["id"], Direction::Asc).unwrap();
        let mut select = Query::select().column("id").from("instances").take();
        Page {
            sort: &sort,
            marker: Some(&[None, Some(7.into())]),
            limit: None,
        }
        .apply(&mut select, "instances");
        assert_sql("paginate.null_marker", &select);
    }
}
