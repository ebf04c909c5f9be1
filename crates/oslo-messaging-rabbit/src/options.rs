//! What the driver is told besides the URL: the options of `[oslo_messaging_rabbit]` that matter to it.

use std::time::Duration;

use oslo_messaging::{TlsOptions, TransportUrl};

/// How to log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Login {
    /// RabbitMQ's own mechanism, oslo.messaging's default.
    #[default]
    AmqPlain,
    /// The standard one.
    Plain,
    /// By the client certificate of the TLS connection.
    External,
    /// RabbitMQ's demonstration of a mechanism with a challenge.
    RabbitCrDemo,
}

/// Which versions of TLS to speak. There are none below 1.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsVersions {
    /// The newest that the broker has too.
    #[default]
    Any,
    /// 1.2 only.
    V1_2,
}

/// Bounds of quorum queues; 0 is no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuorumLimits {
    /// Deliveries of one message before the broker drops it (`rabbit_quorum_delivery_limit`).
    pub deliveries: i64,
    /// Messages kept in memory (`rabbit_quorum_max_memory_length`).
    pub memory_length: i64,
    /// Bytes kept in memory (`rabbit_quorum_max_memory_bytes`).
    pub memory_bytes: i64,
}

/// Names of reply and fanout queues that a restarted service finds again (`use_queue_manager`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueManager {
    /// The host in the names (`hostname`).
    pub hostname: String,
    /// The process in the names (`processname`).
    pub processname: String,
}

/// Options of the driver. The defaults are oslo.messaging's, names too unless they say otherwise.
///
/// What queues and exchanges are declared as has to be the same for every service on a broker: the broker refuses a second
/// declaration that differs.
///
/// ```
/// use oslo_messaging_rabbit::RabbitOptions;
///
/// let options = RabbitOptions { quorum_queue: true, ..RabbitOptions::default() };
/// assert!(options.is_durable());
/// ```
#[derive(Clone, Debug)]
pub struct RabbitOptions {
    /// Durable exchange and work queues (`amqp_durable_queues`).
    pub durable_queues: bool,
    /// Exchange and work queues that delete themselves (`amqp_auto_delete`).
    pub auto_delete: bool,
    /// Quorum work queues, which are durable (`rabbit_quorum_queue`).
    pub quorum_queue: bool,
    /// Quorum reply and fanout queues (`rabbit_transient_quorum_queue`).
    pub transient_quorum_queue: bool,
    /// Bounds of quorum queues.
    pub quorum_limits: QuorumLimits,
    /// Mirrored queues, for brokers older than quorum queues (`rabbit_ha_queues`).
    pub ha_queues: bool,
    /// One stream for a fanout instead of a queue for each server (`rabbit_stream_fanout`). Needs
    /// `transient_quorum_queue` and `prefetch`.
    pub stream_fanout: bool,
    /// After how long without a consumer reply and fanout queues expire (`rabbit_transient_queues_ttl`): 30 min; zero for
    /// never.
    pub transient_queues_ttl: Duration,
    /// Fixed names of reply and fanout queues instead of random ones (`use_queue_manager`).
    pub queue_manager: Option<QueueManager>,
    /// Messages a server holds without having settled them (`rabbit_qos_prefetch_count`). 0 is the server's own bound; the
    /// original takes everything there is.
    pub prefetch: u16,
    /// How to log in (`rabbit_login_method`).
    pub login: Login,
    /// The wait before the second round of tries to connect (`rabbit_retry_interval`): 1 s. The first follows at once.
    pub retry_interval: Duration,
    /// What every further wait is longer (`rabbit_retry_backoff`): 2 s.
    pub retry_backoff: Duration,
    /// The longest wait (`rabbit_interval_max`): 30 s.
    pub interval_max: Duration,
    /// Chance added to every wait, from nothing to this much (`kombu_reconnect_splay`): none. Waits have some without it.
    pub reconnect_splay: Duration,
    /// How long one try to connect may take, to the end of the handshake: 10 s.
    pub connect_timeout: Duration,
    /// The largest frame, or less if the broker wants less: 131072, RabbitMQ's own. Not one of oslo.messaging's. A connection
    /// has buffers for 64 of them; less is for processes with thousands of connections.
    pub frame_max: u32,
    /// Without a sign of life for this long the connection counts as lost (`heartbeat_timeout_threshold`): 60 s. The
    /// broker may ask for less; zero leaves it to the broker.
    pub heartbeat: Duration,
    /// Have the broker hand back replies whose queue is gone (`direct_mandatory_flag`).
    pub direct_mandatory: bool,
    /// How long a reply waits for its queue to come back (`kombu_missing_consumer_retry_timeout`): 60 s.
    pub missing_queue_timeout: Duration,
    /// Subscribe anew when a queue's leader moves (`enable_cancel_on_failover`).
    pub cancel_on_failover: bool,
    /// Try hosts in random order each time, instead of one after the other (`kombu_failover_strategy = shuffle`).
    pub shuffle_hosts: bool,
    /// TLS. `Some` turns it on (`ssl`), with the machine's authorities if it names none.
    pub tls: Option<TlsOptions>,
    /// Versions of TLS (`ssl_version`).
    pub tls_versions: TlsVersions,
    /// Whether the certificate has to be for the broker's host (`ssl_enforce_hostname_verification`).
    pub verify_hostname: bool,
}

impl Default for RabbitOptions {
    fn default() -> Self {
        Self {
            durable_queues: false,
            auto_delete: false,
            quorum_queue: false,
            transient_quorum_queue: false,
            quorum_limits: QuorumLimits::default(),
            ha_queues: false,
            stream_fanout: false,
            transient_queues_ttl: Duration::from_secs(1800),
            queue_manager: None,
            prefetch: 0,
            login: Login::default(),
            retry_interval: Duration::from_secs(1),
            retry_backoff: Duration::from_secs(2),
            interval_max: Duration::from_secs(30),
            reconnect_splay: Duration::ZERO,
            connect_timeout: Duration::from_secs(10),
            frame_max: 131_072,
            heartbeat: Duration::from_secs(60),
            direct_mandatory: true,
            missing_queue_timeout: Duration::from_secs(60),
            cancel_on_failover: false,
            shuffle_hosts: false,
            tls: None,
            tls_versions: TlsVersions::default(),
            verify_hostname: true,
        }
    }
}

impl RabbitOptions {
    /// Whether the control exchange and the work queues survive a restart of the broker.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.durable_queues || self.quorum_queue
    }

    /// Whether the options make sense together, as oslo.messaging checks them.
    pub(crate) fn check(&self, url: &TransportUrl) -> oslo_messaging::Result<()> {
        let wrong = if self.quorum_queue && self.ha_queues {
            "rabbit_quorum_queue and rabbit_ha_queues are both on; a queue is one or the other"
        } else if self.transient_quorum_queue && self.ha_queues {
            "rabbit_transient_quorum_queue and rabbit_ha_queues are both on; a queue is one or the other"
        } else if self.stream_fanout && self.prefetch == 0 {
            "rabbit_stream_fanout needs rabbit_qos_prefetch_count above 0"
        } else if self.stream_fanout && !self.transient_quorum_queue {
            "rabbit_stream_fanout needs rabbit_transient_quorum_queue"
        } else {
            return Ok(());
        };
        Err(url.invalid(wrong))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_exclude_each_other_are_refused() {
        let url: TransportUrl = "rabbit://h/".parse().unwrap();
        let base = RabbitOptions::default;
        assert!(base().check(&url).is_ok());
        let refused = [
            RabbitOptions {
                quorum_queue: true,
                ha_queues: true,
                ..base()
            },
            RabbitOptions {
                transient_quorum_queue: true,
                ha_queues: true,
                ..base()
            },
            RabbitOptions {
                stream_fanout: true,
                transient_quorum_queue: true,
                ..base()
            },
            RabbitOptions {
                stream_fanout: true,
                prefetch: 1,
                ..base()
            },
        ];
        for options in refused {
            assert!(options.check(&url).is_err(), "{options:?}");
        }
        let streams = RabbitOptions {
            stream_fanout: true,
            transient_quorum_queue: true,
            prefetch: 9,
            ..base()
        };
        assert!(streams.check(&url).is_ok());
    }
}
