//! Connecting again and again: which broker next, and after which wait.

use std::sync::Arc;
use std::time::{Duration, Instant};

use oslo_messaging::{Error, Result};
use tokio::sync::watch;
use uuid::Uuid;

use crate::error::RabbitError;
use crate::link::{Dialer, Link, before};
use crate::options::RabbitOptions;

/// A connection that stayed up for this long starts over with short waits.
const STABLE: Duration = Duration::from_secs(30);
/// The wait before the first try after a loss, at most: a whole fleet must not come back in the same moment.
const FIRST: Duration = Duration::from_millis(100);

/// How far something that needs a connection has come.
#[derive(Clone, Debug)]
pub(crate) enum Phase<T> {
    /// On its way. Why it is not there yet, if something went wrong.
    Waiting(Option<Arc<str>>),
    /// There.
    Ready(T),
    /// The broker is there and refuses; tried again, but those who wait are told.
    Refused(Arc<RabbitError>),
}

impl<T> Phase<T> {
    pub(crate) fn after(error: RabbitError) -> Self {
        if error.is_permanent() {
            Self::Refused(Arc::new(error))
        } else {
            Self::Waiting(Some(error.to_string().into()))
        }
    }
}

/// Waits for [`Phase::Ready`].
pub(crate) async fn once_ready<T: Clone>(
    phase: &mut watch::Receiver<Phase<T>>,
    deadline: Option<Instant>,
    peers: &str,
) -> Result<T> {
    loop {
        let why = match &*phase.borrow_and_update() {
            Phase::Ready(value) => return Ok(value.clone()),
            Phase::Refused(error) => {
                return Err(Error::NotConnected {
                    peer: peers.to_owned(),
                    reason: error.to_string(),
                });
            }
            Phase::Waiting(why) => why.clone(),
        };
        match before(deadline, phase.changed()).await {
            Some(Ok(())) => {}
            Some(Err(_)) => {
                return Err(Error::Closed {
                    doing: format!("wait for a connection to {peers}"),
                });
            }
            None => {
                return Err(Error::NotConnected {
                    peer: peers.to_owned(),
                    reason: why
                        .as_deref()
                        .unwrap_or("there is no connection yet")
                        .to_owned(),
                });
            }
        }
    }
}

/// Goes through the brokers, round after round.
pub(crate) struct Reconnect {
    dialer: Arc<Dialer>,
    order: Vec<usize>,
    shuffle: bool,
    /// How many brokers were tried since the last one that let us in.
    tried: usize,
    next: usize,
    waits: Waits,
    connected: Option<Instant>,
}

impl Reconnect {
    pub(crate) fn new(dialer: Arc<Dialer>, options: &RabbitOptions) -> Self {
        let mut order: Vec<usize> = (0..dialer.hosts.len()).collect();
        // As the original: not all processes begin with the same broker.
        shuffle(&mut order);
        Self {
            dialer,
            order,
            shuffle: options.shuffle_hosts,
            tried: 0,
            next: 0,
            waits: Waits::new(options),
            connected: None,
        }
    }

    /// Connects, however long it takes. `report` is told of each failure.
    pub(crate) async fn connect(&mut self, purpose: &str, report: impl Fn(RabbitError)) -> Link {
        if self
            .connected
            .take()
            .is_some_and(|at| at.elapsed() > STABLE)
        {
            self.waits.reset();
        }
        self.tried = 0;
        loop {
            let index = self.order.get(self.next).copied().unwrap_or_default();
            let Some(host) = self.dialer.hosts.get(index) else {
                // There is always one: the dialer was made with it.
                std::future::pending::<()>().await;
                continue;
            };
            match self.dialer.dial(host).await {
                Ok(link) => {
                    tracing::info!(peer = link.peer(), purpose, "connected to RabbitMQ");
                    self.connected = Some(Instant::now());
                    return link;
                }
                Err(error) => {
                    self.tried += 1;
                    self.next = (self.next + 1) % self.order.len().max(1);
                    if self.shuffle && self.next == 0 {
                        shuffle(&mut self.order);
                    }
                    let round_done = self.tried.is_multiple_of(self.order.len().max(1));
                    let wait = if round_done {
                        self.waits.next()
                    } else {
                        Duration::ZERO
                    };
                    tracing::warn!(
                        peer = host.peer(),
                        purpose,
                        %error,
                        again_in_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                        "cannot connect to RabbitMQ"
                    );
                    report(error);
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }

    /// Waits before something is tried again on a connection that is there, or before the first try after it was lost.
    pub(crate) async fn pause(&mut self) {
        let stable = self.connected.is_some_and(|at| at.elapsed() > STABLE);
        if stable {
            self.waits.reset();
        }
        tokio::time::sleep(self.waits.next()).await;
    }
}

/// Longer and longer waits, with some chance in them.
struct Waits {
    count: u32,
    interval: Duration,
    step: Duration,
    max: Duration,
    splay: Duration,
}

impl Waits {
    fn new(options: &RabbitOptions) -> Self {
        Self {
            count: 0,
            interval: options.retry_interval,
            step: options.retry_backoff,
            max: options.interval_max,
            splay: options.reconnect_splay,
        }
    }

    fn reset(&mut self) {
        self.count = 0;
    }

    /// As the original, the splay comes on top of whatever the bounds allow.
    fn next(&mut self) -> Duration {
        self.bounded().saturating_add(self.splay.mul_f64(chance()))
    }

    fn bounded(&mut self) -> Duration {
        let count = self.count;
        self.count = count.saturating_add(1);
        let Some(steps) = count.checked_sub(1) else {
            return FIRST.min(self.interval).mul_f64(chance());
        };
        let wait = self
            .interval
            .saturating_add(self.step.saturating_mul(steps))
            .min(self.max);
        wait.mul_f64(0.75 + chance() / 4.0)
    }
}

/// A number from 0 to below 1.
fn chance() -> f64 {
    let bits = u32::try_from(Uuid::new_v4().as_u128() & 0xffff_ffff).unwrap_or_default();
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

fn shuffle(order: &mut [usize]) {
    for last in (1..order.len()).rev() {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place among a handful of hosts"
        )]
        let other = (chance() * (last + 1) as f64) as usize;
        order.swap(last, other.min(last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_their_bound_and_start_over() {
        let mut waits = Waits::new(&RabbitOptions::default());
        let taken: Vec<Duration> = (0..40).map(|_| waits.next()).collect();
        assert!(taken[0] <= FIRST);
        assert!(taken[1] <= Duration::from_secs(1) && taken[1] >= Duration::from_millis(750));
        assert!(taken[2] > Duration::from_secs(2) && taken[2] <= Duration::from_secs(3));
        let last = taken[39];
        assert!(
            last <= Duration::from_secs(30) && last >= Duration::from_millis(22_500),
            "{last:?}"
        );
        waits.reset();
        assert!(waits.next() <= FIRST);
    }

    #[test]
    fn the_splay_is_added_to_every_wait() {
        let splay = Duration::from_secs(1000);
        let options = RabbitOptions {
            retry_interval: Duration::from_secs(1),
            interval_max: Duration::from_secs(1),
            reconnect_splay: splay,
            ..RabbitOptions::default()
        };
        let mut waits = Waits::new(&options);
        let taken: Vec<Duration> = (0..200).map(|_| waits.next()).collect();
        let longest = splay + Duration::from_secs(1);
        assert!(taken.iter().all(|wait| *wait < longest), "{taken:?}");
        // 200 times on one side of the middle, once in more runs than there will ever be.
        assert!(taken.iter().any(|wait| *wait > longest / 2), "{taken:?}");
        assert!(taken.iter().any(|wait| *wait < longest / 2), "{taken:?}");
        let first: Vec<Duration> = (0..50)
            .map(|_| {
                waits.reset();
                waits.next()
            })
            .collect();
        assert!(first.iter().any(|wait| *wait > FIRST), "{first:?}");
    }

    #[test]
    fn shuffling_keeps_every_host() {
        let mut order: Vec<usize> = (0..7).collect();
        shuffle(&mut order);
        order.sort_unstable();
        assert_eq!(order, [0, 1, 2, 3, 4, 5, 6]);
    }
}
