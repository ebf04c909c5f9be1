//! A message in a listener's hands.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;

use super::{Bus, Message, Refusal};

/// A message that was handed to a listener. While it is not acknowledged it goes back to its queue when dropped; once it
/// is, dropping it without an answer tells the caller. Either way the listener's credit comes back.
pub(crate) struct Handout {
    bus: Arc<Bus>,
    listener: u64,
    queue: Arc<str>,
    message: Message,
    settled: AtomicBool,
    answered: AtomicBool,
}

impl Handout {
    pub(super) fn new(bus: Arc<Bus>, listener: u64, queue: Arc<str>, message: Message) -> Self {
        Self {
            bus,
            listener,
            queue,
            message,
            settled: AtomicBool::new(false),
            answered: AtomicBool::new(false),
        }
    }

    pub(crate) fn message(&self) -> &Message {
        &self.message
    }

    pub(crate) fn ack(&self) {
        self.settled.store(true, Ordering::Release);
    }

    pub(crate) fn reject(&self, requeue: bool) {
        // What is dropped on purpose gets no answer, as on a broker: its caller times out.
        if !requeue {
            self.answered.store(true, Ordering::Release);
            self.settled.store(true, Ordering::Release);
        }
    }

    pub(crate) fn reply(&self, body: Bytes, ending: bool) {
        if ending {
            self.answered.store(true, Ordering::Release);
            self.settled.store(true, Ordering::Release);
        }
        if let Some(port) = &self.message.port {
            port.sink.reply(body, ending);
        }
    }

    /// Ends the call without an answer of the server.
    #[cfg_attr(
        not(feature = "grpc"),
        expect(dead_code, reason = "only connections refuse")
    )]
    pub(crate) fn refuse(&self, refusal: Refusal) {
        self.answered.store(true, Ordering::Release);
        self.settled.store(true, Ordering::Release);
        self.message.refuse(refusal);
    }

    /// Resolves when the caller does not wait any more; never for a cast.
    pub(crate) async fn abandoned(&self) {
        match &self.message.port {
            Some(port) => port.abandoned.cancelled().await,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Handout {
    fn drop(&mut self) {
        if !self.settled.load(Ordering::Acquire) {
            self.bus.requeue(&self.queue, self.message.clone());
        } else if !self.answered.load(Ordering::Acquire)
            && self.message.port.is_some()
            // Work that was dropped because its caller's time is over was not lost.
            && !self.message.is_stale()
        {
            self.message.refuse(Refusal::Lost);
        }
        self.bus.release(self.listener);
    }
}
