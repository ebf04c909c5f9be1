//! Saves that expect something of what is stored, by callers without a database.

use std::sync::Arc;
use std::time::Duration;

use nova_conductor::Conductor;
use nova_objects::{Context, RequestContext, Service};
use nova_rpc::ConductorClient;
use nova_service::request_codec;
use oslo_messaging::{
    Call, Dispatcher, Endpoint, Failure, Json, RpcServer, ServerOptions, Target, Transport,
    TransportOptions,
};
use tokio::task::JoinSet;
use versionedobjects::{Expect, ObjectExt as _, async_trait};

use crate::wire::uuid;

async fn bus() -> Transport {
    let url = format!("fake://expecting-{}", uuid())
        .parse()
        .expect("a URL");
    Transport::open(&url, TransportOptions::default(), &[])
        .await
        .expect("the bus in memory")
}

fn remote(transport: &Transport) -> Context {
    let client = ConductorClient::new(transport.clone(), request_codec());
    Context::remote(Arc::new(client), RequestContext::admin())
}

async fn service(ctx: &Context) -> Service {
    let mut service = Service::new();
    service.set_host("a");
    service.set_binary("nova-compute");
    service.set_topic("compute");
    service.create(ctx).await.expect("registered");
    service
}

test_support::on_every_database! {
    async fn a_conflict_arrives_as_what_it_is(db: NovaDb) {
        let transport = bus().await;
        let conductor = Conductor::start(&transport, "labhost", db.clone()).await.expect("a conductor");
        let (there, here) = (remote(&transport), db.context(RequestContext::admin()));
        let mut one = service(&there).await;
        let mut other = one.clone();
        one.set_report_count(1);
        one.save(&there.expecting(Expect::field("report_count", 0).and("host", "a"))).await.expect("as expected");
        other.set_report_count(1);
        let mut messages = Vec::new();
        for ctx in [&there, &here] {
            let ctx = ctx.expecting(Expect::field("report_count", 0));
            let error = other.save(&ctx).await.expect_err("somebody was first");
            let nova_objects::Error::Model(model) = &error else { panic!("{error:?}") };
            assert!(matches!(&**model, versionedobjects::Error::Conflict { differences, .. } if differences.len() == 1));
            messages.push(error.to_string());
        }
        assert_eq!(messages[0], "`Service` was not written: report_count is 1, expected 0");
        assert_eq!(messages[0], messages[1]);
        assert!(other.is_changed("report_count"));
        assert_eq!(conductor.stop(Duration::from_secs(5)).await, 0);
    }

    async fn no_update_of_64_remote_writers_is_lost(db: NovaDb) {
        let transport = bus().await;
        let conductor = Conductor::start(&transport, "labhost", db.clone()).await.expect("a conductor");
        let ctx = remote(&transport);
        let id = service(&ctx).await.id().expect("created");
        let mut writers = JoinSet::new();
        for writer in 0..64 {
            let ctx = ctx.clone();
            writers.spawn(async move {
                loop {
                    let mut service = Service::get_by_id(&ctx, id).await.expect("it is there");
                    let before = service.report_count().expect("loaded");
                    service.set_report_count(before + 1);
                    match service.save(&ctx.expecting(Expect::field("report_count", before))).await {
                        Ok(()) => return,
                        Err(error) => assert!(error.to_string().contains("was not written"), "{error}"),
                    }
                    // Not all at once again.
                    tokio::time::sleep(Duration::from_millis(writer)).await;
                }
            });
        }
        writers.join_all().await;
        let last = Service::get_by_id(&ctx, id).await.expect("it is there");
        assert_eq!(last.report_count().expect("loaded"), 64);
        assert_eq!(conductor.stop(Duration::from_secs(5)).await, 0);
    }
}

/// A conductor that takes the arguments the original takes.
struct Original;

#[async_trait]
impl Endpoint for Original {
    fn version(&self) -> &str {
        "3.0"
    }

    fn has_method(&self, method: &str) -> bool {
        method == "object_action"
    }

    async fn call(&self, call: Call<'_>) -> Result<Json, Box<Failure>> {
        let names = ["objinst", "objmethod", "args", "kwargs"];
        call.args.bind("ConductorManager.object_action", names)?;
        Ok(Json::from_written(
            "[{\"obj_what_changed\": []}, null]".to_owned(),
        ))
    }
}

/// It would save without comparing, if what is expected were a key that it ignores.
#[tokio::test]
async fn a_conductor_that_cannot_compare_is_not_relied_on() {
    let transport = bus().await;
    let target = Target::new("conductor").server("python");
    let server = RpcServer::start(
        &transport,
        target,
        Dispatcher::new([Arc::new(Original) as _]),
        ServerOptions::default(),
    )
    .await
    .expect("a server");
    let ctx = remote(&transport);
    let mut service = Service::new();
    service.load("id", 1).expect("a number");
    service.set_report_count(1);
    service.clone().save(&ctx).await.expect("saved");
    let refused = service
        .save(&ctx.expecting(Expect::field("report_count", 0)))
        .await
        .expect_err("it does not know how");
    assert!(refused.is_class("ObjectActionError"), "{refused:?}");
    assert!(
        refused
            .to_string()
            .contains("cannot compare what is stored"),
        "{refused}"
    );
    assert!(service.is_changed("report_count"));
    server.stop().await;
}
