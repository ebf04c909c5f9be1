//! A bare tonic echo that does the same SQL by hand: what bounds a remote call.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf, BufMut, Bytes};
use futures::future::{BoxFuture, FutureExt as _};
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::codegen::{Service, http};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Request, Response, Status};

use crate::Result;
use crate::by_hand::ByHand;
use crate::work::Work;

/// An echo server on the loopback, and a connection to it.
#[derive(Clone)]
pub struct Echo {
    channel: Channel,
    request: Bytes,
}

impl Echo {
    /// Serves until the runtime ends. Requests and replies have these sizes.
    ///
    /// # Errors
    /// When there is no port to be had.
    pub async fn start(
        by_hand: Arc<dyn ByHand>,
        uuid: &str,
        work: Work,
        [request, reply]: [usize; 2],
    ) -> Result<Self> {
        let incoming =
            TcpIncoming::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?.with_nodelay(Some(true));
        let address = incoming.local_addr()?;
        let answer = Answer {
            by_hand,
            uuid: uuid.into(),
            work,
            reply: Bytes::from(vec![b'x'; reply]),
        };
        tokio::spawn(Server::builder().serve_with_incoming(Serving(answer), incoming));
        let channel = Endpoint::from_shared(format!("http://{address}"))?
            .tcp_nodelay(true)
            .connect()
            .await?;
        Ok(Self {
            channel,
            request: Bytes::from(vec![b'x'; request]),
        })
    }

    /// One call.
    ///
    /// # Errors
    /// When the server did not do its work.
    pub async fn call(&self) -> Result<()> {
        let mut grpc = tonic::client::Grpc::new(self.channel.clone());
        grpc.ready().await?;
        let path = PathAndQuery::from_static("/bench.Echo/Echo");
        let request = Request::new(self.request.clone());
        std::hint::black_box(grpc.unary(request, path, Raw).await?);
        Ok(())
    }
}

/// Messages as they are.
#[derive(Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;
    fn encoder(&mut self) -> Self {
        *self
    }
    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;
    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;
    fn decode(&mut self, input: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(input.copy_to_bytes(input.remaining())))
    }
}

#[derive(Clone)]
struct Serving(Answer);

impl Service<http::Request<Body>> for Serving {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let answer = self.0.clone();
        async move { Ok(tonic::server::Grpc::new(Raw).unary(answer, request).await) }.boxed()
    }
}

#[derive(Clone)]
struct Answer {
    by_hand: Arc<dyn ByHand>,
    uuid: Arc<str>,
    work: Work,
    reply: Bytes,
}

impl Service<Request<Bytes>> for Answer {
    type Response = Response<Bytes>;
    type Error = Status;
    type Future = BoxFuture<'static, Result<Response<Bytes>, Status>>;
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }
    fn call(&mut self, _: Request<Bytes>) -> Self::Future {
        let answer = self.clone();
        async move {
            let done = answer.work.by_hand(&*answer.by_hand, &answer.uuid).await;
            done.map_err(|error| Status::internal(error.to_string()))?;
            Ok(Response::new(answer.reply))
        }
        .boxed()
    }
}
