//! Violated unique constraints, named the same way on the three databases.

use std::fmt;

use crate::dialect::Dialect;

/// A unique constraint that refused a row.
///
/// SQLite names the columns, MariaDB the constraint, PostgreSQL both; what is
/// missing is looked up in Nova's schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueViolation {
    constraint: Option<String>,
    table: Option<String>,
    columns: Vec<String>,
}

impl UniqueViolation {
    pub(crate) fn of(dialect: Dialect, error: &sqlx::Error) -> Option<Self> {
        let error = error.as_database_error()?;
        if !error.is_unique_violation() {
            return None;
        }
        let reported = match dialect {
            Dialect::Sqlite => of_sqlite(error.message()),
            Dialect::MySql => of_mysql(error.message()),
            Dialect::Postgres => Self {
                constraint: error.constraint().map(str::to_owned),
                table: error.table().map(str::to_owned),
                columns: error
                    .try_downcast_ref::<sqlx::postgres::PgDatabaseError>()
                    .and_then(|error| error.detail())
                    .map(columns_of_detail)
                    .unwrap_or_default(),
            },
        };
        Some(reported.completed())
    }

    /// The constraint's name, such as `uniq_key_pairs0user_id0name0deleted`.
    pub fn constraint(&self) -> Option<&str> {
        self.constraint.as_deref()
    }

    /// The table's name.
    pub fn table(&self) -> Option<&str> {
        self.table.as_deref()
    }

    /// The columns, in the order of the constraint.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether it is about this table and about exactly these columns, whatever
    /// their order.
    pub fn is_on(&self, table: &str, columns: &[&str]) -> bool {
        self.table.as_deref().is_none_or(|own| own == table)
            && self.columns.len() == columns.len()
            && columns
                .iter()
                .all(|column| self.columns.iter().any(|own| own == column))
    }

    /// Fills in what the database did not say: from Nova's schema, else from
    /// the convention `uniq_<table>0<column>0<column>` (oslo.db
    /// `exc_filters.py`).
    fn completed(mut self) -> Self {
        let known =
            crate::migration::unique_constraints()
                .iter()
                .find(|known| match &self.constraint {
                    Some(name) => known.name.as_deref() == Some(name),
                    None => {
                        self.table.as_deref() == Some(&known.table) && self.columns == known.columns
                    }
                });
        if let Some(known) = known {
            self.constraint = self.constraint.or_else(|| known.name.clone());
            self.table = self.table.or_else(|| Some(known.table.clone()));
            if self.columns.is_empty() {
                self.columns.clone_from(&known.columns);
            }
        }
        if let Some(rest) = self
            .constraint
            .as_deref()
            .and_then(|name| name.strip_prefix("uniq_"))
        {
            let mut parts = rest.split('0');
            let table = parts.next().map(str::to_owned);
            if self.columns.is_empty() {
                self.columns = parts.map(str::to_owned).collect();
            }
            self.table = self.table.or(table);
        }
        self
    }
}

impl fmt::Display for UniqueViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a row of {} with the same {} exists",
            self.table.as_deref().unwrap_or("the table"),
            if self.columns.is_empty() {
                "values".to_owned()
            } else {
                self.columns.join(", ")
            },
        )
    }
}

/// `UNIQUE constraint failed: key_pairs.user_id, key_pairs.name`.
fn of_sqlite(message: &str) -> UniqueViolation {
    let mut table = None;
    let columns = message
        .split_once("failed: ")
        .map(|(_, list)| list)
        .unwrap_or_default()
        .split(", ")
        .filter_map(|qualified| qualified.split_once('.'))
        .map(|(of, column)| {
            table.get_or_insert_with(|| of.to_owned());
            column.to_owned()
        })
        .collect();
    UniqueViolation {
        constraint: None,
        table,
        columns,
    }
}

/// `Duplicate entry 'a-b' for key 'name'`; MySQL 8 writes `table.name`.
fn of_mysql(message: &str) -> UniqueViolation {
    let key = message
        .rsplit_once("for key '")
        .and_then(|(_, key)| key.strip_suffix('\''));
    let (table, constraint) = match key.map(|key| key.split_once('.').ok_or(key)) {
        None => (None, None),
        Some(Ok((table, name))) => (Some(table.to_owned()), Some(name.to_owned())),
        Some(Err(name)) => (None, Some(name.to_owned())),
    };
    UniqueViolation {
        constraint,
        table,
        columns: Vec::new(),
    }
}

/// `Key (user_id, name)=(a, b) already exists.`
fn columns_of_detail(detail: &str) -> Vec<String> {
    detail
        .strip_prefix("Key (")
        .and_then(|rest| rest.split_once(")=("))
        .map(|(columns, _)| {
            columns
                .split(", ")
                .map(|c| c.trim_matches('"').to_owned())
                .collect()
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [&str; 3] = ["user_id", "name", "deleted"];
    const NAME: &str = "uniq_key_pairs0user_id0name0deleted";

    fn check(reported: UniqueViolation) {
        let violation = reported.completed();
        assert_eq!(violation.constraint(), Some(NAME));
        assert_eq!(violation.table(), Some("key_pairs"));
        assert_eq!(violation.columns(), COLUMNS);
        assert!(violation.is_on("key_pairs", &["name", "deleted", "user_id"]));
        assert!(!violation.is_on("key_pairs", &["name", "deleted"]));
        assert!(!violation.is_on("instances", &COLUMNS));
    }

    #[test]
    fn each_database_tells_the_same() {
        check(of_sqlite(
            "UNIQUE constraint failed: key_pairs.user_id, key_pairs.name, key_pairs.deleted",
        ));
        check(of_mysql(
            "Duplicate entry 'u-it''s-0' for key 'uniq_key_pairs0user_id0name0deleted'",
        ));
        check(of_mysql(
            "Duplicate entry 'u-n-0' for key 'key_pairs.uniq_key_pairs0user_id0name0deleted'",
        ));
        check(UniqueViolation {
            constraint: Some(NAME.to_owned()),
            table: Some("key_pairs".to_owned()),
            columns: columns_of_detail("Key (user_id, name, deleted)=(u, n, 0) already exists."),
        });
    }

    #[test]
    fn unknown_constraints_are_read_by_their_name() {
        let violation =
            of_mysql("Duplicate entry 'x' for key 'uniq_things0colour0size'").completed();
        assert!(violation.is_on("things", &["colour", "size"]));
    }
}
