//! Databases with the schema, copied where copying is faster than creating.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;

use nova_db::migration::Revision;
use nova_db::sea_query::{Expr, ExprTrait, Query};
use nova_db::{Database, Dialect, Execute as _, Rendered, Schema};

use super::scratch::{Scratch, administer, administrator};

/// A database of its own with `schema`.
pub(super) async fn clone(dialect: Dialect, schema: Schema) -> Scratch {
    match dialect {
        Dialect::Sqlite => {
            let scratch = Scratch::named(dialect);
            let template = sqlite_template(schema).await;
            let path = scratch.path().expect("a SQLite database has a file");
            std::fs::copy(template, path).expect("the template can be copied");
            scratch
        }
        // MariaDB cannot copy a database, and creates these tables in a third of a second.
        Dialect::MySql => {
            let scratch = Scratch::create(dialect).await;
            create(&scratch.open(schema).await).await;
            scratch
        }
        Dialect::Postgres => {
            let template = postgres_template(schema).await;
            let scratch = Scratch::named(dialect);
            administer(
                dialect,
                &format!("CREATE DATABASE {} TEMPLATE {template}", scratch.name()),
            )
            .await;
            scratch
        }
    }
}

async fn create(database: &Database) {
    database
        .sync(|_| {})
        .await
        .expect("the schema can be created");
    database.close().await;
}

/// A template's name changes with what is in it, so that none is ever outdated.
fn fingerprint(dialect: Dialect, schema: Schema) -> String {
    let mut hasher = DefaultHasher::new();
    Revision::head(schema).text(dialect).hash(&mut hasher);
    format!("nova_template_{schema}_{:016x}", hasher.finish())
}

/// The file to copy, made by whoever comes first. Several may: the last rename wins, and
/// all are equal.
async fn sqlite_template(schema: Schema) -> PathBuf {
    let path =
        std::env::temp_dir().join(format!("{}.sqlite", fingerprint(Dialect::Sqlite, schema)));
    if path.exists() {
        return path;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let made = folder.path().join("template.sqlite");
    let database = Database::open(
        schema,
        &format!("sqlite:///{}", made.display()),
        &super::options(),
    )
    .await
    .expect("a new file can be opened");
    // Closing the last connection moves everything from the log into the file.
    create(&database).await;
    std::fs::rename(&made, &path).expect("both are in the temporary folder");
    path
}

/// The database to copy, made under a lock so that others wait until it is complete.
async fn postgres_template(schema: Schema) -> String {
    let name = fingerprint(Dialect::Postgres, schema);
    let server = administrator(Dialect::Postgres)
        .await
        .expect("the server answered before");
    let lock = format!("SELECT 1 FROM (SELECT pg_advisory_lock(hashtext('{name}'))) AS locked");
    // One connection, so that lock and unlock are of the same session.
    server
        .fetch_all("test.lock", Rendered::by_hand(lock, Vec::new(), false))
        .await
        .expect("locks work");
    let exists = Query::select()
        .column("datistemplate")
        .from("pg_database")
        .and_where(Expr::col("datname").eq(&name))
        .take();
    let found = server
        .fetch_optional("test.template", &exists)
        .await
        .expect("pg_database is readable");
    let complete = found
        .as_ref()
        .map(|row| row.get::<bool>(0).expect("it is a boolean"));
    if complete != Some(true) {
        if complete.is_some() {
            administer(
                Dialect::Postgres,
                &format!("DROP DATABASE {name} WITH (FORCE)"),
            )
            .await;
        }
        administer(Dialect::Postgres, &format!("CREATE DATABASE {name}")).await;
        create(
            &Scratch::on_server(Dialect::Postgres, &name)
                .open(schema)
                .await,
        )
        .await;
        // The mark that it is complete.
        administer(
            Dialect::Postgres,
            &format!("ALTER DATABASE {name} IS_TEMPLATE true"),
        )
        .await;
    }
    server.close().await;
    name
}
