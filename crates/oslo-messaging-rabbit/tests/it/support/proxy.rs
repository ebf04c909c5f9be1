//! A TCP proxy in front of the broker: notes frames, cuts connections, in the middle of a frame if asked.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use amq_protocol::frame::{AMQPFrame, parse_frame};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A frame that passed.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The number of its connection, in the order they were made.
    pub(crate) connection: usize,
    pub(crate) to_broker: bool,
    pub(crate) frame: AMQPFrame,
}

#[derive(Default)]
struct State {
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    /// Ends the connections there are.
    cut: Mutex<CancellationToken>,
    refuse: AtomicBool,
    /// Passes nothing on, to the broker and back.
    stalled: AtomicBool,
    /// Bytes that may still pass to the broker before all is cut; 0 for any number.
    budget: AtomicUsize,
    /// Frames of the broker's that the broker never sent.
    forged: Mutex<Vec<mpsc::UnboundedSender<Vec<u8>>>>,
}

pub(crate) struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
    _stop: tokio_util::sync::DropGuard,
}

impl Proxy {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        let stop = CancellationToken::new();
        let (shared, stopped) = (state.clone(), stop.clone());
        tokio::spawn(async move {
            loop {
                let client = tokio::select! {
                    () = stopped.cancelled() => return,
                    accepted = listener.accept() => accepted.unwrap().0,
                };
                if shared.refuse.load(Ordering::SeqCst) {
                    continue;
                }
                let number = shared.connections.fetch_add(1, Ordering::SeqCst);
                let broker = TcpStream::connect(super::address()).await.unwrap();
                let cut = shared.cut.lock().unwrap().clone();
                let (from_client, to_client) = client.into_split();
                let (from_broker, to_broker) = broker.into_split();
                for (from, to, outbound) in [
                    (from_client, to_broker, true),
                    (from_broker, to_client, false),
                ] {
                    let (state, cut, stopped) = (shared.clone(), cut.clone(), stopped.clone());
                    tokio::spawn(async move {
                        tokio::select! {
                            () = stopped.cancelled() => {}
                            () = cut.cancelled() => {}
                            () = pass(&state, number, from, to, outbound, &cut) => cut.cancel(),
                        }
                    });
                }
            }
        });
        Self {
            address,
            state,
            _stop: stop.drop_guard(),
        }
    }

    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Ends all connections there are.
    pub(crate) fn cut(&self) {
        let cut = std::mem::take(&mut *self.state.cut.lock().unwrap());
        cut.cancel();
    }

    /// Ends all connections once this many more bytes went to the broker.
    pub(crate) fn cut_after(&self, bytes: usize) {
        self.state.budget.store(bytes, Ordering::SeqCst);
    }

    /// Whether new connections are closed at once.
    pub(crate) fn refuse(&self, refuse: bool) {
        self.state.refuse.store(refuse, Ordering::SeqCst);
    }

    /// Takes everything and passes nothing on.
    pub(crate) fn stall(&self) {
        self.state.stalled.store(true, Ordering::SeqCst);
    }

    /// Tells all clients that the broker is short of memory (`connection.blocked`), or not any more.
    pub(crate) fn block(&self, blocked: bool) {
        let mut arguments = vec![0, 10, 0, if blocked { 60 } else { 61 }];
        if blocked {
            arguments.extend_from_slice(b"\x0alow on ram");
        }
        let size = u8::try_from(arguments.len()).unwrap();
        let frame = [&[1, 0, 0, 0, 0, 0, size], &arguments[..], &[0xce]].concat();
        self.forge(&frame);
    }

    /// Sends all clients bytes that the broker never sent.
    pub(crate) fn forge(&self, frame: &[u8]) {
        for client in &*self.state.forged.lock().unwrap() {
            // Those that are gone do not mind.
            let _ = client.send(frame.to_vec());
        }
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }
}

/// Passes bytes on and notes the frames in them. A connection's end ends its cut group: a test cuts all or none.
async fn pass(
    state: &State,
    connection: usize,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    outbound: bool,
    cut: &CancellationToken,
) {
    let (mut buffer, mut rest) = (vec![0; 65_536], Vec::new());
    let (sender, mut forged) = mpsc::unbounded_channel();
    if !outbound {
        state.forged.lock().unwrap().push(sender.clone());
    }
    loop {
        let read = tokio::select! {
            read = from.read(&mut buffer) => read,
            frame = forged.recv() => {
                let _ = to.write_all(&frame.unwrap()).await;
                continue;
            }
        };
        let Ok(mut size @ 1..) = read else {
            // The other direction may still have something to say: wait for it to end, too.
            let _ = to.shutdown().await;
            if outbound {
                cut.cancelled().await;
            }
            return std::future::pending().await;
        };
        if state.stalled.load(Ordering::SeqCst) {
            continue;
        }
        if outbound {
            let budget = state.budget.load(Ordering::SeqCst);
            if budget > 0 {
                size = size.min(budget);
                state.budget.store(budget - size, Ordering::SeqCst);
                if budget == size {
                    let _ = to.write_all(&buffer[..size]).await;
                    // New connections have nothing to do with it.
                    let all = std::mem::take(&mut *state.cut.lock().unwrap());
                    all.cancel();
                    return;
                }
            }
        }
        rest.extend_from_slice(&buffer[..size]);
        while let Ok((left, frame)) = parse_frame(&rest[..]) {
            let used = rest.len() - left.len();
            rest.drain(..used);
            state.seen.lock().unwrap().push(Seen {
                connection,
                to_broker: outbound,
                frame,
            });
        }
        if to.write_all(&buffer[..size]).await.is_err() {
            return std::future::pending().await;
        }
    }
}
