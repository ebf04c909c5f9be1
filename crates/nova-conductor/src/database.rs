//! The databases, as the configuration names them.

use std::path::Path;
use std::time::Duration;

use nova_db::{NovaDb, Options};
use oslo_config::settings::Database;
use oslo_config::{Secret, Settings};

/// Opens both databases. SQLite files are created with their folder, and their
/// schema with them; the schema of a database server is left to `novactl db
/// sync`, as it is to `nova-manage` with the original.
///
/// # Errors
/// When one cannot be reached, or has no schema this release knows.
pub async fn open_database(settings: &Settings) -> nova_db::Result<NovaDb> {
    let (main, api) = (
        &settings.database.connection,
        &settings.api_database.connection,
    );
    for connection in [main, api] {
        create_folder(connection);
    }
    let db = NovaDb::open(main.expose(), api.expose(), &options(&settings.database)).await?;
    if is_sqlite(main) && is_sqlite(api) {
        db.sync(|progress| tracing::debug!(%progress, "creating the schema"))
            .await?;
    }
    db.main.require_current().await?;
    db.api.require_current().await?;
    Ok(db)
}

/// `[database]` in the terms of the pool.
fn options(database: &Database) -> Options {
    let mut options = Options {
        busy_timeout: Duration::from_secs(5),
        sqlite_synchronous: database.sqlite_synchronous,
        mysql_sql_mode: database.mysql_sql_mode.clone(),
        ..Options::default()
    };
    if let (Some(size), Some(overflow)) = (database.max_pool_size, database.max_overflow) {
        let overflow = u32::try_from(overflow).unwrap_or(0);
        options.max_connections = size.saturating_add(overflow).max(1);
    }
    if let Some(timeout) = database.pool_timeout {
        options.acquire_timeout = timeout;
    }
    if let Ok(seconds) = u64::try_from(database.connection_recycle_time) {
        options.max_lifetime = Duration::from_secs(seconds);
    }
    if let Ok(retries) = u32::try_from(database.db_max_retries) {
        options.max_retries = retries;
    }
    options
}

fn is_sqlite(connection: &Secret) -> bool {
    connection.expose().starts_with("sqlite:")
}

/// Creates the folder a SQLite file is to be in. That it could not be is said
/// when the file is opened.
fn create_folder(connection: &Secret) {
    let file = connection.expose().strip_prefix("sqlite:///");
    if let Some(folder) = file.and_then(|file| Path::new(file).parent())
        && let Err(error) = std::fs::create_dir_all(folder)
    {
        tracing::warn!(folder = %folder.display(), %error, "cannot create the folder of the database");
    }
}
