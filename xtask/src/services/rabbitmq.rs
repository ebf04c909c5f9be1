//! A private RabbitMQ.

use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::private::{Folder, Private, free_port};
use crate::process;

/// The server's own script: Debian's in `/usr/sbin` would change the user and write to `/var`.
fn server() -> Option<PathBuf> {
    process::find("rabbitmq-server", &[Path::new("/usr/lib/rabbitmq/bin")])
}

pub(super) fn installed() -> bool {
    server().is_some() && process::find("epmd", &[]).is_some()
}

pub(super) fn start(folder: &Folder) -> Result<Private, String> {
    let server = server().ok_or("rabbitmq-server is missing")?;
    let folder = folder.sub("rabbitmq")?;
    let file = |name: &str, content: &str| {
        let path = folder.join(name);
        std::fs::write(&path, content)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        Ok::<_, String>(path)
    };
    let (port, distribution, names) = (free_port()?, free_port()?, free_port()?);
    let listen = format!("listeners.tcp.local = 127.0.0.1:{port}\nloopback_users.guest = true\n");
    let config = file("rabbitmq.conf", &listen)?;
    let plugins = file("enabled_plugins", "[].\n")?;
    let none = file("rabbitmq-env.conf", "")?;

    // Erlang would start its name server by itself, share it with others and leave it behind.
    let mut command = Command::new("epmd");
    command.args(["-address", "127.0.0.1", "-port", &names.to_string()]);
    let mut name_server = Private::start("epmd", names, &folder, &command)?;
    let listens = |port| {
        TcpStream::connect(("127.0.0.1", port))
            .map(drop)
            .map_err(|error| error.to_string())
    };
    name_server.wait_until(listens, || {})?;

    let node = [
        ("HOME", folder.display().to_string()),
        ("ERL_EPMD_PORT", names.to_string()),
        (
            "RABBITMQ_NODENAME",
            format!("nova-{}@localhost", std::process::id()),
        ),
    ];
    write_control(&folder, &server.with_file_name("rabbitmqctl"), &node)?;
    let mut command = Command::new(server);
    command
        .envs(node)
        .env("ERL_EPMD_ADDRESS", "127.0.0.1")
        .env("RABBITMQ_NODE_PORT", port.to_string())
        .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
        .env("RABBITMQ_DIST_PORT", distribution.to_string())
        .env("RABBITMQ_CONF_ENV_FILE", none)
        .env("RABBITMQ_CONFIG_FILE", config)
        .env("RABBITMQ_ENABLED_PLUGINS_FILE", plugins)
        .env("RABBITMQ_MNESIA_BASE", folder.join("data"))
        .env("RABBITMQ_LOG_BASE", folder.join("logs"))
        .env("RABBITMQ_PID_FILE", folder.join("pid"))
        .current_dir(&folder);
    Ok(Private::start("RabbitMQ", port, &folder, &command)?.needs(name_server))
}

/// Writes a program that is `rabbitmqctl` for this server, whoever calls it.
fn write_control(folder: &Path, program: &Path, node: &[(&str, String)]) -> Result<(), String> {
    let path = folder.join(CONTROL);
    let fail = |error| format!("cannot write {}: {error}", path.display());
    let set: Vec<String> = node
        .iter()
        .map(|(name, value)| format!("{name}='{value}'"))
        .collect();
    let text = format!(
        "#!/bin/sh\nexport {}\nexec '{}' \"$@\"\n",
        set.join(" "),
        program.display()
    );
    std::fs::write(&path, text).map_err(fail)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).map_err(fail)
}

const CONTROL: &str = "rabbitmqctl";

/// The program with which virtual hosts are made on the private server.
pub(super) fn control(folder: &Folder) -> Result<PathBuf, String> {
    Ok(folder.sub("rabbitmq")?.join(CONTROL))
}
