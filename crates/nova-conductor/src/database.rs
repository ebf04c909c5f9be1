//! The databases, as the configuration names them.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use nova_db::{Database, Dialect, Failure, NovaDb, Options, Schema, UniqueNames};
use oslo_config::settings::Database as Group;
use oslo_config::{Secret, Settings};

/// Opens both databases. SQLite files are created with their folder, and their
/// schema with them; the schema of a database server is left to `novactl db
/// sync`, as it is to `nova-manage` with the original.
///
/// # Errors
/// When one cannot be reached, or has no schema this release knows.
pub async fn open_database(settings: &Settings) -> nova_db::Result<NovaDb> {
    let main = open_when_there(Schema::Main, settings).await?;
    let api = open_when_there(Schema::Api, settings).await?;
    for database in [&main, &api] {
        if database.dialect() == Dialect::Sqlite {
            database
                .sync(|progress| tracing::debug!(%progress, "creating the schema"))
                .await?;
        }
        database.require_current().await?;
    }
    let nova = NovaDb::of(main, api).with_settings(rows(settings));
    if settings.api_database.slave_connection.is_some() {
        tracing::warn!(
            "[api_database] slave_connection is not used: nothing is read there that may be late"
        );
    }
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
    let url = with_parameters(
        connection.expose(),
        &group(schema, settings).connection_parameters,
    );
    Database::open(schema, &url, &options(schema, settings)).await
}

/// A database's URL with `connection_parameters` behind those it has.
fn with_parameters<'u>(url: &'u str, parameters: &str) -> Cow<'u, str> {
    match (parameters, url.contains('?')) {
        ("", _) => url.into(),
        (more, true) => format!("{url}&{more}").into(),
        (more, false) => format!("{url}?{more}").into(),
    }
}

/// [`open_schema`], again and again while nobody answers there: a service may be started before its database
/// (`max_retries`, `retry_interval`, as oslo.db).
async fn open_when_there(schema: Schema, settings: &Settings) -> nova_db::Result<Database> {
    let group = group(schema, settings);
    let retries = u32::try_from(group.max_retries).unwrap_or(u32::MAX);
    let mut tries = 0;
    loop {
        match open_schema(schema, settings).await {
            Err(error) if tries < retries && error.failure() == Some(Failure::Refused) => {
                tries += 1;
                let wait = group.retry_interval;
                tracing::warn!(%error, tries, ?wait, "the database is not there yet; trying again");
                tokio::time::sleep(wait).await;
            }
            opened => return opened,
        }
    }
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
        // No limit is written as 0 of the one and as less than 0 of the other.
        let overflow = u32::try_from(overflow).ok();
        let limit = overflow.and_then(|overflow| size.checked_add(overflow));
        options.max_connections = limit
            .filter(|_| size > 0)
            .map_or(NO_LIMIT, |limit| limit.min(NO_LIMIT));
    }
    if let Some(timeout) = database.pool_timeout {
        options.acquire_timeout = timeout;
    }
    // Less than 0 is never.
    options.max_lifetime = u64::try_from(database.connection_recycle_time)
        .ok()
        .map(Duration::from_secs);
    // Less than 0 is without end.
    options.max_retries = u32::try_from(database.db_max_retries).unwrap_or(u32::MAX);
    options
}

/// Connections of a pool without a limit: more than servers take, and still bounded.
const NO_LIMIT: u32 = 1000;

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

#[cfg(test)]
mod tests {
    use super::*;

    fn options_of(text: &str) -> Options {
        let settings = Settings::of_text(format!("[database]\n{text}\n"));
        options(Schema::Main, &settings.expect("its options are valid"))
    }

    #[test]
    fn what_stands_for_no_limit_is_none() {
        for (text, connections) in [
            ("", 55),
            ("max_pool_size = 7\nmax_overflow = 0", 7),
            ("max_pool_size = 0", NO_LIMIT),
            ("max_overflow = -1", NO_LIMIT),
            ("max_overflow = 4000000000", NO_LIMIT),
        ] {
            assert_eq!(options_of(text).max_connections, connections, "{text}");
        }
        assert_eq!(options_of("").max_lifetime, Some(Duration::from_secs(3600)));
        assert_eq!(
            options_of("connection_recycle_time = -1").max_lifetime,
            None
        );
        assert_eq!(options_of("").max_retries, 20);
        assert_eq!(options_of("db_max_retries = -1").max_retries, u32::MAX);
    }

    #[test]
    fn parameters_stand_behind_those_of_the_url() {
        let url = "mysql://nova@db/nova";
        assert_eq!(with_parameters(url, ""), url);
        assert_eq!(
            with_parameters(url, "charset=utf8"),
            format!("{url}?charset=utf8")
        );
        let more = format!("{url}?charset=utf8");
        assert_eq!(with_parameters(&more, "a=b"), format!("{more}&a=b"));
    }
}
