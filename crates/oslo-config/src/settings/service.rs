//! What every service needs to know.

use std::path::PathBuf;
use std::time::Duration;

use super::settings;
use crate::kind::Kind;
use crate::opt::Preset;
use crate::paths;
use crate::secret::Secret;

settings! {
    /// What every service needs to know, of `[DEFAULT]`.
    pub struct Service {
        /// Where services meet: grpc://HOST:PORT, grpc+unix:///PATH for a socket, rabbit://USER:PASSWORD@HOST:5672/VHOST.
        transport_url: Secret = Kind::Secret, Preset::Text("grpc://127.0.0.1:9774");
        /// The name of this service's host, part of its address on the bus. Does not have to resolve.
        host: String = Kind::HostDomain, Preset::Computed { shown: "<hostname>", compute: paths::hostname };
        /// The address by which this host reaches the management network.
        my_ip: String = Kind::Text, Preset::Computed { shown: "<address>", compute: paths::my_ip };
        /// Seconds a caller waits for the answer to a call.
        rpc_response_timeout: Duration = Kind::at_least(0), Preset::Text("60");
        /// Messages a server works on at the same time.
        executor_thread_pool_size: usize = Kind::at_least(1), Preset::Text("64"), was ["rpc_thread_pool_size"];
        /// The exchange of topics that name none.
        control_exchange: String = Kind::Text, Preset::Text("nova");
        /// The folder for state that survives a restart.
        state_path: PathBuf = Kind::Text,
            Preset::Computed { shown: "<data folder>", compute: data_dir };
        /// Seconds between two reports of a service that it is alive; 0 for none.
        report_interval: Duration = Kind::at_least(0), Preset::Text("10");
        /// Seconds after its last report that a service counts as down.
        service_down_time: Duration = Kind::at_least(0), Preset::Text("60");
        /// Seconds a stopping service may take to finish its work; 0 for as long as it takes.
        graceful_shutdown_timeout: Duration = Kind::at_least(0), Preset::Text("180");
        /// Run periodic tasks.
        periodic_enable: bool = Kind::Bool, Preset::Text("true");
    }
}

settings! {
    /// The conductor, of `[conductor]`.
    pub struct Conductor {
        /// Acknowledge requests after their replies and apply each once, however often it comes. Not one of Nova's, which
        /// acknowledges first and loses what a conductor that dies had taken. Needs the right to create a table,
        /// rpc_outcomes, in both databases.
        rpc_at_least_once: bool = Kind::Bool, Preset::Text("false");
        /// Seconds for which the outcomes of applied requests are kept; a repeat after that is applied again. Not one of
        /// Nova's.
        rpc_outcomes_age: Duration = Kind::at_least(1), Preset::Text("3600");
        /// How many outcomes are kept at most in a database; the oldest go first. Not one of Nova's.
        rpc_outcomes_count: u64 = Kind::at_least(1), Preset::Text("200000");
    }
}

fn data_dir() -> String {
    paths::data_dir().to_string_lossy().into_owned()
}
