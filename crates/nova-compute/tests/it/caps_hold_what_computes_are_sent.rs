//! `[upgrade_levels] compute`: a caller that is held to an older release sends what computes of that release take.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use nova_compute::virt::{FakeDriver, FakeOptions};
use nova_compute::{Compute, ComputeClient, State};
use nova_service::Exit;
use oslo_messaging::{
    BaseApi, Call, Dispatcher, Endpoint, Failure, Json, RpcServer, ServerOptions, Target,
    Transport, TransportOptions, VersionCaps,
};
use tokio::sync::watch;

use super::support::{HOST, World, fresh_uuid, on_sqlite};

/// A compute of an older release, which says nothing of itself: what it was called with, and the names of the arguments.
struct Older {
    version: &'static str,
    calls: Arc<Mutex<Vec<(String, bool)>>>,
}

#[async_trait]
impl Endpoint for Older {
    fn version(&self) -> &str {
        self.version
    }

    fn has_method(&self, _: &str) -> bool {
        true
    }

    async fn call(&self, call: Call<'_>) -> Result<Json, Box<Failure>> {
        let accelerators = call.args.get("accel_uuids").is_some();
        let mut calls = self.calls.lock().expect("unpoisoned");
        calls.push((call.method.to_owned(), accelerators));
        Ok(Json::null())
    }
}

/// What a compute of `version` takes of a build and a start by a caller held to `cap`.
async fn taken(world: &World, version: &'static str, cap: Option<&str>) -> Vec<(String, bool)> {
    let transport = capped(computes(cap)).await;
    let calls = Arc::default();
    let older: Arc<dyn Endpoint> = Arc::new(Older {
        version,
        calls: Arc::clone(&calls),
    });
    let base: Arc<dyn Endpoint> = Arc::new(BaseApi::new("compute").expect("a name"));
    let server = RpcServer::start(
        &transport,
        Target::new("compute").server(HOST),
        Dispatcher::new([older, base]),
        ServerOptions::default(),
    )
    .await
    .expect("it listens");
    let ctx = world.request();
    let instance = world.record(&ctx, &[]).await;
    let client = ComputeClient::new(transport.clone());
    let built = client.build_and_run_instance(&ctx, HOST, &instance, None);
    built.await.expect("the bus takes it");
    let started = client.start_instance(&ctx, HOST, &instance);
    started.await.expect("the bus takes it");
    server.stop().await;
    // They are carried out side by side.
    let mut calls = calls.lock().expect("unpoisoned").clone();
    calls.sort();
    calls
}

/// A bus of its own for callers who are held to something.
async fn capped(caps: VersionCaps) -> Transport {
    let options = TransportOptions {
        version_caps: caps,
        response_timeout: Duration::from_secs(5),
        ..TransportOptions::default()
    };
    let url = format!("fake://{}", fresh_uuid());
    Transport::open(&url.parse().expect("a URL"), options, &[])
        .await
        .expect("a bus")
}

fn computes(cap: Option<&str>) -> VersionCaps {
    cap.map_or_else(VersionCaps::default, |cap| {
        VersionCaps::default().topic("compute", cap, "the option")
    })
}

fn calls(list: &[(&str, bool)]) -> Vec<(String, bool)> {
    let owned = |(method, accelerators): &(&str, bool)| ((*method).to_owned(), *accelerators);
    list.iter().map(owned).collect()
}

#[test]
fn to_the_version_and_the_arguments_of_the_release() {
    on_sqlite(async |world: World| {
        let all = calls(&[("build_and_run_instance", true), ("start_instance", false)]);
        assert_eq!(taken(&world, "6.5", None).await, all);
        // Without a cap nobody knows that it is older.
        assert_eq!(taken(&world, "5.13", None).await, []);
        assert_eq!(taken(&world, "5.13", Some("5.12")).await, all);
        let fewer = calls(&[("build_and_run_instance", false), ("start_instance", false)]);
        assert_eq!(taken(&world, "5.3", Some("5.3")).await, fewer);
    });
}

#[test]
fn and_what_no_older_release_takes_is_not_sent() {
    on_sqlite(async |world: World| {
        let client = ComputeClient::new(capped(computes(Some("4.17"))).await);
        let ctx = world.request();
        let instance = world.record(&ctx, &[]).await;
        let error = client
            .start_instance(&ctx, HOST, &instance)
            .await
            .expect_err("it takes 5.0");
        let text = error.to_string();
        assert!(
            text.contains("the option") && text.contains("4.17"),
            "{text}"
        );
    });
}

#[test]
fn a_compute_that_may_not_call_its_conductor_ends_and_names_the_option() {
    on_sqlite(async |mut world: World| {
        for caps in [
            VersionCaps::default().topic("conductor", "2.1", "the option"),
            VersionCaps::default().namespace("baseapi", "0.9", "the option"),
        ] {
            world.transport = capped(caps).await;
            let _conductor = world.conductor().await;
            let driver = Arc::new(FakeDriver::new(HOST, FakeOptions::default()));
            let (state, _) = watch::channel(State::WaitingForConductor);
            let started = Compute::start(&world.transport, world.options(), driver, state);
            let error = tokio::time::timeout(Duration::from_secs(20), started)
                .await
                .expect("it does not wait for what does not change")
                .expect_err("it cannot start");
            let text = nova_service::report("nova-compute", &error, None);
            assert!(text.contains("the option"), "{text}");
            assert_eq!(error.exit(), Exit::Configuration, "{text}");
        }
    });
}
