//! The hub's end of one connection.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::Stream;
use futures::future::{BoxFuture, FutureExt, Ready, ready};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::body::Body;
use tonic::codegen::{Service, http};
use tonic::{Request, Response, Status, Streaming};

use super::frame::{Frame, FrameCodec, Kind};
use super::outbox::{Outbox, OutboxStream, outbox};
use super::{FRAME_OVERHEAD, LINK_PATH, PROTOCOL};
use crate::bus::{Bus, CallPort, Consumer, Handout, Message, Refusal, ReplySink};
use crate::clock;
use crate::options::Limits;
use crate::target::Target;

/// How many calls of one connection may be unanswered, and how many listeners it may have.
const MAX_CALLS: usize = 200_000;
const MAX_LISTENERS: usize = 10_000;

/// The largest credit a listener may give itself.
const MAX_CREDIT: u32 = 100_000;

/// How many frames are taken before the answers have their turn.
const FRAMES_AT_ONCE: usize = 64;

/// Serves the one path there is.
#[derive(Clone)]
pub(super) struct LinkService(Arc<Shared>);

struct Shared {
    bus: Arc<Bus>,
    limits: Limits,
    unread_bytes: usize,
    stop: CancellationToken,
    links: TaskTracker,
}

impl LinkService {
    pub(super) fn new(
        bus: Arc<Bus>,
        limits: Limits,
        unread_bytes: usize,
        stop: CancellationToken,
        links: TaskTracker,
    ) -> Self {
        Self(Arc::new(Shared {
            bus,
            limits,
            unread_bytes,
            stop,
            links,
        }))
    }
}

impl Service<http::Request<Body>> for LinkService {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<http::Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        if request.uri().path() != LINK_PATH {
            return ready(Ok(Status::unimplemented("no such method").into_http())).boxed();
        }
        let limit = self.0.limits.message_bytes.saturating_add(FRAME_OVERHEAD);
        let opening = Opening(self.0.clone());
        async move {
            let mut grpc = tonic::server::Grpc::new(FrameCodec)
                .max_decoding_message_size(limit)
                .max_encoding_message_size(usize::MAX);
            Ok(grpc.streaming(opening, request).await)
        }
        .boxed()
    }
}

/// Opens a link for one stream.
struct Opening(Arc<Shared>);

impl Service<Request<Streaming<Frame>>> for Opening {
    type Response = Response<LinkStream>;
    type Error = Status;
    type Future = Ready<Result<Response<LinkStream>, Status>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Streaming<Frame>>) -> Self::Future {
        let dead = CancellationToken::new();
        let (outbox, stream) = outbox(self.0.unread_bytes, &dead);
        let link = Arc::new(Link {
            shared: self.0.clone(),
            outbox,
            over: CancellationToken::new(),
            peer_message_bytes: Mutex::new(usize::MAX),
            state: Mutex::default(),
            last_delivery: AtomicU64::new(0),
        });
        self.0.links.spawn(link.clone().watch(dead));
        ready(Ok(Response::new(LinkStream {
            frames: Some(request.into_inner()),
            greeted: false,
            outbox: stream,
            link,
        })))
    }
}

/// What is written to the peer. Whoever wants to write the next frame takes what the peer has sent first, so that a call
/// on its way through wakes no task but this: one that does not read its answers is not listened to either.
struct LinkStream {
    /// Until the link ends.
    frames: Option<Streaming<Frame>>,
    greeted: bool,
    outbox: OutboxStream,
    link: Arc<Link>,
}

impl LinkStream {
    /// Takes what has arrived; why the link ended, if it did.
    fn poll_frames(&mut self, context: &mut Context<'_>) -> Poll<String> {
        let Some(frames) = &mut self.frames else {
            return Poll::Pending;
        };
        for _ in 0..FRAMES_AT_ONCE {
            let frame = match Pin::new(&mut *frames).poll_next(context) {
                Poll::Ready(Some(Ok(frame))) => frame,
                Poll::Ready(Some(Err(status))) => return Poll::Ready(status.to_string()),
                Poll::Ready(None) => return Poll::Ready("the peer ended it".to_owned()),
                Poll::Pending => return Poll::Pending,
            };
            let taken = if self.greeted {
                self.link.take(frame)
            } else {
                self.greeted = true;
                self.link.greet(frame)
            };
            if let Err(reason) = taken {
                return Poll::Ready(reason);
            }
        }
        // There may be more, when the answers have had their turn.
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Stream for LinkStream {
    type Item = Result<Frame, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.link.over.is_cancelled() {
            self.frames = None;
        }
        if let Poll::Ready(reason) = self.poll_frames(context) {
            self.frames = None;
            self.link.close(&reason);
        }
        let frame = Pin::new(&mut self.outbox).poll_next(context);
        frame.map(|frame| frame.map(Ok))
    }
}

impl Drop for LinkStream {
    fn drop(&mut self) {
        self.link.close("the connection ended");
    }
}

struct Link {
    shared: Arc<Shared>,
    outbox: Outbox,
    /// Cancelled when it is closed.
    over: CancellationToken,
    peer_message_bytes: Mutex<usize>,
    state: Mutex<LinkState>,
    last_delivery: AtomicU64,
}

#[derive(Default)]
struct LinkState {
    /// The peer's unanswered calls, by its ids.
    calls: HashMap<u64, CancellationToken>,
    /// What the peer's servers have, by our ids.
    deliveries: HashMap<u64, Arc<Handout>>,
    /// The bus's listener for each of the peer's.
    listeners: HashMap<u64, u64>,
    /// Nothing may be added any more.
    closed: bool,
}

impl Link {
    /// Closes it when it is cut or the hub stops, whether or not the peer reads.
    async fn watch(self: Arc<Self>, dead: CancellationToken) {
        let reason = tokio::select! {
            biased;
            () = self.over.cancelled() => return,
            () = dead.cancelled() => "it was cut",
            () = self.shared.stop.cancelled() => "the hub stops",
        };
        self.close(reason);
    }

    /// Answers a peer's first frame; the error is why the link ends.
    fn greet(&self, frame: Frame) -> Result<(), String> {
        let Frame::Hello {
            protocol,
            name,
            message_bytes,
        } = frame
        else {
            return Err("it did not greet".to_owned());
        };
        tracing::debug!(peer = name, protocol, "link opened");
        *self.peer_limit() = usize::try_from(message_bytes).unwrap_or(usize::MAX);
        self.outbox.send(Frame::Hello {
            protocol: PROTOCOL,
            name: "hub".to_owned(),
            message_bytes: self.shared.limits.message_bytes as u64,
        });
        if protocol == PROTOCOL {
            Ok(())
        } else {
            Err(format!("protocol {protocol}"))
        }
    }

    /// Acts on one frame; the error is why the link ends: the peer must not send it.
    fn take(self: &Arc<Self>, frame: Frame) -> Result<(), String> {
        let broke_protocol = || Err("it broke the protocol".to_owned());
        match frame {
            Frame::Publish {
                id,
                kind,
                exchange,
                topic,
                server,
                remaining_ms,
                body,
            } => {
                let target = Target {
                    exchange: Some(exchange),
                    topic,
                    server,
                    fanout: kind == Kind::Fanout,
                    ..Target::default()
                };
                self.publish(id, kind, &target, remaining_ms, body);
            }
            Frame::Cancel { id } => {
                if let Some(abandoned) = self.state().calls.remove(&id) {
                    abandoned.cancel();
                }
            }
            Frame::Listen {
                listener,
                exchange,
                topic,
                server,
                credit,
            } => {
                let count = self.state().listeners.len();
                if count >= MAX_LISTENERS || server.is_empty() {
                    return broke_protocol();
                }
                let target = Target::new(topic).exchange(exchange).server(server);
                let consumer = Arc::new(LinkConsumer {
                    link: self.clone(),
                    listener,
                });
                tracing::debug!(topic = %target, credit, "a peer listens");
                let id = self
                    .shared
                    .bus
                    .subscribe(&target, credit.min(MAX_CREDIT), consumer);
                let not_needed = {
                    let mut state = self.state();
                    if state.closed {
                        Some(id)
                    } else {
                        state.listeners.insert(listener, id)
                    }
                };
                if let Some(not_needed) = not_needed {
                    self.shared.bus.unsubscribe(not_needed);
                }
                self.outbox.send(Frame::Listening { listener });
            }
            Frame::Unlisten { listener } => {
                let id = self.state().listeners.remove(&listener);
                if let Some(id) = id {
                    self.shared.bus.unsubscribe(id);
                }
                self.outbox.send(Frame::Unlistened { listener });
            }
            Frame::Ack { id } => {
                if let Some(handout) = self.state().deliveries.get(&id) {
                    handout.ack();
                }
            }
            Frame::Reply { id, ending, body } => {
                let handout = self.state().deliveries.get(&id).cloned();
                if let Some(handout) = handout {
                    handout.reply(body, ending);
                }
            }
            Frame::Reject { id, requeue } => {
                let handout = self.state().deliveries.remove(&id);
                if let Some(handout) = handout {
                    handout.reject(requeue);
                }
            }
            Frame::Done { id } => {
                let handout = self.state().deliveries.remove(&id);
                // The credit comes back, and with it perhaps the next delivery: not under our lock.
                drop(handout);
            }
            Frame::Hello { .. }
            | Frame::Listening { .. }
            | Frame::Unlistened { .. }
            | Frame::Accepted { .. }
            | Frame::Refused { .. }
            | Frame::Deliver { .. } => return broke_protocol(),
        }
        Ok(())
    }

    fn publish(
        self: &Arc<Self>,
        id: u64,
        kind: Kind,
        target: &Target,
        remaining_ms: Option<u64>,
        body: Bytes,
    ) {
        let limit = self.shared.limits.message_bytes;
        let outcome = if body.len() > limit {
            Err(Refusal::TooLarge {
                size: body.len(),
                limit,
            })
        } else {
            self.port(id, kind).and_then(|port| {
                let message = Message {
                    body,
                    deadline: remaining_ms.and_then(clock::after_millis),
                    port,
                    redelivered: false,
                };
                self.shared.bus.publish(target, message)
            })
        };
        match outcome {
            Ok(()) if kind == Kind::Call => {}
            Ok(()) => {
                self.outbox.send(Frame::Accepted { id });
            }
            Err(refusal) => {
                self.state().calls.remove(&id);
                self.outbox.send(Frame::Refused { id, refusal });
            }
        }
    }

    /// Notes a call down.
    fn port(self: &Arc<Self>, id: u64, kind: Kind) -> Result<Option<CallPort>, Refusal> {
        if kind != Kind::Call {
            return Ok(None);
        }
        let mut state = self.state();
        if state.closed {
            return Err(Refusal::Lost);
        }
        if state.calls.len() >= MAX_CALLS {
            return Err(Refusal::Busy(format!("{MAX_CALLS} calls are unanswered")));
        }
        let abandoned = CancellationToken::new();
        state.calls.insert(id, abandoned.clone());
        let sink = Arc::new(LinkSink {
            link: self.clone(),
            id,
        });
        Ok(Some(CallPort { sink, abandoned }))
    }

    /// Gives back what the peer had, and forgets its calls. Once.
    fn close(&self, reason: &str) {
        // First nothing more may be handed out here, or what comes back would be handed out here again.
        let listeners = {
            let mut state = self.state();
            if state.closed {
                return;
            }
            state.closed = true;
            std::mem::take(&mut state.listeners)
        };
        tracing::debug!(reason, "link ended");
        for (_, listener) in listeners {
            self.shared.bus.unsubscribe(listener);
        }
        let state = std::mem::replace(
            &mut *self.state(),
            LinkState {
                closed: true,
                ..LinkState::default()
            },
        );
        for (_, abandoned) in state.calls {
            abandoned.cancel();
        }
        // Dropped here, what was not acknowledged goes to other servers, and callers of the rest are told.
        drop(state.deliveries);
        self.outbox.finish();
        self.over.cancel();
    }

    fn state(&self) -> MutexGuard<'_, LinkState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn peer_limit(&self) -> MutexGuard<'_, usize> {
        self.peer_message_bytes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way back to a caller behind a link.
struct LinkSink {
    link: Arc<Link>,
    id: u64,
}

impl ReplySink for LinkSink {
    fn reply(&self, body: Bytes, ending: bool) {
        let limit = *self.link.peer_limit();
        if body.len() > limit {
            let size = body.len();
            return self.refuse(Refusal::TooLarge { size, limit });
        }
        let waits = if ending {
            self.link.state().calls.remove(&self.id)
        } else {
            self.link.state().calls.get(&self.id).cloned()
        };
        if let Some(abandoned) = waits {
            if ending {
                // Whoever watches for the caller's going need not any more.
                abandoned.cancel();
            }
            self.link.outbox.send(Frame::Reply {
                id: self.id,
                ending,
                body,
            });
        }
    }

    fn refuse(&self, refusal: Refusal) {
        let waits = self.link.state().calls.remove(&self.id);
        if waits.is_some() {
            self.link.outbox.send(Frame::Refused {
                id: self.id,
                refusal,
            });
        }
    }
}

/// One listener behind a link.
struct LinkConsumer {
    link: Arc<Link>,
    listener: u64,
}

impl Consumer for LinkConsumer {
    fn deliver(&self, handout: Handout) {
        let link = &self.link;
        let message = handout.message();
        let limit = *link.peer_limit();
        if message.body.len() > limit {
            let size = message.body.len();
            return handout.refuse(Refusal::TooLarge { size, limit });
        }
        let id = link.last_delivery.fetch_add(1, Ordering::Relaxed) + 1;
        let frame = Frame::Deliver {
            id,
            listener: self.listener,
            call: message.port.is_some(),
            redelivered: message.redelivered,
            remaining_ms: message.deadline.map(clock::millis_until),
            body: message.body.clone(),
        };
        let abandoned = message.port.as_ref().map(|port| port.abandoned.clone());
        {
            let mut state = link.state();
            if state.closed {
                drop(state);
                // It goes back to its queue: not here, where it would be handed out to this listener again at once, as
                // long as that is still known to the bus.
                tokio::spawn(async move { drop(handout) });
                return;
            }
            state.deliveries.insert(id, Arc::new(handout));
        }
        link.outbox.send(frame);
        if let Some(abandoned) = abandoned {
            let link = Arc::downgrade(link);
            tokio::spawn(async move {
                abandoned.cancelled().await;
                let Some(link) = link.upgrade() else { return };
                // What was answered, or given back, needs no cancelling.
                if link.state().deliveries.contains_key(&id) {
                    link.outbox.send(Frame::Cancel { id });
                }
            });
        }
    }
}
