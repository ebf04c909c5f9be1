//! tokio as lapin wants to see it, with sockets of our own.

use std::any::Any;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::panic;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use async_rs::traits::{Executor, Reactor, RuntimeKit};
use async_rs::util::{DummyIO, Task, TaskImpl};
use futures::Stream;
use futures_io::{AsyncRead, AsyncWrite};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::Sleep;

use crate::socket::Socket;

/// The tokio runtime a driver was opened in.
#[derive(Clone, Debug)]
pub(crate) struct Tokio(pub(crate) Handle);

impl RuntimeKit for Tokio {}

impl Executor for Tokio {
    type Task<T: Send + 'static> = Joined<T>;

    fn block_on<T, F: Future<Output = T>>(&self, future: F) -> T {
        self.0.block_on(future)
    }

    fn spawn<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
        &self,
        future: F,
    ) -> Task<Joined<T>> {
        Joined(self.0.spawn(future)).into()
    }

    fn spawn_blocking<T: Send + 'static, F: FnOnce() -> T + Send + 'static>(
        &self,
        work: F,
    ) -> Task<Joined<T>> {
        Joined(self.0.spawn_blocking(work)).into()
    }
}

impl Reactor for Tokio {
    type TcpStream = Socket;
    type Sleep = Sleep;

    fn register<H: io::Read + io::Write + Send + 'static>(
        &self,
        _socket: H,
    ) -> io::Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static> {
        // lapin reads and writes sockets that are asynchronous already.
        Err::<DummyIO, _>(io::ErrorKind::Unsupported.into())
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let _entered = self.0.enter();
        tokio::time::sleep(duration)
    }

    fn interval(&self, duration: Duration) -> impl Stream<Item = Instant> + Send + 'static {
        let interval = {
            let _entered = self.0.enter();
            tokio::time::interval(duration)
        };
        futures::stream::unfold(interval, async |mut interval| {
            let at = interval.tick().await.into_std();
            Some((at, interval))
        })
    }

    fn tcp_connect_addr(
        &self,
        address: SocketAddr,
    ) -> impl Future<Output = io::Result<Socket>> + Send + 'static {
        let handle = self.0.clone();
        async move {
            let connect = async move {
                let host = address.ip().to_string();
                Socket::connect(&host, address.port(), None).await
            };
            let (socket, _) = handle.spawn(connect).await.map_err(io::Error::other)??;
            Ok(socket)
        }
    }
}

/// A task whose panic goes on in whoever waits for it.
#[derive(Debug)]
pub(crate) struct Joined<T>(JoinHandle<T>);

#[async_trait::async_trait]
impl<T: Send + 'static> TaskImpl for Joined<T> {
    async fn cancel(&mut self) -> Option<T> {
        self.0.abort();
        (&mut self.0).await.ok()
    }
}

impl<T: Send + 'static> Future for Joined<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        Pin::new(&mut self.0).poll(cx).map(|joined| match joined {
            Ok(value) => value,
            Err(error) => {
                let reason: Box<dyn Any + Send> = match error.try_into_panic() {
                    Ok(panic) => panic,
                    Err(cancelled) => Box::new(cancelled.to_string()),
                };
                panic::resume_unwind(reason)
            }
        })
    }
}
