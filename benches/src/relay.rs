//! A relay that counts what passes: how many bytes calls really take.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::Result;

/// Passes connections on to another address until it is dropped.
#[derive(Debug)]
pub struct Relay {
    /// Where to connect.
    pub address: String,
    counts: Arc<[AtomicU64; 2]>,
    task: JoinHandle<()>,
}

impl Relay {
    /// Listens on the loopback for connections to `far`.
    ///
    /// # Errors
    /// When there is no port to be had.
    pub async fn start(far: String) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let counts: Arc<[AtomicU64; 2]> = Arc::default();
        let counting = counts.clone();
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(&far).await else {
                    return;
                };
                // What is small must not wait for more.
                let delayed = near.set_nodelay(true).and_then(|()| far.set_nodelay(true));
                if delayed.is_err() {
                    return;
                }
                tokio::spawn(connection(near, far, counting.clone()));
            }
        });
        Ok(Self {
            address,
            counts,
            task,
        })
    }

    /// How many bytes went there and came back so far.
    #[must_use]
    pub fn counts(&self) -> [u64; 2] {
        self.counts
            .each_ref()
            .map(|count| count.load(Ordering::Relaxed))
    }

    /// How many bytes each of `calls` calls sends and receives, whatever the
    /// connection itself takes.
    ///
    /// # Errors
    /// When a call fails.
    pub async fn each(
        &self,
        calls: u64,
        mut call: impl AsyncFnMut() -> Result<()>,
    ) -> Result<[usize; 2]> {
        // Connections are opened and whatever is said once is said.
        for _ in 0..10 {
            call().await?;
        }
        let before = self.counts();
        for _ in 0..calls {
            call().await?;
        }
        let after = self.counts();
        let mut each = [0; 2];
        for ((each, after), before) in each.iter_mut().zip(after).zip(before) {
            *each = usize::try_from(after.saturating_sub(before) / calls.max(1))?;
        }
        Ok(each)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Passes everything on until one side ends.
async fn connection(mut near: TcpStream, mut far: TcpStream, counts: Arc<[AtomicU64; 2]>) {
    let (mut from_near, mut to_near) = near.split();
    let (mut from_far, mut to_far) = far.split();
    let [sent, received] = &*counts;
    tokio::select! {
        () = pass(&mut from_near, &mut to_far, sent) => {}
        () = pass(&mut from_far, &mut to_near, received) => {}
    }
}

async fn pass(
    from: &mut (impl AsyncReadExt + Unpin),
    to: &mut (impl AsyncWriteExt + Unpin),
    count: &AtomicU64,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let part = buffer.get(..read).unwrap_or_default();
        if to.write_all(part).await.is_err() {
            return;
        }
        count.fetch_add(read as u64, Ordering::Relaxed);
    }
}
