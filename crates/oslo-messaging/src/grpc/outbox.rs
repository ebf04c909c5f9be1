//! The way out of a link: what waits to be written.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use futures::Stream;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::frame::Frame;

/// Where frames are put. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Outbox {
    sender: mpsc::UnboundedSender<Option<Frame>>,
    waiting: Arc<AtomicUsize>,
    limit: usize,
    dead: CancellationToken,
}

/// Where tonic takes them from.
pub(super) struct OutboxStream {
    receiver: mpsc::UnboundedReceiver<Option<Frame>>,
    waiting: Arc<AtomicUsize>,
    dead: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// A way out that is cut when more than `limit` bytes wait: a peer that does not read must not fill our memory.
/// `dead` ends both directions of the link at once.
pub(super) fn outbox(limit: usize, dead: &CancellationToken) -> (Outbox, OutboxStream) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let waiting = Arc::new(AtomicUsize::new(0));
    let stream = OutboxStream {
        receiver,
        waiting: waiting.clone(),
        dead: Box::pin(dead.clone().cancelled_owned()),
    };
    let outbox = Outbox {
        sender,
        waiting,
        limit,
        dead: dead.clone(),
    };
    (outbox, stream)
}

impl Outbox {
    /// Puts a frame in line. False if the link is down, or is now because its peer reads too slowly.
    pub(super) fn send(&self, frame: Frame) -> bool {
        let weight = frame.weight();
        let waiting = self.waiting.fetch_add(weight, Ordering::Relaxed);
        if waiting.saturating_add(weight) > self.limit {
            tracing::warn!(
                waiting,
                limit = self.limit,
                "cutting a link whose peer does not read"
            );
            self.dead.cancel();
            return false;
        }
        !self.dead.is_cancelled() && self.sender.send(Some(frame)).is_ok()
    }

    /// Whether nothing goes out any more.
    pub(super) fn is_dead(&self) -> bool {
        self.dead.is_cancelled() || self.sender.is_closed()
    }

    /// Whether both put frames in the same line.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.sender.same_channel(&other.sender)
    }

    /// Ends the stream after what is in line.
    pub(super) fn finish(&self) {
        // A stream that is gone has ended already.
        drop(self.sender.send(None));
    }
}

impl Stream for OutboxStream {
    type Item = Frame;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Frame>> {
        if self.dead.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        let frame = ready!(self.receiver.poll_recv(context)).flatten();
        if let Some(frame) = &frame {
            self.waiting.fetch_sub(frame.weight(), Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }
}
