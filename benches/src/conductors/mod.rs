//! Conductors over RabbitMQ and MariaDB: ours, the original as it comes and as
//! it can be tuned, and a bare [`floor`]. All of them run at once, each on a
//! virtual host of its own, and take turns. An exchange would not keep them
//! apart: their queue is called `conductor` whichever it is bound to.

pub mod floor;
pub mod load;
pub mod process;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::{BoxFuture, FutureExt as _};
use nova_db::Dialect;
use nova_objects::{Context, Instance, RequestContext};
use nova_rpc::ConductorClient;
use nova_service::request_codec;
use oslo_messaging::{Transport, TransportOptions};
use oslo_messaging_rabbit::{RabbitFactory, RabbitOptions};
use test_support::peers::Vhost;
use versionedobjects::Form;

use crate::Result;
use crate::conductors::floor::{Floor, Plan};
use crate::conductors::load::{Caller, load};
use crate::conductors::process::{Process, Usage};
use crate::ratio::{Rounds, nanos};
use crate::relay::Relay;
use crate::report::{Report, quantile};
use crate::store::{Store, create_instances, direct};
use crate::work::Work;

/// The highest ratio to the floor wanted.
const GOAL: f64 = 1.25;

/// At most this part of the original's processor time is wanted.
const GOAL_OF_ORIGINAL: f64 = 1.0 / 20.0;

/// How many calls are under way at once.
const FLIGHTS: [usize; 4] = [1, 8, 32, 1000];

/// How many instances there are, all on one host.
const INSTANCES: usize = 1000;

/// How long each is asked in a round, and how many rounds there are.
const ROUND: Duration = Duration::from_secs(2);
const ROUNDS: usize = 3;

/// How long a caller waits, and for a conductor's first answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who is measured.
struct Contender {
    name: String,
    kind: Kind,
    process: Process,
    /// Its messages pass here. Held as long as it runs.
    vhost: Vhost,
}

enum Kind {
    Conductor(Context),
    Floor(Floor),
}

/// Where everything is.
struct Setting {
    folder: tempfile::TempDir,
    urls: [String; 2],
    python: Option<PathBuf>,
}

/// Measures them all.
///
/// # Errors
/// When a server cannot be used.
pub async fn run(report: &mut Report) -> Result<()> {
    let python = std::env::var_os("NOVA_PYTHON").map(PathBuf::from);
    if python.is_none() {
        report.note("no original: NOVA_PYTHON names no Python with nova");
    }
    let store = Store::create(Dialect::MySql).await?;
    let ctx = direct(&store.db);
    // The store has made one.
    let mut uuids = create_instances(&ctx, INSTANCES - 1).await?;
    uuids.push(store.uuid.clone());
    let mut instances = Vec::with_capacity(INSTANCES);
    for uuid in uuids {
        instances.push(Instance::get_by_uuid(&ctx, uuid).await?);
    }
    let setting = Setting {
        folder: tempfile::tempdir()?,
        urls: store.urls.clone(),
        python,
    };
    let mut contenders = setting.conductors(report).await?;
    let ours = contenders.first().ok_or("no conductor")?;
    let sizes = sizes(&ours.vhost, instances.first().ok_or("no instance")?).await?;
    contenders.push(setting.floor(&store, &sizes).await?);
    for contender in &contenders {
        report.fact(
            "conductors",
            format!("{}: resident before any load", contender.name),
            contender.process.usage()?.resident / 1024.0 / 1024.0,
            "MiB",
        );
    }
    for work in [Work::Get, Work::Save, Work::List] {
        for flight in FLIGHTS {
            // More lists of a thousand at once are a test of patience with the original.
            if work != Work::List || flight <= 8 {
                compare(report, &mut contenders, &instances, &sizes, work, flight).await?;
            }
        }
    }
    for contender in &contenders {
        report.fact(
            "conductors",
            format!("{}: resident after all of it", contender.name),
            contender.process.usage()?.resident / 1024.0 / 1024.0,
            "MiB",
        );
    }
    drop(contenders);
    store.close().await;
    Ok(())
}

/// A virtual host for one of them.
async fn claim() -> Result<Vhost> {
    let vhost = Vhost::claim().await.ok_or("RabbitMQ does not answer")?;
    vhost
        .remove_queues(&["conductor", "floor", "floor-replies"])
        .await;
    Ok(vhost)
}

impl Setting {
    /// Ours first, then the original in four forms, if it is there.
    async fn conductors(&self, report: &mut Report) -> Result<Vec<Contender>> {
        let ours = std::env::current_exe()?.with_file_name("nova-conductor");
        let mut contenders = vec![self.conductor(report, "ours", &ours, None, None).await?];
        let Some(python) = &self.python else {
            return Ok(contenders);
        };
        let theirs = python.with_file_name("nova-conductor");
        for (name, workers, pool) in [
            ("nova 34, 1 worker", "1", None),
            ("nova 34, 2 workers", "2", None),
            ("nova 34, 1 worker, pool of 4", "1", Some("4")),
            ("nova 34, 2 workers, pool of 4", "2", Some("4")),
        ] {
            let contender = self.conductor(report, name, &theirs, Some(workers), pool);
            contenders.push(contender.await?);
        }
        Ok(contenders)
    }

    async fn conductor(
        &self,
        report: &mut Report,
        name: &str,
        program: &Path,
        workers: Option<&str>,
        pool: Option<&str>,
    ) -> Result<Contender> {
        let slug = name.replace([' ', ','], "");
        let vhost = claim().await?;
        let url = vhost.url();
        let config = self.folder.path().join(format!("{slug}.conf"));
        std::fs::write(&config, self.config(&url, &slug, workers, pool))?;
        let mut command = Command::new(program);
        command.arg("--config-file").arg(&config);
        let start = Instant::now();
        let log = self.folder.path().join(format!("{slug}.log"));
        let mut process = Process::start(&mut command, log)?;
        let ctx = client(&url, Duration::from_millis(100)).await?;
        while nova_objects::ServiceList::get_all(&ctx).await.is_err() {
            process.check()?;
            if start.elapsed() > PATIENCE {
                return Err(format!("{name} did not answer in {PATIENCE:?}").into());
            }
        }
        let millis = nanos(start) / 1e6;
        report.fact(
            "conductors",
            format!("{name}: from start to first answer"),
            millis,
            "ms",
        );
        Ok(Contender {
            name: name.to_owned(),
            kind: Kind::Conductor(client(&url, PATIENCE).await?),
            process,
            vhost,
        })
    }

    /// Nova's configuration, as either reads it.
    fn config(
        &self,
        broker: &str,
        host: &str,
        workers: Option<&str>,
        pool: Option<&str>,
    ) -> String {
        let state = self.folder.path().display();
        let [main, api] = self.urls.each_ref().map(|url| {
            // The driver the original uses by that name.
            url.replacen("mysql://", "mysql+pymysql://", 1)
        });
        let line = |name: &str, value: Option<&str>| {
            value.map_or_else(String::new, |value| format!("{name} = {value}\n"))
        };
        let pool = line("executor_thread_pool_size", pool);
        let workers = line("workers", workers);
        format!(
            "[DEFAULT]\ntransport_url = {broker}\nhost = {host}\n\
             state_path = {state}\n{pool}\
             [conductor]\n{workers}\
             [database]\nconnection = {main}\n[api_database]\nconnection = {api}\n\
             [oslo_concurrency]\nlock_path = {state}\n\
             [placement]\nauth_type = none\nendpoint_override = http://127.0.0.1:9/\n"
        )
    }

    async fn floor(&self, store: &Store, sizes: &HashMap<Work, [usize; 2]>) -> Result<Contender> {
        let vhost = claim().await?;
        let plan = Plan {
            broker: vhost.url().replacen("rabbit://", "amqp://", 1),
            queue: "floor".to_owned(),
            database: self.urls.first().cloned().unwrap_or_default(),
            statements: store.captured.clone(),
            replies: sizes
                .iter()
                .map(|(work, [_, reply])| (*work, *reply))
                .collect(),
        };
        let process = floor::start(&plan, self.folder.path())?;
        let floor = Floor::connect(&plan).await?;
        Ok(Contender {
            name: "floor".to_owned(),
            kind: Kind::Floor(floor),
            process,
            vhost,
        })
    }
}

async fn client(url: &str, patience: Duration) -> Result<Context> {
    let options = TransportOptions {
        response_timeout: patience,
        ..TransportOptions::default()
    };
    let factory = RabbitFactory::new(RabbitOptions::default());
    let transport = Transport::open(&url.parse()?, options, &[&factory]).await?;
    // What a Python caller would get, from both.
    let client = ConductorClient::new(transport, request_codec()).form(Form::Compat);
    Ok(Context::remote(Arc::new(client), RequestContext::admin()))
}

/// How many bytes requests and replies of ours have, by kind of work.
async fn sizes(vhost: &Vhost, instance: &Instance) -> Result<HashMap<Work, [usize; 2]>> {
    let url = vhost.url();
    let (before, rest) = url.split_once('@').ok_or("no user")?;
    let (address, name) = rest.split_once('/').ok_or("no virtual host")?;
    let relay = Relay::start(address.to_owned()).await?;
    let ctx = client(&format!("{before}@{}/{name}", relay.address), PATIENCE).await?;
    let mut sizes = HashMap::new();
    for work in [Work::Get, Work::Save, Work::List] {
        let mut instance = instance.clone();
        let each = relay
            .each(10, async || work.by_object(&ctx, &mut instance).await)
            .await?;
        sizes.insert(work, each);
    }
    Ok(sizes)
}

/// A caller of a conductor, with an instance of its own.
struct Asker {
    ctx: Context,
    work: Work,
    instance: Box<Instance>,
}

impl Caller for Asker {
    fn call(&mut self) -> BoxFuture<'_, Result<()>> {
        self.work.by_object(&self.ctx, &mut self.instance).boxed()
    }
}

impl Contender {
    fn callers(
        &self,
        instances: &[Instance],
        sizes: &HashMap<Work, [usize; 2]>,
        work: Work,
        flight: usize,
    ) -> Result<Vec<Box<dyn Caller>>> {
        let [request, _] = sizes.get(&work).copied().unwrap_or_default();
        let callers = instances.iter().take(flight).map(|instance| {
            let caller: Box<dyn Caller> = match &self.kind {
                Kind::Conductor(ctx) => Box::new(Asker {
                    ctx: ctx.clone(),
                    work,
                    instance: Box::new(instance.clone()),
                }),
                Kind::Floor(floor) => {
                    let uuid = instance.uuid()?.to_string();
                    let about = match work {
                        Work::List => instance.host()?.unwrap_or_default(),
                        _ => uuid.as_str(),
                    };
                    floor.caller(work, about, request)?
                }
            };
            Ok(caller)
        });
        callers.collect()
    }
}

/// What one of them did in all rounds.
#[derive(Default)]
struct Tally {
    times: Vec<f64>,
    seconds: f64,
    failed: usize,
    processor: f64,
    /// Nanoseconds from answer to answer and of processor for a call, by round.
    rounds: Vec<[f64; 2]>,
}

async fn compare(
    report: &mut Report,
    contenders: &mut [Contender],
    instances: &[Instance],
    sizes: &HashMap<Work, [usize; 2]>,
    work: Work,
    flight: usize,
) -> Result<()> {
    let mut tallies: Vec<Tally> = contenders.iter().map(|_| Tally::default()).collect();
    for round in 0..ROUNDS {
        for at in 0..contenders.len() {
            // Each comes first once in a while.
            let at = (at + round) % contenders.len();
            let (Some(contender), Some(tally)) = (contenders.get_mut(at), tallies.get_mut(at))
            else {
                continue;
            };
            let callers = contender.callers(instances, sizes, work, flight)?;
            let Usage { processor, .. } = contender.process.usage()?;
            let outcome = load(callers, ROUND).await;
            let used = contender.process.usage()?.processor - processor;
            contender.process.check()?;
            #[expect(clippy::cast_precision_loss, reason = "thousands")]
            let answered = outcome.times.len().max(1) as f64;
            tally
                .rounds
                .push([outcome.seconds * 1e9 / answered, used * 1e9 / answered]);
            tally.times.extend(outcome.times);
            tally.seconds += outcome.seconds;
            tally.failed += outcome.failed;
            tally.processor += used;
        }
    }
    let what = format!("{}, {flight} in flight", work.name());
    for (contender, tally) in contenders.iter().zip(&mut tallies) {
        facts(report, &format!("{what}: {}", contender.name), tally);
    }
    let Some((ours, others)) = tallies.split_first() else {
        return Ok(());
    };
    for (contender, other) in contenders.iter().skip(1).zip(others) {
        for (at, of) in ["", ", processor time"].into_iter().enumerate() {
            let mut rounds = Rounds::default();
            for (ours, theirs) in ours.rounds.iter().zip(&other.rounds) {
                let [ours, theirs] = [ours, theirs].map(|round| round.get(at).copied());
                rounds.push(ours.unwrap_or(f64::NAN), theirs.unwrap_or(f64::NAN));
            }
            let result = rounds.result("conductors", &format!("{what}{of}"), &contender.name);
            report.add(match (&contender.kind, at) {
                (Kind::Floor(_), 0) => result.goal(GOAL),
                (Kind::Conductor(_), 1) => result.goal(GOAL_OF_ORIGINAL),
                _ => result,
            });
        }
    }
    Ok(())
}

fn facts(report: &mut Report, what: &str, tally: &mut Tally) {
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let (answered, failed) = (tally.times.len() as f64, tally.failed as f64);
    tally.times.sort_by(f64::total_cmp);
    let mut fact = |name: &str, value, unit| {
        report.fact("conductors", format!("{what}{name}"), value, unit);
    };
    fact("", answered / tally.seconds, "calls/s");
    fact(", p50", quantile(&tally.times, 0.5) / 1e6, "ms");
    fact(", p99", quantile(&tally.times, 0.99) / 1e6, "ms");
    fact(
        ", processor",
        tally.processor * 1e3 / answered.max(1.0),
        "s per 1,000 calls",
    );
    if failed > 0.0 {
        fact(", not answered", failed, "calls");
    }
}
