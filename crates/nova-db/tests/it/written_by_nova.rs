//! One SQLite file serves Nova's SQLAlchemy and this layer: values are stored alike.

use nova_db::sea_query::{Expr, ExprTrait, Query};
use nova_db::{Changes, Database, Dialect, Execute, NovaDb, Rendered, SqlValue};
use test_support::database::{TestDatabase, run};

const ROWS: &str = include_str!("../recorded/written_by_nova.sqlite.sql");

/// A database with the rows that Nova wrote.
async fn load() -> NovaDb {
    let db = TestDatabase::create(Dialect::Sqlite).await.nova;
    for insert in ROWS.lines().filter(|line| line.starts_with("INSERT")) {
        db.main
            .execute("test.load", Rendered::by_hand(insert, Vec::new(), false))
            .await
            .unwrap();
    }
    db
}

/// How SQLite stores each column of the row: storage class and text.
async fn stored(
    db: &Database,
    table: &'static str,
    columns: &[&'static str],
    id: i64,
) -> Vec<String> {
    let shown = columns
        .iter()
        .map(|c| format!("typeof(\"{c}\") || ' ' || quote(\"{c}\")"))
        .collect::<Vec<_>>();
    let sql = format!("SELECT {} FROM {table} WHERE id = {id}", shown.join(", "));
    let row = db
        .fetch_one("test.stored", Rendered::by_hand(sql, Vec::new(), true))
        .await
        .unwrap();
    (0..columns.len()).map(|at| row.get(at).unwrap()).collect()
}

#[test]
fn rows_of_nova_are_read() {
    run(Dialect::Sqlite, async {
        let db = load().await;
        let select = Query::select()
            .columns([
                "host",
                "disabled",
                "disabled_reason",
                "last_seen_up",
                "report_count",
                "deleted",
                "updated_at",
            ])
            .from("services")
            .and_where(Expr::col("id").eq(1))
            .take();
        let row = db.main.fetch_one("service.get", &select).await.unwrap();
        assert_eq!(row.get::<&str>(0).unwrap(), "cmp1");
        assert!(row.get::<bool>(1).unwrap());
        assert_eq!(row.get::<&str>(2).unwrap(), "Wartung ☃");
        let seen: chrono::NaiveDateTime = row.get(3).unwrap();
        assert_eq!(seen.to_string(), "2026-01-02 03:04:05");
        assert_eq!(row.get::<i64>(4).unwrap(), 7);
        assert_eq!(row.get::<i64>(5).unwrap(), 0);
        assert!(
            row.get::<Option<chrono::NaiveDateTime>>(6)
                .unwrap()
                .is_some()
        );
    });
}

#[test]
fn rows_are_stored_as_nova_stores_them() {
    run(Dialect::Sqlite, async {
        let db = load().await;
        for (table, key) in [("services", "uuid"), ("instances", "uuid")] {
            let columns: &[&'static str] = match table {
                "services" => &[
                    "created_at",
                    "updated_at",
                    "deleted_at",
                    "host",
                    "binary",
                    "topic",
                    "report_count",
                    "disabled",
                    "deleted",
                    "disabled_reason",
                    "last_seen_up",
                    "forced_down",
                    "version",
                ],
                _ => &[
                    "created_at",
                    "updated_at",
                    "user_id",
                    "project_id",
                    "vm_state",
                    "memory_mb",
                    "vcpus",
                    "hostname",
                    "host",
                    "launched_at",
                    "terminated_at",
                    "display_name",
                    "locked",
                    "root_gb",
                    "ephemeral_gb",
                    "shutdown_terminate",
                    "cleaned",
                    "hidden",
                    "deleted",
                ],
            };
            // Read what Nova wrote and write it again under another key.
            let select = Query::select()
                .columns(columns.iter().copied())
                .from(table)
                .and_where(Expr::col("id").eq(1))
                .take();
            let row = db.main.fetch_one("test.read", &select).await.unwrap();
            let mut changes = Changes::new();
            for (at, column) in columns.iter().copied().enumerate() {
                let value: SqlValue = match column {
                    name if name.ends_with("_at") || name == "last_seen_up" => {
                        row.get::<Option<chrono::NaiveDateTime>>(at).unwrap().into()
                    }
                    "disabled" | "forced_down" | "locked" | "shutdown_terminate" | "hidden" => {
                        row.get::<Option<bool>>(at).unwrap().into()
                    }
                    "report_count" | "deleted" | "version" | "memory_mb" | "vcpus" | "root_gb"
                    | "ephemeral_gb" | "cleaned" => row.get::<Option<i64>>(at).unwrap().into(),
                    _ => row.get::<Option<String>>(at).unwrap().into(),
                };
                changes.set(column, value);
            }
            changes.set(key, "another");
            if table == "services" {
                // The host is part of two unique constraints.
                changes.set("deleted", 99);
            }
            let now = "2026-01-01T00:00:00".parse().unwrap();
            let id = db
                .main
                .insert_returning_id("test.write", &changes.insert(table, now))
                .await
                .unwrap();
            let compared: Vec<_> = columns
                .iter()
                .copied()
                .filter(|column| *column != "deleted")
                .collect();
            assert_eq!(
                stored(&db.main, table, &compared, id).await,
                stored(&db.main, table, &compared, 1).await,
                "{table}"
            );
        }
    });
}
