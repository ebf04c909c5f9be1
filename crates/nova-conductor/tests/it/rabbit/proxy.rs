//! Stands between two that talk by TCP: cuts their connections in the middle of whatever they say, or slows all of it down.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Passes bytes on, until it is told otherwise.
pub(super) struct Proxy {
    pub(super) address: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Bytes until the next cut; 0 for any number.
    budget: AtomicUsize,
    cuts: AtomicUsize,
    /// How long what was read lies before it is passed on, in milliseconds.
    delay: AtomicU64,
    connections: Mutex<CancellationToken>,
}

impl Proxy {
    pub(super) async fn start(to: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let state = Arc::new(State::default());
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // A server that is down refuses: so does the proxy.
                let Ok(server) = TcpStream::connect(&to).await else {
                    continue;
                };
                let cut = shared.connections.lock().expect("unpoisoned").clone();
                tokio::spawn(pass(client, server, shared.clone(), cut));
            }
        });
        Self { address, state }
    }

    /// Cuts all connections after so many bytes.
    pub(super) fn cut_after(&self, bytes: usize) {
        self.state.budget.store(bytes, Ordering::SeqCst);
    }

    pub(super) fn cuts(&self) -> usize {
        self.state.cuts.load(Ordering::SeqCst)
    }

    /// From now on everything that is said takes that long, in each direction.
    pub(super) fn delay(&self, delay: Duration) {
        let millis = u64::try_from(delay.as_millis()).expect("not for ages");
        self.state.delay.store(millis, Ordering::SeqCst);
    }
}

async fn pass(
    mut client: TcpStream,
    mut server: TcpStream,
    state: Arc<State>,
    cut: CancellationToken,
) {
    let (mut there, mut back) = (vec![0; 16_384], vec![0; 16_384]);
    loop {
        let (size, to, bytes) = tokio::select! {
            () = cut.cancelled() => return,
            read = client.read(&mut there) => (read.unwrap_or(0), &mut server, &there),
            read = server.read(&mut back) => (read.unwrap_or(0), &mut client, &back),
        };
        let delay = state.delay.load(Ordering::SeqCst);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
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
