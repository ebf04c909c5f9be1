//! What is written is what is read, on every database.

use nova_db::sea_query::{Expr, ExprTrait, Func, Query};
use nova_db::{Changes, Execute, now};
use test_support::on_every_database;

on_every_database! {
    async fn every_kind_of_value_survives(db: NovaDb) {
        let created: chrono::NaiveDateTime = "2026-01-02T03:04:05".parse().unwrap();
        let mut changes = Changes::new();
        changes
            .set("created_at", created)
            .set("updated_at", Option::<chrono::NaiveDateTime>::None)
            .set("uuid", "6f70656e-7374-6163-6b00-6e6f76610000")
            .set("memory_mb", i64::from(i32::MAX))
            .set("display_name", "Müßiggang ☃")
            .set("locked", true)
            .set("hidden", false)
            .set("compute_id", i64::MAX)
            .set("vcpus", Option::<i64>::None)
            .set("user_data", Option::<String>::None);
        let id = db.main.insert_returning_id("test.insert", &changes.insert_live("instances", created)).await.unwrap();
        let select = Query::select()
            .columns([
                "created_at", "updated_at", "uuid", "memory_mb", "display_name", "locked", "hidden",
                "compute_id", "vcpus", "user_data", "deleted",
            ])
            .from("instances")
            .and_where(Expr::col("id").eq(id))
            .take();
        let row = db.main.fetch_one("test.select", &select).await.unwrap();
        assert_eq!(row.get::<chrono::NaiveDateTime>(0).unwrap(), created);
        assert_eq!(row.get::<Option<chrono::NaiveDateTime>>("updated_at").unwrap(), None);
        assert_eq!(row.get::<&str>(2).unwrap(), "6f70656e-7374-6163-6b00-6e6f76610000");
        assert_eq!(row.get::<i32>(3).unwrap(), i32::MAX);
        assert_eq!(row.get::<String>(4).unwrap(), "Müßiggang ☃");
        assert!(row.get::<bool>(5).unwrap());
        assert!(!row.get::<bool>("hidden").unwrap());
        assert_eq!(row.get::<i64>(7).unwrap(), i64::MAX);
        assert_eq!(row.get::<Option<i64>>(8).unwrap(), None);
        assert_eq!(row.get::<Option<String>>(9).unwrap(), None);
        assert_eq!(row.get::<i64>(10).unwrap(), 0);
        assert_eq!(row.column_name(10), Some("deleted"));
    }

    async fn times_keep_microseconds_where_the_column_does(db: NovaDb) {
        let at = now();
        let mut changes = Changes::new();
        changes.set("host", "h").set("topic", "t").set("report_count", 0).set("last_seen_up", at);
        db.main.execute("test.insert", &changes.insert_live("services", at)).await.unwrap();
        let select = Query::select().column("last_seen_up").from("services").take();
        let read: chrono::NaiveDateTime = db.main.fetch_one("test.select", &select).await.unwrap().get(0).unwrap();
        // MariaDB's DATETIME, as Nova declares it, holds whole seconds.
        let distance = (read - at).abs();
        if db.main.dialect() == nova_db::Dialect::MySql {
            assert!(distance <= chrono::TimeDelta::seconds(1), "{distance}");
        } else {
            assert_eq!(read, at);
        }
    }

    async fn floats_and_enumerations_are_read(db: NovaDb) {
        let mut flavor = Changes::new();
        flavor.set("name", "m1").set("memory_mb", 1).set("vcpus", 1).set("swap", 0).set("flavorid", "1").set("rxtx_factor", 1.5);
        db.api.execute("test.flavor", &flavor.insert("flavors", now())).await.unwrap();
        let select = Query::select().column("rxtx_factor").from("flavors").take();
        let row = db.api.fetch_one("test.select", &select).await.unwrap();
        assert_eq!(row.get::<f64>(0).unwrap(), 1.5);

        let mut keypair = Changes::new();
        keypair.set("name", "k").set("user_id", "u").set("type", "x509");
        db.api.execute("test.keypair", &keypair.insert("key_pairs", now())).await.unwrap();
        let select = Query::select().column("type").from("key_pairs").and_where(Expr::col("type").eq("x509")).take();
        let row = db.api.fetch_one("test.select", &select).await.unwrap();
        assert_eq!(row.get::<String>(0).unwrap(), "x509");
    }

    async fn sums_are_integers(db: NovaDb) {
        for (host, count) in [("a", 2_000_000_000_i64), ("b", 2_000_000_000), ("c", -5)] {
            let mut changes = Changes::new();
            changes.set("host", host).set("topic", "t").set("report_count", count);
            db.main.execute("test.insert", &changes.insert_live("services", now())).await.unwrap();
        }
        let sum = |column: &'static str| Query::select().expr(Func::sum(Expr::col(column))).from("services").take();
        let row = db.main.fetch_one("test.sum", &sum("report_count")).await.unwrap();
        assert_eq!(row.get::<i64>(0).unwrap(), 3_999_999_995);
        let nothing = sum("report_count").and_where(Expr::col("host").eq("none")).take();
        let row = db.main.fetch_one("test.sum", &nothing).await.unwrap();
        assert_eq!(row.get::<Option<i64>>(0).unwrap(), None);
    }

    async fn a_wrong_type_is_an_error_that_names_the_column(db: NovaDb) {
        let mut changes = Changes::new();
        changes.set("host", "h").set("topic", "t").set("report_count", 0);
        db.main.execute("test.insert", &changes.insert_live("services", now())).await.unwrap();
        let select = Query::select().columns(["updated_at", "host"]).from("services").take();
        let row = db.main.fetch_one("service.test", &select).await.unwrap();
        let error = row.get::<chrono::NaiveDateTime>("updated_at").unwrap_err();
        assert_eq!(error.to_string(), "read column updated_at of service.test as chrono::naive::datetime::NaiveDateTime");
        assert!(row.get::<chrono::NaiveDateTime>("host").is_err());
        assert!(row.get::<i64>("host").is_err());
        assert!(row.get::<f64>("host").is_err());
        assert!(row.get::<i64>("nothing").is_err());
        assert!(row.get::<i64>(2).is_err());
    }
}
