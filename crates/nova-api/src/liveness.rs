//! Whether a service is up: nova `servicegroup/drivers/db.py`.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use nova_objects::{PersistentFields as _, Service};

/// Judges services by when they last reported in.
#[derive(Debug, Clone, Copy)]
pub struct Liveness {
    down_after: Duration,
}

impl Liveness {
    /// A service is down when it has not reported for that long
    /// (`service_down_time`).
    #[must_use]
    pub const fn new(down_after: Duration) -> Self {
        Self { down_after }
    }

    /// Whether the service is up: it has reported lately and nobody forced it
    /// down.
    #[must_use]
    pub fn is_up(&self, service: &Service) -> bool {
        if service.forced_down().unwrap_or(false) {
            return false;
        }
        // One that has never reported counts from its creation.
        let seen = service.last_seen_up().ok().flatten().or_else(|| service.created_at().ok().flatten());
        let limit = TimeDelta::from_std(self.down_after).unwrap_or(TimeDelta::MAX);
        seen.is_some_and(|seen| (Utc::now() - seen.to_utc()).abs() <= limit)
    }
}
