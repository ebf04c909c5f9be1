//! Several processes create a schema at once, or one is interrupted while it does.

use std::process::{Command, Stdio};

use nova_db::migration::{Synced, Version};
use nova_db::{Database, Dialect, Schema};
use test_support::database::{Scratch, options, run};
use test_support::on_every_dialect;

use crate::introspect::describe;

const URL: &str = "NOVA_DB_TEST_CHILD_URL";

/// What the other processes run; it is started by the tests below.
#[test]
#[ignore = "the other process of a test, started by it"]
fn child_syncs() {
    let url = std::env::var(URL).unwrap();
    run(Dialect::Sqlite, async move {
        let db = Database::open(Schema::Main, &url, &options())
            .await
            .unwrap();
        let synced = db.sync(|_| {}).await.unwrap();
        println!("synced: {synced:?}");
        assert_eq!(db.version().await.unwrap(), Version::Current);
    });
}

fn child(url: &str) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "concurrency::child_syncs",
            "--ignored",
            "--nocapture",
        ])
        .env(URL, url)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

on_every_dialect! {
    async fn of_several_processes_one_creates(dialect: Dialect) {
        let scratch = Scratch::create(dialect).await;
        let children: Vec<_> = (0..3).map(|_| child(scratch.url())).collect();
        let mut created = 0;
        for child in children {
            let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
            created += text.matches("synced: Created").count();
        }
        assert_eq!(created, 1);
    }

    async fn an_interrupted_creation_leaves_nothing_or_goes_on(dialect: Dialect) {
        let scratch = Scratch::create(dialect).await;
        let db = scratch.open(Schema::Main).await;
        // The process dies in the middle: its connection goes without another word.
        let interrupted = tokio::spawn({
            let db = db.clone();
            async move {
                db.sync(|progress| assert!(progress.done < 30, "the process dies")).await
            }
        });
        assert!(interrupted.await.unwrap_err().is_panic());
        let expected = if dialect == Dialect::MySql { Version::Unfinished } else { Version::Empty };
        assert_eq!(db.version().await.unwrap(), expected);

        assert_eq!(db.sync(|_| {}).await.unwrap(), Synced::Created);
        let whole = Scratch::create(dialect).await.open(Schema::Main).await;
        whole.sync(|_| {}).await.unwrap();
        assert_eq!(describe(&db).await, describe(&whole).await);
    }
}
