//! The bus.

use std::path::PathBuf;
use std::time::Duration;

use super::settings;
use crate::kind::Kind;
use crate::opt::Preset;

settings! {
    /// The bus over gRPC, of `[oslo_messaging_grpc]`. This group is not one of Nova's.
    pub struct Grpc {
        /// Use TLS. Naming any of the files turns it on as well.
        ssl: bool = Kind::Bool, Preset::Text("false");
        /// Certificates of authorities to trust, PEM. With one on the server, clients need a certificate of their own.
        ca_file: Option<PathBuf> = Kind::Text, Preset::None;
        /// This service's certificate, PEM.
        cert_file: Option<PathBuf> = Kind::Text, Preset::None;
        /// The certificate's private key, PEM.
        key_file: Option<PathBuf> = Kind::Text, Preset::None;
        /// The name the server's certificate has to show when it is not the one in transport_url.
        server_name: Option<String> = Kind::Text, Preset::None;
    }
}

settings! {
    /// RabbitMQ, of `[oslo_messaging_rabbit]` (oslo_messaging rabbit driver). Options that change what queues are
    /// declared as have to be the same for every service on the bus.
    pub struct Rabbit {
        /// Declare durable queues.
        amqp_durable_queues: bool = Kind::Bool, Preset::Text("false");
        /// Declare queues that delete themselves.
        amqp_auto_delete: bool = Kind::Bool, Preset::Text("false");
        /// Declare quorum queues, which are durable whatever amqp_durable_queues says.
        rabbit_quorum_queue: bool = Kind::Bool, Preset::Text("false");
        /// Declare reply and fanout queues as quorum queues too.
        rabbit_transient_quorum_queue: bool = Kind::Bool, Preset::Text("false");
        /// How often a quorum queue delivers a message before it drops it; 0 for no limit.
        rabbit_quorum_delivery_limit: i64 = Kind::INTEGER, Preset::Text("0");
        /// Messages a quorum queue keeps in memory; 0 for no limit.
        rabbit_quorum_max_memory_length: i64 = Kind::INTEGER, Preset::Text("0");
        /// Bytes a quorum queue keeps in memory; 0 for no limit.
        rabbit_quorum_max_memory_bytes: i64 = Kind::INTEGER, Preset::Text("0");
        /// Declare mirrored queues, for brokers older than quorum queues.
        rabbit_ha_queues: bool = Kind::Bool, Preset::Text("false");
        /// One stream for a fanout topic instead of a queue for each server.
        rabbit_stream_fanout: bool = Kind::Bool, Preset::Text("false");
        /// Seconds after which unused reply and fanout queues expire.
        rabbit_transient_queues_ttl: Duration = Kind::at_least(0), Preset::Text("1800");
        /// Name queues after host and process instead of at random.
        use_queue_manager: bool = Kind::Bool, Preset::Text("false");
        /// The host in such names.
        hostname: String = Kind::Text,
            Preset::Computed { shown: "<hostname>", compute: crate::paths::hostname };
        /// The process in such names.
        processname: String = Kind::Text, Preset::Computed { shown: "<program>", compute: program };
        /// Messages a consumer takes ahead of its work; 0 for no limit.
        rabbit_qos_prefetch_count: i64 = Kind::INTEGER, Preset::Text("0");
        /// How to log in.
        rabbit_login_method: String = Kind::Choice(&["PLAIN", "AMQPLAIN", "EXTERNAL", "RABBIT-CR-DEMO"]),
            Preset::Text("AMQPLAIN");
        /// Seconds before the first try to connect again.
        rabbit_retry_interval: Duration = Kind::at_least(1), Preset::Text("1");
        /// Seconds added with every further try.
        rabbit_retry_backoff: Duration = Kind::at_least(0), Preset::Text("2");
        /// Seconds between two tries at most.
        rabbit_interval_max: Duration = Kind::at_least(1), Preset::Text("30");
        /// Seconds without a sign of life after which a connection counts as lost; 0 leaves it to the broker.
        heartbeat_timeout_threshold: Duration = Kind::at_least(0), Preset::Text("60");
        /// Have the broker report calls to a reply queue that is gone.
        direct_mandatory_flag: bool = Kind::Bool, Preset::Text("true");
        /// Stop consuming when a queue's leader moves, and subscribe anew.
        enable_cancel_on_failover: bool = Kind::Bool, Preset::Text("false");
        /// Seconds of chance added to every wait before connecting again, at most.
        kombu_reconnect_splay: Duration = Kind::float_at_least(0.0), Preset::Text("0.0");
        /// Seconds a reply waits for its queue to come back.
        kombu_missing_consumer_retry_timeout: Duration = Kind::at_least(0), Preset::Text("60"),
            was ["kombu_reconnect_timeout"];
        /// How messages are compressed: gzip or bz2. Nothing leaves them as they are.
        kombu_compression: Option<String> = Kind::Text, Preset::None;
        /// Which host of several is tried next.
        kombu_failover_strategy: String = Kind::Choice(&["round-robin", "shuffle"]), Preset::Text("round-robin");
        /// Use TLS.
        ssl: bool = Kind::Bool, Preset::Text("false");
        /// The version of TLS: SSLv23 or nothing for whatever the broker has of 1.2 and 1.3, TLSv1_2 for that one. TLSv1,
        /// TLSv1_1, SSLv2 and SSLv3 are refused, and so is what oslo.messaging does not know.
        ssl_version: String = Kind::Text, Preset::Text("");
        /// Certificates of authorities to trust, PEM.
        ssl_ca_file: String = Kind::Text, Preset::Text("");
        /// This service's certificate, PEM.
        ssl_cert_file: String = Kind::Text, Preset::Text("");
        /// The certificate's private key, PEM.
        ssl_key_file: String = Kind::Text, Preset::Text("");
        /// Have the server's certificate show the host's name.
        ssl_enforce_hostname_verification: bool = Kind::Bool, Preset::Text("true");
        /// Speak TLS by a library in FIPS mode. There is none here: true is refused.
        ssl_enforce_fips_mode: bool = Kind::Bool, Preset::Text("false");
    }
}

/// The running program's name.
fn program() -> String {
    let path = std::env::current_exe().ok();
    let name = path.as_deref().and_then(|path| path.file_name());
    name.map_or_else(
        || "nova".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}
