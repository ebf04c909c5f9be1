//! A private MariaDB.

use std::path::PathBuf;
use std::process::Command;

use super::install::is_root;
use super::private::{Folder, Private, free_port};
use crate::process;

fn server() -> Option<PathBuf> {
    process::find("mariadbd", &[]).or_else(|| process::find("mysqld", &[]))
}

fn installer() -> Option<PathBuf> {
    process::find("mariadb-install-db", &[]).or_else(|| process::find("mysql_install_db", &[]))
}

pub(super) fn installed() -> bool {
    server().is_some() && installer().is_some()
}

pub(super) fn start(folder: &Folder) -> Result<Private, String> {
    let missing = || "mariadbd or mariadb-install-db is missing".to_owned();
    let (server, installer) = (
        server().ok_or_else(missing)?,
        installer().ok_or_else(missing)?,
    );
    let folder = folder.sub("mariadb")?;
    let data = format!("--datadir={}", folder.join("data").display());
    // Sockets have short names, so the folder may lie deep; everything else is found from it.
    let user = is_root().then_some("--user=root");
    let mut create = Command::new(installer);
    create
        .args([
            "--no-defaults",
            &data,
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ])
        .args(user);
    create.current_dir(&folder);
    process::output(&mut create)?;

    let port = free_port()?;
    let mut command = Command::new(server);
    command
        .args(["--no-defaults", &data])
        .args(user)
        .args(["--bind-address=127.0.0.1", &format!("--port={port}")])
        .args(["--socket=mariadb.sock", "--pid-file=mariadb.pid"])
        // Tests are many and their data is thrown away.
        .args([
            "--max-connections=500",
            "--innodb-flush-log-at-trx-commit=0",
            "--skip-log-bin",
            "--sync-frm=0",
        ])
        .args([
            "--innodb-buffer-pool-size=256M",
            "--character-set-server=utf8mb4",
            "--skip-name-resolve",
        ])
        .current_dir(&folder);
    Private::start("MariaDB", port, &folder, &command)
}
