//! Brokers that die under load, connections that are cut in the middle of a frame, and a cluster that loses a node.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use test_support::servers::RabbitMq;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::cell::{Cell, written};
use super::load::Load;
use super::process::Process;

#[test]
fn a_broker_that_is_killed_and_connections_that_are_cut_lose_nothing() {
    let mut broker = RabbitMq::start();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let proxy = Proxy::start(broker.address()).await;
        let cell = Cell::on_files(&format!("rabbit://guest:guest@{}/", proxy.address));
        let db = cell.prepare().await;
        let conductor = Process::start(&cell, "h1");
        let load = Load::start(&cell, "broker").await;
        load.goes_on(20, "the conductor serves").await;
        let mut queues = names(&broker);

        // In the middle of a method, of a header, of a body, as it comes.
        for bytes in [1_003, 7_919, 20_011, 33_331, 64_007] {
            proxy.cut_after(bytes);
            load.goes_on(40, "the connections are made again").await;
        }
        assert_eq!(proxy.cuts(), 5, "each cut was made");

        broker.kill();
        tokio::time::sleep(Duration::from_millis(500)).await;
        broker.launch();
        load.goes_on(40, "the broker is found again").await;
        load.stop().await.check(&written(&db).await);
        let mut now = names(&broker);
        queues.sort();
        now.sort();
        assert_eq!(now, queues, "names are kept, and no queue is added");
        assert!(conductor.peak() < 400, "{} MiB", conductor.peak());
    });
}

#[test]
fn a_cluster_that_loses_a_node_goes_on() {
    let mut one = RabbitMq::start();
    let two = one.join(2);
    let mirrored = r#"{"ha-mode":"all","ha-sync-mode":"automatic"}"#;
    one.ctl(&["set_policy", "mirrored", ".*", mirrored]);
    let cell = Cell::on_files(&format!("rabbit://{},{}/", one.netloc(), two.netloc()));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let db = cell.prepare().await;
        let _conductor = Process::start(&cell, "h1");
        let load = Load::start(&cell, "cluster").await;
        load.goes_on(40, "the conductor serves").await;
        one.kill();
        load.goes_on(40, "the other node goes on").await;
        load.stop().await.check(&written(&db).await);
    });
}

fn names(broker: &RabbitMq) -> Vec<String> {
    broker.queues().into_iter().map(|(name, _)| name).collect()
}

/// Passes bytes on, and cuts all connections after so many of them.
struct Proxy {
    address: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Bytes until the next cut; 0 for any number.
    budget: AtomicUsize,
    cuts: AtomicUsize,
    connections: std::sync::Mutex<CancellationToken>,
}

impl Proxy {
    async fn start(to: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let state = Arc::new(State::default());
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // A broker that is down refuses: so does the proxy.
                let Ok(broker) = TcpStream::connect(&to).await else {
                    continue;
                };
                let cut = shared.connections.lock().expect("unpoisoned").clone();
                tokio::spawn(pass(client, broker, shared.clone(), cut));
            }
        });
        Self { address, state }
    }

    fn cut_after(&self, bytes: usize) {
        self.state.budget.store(bytes, Ordering::SeqCst);
    }

    fn cuts(&self) -> usize {
        self.state.cuts.load(Ordering::SeqCst)
    }
}

async fn pass(
    mut client: TcpStream,
    mut broker: TcpStream,
    state: Arc<State>,
    cut: CancellationToken,
) {
    let (mut there, mut back) = (vec![0; 16_384], vec![0; 16_384]);
    loop {
        let (size, to, bytes) = tokio::select! {
            () = cut.cancelled() => return,
            read = client.read(&mut there) => (read.unwrap_or(0), &mut broker, &there),
            read = broker.read(&mut back) => (read.unwrap_or(0), &mut client, &back),
        };
        let budget = state.budget.load(Ordering::SeqCst);
        let cuts = budget > 0 && budget <= size;
        let size_passed = if cuts { budget } else { size };
        if budget > 0 {
            state.budget.store(budget - size_passed, Ordering::SeqCst);
        }
        if size == 0 || to.write_all(&bytes[..size_passed]).await.is_err() {
            return;
        }
        if cuts {
            state.cuts.fetch_add(1, Ordering::SeqCst);
            std::mem::take(&mut *state.connections.lock().expect("unpoisoned")).cancel();
            return;
        }
    }
}
