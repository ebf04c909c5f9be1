//! Transactions: all or nothing, repeated when another one was in the way.

use std::sync::atomic::{AtomicU32, Ordering};

use nova_db::sea_query::{Expr, ExprTrait, Query, UpdateStatement};
use nova_db::{Changes, Database, Error, Execute, Result, now};
use test_support::on_every_database;
use tokio::sync::Barrier;

async fn create(db: &impl Execute, host: &str) -> Result<i64> {
    let mut changes = Changes::new();
    changes
        .set("host", host)
        .set("topic", host)
        .set("report_count", 0);
    db.insert_returning_id("service.create", &changes.insert_live("services", now()))
        .await
}

async fn hosts(db: &Database) -> Vec<String> {
    let select = Query::select()
        .column("host")
        .from("services")
        .order_by("host", nova_db::sea_query::Order::Asc)
        .take();
    let rows = db.fetch_all("service.list", &select).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

fn increment(host: &str) -> UpdateStatement {
    Query::update()
        .table("services")
        .value("report_count", Expr::col("report_count").add(1))
        .and_where(Expr::col("host").eq(host))
        .take()
}

on_every_database! {
    async fn an_error_undoes_everything(db: NovaDb) {
        let result: Result<(), Error> = db
            .main
            .transaction("test.fail", |tx| async move {
                create(&tx, "a").await?;
                create(&tx, "a").await?;
                Ok(())
            })
            .await;
        assert!(result.unwrap_err().unique_violation().is_some());
        assert!(hosts(&db.main).await.is_empty());
    }

    async fn a_nested_error_undoes_only_its_own(db: NovaDb) {
        db.main
            .transaction("test.nested", |tx| async move {
                create(&tx, "a").await?;
                let again = tx.nested(async {
                    create(&tx, "b").await?;
                    create(&tx, "a").await
                });
                assert!(again.await.unwrap_err().unique_violation().is_some());
                tx.nested(create(&tx, "c")).await?;
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        assert_eq!(hosts(&db.main).await, ["a", "c"]);
    }

    async fn a_dropped_transaction_is_undone(db: NovaDb) {
        let result = tokio::time::timeout(
            std::time::Duration::from_millis(300),
            db.main.transaction("test.cancelled", |tx| async move {
                create(&tx, "a").await?;
                std::future::pending::<Result<()>>().await
            }),
        )
        .await;
        assert!(result.is_err(), "it was to be cancelled");
        create(&db.main, "b").await.unwrap();
        assert_eq!(hosts(&db.main).await, ["b"]);
    }

    async fn a_handle_kept_too_long_is_refused(db: NovaDb) {
        let kept = std::sync::Mutex::new(None);
        let keep = &kept;
        db.main
            .transaction("test.leak", |tx| async move {
                *keep.lock().unwrap() = Some(tx);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        let tx = kept.lock().unwrap().take().unwrap();
        let error = create(&tx, "a").await.unwrap_err();
        assert_eq!(error.to_string(), "run service.create: its transaction is over");
    }

    async fn concurrent_transactions_lose_nothing(db: NovaDb) {
        create(&db.main, "a").await.unwrap();
        let work = (0..8).map(|_| {
            let db = db.main.clone();
            tokio::spawn(async move {
                for _ in 0..5 {
                    db.transaction("test.increment", |tx| async move {
                        tx.execute("service.increment", &increment("a")).await
                    })
                    .await
                    .unwrap();
                }
            })
        });
        for task in work.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        let select = Query::select().column("report_count").from("services").take();
        let row = db.main.fetch_one("service.get", &select).await.unwrap();
        assert_eq!(row.get::<i64>(0).unwrap(), 40);
    }

    /// Two transactions that take two rows in opposite order. SQLite lets only one of
    /// them begin; the others see a deadlock and end one, which is then repeated.
    async fn a_deadlock_is_repeated(db: NovaDb) {
        create(&db.main, "a").await.unwrap();
        create(&db.main, "b").await.unwrap();
        let (barrier, attempts) = (Barrier::new(2), AtomicU32::new(0));
        let is_sqlite = db.main.dialect() == nova_db::Dialect::Sqlite;
        let one = |first: &'static str, second: &'static str| {
            let (db, barrier, attempts) = (&db.main, &barrier, &attempts);
            async move {
                db.transaction("test.deadlock", |tx| async move {
                    let attempt = attempts.fetch_add(1, Ordering::SeqCst);
                    tx.execute("service.increment", &increment(first)).await?;
                    // Only the two first attempts meet.
                    if attempt < 2 && !is_sqlite {
                        barrier.wait().await;
                    }
                    tx.execute("service.increment", &increment(second)).await?;
                    Ok::<_, Error>(())
                })
                .await
            }
        };
        let (left, right) = tokio::join!(one("a", "b"), one("b", "a"));
        left.unwrap();
        right.unwrap();
        let select = Query::select().column("report_count").from("services").take();
        let counts = db.main.fetch_all("service.get", &select).await.unwrap();
        let counts: Vec<i64> = counts.iter().map(|row| row.get(0).unwrap()).collect();
        assert_eq!(counts, [2, 2]);
        assert_eq!(attempts.load(Ordering::SeqCst), if is_sqlite { 2 } else { 3 });
    }
}
