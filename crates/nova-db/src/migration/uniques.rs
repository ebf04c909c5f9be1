//! The unique constraints of both schemas, read from the text that creates them.

use std::sync::OnceLock;

use super::Revision;
use crate::connection::Schema;
use crate::dialect::Dialect;

/// A unique constraint or index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UniqueConstraint {
    pub(crate) name: Option<String>,
    pub(crate) table: String,
    pub(crate) columns: Vec<String>,
}

/// All of them, the named ones.
pub(crate) fn unique_constraints() -> &'static [UniqueConstraint] {
    static ALL: OnceLock<Vec<UniqueConstraint>> = OnceLock::new();
    ALL.get_or_init(|| {
        [Schema::Main, Schema::Api]
            .into_iter()
            .flat_map(|schema| read(Revision::head(schema).text(Dialect::Sqlite)))
            .collect()
    })
}

fn read(text: &str) -> Vec<UniqueConstraint> {
    let mut table = "";
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.trim().trim_end_matches([',', ';']);
        if let Some(name) = line.strip_prefix("CREATE TABLE ") {
            table = name.trim_end_matches(" (");
        }
        let constraint = line
            .strip_prefix("CONSTRAINT ")
            .and_then(|rest| rest.split_once(" UNIQUE "))
            .map(|(name, columns)| (name, table, columns));
        let index = line
            .strip_prefix("CREATE UNIQUE INDEX ")
            .and_then(|rest| rest.split_once(" ON "))
            .and_then(|(name, rest)| {
                rest.split_once(' ')
                    .map(|(table, columns)| (name, table, columns))
            });
        if let Some((name, table, columns)) = constraint.or(index) {
            found.push(UniqueConstraint {
                name: Some(name.to_owned()),
                table: table.to_owned(),
                columns: columns
                    .trim_matches(['(', ')'])
                    .split(", ")
                    .map(|column| column.trim_matches('"').to_owned())
                    .collect(),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_and_unique_indexes_are_found() {
        let has = |name: &str, table: &str, columns: &[&str]| {
            unique_constraints().iter().any(|own| {
                own.name.as_deref() == Some(name) && own.table == table && own.columns == columns
            })
        };
        assert!(has(
            "uniq_services0host0binary0deleted",
            "services",
            &["host", "binary", "deleted"]
        ));
        assert!(has("uniq_instances0uuid", "instances", &["uuid"]));
        assert!(has("uniq_flavors0flavorid", "flavors", &["flavorid"]));
    }
}
