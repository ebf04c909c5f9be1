//! Where files live when nobody said so.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The folder for state that survives a restart: `/var/lib/nova` for root, else `$XDG_DATA_HOME/nova`, else
/// `~/.local/share/nova`, else `./nova`.
///
/// Nothing is created here.
pub fn data_dir() -> PathBuf {
    choose_data_dir(is_root(), env::var_os("XDG_DATA_HOME"), home())
}

/// The home folder of whoever runs the program.
pub fn home() -> Option<PathBuf> {
    env::var_os("HOME")
        .filter(|home| !home.is_empty())
        .map(PathBuf::from)
}

/// The machine's name, `localhost` when it has none. The default of `host`.
pub fn hostname() -> String {
    let name = ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .map(|text| text.trim().to_owned())
        .find(|name| !name.is_empty());
    name.unwrap_or_else(|| "localhost".to_owned())
}

/// The address this machine would reach others from, `127.0.0.1` without a network. The default of `my_ip`.
///
/// The system is asked for a route to an address reserved for documentation (oslo_utils netutils.py, `get_my_ipv4`);
/// nothing is sent.
pub fn my_ip() -> String {
    let found = std::net::UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket
            .connect("192.0.2.0:80")
            .and_then(|()| socket.local_addr())
    });
    found.map_or_else(
        |_| "127.0.0.1".to_owned(),
        |address| address.ip().to_string(),
    )
}

/// Files and directories found where the original looks for them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct DefaultFiles {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) directories: Vec<PathBuf>,
}

/// oslo_config cfg.py, `find_config_files` and `find_config_dirs` for the project `nova`.
pub(crate) fn default_files(program: &str) -> DefaultFiles {
    let mut folders = Vec::new();
    if let Some(home) = home() {
        folders.push(home.join(".nova"));
        folders.push(home);
    }
    folders.push(PathBuf::from("/etc/nova"));
    folders.push(PathBuf::from("/etc"));
    search(&folders, program)
}

fn search(folders: &[PathBuf], program: &str) -> DefaultFiles {
    let first = |name: String, wanted: fn(&Path) -> bool| {
        folders
            .iter()
            .map(|folder| folder.join(&name))
            .find(|path| wanted(path))
    };
    let names = ["nova", program];
    DefaultFiles {
        files: names
            .iter()
            .filter_map(|name| first(format!("{name}.conf"), Path::is_file))
            .collect(),
        directories: names
            .iter()
            .filter_map(|name| first(format!("{name}.conf.d"), Path::is_dir))
            .collect(),
    }
}

fn choose_data_dir(root: bool, xdg: Option<OsString>, home: Option<PathBuf>) -> PathBuf {
    if root {
        return PathBuf::from("/var/lib/nova");
    }
    // The specification says that relative paths are to be ignored.
    let xdg = xdg.map(PathBuf::from).filter(|path| path.is_absolute());
    let base = xdg.or_else(|| home.map(|home| home.join(".local/share")));
    base.map_or_else(|| PathBuf::from("nova"), |base| base.join("nova"))
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // The owner of a process's own entry is its effective user.
    std::fs::metadata("/proc/self").is_ok_and(|entry| entry.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_folder_follows_the_platform() {
        let home = || Some(PathBuf::from("/home/u"));
        let check = |root, xdg: Option<&str>, home, expected: &str| {
            assert_eq!(
                choose_data_dir(root, xdg.map(OsString::from), home),
                Path::new(expected)
            );
        };
        check(true, Some("/x"), home(), "/var/lib/nova");
        check(false, Some("/x"), home(), "/x/nova");
        check(false, Some("relative"), home(), "/home/u/.local/share/nova");
        check(false, None, home(), "/home/u/.local/share/nova");
        check(false, None, None, "nova");
    }

    #[test]
    fn files_are_taken_from_the_first_folder_that_has_them() {
        let root = tempfile::tempdir().unwrap();
        let (one, two) = (root.path().join("one"), root.path().join("two"));
        std::fs::create_dir_all(one.join("p.conf.d")).unwrap();
        std::fs::create_dir_all(&two).unwrap();
        std::fs::write(two.join("nova.conf"), "").unwrap();
        std::fs::write(one.join("p.conf"), "").unwrap();
        std::fs::write(two.join("p.conf"), "").unwrap();
        let found = search(&[one.clone(), two.clone()], "p");
        assert_eq!(found.files, [two.join("nova.conf"), one.join("p.conf")]);
        assert_eq!(found.directories, [one.join("p.conf.d")]);
    }

    #[test]
    fn the_machine_has_a_name_and_an_address() {
        assert!(!hostname().is_empty());
        assert!(my_ip().parse::<std::net::IpAddr>().is_ok());
    }
}
