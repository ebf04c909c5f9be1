//! The databases as `nova.conf` names them.

use nova_conductor::open_database;
use nova_db::{Dialect, NovaDb, Schema};
use nova_objects::{
    Context, Flavor, Instance, InstanceList, NovaException, RequestContext, Service, ServiceList,
};
use oslo_config::Settings;
use test_support::database::Scratch;

fn settings(text: &str) -> Settings {
    Settings::of_text(text).expect("settings")
}

fn admin(db: &NovaDb) -> Context {
    let mut request = RequestContext::admin();
    request.user_id = Some("u".to_owned());
    request.project_id = Some("p".to_owned());
    db.context(request)
}

fn instance(name: &str) -> Instance {
    let mut instance = Instance::new();
    instance.set_project_id("p");
    instance.set_hostname(name);
    instance
}

async fn service(ctx: &Context, host: &str) -> Service {
    let mut service = Service::new();
    service.set_host(host);
    service.set_binary("nova-compute");
    service.set_topic("compute");
    service.create(ctx).await.expect("registered");
    service
}

/// The file of a fresh SQLite database.
async fn file_url() -> String {
    Scratch::create(Dialect::Sqlite).await.url().to_owned()
}

test_support::on_every_dialect! {
    /// Each is opened by the options of its own group, on whatever engine it is.
    async fn the_two_databases_may_be_on_different_engines(dialect: Dialect) {
        for schema in [Schema::Main, Schema::Api] {
            let (server, file) = (Scratch::create(dialect).await, file_url().await);
            let (main, api) = if schema == Schema::Main { (server.url(), file.as_str()) } else { (file.as_str(), server.url()) };
            let text = format!("[database]\nconnection = {main}\n[api_database]\nconnection = {api}\n");
            let settings = settings(&format!("{text}max_pool_size = 1\nmax_overflow = 0\n"));
            // The schema of a server is an operator's to make.
            nova_conductor::open_schema(schema, &settings).await.expect("it answers").sync(|_| ()).await.expect("a schema");
            let db = open_database(&settings).await.expect("both");
            let of_server = if schema == Schema::Main { &db.main } else { &db.api };
            assert_eq!(of_server.dialect(), dialect);
            let ctx = admin(&db);
            let mut server = instance("a");
            server.create(&ctx).await.expect("in the main database");
            let mut flavor = Flavor::new();
            flavor.set_name("small");
            flavor.set_flavorid("1");
            flavor.set_memory_mb(1);
            flavor.set_vcpus(1);
            flavor.set_root_gb(0);
            flavor.set_ephemeral_gb(0);
            flavor.create(&ctx).await.expect("in the api database");
            assert_eq!(Flavor::get_by_name(&ctx, "small").await.expect("found").id().expect("set"), flavor.id().expect("set"));
            db.close().await;
        }
    }

    /// A copy that lags behind is asked by whoever says that it will do, and by nobody else.
    async fn reads_that_may_lag_go_to_the_replica(dialect: Dialect) {
        let (main, replica) = (Scratch::create(dialect).await, Scratch::create(dialect).await);
        let settings = settings(&format!(
            "[database]\nconnection = {}\nslave_connection = {}\n[api_database]\nconnection = {}\n",
            main.url(), replica.url(), file_url().await
        ));
        main.open(Schema::Main).await.sync(|_| ()).await.expect("a schema");
        // Whoever copies makes it.
        open_database(&settings).await.expect_err("there is no copy");
        replica.open(Schema::Main).await.sync(|_| ()).await.expect("a schema");
        let db = open_database(&settings).await.expect("all three");
        let ctx = admin(&db);
        let mut made = instance("a");
        made.create(&ctx).await.expect("created");
        let uuid = made.uuid().expect("set").to_owned();
        service(&ctx, "h").await;

        let of = |use_slave| {
            let (ctx, uuid) = (ctx.clone(), uuid.clone());
            async move { Instance::get_by_uuid(&ctx, uuid).use_slave(use_slave).await }
        };
        assert!(of(false).await.is_ok());
        let stale = of(true).await.expect_err("the copy has not got it yet");
        assert!(matches!(stale.nova(), Some(NovaException::InstanceNotFound { .. })), "{stale}");
        let stale = Service::get_by_compute_host(&ctx, "h").use_slave(true).await.expect_err("nor the service");
        assert!(stale.is_class("ComputeHostNotFound"), "{stale}");
        assert!(Service::get_by_compute_host(&ctx, "h").await.is_ok());
        assert!(made.refresh(&ctx).use_slave(true).await.is_err());
        // Relations come from where their instance came from.
        let replica = db.replica.as_ref().expect("it is configured");
        let before = (replica.statements(), db.main.statements());
        let attrs = ["metadata", "tags"].map(str::to_owned).to_vec();
        let listed = InstanceList::get_by_host(&ctx, "h").expected_attrs(attrs).use_slave(true);
        assert!(listed.await.expect("listed").is_empty());
        assert_eq!((replica.statements(), db.main.statements()), (before.0 + 1, before.1));
        db.close().await;
    }
}

/// What `[DEFAULT]` says about rows, down to the row.
#[test]
fn options_about_rows_reach_the_rows() {
    test_support::database::run(Dialect::Sqlite, async {
        let settings = settings(&format!(
            "[DEFAULT]\nenable_new_services = false\nosapi_compute_unique_server_name_scope = project\n\
             default_availability_zone = az1\n[database]\nconnection = {}\n[api_database]\nconnection = {}\n",
            file_url().await,
            file_url().await
        ));
        let db = open_database(&settings).await.expect("both");
        let ctx = admin(&db);
        assert!(service(&ctx, "h").await.disabled().expect("set"));
        instance("Name").create(&ctx).await.expect("the first");
        let refused = instance("name").create(&ctx).await.expect_err("the second");
        assert!(refused.is_class("InstanceExists"), "{refused}");
        let mut other = instance("other");
        other.create(&ctx).await.expect("created");
        other.set_hostname("NAME");
        let refused = other.save(&ctx).await.expect_err("renamed");
        assert_eq!(refused.to_string(), "Instance name already exists.");
        let zones = ServiceList::get_all(&ctx)
            .set_zones(true)
            .await
            .expect("listed");
        let zone = zones
            .iter()
            .next()
            .expect("one")
            .availability_zone()
            .expect("set")
            .map(str::to_owned);
        assert_eq!(zone.as_deref(), Some("az1"));
        db.close().await;
    });
}
