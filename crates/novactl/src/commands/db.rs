//! `novactl db`

use std::sync::Mutex;

use nova_conductor::open_schema;
use nova_db::migration::{Synced, Version};
use nova_db::{Dialect, Schema};
use serde_json::{Value as Json, json};

use crate::cli::{Db, Schemas};
use crate::output::{Answer, Cell, Progress, Style, Table, Text};
use crate::{Result, Session};

/// Runs one of the commands.
///
/// # Errors
/// What the databases refuse.
pub async fn run(command: &Db, session: &Session) -> Result<Answer> {
    match command {
        Db::Sync(schemas) => sync(*schemas, session).await,
        Db::Version(schemas) => version(*schemas, session).await,
    }
}

fn chosen(schemas: Schemas) -> Vec<Schema> {
    let both = schemas.main == schemas.api;
    [(Schema::Main, schemas.main), (Schema::Api, schemas.api)]
        .into_iter()
        .filter_map(|(schema, asked)| (both || asked).then_some(schema))
        .collect()
}

async fn sync(schemas: Schemas, session: &Session) -> Result<Answer> {
    let mut table = Table::new(["DATABASE", "KIND", "SCHEMA"], "");
    let mut facts = Vec::new();
    for schema in chosen(schemas) {
        let db = open_schema(schema, session.settings()).await?;
        let progress = Mutex::new(Progress::new());
        let synced = db
            .sync(|step| {
                if let Ok(mut progress) = progress.lock() {
                    progress.step(schema.name(), step.done, step.total, &step.step);
                }
            })
            .await;
        db.close().await;
        let (word, shown) = match synced? {
            Synced::Created => ("created", "created"),
            Synced::Present => ("present", "was there already"),
        };
        let dialect = dialect(db.dialect());
        table.row([
            schema.name().into(),
            dialect.into(),
            Cell::styled(shown, Style::Good),
        ]);
        facts.push(json!({ "name": schema.name(), "dialect": dialect, "schema": word }));
    }
    Ok(Answer::new("databases", facts, Text::Table(table)))
}

async fn version(schemas: Schemas, session: &Session) -> Result<Answer> {
    let mut table = Table::new(["DATABASE", "KIND", "SCHEMA", "WHAT TO DO"], "");
    let mut facts = Vec::new();
    for schema in chosen(schemas) {
        let db = open_schema(schema, session.settings()).await?;
        let version = db.version().await;
        db.close().await;
        let (word, revision, advice, style) = match version? {
            Version::Current => ("current", None, "", Style::Good),
            Version::Empty => ("empty", None, "novactl db sync", Style::Warn),
            Version::Unfinished => ("unfinished", None, "novactl db sync", Style::Warn),
            Version::Other(revision) => (
                "other",
                Some(revision),
                "upgrade it with nova-manage",
                Style::Bad,
            ),
            Version::Unversioned => ("unversioned", None, "use an empty database", Style::Bad),
        };
        let dialect = dialect(db.dialect());
        let shown = revision.as_ref().map_or_else(
            || word.to_owned(),
            |revision| format!("revision {revision}"),
        );
        table.row([
            schema.name().into(),
            dialect.into(),
            Cell::styled(shown, style),
            Cell::from(Some(advice)),
        ]);
        let revision = revision.map_or(Json::Null, Json::from);
        facts.push(json!({ "name": schema.name(), "dialect": dialect, "schema": word, "revision": revision }));
    }
    Ok(Answer::new("databases", facts, Text::Table(table)))
}

const fn dialect(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "sqlite",
        Dialect::MySql => "mysql",
        Dialect::Postgres => "postgresql",
    }
}
