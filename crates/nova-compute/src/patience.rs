//! Going on when the conductor comes back.

use std::time::Duration;

use tokio::time::Instant;

/// How long to go on trying what could not be asked of a conductor.
///
/// The original gives up after one `rpc_response_timeout` and leaves the
/// instance in whatever state it was. Here an operation outlives a restart of
/// its conductor. That a call may have been carried out although its answer
/// was lost is for the caller to allow for; see `Retry::again`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long in all, from the first failure.
    pub limit: Duration,
    /// The first wait; each further one is twice as long.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            limit: Duration::from_secs(600),
            first: Duration::from_millis(100),
            longest: Duration::from_secs(5),
        }
    }
}

impl Patience {
    /// Begins something that may be tried several times.
    pub(crate) fn begin(&self, doing: &'static str) -> Retry {
        Retry {
            patience: *self,
            doing,
            wait: self.first,
            until: None,
            uncertain: false,
        }
    }
}

/// The tries of one call.
#[derive(Debug)]
pub(crate) struct Retry {
    patience: Patience,
    doing: &'static str,
    wait: Duration,
    until: Option<Instant>,
    uncertain: bool,
}

impl Retry {
    /// Whether an earlier try may have been carried out unheard.
    pub(crate) const fn is_uncertain(&self) -> bool {
        self.uncertain
    }

    /// After a failure: waits and says yes when another try makes sense.
    pub(crate) async fn again(&mut self, error: &nova_objects::Error) -> bool {
        if !error.is_unreachable() {
            return false;
        }
        let now = Instant::now();
        let until = *self.until.get_or_insert(now + self.patience.limit);
        if now + self.wait > until {
            tracing::error!(%error, doing = self.doing, "gave up: no conductor for {:?}", self.patience.limit);
            return false;
        }
        self.uncertain |= !nothing_was_done(error);
        tracing::warn!(%error, doing = self.doing, "no answer from a conductor; trying again in {:?}", self.wait);
        tokio::time::sleep(self.wait).await;
        self.wait = (self.wait * 2).min(self.patience.longest);
        true
    }
}

fn nothing_was_done(error: &nova_objects::Error) -> bool {
    let nova_objects::Error::Model(error) = error else {
        return false;
    };
    let versionedobjects::Error::Unreachable {
        source: Some(source),
        ..
    } = &**error
    else {
        return false;
    };
    source
        .downcast_ref::<oslo_messaging::Error>()
        .is_some_and(oslo_messaging::Error::nothing_was_done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreachable(source: oslo_messaging::Error) -> nova_objects::Error {
        versionedobjects::Error::Unreachable {
            class: "Service".to_owned(),
            method: "save".to_owned(),
            reason: source.to_string(),
            source: Some(Box::new(source)),
        }
        .into()
    }

    fn lost() -> nova_objects::Error {
        unreachable(oslo_messaging::Error::ConnectionLost {
            doing: "call".to_owned(),
            peer: "hub".to_owned(),
        })
    }

    #[tokio::test(start_paused = true)]
    async fn tries_end_with_the_patience() {
        let patience = Patience {
            limit: Duration::from_secs(10),
            ..Patience::default()
        };
        let mut retry = patience.begin("test");
        let started = Instant::now();
        let mut tries = 0;
        while retry.again(&lost()).await {
            tries += 1;
        }
        assert!((6..12).contains(&tries), "{tries}");
        assert!(started.elapsed() <= patience.limit);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_not_delivered_is_certain() {
        let mut retry = Patience::default().begin("test");
        let nobody = unreachable(oslo_messaging::Error::NoListener {
            target: "conductor".to_owned(),
        });
        assert!(retry.again(&nobody).await);
        assert!(!retry.is_uncertain());
        assert!(retry.again(&lost()).await);
        assert!(retry.is_uncertain());
    }

    #[tokio::test]
    async fn an_answer_is_an_answer() {
        let mut retry = Patience::default().begin("test");
        assert!(!retry.again(&nova_objects::Error::value("no")).await);
    }
}
