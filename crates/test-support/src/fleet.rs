//! A fleet of simulated computes against one broker, one database and one conductor: how long it takes until all are served
//! when all start at once, when all start again at once, and when the broker comes back; and what limits it.
//!
//! Start it from the main thread: the servers end with it.

use std::fmt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nova_db::{NovaDb, Options};
use nova_objects::{Context, RequestContext};
use nova_rpc::ConductorClient;
use nova_service::{Registration, request_codec};
use oslo_messaging::{
    BaseApi, Dispatcher, Endpoint, RpcServer, ServerOptions, Target, Transport, TransportOptions,
};
use oslo_messaging_rabbit::{RabbitFactory, RabbitOptions};

use crate::peers::Process;
use crate::servers::{Folder, MariaDb, RabbitMq, processor_time};

const TIMEOUT: Duration = Duration::from_secs(60);
/// What is not answered by then is asked again, as a compute does that waits for its conductor: what is sent before the
/// conductor has its queue back is for nobody.
const PATIENCE: Duration = Duration::from_secs(10);
/// Nobody is to be without an answer for longer.
const WITHOUT: Duration = Duration::from_secs(900);
/// The part of all processors that is in use when they are what limits.
const BUSY: f64 = 0.85;

/// Has that many computes start, report every `interval`, start again and lose their broker. `program` is the nova-conductor.
///
/// # Panics
///
/// When a server is not installed or does not start, and when a compute is not served in the end.
#[must_use]
pub fn run(program: &Path, computes: usize, interval: Duration) -> Vec<Phase> {
    raise_limit();
    let broker = RabbitMq::start();
    let database = MariaDb::start(&["main", "api"]);
    let folder = Folder::create("fleet");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let urls = ["main", "api"].map(|name| database.url(name));
        let [main, api] = &urls;
        let db = NovaDb::open(main, api, &Options::default()).await;
        let db = db.expect("the databases can be opened");
        db.sync(|_| ()).await.expect("the schema can be created");
        db.close().await;
        let mut conductor = conductor(program, &broker.url(), &urls, folder.path());
        let begun = Instant::now();
        while !conductor.log().contains(" ready") {
            conductor.check();
            assert!(begun.elapsed() < TIMEOUT, "it serves: {}", conductor.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut fleet = Fleet {
            begun: Instant::now(),
            before: Used::default(),
            broker,
            database,
            conductor,
            computes: Vec::new(),
            phases: Vec::new(),
        };
        fleet.run(computes, interval).await;
        fleet.phases
    })
}

fn conductor(program: &Path, url: &str, databases: &[String; 2], folder: &Path) -> Process {
    let [main, api] = databases;
    let mut command = Command::new(program);
    for option in [
        format!("DEFAULT.transport_url={url}"),
        format!("database.connection={main}"),
        format!("api_database.connection={api}"),
        "DEFAULT.host=conductor".to_owned(),
        format!("DEFAULT.state_path={}", folder.display()),
        "oslo_messaging_rabbit.rabbit_interval_max=1".to_owned(),
    ] {
        command.args(["--set", &option]);
    }
    Process::start(&command, &folder.join("conductor.log"))
}

/// One thing that happened to all at once.
#[derive(Debug, Clone)]
pub struct Phase {
    /// What.
    pub what: &'static str,
    /// How long until all were served.
    pub took: Duration,
    /// How often something was asked again that was not answered.
    pub again: usize,
    /// The processors' time it took.
    pub used: Used,
    /// Half of the reports were answered by then, and all but one of a hundred, where they were spread over an interval.
    pub reports: Option<[Duration; 2]>,
    /// The most memory that the conductor had so far, in MiB.
    pub conductor_peak: u64,
    /// Queues on the broker.
    pub queues: usize,
    /// What else the broker has in use, as it says itself.
    pub broker: String,
}

/// Time of processors, by who used it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Used {
    /// RabbitMQ.
    pub broker: Duration,
    /// The conductor.
    pub conductor: Duration,
    /// All simulated computes, which are one process.
    pub computes: Duration,
    /// MariaDB.
    pub database: Duration,
}

impl Used {
    fn since(self, before: Self) -> Self {
        Self {
            broker: self.broker.saturating_sub(before.broker),
            conductor: self.conductor.saturating_sub(before.conductor),
            computes: self.computes.saturating_sub(before.computes),
            database: self.database.saturating_sub(before.database),
        }
    }

    /// With names, who used most first.
    #[must_use]
    pub fn by_name(&self) -> [(&'static str, Duration); 4] {
        let mut all = [
            ("the broker", self.broker),
            ("the conductor", self.conductor),
            ("the simulated computes", self.computes),
            ("the database", self.database),
        ];
        all.sort_by_key(|(_, used)| std::cmp::Reverse(*used));
        all
    }
}

impl Phase {
    /// What limited it: the processors, by who used them, or waiting.
    #[must_use]
    pub fn limit(&self) -> String {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let wall = self.took.as_secs_f64().max(f64::MIN_POSITIVE);
        #[expect(clippy::cast_precision_loss, reason = "a handful of processors")]
        let share = |used: Duration| used.as_secs_f64() / (wall * processors as f64);
        let named = self.used.by_name();
        let all: f64 = named.iter().map(|(_, used)| share(*used)).sum();
        let parts = named.map(|(who, used)| format!("{who} {:.0} %", share(used) * 100.0));
        let limited = if all >= BUSY {
            "the processors"
        } else {
            "waiting, not the processors"
        };
        format!("{limited}; of {processors} used {}", parts.join(", "))
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { took, what, .. } = self;
        write!(f, "{took:>8.2?}  {what}")?;
        if let Some([half, most]) = self.reports {
            write!(f, ", p50 {half:.1?}, p99 {most:.1?}")?;
        }
        write!(
            f,
            "; asked again {} times; broker: {} queues, {}; conductor: {} MiB at its peak; limited by {}",
            self.again,
            self.queues,
            self.broker,
            self.conductor_peak,
            self.limit()
        )
    }
}

/// A simulated compute: it listens as one, and reports over its own connections.
struct Compute {
    transport: Transport,
    _server: RpcServer,
    ctx: Context,
    registration: Registration,
}

impl Compute {
    async fn start(url: &str, number: usize) -> Self {
        let host = format!("compute-{number}");
        let transport = open(url).await;
        let base: Arc<dyn Endpoint> = Arc::new(BaseApi::new("compute").expect("a name"));
        let server = RpcServer::start(
            &transport,
            Target::new("compute").server(host.as_str()),
            Dispatcher::new([base]),
            ServerOptions::default(),
        )
        .await
        .expect("a compute listens");
        let client = ConductorClient::new(transport.clone(), request_codec());
        let ctx = Context::remote(Arc::new(client), RequestContext::admin());
        let begun = Instant::now();
        let registration = loop {
            let patient = ctx.with_deadline(Instant::now() + PATIENCE);
            match Registration::of(&patient, &host, "nova-compute", "compute").await {
                Ok(registration) => break registration,
                Err(error) => again(begun, &error).await,
            }
        };
        let mut compute = Self {
            transport,
            _server: server,
            ctx,
            registration,
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
        let ctx = self.ctx.with_deadline(Instant::now() + PATIENCE);
        self.registration.report_once(&ctx).await
    }
}

/// As Nova comes, but quick to connect again, and with smaller buffers: this one process has the connections of thousands.
async fn open(url: &str) -> Transport {
    let second = Duration::from_secs(1);
    let factory = RabbitFactory::new(RabbitOptions {
        frame_max: 4096,
        retry_interval: second,
        retry_backoff: Duration::ZERO,
        interval_max: second,
        ..RabbitOptions::default()
    });
    let options = TransportOptions {
        response_timeout: TIMEOUT,
        ..TransportOptions::default()
    };
    Transport::open(&url.parse().expect("a URL"), options, &[&factory])
        .await
        .expect("a transport opens before its broker is there")
}

/// How often something was asked again.
static AGAIN: AtomicUsize = AtomicUsize::new(0);

/// Before something is asked again that was not answered.
async fn again(begun: Instant, error: &nova_objects::Error) {
    assert!(begun.elapsed() < WITHOUT, "not served: {error}");
    AGAIN.fetch_add(1, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(200)).await;
}

struct Fleet {
    broker: RabbitMq,
    database: MariaDb,
    conductor: Process,
    computes: Vec<Compute>,
    phases: Vec<Phase>,
    /// When the phase that is under way began, and what was used before.
    begun: Instant,
    before: Used,
}

impl Fleet {
    async fn run(&mut self, number: usize, interval: Duration) {
        self.begin();
        self.start(number).await;
        self.done("all started at once", None);

        let queues = self.broker.queues().len();
        self.begin();
        let reports = self.steadily(interval).await;
        self.done("one round of reports", Some(reports));
        assert_eq!(
            self.broker.queues().len(),
            queues,
            "no queue is added at steady state"
        );

        self.begin();
        let stopping: Vec<_> = self
            .computes
            .drain(..)
            .map(|compute| tokio::spawn(async move { compute.transport.close().await }))
            .collect();
        for stopped in stopping {
            stopped.await.expect("a compute stops");
        }
        self.done("all stopped at once", None);

        self.begin();
        self.start(number).await;
        self.done("all started again at once", None);

        self.begin();
        self.broker.kill();
        // Its processes go with what they used.
        self.before.broker = Duration::ZERO;
        self.broker.launch();
        self.report_all().await;
        self.done("the broker was killed and is back, all reported", None);
    }

    async fn start(&mut self, number: usize) {
        let url = self.broker.url();
        let starting: Vec<_> = (0..number)
            .map(|number| {
                let url = url.clone();
                tokio::spawn(async move { Compute::start(&url, number).await })
            })
            .collect();
        for compute in starting {
            self.computes.push(compute.await.expect("a compute starts"));
        }
    }

    /// Reports as computes do, spread over the interval.
    async fn steadily(&mut self, interval: Duration) -> [Duration; 2] {
        let number = u32::try_from(self.computes.len())
            .expect("not so many")
            .max(1);
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
        [50, 99].map(|percent| {
            let at = times.get(times.len() * percent / 100);
            at.copied().unwrap_or_default()
        })
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

    fn used(&self) -> Used {
        Used {
            broker: self.broker.processor_time(),
            conductor: self.conductor.processor_time(),
            computes: processor_time(std::process::id()),
            database: self.database.processor_time(),
        }
    }

    fn begin(&mut self) {
        self.before = self.used();
        self.begun = Instant::now();
    }

    fn done(&mut self, what: &'static str, reports: Option<[Duration; 2]>) {
        let (took, used) = (self.begun.elapsed(), self.used());
        let phase = Phase {
            what,
            took,
            again: AGAIN.swap(0, Ordering::Relaxed),
            used: used.since(self.before),
            reports,
            conductor_peak: self.conductor.peak_memory(),
            queues: self.broker.queues().len(),
            broker: self.broker_use(),
        };
        eprintln!("{phase}");
        self.phases.push(phase);
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
        found.collect::<Vec<_>>().join(", ")
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
