//! Databases with the schema, emptied and used again.
//!
//! Creating Nova's 141 tables waits for the disk seconds long; finding the few that a
//! test filled, and emptying them, takes milliseconds. So a server keeps a few pairs
//! of databases, the slots. A test claims one that no other process has, empties it and
//! holds it until it ends. After a failure a slot is left as it is for a day.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::Arc;

use nova_db::migration::{Revision, Version};
use nova_db::sea_query::{Expr, ExprTrait, Query};
use nova_db::{Database, Dialect, Execute as _, Options, Rendered, Row, Schema};

use super::scratch::{Scratch, administer, administrator, url_of};

/// A claimed pair of databases.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) main_url: String,
    pub(super) api_url: String,
    /// Holds the claim with its only connection.
    claim: Option<Database>,
}

/// Creates the tables of a schema at a URL.
type Sync = dyn Fn(Schema, &str) + Send + std::marker::Sync;

/// Who creates the tables.
pub(super) enum Maker {
    /// Our own migrations.
    Own,
    /// Another program, given which schema is to be where.
    Other(Arc<Sync>),
}

impl Maker {
    /// Tells the slots of one from those of the other.
    fn mark(&self) -> &'static str {
        match self {
            Self::Own => "",
            Self::Other(_) => "theirs_",
        }
    }
}

/// More slots than tests that run at a time, kept ones included.
const MOST: usize = 200;

/// The table that marks a slot kept after a failure.
const KEPT: &str = "kept_after_a_failed_test";

impl Slot {
    /// Claims one, making it if there is none free.
    pub(super) async fn claim(dialect: Dialect, maker: &Maker) -> Self {
        if dialect == Dialect::Sqlite {
            return sqlite().await;
        }
        let server = administrator(dialect)
            .await
            .expect("the server answered before");
        for number in 0..MOST {
            let name = format!(
                "nova_slot_{}_{}{number}",
                fingerprint(dialect),
                maker.mark()
            );
            if !try_lock(&server, &name).await {
                continue;
            }
            let slot = Self {
                main_url: url_of(dialect, &format!("{name}_main")),
                api_url: url_of(dialect, &format!("{name}_api")),
                claim: Some(server.clone()),
            };
            if slot.is_ready(&server, &name, maker).await {
                return slot;
            }
            unlock(&server, &name).await;
        }
        panic!(
            "{MOST} test databases on the {dialect} server are in use or kept; drop those named nova_slot_*"
        );
    }

    /// Makes and empties both databases; no if they are kept.
    async fn is_ready(&self, server: &Database, name: &str, maker: &Maker) -> bool {
        for (schema, url) in [(Schema::Main, &self.main_url), (Schema::Api, &self.api_url)] {
            let database = format!("{name}_{schema}");
            if !exists(server, &database).await {
                create(server.dialect(), &database, url, schema, maker).await;
                continue;
            }
            let one = Options {
                max_connections: 1,
                ..super::options()
            };
            let own = Database::open(schema, url, &one)
                .await
                .expect("an existing database can be opened");
            let (kept, version) = (is_kept(&own).await, own.version().await);
            if version.is_ok_and(|version| version == Version::Current) && kept.is_none() {
                empty(&own).await;
                own.close().await;
                continue;
            }
            own.close().await;
            if kept == Some(true) {
                return false;
            }
            // Half made, or kept for long enough.
            drop_database(server.dialect(), &database).await;
            create(server.dialect(), &database, url, schema, maker).await;
        }
        true
    }

    /// Lets others have it.
    pub(super) async fn release(&self) {
        if let Some(claim) = &self.claim {
            claim.close().await;
        }
    }

    /// Lets nobody have it for a day.
    pub(super) async fn keep(&self) {
        if self.claim.is_none() {
            return;
        }
        let Ok(own) = Database::open(Schema::Main, &self.main_url, &super::options()).await else {
            return;
        };
        let make = format!("CREATE TABLE {KEPT} AS SELECT CURRENT_TIMESTAMP AS since");
        if let Err(error) = run(&own, &make).await {
            eprintln!("not marked as kept, the next test may use it: {error}");
        }
        self.release().await;
    }
}

async fn run(db: &Database, sql: &str) -> nova_db::Result<u64> {
    db.execute("test.slot", Rendered::by_hand(sql, Vec::new(), false))
        .await
}

async fn read(db: &Database, sql: String) -> Vec<Row> {
    db.fetch_all("test.slot", Rendered::by_hand(sql, Vec::new(), true))
        .await
        .expect("the query is right")
}

/// Of what a slot is made, so that none is ever outdated.
fn fingerprint(dialect: Dialect) -> String {
    let mut hasher = DefaultHasher::new();
    for schema in [Schema::Main, Schema::Api] {
        Revision::head(schema).text(dialect).hash(&mut hasher);
    }
    format!("{:08x}", hasher.finish() >> 32)
}

async fn try_lock(server: &Database, name: &str) -> bool {
    let sql = match server.dialect() {
        Dialect::MySql => format!("SELECT GET_LOCK('{name}', 0)"),
        _ => format!("SELECT pg_try_advisory_lock(hashtext('{name}'))"),
    };
    let rows = read(server, sql).await;
    rows.first()
        .is_some_and(|row| row.get::<bool>(0).expect("a lock is taken or not"))
}

async fn unlock(server: &Database, name: &str) {
    let sql = match server.dialect() {
        Dialect::MySql => format!("SELECT RELEASE_LOCK('{name}')"),
        _ => format!("SELECT pg_advisory_unlock(hashtext('{name}'))"),
    };
    read(server, sql).await;
}

async fn exists(server: &Database, database: &str) -> bool {
    let (catalogue, column) = match server.dialect() {
        Dialect::MySql => (("information_schema", "schemata"), "schema_name"),
        _ => (("pg_catalog", "pg_database"), "datname"),
    };
    let select = Query::select()
        .expr(Expr::cust("1"))
        .from(catalogue)
        .and_where(Expr::col(column).eq(database))
        .take();
    server
        .fetch_optional("test.slot", &select)
        .await
        .expect("catalogues are readable")
        .is_some()
}

async fn create(dialect: Dialect, database: &str, url: &str, schema: Schema, maker: &Maker) {
    let charset = if dialect == Dialect::MySql {
        " CHARACTER SET utf8mb3"
    } else {
        ""
    };
    administer(dialect, &format!("CREATE DATABASE {database}{charset}")).await;
    if let Maker::Other(sync) = maker {
        let (sync, url) = (sync.clone(), url.to_owned());
        // Others go on meanwhile: it takes seconds.
        tokio::task::spawn_blocking(move || sync(schema, &url))
            .await
            .expect("the tables are created");
        return;
    }
    let own = Database::open(schema, url, &super::options())
        .await
        .expect("a new database can be opened");
    own.sync(|_| {}).await.expect("the schema can be created");
    own.close().await;
}

async fn drop_database(dialect: Dialect, database: &str) {
    let force = if dialect == Dialect::Postgres {
        " WITH (FORCE)"
    } else {
        ""
    };
    administer(dialect, &format!("DROP DATABASE {database}{force}")).await;
}

/// Whether it is kept, and for less than a day.
async fn is_kept(db: &Database) -> Option<bool> {
    let day = match db.dialect() {
        Dialect::MySql => "since > NOW() - INTERVAL 1 DAY",
        _ => "since > NOW() - INTERVAL '1 day'",
    };
    let sql = format!("SELECT {day} FROM {KEPT}");
    let rows = db
        .fetch_all("test.slot", Rendered::by_hand(sql, Vec::new(), true))
        .await
        .ok()?;
    Some(rows.first().is_some_and(|row| row.get(0).unwrap_or(true)))
}

/// Removes all rows and starts the numbering of `id` again.
async fn empty(db: &Database) {
    let quote = if db.dialect() == Dialect::MySql {
        '`'
    } else {
        '"'
    };
    let tables = Revision::head(db.schema()).tables();
    let filled: Vec<String> = tables
        .iter()
        .map(|table| format!("SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quote}{table}{quote})"))
        .collect();
    let filled = read(db, filled.join(" UNION ALL ")).await;
    let disable = match db.dialect() {
        Dialect::MySql => "SET FOREIGN_KEY_CHECKS = 0",
        _ => "SET session_replication_role = replica",
    };
    if !filled.is_empty() {
        run(db, disable).await.expect("foreign keys can be ignored");
    }
    for row in &filled {
        let table: &str = row.get(0).expect("it is a name");
        run(db, &format!("DELETE FROM {quote}{table}{quote}"))
            .await
            .expect("rows can be deleted");
    }
    match db.dialect() {
        Dialect::MySql => {
            let numbered = "SELECT table_name FROM information_schema.tables
                            WHERE table_schema = DATABASE() AND auto_increment > 1";
            for row in read(db, numbered.to_owned()).await {
                let table: &str = row.get(0).expect("it is a name");
                let restart = format!("ALTER TABLE `{table}` AUTO_INCREMENT = 1");
                run(db, &restart).await.expect("numbering can start again");
            }
        }
        _ => {
            let restart = "SELECT setval(format('%I', sequencename)::regclass, start_value, false)
                           FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL";
            read(db, restart.to_owned()).await;
        }
    }
}

/// SQLite has nothing to wait for: each test has copies of files made once.
async fn sqlite() -> Slot {
    let (main, api) = (
        Scratch::named(Dialect::Sqlite),
        Scratch::named(Dialect::Sqlite),
    );
    for (scratch, schema) in [(&main, Schema::Main), (&api, Schema::Api)] {
        let path = scratch.path().expect("a SQLite database has a file");
        std::fs::copy(template(schema).await, path).expect("the template can be copied");
    }
    Slot {
        main_url: main.url().to_owned(),
        api_url: api.url().to_owned(),
        claim: None,
    }
}

/// The file to copy, made by whoever comes first. Several may: the last rename wins, and
/// all are equal.
async fn template(schema: Schema) -> PathBuf {
    let name = format!(
        "nova_template_{}_{schema}.sqlite",
        fingerprint(Dialect::Sqlite)
    );
    let path = std::env::temp_dir().join(name);
    if path.exists() {
        return path;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let made = folder.path().join("template.sqlite");
    let url = format!("sqlite:///{}", made.display());
    let own = Database::open(schema, &url, &super::options())
        .await
        .expect("a new file can be opened");
    own.sync(|_| {}).await.expect("the schema can be created");
    // Closing the last connection moves everything from the log into the file.
    own.close().await;
    std::fs::rename(&made, &path).expect("both are in the temporary folder");
    path
}
