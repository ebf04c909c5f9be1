//! Columns to write, with the times that oslo.db's models set by themselves.

use chrono::{DurationRound as _, NaiveDateTime, TimeDelta, Utc};
use sea_query::{Expr, InsertStatement, Query, UpdateStatement};

use crate::row::SqlValue;

/// Now, in naive UTC with microseconds: oslo.utils `timeutils.utcnow()`.
pub fn now() -> NaiveDateTime {
    let now = Utc::now().naive_utc();
    // Cannot fail for a time of this era.
    now.duration_trunc(TimeDelta::microseconds(1))
        .unwrap_or(now)
}

/// The columns of a row to insert or to change, in the order they were set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    columns: Vec<(&'static str, SqlValue)>,
}

impl Changes {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets `column`, once more if it was set before. A null has a type:
    /// `Option::<i64>::None`.
    pub fn set(&mut self, column: &'static str, value: impl Into<SqlValue>) -> &mut Self {
        let value = value.into();
        match self.columns.iter_mut().find(|(own, _)| *own == column) {
            Some((_, own)) => *own = value,
            None => self.columns.push((column, value)),
        }
        self
    }

    /// Whether `column` was set.
    pub fn contains(&self, column: &str) -> bool {
        self.columns.iter().any(|(own, _)| *own == column)
    }

    /// Sets `column` unless it was set before.
    pub fn set_unless(&mut self, column: &'static str, value: impl Into<SqlValue>) -> &mut Self {
        if !self.contains(column) {
            self.set(column, value);
        }
        self
    }

    /// What `column` was set to.
    pub fn get(&self, column: &str) -> Option<&SqlValue> {
        let own = self.columns.iter().find(|(own, _)| *own == column);
        own.map(|(_, value)| value)
    }

    /// Whether nothing was set.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Inserts a row, created at `now` unless `created_at` was set (oslo.db `models.py`,
    /// `TimestampMixin`).
    pub fn insert(mut self, table: &'static str, now: NaiveDateTime) -> InsertStatement {
        self.set_unless("created_at", now);
        let (columns, values): (Vec<_>, Vec<_>) = self.columns.into_iter().unzip();
        Query::insert()
            .into_table(table)
            .columns(columns)
            .values_panic(values.into_iter().map(Expr::from))
            .take()
    }

    /// Inserts a row of a table with soft deletion, not deleted unless `deleted` was
    /// set (oslo.db `models.py`, `SoftDeleteMixin`).
    pub fn insert_live(mut self, table: &'static str, now: NaiveDateTime) -> InsertStatement {
        self.set_unless("deleted", 0);
        self.insert(table, now)
    }

    /// Changes rows, updated at `now` unless `updated_at` was set. The condition is the
    /// caller's; without one it changes them all.
    pub fn update(mut self, table: &'static str, now: NaiveDateTime) -> UpdateStatement {
        self.set_unless("updated_at", now);
        let values = self
            .columns
            .into_iter()
            .map(|(column, value)| (column, Expr::from(value)));
        Query::update().table(table).values(values).take()
    }
}

/// Marks rows as deleted, as oslo.db does it for a query (`orm.py`, `soft_delete`):
/// `updated_at` stays. The condition is the caller's.
pub fn soft_delete(table: &'static str, now: NaiveDateTime) -> UpdateStatement {
    Query::update()
        .table(table)
        .value("deleted", Expr::col("id"))
        .value("deleted_at", now)
        .take()
}

#[cfg(test)]
mod tests {
    use sea_query::ExprTrait;

    use super::*;
    use crate::snapshot::assert_sql;

    fn noon() -> NaiveDateTime {
        "2026-01-02T12:00:00".parse().unwrap()
    }

    #[test]
    fn inserts_carry_the_time_of_creation() {
        let mut changes = Changes::new();
        changes
            .set("host", "a")
            .set("report_count", 1)
            .set("host", "b");
        assert_sql("changes.insert", changes.insert_live("services", noon()));
    }

    #[test]
    fn updates_carry_their_time() {
        let mut changes = Changes::new();
        changes.set("host", Option::<String>::None);
        let update = changes
            .update("services", noon())
            .and_where(Expr::col("id").eq(3))
            .take();
        assert_sql("changes.update", update);
    }

    #[test]
    fn soft_deletion_leaves_updated_at() {
        let delete = soft_delete("services", noon())
            .and_where(Expr::col("host").eq("b"))
            .take();
        assert_sql("changes.soft_delete", delete);
    }

    #[test]
    fn now_has_microseconds() {
        use chrono::Timelike as _;
        assert_eq!(now().nanosecond() % 1_000, 0);
    }
}
