//! What our migrations create is what Nova's created when it was recorded.

use nova_db::migration::{Synced, Version};
use nova_db::{Database, Dialect, Execute as _, Options, Rendered, Schema};
use test_support::database::{Scratch, options};
use test_support::on_every_dialect;

use crate::introspect::describe;

/// The recorded DDL of Nova 34 (`nova-manage db sync`, then a dump of each server).
fn recorded(dialect: Dialect, schema: Schema) -> &'static str {
    match (schema, dialect) {
        (Schema::Main, Dialect::Sqlite) => include_str!("../recorded/main.sqlite.sql"),
        (Schema::Main, Dialect::MySql) => include_str!("../recorded/main.mariadb.sql"),
        (Schema::Main, Dialect::Postgres) => include_str!("../recorded/main.postgresql.sql"),
        (Schema::Api, Dialect::Sqlite) => include_str!("../recorded/api.sqlite.sql"),
        (Schema::Api, Dialect::MySql) => include_str!("../recorded/api.mariadb.sql"),
        (Schema::Api, Dialect::Postgres) => include_str!("../recorded/api.postgresql.sql"),
    }
}

/// A database loaded from the recorded text.
async fn load(scratch: &Scratch, dialect: Dialect, schema: Schema) -> Database {
    // The dumps set variables of their session, so that it must be one.
    let one = Options {
        max_connections: 1,
        ..options()
    };
    let loading = Database::open(schema, scratch.url(), &one).await.unwrap();
    let text: String = recorded(dialect, schema)
        .lines()
        .filter(|line| !line.starts_with("--") && !line.starts_with("/*M!"))
        .flat_map(|line| [line, "\n"])
        .collect();
    for statement in text
        .split(";\n")
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
    {
        loading
            .execute("test.load", Rendered::by_hand(statement, Vec::new(), false))
            .await
            .unwrap_or_else(|error| panic!("{error:?}: {statement}"));
    }
    loading.close().await;
    scratch.open(schema).await
}

async fn check(dialect: Dialect, schema: Schema) {
    let (ours, theirs) = (
        Scratch::create(dialect).await,
        Scratch::create(dialect).await,
    );
    let created = ours.open(schema).await;
    assert_eq!(created.version().await.unwrap(), Version::Empty);
    assert_eq!(created.sync(|_| {}).await.unwrap(), Synced::Created);
    let loaded = load(&theirs, dialect, schema).await;

    let (created, loaded) = (describe(&created).await, describe(&loaded).await);
    let missing: Vec<_> = loaded.difference(&created).collect();
    let added: Vec<_> = created.difference(&loaded).collect();
    assert!(
        missing.is_empty() && added.is_empty(),
        "missing: {missing:#?}\nadded: {added:#?}"
    );
    // Nova 34's main schema has 1,205 columns and more, its api schema 222 and more.
    let columns = created
        .iter()
        .filter(|line| line.starts_with("column "))
        .count();
    assert!(
        columns > if schema == Schema::Main { 1_000 } else { 200 },
        "{columns} columns"
    );
}

on_every_dialect! {
    async fn main_is_the_recorded_schema(dialect: Dialect) {
        check(dialect, Schema::Main).await;
    }

    async fn api_is_the_recorded_schema(dialect: Dialect) {
        check(dialect, Schema::Api).await;
    }
}
