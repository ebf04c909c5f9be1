//! The servers tests need, and the real Nova: found, started, or installed and started.

mod handshake;
mod install;
mod mariadb;
mod postgres;
mod private;
pub(crate) mod python;
mod rabbitmq;

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use crate::test::Progress;
use private::{Folder, Private};
use python::Python;

/// How to come by servers.
pub(crate) struct Options {
    /// Whether to start private ones even if others run.
    pub(crate) private: bool,
    /// Whether packages may be installed.
    pub(crate) install: bool,
}

/// A kind of server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    MariaDb,
    Postgres,
    RabbitMq,
}

impl Kind {
    const ALL: [Self; 3] = [Self::MariaDb, Self::Postgres, Self::RabbitMq];

    fn name(self) -> &'static str {
        match self {
            Self::MariaDb => "MariaDB",
            Self::Postgres => "PostgreSQL",
            Self::RabbitMq => "RabbitMQ",
        }
    }

    /// The variable that names a server to tests.
    fn variable(self) -> &'static str {
        match self {
            Self::MariaDb => "TEST_MARIADB_URL",
            Self::Postgres => "TEST_POSTGRES_URL",
            Self::RabbitMq => "TEST_RABBITMQ_URL",
        }
    }

    fn port(self) -> u16 {
        match self {
            Self::MariaDb => 3306,
            Self::Postgres => 5432,
            Self::RabbitMq => 5672,
        }
    }

    fn url(self, port: u16) -> String {
        match self {
            Self::MariaDb => format!("mysql://root@127.0.0.1:{port}/"),
            Self::Postgres => format!("postgresql://postgres@127.0.0.1:{port}/postgres"),
            Self::RabbitMq => format!("rabbit://guest:guest@127.0.0.1:{port}/"),
        }
    }

    /// The Debian package that has it.
    fn package(self) -> &'static str {
        match self {
            Self::MariaDb => "mariadb-server",
            Self::Postgres => "postgresql",
            Self::RabbitMq => "rabbitmq-server",
        }
    }

    /// Whether a server answers there and lets in whom the URL names.
    fn answers(self, port: u16) -> Result<(), String> {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        match self {
            Self::MariaDb => handshake::mariadb(address),
            Self::Postgres => handshake::postgres(address),
            Self::RabbitMq => handshake::rabbitmq(address),
        }
    }

    fn installed(self) -> bool {
        match self {
            Self::MariaDb => mariadb::installed(),
            Self::Postgres => postgres::installed(),
            Self::RabbitMq => rabbitmq::installed(),
        }
    }

    fn start(self, folder: &Folder) -> Result<Private, String> {
        match self {
            Self::MariaDb => mariadb::start(folder),
            Self::Postgres => postgres::start(folder),
            Self::RabbitMq => rabbitmq::start(folder),
        }
    }
}

/// The servers of this run. [`Services::stop`] stops those that were started for it; so does dropping it, and so does the
/// system when this process is killed.
#[derive(Default)]
pub(crate) struct Services {
    found: Vec<(Kind, String)>,
    missing: Vec<(Kind, String)>,
    /// A Python that has the real Nova, or why there is none.
    python: Option<Result<PathBuf, String>>,
    private: Vec<Private>,
    /// What makes virtual hosts on a private RabbitMQ; on another one the installed program does.
    rabbitmqctl: Option<PathBuf>,
    folder: Option<Folder>,
}

impl Services {
    /// Finds or starts every server, and sets up the Python side meanwhile.
    pub(crate) fn acquire(options: &Options, progress: &mut Progress) -> Self {
        let mut services = Self::default();
        let mut installer = install::Installer::new(options.install);
        let python = Python::acquire(&mut installer, progress);
        for kind in Kind::ALL {
            match services.get(kind, options, &mut installer, progress) {
                Ok((url, how)) => {
                    progress.say(&format!(
                        "{}: {how}, {}",
                        kind.name(),
                        without_password(&url)
                    ));
                    services.found.push((kind, url));
                }
                Err(why) => {
                    progress.say(&format!("{}: not available: {why}", kind.name()));
                    services.missing.push((kind, why));
                }
            }
        }
        services.python = Some(match python.and_then(Python::wait) {
            Ok((python, how)) => {
                progress.say(&format!("nova 34.0.0: {how}, {}", python.display()));
                Ok(python)
            }
            Err(why) => {
                progress.say(&format!("nova 34.0.0: not available: {why}"));
                Err(why)
            }
        });
        services
    }

    fn get(
        &mut self,
        kind: Kind,
        options: &Options,
        installer: &mut install::Installer,
        progress: &Progress,
    ) -> Result<(String, &'static str), String> {
        if let Some(url) = std::env::var(kind.variable())
            .ok()
            .filter(|url| !url.is_empty())
        {
            return match reachable(&url, kind.port()) {
                Ok(()) => Ok((url, "named by the environment")),
                Err(why) => Err(format!(
                    "{} names a server that does not answer: {why}",
                    kind.variable()
                )),
            };
        }
        if !options.private && kind.answers(kind.port()).is_ok() {
            return Ok((kind.url(kind.port()), "running on this machine"));
        }
        if !kind.installed() {
            installer.install(kind.package(), progress)?;
        }
        if !kind.installed() {
            return Err(format!(
                "the package {} has no server for it",
                kind.package()
            ));
        }
        let folder = match &self.folder {
            Some(folder) => folder,
            None => self.folder.insert(Folder::create()?),
        };
        let mut private = kind.start(folder)?;
        private.wait_until(|port| kind.answers(port), || progress.still())?;
        let url = kind.url(private.port());
        if kind == Kind::RabbitMq {
            self.rabbitmqctl = Some(rabbitmq::control(folder)?);
        }
        self.private.push(private);
        Ok((url, "private instance started"))
    }

    /// The variables tests find servers by. Where a server is missing and may be, its tests are told to pass by.
    pub(crate) fn environment(&self, ci: bool) -> Vec<(&'static str, String)> {
        let found = self
            .found
            .iter()
            .map(|(kind, url)| (kind.variable(), url.clone()));
        let python = self.python.iter().flatten();
        let control = self
            .rabbitmqctl
            .iter()
            .map(|path| ("TEST_RABBITMQCTL", path));
        let paths = python
            .map(|python| (python::VARIABLE, python))
            .chain(control);
        let paths = paths.map(|(name, path)| (name, path.display().to_string()));
        let pass_by = !ci && !self.missing.is_empty();
        found
            .chain(paths)
            .chain(pass_by.then(|| ("NOVA_TEST_SKIP_UNAVAILABLE", "1".to_owned())))
            .collect()
    }

    /// How many of them there are.
    pub(crate) fn available(&self) -> usize {
        self.found.len() + self.python.iter().flatten().count()
    }

    /// What could not be had, a line each.
    pub(crate) fn missing(&self) -> Vec<String> {
        let python = self
            .python
            .as_ref()
            .and_then(|python| python.as_ref().err());
        let python = python.map(|why| ("Python with nova 34.0.0", why));
        let servers = self.missing.iter().map(|(kind, why)| (kind.name(), why));
        servers
            .chain(python)
            .map(|(what, why)| format!("{what} is not available: {why}"))
            .collect()
    }

    /// Stops what was started and removes its data.
    pub(crate) fn stop(&mut self, progress: &mut Progress) {
        for private in self.private.drain(..).rev() {
            progress.say(&format!(
                "stopping the private instance of {}",
                private.name()
            ));
            drop(private);
        }
        self.folder = None;
    }
}

/// Whether something listens where a URL points.
fn reachable(url: &str, default_port: u16) -> Result<(), String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(',').next().unwrap_or_default();
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let host = if has_port {
        host.to_owned()
    } else {
        format!("{host}:{default_port}")
    };
    let addresses = host
        .to_socket_addrs()
        .map_err(|error| format!("{host}: {error}"))?;
    let mut last = format!("{host} has no address");
    for address in addresses {
        match std::net::TcpStream::connect_timeout(&address, Duration::from_secs(5)) {
            Ok(_) => return Ok(()),
            Err(error) => last = format!("{host}: {error}"),
        }
    }
    Err(last)
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    match rest.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_reachable_and_nothing_is_not() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = format!("mysql://u:p@127.0.0.1:{port}/x");
        assert_eq!(reachable(&url, 1), Ok(()));
        assert_eq!(reachable("x://127.0.0.1", port), Ok(()));
        drop(listener);
        assert!(reachable(&url, 1).is_err());
    }

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(without_password("mysql://u:p@h:1/d"), "mysql://u@h:1/d");
        assert_eq!(without_password("mysql://h/d"), "mysql://h/d");
    }
}
