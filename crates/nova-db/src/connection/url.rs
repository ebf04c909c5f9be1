//! Connection URLs as SQLAlchemy writes them.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use super::Options;
use crate::dialect::Dialect;
use crate::error::Error;

/// A URL taken apart: `dialect+driver://user:password@host:port/database?query`.
#[derive(Clone, PartialEq, Eq)]
pub struct Url {
    /// Which database it asks for; the driver's name after `+` is ignored.
    pub dialect: Dialect,
    user: Option<String>,
    password: Option<String>,
    host: Option<String>,
    port: Option<u16>,
    database: String,
    query: Vec<(String, String)>,
}

/// The password is not shown.
impl std::fmt::Debug for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Url").field(&self.to_string()).finish()
    }
}

/// In its own form, the password masked.
impl std::fmt::Display for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = match self.dialect {
            Dialect::Postgres => "postgresql",
            other => other.name(),
        };
        write!(f, "{scheme}://")?;
        if let Some(user) = &self.user {
            let mask = if self.password.is_some() { ":***" } else { "" };
            write!(f, "{user}{mask}@")?;
        }
        f.write_str(self.host.as_deref().unwrap_or_default())?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "/{}", self.database)
    }
}

impl Url {
    /// Takes `text` apart.
    ///
    /// # Errors
    ///
    /// [`Error::Url`] when it is no such URL or asks for another kind of database.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |reason: String| Error::Url {
            url: masked(text),
            reason,
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| {
            refuse(
                "it has no `://`; an example is mysql+pymysql://nova:PASSWORD@db1/nova".to_owned(),
            )
        })?;
        let dialect = match scheme.split('+').next().unwrap_or_default() {
            "sqlite" => Dialect::Sqlite,
            "mysql" | "mariadb" => Dialect::MySql,
            "postgresql" | "postgres" => Dialect::Postgres,
            other => {
                return Err(refuse(format!(
                    "{other:?} is none of sqlite, mysql, mariadb, postgresql"
                )));
            }
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        // A password may hold an unescaped `@`.
        let (credentials, address) = match authority.rsplit_once('@') {
            Some((credentials, address)) => (Some(credentials), address),
            None => (None, authority),
        };
        let (user, password) = match credentials.map(|both| both.split_once(':').ok_or(both)) {
            None => (None, None),
            Some(Ok((user, password))) => (Some(decode(user)), Some(decode(password))),
            Some(Err(user)) => (Some(decode(user)), None),
        };
        let (host, port) = split_address(address).map_err(refuse)?;
        if dialect == Dialect::Sqlite && host.is_some() {
            return Err(refuse(
                "a SQLite path starts after three slashes, an absolute one after four: sqlite:////var/lib/nova/nova.sqlite".to_owned(),
            ));
        }
        let query = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect();
        // SQLite's path is taken as it stands, as SQLAlchemy does.
        let database = if dialect == Dialect::Sqlite {
            path.to_owned()
        } else {
            decode(path)
        };
        Ok(Self {
            dialect,
            user,
            password,
            host,
            port,
            database,
            query,
        })
    }

    /// Whether this is a SQLite database that ends with its connection.
    pub fn is_in_memory(&self) -> bool {
        self.dialect == Dialect::Sqlite && (self.database.is_empty() || self.database == ":memory:")
    }

    /// For messages: the path, or the server and the database on it.
    pub fn place(&self) -> String {
        if self.dialect != Dialect::Sqlite {
            let host = self.param("unix_socket").or(self.host.as_deref());
            let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
            return format!("{}{port}/{}", host.unwrap_or("localhost"), self.database);
        }
        if self.is_in_memory() {
            ":memory:".to_owned()
        } else {
            self.database.clone()
        }
    }

    fn param(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// Warns about parameters that mean nothing here, so that nobody relies on them.
    fn warn_about_others(&self, known: &[&str]) {
        for (name, _) in &self.query {
            if !known.contains(&name.as_str()) {
                tracing::warn!(url = %self, parameter = %name, "parameter of the connection URL ignored");
            }
        }
    }

    pub(super) fn sqlite(&self, options: &Options) -> SqliteConnectOptions {
        self.warn_about_others(&["timeout", "check_same_thread"]);
        let busy = self
            .param("timeout")
            .and_then(|seconds| seconds.parse().ok())
            .and_then(|s| Duration::try_from_secs_f64(s).ok());
        let connect = SqliteConnectOptions::new()
            .busy_timeout(busy.unwrap_or(options.busy_timeout))
            // Nova leaves SQLite's own default, and its rows rely on it.
            .foreign_keys(false)
            // As SQLAlchemy gives it: filters match by regular expressions.
            .with_regexp()
            .statement_cache_capacity(options.statement_cache);
        if self.is_in_memory() {
            return connect.in_memory(true).filename(":memory:");
        }
        connect
            .filename(PathBuf::from(&self.database))
            .create_if_missing(options.create)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(if options.sqlite_synchronous {
                SqliteSynchronous::Full
            } else {
                SqliteSynchronous::Off
            })
    }

    pub(super) fn mysql(&self, options: &Options) -> MySqlConnectOptions {
        self.warn_about_others(&[
            "charset",
            "unix_socket",
            "ssl_ca",
            "ssl_cert",
            "ssl_key",
            "ssl_mode",
            "ssl_disabled",
            "ssl_verify_cert",
            "ssl_check_hostname",
            "plugin",
        ]);
        let mut connect = MySqlConnectOptions::new()
            .host(self.host.as_deref().unwrap_or("localhost"))
            .username(self.user.as_deref().unwrap_or("root"))
            .ssl_mode(MySqlSslMode::Preferred)
            // As oslo.db sets it afterwards; no `||` for strings either.
            .pipes_as_concat(false)
            .no_engine_substitution(false)
            .statement_cache_capacity(options.statement_cache);
        if !self.database.is_empty() {
            connect = connect.database(&self.database);
        }
        if let Some(port) = self.port {
            connect = connect.port(port);
        }
        if let Some(password) = &self.password {
            connect = connect.password(password);
        }
        if let Some(socket) = self.param("unix_socket") {
            connect = connect.socket(socket);
        }
        if let Some(ca) = self.param("ssl_ca") {
            let names = self.param("ssl_check_hostname") == Some("true");
            let mode = if names {
                MySqlSslMode::VerifyIdentity
            } else {
                MySqlSslMode::VerifyCa
            };
            connect = connect.ssl_ca(ca).ssl_mode(mode);
        }
        if let Some(certificate) = self.param("ssl_cert") {
            connect = connect.ssl_client_cert(certificate);
        }
        if let Some(key) = self.param("ssl_key") {
            connect = connect.ssl_client_key(key);
        }
        if self.param("ssl_disabled") == Some("true") {
            connect = connect.ssl_mode(MySqlSslMode::Disabled);
        }
        match self
            .param("ssl_mode")
            .map(str::to_ascii_uppercase)
            .as_deref()
        {
            Some("REQUIRED") => connect.ssl_mode(MySqlSslMode::Required),
            Some("VERIFY_CA") => connect.ssl_mode(MySqlSslMode::VerifyCa),
            Some("VERIFY_IDENTITY") => connect.ssl_mode(MySqlSslMode::VerifyIdentity),
            Some("DISABLED") => connect.ssl_mode(MySqlSslMode::Disabled),
            _ => connect,
        }
    }

    pub(super) fn postgres(&self, options: &Options) -> PgConnectOptions {
        self.warn_about_others(&[
            "host",
            "sslmode",
            "sslrootcert",
            "sslcert",
            "sslkey",
            "application_name",
            "client_encoding",
        ]);
        let mut connect = PgConnectOptions::new_without_pgpass()
            .host(self.host.as_deref().unwrap_or("localhost"))
            .username(self.user.as_deref().unwrap_or("postgres"))
            .application_name(self.param("application_name").unwrap_or("nova"))
            .statement_cache_capacity(options.statement_cache);
        if !self.database.is_empty() {
            connect = connect.database(&self.database);
        }
        if let Some(port) = self.port {
            connect = connect.port(port);
        }
        if let Some(password) = &self.password {
            connect = connect.password(password);
        }
        if let Some(host) = self.param("host") {
            connect = if host.starts_with('/') {
                connect.socket(host)
            } else {
                connect.host(host)
            };
        }
        if let Some(mode) = self
            .param("sslmode")
            .and_then(|mode| mode.parse::<PgSslMode>().ok())
        {
            connect = connect.ssl_mode(mode);
        }
        if let Some(ca) = self.param("sslrootcert") {
            connect = connect.ssl_root_cert(ca);
        }
        if let Some(certificate) = self.param("sslcert") {
            connect = connect.ssl_client_cert(certificate);
        }
        if let Some(key) = self.param("sslkey") {
            connect = connect.ssl_client_key(key);
        }
        connect
    }
}

fn split_address(address: &str) -> Result<(Option<String>, Option<u16>), String> {
    if address.is_empty() {
        return Ok((None, None));
    }
    let (host, port) = match address
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None => match address.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        },
    };
    let port = port
        .map(|port| port.parse().map_err(|_| format!("{port:?} is not a port")))
        .transpose()?;
    Ok(((!host.is_empty()).then(|| host.to_owned()), port))
}

/// Percent decoding, `+` staying as it is; what is not an escape stays too.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(escaped.unwrap_or(byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A URL that could not be taken apart, without what may be its password.
fn masked(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    match rest.rsplit_once('@') {
        Some((_, address)) => format!("{scheme}://***@{address}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, shown: &str, place: &str) {
        let url = Url::parse(text).unwrap();
        assert_eq!(
            (url.to_string().as_str(), url.place().as_str()),
            (shown, place),
            "{text}"
        );
    }

    #[test]
    fn sqlalchemy_urls_are_understood() {
        check(
            "sqlite:////var/lib/nova/nova.sqlite",
            "sqlite:////var/lib/nova/nova.sqlite",
            "/var/lib/nova/nova.sqlite",
        );
        check(
            "sqlite:///nova.sqlite",
            "sqlite:///nova.sqlite",
            "nova.sqlite",
        );
        check("sqlite://", "sqlite:///", ":memory:");
        check(
            "mysql+pymysql://u:p@h/db?charset=utf8",
            "mysql://u:***@h/db",
            "h/db",
        );
        check(
            "mysql://root@127.0.0.1:3306",
            "mysql://root@127.0.0.1:3306/",
            "127.0.0.1:3306/",
        );
        check(
            "mysql+pymysql://n@localhost/nova?unix_socket=/run/my.sock",
            "mysql://n@localhost/nova",
            "/run/my.sock/nova",
        );
        check(
            "postgresql+psycopg2://u:p%40ss@[::1]:5433/nova_api",
            "postgresql://u:***@::1:5433/nova_api",
            "::1:5433/nova_api",
        );
        check("postgres://h/db", "postgresql://h/db", "h/db");
    }

    #[test]
    fn passwords_keep_their_characters() {
        let url = Url::parse("mysql://nova:a%2Fb+c@d%zz@h/db").unwrap();
        assert_eq!(url.password.as_deref(), Some("a/b+c@d%zz"));
        assert_eq!(url.host.as_deref(), Some("h"));
    }

    #[test]
    fn refusals_say_why_and_hide_the_password() {
        for (text, part) in [
            ("nova.sqlite", "://"),
            ("oracle://u:secret@h/db", "none of sqlite"),
            ("sqlite://var/lib/nova.sqlite", "four"),
            ("mysql://u:secret@h:port/db", "port"),
        ] {
            let message = Url::parse(text).unwrap_err().to_string();
            assert!(
                message.contains(part) && !message.contains("secret"),
                "{message}"
            );
        }
    }
}
