//! The databases, as the configuration names them.

use std::path::Path;
use std::time::Duration;

use nova_db::{Database, Dialect, NovaDb, Options, Schema, UniqueNames};
use oslo_config::settings::Database as Group;
use oslo_config::{Secret, Settings};

/// Opens both databases. SQLite files are created with their folder, and their
/// schema with them; the schema of a database server is left to `novactl db
/// sync`, as it is to `nova-manage` with the original.
///
/// # Errors
/// When one cannot be reached, or has no schema this release knows.
pub async fn open_database(settings: &Settings) -> nova_db::Result<NovaDb> {
    let main = open_schema(Schema::Main, settings).await?;
    let api = open_schema(Schema::Api, settings).await?;
    for database in [&main, &api] {
        if database.dialect() == Dialect::Sqlite {
            database
                .sync(|progress| tracing::debug!(%progress, "creating the schema"))
                .await?;
        }
        database.require_current().await?;
    }
    let nova = NovaDb::of(main, api).with_settings(rows(settings));
    let Some(replica) = &settings.database.slave_connection else {
        return Ok(nova);
    };
    // Whoever copies creates it.
    let options = Options {
        create: false,
        ..options(Schema::Main, settings)
    };
    let replica = Database::open(Schema::Main, replica.expose(), &options).await?;
    replica.require_current().await?;
    Ok(nova.with_replica(replica))
}

/// What `[DEFAULT]` says about rows.
fn rows(settings: &Settings) -> nova_db::Settings {
    let compute = &settings.compute;
    // Zero is none, as in the original.
    let ratio = |own: Option<f64>, initial| own.filter(|own| *own != 0.0).unwrap_or(initial);
    nova_db::Settings {
        enable_new_services: compute.enable_new_services,
        default_availability_zone: compute.default_availability_zone.clone(),
        internal_service_availability_zone: compute.internal_service_availability_zone.clone(),
        cpu_allocation_ratio: ratio(
            compute.cpu_allocation_ratio,
            compute.initial_cpu_allocation_ratio,
        ),
        ram_allocation_ratio: ratio(
            compute.ram_allocation_ratio,
            compute.initial_ram_allocation_ratio,
        ),
        disk_allocation_ratio: ratio(
            compute.disk_allocation_ratio,
            compute.initial_disk_allocation_ratio,
        ),
    }
}

/// Opens one of the databases by the options of its own group, whatever schema
/// it has. The folder of a SQLite file is created.
///
/// # Errors
/// When it cannot be reached.
pub async fn open_schema(schema: Schema, settings: &Settings) -> nova_db::Result<Database> {
    let connection = &group(schema, settings).connection;
    create_folder(connection);
    Database::open(schema, connection.expose(), &options(schema, settings)).await
}

fn group(schema: Schema, settings: &Settings) -> &Group {
    match schema {
        Schema::Main => &settings.database,
        Schema::Api => &settings.api_database,
    }
}

/// `[database]` or `[api_database]` in the terms of the pool.
fn options(schema: Schema, settings: &Settings) -> Options {
    let database = group(schema, settings);
    let unique = settings
        .compute
        .osapi_compute_unique_server_name_scope
        .as_str();
    let mut options = Options {
        unique_server_names: match unique {
            "project" => Some(UniqueNames::Project),
            "global" => Some(UniqueNames::Global),
            _ => None,
        },
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
