//! Rules that none of Nova's classes has: a field that is a state machine.

use std::env;

use futures::future::join_all;
use nova_objects::Project;
use versionedobjects::prelude::*;
use versionedobjects::{Difference, Error as ModelError};

use super::*;
use crate::connection::{Database, Options, Schema};
use crate::snapshot::assert_sql;
use crate::statement::{Rendered, Statement};

const MOVES: &[(&str, &[&str])] = &[
    ("free", &["held"]),
    ("held", &["free", "spent"]),
    ("spent", &[]),
];

#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
#[enum_field(name = "Stage", transitions = MOVES)]
enum Stage {
    #[value("free")]
    Free,
    #[value("held")]
    Held,
    #[value("spent")]
    Spent,
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = Project, history("1.0" = "Initial version"))]
struct Ticket {
    meta: Meta,
    id: Attr<i64>,
    #[object(state_machine)]
    stage: Attr<Option<Stage>>,
    holder: Attr<Option<String>>,
    updated_at: Attr<Option<DateTime>>,
}

static TICKETS: Table = Table::new("tickets", Ticket::class_def, &[]);

fn key(id: i64) -> Condition {
    Cond::all().add(Expr::col("id").eq(id))
}

fn noon() -> NaiveDateTime {
    "2026-01-02T12:00:00".parse().unwrap()
}

/// A ticket as it was read when it was in that stage.
fn ticket(id: i64, stage: Stage) -> Ticket {
    let mut ticket = Ticket::new();
    ticket.load("id", id).unwrap();
    ticket.load("stage", stage.as_str()).unwrap();
    ticket
}

async fn save(table: &Table, db: &Database, ticket: &Ticket) -> Result<u64> {
    let (changes, key) = (table.changes(ticket), key(ticket.id().unwrap()));
    table
        .update(
            db,
            "ticket.update",
            changes,
            noon(),
            key,
            &Expect::nothing(),
        )
        .await
}

#[track_caller]
fn conflict(result: Result<u64>) -> Vec<Difference> {
    let Err(Error::Model(error)) = result else {
        panic!("{result:?}")
    };
    match *error {
        ModelError::Conflict { differences, .. } => differences,
        other => panic!("{other}"),
    }
}

/// A table of its own in an existing database of the server.
struct Scratch {
    db: Database,
    table: Table,
}

impl Scratch {
    async fn create(url: &str) -> Option<Self> {
        let opened = Database::open(Schema::Main, url, &Options::default()).await;
        if opened.is_err() && env::var("NOVA_TEST_SKIP_UNAVAILABLE").is_ok_and(|skip| skip == "1") {
            return None;
        }
        let db = opened.unwrap();
        let name = format!("tickets_{}", uuid::Uuid::new_v4().simple());
        if db.dialect() == Dialect::MySql {
            run(&db, format!("CREATE DATABASE {name}")).await;
            let url = format!("{}/{name}", url.trim_end_matches('/'));
            let inner = Database::open(Schema::Main, &url, &Options::default())
                .await
                .unwrap();
            db.close().await;
            return Some(Self::with_table(inner, name).await);
        }
        Some(Self::with_table(db, name).await)
    }

    async fn with_table(db: Database, name: String) -> Self {
        let name: &'static str = Box::leak(name.into_boxed_str());
        run(
            &db,
            format!(
                "CREATE TABLE {name} (id INTEGER PRIMARY KEY, stage VARCHAR(9), holder VARCHAR(9), updated_at {})",
                if db.dialect() == Dialect::Postgres { "TIMESTAMP" } else { "DATETIME" }
            ),
        )
        .await;
        for (id, stage) in [(1, "'free'"), (2, "'held'"), (3, "'spent'"), (4, "NULL")] {
            run(
                &db,
                format!("INSERT INTO {name} (id, stage) VALUES ({id}, {stage})"),
            )
            .await;
        }
        Self {
            table: Table::new(name, Ticket::class_def, &[]),
            db,
        }
    }

    async fn stage(&self, id: i64) -> Option<String> {
        let select = self.table.select().cond_where(key(id)).take();
        let row = self.db.fetch_one("ticket.get", &select).await.unwrap();
        row.get(self.table.position("stage")).unwrap()
    }

    async fn remove(self) {
        let name = self.table.name();
        match self.db.dialect() {
            Dialect::MySql => run(&self.db, format!("DROP DATABASE {name}")).await,
            _ => run(&self.db, format!("DROP TABLE {name}")).await,
        }
    }
}

async fn run(db: &Database, sql: String) {
    let statement = Rendered::by_hand(sql, Vec::new(), false);
    db.execute("test.run", statement).await.unwrap();
}

/// The same steps on each database.
async fn states_follow_their_rules(url: &str) {
    let Some(scratch) = Scratch::create(url).await else {
        return;
    };
    let (table, db) = (&scratch.table, &scratch.db);

    // As read and as stored.
    let mut one = ticket(1, Stage::Free);
    one.set_stage(Stage::Held).unwrap();
    assert_eq!(save(table, db, &one).await.unwrap(), 1);
    assert_eq!(scratch.stage(1).await.as_deref(), Some("held"));

    // Somebody has spent it meanwhile; what was read would allow the step.
    let mut stale = ticket(3, Stage::Held);
    stale.set_stage(Stage::Free).unwrap();
    stale.set_holder("me");
    let differences = conflict(save(table, db, &stale).await);
    assert_eq!(differences[0].field, "stage");
    assert_eq!(differences[0].found, "spent");
    assert_eq!(
        differences[0].expected,
        [Json::from("held"), Json::Null],
        "the states that may be followed by `free`"
    );
    assert_eq!(scratch.stage(3).await.as_deref(), Some("spent"));

    // What has no state takes any, and other columns have no rule.
    let mut first = ticket(4, Stage::Held);
    first.set_stage(Stage::Spent).unwrap();
    assert_eq!(save(table, db, &first).await.unwrap(), 1);
    let mut held = ticket(3, Stage::Free);
    held.set_holder("you");
    assert_eq!(save(table, db, &held).await.unwrap(), 1);

    // There is none.
    let mut missing = ticket(9, Stage::Free);
    missing.set_stage(Stage::Held).unwrap();
    assert_eq!(save(table, db, &missing).await.unwrap(), 0);

    // Of many who saw it held one may free it.
    let frees = (0..16).map(|_| async {
        let mut seen = ticket(2, Stage::Held);
        seen.set_stage(Stage::Free).unwrap();
        save(table, db, &seen).await.is_ok()
    });
    let done = join_all(frees).await.into_iter().filter(|done| *done);
    assert_eq!(done.count(), 1);
    scratch.remove().await;
}

fn block_on(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work);
}

#[test]
fn states_follow_their_rules_on_sqlite() {
    block_on(states_follow_their_rules("sqlite://"));
}

#[test]
fn states_follow_their_rules_on_mariadb() {
    let url = env::var("TEST_MARIADB_URL");
    let url = url.unwrap_or_else(|_| "mysql://root@127.0.0.1:3306".to_owned());
    block_on(states_follow_their_rules(&url));
}

#[test]
fn states_follow_their_rules_on_postgres() {
    let url = env::var("TEST_POSTGRES_URL");
    let url = url.unwrap_or_else(|_| "postgresql://postgres@127.0.0.1:5432/postgres".to_owned());
    block_on(states_follow_their_rules(&url));
}

/// The text of an update with all kinds of comparison.
#[test]
fn comparing_and_writing_is_one_statement() {
    let mut moved = ticket(1, Stage::Free);
    moved.set_stage(Stage::Held).unwrap();
    let expect = Expect::field("holder", "me")
        .and_not("holder", Value::Null)
        .and("updated_at", "2026-01-02T11:00:00Z");
    #[derive(Clone)]
    struct Guarded(Changes, Expect);
    impl Statement for Guarded {
        fn is_read(&self) -> bool {
            false
        }

        fn render(self, dialect: Dialect) -> Result<Rendered> {
            let mut guards = TICKETS.expected(&self.1)?;
            guards.extend(TICKETS.transitions(&self.0));
            let mut update = self.0.clone().update("tickets", noon());
            update.cond_where(key(1));
            for guard in &guards {
                update.cond_where(guard.condition("tickets", dialect));
            }
            update.render(dialect)
        }
    }
    assert_sql("ticket.update", Guarded(TICKETS.changes(&moved), expect));
}
