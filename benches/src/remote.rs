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
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::echo::{Echo, Work};
use crate::ratio::{Rounds, nanos};
use crate::report::{Report, quantile};
use crate::store::{Store, direct};
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
    for (work, name) in [(Work::Get, "get_by_uuid"), (Work::Save, "save")] {
        let sizes = sizes(&conductor, &store.uuid, work).await?;
        for (size, side) in sizes.into_iter().zip(["request", "reply"]) {
            let size = f64::from(u32::try_from(size)?);
            report.fact("remote", format!("Instance.{name}: {side}"), size, "bytes");
        }
        let echo = Echo::start(store.by_hand.clone(), &store.uuid, work, sizes).await?;
        let instance = Instance::get_by_uuid(&ctx, store.uuid.as_str()).await?;
        for flight in FLIGHTS {
            let what = format!("Instance.{name}, {flight} in flight, {dialect}");
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
            Self::Ours(ctx, instance, Work::Get) => {
                let uuid = instance.uuid()?.to_string();
                std::hint::black_box(Instance::get_by_uuid(ctx, uuid).await?);
            }
            Self::Ours(ctx, instance, Work::Save) => {
                let progress = instance.progress()?.unwrap_or_default();
                instance.set_progress((progress + 1) % 100);
                instance.save(ctx).await?;
            }
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
    const CALLS: u64 = 50;
    let few = bytes(conductor, uuid, work, 10).await?;
    let more = bytes(conductor, uuid, work, 10 + CALLS).await?;
    let each = |at: usize| -> Result<usize> {
        let [few, more] = [few, more].map(|bytes| bytes.get(at).copied().unwrap_or_default());
        Ok(usize::try_from(more.saturating_sub(few) / CALLS)?)
    };
    Ok([each(0)?, each(1)?])
}

/// What a connection that makes so many calls carries both ways.
async fn bytes(conductor: &Conductor, uuid: &str, work: Work, calls: u64) -> Result<[u64; 2]> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url: TransportUrl = format!("grpc://{}", listener.local_addr()?).parse()?;
    let hub = conductor.hub.url().to_string();
    let hub = hub
        .trim_start_matches("grpc://")
        .trim_end_matches('/')
        .to_owned();
    let relay = tokio::spawn(async move {
        let (mut near, _) = listener.accept().await?;
        let mut far = TcpStream::connect(hub).await?;
        // Ends with an error when the client simply goes; the counts are kept.
        let mut counts = [0, 0];
        count(&mut near, &mut far, &mut counts).await;
        Ok::<_, BoxError>(counts)
    });
    let (ctx, transport) = client(&url).await?;
    let instance = Instance::get_by_uuid(&ctx, uuid).await?;
    let mut caller = Caller::Ours(ctx, Box::new(instance), work);
    for _ in 0..calls {
        caller.call().await?;
    }
    drop(caller);
    transport.close().await;
    drop(transport);
    relay.await?
}

/// Passes everything on until one side ends.
async fn count(near: &mut TcpStream, far: &mut TcpStream, counts: &mut [u64; 2]) {
    let (mut from_near, mut to_near) = near.split();
    let (mut from_far, mut to_far) = far.split();
    let [sent, received] = counts;
    tokio::select! {
        () = pass(&mut from_near, &mut to_far, sent) => {}
        () = pass(&mut from_far, &mut to_near, received) => {}
    }
}

async fn pass(
    from: &mut (impl AsyncReadExt + Unpin),
    to: &mut (impl AsyncWriteExt + Unpin),
    count: &mut u64,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let part = buffer.get(..read).unwrap_or_default();
        if to.write_all(part).await.is_err() {
            return;
        }
        *count += read as u64;
    }
}
