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
        let seen = service
            .last_seen_up()
            .ok()
            .flatten()
            .or_else(|| service.created_at().ok().flatten());
        let limit = TimeDelta::from_std(self.down_after).unwrap_or(TimeDelta::MAX);
        seen.is_some_and(|seen| (Utc::now() - seen.to_utc()).abs() <= limit)
    }
}

#[cfg(test)]
mod tests {
    use versionedobjects::DateTime;

    use super::*;

    fn service(seconds_ago: i64) -> Service {
        let mut service = Service::new();
        let seen = Utc::now().naive_utc() - TimeDelta::seconds(seconds_ago);
        service.set_last_seen_up(DateTime::from_naive_utc(seen));
        service.set_forced_down(false);
        service
    }

    #[test]
    fn a_service_is_up_while_it_reports() {
        let liveness = Liveness::new(Duration::from_secs(60));
        assert!(liveness.is_up(&service(0)));
        assert!(liveness.is_up(&service(50)));
        assert!(!liveness.is_up(&service(70)));
        // As in the original a clock that is ahead counts as one that is behind.
        assert!(!liveness.is_up(&service(-70)));
        assert!(!liveness.is_up(&Service::new()), "it was never there");
    }

    #[test]
    fn whoever_is_forced_down_is_down() {
        let mut service = service(0);
        service.set_forced_down(true);
        assert!(!Liveness::new(Duration::from_secs(60)).is_up(&service));
    }
}
