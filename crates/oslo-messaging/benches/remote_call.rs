//! A call over `grpc://` to a server in the hub's process, next to a bare tonic unary echo of the same bytes, at 1, 32 and
//! 1000 in flight. The project's goal is at most 1.25 times the echo (without the work the method does).
//!
//! `cargo bench -p oslo-messaging`, or with `-- 1` for one of the three.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has failed"
)]
#![expect(clippy::print_stdout, reason = "it prints its result")]

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::{Buf, BufMut, Bytes};
use futures::future::{BoxFuture, FutureExt, Ready, join_all, ready};
use oslo_messaging::grpc::{Hub, HubOptions};
use oslo_messaging::{
    Call, CallContext, Dispatcher, Endpoint, Failure, Json, Kwargs, RpcClient, RpcServer,
    ServerOptions, Target, Transport, TransportOptions,
};
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::codegen::{Service, http};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint as Dial, Server};
use tonic::{Request, Response, Status};

/// About what an Instance request and its reply weigh.
const REQUEST: usize = 2400;
const REPLY: usize = 3200;

#[derive(Clone, Copy, Default)]
struct BytesCodec;

impl Codec for BytesCodec {
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

impl Encoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;
    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;
    fn decode(&mut self, input: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(input.copy_to_bytes(input.remaining())))
    }
}

#[derive(Clone)]
struct Echo(Bytes);

impl Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let answer = Answer(self.0.clone());
        async move {
            Ok(tonic::server::Grpc::new(BytesCodec)
                .unary(answer, request)
                .await)
        }
        .boxed()
    }
}

struct Answer(Bytes);

impl Service<Request<Bytes>> for Answer {
    type Response = Response<Bytes>;
    type Error = Status;
    type Future = Ready<Result<Response<Bytes>, Status>>;
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }
    fn call(&mut self, _: Request<Bytes>) -> Self::Future {
        ready(Ok(Response::new(self.0.clone())))
    }
}

struct Answering(Json);

#[async_trait]
impl Endpoint for Answering {
    fn version(&self) -> &str {
        "3.0"
    }
    fn has_method(&self, method: &str) -> bool {
        method == "answer"
    }
    async fn call(&self, _: Call<'_>) -> Result<Json, Box<Failure>> {
        Ok(self.0.clone())
    }
}

/// An object's primitive is mostly short quoted strings.
fn payload(size: usize) -> String {
    let mut text = String::from("{");
    while text.len() < size - 30 {
        if text.len() > 1 {
            text.push_str(", ");
        }
        text.push_str(&format!("\"field_{:04}\": \"value\"", text.len()));
    }
    text.push('}');
    text
}

/// The time a call takes with `flight` of them at once: the best of some rounds, as the machine has other work too.
async fn measure<F: Future<Output = ()> + Send + 'static>(
    flight: usize,
    call: impl Fn() -> F + Clone + Send + 'static,
) -> (Duration, f64) {
    let mut best = Duration::MAX;
    let each = (12_000 / flight).max(4);
    for _ in 0..7 {
        let started = Instant::now();
        let callers = (0..flight).map(|_| {
            let call = call.clone();
            tokio::spawn(async move {
                for _ in 0..each {
                    call().await;
                }
            })
        });
        for caller in join_all(callers).await {
            caller.unwrap();
        }
        best = best.min(started.elapsed() / u32::try_from(each).unwrap());
    }
    (best, flight as f64 / best.as_secs_f64())
}

#[tokio::main]
async fn main() {
    let (request, reply) = (payload(REQUEST), payload(REPLY));

    let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap())
        .unwrap()
        .with_nodelay(Some(true));
    let address = incoming.local_addr().unwrap();
    let echo = Echo(Bytes::from(reply.clone()));
    tokio::spawn(Server::builder().serve_with_incoming(echo, incoming));
    let channel: Channel = Dial::from_shared(format!("http://{address}"))
        .unwrap()
        .tcp_nodelay(true)
        .connect()
        .await
        .unwrap();

    let hub = Hub::bind(
        &"grpc://127.0.0.1:0".parse().unwrap(),
        HubOptions::default(),
    )
    .await
    .unwrap();
    let endpoint: Arc<dyn Endpoint> = Arc::new(Answering(Json::from_written(reply)));
    let _server = RpcServer::start(
        &hub.transport(TransportOptions::default()),
        Target::new("conductor").server("h"),
        Dispatcher::new([endpoint]),
        ServerOptions::default(),
    )
    .await
    .unwrap();
    let transport = Transport::open(hub.url(), TransportOptions::default(), &[])
        .await
        .unwrap();
    let client = RpcClient::new(transport, Target::new("conductor").version("3.0"));

    println!("in flight | echo us | call us | ratio | calls/s");
    let only: Option<usize> = std::env::args().find_map(|arg| arg.parse().ok());
    for flight in [1, 32, 1000] {
        if only.is_some_and(|only| only != flight) {
            continue;
        }
        let bytes = Bytes::from(request.clone());
        let unary = {
            let channel = channel.clone();
            move || {
                let (channel, bytes) = (channel.clone(), bytes.clone());
                async move {
                    let mut grpc = tonic::client::Grpc::new(channel);
                    grpc.ready().await.unwrap();
                    let path = PathAndQuery::from_static("/bench.Echo/Echo");
                    grpc.unary(Request::new(bytes), path, BytesCodec)
                        .await
                        .unwrap();
                }
            }
        };
        let rpc = {
            let prepared = client.prepare();
            let args = Kwargs::new().written("payload", &request);
            move || {
                let (prepared, args) = (prepared.clone(), args.clone());
                async move {
                    let context = CallContext::empty();
                    prepared.call(&context, "answer", &args).await.unwrap();
                }
            }
        };
        let (echo, _) = measure(flight, unary).await;
        let (call, rate) = measure(flight, rpc).await;
        println!(
            "{flight:>9} | {:>7} | {:>7} | {:>5.2} | {rate:>7.0}",
            echo.as_micros(),
            call.as_micros(),
            call.as_secs_f64() / echo.as_secs_f64(),
        );
    }
}
