//! What fails is recovered from where that is safe, and else said clearly.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use nova_db::sea_query::{Expr, ExprTrait, Query};
use nova_db::{
    Changes, Database, Dialect, Error, Execute, Failure, Options, Rendered, Schema, now,
};
use test_support::database::{Scratch, options, run};
use test_support::{on_every_database, on_every_dialect};

async fn failure(url: &str) -> (Failure, String) {
    let error = Database::open(Schema::Main, url, &options())
        .await
        .unwrap_err();
    let hint = error.hint().unwrap_or_default();
    (error.failure().unwrap_or_else(|| panic!("{error:?}")), hint)
}

fn service(host: &str) -> nova_db::sea_query::InsertStatement {
    let mut changes = Changes::new();
    changes
        .set("host", host)
        .set("topic", host)
        .set("report_count", 0);
    changes.insert_live("services", now())
}

/// Ends all connections to this database but the one that asks, on the server.
async fn kill_connections(db: &Database, with: &Database) {
    let place = db.target().to_string();
    let name = place
        .rsplit('/')
        .next()
        .unwrap()
        .trim_end_matches(')')
        .to_owned();
    match db.dialect() {
        Dialect::Sqlite => {}
        Dialect::MySql => {
            let select = Query::select()
                .column("id")
                .from(("information_schema", "processlist"))
                .and_where(Expr::col("db").eq(name))
                .and_where(Expr::col("id").ne(Expr::cust("CONNECTION_ID()")))
                .take();
            for row in with.fetch_all("test.connections", &select).await.unwrap() {
                let kill = format!("KILL CONNECTION {}", row.get::<i64>(0).unwrap());
                with.execute("test.kill", Rendered::by_hand(kill, Vec::new(), false))
                    .await
                    .unwrap();
            }
        }
        Dialect::Postgres => {
            let select = format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = '{name}' AND pid <> pg_backend_pid()"
            );
            with.fetch_all("test.kill", Rendered::by_hand(select, Vec::new(), true))
                .await
                .unwrap();
        }
    }
}

on_every_database! {
    async fn a_lost_connection_is_replaced(db: NovaDb) {
        let count = Query::select().expr(Expr::cust("COUNT(*)")).from("services").take();
        let killer = db.api.clone();
        // Before a read,
        db.main.execute("service.create", &service("a")).await.unwrap();
        kill_connections(&db.main, &killer).await;
        assert_eq!(db.main.fetch_one("service.count", &count).await.unwrap().get::<i64>(0).unwrap(), 1);
        // a change,
        kill_connections(&db.main, &killer).await;
        db.main.execute("service.create", &service("b")).await.unwrap();
        // a transaction,
        kill_connections(&db.main, &killer).await;
        db.main
            .transaction("test.after", |tx| async move { tx.execute("service.create", &service("c")).await })
            .await
            .unwrap();
        // and in the middle of one, which runs again.
        let attempts = std::sync::atomic::AtomicU32::new(0);
        let (attempts, main, killer) = (&attempts, &db.main, &killer);
        db.main
            .transaction("test.during", |tx| async move {
                tx.execute("service.create", &service("d")).await?;
                if attempts.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
                    kill_connections(main, killer).await;
                }
                tx.execute("service.create", &service("e")).await
            })
            .await
            .unwrap();
        assert_eq!(db.main.fetch_one("service.count", &count).await.unwrap().get::<i64>(0).unwrap(), 5);
    }

    async fn a_pool_that_is_used_up_says_so(db: NovaDb) {
        let _ = db;
        let scratch = Scratch::create(db.main.dialect()).await;
        let narrow = Options { max_connections: 1, acquire_timeout: Duration::from_millis(200), ..options() };
        let narrow = Database::open(Schema::Main, scratch.url(), &narrow).await.unwrap();
        let inner = narrow.clone();
        let error = narrow
            .transaction("test.outer", |_tx| {
                let inner = inner.clone();
                async move {
                    // The transaction has the only connection.
                    inner.fetch_all("test.inner", &Query::select().expr(Expr::val(1)).take()).await
                }
            })
            .await
            .unwrap_err();
        assert_eq!(error.failure(), Some(Failure::PoolExhausted), "{error:?}");
        assert!(error.hint().unwrap().contains("max_pool_size"));
    }
}

on_every_dialect! {
    async fn a_missing_table_says_what_to_run(dialect: Dialect) {
        let db = Scratch::create(dialect).await.open(Schema::Main).await;
        let select = Query::select().column("id").from("instances").take();
        let error = db.fetch_all("instance.get", &select).await.unwrap_err();
        assert_eq!(error.failure(), Some(Failure::MissingSchema), "{error:?}");
        assert!(error.hint().unwrap().contains("db sync"));
    }
}

#[test]
fn servers_that_cannot_be_used_are_told_apart() {
    run(Dialect::MySql, async {
        let scratch = Scratch::create(Dialect::MySql).await;
        let unknown = scratch.url().replace(scratch.name(), "nova_missing");
        assert_eq!(failure(&unknown).await.0, Failure::UnknownDatabase);
        let denied = scratch.url().replace("root@", "nobody_here:wrong@");
        assert_eq!(failure(&denied).await.0, Failure::AccessDenied);
    });
    run(Dialect::Postgres, async {
        let scratch = Scratch::create(Dialect::Postgres).await;
        let unknown = scratch.url().replace(scratch.name(), "nova_missing");
        assert_eq!(failure(&unknown).await.0, Failure::UnknownDatabase);
        let denied = scratch.url().replace("postgres@", "nobody_here:wrong@");
        assert_eq!(failure(&denied).await.0, Failure::AccessDenied);
    });
    run(Dialect::Sqlite, async {
        // A port that was free a moment ago.
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        for scheme in ["mysql+pymysql", "postgresql"] {
            let (found, hint) = failure(&format!("{scheme}://u:p@127.0.0.1:{port}/nova")).await;
            assert_eq!(found, Failure::Refused);
            assert!(hint.contains("start the server"), "{hint}");
        }
    });
}

#[test]
fn a_server_that_is_silent_is_not_waited_for_long() {
    run(Dialect::Sqlite, async {
        // Accepts connections, as the kernel does for it, and never speaks.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("mysql://u@{}/nova", listener.local_addr().unwrap());
        let options = Options {
            connect_timeout: Duration::from_millis(300),
            ..options()
        };
        let error = Database::open(Schema::Main, &url, &options)
            .await
            .unwrap_err();
        assert_eq!(error.failure(), Some(Failure::Refused));
    });
}

#[test]
fn sqlite_files_that_cannot_be_used_are_told_apart() {
    run(Dialect::Sqlite, async {
        let path = Scratch::create(Dialect::Sqlite).await.path().unwrap();
        let folder = path.parent().unwrap();
        let url = |name: &str| format!("sqlite:///{}", folder.join(name).display());

        fs::write(
            folder.join("text"),
            "not a database, but long enough to have a header. ".repeat(50),
        )
        .unwrap();
        assert_eq!(failure(&url("text")).await.0, Failure::NotADatabase);
        assert_eq!(
            failure(&url("missing/nova.sqlite")).await.0,
            Failure::CannotOpen
        );
        fs::create_dir(folder.join("folder")).unwrap();
        assert_eq!(failure(&url("folder")).await.0, Failure::CannotOpen);
        assert_eq!(failure("sqlite:////dev/full").await.0, Failure::DiskFull);
    });
}

#[test]
fn a_corrupt_file_says_what_to_keep() {
    run(Dialect::Sqlite, async {
        let scratch = Scratch::create(Dialect::Sqlite).await;
        let db = scratch.open(Schema::Main).await;
        db.sync(|_| {}).await.unwrap();
        for host in 0..50 {
            db.execute("service.create", &service(&host.to_string()))
                .await
                .unwrap();
        }
        db.close().await;
        // All pages but the first, which is how a torn disk looks.
        let path = scratch.path().unwrap();
        let mut bytes = fs::read(&path).unwrap();
        bytes.iter_mut().skip(4096).for_each(|byte| *byte = 0xAA);
        fs::write(&path, bytes).unwrap();

        let error = match Database::open(Schema::Main, scratch.url(), &options()).await {
            Ok(db) => {
                let select = Query::select().column("host").from("services").take();
                db.fetch_all("service.list", &select).await.unwrap_err()
            }
            Err(error) => error,
        };
        assert_eq!(error.failure(), Some(Failure::Corrupt), "{error:?}");
        assert!(error.hint().unwrap().contains("backup"));
    });
}

#[test]
fn a_locked_file_is_waited_for_and_then_named() {
    run(Dialect::Sqlite, async {
        let scratch = Scratch::create(Dialect::Sqlite).await;
        let patient = scratch.open(Schema::Main).await;
        patient.sync(|_| {}).await.unwrap();
        let other = scratch.open(Schema::Main).await;
        let hasty = Options {
            busy_timeout: Duration::from_millis(100),
            ..options()
        };
        let hasty = Database::open(Schema::Main, scratch.url(), &hasty)
            .await
            .unwrap();

        let (locked, held) = tokio::sync::oneshot::channel();
        let (release, released) = tokio::sync::oneshot::channel::<()>();
        let holder = tokio::spawn(async move {
            let channels = std::sync::Mutex::new(Some((locked, released)));
            let channels = &channels;
            other
                .transaction("test.hold", |tx| async move {
                    tx.execute("service.create", &service("a")).await?;
                    let (locked, released) = channels.lock().unwrap().take().unwrap();
                    locked.send(()).unwrap();
                    released.await.unwrap();
                    Ok::<_, Error>(())
                })
                .await
        });
        held.await.unwrap();
        let error = hasty
            .execute("service.create", &service("b"))
            .await
            .unwrap_err();
        assert_eq!(error.failure(), Some(Failure::Locked), "{error:?}");
        assert!(error.hint().unwrap().contains("fuser"));
        // Readers are not in its way.
        let select = Query::select().column("host").from("services").take();
        assert!(
            hasty
                .fetch_all("service.list", &select)
                .await
                .unwrap()
                .is_empty()
        );

        let waiting =
            tokio::spawn(async move { patient.execute("service.create", &service("c")).await });
        release.send(()).unwrap();
        waiting.await.unwrap().unwrap();
        holder.await.unwrap().unwrap();
    });
}

#[test]
fn a_full_disk_is_named_and_changes_nothing() {
    run(Dialect::Sqlite, async {
        let scratch = Scratch::create(Dialect::Sqlite).await;
        // One connection, so that the limit, which is a connection's, holds for all.
        let one = Options {
            max_connections: 1,
            ..options()
        };
        let db = Database::open(Schema::Main, scratch.url(), &one)
            .await
            .unwrap();
        db.sync(|_| {}).await.unwrap();
        let limit = Rendered::by_hand("PRAGMA max_page_count = 1", Vec::new(), true);
        db.fetch_all("test.limit", limit).await.unwrap();
        let long = "x".repeat(1 << 20);
        let mut changes = Changes::new();
        changes.set("uuid", "u").set("user_data", long);
        let error = db
            .execute("instance.create", &changes.insert_live("instances", now()))
            .await
            .unwrap_err();
        assert_eq!(error.failure(), Some(Failure::DiskFull), "{error:?}");
        assert!(error.hint().unwrap().contains("free space"));
        let select = Query::select().column("id").from("instances").take();
        assert!(
            db.fetch_all("instance.list", &select)
                .await
                .unwrap()
                .is_empty()
        );
    });
}

#[test]
fn a_file_without_write_permission_is_read_only() {
    run(Dialect::Sqlite, async {
        let scratch = Scratch::create(Dialect::Sqlite).await;
        let db = scratch.open(Schema::Main).await;
        db.sync(|_| {}).await.unwrap();
        db.close().await;
        let path = scratch.path().unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        if fs::OpenOptions::new().append(true).open(&path).is_ok() {
            // The superuser writes anyway; what SQLite itself refuses looks the same.
            let one = Options {
                max_connections: 1,
                ..options()
            };
            let db = Database::open(Schema::Main, scratch.url(), &one)
                .await
                .unwrap();
            let pragma = Rendered::by_hand("PRAGMA query_only = 1", Vec::new(), true);
            db.fetch_all("test.query_only", pragma).await.unwrap();
            let error = db
                .execute("service.create", &service("a"))
                .await
                .unwrap_err();
            assert_eq!(error.failure(), Some(Failure::ReadOnly), "{error:?}");
            return;
        }
        let db = scratch.open(Schema::Main).await;
        let error = db
            .execute("service.create", &service("a"))
            .await
            .unwrap_err();
        assert_eq!(error.failure(), Some(Failure::ReadOnly), "{error:?}");
    });
}
