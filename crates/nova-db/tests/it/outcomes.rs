//! Requests that come again change nothing: their outcome is kept with what they changed.

use std::time::Duration;

use nova_db::sea_query::{Expr, ExprTrait, Query, UpdateStatement};
use nova_db::{Changes, Database, Error, Execute, Kept, Known, NovaDb, RequestName, Result, now};
use test_support::on_every_database;

/// Databases with the table, which goes away with this.
async fn with_table(db: &NovaDb) {
    db.create_outcomes().await.unwrap();
    // Every conductor makes it.
    db.create_outcomes().await.unwrap();
}

/// The databases are used by other tests afterwards.
async fn without_table(db: &NovaDb) {
    for database in [&db.main, &db.api] {
        let drop = nova_db::Rendered::by_hand("DROP TABLE rpc_outcomes", Vec::new(), false);
        database.execute("test.drop", drop).await.unwrap();
    }
}

fn request(id: &str) -> RequestName<'_> {
    RequestName { id, digest: "d" }
}

async fn create(db: &impl Execute, host: &str) -> Result<i64> {
    let mut changes = Changes::new();
    changes
        .set("host", host)
        .set("topic", host)
        .set("report_count", 0);
    db.insert_returning_id("service.create", &changes.insert_live("services", now()))
        .await
}

fn increment(host: &str) -> UpdateStatement {
    Query::update()
        .table("services")
        .value("report_count", Expr::col("report_count").add(1))
        .and_where(Expr::col("host").eq(host))
        .take()
}

async fn count(db: &impl Execute, host: &str) -> Option<i64> {
    let select = Query::select()
        .column("report_count")
        .from("services")
        .and_where(Expr::col("host").eq(host))
        .take();
    let row = db.fetch_optional("service.count", &select).await.unwrap();
    row.map(|row| row.get(0).unwrap())
}

async fn twice(db: &Database, host: &str) -> Result<()> {
    db.transaction("test.first", |tx| async move {
        create(&tx, host).await?;
        Ok::<_, Error>(())
    })
    .await?;
    db.execute("service.increment", &increment(host)).await?;
    db.transaction("test.second", |tx| async move {
        tx.execute("service.increment", &increment(host)).await?;
        Ok(())
    })
    .await
}

on_every_database! {
    async fn several_transactions_of_a_unit_are_one(db: NovaDb) {
        with_table(&db).await;
        let unit = db.unit();
        twice(&unit.db().main, "a").await.unwrap();
        assert_eq!(count(&unit.db().main, "a").await, Some(2), "the unit sees its own");
        assert!(!unit.undo().await);
        assert_eq!(count(&db.main, "a").await, None, "none of the three is kept");

        let unit = db.unit();
        twice(&unit.db().main, "a").await.unwrap();
        assert_eq!(unit.keep(request("r1"), "[1]").await.unwrap(), Kept::Done);
        assert_eq!(count(&db.main, "a").await, Some(2));
        assert_eq!(db.outcome(request("r1")).await.unwrap(), Known::Applied("[1]".to_owned()));
        without_table(&db).await;
    }

    async fn a_repeat_changes_nothing_and_is_told_the_first_outcome(db: NovaDb) {
        with_table(&db).await;
        create(&db.main, "a").await.unwrap();
        for (round, expected) in [(1, Kept::Done), (2, Kept::Before(Known::Applied("\"1\"".to_owned())))] {
            let unit = db.unit();
            unit.db().main.execute("service.increment", &increment("a")).await.unwrap();
            assert_eq!(unit.keep(request("r"), &format!("\"{round}\"")).await.unwrap(), expected);
            assert_eq!(count(&db.main, "a").await, Some(1));
        }
        // The same id for something else is a mistake, and is told from a repeat.
        let other = RequestName { id: "r", digest: "other" };
        assert_eq!(db.outcome(other).await.unwrap(), Known::Another);
        let unit = db.unit();
        unit.db().main.execute("service.increment", &increment("a")).await.unwrap();
        assert_eq!(unit.keep(other, "").await.unwrap(), Kept::Before(Known::Another));
        assert_eq!(count(&db.main, "a").await, Some(1));
        without_table(&db).await;
    }

    async fn what_only_reads_leaves_no_trace(db: NovaDb) {
        with_table(&db).await;
        let unit = db.unit();
        assert_eq!(count(&unit.db().main, "a").await, None);
        unit.db()
            .main
            .transaction("test.read", |tx| async move {
                count(&tx, "a").await;
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        assert_eq!(unit.keep(request("r"), "null").await.unwrap(), Kept::Done);
        assert_eq!(db.outcome(request("r")).await.unwrap(), Known::No);
        // Nobody is kept from writing.
        create(&db.main, "a").await.unwrap();
        without_table(&db).await;
    }

    async fn a_failed_statement_undoes_only_itself(db: NovaDb) {
        with_table(&db).await;
        let unit = db.unit();
        create(&unit.db().main, "a").await.unwrap();
        assert!(create(&unit.db().main, "a").await.unwrap_err().unique_violation().is_some());
        let failed: Result<(), Error> = unit
            .db()
            .main
            .transaction("test.fail", |tx| async move {
                create(&tx, "b").await?;
                create(&tx, "a").await?;
                Ok(())
            })
            .await;
        assert!(failed.unwrap_err().unique_violation().is_some());
        unit.db().main.execute("service.increment", &increment("a")).await.unwrap();
        assert_eq!(unit.keep(request("r"), "null").await.unwrap(), Kept::Done);
        assert_eq!((count(&db.main, "a").await, count(&db.main, "b").await), (Some(1), None));
        without_table(&db).await;
    }

    async fn of_many_at_once_one_is_applied(db: NovaDb) {
        with_table(&db).await;
        create(&db.main, "a").await.unwrap();
        let tasks: Vec<_> = (0..8)
            .map(|number: i32| {
                let db = db.clone();
                tokio::spawn(async move {
                    for _ in 0..20 {
                        let unit = db.unit();
                        let changed = unit.db().main.execute("service.increment", &increment("a")).await;
                        if changed.is_err() {
                            assert!(unit.undo().await, "{changed:?}");
                            continue;
                        }
                        match unit.keep(request("r"), &number.to_string()).await.unwrap() {
                            Kept::Done => return (true, number.to_string()),
                            Kept::Before(Known::Applied(outcome)) => return (false, outcome),
                            Kept::Before(other) => panic!("{other:?}"),
                            Kept::Again => {}
                        }
                    }
                    panic!("never an end");
                })
            })
            .collect();
        let mut ends = Vec::new();
        for task in tasks {
            ends.push(task.await.unwrap());
        }
        assert_eq!(count(&db.main, "a").await, Some(1));
        assert_eq!(ends.iter().filter(|(applied, _)| *applied).count(), 1);
        assert!(ends.iter().all(|(_, outcome)| *outcome == ends[0].1), "{ends:?}");
        without_table(&db).await;
    }

    async fn units_in_each_others_way_are_begun_anew(db: NovaDb) {
        with_table(&db).await;
        create(&db.main, "a").await.unwrap();
        create(&db.main, "b").await.unwrap();
        let tasks: Vec<_> = [["a", "b"], ["b", "a"]]
            .into_iter()
            .enumerate()
            .map(|(number, hosts)| {
                let db = db.clone();
                tokio::spawn(async move {
                    let id = format!("r{number}");
                    for _ in 0..20 {
                        let unit = db.unit();
                        let mut failed = false;
                        for host in hosts {
                            // A method may take an error as it comes; the unit still knows.
                            failed |= unit.db().main.execute("service.increment", &increment(host)).await.is_err();
                            tokio::time::sleep(Duration::from_millis(50)).await;
                        }
                        let again = match unit.keep(request(&id), "null").await.unwrap() {
                            Kept::Done => return,
                            other => {
                                assert_eq!(other, Kept::Again);
                                true
                            }
                        };
                        assert!(failed && again);
                    }
                    panic!("never an end");
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!((count(&db.main, "a").await, count(&db.main, "b").await), (Some(2), Some(2)));
        without_table(&db).await;
    }

    async fn a_dropped_unit_is_undone_and_holds_nobody_up(db: NovaDb) {
        with_table(&db).await;
        create(&db.main, "a").await.unwrap();
        let unit = db.unit();
        unit.db().main.execute("service.increment", &increment("a")).await.unwrap();
        drop(unit);
        db.main.execute("service.increment", &increment("a")).await.unwrap();
        assert_eq!(count(&db.main, "a").await, Some(1));
        without_table(&db).await;
    }

    async fn outcomes_are_forgotten_by_age_and_by_number(db: NovaDb) {
        with_table(&db).await;
        create(&db.main, "a").await.unwrap();
        let id = |number: i32| format!("r{number}");
        for number in 0..6 {
            let unit = db.unit();
            unit.db().main.execute("service.increment", &increment("a")).await.unwrap();
            unit.keep(request(&id(number)), "null").await.unwrap();
        }
        let hour = Duration::from_secs(3600);
        assert_eq!(db.forget_outcomes(hour, 100).await.unwrap(), 0);
        assert_eq!(db.forget_outcomes(hour, 4).await.unwrap(), 2);
        assert_eq!(db.outcome(request("r1")).await.unwrap(), Known::No);
        assert_ne!(db.outcome(request("r2")).await.unwrap(), Known::No);
        let age = Query::update()
            .table("rpc_outcomes")
            .value("created_at", 0_i64)
            .and_where(Expr::col("request").eq("r3"))
            .take();
        db.main.execute("test.age", &age).await.unwrap();
        // Those before an old one are old.
        assert_eq!(db.forget_outcomes(hour, 100).await.unwrap(), 2);
        assert_ne!(db.outcome(request("r4")).await.unwrap(), Known::No);
        without_table(&db).await;
    }
}
