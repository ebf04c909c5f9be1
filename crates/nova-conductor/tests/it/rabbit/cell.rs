//! A bus, databases, and an instance to write about.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use nova_db::sea_query::{Expr, ExprTrait as _, Query};
use nova_db::{Execute as _, NovaDb, Options};
use nova_objects::{Context, InstanceFault, RequestContext};
use nova_rpc::ConductorClient;
use nova_service::request_codec;
use oslo_messaging::{Transport, TransportOptions, TransportUrl};
use oslo_messaging_rabbit::{RabbitFactory, RabbitOptions};
use test_support::servers::{Folder, MariaDb};

/// The instance all rows are about.
pub(super) const INSTANCE: &str = "6a1f5d2e-0000-4000-8000-000000000001";

/// What conductors and their callers have in common.
pub(super) struct Cell {
    folder: Folder,
    pub(super) url: String,
    main: String,
    api: String,
    pub(super) rabbit: RabbitOptions,
    pub(super) at_least_once: bool,
}

impl Cell {
    /// On SQLite files.
    pub(super) fn on_files(url: &str) -> Self {
        let folder = Folder::create("cell");
        let file = |name| format!("sqlite:///{}/{name}.sqlite", folder.path().display());
        let (main, api) = (file("main"), file("api"));
        Self::of(folder, url, main, api)
    }

    /// On a server with the databases `main` and `api`.
    pub(super) fn on(url: &str, server: &MariaDb) -> Self {
        let folder = Folder::create("cell");
        Self::of(folder, url, server.url("main"), server.url("api"))
    }

    fn of(folder: Folder, url: &str, main: String, api: String) -> Self {
        Self {
            folder,
            url: url.to_owned(),
            main,
            api,
            rabbit: rabbit(),
            at_least_once: true,
        }
    }

    /// The same databases, by way of another address.
    pub(super) fn by_way_of(mut self, server: &MariaDb, address: &str) -> Self {
        for url in [&mut self.main, &mut self.api] {
            *url = url.replace(&server.address(), address);
        }
        self
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The configuration of a conductor.
    pub(super) fn options(&self) -> Vec<String> {
        vec![
            format!("DEFAULT.transport_url={}", self.url),
            format!("database.connection={}", self.main),
            format!("api_database.connection={}", self.api),
            format!("conductor.rpc_at_least_once={}", self.at_least_once),
            format!(
                "oslo_messaging_rabbit.amqp_durable_queues={}",
                self.rabbit.durable_queues
            ),
            "oslo_messaging_rabbit.rabbit_interval_max=1".to_owned(),
            "DEFAULT.graceful_shutdown_timeout=20".to_owned(),
        ]
    }

    /// The URLs of both databases.
    pub(super) fn databases(&self) -> [&str; 2] {
        [&self.main, &self.api]
    }

    /// Both databases, opened here.
    pub(super) async fn database(&self) -> NovaDb {
        NovaDb::open(&self.main, &self.api, &Options::default())
            .await
            .expect("the databases can be opened")
    }

    /// Creates the schema and the instance.
    pub(super) async fn prepare(&self) -> NovaDb {
        let db = self.database().await;
        db.sync(|_| ()).await.expect("the schema can be created");
        let insert = Query::insert()
            .into_table("instances")
            .columns(["uuid", "deleted"])
            .values_panic([INSTANCE.into(), 0.into()])
            .take();
        db.main
            .execute("test.instance", &insert)
            .await
            .expect("an instance can be written");
        db
    }

    /// A connection to the bus.
    pub(super) async fn transport(&self, timeout: Duration) -> Transport {
        transport(&self.url, self.rabbit.clone(), timeout).await
    }

    /// A caller without a database.
    pub(super) async fn caller(&self, timeout: Duration) -> Context {
        remote(self.transport(timeout).await)
    }
}

/// What everybody on a bus has to say alike, and is quick.
pub(super) fn rabbit() -> RabbitOptions {
    RabbitOptions {
        // Queues that are still there when a broker was killed, as somebody wants who wants at least once.
        durable_queues: true,
        retry_interval: Duration::from_secs(1),
        retry_backoff: Duration::ZERO,
        interval_max: Duration::from_secs(1),
        ..RabbitOptions::default()
    }
}

/// A connection to a bus.
pub(super) async fn transport(url: &str, rabbit: RabbitOptions, timeout: Duration) -> Transport {
    let url: TransportUrl = url.parse().expect("a URL");
    let options = TransportOptions {
        response_timeout: timeout,
        ..TransportOptions::default()
    };
    Transport::open(&url, options, &[&RabbitFactory::new(rabbit)])
        .await
        .expect("a transport opens before its broker is there")
}

/// A caller by this transport.
pub(super) fn remote(transport: Transport) -> Context {
    let client = ConductorClient::new(transport, request_codec());
    Context::remote(Arc::new(client), RequestContext::admin())
}

/// Writes a row that says which request it came from.
pub(super) async fn write(ctx: &Context, message: &str) -> nova_objects::Result<()> {
    let mut fault = InstanceFault::new();
    fault.set_instance_uuid(INSTANCE);
    fault.set_code(500);
    fault.set_message(message);
    fault.set_details("");
    fault.set_host("h");
    fault.create(ctx).await
}

/// How often each row was written.
pub(super) async fn written(db: &NovaDb) -> HashMap<String, i64> {
    let select = Query::select()
        .column("message")
        .expr(Expr::col("id").count())
        .from("instance_faults")
        .group_by_col("message")
        .take();
    let rows = db.main.fetch_all("test.written", &select).await;
    rows.expect("rows can be read")
        .iter()
        .map(|row| (row.get(0).expect("text"), row.get(1).expect("a number")))
        .collect()
}

/// Waits for something that happens in other processes.
pub(super) async fn until(what: &str, patience: Duration, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + patience;
    while !holds().await {
        assert!(
            tokio::time::Instant::now() < deadline,
            "{what}: not within {patience:?}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
