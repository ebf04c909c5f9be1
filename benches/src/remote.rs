//! Calls over `grpc://`, next to a bare echo of messages of the same sizes that
//! does the same SQL by hand. Everything crosses loopback connections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use nova_db::Dialect;
use nova_objects::{Context, Instance, RequestContext, registry};
use nova_rpc::{CONDUCTOR_TOPIC, ConductorClient, ObjectEndpoint};
use nova_service::request_codec;
use oslo_messaging::grpc::{Hub, HubOptions};
use oslo_messaging::{
    Dispatcher, Endpoint, RpcServer, ServerOptions, Target, Transport, TransportOptions,
    TransportUrl,
};

use crate::echo::Echo;
use crate::ratio::{Rounds, nanos};
use crate::relay::Relay;
use crate::report::{Report, quantile};
use crate::store::{Store, direct};
use crate::work::Work;
use crate::{BoxError, Result};

/// The highest ratio wanted.
const GOAL: f64 = 1.25;

/// How many calls are under way at once.
const FLIGHTS: [usize; 3] = [1, 32, 1000];

/// How often each side is measured at each of them.
const ROUNDS: usize = 15;

/// How many calls a round has, and at least how many each caller makes.
const CALLS: usize = 600;
const EACH: usize = 2;

/// A conductor's hub and server on the loopback.
pub struct Conductor {
    hub: Hub,
    server: RpcServer,
}

impl Conductor {
    /// Serves a store's objects.
    ///
    /// # Errors
    /// When there is no port to be had.
    pub async fn start(store: &Store) -> Result<Self> {
        let hub = Hub::bind(&"grpc://127.0.0.1:0".parse()?, HubOptions::default()).await?;
        let route = direct(&store.db).route().clone();
        let endpoint: Arc<dyn Endpoint> =
            Arc::new(ObjectEndpoint::new(registry(), route, request_codec()));
        let server = RpcServer::start(
            &hub.transport(TransportOptions::default()),
            Target::new(CONDUCTOR_TOPIC).server("bench"),
            Dispatcher::new([endpoint]),
            ServerOptions::default(),
        )
        .await?;
        Ok(Self { hub, server })
    }

    /// A context of a process without the database, and its connection.
    ///
    /// # Errors
    /// When the URL cannot be used.
    pub async fn client(&self) -> Result<(Context, Transport)> {
        client(self.hub.url()).await
    }

    /// Stops serving.
    pub async fn stop(self) {
        self.server.stop_within(Duration::from_secs(5)).await;
        self.hub.stop().await;
    }
}

async fn client(url: &TransportUrl) -> Result<(Context, Transport)> {
    let transport = Transport::open(url, TransportOptions::default(), &[]).await?;
    let client = ConductorClient::new(transport.clone(), request_codec());
    let ctx = Context::remote(Arc::new(client), RequestContext::admin());
    Ok((ctx, transport))
}

/// Measures get and save at all numbers in flight.
///
/// # Errors
/// When a call fails.
pub async fn run(report: &mut Report, dialect: Dialect) -> Result<()> {
    let store = Store::create(dialect).await?;
    let conductor = Conductor::start(&store).await?;
    let (ctx, transport) = conductor.client().await?;
    for work in [Work::Get, Work::Save] {
        let sizes = sizes(&conductor, &store.uuid, work).await?;
        for (size, side) in sizes.into_iter().zip(["request", "reply"]) {
            let size = f64::from(u32::try_from(size)?);
            report.fact("remote", format!("{}: {side}", work.name()), size, "bytes");
        }
        let echo = Echo::start(store.by_hand.clone(), &store.uuid, work, sizes).await?;
        let instance = Instance::get_by_uuid(&ctx, store.uuid.as_str()).await?;
        for flight in FLIGHTS {
            let what = format!("{}, {flight} in flight, {dialect}", work.name());
            compare(report, &what, flight, &ctx, &instance, work, &echo).await?;
        }
    }
    transport.close().await;
    conductor.stop().await;
    store.close().await;
    Ok(())
}

async fn compare(
    report: &mut Report,
    what: &str,
    flight: usize,
    ctx: &Context,
    instance: &Instance,
    work: Work,
    echo: &Echo,
) -> Result<()> {
    let ours = || Caller::Ours(ctx.clone(), Box::new(instance.clone()), work);
    let floor = || Caller::Floor(echo.clone());
    let mut rounds = Rounds::default();
    let (mut our_times, mut floor_times) = (Vec::new(), Vec::new());
    // Connections of both pools are opened, statements prepared.
    load(flight, ours, &mut Vec::new()).await?;
    load(flight, floor, &mut Vec::new()).await?;
    for round in 0..ROUNDS {
        if round % 2 == 0 {
            let ours = load(flight, ours, &mut our_times).await?;
            rounds.push(ours, load(flight, floor, &mut floor_times).await?);
        } else {
            let floor = load(flight, floor, &mut floor_times).await?;
            rounds.push(load(flight, ours, &mut our_times).await?, floor);
        }
    }
    let result = rounds.result("remote", what, "tonic echo, sqlx by hand");
    let rate = [result.ours.median, result.floor.median].map(|nanos| 1e9 / nanos);
    report.add(result.goal(GOAL));
    for (side, times, rate) in [
        ("ours", our_times, rate[0]),
        ("floor", floor_times, rate[1]),
    ] {
        let mut times = times;
        times.sort_by(f64::total_cmp);
        report.fact("remote", format!("{what}: {side}"), rate, "calls/s");
        for (name, part) in [("p50", 0.5), ("p99", 0.99)] {
            let millis = quantile(&times, part) / 1e6;
            report.fact("remote", format!("{what}: {side}, {name}"), millis, "ms");
        }
    }
    Ok(())
}

/// One that calls again and again.
enum Caller {
    Ours(Context, Box<Instance>, Work),
    Floor(Echo),
}

impl Caller {
    async fn call(&mut self) -> Result<()> {
        match self {
            Self::Ours(ctx, instance, work) => work.by_object(ctx, instance).await?,
            Self::Floor(echo) => echo.call().await?,
        }
        Ok(())
    }
}

/// Has `flight` callers call at once, and gives the time from one completed
/// call to the next in nanoseconds; `times` gets what each took.
#[expect(clippy::cast_precision_loss, reason = "thousands")]
async fn load(flight: usize, caller: impl Fn() -> Caller, times: &mut Vec<f64>) -> Result<f64> {
    let each = (CALLS / flight).max(EACH);
    let callers: Vec<_> = (0..flight).map(|_| caller()).collect();
    let start = Instant::now();
    let callers: Vec<_> = callers
        .into_iter()
        .map(|mut caller| {
            tokio::spawn(async move {
                let mut own = Vec::with_capacity(each);
                for _ in 0..each {
                    let start = Instant::now();
                    caller.call().await?;
                    own.push(nanos(start));
                }
                Ok::<_, BoxError>(own)
            })
        })
        .collect();
    for caller in callers {
        times.extend(caller.await??);
    }
    Ok(nanos(start) / (flight * each) as f64)
}

/// How many bytes a call sends and receives, counted on its way through a relay.
async fn sizes(conductor: &Conductor, uuid: &str, work: Work) -> Result<[usize; 2]> {
    let hub = conductor.hub.url().to_string();
    let hub = hub.trim_start_matches("grpc://").trim_end_matches('/');
    let relay = Relay::start(hub.to_owned()).await?;
    let (ctx, transport) = client(&format!("grpc://{}", relay.address).parse()?).await?;
    let mut instance = Instance::get_by_uuid(&ctx, uuid).await?;
    let sizes = relay
        .each(50, async || work.by_object(&ctx, &mut instance).await)
        .await;
    transport.close().await;
    sizes
}
