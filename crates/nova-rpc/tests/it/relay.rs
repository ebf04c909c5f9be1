//! A relay of an older release, between a new client and a new conductor: what
//! it does not know goes through it, there and back.

use std::sync::Arc;

use nova_rpc::{ConductorClient, Member, NoRequest, ObjectEndpoint, Peers, Profile, Skew};
use oslo_messaging::RpcServer;
use versionedobjects::Route;
use versionedobjects::prelude::*;

use crate::fleet::{listen, old};
use crate::garden::{Plant, PlantList, Plot, plant, plot, registry};

/// A server without a store, which asks the plot and knows the first versions
/// only; and a client of it that knows this.
async fn relay(plot: &Plot) -> (RpcServer, Member, Context) {
    let conductor = ConductorClient::with_topic(plot.transport.clone(), "garden", NoRequest);
    let objects = ObjectEndpoint::new(registry(), Route::Remote(Arc::new(conductor)), NoRequest)
        .pinned(Some(old()));
    let profile = Profile::new("relay", "old", "garden", objects.reads()).serving(["3.0"]);
    let mut member = Member::new(profile, Skew::default())
        .expect("JSON")
        .joining();
    let endpoints = [Arc::new(objects) as _, member.endpoint()];
    let server = listen(&plot.transport, "relay", "old", endpoints).await;
    member.join(&plot.transport);
    let peers = Peers::new(plot.transport.clone(), registry().manifest());
    let client = ConductorClient::with_topic(plot.transport.clone(), "relay", NoRequest);
    let ctx = Context::remote(Arc::new(client.knowing(peers)), ());
    (server, member, ctx)
}

#[tokio::test]
async fn what_an_older_relay_does_not_know_goes_through_it() {
    let plot = plot().await;
    let (_server, _member, ctx) = relay(&plot).await;
    let mut fern = plant("fern");
    fern.save(&ctx).await.expect("saved through the relay");
    let stored = Plant::get(&plot.direct(), "fern").await.expect("saved");
    assert_eq!(
        stored,
        plant("fern"),
        "height and chalk came later than the relay"
    );

    let read = Plant::get(&ctx, "fern").await.expect("readable");
    assert_eq!(read, plant("fern"));
    assert_eq!(read.version(), Version::new(1, 2));
    let list = PlantList::get_all(&ctx).await.expect("readable");
    assert_eq!(list.items(), [plant("fern")]);
    assert_eq!(ctx.backports(), 0, "nothing had to be asked for again");
}

#[tokio::test]
async fn what_a_method_changes_comes_back_through_an_older_relay() {
    let plot = plot().await;
    let (_server, _member, ctx) = relay(&plot).await;
    plant("fern").save(&plot.direct()).await.expect("saved");
    let mut fern = Plant::get(&ctx, "fern").await.expect("readable");
    assert_eq!(fern.water(&ctx).await.expect("watered"), 4);
    assert_eq!(fern.height().ok(), Some(Some(4)));
    assert_eq!(fern.changes(), ["height"]);
    // What the client changes of it goes to the conductor with it.
    fern.set_height(9);
    fern.save(&ctx).await.expect("saved");
    // A client cannot tell a relay from a server that has no use for it.
    assert_eq!(fern.changes(), ["height"]);
    let stored = Plant::get(&plot.direct(), "fern").await.expect("saved");
    assert_eq!(stored.height().ok(), Some(Some(9)));
    assert_eq!(stored.soil().and_then(|soil| soil.chalk()).ok(), Some(true));
}
