//! What all parts of one driver share.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::link::Dialer;
use crate::options::RabbitOptions;

pub(crate) struct Shared {
    pub(crate) dialer: Arc<Dialer>,
    pub(crate) options: RabbitOptions,
    /// Cancelled when the driver is closed.
    pub(crate) closed: CancellationToken,
    /// All tasks of the driver.
    pub(crate) tasks: TaskTracker,
    /// Exchanges that others declared as not durable.
    nondurable: Mutex<HashSet<String>>,
}

impl Shared {
    pub(crate) fn new(dialer: Dialer, options: RabbitOptions) -> Arc<Self> {
        Arc::new(Self {
            dialer: Arc::new(dialer),
            options,
            closed: CancellationToken::new(),
            tasks: TaskTracker::new(),
            nondurable: Mutex::default(),
        })
    }

    pub(crate) fn is_nondurable(&self, exchange: &str) -> bool {
        let known = self
            .nondurable
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        known.contains(exchange)
    }

    pub(crate) fn set_nondurable(&self, exchange: &str) {
        let mut known = self
            .nondurable
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        known.insert(exchange.to_owned());
    }
}
