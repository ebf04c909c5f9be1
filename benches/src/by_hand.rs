//! The same SQL by hand: `sqlx`, the same texts and values, every column
//! decoded into a plain struct. What a person would write who needs just this.

use std::sync::Arc;
use std::time::Duration;

use chrono::{NaiveDateTime, Utc};
use nova_db::Dialect;
use sqlx::{ConnectOptions as _, Row as _};
use tokio::sync::Semaphore;
use versionedobjects::async_trait;

use crate::Result;
use crate::capture::Captured;
use crate::plain::Flavors;

/// The statements of the calls, as nova-db sends them.
#[derive(Debug, Clone, Copy)]
pub struct Texts {
    get: &'static str,
    list: &'static str,
    info_cache: &'static str,
    metadata: &'static str,
    system_metadata: &'static str,
    extra: &'static str,
    update: &'static str,
}

impl Texts {
    /// Finds them among what calls executed.
    ///
    /// # Errors
    /// When one was not executed.
    pub fn of(captured: &[Captured]) -> Result<Self> {
        let find = |query: &str| -> Result<&'static str> {
            let found = captured.iter().find(|captured| captured.query == query);
            let found = found.ok_or_else(|| format!("no statement {query} was executed"))?;
            Ok(found.sql.clone().leak())
        };
        Ok(Self {
            get: find("instance.get_by_uuid")?,
            list: find("instance.get_by_host")?,
            info_cache: find("instance.info_cache")?,
            metadata: find("instance.metadata")?,
            system_metadata: find("instance.system_metadata")?,
            extra: find("instance.extra")?,
            update: find("instance.update")?,
        })
    }
}

/// What is done by hand, whatever the driver.
#[async_trait]
pub trait ByHand: Send + Sync {
    /// The instance and its info cache, as `Instance.get_by_uuid` reads them.
    async fn get(&self, uuid: &str) -> Result<()>;
    /// The instances of a host, as `InstanceList.get_by_host` reads them.
    async fn list(&self, host: &str) -> Result<()>;
    /// The instance with metadata, system metadata and flavor.
    async fn get_whole(&self, uuid: &str) -> Result<()>;
    /// What saving one changed field of an instance with its info cache does.
    async fn save(&self, uuid: &str, progress: i64) -> Result<()>;
    /// Closes the connections.
    async fn close(&self);
}

/// Connects as nova-db does.
///
/// # Errors
/// When the database cannot be used, or gives other columns than expected.
pub async fn open(
    dialect: Dialect,
    url: &str,
    texts: Texts,
    connections: u32,
) -> Result<Arc<dyn ByHand>> {
    Ok(match dialect {
        Dialect::Sqlite => {
            let options = sqlx::sqlite::SqliteConnectOptions::new()
                .filename(url.trim_start_matches("sqlite:///"))
                .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
                .synchronous(sqlx::sqlite::SqliteSynchronous::Off)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(false)
                .statement_cache_capacity(256)
                .disable_statement_logging();
            let pool = sqlx::pool::PoolOptions::new()
                .max_connections(connections)
                .test_before_acquire(false)
                .connect_lazy_with(options);
            // Without it writers poll for the lock, which is slower.
            let turn = Some(Semaphore::new(1));
            Arc::new(sqlite::Pool { pool, texts, turn })
        }
        Dialect::MySql => {
            let options: sqlx::mysql::MySqlConnectOptions = url.parse()?;
            let pool = sqlx::pool::PoolOptions::new()
                .max_connections(connections)
                .test_before_acquire(false)
                .connect_lazy_with(options.disable_statement_logging());
            let turn = None;
            Arc::new(mysql::Pool { pool, texts, turn })
        }
        Dialect::Postgres => {
            let options: sqlx::postgres::PgConnectOptions = url.parse()?;
            let pool = sqlx::pool::PoolOptions::new()
                .max_connections(connections)
                .test_before_acquire(false)
                .connect_lazy_with(options.disable_statement_logging());
            let turn = None;
            Arc::new(postgres::Pool { pool, texts, turn })
        }
    })
}

type Text = Option<String>;
type Time = Option<NaiveDateTime>;

/// A plain struct of a row, its columns in the order of the statement.
macro_rules! row {
    ($name:ident of $row:ty { $($field:ident: $ty:ty),+ $(,)? }) => {
        #[derive(Debug)]
        #[expect(dead_code, reason = "columns are decoded for the work it is")]
        struct $name { $($field: $ty,)+ }

        impl $name {
            /// All rows; refuses those with other columns, by their number and the last name.
            fn read_all(rows: &[$row]) -> Result<Vec<Self>> {
                use sqlx::Column as _;
                let names = [$(stringify!($field)),+];
                if let Some(columns) = rows.first().map(|row| row.columns())
                    && (columns.len() != names.len()
                        || columns.last().map(|column| column.name()) != names.last().copied())
                {
                    return Err(concat!("other columns than of ", stringify!($name)).into());
                }
                Ok(rows.iter().map(Self::read).collect::<Result<_, _>>()?)
            }

            fn read(row: &$row) -> Result<Self, sqlx::Error> {
                let mut at = 0..;
                let mut next = || at.next().unwrap_or_default();
                Ok(Self { $($field: row.try_get_unchecked(next())?,)+ })
            }
        }
    };
}

/// The same for each driver, whose types have nothing in common but their names.
macro_rules! driver {
    ($module:ident, $db:ty, $row:ty, integer: $int:ty, address: $address:ty) => {
        mod $module {
            use super::*;

            type Int = Option<$int>;
            type Bool = Option<bool>;

            row!(Instance of $row {
                id: Int, user_id: Text, project_id: Text, image_ref: Text, kernel_id: Text, ramdisk_id: Text,
                hostname: Text, launch_index: Int, key_name: Text, key_data: Text, power_state: Int, vm_state: Text,
                task_state: Text, memory_mb: Int, vcpus: Int, root_gb: Int, ephemeral_gb: Int, ephemeral_key_uuid: Text,
                host: Text, node: Text, compute_id: Option<i64>, instance_type_id: Int, user_data: Text,
                reservation_id: Text, launched_at: Time, terminated_at: Time, availability_zone: Text,
                display_name: Text, display_description: Text, launched_on: Text, locked: Bool, locked_by: Text,
                os_type: Text, architecture: Text, vm_mode: Text, uuid: Text, root_device_name: Text,
                default_ephemeral_device: Text, default_swap_device: Text, config_drive: Text,
                access_ip_v4: Option<$address>, access_ip_v6: Option<$address>, auto_disk_config: Bool, progress: Int,
                shutdown_terminate: Bool, disable_terminate: Bool, cell_name: Text, cleaned: Int, hidden: Bool,
                created_at: Time, updated_at: Time, deleted_at: Time, deleted: Int,
            });

            row!(InfoCache of $row {
                instance_uuid: Text, network_info: Text, created_at: Time, updated_at: Time, deleted_at: Time,
                deleted: Int,
            });

            row!(Metadata of $row { instance_uuid: Text, key: Text, value: Text });

            row!(Extra of $row { instance_uuid: Text, flavor: Text });

            pub(super) struct Pool {
                pub(super) pool: sqlx::Pool<$db>,
                pub(super) texts: Texts,
                pub(super) turn: Option<Semaphore>,
            }

            impl Pool {
                async fn row(&self, uuid: &str) -> Result<Instance> {
                    let query = sqlx::query(self.texts.get).bind(uuid).bind(0_i64);
                    let row = query.fetch_one(&self.pool).await?;
                    let mut read = Instance::read_all(&[row])?;
                    read.pop().ok_or_else(|| "no instance".into())
                }

                async fn info_cache(&self, uuid: &str) -> Result<Vec<InfoCache>> {
                    let query = sqlx::query(self.texts.info_cache).bind(uuid);
                    let rows = query.fetch_all(&self.pool).await?;
                    InfoCache::read_all(&rows)
                }

                async fn pairs(&self, text: &'static str, uuid: &str) -> Result<Vec<Metadata>> {
                    let mut query = sqlx::query(text).bind(uuid);
                    // Only that of users is asked for as not deleted.
                    if text == self.texts.metadata {
                        query = sqlx::query(text).bind(0_i64).bind(uuid);
                    }
                    let rows = query.fetch_all(&self.pool).await?;
                    Metadata::read_all(&rows)
                }
            }

            #[async_trait]
            impl ByHand for Pool {
                async fn get(&self, uuid: &str) -> Result<()> {
                    let instance = self.row(uuid).await?;
                    std::hint::black_box((instance, self.info_cache(uuid).await?));
                    Ok(())
                }

                async fn list(&self, host: &str) -> Result<()> {
                    let query = sqlx::query(self.texts.list).bind(0_i64).bind(host);
                    let rows = query.fetch_all(&self.pool).await?;
                    std::hint::black_box(Instance::read_all(&rows)?);
                    Ok(())
                }

                async fn get_whole(&self, uuid: &str) -> Result<()> {
                    let instance = self.row(uuid).await?;
                    let metadata = self.pairs(self.texts.metadata, uuid).await?;
                    let system = self.pairs(self.texts.system_metadata, uuid).await?;
                    let rows = sqlx::query(self.texts.extra).bind(uuid).fetch_all(&self.pool).await?;
                    let extra = Extra::read_all(&rows)?.pop().ok_or("no instance_extra")?;
                    let flavors: Flavors = serde_json::from_str(&extra.flavor.unwrap_or_default())?;
                    std::hint::black_box((instance, metadata, system, flavors));
                    Ok(())
                }

                async fn save(&self, uuid: &str, progress: i64) -> Result<()> {
                    let before = self.row(uuid).await?;
                    {
                        let _turn = match &self.turn {
                            Some(turn) => Some(turn.acquire().await?),
                            None => None,
                        };
                        let update = sqlx::query(self.texts.update);
                        let update = update.bind(progress).bind(Utc::now().naive_utc()).bind(uuid).bind(0_i64);
                        let done = update.execute(&self.pool).await?;
                        if done.rows_affected() != 1 {
                            return Err("the update found no instance".into());
                        }
                    }
                    let info_cache = self.info_cache(uuid).await?;
                    let system = self.pairs(self.texts.system_metadata, uuid).await?;
                    std::hint::black_box((before, info_cache, system));
                    Ok(())
                }

                async fn close(&self) {
                    self.pool.close().await;
                }
            }
        }
    };
}

driver!(sqlite, sqlx::Sqlite, sqlx::sqlite::SqliteRow, integer: i64, address: String);
driver!(mysql, sqlx::MySql, sqlx::mysql::MySqlRow, integer: i64, address: String);
driver!(postgres, sqlx::Postgres, sqlx::postgres::PgRow, integer: i32, address: Vec<u8>);
