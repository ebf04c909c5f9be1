//! Executing statements: ids, counts of rows, violated constraints, prepared text.

use nova_db::sea_query::{Expr, ExprTrait, InsertStatement, Query};
use nova_db::{Changes, Execute, Prepared, now, param, soft_delete, statements_of};
use test_support::on_every_database;

fn service(host: &str) -> InsertStatement {
    let mut changes = Changes::new();
    changes
        .set("host", host)
        .set("topic", "compute")
        .set("binary", "nova-compute")
        .set("report_count", 0);
    changes.insert_live("services", now())
}

static ID_BY_HOST: Prepared = Prepared::select(|| {
    Query::select()
        .column("id")
        .from("services")
        .and_where(Expr::col("deleted").eq(0))
        .and_where(Expr::col("host").eq(param()))
        .take()
});

static REPORT: Prepared = Prepared::update(|| {
    Query::update()
        .table("services")
        .value("report_count", param())
        .and_where(Expr::col("host").eq(param()))
        .and_where(Expr::col("report_count").eq(param()))
        .take()
});

on_every_database! {
    async fn inserts_tell_their_id(db: NovaDb) {
        let first = db.main.insert_returning_id("test.insert", &service("a")).await.unwrap();
        let second = db.main.insert_returning_id("test.insert", &service("b")).await.unwrap();
        let found = db.main.fetch_one("test.get", ID_BY_HOST.bind(["b".into()])).await.unwrap();
        assert_eq!(found.get::<i64>(0).unwrap(), second);
        assert!(second > first);
    }

    async fn updates_count_the_rows_they_match(db: NovaDb) {
        db.main.execute("test.insert", &service("a")).await.unwrap();
        let report = |old: i64, new: i64| REPORT.bind([new.into(), "a".into(), old.into()]);
        assert_eq!(db.main.execute("test.report", report(0, 1)).await.unwrap(), 1);
        // Compare and swap: whoever comes second changes nothing.
        assert_eq!(db.main.execute("test.report", report(0, 2)).await.unwrap(), 0);
        // Matched but not altered counts as well.
        assert_eq!(db.main.execute("test.report", report(1, 1)).await.unwrap(), 1);
    }

    async fn a_unique_violation_names_table_and_columns(db: NovaDb) {
        db.main.execute("service.create", &service("a")).await.unwrap();
        let error = db.main.execute("service.create", &service("a")).await.unwrap_err();
        let violation = error.unique_violation().expect("the host and binary are taken");
        // Two constraints are violated; databases name either.
        assert!(
            violation.is_on("services", &["host", "binary", "deleted"])
                || violation.is_on("services", &["host", "topic", "deleted"]),
            "{violation:?}"
        );
        assert!(violation.constraint().is_some_and(|name| name.starts_with("uniq_services0host0")));

        let uuid = |id: &str| {
            let mut changes = Changes::new();
            changes.set("host", id).set("topic", id).set("report_count", 0).set("uuid", "same");
            changes.insert_live("services", now())
        };
        db.main.execute("service.create", &uuid("x")).await.unwrap();
        let error = db.main.execute("service.create", &uuid("y")).await.unwrap_err();
        let violation = error.unique_violation().expect("the uuid is taken");
        assert!(violation.is_on("services", &["uuid"]), "{violation:?}");
        assert_eq!(violation.constraint(), Some("services_uuid_idx"));
        assert_eq!(error.to_string(), "run service.create: a row of services with the same uuid exists");
    }

    async fn a_soft_deleted_row_frees_its_name(db: NovaDb) {
        let id = db.main.insert_returning_id("service.create", &service("a")).await.unwrap();
        let delete = soft_delete("services", now()).and_where(Expr::col("host").eq("a")).take();
        assert_eq!(db.main.execute("service.delete", &delete).await.unwrap(), 1);
        db.main.execute("service.create", &service("a")).await.unwrap();
        let select = Query::select()
            .column("deleted")
            .from("services")
            .and_where(Expr::col("id").eq(id))
            .take();
        let row = db.main.fetch_one("service.get", &select).await.unwrap();
        assert_eq!(row.get::<i64>(0).unwrap(), id);
    }

    async fn statements_are_counted_by_name(db: NovaDb) {
        let before = db.main.statements();
        let ((), names) = statements_of(async {
            db.main.execute("service.create", &service("a")).await.unwrap();
            db.main.fetch_optional("service.get", ID_BY_HOST.bind(["a".into()])).await.unwrap();
        })
        .await;
        assert_eq!(names, ["service.create", "service.get"]);
        assert_eq!(db.main.statements() - before, 2);
    }

    async fn nothing_found_is_none_or_an_error(db: NovaDb) {
        let missing = || ID_BY_HOST.bind(["nobody".into()]);
        assert!(db.main.fetch_optional("service.get", missing()).await.unwrap().is_none());
        assert!(db.main.fetch_all("service.get", missing()).await.unwrap().is_empty());
        let error = db.main.fetch_one("service.get", missing()).await.unwrap_err();
        assert_eq!(error.to_string(), "run service.get: no row found");
    }
}
