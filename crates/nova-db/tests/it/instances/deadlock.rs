//! A deadlock ends one of two transactions; that of a store begins again by itself.

use std::time::Duration;

use nova_db::sea_query::{Expr, ExprTrait as _, Query};
use nova_db::{Dialect, Error, Execute as _, NovaDb, Rendered, Transaction};
use nova_objects::{InstanceStore, PersistentFields as _};
use test_support::on_every_database;
use tokio::sync::Notify;

use super::{admin, create, get, rows, with_deleted};

/// Waits until somebody waits for a lock in this database.
async fn somebody_waits(db: &NovaDb) {
    let sql = match db.main.dialect() {
        // One writer at a time: nobody gets as far as waiting for a row.
        Dialect::Sqlite => return,
        Dialect::MySql => {
            "SELECT COUNT(*) FROM information_schema.INNODB_TRX \
             JOIN information_schema.PROCESSLIST ON ID = trx_mysql_thread_id \
             WHERE trx_state = 'LOCK WAIT' AND DB = DATABASE()"
        }
        Dialect::Postgres => {
            "SELECT COUNT(*) FROM pg_locks JOIN pg_stat_activity USING (pid) \
             WHERE NOT granted AND datname = current_database()"
        }
    };
    loop {
        let statement = Rendered::by_hand(sql, Vec::new(), true);
        let row = db.main.fetch_one("test.waiting", statement).await.unwrap();
        if row.get::<i64>(0).unwrap() > 0 {
            return;
        }
        // InnoDB shows what it has shown before to who looks again within 100 ms.
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// Much work, so that the server rather undoes the other one.
async fn work(tx: &Transaction) -> Result<(), Error> {
    let mut insert = Query::insert();
    insert.into_table("tags").columns(["resource_id", "tag"]);
    for tag in 0..500 {
        insert.values_panic(["someone".into(), format!("t{tag}").into()]);
    }
    tx.execute("test.work", &insert).await?;
    Ok(())
}

on_every_database! {
    async fn a_destroyed_instance_is_destroyed_after_a_deadlock(db: NovaDb) {
        let mut instance = create(&db, "a").await;
        let uuid = instance.uuid().unwrap().to_owned();
        let (locked, db) = (Notify::new(), &db);
        let touch = |table: &'static str, column: &'static str| {
            Query::update()
                .table(table)
                .value("updated_at", nova_db::now())
                .and_where(Expr::col(column).eq(uuid.as_str()))
                .take()
        };
        let (touch, locked) = (&touch, &locked);
        // Takes the metadata, then the instance; destroying takes them the other way round.
        let other = db.main.transaction("test.other", |tx| async move {
            work(&tx).await?;
            tx.execute("test.metadata", touch("instance_metadata", "instance_uuid")).await?;
            locked.notify_one();
            somebody_waits(db).await;
            tx.execute("test.instance", touch("instances", "uuid")).await?;
            Ok::<_, Error>(())
        });
        let ctx = admin();
        let destroy = async {
            locked.notified().await;
            InstanceStore::destroy(db, &ctx, &mut instance, false).await
        };
        let (other, destroyed) = tokio::join!(other, destroy);
        other.unwrap();
        destroyed.unwrap();
        assert!(get(db, &with_deleted(), &uuid, &[]).await.unwrap().deleted().unwrap());
        assert_eq!(rows(db, "instance_metadata", "instance_uuid", &uuid).await, (1, 1));
    }
}
