//! Senders know what those they send to read: over the bus in memory, with
//! servers of two releases.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use nova_rpc::{
    ConductorClient, Member, NoRequest, ObjectEndpoint, Peers, Profile, Skew, arguments,
};
use oslo_messaging::{
    BaseApi, Call, Dispatcher, Endpoint, Failure, Json as Answer, Kwargs, RpcServer, ServerOptions,
    Target, Transport,
};
use tokio::time::{Instant, sleep};
use versionedobjects::prelude::*;
use versionedobjects::{Exception, Manifest, Reader, Returned, Route, Store, read_all_from};

use crate::garden::{Bed, GardenStore, Plant, PlantList, plant, registry, transport};

const TOPIC: &str = "garden";

/// One server of the garden.
struct Server {
    server: RpcServer,
    member: Member,
    skew: Skew,
}

pub(crate) fn old() -> Arc<Manifest> {
    let old = ["Plant", "Soil", "PlantList"].map(|class| (class, Version::new(1, 0)));
    Arc::new(old.into_iter().collect())
}

fn route(bed: &Arc<Bed>) -> Route {
    let store: Arc<dyn GardenStore> = bed.clone();
    Route::Direct(Store::new(store))
}

async fn start(
    transport: &Transport,
    host: &str,
    bed: &Arc<Bed>,
    pin: Option<Arc<Manifest>>,
) -> Server {
    let skew = Skew::default();
    let objects = ObjectEndpoint::new(registry(), route(bed), NoRequest)
        .pinned(pin)
        .counting(skew.clone());
    let profile = Profile::new(TOPIC, host, "garden", objects.reads()).serving(["3.0"]);
    let mut member = Member::new(profile, skew.clone()).expect("JSON").joining();
    let server = listen(
        transport,
        TOPIC,
        host,
        [Arc::new(objects), member.endpoint()],
    )
    .await;
    member.join(transport);
    Server {
        server,
        member,
        skew,
    }
}

pub(crate) async fn listen(
    transport: &Transport,
    topic: &str,
    host: &str,
    endpoints: impl IntoIterator<Item = Arc<dyn Endpoint>>,
) -> RpcServer {
    RpcServer::start(
        transport,
        Target::new(topic).server(host),
        Dispatcher::new(endpoints),
        ServerOptions::default(),
    )
    .await
    .expect("a server")
}

fn client(transport: &Transport) -> (Context, Peers) {
    let peers = Peers::new(transport.clone(), registry().manifest());
    let client = ConductorClient::with_topic(transport.clone(), TOPIC, NoRequest);
    let ctx = Context::remote(Arc::new(client.knowing(peers.clone())), ());
    (ctx, peers)
}

/// Whether what is sent to the topic now is written at the newest version.
async fn is_newest(peers: &Peers) -> bool {
    let peer = peers.of(TOPIC, None).await;
    let reads = peer.reads().and_then(|reads| reads.get("Plant"));
    reads == Some(Version::new(1, 2))
}

#[tokio::test]
async fn an_older_server_is_sent_what_it_reads_and_asked_for_what_it_knows() {
    let (transport, bed) = (transport().await, Arc::new(Bed::default()));
    let old = start(&transport, "old", &bed, Some(old())).await;
    let (ctx, peers) = client(&transport);
    let mut fern = plant("fern");
    fern.save(&ctx).await.expect("the older server reads it");
    let here = Context::with_route(route(&bed), ());
    let stored = Plant::get(&here, "fern").await.expect("saved");
    assert!(!stored.is_set("height"), "height came with 1.1");
    assert!(fern.is_set("height"), "the caller still has it");
    assert_eq!(
        fern.changes(),
        ["height"],
        "what could not be sent is not said to be saved"
    );
    // What is asked for is no newer than what the server can give.
    Plant::get(&ctx, "fern").await.expect("served");
    assert_eq!(PlantList::get_all(&ctx).await.expect("served").len(), 1);
    assert_eq!(ctx.backports(), 0);
    assert_eq!(peers.skew().counts(), Default::default());
    assert_eq!(old.skew.counts(), Default::default());
}

#[tokio::test]
async fn what_an_older_server_does_not_know_comes_back_from_it() {
    let (transport, bed) = (transport().await, Arc::new(Bed::default()));
    let soil_only = [("Soil", Version::new(1, 0))].into_iter().collect();
    let _old = start(&transport, "old", &bed, Some(Arc::new(soil_only))).await;
    let (ctx, _) = client(&transport);
    let mut fern = plant("fern");
    fern.save(&ctx).await.expect("saved");
    let soil = fern.soil().expect("set");
    assert!(soil.chalk().expect("not lost on the way"));
}

#[tokio::test]
async fn servers_that_share_a_queue_are_sent_what_all_of_them_read() {
    let (transport, bed) = (transport().await, Arc::new(Bed::default()));
    let new = start(&transport, "new", &bed, None).await;
    let old = start(&transport, "old", &bed, Some(old())).await;
    let (ctx, peers) = client(&transport);
    for _ in 0..200 {
        plant("moss").save(&ctx).await.expect("whoever takes it");
        Plant::get(&ctx, "moss").await.expect("whoever takes it");
    }
    assert_eq!(ctx.backports(), 0);
    for skew in [&new.skew, &old.skew, peers.skew()] {
        assert_eq!(skew.counts(), Default::default());
    }
    let (first, second) = (new.server.stats(), old.server.stats());
    assert!(
        first.finished > 100 && second.finished > 100,
        "both did some"
    );
    assert_eq!(peers.of(TOPIC, None).await.hosts(), ["new", "old"]);
}

/// The last old process dies without a word, under a sender that is busy, one
/// that sends now and then, and one that has been idle.
#[tokio::test(start_paused = true)]
async fn five_seconds_after_the_last_old_server_died_the_newest_is_sent() {
    for pause in [50, 400, 1_700, 4_990] {
        let (transport, bed) = (transport().await, Arc::new(Bed::default()));
        let _new = start(&transport, "new", &bed, None).await;
        let old = start(&transport, "old", &bed, Some(old())).await;
        sleep(Duration::from_secs(2)).await;
        let (_, peers) = client(&transport);
        assert!(!is_newest(&peers).await, "there is an old one");
        drop(old);
        let died = Instant::now();
        let mut moved = None;
        while moved.is_none() && died.elapsed() < Duration::from_secs(20) {
            sleep(Duration::from_millis(pause)).await;
            if is_newest(&peers).await {
                moved = Some(died.elapsed());
            }
        }
        let moved = moved.expect("it never moves");
        assert!(
            moved <= Duration::from_millis(5_000.max(pause + 100)),
            "asked every {pause} ms it moved after {moved:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_leaves_properly_is_known_to_have_left_at_once() {
    let (transport, bed) = (transport().await, Arc::new(Bed::default()));
    let _new = start(&transport, "new", &bed, None).await;
    let old = start(&transport, "old", &bed, Some(old())).await;
    sleep(Duration::from_secs(2)).await;
    let (_, peers) = client(&transport);
    assert!(!is_newest(&peers).await);
    old.server.stop().await;
    old.member.leave().await;
    sleep(Duration::from_millis(1_600)).await;
    assert!(is_newest(&peers).await);
}

/// A rollback: what was sent is refused, and sent again as the newcomer reads it.
#[tokio::test]
async fn a_server_that_turns_out_to_be_older_is_sent_it_again() {
    let (transport, bed) = (transport().await, Arc::new(Bed::default()));
    let new = start(&transport, "new", &bed, None).await;
    let (ctx, _) = client(&transport);
    plant("fern").save(&ctx).await.expect("saved");
    new.server.stop().await;
    new.member.leave().await;
    let old = start(&transport, "old", &bed, Some(old())).await;
    plant("fern").save(&ctx).await.expect("the second try");
    assert_eq!(old.skew.counts().too_new, 1, "the first try");
    plant("fern").save(&ctx).await.expect("now it is known");
    assert_eq!(old.skew.counts().too_new, 1);
}

/// A server that answers every call of objects with one exception, and counts them.
struct Failing(Failure, Arc<AtomicU64>);

#[async_trait]
impl Endpoint for Failing {
    fn namespace(&self) -> Option<&str> {
        None
    }

    fn version(&self) -> &str {
        "3.0"
    }

    fn has_method(&self, method: &str) -> bool {
        method == "object_action"
    }

    async fn call(&self, _: Call<'_>) -> Result<Answer, Box<Failure>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Err(Box::new(self.0.clone()))
    }
}

/// Only oslo's exception says that nothing was done. One that is merely called the same may have been raised half way.
#[tokio::test]
async fn an_exception_of_that_name_from_another_module_is_not_called_again() {
    for (module, calls) in [(Exception::OSLO, 2), ("elsewhere.exception", 1)] {
        let (transport, bed) = (transport().await, Arc::new(Bed::default()));
        let new = start(&transport, "new", &bed, None).await;
        let (ctx, _) = client(&transport);
        plant("fern").save(&ctx).await.expect("saved");
        new.server.stop().await;
        new.member.leave().await;
        let profile = Profile::new(TOPIC, "old", "garden", (*old()).clone());
        let member = Member::new(profile, Skew::default()).expect("JSON");
        let called = Arc::new(AtomicU64::new(0));
        let failure = Failure::new(module, "IncompatibleObjectVersion", "Version 1.2 of Plant");
        let failing: Arc<dyn Endpoint> = Arc::new(Failing(failure, called.clone()));
        let _old = listen(&transport, TOPIC, "old", [failing, member.endpoint()]).await;
        plant("fern").save(&ctx).await.expect_err("it fails");
        assert_eq!(called.load(Ordering::SeqCst), calls, "{module}");
    }
}

/// Python's services answer pings and know nothing of any of this; a program
/// of somebody else's may not even answer those.
#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_sent_the_newest_in_oslos_form() {
    let transport = transport().await;
    let base: Arc<dyn Endpoint> = Arc::new(BaseApi::new("python").expect("JSON"));
    let python = listen(&transport, "python", "h", [base]).await;
    let _mute = listen(&transport, "mute", "h", []).await;
    let peers = Peers::new(transport.clone(), registry().manifest());
    for topic in ["python", "mute", "nobody"] {
        let peer = peers.of(topic, Some("h")).await;
        assert!(peer.reads().is_none(), "{topic}");
        let sent = arguments::with_for(Kwargs::new(), "plant", &plant("fern"), &peer);
        let oslos = arguments::with(Kwargs::new(), "plant", &plant("fern"));
        assert_eq!(
            format!("{:?}", sent.expect("written")),
            format!("{:?}", oslos.expect("written")),
            "{topic}"
        );
    }
    assert_eq!(python.stats().failed, 0, "to it that was a ping");
}

/// Announcements reach every server of the topic, and are pings to those that
/// do not know them.
#[tokio::test(start_paused = true)]
async fn a_python_server_among_ours_sees_pings() {
    let (transport, bed) = (transport().await, Arc::new(Bed::default()));
    let base: Arc<dyn Endpoint> = Arc::new(BaseApi::new(TOPIC).expect("JSON"));
    let python = listen(&transport, TOPIC, "python", [base]).await;
    let ours = start(&transport, "ours", &bed, None).await;
    sleep(Duration::from_secs(10)).await;
    ours.server.stop().await;
    ours.member.leave().await;
    let seen = python.stats();
    assert!(seen.finished >= 10, "{seen:?}");
    assert_eq!((seen.failed, seen.rejected), (0, 0));
}

/// A server that counts how often it is asked.
struct Counting(Arc<dyn Endpoint>, Arc<AtomicU64>);

#[async_trait]
impl Endpoint for Counting {
    fn namespace(&self) -> Option<&str> {
        self.0.namespace()
    }

    fn version(&self) -> &str {
        self.0.version()
    }

    fn has_method(&self, method: &str) -> bool {
        self.0.has_method(method)
    }

    async fn call(&self, call: Call<'_>) -> Result<Answer, Box<Failure>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.call(call).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_sends_at_once_ask_once_and_a_thousand_later_ones_look_it_up() {
    let transport = transport().await;
    let asked = Arc::new(AtomicU64::new(0));
    let profile = Profile::new("bench", "h", "garden", registry().manifest());
    let member = Member::new(profile, Skew::default()).expect("JSON");
    let endpoint: Arc<dyn Endpoint> = Arc::new(Counting(member.endpoint(), asked.clone()));
    let _server = listen(&transport, "bench", "h", [endpoint]).await;
    let peers = Peers::new(transport.clone(), registry().manifest());
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..1000 {
        let peers = peers.clone();
        senders.spawn(async move { peers.of("bench", Some("h")).await.reads().cloned() });
    }
    while let Some(reads) = senders.join_next().await {
        assert!(reads.expect("no panic").is_some());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    for _ in 0..1000 {
        peers.of("bench", Some("h")).await;
        sleep(Duration::from_millis(10)).await;
    }
    // Ten seconds, and it is looked after every second.
    let asked = asked.load(Ordering::SeqCst);
    assert!((8..=12).contains(&asked), "{asked}");
}

#[tokio::test]
async fn arguments_are_written_for_their_reader_with_lists_in_lists() {
    let (transport, bed) = (transport().await, Arc::new(Bed::default()));
    let _old = start(&transport, "old", &bed, Some(old())).await;
    let peers = Peers::new(transport.clone(), registry().manifest());
    let peer = peers.of(TOPIC, Some("old")).await;
    let nested = vec![vec![plant("a"), plant("b")], vec![], vec![plant("c")]];
    let mut writer = peer.writer();
    Returned::write(&nested, &mut writer);
    let text = writer.finish().expect("written");
    let pin = old();
    let reader = Reader::new(&text).expect("short enough").pinned(Some(&pin));
    let read: Vec<Vec<Plant>> = read_all_from(reader).expect("the old release reads it");
    let versions: Vec<Version> = read.iter().flatten().map(ObjectExt::version).collect();
    assert_eq!(versions, [Version::new(1, 0); 3]);
}
