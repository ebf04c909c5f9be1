//! The processes of the deployment: a conductor and computes.

use std::fs::{self, File};
use std::io;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::control::Control;
use super::show::Show;
use crate::{process, workspace};

/// The programs of the deployment.
const PROGRAMS: [&str; 3] = ["nova-conductor", "nova-compute", "novactl"];

/// How long a process may take to be ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a process may take to finish what it is doing.
const GRACE: Duration = Duration::from_secs(20);

/// What the computes are, and to which versions of objects the last is held.
pub(super) const COMPUTES: [(&str, Option<&str>); 3] = [
    ("compute1", None),
    ("compute2", None),
    ("compute3", Some("Instance=2.5,Flavor=1.1")),
];

/// A deployment on this machine, in a folder of its own.
pub(super) struct Fleet {
    folder: PathBuf,
    services: Vec<Service>,
}

/// One process.
struct Service {
    name: String,
    child: Child,
}

/// Builds the programs, with cargo's own progress.
pub(super) fn build(show: &mut Show) -> Result<(), String> {
    show.stage("Build the conductor, the compute and the command line");
    let mut command = process::cargo();
    command.arg("build").current_dir(workspace::root());
    for program in PROGRAMS {
        command.args(["-p", program]);
    }
    let status = command
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !status.success() {
        return Err("the build failed; what the compiler said is above".to_owned());
    }
    show.took("built");
    Ok(())
}

impl Fleet {
    /// Makes the folder and the configuration, and creates the databases.
    pub(super) fn prepare(show: &mut Show) -> Result<Self, String> {
        show.stage("Create the databases");
        let folder = workspace::target().join("up");
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .map_err(|error| format!("cannot remove {}: {error}", folder.display()))?;
        }
        let log = folder.join("log");
        fs::create_dir_all(&log)
            .map_err(|error| format!("cannot create {}: {error}", log.display()))?;
        let port = free_port().map_err(|error| format!("cannot find a free port: {error}"))?;
        let config = format!(
            "[DEFAULT]\ntransport_url = grpc://127.0.0.1:{port}\nstate_path = {}\nreport_interval = 1\nservice_down_time = 10\n",
            folder.display()
        );
        let file = folder.join("nova.conf");
        fs::write(&file, config)
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        let fleet = Self {
            folder,
            services: Vec::new(),
        };
        fleet.control().text(&["db", "sync"])?;
        show.took("Nova's schema, main and api, in two SQLite files");
        Ok(fleet)
    }

    /// Starts the conductor and waits until others can reach it.
    pub(super) fn start_conductor(&mut self) -> Result<(), String> {
        self.start("nova-conductor", "conductor", &[])?;
        let address = self.address()?;
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(&address).is_err() {
            self.check_alive("conductor")?;
            if Instant::now() > deadline {
                return Err(format!(
                    "the conductor does not answer on {address}; see {}",
                    self.log("conductor").display()
                ));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Starts a compute, held to older versions if `pin` says so.
    pub(super) fn start_compute(&mut self, host: &str, pin: Option<&str>) -> Result<(), String> {
        let pin: Vec<&str> = pin
            .map(|pin| vec!["--pin-objects", pin])
            .unwrap_or_default();
        self.start("nova-compute", host, &pin)
    }

    fn start(&mut self, program: &str, host: &str, more: &[&str]) -> Result<(), String> {
        let host_option = format!("DEFAULT.host={host}");
        // Each host keeps its own identity, which Nova's computes store there.
        let state = self.folder.join(host);
        fs::create_dir_all(&state)
            .map_err(|error| format!("cannot create {}: {error}", state.display()))?;
        let last_words = self.last_words(host);
        let said = File::create(&last_words)
            .map_err(|error| format!("cannot write {}: {error}", last_words.display()))?;
        let mut command = Command::new(binary(program));
        command
            .arg("--config-file")
            .arg(self.config())
            .args(["--set", &host_option])
            .arg("--log-file")
            .arg(self.log(host))
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(said);
        if program == "nova-compute" {
            command.args(["--set", &format!("DEFAULT.state_path={}", state.display())]);
        }
        let child = command
            .spawn()
            .map_err(|error| format!("cannot start {program}: {error}"))?;
        self.services.push(Service {
            name: host.to_owned(),
            child,
        });
        Ok(())
    }

    /// Fails if a process has ended.
    pub(super) fn check_alive(&mut self, name: &str) -> Result<(), String> {
        let (log, last_words) = (self.log(name), self.last_words(name));
        for service in self
            .services
            .iter_mut()
            .filter(|service| service.name == name)
        {
            if let Some(status) = service.status()? {
                let mut error = format!("{name} ended with {status}; see {}", log.display());
                // Before a program has its log it says there what is wrong.
                if let Ok(said) = fs::read_to_string(&last_words)
                    && !said.trim().is_empty()
                {
                    error.push('\n');
                    error.push_str(said.trim_end());
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// The command line, told about this deployment.
    pub(super) fn control(&self) -> Control {
        Control::new(binary("novactl"), self.config())
    }

    /// The configuration file.
    pub(super) fn config(&self) -> PathBuf {
        self.folder.join("nova.conf")
    }

    /// The log of a process.
    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.folder.join("log").join(format!("{name}.log"))
    }

    /// What a process says to whoever starts it.
    fn last_words(&self, name: &str) -> PathBuf {
        self.folder.join("log").join(format!("{name}.stderr"))
    }

    fn address(&self) -> Result<String, String> {
        let text = fs::read_to_string(self.config())
            .map_err(|error| format!("cannot read the configuration: {error}"))?;
        let url = text
            .lines()
            .find_map(|line| line.strip_prefix("transport_url = grpc://"));
        url.map(str::to_owned)
            .ok_or_else(|| "the configuration names no address".to_owned())
    }

    /// Stops everything, the conductor last, and says how. What has ended before is the visitor's doing.
    pub(super) fn stop(&mut self, show: &mut Show) -> Result<(), String> {
        show.stage("Stop: what is in flight is finished first");
        let mut unclean = Vec::new();
        while let Some(mut service) = self.services.pop() {
            if let Some(status) = service.status()? {
                show.say(&format!("{}: had ended before, {status}", service.name));
                continue;
            }
            let status = service.stop()?;
            show.say(&format!("{}: {status}", service.name));
            if !status.success() {
                unclean.push(service.name.clone());
            }
        }
        if unclean.is_empty() {
            Ok(())
        } else {
            Err(format!("not stopped cleanly: {}", unclean.join(", ")))
        }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for service in &mut self.services {
            // It may be gone already, and there is nobody to tell.
            let _ = service.child.kill();
            let _ = service.child.wait();
        }
    }
}

impl Service {
    fn status(&mut self) -> Result<Option<ExitStatus>, String> {
        self.child
            .try_wait()
            .map_err(|error| format!("cannot look after {}: {error}", self.name))
    }

    /// SIGTERM, and SIGKILL for what does not listen.
    fn stop(&mut self) -> Result<ExitStatus, String> {
        let pid = self.child.id().to_string();
        process::succeeds(Command::new("kill").args(["-TERM", &pid]));
        let deadline = Instant::now() + GRACE;
        loop {
            if let Some(status) = self.status()? {
                return Ok(status);
            }
            if Instant::now() > deadline {
                let _ = self.child.kill();
                return self
                    .child
                    .wait()
                    .map_err(|error| format!("cannot stop {}: {error}", self.name));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn binary(program: &str) -> PathBuf {
    workspace::target().join("debug").join(program)
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
