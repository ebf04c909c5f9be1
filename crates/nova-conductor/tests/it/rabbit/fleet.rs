//! A fleet of simulated computes against one broker and one conductor: how long it takes until all are served when all
//! start at once, when all start again at once, and when the broker comes back; and what limits it.
//!
//! A hundred are a test. `NOVA_FLEET=2000` takes as many:
//!
//! ```console
//! $ NOVA_FLEET=2000 cargo nextest run -p nova-conductor --run-ignored only --no-capture -E 'test(as_many_computes)'
//! ```

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nova_objects::{Context, Service};
use oslo_messaging::{BaseApi, Dispatcher, Endpoint, RpcServer, ServerOptions, Target, Transport};
use oslo_messaging_rabbit::RabbitOptions;
use test_support::servers::{MariaDb, RabbitMq, processor_time};

use super::cell::{Cell, remote};
use super::process::Process;

const TIMEOUT: Duration = Duration::from_secs(60);
/// What is not answered by then is asked again, as a compute does that waits for its conductor: what is sent before the
/// conductor has its queue back is for nobody.
const PATIENCE: Duration = Duration::from_secs(10);
/// Nobody is to be without an answer for longer.
const WITHOUT: Duration = Duration::from_secs(900);

#[test]
fn a_hundred_computes_start_and_start_again_at_once() {
    let fleet = Fleet::of(100, Duration::from_secs(3));
    for phase in &fleet {
        assert!(
            phase.took < Duration::from_secs(60),
            "{} took {:?}",
            phase.what,
            phase.took
        );
    }
}

#[test]
#[ignore = "measures: set NOVA_FLEET to the number of computes"]
fn as_many_computes_as_asked_for() {
    let number = std::env::var("NOVA_FLEET").map_or(200, |number| {
        number.parse().expect("NOVA_FLEET is a number of computes")
    });
    // As often as Nova's computes report.
    Fleet::of(number, Duration::from_secs(10));
}

/// A simulated compute: it listens as one, and reports over its own connections.
struct Compute {
    transport: Transport,
    _server: RpcServer,
    ctx: Context,
    service: Service,
}

impl Compute {
    async fn start(cell: &Cell, number: usize) -> Self {
        let host = format!("compute-{number}");
        let transport = cell.transport(TIMEOUT).await;
        let base: Arc<dyn Endpoint> = Arc::new(BaseApi::new("compute").expect("a name"));
        let server = RpcServer::start(
            &transport,
            Target::new("compute").server(host.as_str()),
            Dispatcher::new([base]),
            ServerOptions::default(),
        )
        .await
        .expect("a compute listens");
        let ctx = remote(transport.clone());
        let begun = Instant::now();
        let service = loop {
            match known_or_registered(&ctx, &host).await {
                Ok(service) => break service,
                Err(error) => again(begun, &error).await,
            }
        };
        let mut compute = Self {
            transport,
            _server: server,
            ctx,
            service,
        };
        compute.reported().await;
        compute
    }

    /// Reports until it is answered.
    async fn reported(&mut self) {
        let begun = Instant::now();
        while let Err(error) = self.report().await {
            again(begun, &error).await;
        }
    }

    async fn report(&mut self) -> nova_objects::Result<()> {
        let count = self.service.report_count().expect("it is set");
        self.service.set_report_count(count + 1);
        let ctx = self.ctx.with_deadline(Instant::now() + PATIENCE);
        self.service.save(&ctx).await
    }
}

/// How often something was asked again.
static AGAIN: AtomicUsize = AtomicUsize::new(0);

/// Before something is asked again that was not answered.
async fn again(begun: Instant, error: &nova_objects::Error) {
    assert!(begun.elapsed() < WITHOUT, "not served: {error}");
    AGAIN.fetch_add(1, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(200)).await;
}

async fn known_or_registered(ctx: &Context, host: &str) -> nova_objects::Result<Service> {
    let ctx = ctx.with_deadline(Instant::now() + PATIENCE);
    // What was not answered may have been done.
    match Service::get_by_host_and_binary(&ctx, host, "nova-compute").await? {
        Some(service) => Ok(service),
        None => register(&ctx, host).await,
    }
}

async fn register(ctx: &Context, host: &str) -> nova_objects::Result<Service> {
    let mut service = Service::new();
    service.set_host(host);
    service.set_binary("nova-compute");
    service.set_topic("compute");
    service.set_report_count(0);
    service.set_disabled(false);
    service.create(ctx).await?;
    Ok(service)
}

/// One thing that happened to all at once.
struct Phase {
    what: &'static str,
    took: Duration,
}

struct Fleet {
    broker: RabbitMq,
    database: MariaDb,
    conductor: Process,
    cell: Arc<Cell>,
    computes: Vec<Compute>,
    phases: Vec<Phase>,
}

impl Fleet {
    fn of(number: usize, interval: Duration) -> Vec<Phase> {
        raise_limit();
        let broker = RabbitMq::start();
        let database = MariaDb::start(&["main", "api"]);
        let mut cell = Cell::on(&broker.url(), &database);
        // As Nova comes, but for buffers: this one process has the connections of thousands.
        cell.rabbit = RabbitOptions {
            frame_max: 4096,
            ..RabbitOptions::default()
        };
        cell.at_least_once = false;
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            cell.prepare().await;
            let conductor = Process::start(&cell, "conductor");
            let mut fleet = Self {
                broker,
                database,
                conductor,
                cell: Arc::new(cell),
                computes: Vec::new(),
                phases: Vec::new(),
            };
            fleet.run(number, interval).await;
            fleet.phases
        })
    }

    async fn run(&mut self, number: usize, interval: Duration) {
        eprintln!(
            "{number} computes, each with three connections; {}",
            limits()
        );
        let before = Instant::now();
        self.start(number).await;
        self.done("all started at once", before);

        let queues = self.broker.queues().len();
        self.steadily(interval).await;
        assert_eq!(
            self.broker.queues().len(),
            queues,
            "no queue is added at steady state"
        );

        let before = Instant::now();
        let stopping: Vec<_> = self
            .computes
            .drain(..)
            .map(|compute| tokio::spawn(async move { compute.transport.close().await }))
            .collect();
        for stopped in stopping {
            stopped.await.expect("a compute stops");
        }
        self.done("all stopped at once", before);
        let before = Instant::now();
        self.start(number).await;
        self.done("all started again at once", before);

        let before = Instant::now();
        self.broker.kill();
        self.broker.launch();
        self.report_all().await;
        self.done("the broker was killed and is back, all reported", before);
    }

    async fn start(&mut self, number: usize) {
        let starting: Vec<_> = (0..number)
            .map(|number| {
                let cell = self.cell.clone();
                tokio::spawn(async move { Compute::start(&cell, number).await })
            })
            .collect();
        for compute in starting {
            self.computes.push(compute.await.expect("a compute starts"));
        }
    }

    /// Reports as computes do, spread over the interval.
    async fn steadily(&mut self, interval: Duration) {
        let number = u32::try_from(self.computes.len())
            .expect("not so many")
            .max(1);
        let begun = Instant::now();
        let used = self.conductor.processor_time();
        let reporting: Vec<_> = (0..number)
            .zip(self.computes.drain(..))
            .map(|(turn, mut compute)| {
                tokio::spawn(async move {
                    tokio::time::sleep(interval * turn / number).await;
                    let asked = Instant::now();
                    compute.report().await.expect("a report is answered");
                    (asked.elapsed(), compute)
                })
            })
            .collect();
        let mut times = Vec::new();
        for report in reporting {
            let (time, compute) = report.await.expect("a compute reports");
            times.push(time);
            self.computes.push(compute);
        }
        times.sort_unstable();
        let at = |percent: usize| times.get(times.len() * percent / 100).copied();
        eprintln!(
            "each reported within {interval:?}: p50 {:?}, p99 {:?}, the conductor used {:.2} s of processor",
            at(50).unwrap_or_default(),
            at(99).unwrap_or_default(),
            (self.conductor.processor_time() - used).as_secs_f64(),
        );
        self.done("one round of reports", begun);
    }

    /// All report at once, again where that fails, until each was answered.
    async fn report_all(&mut self) {
        let reporting: Vec<_> = self
            .computes
            .drain(..)
            .map(|mut compute| {
                tokio::spawn(async move {
                    compute.reported().await;
                    compute
                })
            })
            .collect();
        for report in reporting {
            self.computes.push(report.await.expect("a compute reports"));
        }
    }

    fn done(&mut self, what: &'static str, since: Instant) {
        let took = since.elapsed();
        eprintln!(
            "{took:>8.2?}  {what}; asked again {} times; broker: {}, {:.0} s of processor; conductor: {} MiB at its peak, \
             {:.1} s; computes: {:.0} s; database: {:.0} s",
            AGAIN.swap(0, Ordering::Relaxed),
            self.broker_use(),
            self.broker.processor_time().as_secs_f64(),
            self.conductor.peak(),
            self.conductor.processor_time().as_secs_f64(),
            processor_time(std::process::id()).as_secs_f64(),
            self.database.processor_time().as_secs_f64(),
        );
        self.phases.push(Phase { what, took });
    }

    /// What the broker has in use of what it may.
    fn broker_use(&self) -> String {
        let status = self.broker.ctl(&["status"]);
        let wanted = ["Total: ", "Sockets: ", "Total memory used: "];
        let found = status.lines().filter_map(|line| {
            let line = line.trim();
            wanted
                .iter()
                .any(|wanted| line.starts_with(wanted))
                .then_some(line)
        });
        let queues = self.broker.queues().len();
        let found: Vec<&str> = found.collect();
        format!("{queues} queues, {}", found.join(", "))
    }
}

/// As many files as this process may have at most.
fn raise_limit() {
    let process = std::process::id().to_string();
    let raised = Command::new("sh")
        .args([
            "-c",
            "prlimit --pid \"$0\" --nofile=\"$(ulimit -Hn)\":\"$(ulimit -Hn)\"",
            &process,
        ])
        .status();
    if !raised.is_ok_and(|status| status.success()) {
        eprintln!("the limit of open files stays as it is");
    }
}

/// What this machine sets bounds to.
fn limits() -> String {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .and_then(|line| line.split_whitespace().next())
        .unwrap_or("?");
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{files} open files a process, {processors} processors")
}
