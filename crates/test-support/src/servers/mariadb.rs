//! A MariaDB of a test's own.

use std::process::Command;
use std::time::Duration;

use super::{Folder, Group, free_port, listens, output, wait_until};

/// A database server. Dropping it kills it.
#[derive(Debug)]
pub struct MariaDb {
    folder: Folder,
    port: u16,
    running: Option<Group>,
}

impl MariaDb {
    /// Starts one, with empty databases of these names.
    ///
    /// # Panics
    ///
    /// When MariaDB is not installed or does not start.
    #[must_use]
    pub fn start(databases: &[&str]) -> Self {
        let folder = Folder::create("mariadb");
        let data = format!("--datadir={}", folder.path().join("data").display());
        let mut create = Command::new("mariadb-install-db");
        create
            .args(["--no-defaults", &data, "--skip-test-db"])
            .args(["--auth-root-authentication-method=normal", "--user=root"])
            .current_dir(folder.path());
        output(&mut create);
        let mut server = Self {
            folder,
            port: free_port(),
            running: None,
        };
        server.launch();
        for database in databases {
            server.execute(&format!("CREATE DATABASE {database} CHARACTER SET utf8mb3"));
        }
        server
    }

    /// The SQLAlchemy URL of one of its databases.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("mysql+pymysql://root@{}/{database}", self.address())
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
        let data = format!("--datadir={}", self.folder.path().join("data").display());
        let mut command = Command::new("mariadbd");
        // What was committed has to survive a kill of the process, not of the machine.
        command
            .args(["--no-defaults", &data, "--user=root"])
            .args(["--bind-address=127.0.0.1", &format!("--port={}", self.port)])
            .args(["--socket=mariadb.sock", "--pid-file=mariadb.pid"])
            .args(["--innodb-flush-log-at-trx-commit=2", "--skip-log-bin"])
            .args(["--innodb-buffer-pool-size=64M", "--skip-name-resolve"])
            .current_dir(self.folder.path());
        let log = self.folder.path().join("output.log");
        self.running = Some(Group::start(&command, &log));
        wait_until("MariaDB did not listen", &log, || listens(self.port));
    }

    /// Executes a statement as root and gives its rows, cells separated by tabs.
    ///
    /// # Panics
    ///
    /// When it fails.
    pub fn execute(&self, sql: &str) -> Vec<String> {
        let mut client = Command::new("mariadb");
        client
            .args(["--no-defaults", "--batch", "--skip-column-names", "-uroot"])
            .args(["-h127.0.0.1", &format!("-P{}", self.port), "-e", sql]);
        output(&mut client).lines().map(str::to_owned).collect()
    }
}
