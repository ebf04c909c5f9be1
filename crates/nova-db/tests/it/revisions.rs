//! Databases of Nova are recognised; others are refused with words that help.

use std::sync::Mutex;

use nova_db::migration::{MigrationError, Revision, Synced, Version};
use nova_db::sea_query::Query;
use nova_db::{Database, Dialect, Error, Execute, Rendered, Schema};
use test_support::database::Scratch;
use test_support::on_every_dialect;

async fn run_sql(db: &Database, sql: &str) {
    db.execute("test.sql", Rendered::by_hand(sql, Vec::new(), false))
        .await
        .unwrap();
}

async fn with_revision(dialect: Dialect, revision: &str) -> Database {
    let db = Scratch::create(dialect).await.open(Schema::Main).await;
    run_sql(
        &db,
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
    )
    .await;
    run_sql(
        &db,
        &format!("INSERT INTO alembic_version VALUES ('{revision}')"),
    )
    .await;
    db
}

async fn refused(db: &Database) -> MigrationError {
    let error = db.sync(|_| {}).await.unwrap_err();
    assert!(error.hint().is_some());
    // A service that only looks is told the same.
    assert!(db.require_current().await.is_err());
    match error {
        Error::Migration(error) => error,
        other => panic!("{other:?}"),
    }
}

on_every_dialect! {
    async fn creation_tells_its_progress_and_happens_once(dialect: Dialect) {
        let db = Scratch::create(dialect).await.open(Schema::Api).await;
        assert!(matches!(db.require_current().await.unwrap_err(), Error::Migration(MigrationError::Missing { .. })));
        let seen = Mutex::new(Vec::new());
        let synced = db.sync(|progress| seen.lock().unwrap().push(progress)).await.unwrap();
        assert_eq!(synced, Synced::Created);
        let seen = seen.into_inner().unwrap();
        assert!(seen.iter().enumerate().all(|(at, progress)| progress.done == at + 1));
        let last = seen.last().unwrap();
        assert_eq!(last.done, last.total);
        assert!(seen.iter().any(|progress| progress.step == "CREATE TABLE flavors"), "{seen:?}");

        assert_eq!(db.version().await.unwrap(), Version::Current);
        db.require_current().await.unwrap();
        assert_eq!(db.sync(|progress| panic!("{progress}")).await.unwrap(), Synced::Present);
    }

    async fn nova_finds_its_own_revision(dialect: Dialect) {
        for (schema, head) in [(Schema::Main, "ab450ba04102"), (Schema::Api, "cdeec0c85668")] {
            let db = Scratch::create(dialect).await.open(schema).await;
            db.sync(|_| {}).await.unwrap();
            assert_eq!(Revision::head(schema).id, head);
            let select = Query::select().column("version_num").from("alembic_version").take();
            let rows = db.fetch_all("test.version", &select).await.unwrap();
            let found: Vec<String> = rows.iter().map(|row| row.get(0).unwrap()).collect();
            assert_eq!(found, [head]);
        }
    }

    async fn another_revision_is_refused_by_what_it_is(dialect: Dialect) {
        let older = with_revision(dialect, "1acf2c98e646").await;
        assert!(matches!(refused(&older).await, MigrationError::Older { .. }));
        let exchanged = with_revision(dialect, "cdeec0c85668").await;
        assert!(matches!(refused(&exchanged).await, MigrationError::OfOtherSchema { other: Schema::Api, .. }));
        let newer = with_revision(dialect, "0123456789ab").await;
        let error = refused(&newer).await;
        assert!(matches!(&error, MigrationError::Unknown { found, .. } if found == "0123456789ab"), "{error}");
        assert_eq!(newer.version().await.unwrap(), Version::Other("0123456789ab".to_owned()));
    }

    async fn tables_without_a_revision_are_left_alone(dialect: Dialect) {
        let db = Scratch::create(dialect).await.open(Schema::Main).await;
        run_sql(&db, "CREATE TABLE instances (id INTEGER)").await;
        assert!(matches!(refused(&db).await, MigrationError::Unversioned { .. }));
        // Alembic's table alone is what an interrupted nova-manage leaves.
        run_sql(&db, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)").await;
        assert!(matches!(refused(&db).await, MigrationError::Unversioned { .. }));
    }

    async fn tables_of_others_do_not_matter(dialect: Dialect) {
        let db = Scratch::create(dialect).await.open(Schema::Main).await;
        run_sql(&db, "CREATE TABLE my_notes (id INTEGER)").await;
        assert_eq!(db.sync(|_| {}).await.unwrap(), Synced::Created);
    }
}
