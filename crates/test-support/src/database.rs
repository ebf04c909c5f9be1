//! A database of its own for each test, on SQLite, MariaDB and PostgreSQL.
//!
//! ```ignore
//! test_support::on_every_database! {
//!     /// The rule that is checked.
//!     async fn a_service_is_unique_by_host(db: NovaDb) {
//!         db.main.execute("service.create", &insert).await.unwrap();
//!     }
//! }
//! ```
//!
//! makes three tests, `a_service_is_unique_by_host::sqlite`, `::mariadb` and
//! `::postgres`. A database that a test makes for itself is dropped when the test
//! succeeds; after a failure it stays, and its URL is printed.
//!
//! | variable | default |
//! |---|---|
//! | `TEST_MARIADB_URL` | `mysql://root@127.0.0.1:3306` |
//! | `TEST_POSTGRES_URL` | `postgresql://postgres@127.0.0.1:5432` |
//! | `NOVA_TEST_SKIP_UNAVAILABLE` | unset; `1` passes tests whose server does not answer |

mod scratch;
mod slot;

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use nova_db::{Dialect, NovaDb, Options, Schema};

pub use self::scratch::Scratch;

/// Both of Nova's databases with their schema, empty otherwise.
#[derive(Debug)]
pub struct TestDatabase {
    /// To work with.
    pub nova: NovaDb,
    /// The SQLAlchemy URL of the main database, for other processes.
    pub main_url: String,
    /// The SQLAlchemy URL of the api database.
    pub api_url: String,
}

impl TestDatabase {
    /// Makes one. Within [`run`] others may have it after the test.
    ///
    /// # Panics
    ///
    /// When the server refuses.
    pub async fn create(dialect: Dialect) -> Self {
        Self::made_by(dialect, slot::Maker::Own).await
    }

    /// One on MariaDB whose tables were created by the original: `sync` is given which schema is to be where.
    ///
    /// # Panics
    ///
    /// When the server refuses.
    pub async fn created_by(sync: impl Fn(Schema, &str) + Send + Sync + 'static) -> Self {
        Self::made_by(Dialect::MySql, slot::Maker::Other(Arc::new(sync))).await
    }

    async fn made_by(dialect: Dialect, maker: slot::Maker) -> Self {
        let slot = slot::Slot::claim(dialect, &maker).await;
        let (main_url, api_url) = (slot.main_url.clone(), slot.api_url.clone());
        scratch::remember(slot);
        let nova = NovaDb::open(&main_url, &api_url, &options())
            .await
            .expect("databases just made can be opened");
        Self {
            nova,
            main_url,
            api_url,
        }
    }
}

/// Options for tests: few connections, so that many tests can run, and no waiting for
/// the disk.
pub fn options() -> Options {
    Options {
        max_connections: 5,
        connect_timeout: Duration::from_secs(10),
        sqlite_synchronous: false,
        ..Options::default()
    }
}

/// What a test's body may give.
pub trait Outcome {
    /// Fails the test if it was an error.
    fn check(self);
}

impl Outcome for () {
    fn check(self) {}
}

impl<E: Debug> Outcome for Result<(), E> {
    fn check(self) {
        if let Err(error) = self {
            panic!("the test gave an error: {error:?}");
        }
    }
}

/// Runs a test's body on a runtime of its own and afterwards drops what it made as
/// [`Scratch`] or [`TestDatabase`]. The macros call it.
///
/// # Panics
///
/// When the body does, and when the server does not answer.
pub fn run<T: Outcome>(dialect: Dialect, body: impl Future<Output = T>) {
    show_logs();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be built");
    runtime.block_on(async {
        if !scratch::is_available(dialect).await {
            return;
        }
        scratch::scope(async {
            let result = AssertUnwindSafe(async { body.await.check() })
                .catch_unwind()
                .await;
            match result {
                Ok(()) => scratch::drop_all().await,
                Err(panic) => {
                    scratch::keep_all().await;
                    resume_unwind(panic);
                }
            }
        })
        .await;
    });
}

/// As [`run`], with room for everything that a test holds before it is optimised: an
/// instance alone has five kilobytes, and there is one for each mention of it. The macros
/// call it.
///
/// # Panics
///
/// As [`run`].
pub fn run_on_a_large_stack<T, F>(dialect: Dialect, body: impl FnOnce(Dialect) -> F + Send)
where
    T: Outcome,
    F: Future<Output = T>,
{
    const STACK: usize = 16 << 20;
    std::thread::scope(|scope| {
        // Of the same name, which failures show.
        let name = std::thread::current().name().unwrap_or("test").to_owned();
        let thread = std::thread::Builder::new().name(name).stack_size(STACK);
        let ended = thread
            .spawn_scoped(scope, || run(dialect, body(dialect)))
            .expect("a thread can be started")
            .join();
        if let Err(panic) = ended {
            resume_unwind(panic);
        }
    });
}

/// Logs as `RUST_LOG` asks, into the test's captured output.
fn show_logs() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env();
    if let Ok(filter) = filter {
        // Another test of this process may have been first.
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_test_writer()
            .try_init();
    }
}

/// Makes three tests of one, each with a fresh [`NovaDb`]. See [the module](self).
#[macro_export]
macro_rules! on_every_database {
    ($($(#[$attribute:meta])* async fn $name:ident($db:ident: NovaDb) $(-> $result:ty)? $body:block)*) => {$(
        $(#[$attribute])*
        mod $name {
            use super::*;

            async fn body($db: $crate::database::nova_db::NovaDb) $(-> $result)? $body

            async fn on(dialect: $crate::database::nova_db::Dialect) -> impl $crate::database::Outcome {
                body($crate::database::TestDatabase::create(dialect).await.nova).await
            }

            $crate::one_test_a_database!(on);
        }
    )*};
}

/// Makes three tests of one that gets a [`Dialect`] and makes its databases itself, with
/// [`Scratch`] or [`TestDatabase`]. See [the module](self).
#[macro_export]
macro_rules! on_every_dialect {
    ($($(#[$attribute:meta])* async fn $name:ident($dialect:ident: Dialect) $(-> $result:ty)? $body:block)*) => {$(
        $(#[$attribute])*
        mod $name {
            use super::*;

            async fn on($dialect: $crate::database::nova_db::Dialect) $(-> $result)? $body

            $crate::one_test_a_database!(on);
        }
    )*};
}

/// The three tests of the two macros above.
#[doc(hidden)]
#[macro_export]
macro_rules! one_test_a_database {
    ($body:ident) => {
        #[test]
        fn sqlite() {
            let dialect = $crate::database::nova_db::Dialect::Sqlite;
            $crate::database::run_on_a_large_stack(dialect, $body);
        }

        #[test]
        fn mariadb() {
            let dialect = $crate::database::nova_db::Dialect::MySql;
            $crate::database::run_on_a_large_stack(dialect, $body);
        }

        #[test]
        fn postgres() {
            let dialect = $crate::database::nova_db::Dialect::Postgres;
            $crate::database::run_on_a_large_stack(dialect, $body);
        }
    };
}

/// For the macros.
#[doc(hidden)]
pub use nova_db;
