//! The revisions of Nova's schemas and the text that creates the newest.

use crate::connection::Schema;
use crate::dialect::Dialect;

/// A revision this crate can create, named as alembic names it.
#[derive(Debug)]
pub struct Revision {
    /// Alembic's identifier.
    pub id: &'static str,
    sqlite: &'static str,
    mysql: &'static str,
    postgres: &'static str,
}

macro_rules! revision {
    ($schema:literal, $id:literal, $name:literal) => {
        Revision {
            id: $id,
            sqlite: include_str!(concat!(
                "../../migrations/",
                $schema,
                "/",
                $id,
                "_",
                $name,
                "/sqlite.sql"
            )),
            mysql: include_str!(concat!(
                "../../migrations/",
                $schema,
                "/",
                $id,
                "_",
                $name,
                "/mysql.sql"
            )),
            postgres: include_str!(concat!(
                "../../migrations/",
                $schema,
                "/",
                $id,
                "_",
                $name,
                "/postgres.sql"
            )),
        }
    };
}

static MAIN: Revision = revision!("main", "ab450ba04102", "nova_34");
static API: Revision = revision!("api", "cdeec0c85668", "nova_34");

/// Nova's revisions before the newest, oldest first (`nova/db/main/migrations/versions`).
const MAIN_BEFORE: [&str; 9] = [
    "8f2f1571d55b",
    "16f1fbcab42b",
    "ccb0fa1a2252",
    "960aac0e09ea",
    "1b91788ec3a6",
    "1acf2c98e646",
    "13863f4e1612",
    "d60bddf7a903",
    "2903cd72dc14",
];

/// The same of the api database.
const API_BEFORE: [&str; 2] = ["d67eeaabee36", "b30f573d3377"];

impl Revision {
    /// The newest of `schema`: what this release works with.
    pub fn head(schema: Schema) -> &'static Self {
        match schema {
            Schema::Main => &MAIN,
            Schema::Api => &API,
        }
    }

    /// The whole text that creates it.
    pub fn text(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::MySql => self.mysql,
            Dialect::Postgres => self.postgres,
        }
    }

    /// Its statements, without the semicolons and the comments before them.
    pub fn statements(&self, dialect: Dialect) -> Vec<&'static str> {
        self.text(dialect)
            .split(";\n")
            .map(|statement| {
                let mut rest = statement.trim();
                while let Some((_, after)) =
                    rest.strip_prefix("--").and_then(|c| c.split_once('\n'))
                {
                    rest = after.trim_start();
                }
                rest
            })
            .filter(|statement| !statement.is_empty())
            .collect()
    }

    /// The names of its tables.
    pub fn tables(&self) -> Vec<&'static str> {
        self.sqlite
            .lines()
            .filter_map(|line| line.strip_prefix("CREATE TABLE ")?.strip_suffix(" ("))
            .collect()
    }
}

/// What is known of a revision that is not the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// One of an older Nova.
    Older,
    /// One of the other schema: the two URLs are exchanged.
    OfOther,
    /// Not known: of a newer Nova, or of something else.
    Unknown,
}

pub(crate) fn known(schema: Schema, id: &str) -> Known {
    let (own, other, other_head) = match schema {
        Schema::Main => (&MAIN_BEFORE[..], &API_BEFORE[..], &API),
        Schema::Api => (&API_BEFORE[..], &MAIN_BEFORE[..], &MAIN),
    };
    if own.contains(&id) {
        Known::Older
    } else if other.contains(&id) || other_head.id == id {
        Known::OfOther
    } else {
        Known::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_is_a_creation() {
        for (schema, tables) in [(Schema::Main, 110), (Schema::Api, 31)] {
            let head = Revision::head(schema);
            assert_eq!(head.tables().len(), tables);
            for dialect in Dialect::ALL {
                let statements = head.statements(dialect);
                let created = statements
                    .iter()
                    .filter(|s| s.starts_with("CREATE TABLE"))
                    .count();
                assert_eq!(created, tables, "{schema} {dialect}");
                assert!(
                    statements
                        .iter()
                        .all(|s| s.starts_with("CREATE ") && !s.contains(';'))
                );
            }
        }
    }

    #[test]
    fn revisions_of_the_other_schema_are_told_apart() {
        assert_eq!(known(Schema::Main, "cdeec0c85668"), Known::OfOther);
        assert_eq!(known(Schema::Api, "ab450ba04102"), Known::OfOther);
        assert_eq!(known(Schema::Main, "16f1fbcab42b"), Known::Older);
        assert_eq!(known(Schema::Main, "ffffffffffff"), Known::Unknown);
    }
}
