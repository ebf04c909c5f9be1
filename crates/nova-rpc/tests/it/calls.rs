//! A method called remotely does what it does directly.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use nova_rpc::{ConductorClient, NoRequest};
use oslo_messaging::{CallContext, Kwargs, RpcClient, Target};
use versionedobjects::prelude::*;
use versionedobjects::{Form, Route};

use crate::garden::{GardenError, Plant, PlantList, plant, plot, serve};

const FORMS: [Form; 2] = [Form::Compat, Form::Native];

#[tokio::test]
async fn objects_pass_between_the_routes() {
    let plot = plot().await;
    for form in FORMS {
        let (remote, direct) = (plot.remote(form), plot.direct());
        let mut there = plant("fern");
        there.save(&remote).await.expect("saved remotely");
        assert!(
            there.changes().is_empty(),
            "{form:?}: nothing counts as changed any more: {:?}",
            there.changes()
        );
        let mut here = Plant::get(&direct, "fern").await.expect("fetched directly");
        assert_eq!(here, there);
        here.set_height(9);
        assert_eq!(
            here.water(&remote)
                .litres(2)
                .await
                .expect("watered remotely"),
            11
        );
        assert_eq!(here.height().expect("set"), Some(11));
        assert_eq!(
            here.changes(),
            ["height"],
            "{form:?}: the other side's word counts"
        );
        here.save(&direct).await.expect("saved directly");
        assert_eq!(
            Plant::get(&remote, "fern").await.expect("fetched remotely"),
            here
        );
    }
}

#[tokio::test]
async fn results_of_every_shape_arrive() {
    let plot = plot().await;
    for form in FORMS {
        let ctx = plot.remote(form);
        plant("moss").save(&ctx).await.expect("saved");
        assert_eq!(
            Plant::find(&ctx, "moss").await.expect("asked"),
            Some(plant("moss"))
        );
        assert_eq!(Plant::find(&ctx, "nettle").await.expect("asked"), None);
        assert_eq!(
            Plant::pair(&ctx, "moss").await.expect("asked"),
            (plant("moss"), 7)
        );
        let all = PlantList::get_all(&ctx).await.expect("asked");
        assert_eq!(all.items(), [plant("moss")]);
    }
}

#[tokio::test]
async fn exceptions_arrive_as_what_they_are() {
    let plot = plot().await;
    let missing = Plant::get(&plot.remote(Form::Native), "nettle").await;
    assert!(matches!(missing, Err(GardenError::NoPlant { name }) if name == "nettle"));
}

/// With a remote route the same endpoint is a relay: two hops, one meaning.
#[tokio::test]
async fn a_relay_is_an_endpoint_with_a_remote_route() {
    let plot = plot().await;
    let beyond: Arc<dyn versionedobjects::Indirection> = Arc::new(ConductorClient::with_topic(
        plot.transport.clone(),
        "garden",
        NoRequest,
    ));
    let _relay = serve(&plot.transport, "relay", Route::Remote(beyond)).await;
    let client = ConductorClient::with_topic(plot.transport.clone(), "relay", NoRequest);
    let ctx = Context::remote(Arc::new(client), ());
    let mut ivy = plant("ivy");
    ivy.save(&ctx).await.expect("saved two hops away");
    assert_eq!(ivy.water(&ctx).await.expect("watered two hops away"), 4);
    assert_eq!(
        Plant::get(&plot.direct(), "ivy")
            .await
            .expect("it is there")
            .height()
            .expect("set"),
        Some(3)
    );
    assert!(matches!(
        Plant::get(&ctx, "nettle").await,
        Err(GardenError::NoPlant { .. })
    ));
}

/// In the compat form every object in a field comes back, changed or not, as
/// from the original; in the native form only what changed does.
#[tokio::test]
async fn native_replies_carry_real_differences_only() {
    let plot = plot().await;
    let mut rose = plant("rose");
    rose.save(&plot.direct()).await.expect("saved");
    let client = RpcClient::new(plot.transport.clone(), Target::new("garden").version("3.0"));
    for (form, updates) in [
        (None, vec!["soil", "obj_what_changed"]),
        (Some("native"), vec!["obj_what_changed"]),
    ] {
        let mut context = CallContext::builder();
        if let Some(form) = form {
            context = context.value("object_form", form).expect("JSON");
        }
        let args = Kwargs::new()
            .written("objinst", &rose.to_json().expect("written"))
            .written("objmethod", "\"save\"")
            .written("args", "[]")
            .written("kwargs", "{}");
        let reply = client
            .prepare()
            .call(&context.build(), "object_action", &args)
            .await
            .expect("saved again");
        let reply: serde_json::Value = reply.read().expect("JSON");
        let names: Vec<&String> = reply[0].as_object().expect("updates").keys().collect();
        assert_eq!(names, updates, "{form:?}");
    }
}

/// Work that nobody waits for is given up.
#[tokio::test]
async fn the_callers_deadline_ends_the_work() {
    let plot = plot().await;
    let ctx = plot
        .remote(Form::Native)
        .with_deadline(Instant::now() + Duration::from_millis(200));
    let asked = Instant::now();
    let error = Plant::sleep(&ctx, 5_000)
        .await
        .expect_err("the deadline passes first");
    assert!(asked.elapsed() < Duration::from_secs(2), "{error}");
    assert!(
        matches!(
            error,
            GardenError::Object(versionedobjects::Error::Unreachable { .. })
        ),
        "{error}"
    );
    plot.server.stop().await;
    assert_eq!(
        plot.bed.slept.load(Ordering::SeqCst),
        0,
        "the sleep was given up, not slept out"
    );
}
