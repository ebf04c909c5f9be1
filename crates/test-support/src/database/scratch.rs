//! Empty databases that go away after the test.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::slot::Slot;
use nova_db::{Database, Dialect, Execute as _, Options, Rendered, Schema};

/// A database made for one test. [`run`](super::run) drops it after the test.
#[derive(Debug, Clone)]
pub struct Scratch {
    dialect: Dialect,
    name: String,
    url: String,
    /// Of SQLite: the folder with the file, and with those that SQLite puts beside it.
    folder: Option<PathBuf>,
}

/// What the current test has made.
#[derive(Debug, Default)]
struct Made {
    scratches: Vec<Scratch>,
    slots: Vec<Slot>,
}

tokio::task_local! {
    static MADE: Arc<Mutex<Made>>;
}

impl Scratch {
    /// Makes an empty one.
    ///
    /// # Panics
    ///
    /// When the server refuses.
    pub async fn create(dialect: Dialect) -> Self {
        let scratch = Self::named(dialect);
        if dialect != Dialect::Sqlite {
            let charset = if dialect == Dialect::MySql {
                " CHARACTER SET utf8mb3"
            } else {
                ""
            };
            let sql = format!("CREATE DATABASE {}{charset}", scratch.name);
            administer(dialect, &sql).await;
        }
        scratch
    }

    /// A name and what belongs to it; the database is still to be made.
    pub(super) fn named(dialect: Dialect) -> Self {
        let name = format!("nova_{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
        let (url, folder) = match dialect {
            Dialect::Sqlite => {
                let folder = tempfile::Builder::new()
                    .prefix(&format!("{name}_"))
                    .tempdir()
                    .expect("a temporary folder can be made")
                    .keep();
                (
                    format!("sqlite:///{}", folder.join("nova.sqlite").display()),
                    Some(folder),
                )
            }
            Dialect::MySql | Dialect::Postgres => (url_of(dialect, &name), None),
        };
        let scratch = Self {
            dialect,
            name,
            url,
            folder,
        };
        // Outside of a test nobody drops it.
        let _ = MADE.try_with(|made| lock(made).scratches.push(scratch.clone()));
        scratch
    }

    /// Its SQLAlchemy URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name on the server.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file, of SQLite.
    pub fn path(&self) -> Option<PathBuf> {
        self.folder
            .as_ref()
            .map(|folder| folder.join("nova.sqlite"))
    }

    /// Opens it.
    ///
    /// # Panics
    ///
    /// When that fails.
    pub async fn open(&self, schema: Schema) -> Database {
        Database::open(schema, &self.url, &super::options())
            .await
            .expect("a database just made can be opened")
    }

    async fn remove(&self) {
        match (&self.folder, self.dialect) {
            (Some(folder), _) => {
                if let Err(error) = std::fs::remove_dir_all(folder) {
                    eprintln!("{} not removed: {error}", folder.display());
                }
            }
            (None, Dialect::Postgres) => {
                let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
                administer(self.dialect, &sql).await;
            }
            (None, _) => {
                administer(
                    self.dialect,
                    &format!("DROP DATABASE IF EXISTS {}", self.name),
                )
                .await;
            }
        }
    }
}

fn lock(made: &Mutex<Made>) -> std::sync::MutexGuard<'_, Made> {
    made.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take() -> Made {
    MADE.with(|made| std::mem::take(&mut *lock(made)))
}

/// Remembers a slot until the test ends.
pub(super) fn remember(slot: Slot) {
    // Outside of a test the process gives it back when it ends.
    let _ = MADE.try_with(|made| lock(made).slots.push(slot));
}

/// Runs `test` remembering what it makes.
pub(super) async fn scope<T>(test: impl Future<Output = T>) -> T {
    MADE.scope(Arc::default(), test).await
}

/// After a success.
pub(super) async fn drop_all() {
    let made = take();
    for scratch in made.scratches {
        scratch.remove().await;
    }
    for slot in made.slots {
        slot.release().await;
    }
}

/// After a failure.
pub(super) async fn keep_all() {
    let made = take();
    for scratch in made.scratches {
        eprintln!("kept for inspection: {}", scratch.url);
    }
    for slot in made.slots {
        eprintln!("kept for a day: {} and {}", slot.main_url, slot.api_url);
        slot.keep().await;
    }
}

/// The server that tests of `dialect` use, by the variable that names it.
fn server(dialect: Dialect) -> Option<(&'static str, String, &'static str)> {
    let (variable, default, start) = match dialect {
        Dialect::Sqlite => return None,
        Dialect::MySql => (
            "TEST_MARIADB_URL",
            "mysql://root@127.0.0.1:3306",
            "`service mariadb start`",
        ),
        Dialect::Postgres => (
            "TEST_POSTGRES_URL",
            "postgresql://postgres@127.0.0.1:5432",
            "`service postgresql start`",
        ),
    };
    let url = std::env::var(variable).unwrap_or_else(|_| default.to_owned());
    Some((variable, url, start))
}

/// The URL of a database on the server.
pub(super) fn url_of(dialect: Dialect, database: &str) -> String {
    let (_, server, _) = server(dialect).expect("asked for servers only");
    let (address, query) = server.split_once('?').unwrap_or((&server, ""));
    let scheme_end = address.find("://").map_or(0, |at| at + 3);
    let authority_end = address[scheme_end..]
        .find('/')
        .map_or(address.len(), |at| scheme_end + at);
    let authority = &address[..authority_end];
    let mut query = query.to_owned();
    // Debian's PostgreSQL offers TLS, which on the loopback only costs a tenth of a
    // second a connection.
    let is_local = ["@127.0.0.1", "@localhost"]
        .iter()
        .any(|local| authority.contains(local));
    if dialect == Dialect::Postgres && is_local && !query.contains("sslmode=") {
        query = [query.as_str(), "sslmode=disable"].join(if query.is_empty() { "" } else { "&" });
    }
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{authority}/{database}{mark}{query}")
}

/// A connection to the server itself.
pub(super) async fn administrator(dialect: Dialect) -> nova_db::Result<Database> {
    let own = if dialect == Dialect::Postgres {
        "postgres"
    } else {
        ""
    };
    let options = Options {
        max_connections: 1,
        connect_timeout: Duration::from_secs(5),
        ..super::options()
    };
    Database::open(Schema::Main, &url_of(dialect, own), &options).await
}

/// Executes `sql` on the server itself.
pub(super) async fn administer(dialect: Dialect, sql: &str) {
    let server = administrator(dialect)
        .await
        .expect("the server answered before");
    let done = server
        .execute("test.administer", Rendered::by_hand(sql, Vec::new(), false))
        .await;
    server.close().await;
    if let Err(error) = done {
        panic!("{sql}: {error}: {:?}", std::error::Error::source(&error));
    }
}

/// Whether the test can run. Fails it when its server does not answer, unless that was
/// allowed.
pub(super) async fn is_available(dialect: Dialect) -> bool {
    let Some((variable, url, start)) = server(dialect) else {
        return true;
    };
    let error = match administrator(dialect).await {
        Ok(server) => {
            server.close().await;
            return true;
        }
        Err(error) => error,
    };
    let shown =
        nova_db::Url::parse(&url).map_or_else(|error| error.to_string(), |url| url.to_string());
    if std::env::var("NOVA_TEST_SKIP_UNAVAILABLE").is_ok_and(|value| value == "1") {
        eprintln!("skipped: {error}");
        return false;
    }
    panic!(
        "this test needs a server at {shown}: {error}\n\
         Start it ({start}), name another one in {variable}, or set NOVA_TEST_SKIP_UNAVAILABLE=1."
    );
}
