//! Every statement is visible in traces, with its family and its query.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use nova_objects::{Context, Flavor, Instance, RequestContext, Service, ServiceList};
use test_support::on_every_database;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};
use versionedobjects::fields::Dict;

use crate::instances::{context_on, new_instance};

/// The fields of a span that say which statement it is.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Seen {
    family: String,
    query: String,
    database: String,
    dialect: String,
}

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "family" => value.clone_into(&mut self.family),
            "query" => value.clone_into(&mut self.query),
            "database" => value.clone_into(&mut self.database),
            "dialect" => value.clone_into(&mut self.dialect),
            _ => {}
        }
    }
}

/// How many rows came back.
struct Rows(u64);

impl Visit for Rows {
    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows" {
            self.0 += value;
        }
    }
}

/// Keeps the spans of statements, and counts the rows they gave.
#[derive(Clone, Default)]
struct Recorder {
    statements: Arc<Mutex<Vec<Seen>>>,
    rows: Arc<Mutex<u64>>,
}

impl Recorder {
    fn listen(&self) -> DefaultGuard {
        tracing::subscriber::set_default(self.clone())
    }

    /// What is heard of `work`. A subscriber hears its own thread, so that the work must
    /// not move to another one.
    fn hear<T>(&self, work: impl Future<Output = T>) -> (T, Vec<Seen>, u64) {
        let runtime = tokio::runtime::Handle::current();
        let result = tokio::task::block_in_place(|| {
            let _listening = self.listen();
            runtime.block_on(work)
        });
        let statements = std::mem::take(&mut *self.statements.lock().unwrap());
        (result, statements, *self.rows.lock().unwrap())
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("nova_db")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        if span.metadata().name() == "statement" {
            let mut seen = Seen::default();
            span.record(&mut seen);
            self.statements.lock().unwrap().push(seen);
        }
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut rows = Rows(0);
        event.record(&mut rows);
        *self.rows.lock().unwrap() += rows.0;
    }

    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

async fn work(ctx: &Context) {
    let mut service = Service::new();
    service.set_host("h");
    service.set_binary("nova-compute");
    service.set_topic("compute");
    service.create(ctx).await.unwrap();
    service.set_report_count(1);
    service.save(ctx).await.unwrap();
    ServiceList::get_all(ctx).await.unwrap();
    Flavor::get_by_name(ctx, "none").await.unwrap_err();
}

on_every_database! {
    async fn every_statement_is_seen_with_family_and_query(db: NovaDb) {
        let ctx = db.context(RequestContext::admin());
        let dialect = db.main.dialect().to_string();
        let before = db.main.statements() + db.api.statements();
        let ((), heard, _) = Recorder::default().hear(work(&ctx));
        let executed = db.main.statements() + db.api.statements() - before;
        assert_eq!(heard.len() as u64, executed, "{heard:?}");
        for seen in &heard {
            assert!(seen.query.starts_with(&format!("{}.", seen.family)), "{seen:?}");
            assert_eq!(seen.dialect, dialect);
        }
        let of = |database: &str| -> Vec<&str> {
            let of = heard.iter().filter(|seen| seen.database == database);
            of.map(|seen| seen.query.as_str()).collect()
        };
        assert_eq!(
            of("main"),
            [
                "service.minimum_version",
                "service.create",
                "service.minimum_version",
                "service.get_by_id",
                "service.update",
                "service.get_all",
            ]
        );
        assert_eq!(of("api"), ["flavor.get_by_name"]);
    }

    /// Joined, 50 keys of metadata and 50 of system metadata would be 2500 rows.
    async fn relations_do_not_multiply_each_other(db: NovaDb) {
        let pairs = |kind: &str| (0..50).map(|n| (format!("{kind}{n}"), "v".to_owned())).collect::<Vec<_>>();
        let mut instance = new_instance("a");
        instance.set_metadata(Dict::from_iter(pairs("m")));
        instance.set_system_metadata(Dict::from_iter(pairs("s").into_iter().map(|(key, value)| (key, Some(value)))));
        let ctx = context_on(&db);
        instance.create(&ctx).await.unwrap();
        let attrs = ["metadata", "system_metadata", "info_cache", "flavor"].map(str::to_owned).to_vec();
        let read = async { Instance::get_by_uuid(&ctx, instance.uuid().unwrap()).expected_attrs(attrs).await.unwrap() };
        let (read, statements, rows) = Recorder::default().hear(read);
        assert_eq!((read.metadata().unwrap().len(), read.system_metadata().unwrap().len()), (50, 50));
        assert_eq!(statements.len(), 5, "one for the instance and one for each relation: {statements:?}");
        assert_eq!(rows, 1 + 50 + 50 + 1 + 1);
    }
}
