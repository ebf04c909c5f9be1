//! A RabbitMQ of a test's own, or several that are one cluster.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use super::{Folder, Group, free_port, listens, output, wait_until};

/// The scripts themselves: Debian's in `/usr/sbin` change the user and write to `/var`.
const SCRIPTS: &str = "/usr/lib/rabbitmq/bin";

/// A broker. Dropping it kills it.
#[derive(Debug)]
pub struct RabbitMq {
    shared: Arc<Shared>,
    node: String,
    port: u16,
    distribution: u16,
    running: Option<Group>,
}

/// What the nodes of a cluster have in common: their name server and their cookie.
#[derive(Debug)]
struct Shared {
    names: u16,
    _name_server: Group,
    folder: Folder,
}

impl RabbitMq {
    /// Starts one.
    ///
    /// # Panics
    ///
    /// When RabbitMQ is not installed or does not start.
    #[must_use]
    pub fn start() -> Self {
        let folder = Folder::create("rabbitmq");
        let names = free_port();
        // Erlang would start its name server by itself, share it with others and leave it behind.
        let mut command = Command::new("epmd");
        command.args(["-address", "127.0.0.1", "-port", &names.to_string()]);
        let log = folder.path().join("epmd.log");
        let name_server = Group::start(&command, &log);
        wait_until("epmd did not listen", &log, || listens(names));
        let shared = Arc::new(Shared {
            names,
            _name_server: name_server,
            folder,
        });
        Self::node(shared, 1)
    }

    /// Starts another node and joins it to this one's cluster.
    ///
    /// # Panics
    ///
    /// When it does not start or join.
    #[must_use]
    pub fn join(&self, number: u32) -> Self {
        let other = Self::node(self.shared.clone(), number);
        other.ctl(&["stop_app"]);
        other.ctl(&["join_cluster", &self.node]);
        other.ctl(&["start_app"]);
        other
    }

    fn node(shared: Arc<Shared>, number: u32) -> Self {
        let mut broker = Self {
            shared,
            node: format!("test{number}-{}@localhost", std::process::id()),
            port: free_port(),
            distribution: free_port(),
            running: None,
        };
        broker.launch();
        broker
    }

    /// `guest:guest@127.0.0.1:PORT`
    #[must_use]
    pub fn netloc(&self) -> String {
        format!("guest:guest@127.0.0.1:{}", self.port)
    }

    /// `rabbit://guest:guest@127.0.0.1:PORT/`
    #[must_use]
    pub fn url(&self) -> String {
        format!("rabbit://{}/", self.netloc())
    }

    /// `127.0.0.1:PORT`
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The processor time it has used since it was started.
    #[must_use]
    pub fn processor_time(&self) -> Duration {
        self.running
            .as_ref()
            .map_or(Duration::ZERO, Group::processor_time)
    }

    /// Kills it, as a power failure does.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Starts it again on the data it had.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn launch(&mut self) {
        let folder = self.shared.folder.path().join(&self.node);
        fs::create_dir_all(&folder).expect("a broker's folder can be made");
        let file = |name: &str, content: &str| {
            let path = folder.join(name);
            fs::write(&path, content).expect("a broker's configuration can be written");
            path
        };
        let listen = format!(
            "listeners.tcp.local = 127.0.0.1:{}\nloopback_users.guest = true\n",
            self.port
        );
        let mut command = self.command("rabbitmq-server");
        command
            .env("RABBITMQ_NODE_PORT", self.port.to_string())
            .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_DIST_PORT", self.distribution.to_string())
            .env("RABBITMQ_CONFIG_FILE", file("rabbitmq.conf", &listen))
            .env(
                "RABBITMQ_ENABLED_PLUGINS_FILE",
                file("enabled_plugins", "[].\n"),
            )
            .env("RABBITMQ_MNESIA_BASE", folder.join("data"))
            .env("RABBITMQ_LOG_BASE", folder.join("logs"))
            .env("RABBITMQ_PID_FILE", folder.join("pid"))
            .current_dir(&folder);
        let log = folder.join("output.log");
        self.running = Some(Group::start(&command, &log));
        wait_until("RabbitMQ did not listen", &log, || listens(self.port));
    }

    /// Runs `rabbitmqctl` on it.
    ///
    /// # Panics
    ///
    /// When that fails.
    pub fn ctl(&self, args: &[&str]) -> String {
        output(
            self.command("rabbitmqctl")
                .args(["-q", "-n", &self.node])
                .args(args),
        )
    }

    /// Its queues and how many messages each has, unsettled ones included.
    #[must_use]
    pub fn queues(&self) -> Vec<(String, u64)> {
        self.ctl(&["list_queues", "--no-table-headers", "name", "messages"])
            .lines()
            .filter_map(|line| {
                let (name, messages) = line.split_once('\t')?;
                Some((name.to_owned(), messages.trim().parse().ok()?))
            })
            .collect()
    }

    fn command(&self, script: &str) -> Command {
        let home = self.shared.folder.path();
        let none = home.join("rabbitmq-env.conf");
        fs::write(&none, "").expect("an empty file can be written");
        let script = Path::new(SCRIPTS).join(script);
        let mut command = Command::new(script);
        command
            .env("HOME", home)
            .env("ERL_EPMD_PORT", self.shared.names.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_CONF_ENV_FILE", none)
            .env("RABBITMQ_NODENAME", &self.node);
        command
    }
}
