//! A conductor is in the table of services, where those look who manage a deployment.

use std::time::{Duration, Instant};

use nova_conductor::{Conductor, ConductorOptions};
use nova_db::NovaDb;
use nova_objects::service::SERVICE_VERSION;
use nova_objects::{Context, RequestContext, Service, ServiceList};
use oslo_messaging::{Transport, TransportOptions};

use crate::wire::uuid;

const HOST: &str = "labhost";
const BINARY: &str = "nova-conductor";
const GRACE: Duration = Duration::from_secs(5);

async fn start(db: &NovaDb, report_interval: Option<Duration>) -> Conductor {
    let url = format!("fake://on-record-{}", uuid())
        .parse()
        .expect("a URL");
    let transport = Transport::open(&url, TransportOptions::default(), &[])
        .await
        .expect("the bus in memory");
    let options = ConductorOptions {
        report_interval,
        ..ConductorOptions::default()
    };
    Conductor::start_with(&transport, HOST, db.clone(), options)
        .await
        .expect("a conductor")
}

async fn record(ctx: &Context) -> Service {
    Service::get_by_host_and_binary(ctx, HOST, BINARY)
        .await
        .expect("services can be read")
        .expect("it is there")
}

test_support::on_every_database! {
    async fn it_is_there_with_its_version_and_reports_for_as_long_as_it_serves(db: NovaDb) {
        let ctx = db.context(RequestContext::admin());
        let conductor = start(&db, Some(Duration::from_millis(20))).await;
        let service = record(&ctx).await;
        assert_eq!(service.topic().expect("set"), Some("conductor"));
        assert_eq!(service.version().expect("set"), SERVICE_VERSION);
        let begun = Instant::now();
        while record(&ctx).await.report_count().expect("set") < 3 {
            assert!(begun.elapsed() < Duration::from_secs(20), "it reports");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(record(&ctx).await.last_seen_up().expect("set").is_some());
        assert_eq!(conductor.stop(GRACE).await, 0);
        // A report may have been under way.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let count = record(&ctx).await.report_count().expect("set");
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(record(&ctx).await.report_count().expect("set"), count, "it is silent");
    }

    async fn a_record_from_before_is_brought_up_to_date(db: NovaDb) {
        let ctx = db.context(RequestContext::admin());
        let mut former = Service::new();
        former.set_host(HOST);
        former.set_binary(BINARY);
        former.set_topic("conductor");
        former.set_version(SERVICE_VERSION - 1);
        former.set_report_count(7);
        former.create(&ctx).await.expect("a record");
        let conductor = start(&db, Some(Duration::ZERO)).await;
        let service = record(&ctx).await;
        assert_eq!(service.id().expect("set"), former.id().expect("set"));
        assert_eq!(service.version().expect("set"), SERVICE_VERSION);
        conductor.stop(GRACE).await;
        assert_eq!(record(&ctx).await.report_count().expect("set"), 7, "it was not to report");
    }

    async fn one_that_keeps_no_record_makes_none(db: NovaDb) {
        let conductor = start(&db, None).await;
        let ctx = db.context(RequestContext::admin());
        assert!(ServiceList::get_all(&ctx).await.expect("services").is_empty());
        conductor.stop(GRACE).await;
    }
}
