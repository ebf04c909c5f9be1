//! Real processes, really killed.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use nova_objects::{Context, RequestContext, Service};
use nova_rpc::ConductorClient;
use nova_service::request_codec;
use oslo_messaging::{Transport, TransportOptions};

/// How many services report in at once.
const WRITERS: usize = 12;

/// A conductor in a process of its own, on files and a port of its own.
struct Process {
    child: Child,
}

impl Process {
    fn start(folder: &Path, port: u16) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_nova-conductor"))
            .env("HOME", folder)
            .args([
                "--set",
                &format!("DEFAULT.transport_url=grpc://127.0.0.1:{port}"),
            ])
            .args(["--set", &format!("DEFAULT.state_path={}", folder.display())])
            .args(["--set", "DEFAULT.host=faulty"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the conductor's program starts");
        Self { child }
    }

    /// SIGKILL: no goodbye of any kind.
    fn kill(&mut self) {
        self.child.kill().expect("a process can be killed");
        self.child.wait().expect("and is gone");
    }

    /// SIGTERM, and the exit status.
    fn terminate(&mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .expect("kill")
                .success()
        );
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already, and then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

async fn context(port: u16, timeout: Duration) -> Context {
    let url = format!("grpc://127.0.0.1:{port}").parse().expect("a URL");
    let options = TransportOptions {
        response_timeout: timeout,
        ..TransportOptions::default()
    };
    let transport = Transport::open(&url, options, &[])
        .await
        .expect("a transport opens before its hub is there");
    let client = ConductorClient::new(transport, request_codec());
    Context::remote(Arc::new(client), RequestContext::admin())
}

async fn register(ctx: &Context, index: usize) -> Service {
    let mut service = Service::new();
    service.set_host(format!("writer-{index}"));
    service.set_binary("nova-compute");
    service.set_topic("compute");
    service.set_report_count(0);
    service.set_disabled(false);
    service
        .create(ctx)
        .await
        .expect("a service is registered once the conductor is up");
    service
}

/// What the writers know.
#[derive(Default)]
struct Tally {
    stop: AtomicBool,
    acknowledged: [AtomicU64; WRITERS],
    errors: AtomicU64,
    slowest_error: AtomicU64,
}

async fn report(ctx: Context, mut service: Service, index: usize, tally: Arc<Tally>) {
    let mut count: u64 = 0;
    while !tally.stop.load(Ordering::Relaxed) {
        count += 1;
        service.set_report_count(i64::try_from(count).expect("few reports"));
        let asked = Instant::now();
        match service.save(&ctx).await {
            Ok(()) => tally.acknowledged[index].store(count, Ordering::Relaxed),
            Err(error) => {
                assert!(
                    error.is_unreachable(),
                    "it says that nobody was reached: {error}"
                );
                let millis = u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX);
                tally.errors.fetch_add(1, Ordering::Relaxed);
                tally.slowest_error.fetch_max(millis, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// No acknowledged save is lost, callers are told within their time, and they
/// go on by themselves when the conductor is back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_conductor_loses_nothing_it_acknowledged() {
    const TIMEOUT: Duration = Duration::from_secs(5);
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let ctx = context(port, Duration::from_secs(30)).await;
    let mut conductor = Process::start(folder.path(), port);
    let mut services = Vec::new();
    for index in 0..WRITERS {
        services.push(register(&ctx, index).await);
    }

    let ctx = context(port, TIMEOUT).await;
    let tally = Arc::new(Tally::default());
    let writers: Vec<_> = services
        .into_iter()
        .enumerate()
        .map(|(index, service)| tokio::spawn(report(ctx.clone(), service, index, tally.clone())))
        .collect();
    for _ in 0..3 {
        wait_for(|| total(&tally) > 0, "saves are acknowledged").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        conductor.kill();
        let before = total(&tally);
        tokio::time::sleep(Duration::from_millis(300)).await;
        conductor = Process::start(folder.path(), port);
        wait_for(
            || total(&tally) > before,
            "the writers go on after the restart",
        )
        .await;
    }
    tally.stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.expect("no writer panics");
    }

    for index in 0..WRITERS {
        let host = format!("writer-{index}");
        let service = Service::get_by_host_and_binary(&ctx, host.as_str(), "nova-compute")
            .await
            .expect("the conductor answers")
            .expect("the service is there");
        let stored = u64::try_from(service.report_count().expect("set")).expect("a count");
        let acknowledged = tally.acknowledged[index].load(Ordering::Relaxed);
        assert!(
            stored >= acknowledged,
            "{host}: {acknowledged} was acknowledged, {stored} is stored"
        );
    }
    assert!(
        tally.errors.load(Ordering::Relaxed) > 0,
        "the kills were noticed"
    );
    let slowest = Duration::from_millis(tally.slowest_error.load(Ordering::Relaxed));
    assert!(
        slowest < TIMEOUT + Duration::from_secs(2),
        "an error took {slowest:?}, the callers' time is {TIMEOUT:?}"
    );
}

fn total(tally: &Tally) -> u64 {
    tally
        .acknowledged
        .iter()
        .map(|count| count.load(Ordering::Relaxed))
        .sum()
}

async fn wait_for(mut condition: impl FnMut() -> bool, what: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(Instant::now() < deadline, "{what}: not within a minute");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// SIGTERM: what was taken is answered, what was not ends in an error by its
/// deadline, and the exit status says that all went well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_answers_what_is_in_flight() {
    const TIMEOUT: Duration = Duration::from_secs(3);
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let mut conductor = Process::start(folder.path(), port);
    let service = register(&context(port, Duration::from_secs(30)).await, 0).await;
    let id = service.id().expect("an id");
    let ctx = context(port, TIMEOUT).await;
    Service::get_by_id(&ctx, id).await.expect("the way is open");
    let asked = Instant::now();
    let calls: Vec<_> = (0..200)
        .map(|_| {
            let ctx = ctx.clone();
            tokio::spawn(async move { Service::get_by_id(&ctx, id).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(5)).await;
    let status = tokio::task::spawn_blocking(move || conductor.terminate())
        .await
        .expect("it was told");
    assert_eq!(status, Some(0), "it stopped as asked");
    let mut answered = 0;
    for call in calls {
        match call.await.expect("no call panics") {
            Ok(_) => answered += 1,
            Err(error) => assert!(error.is_unreachable(), "{error}"),
        }
    }
    assert!(answered > 0, "what was in flight is answered");
    assert!(
        asked.elapsed() < TIMEOUT + Duration::from_secs(2),
        "nothing waits past its deadline"
    );
}

/// The conductor's program with files in `folder`, its output to be read.
fn program(folder: &Path, set: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nova-conductor"));
    command
        .env("HOME", folder)
        .args(["--set", &format!("DEFAULT.state_path={}", folder.display())])
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    for option in set {
        command.args(["--set", option]);
    }
    command
}

/// Brokers and databases may be long in coming, and whoever started it need not wait for them.
#[test]
fn one_that_waits_for_its_broker_or_database_can_be_stopped() {
    let dead = free_port();
    let broker = format!("DEFAULT.transport_url=rabbit://guest:guest@127.0.0.1:{dead}/");
    let database = format!("database.connection=mysql+pymysql://nova:nova@127.0.0.1:{dead}/nova");
    for waits_for in [broker, database] {
        let folder = tempfile::tempdir().expect("a folder");
        let child = program(folder.path(), &[&waits_for]).spawn();
        let mut conductor = Process {
            child: child.expect("the conductor's program starts"),
        };
        std::thread::sleep(Duration::from_secs(2));
        assert!(
            conductor.child.try_wait().expect("its state").is_none(),
            "it waits: {waits_for}"
        );
        let asked = Instant::now();
        assert_eq!(conductor.terminate(), Some(0), "{waits_for}");
        assert!(asked.elapsed() < Duration::from_secs(10), "{waits_for}");
    }
}

/// What is wrong with a file does not pass by itself: it is said at once, with what to do.
#[test]
fn one_with_a_damaged_file_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("nova.sqlite"), "no database at all").expect("a file");
    let ended = program(folder.path(), &[]).output().expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(69), "{said}");
    assert!(
        said.contains("hint: ") && said.contains("nova.sqlite"),
        "{said}"
    );
}
