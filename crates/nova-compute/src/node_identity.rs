//! Who this node is, over all restarts: nova `virt/node.py`.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::{Error, Result};

/// The name of the file in `state_path`, Nova's own.
const FILE: &str = "compute_id";

/// The file that holds the identity.
pub(crate) fn path(state_path: &Path) -> PathBuf {
    state_path.join(FILE)
}

/// The node's uuid, as the file says; a new one is made and written where
/// there is no file.
///
/// # Errors
/// [`Error::NodeIdentity`] when the file cannot be read or written, or holds
/// something else.
pub(crate) fn read_or_create(state_path: &Path) -> Result<String> {
    let path = path(state_path);
    match fs::read_to_string(&path) {
        Ok(text) => Uuid::parse_str(text.trim())
            .map(|uuid| uuid.to_string())
            .map_err(|_| {
                refused(
                    &path,
                    "it holds no uuid; restore it, or write the node's uuid into it",
                )
            }),
        Err(error) if error.kind() == ErrorKind::NotFound => create(state_path, &path),
        Err(error) => Err(refused(&path, &error.to_string())),
    }
}

fn create(state_path: &Path, path: &Path) -> Result<String> {
    let uuid = Uuid::new_v4().to_string();
    let written = fs::create_dir_all(state_path)
        // Never over a file that appeared meanwhile: its node would be lost.
        .and_then(|()| OpenOptions::new().write(true).create_new(true).open(path))
        .and_then(|mut file| {
            file.write_all(uuid.as_bytes())?;
            file.sync_all()
        });
    written.map_err(|error| refused(path, &error.to_string()))?;
    tracing::info!(uuid, path = %path.display(), "wrote the identity of this compute node");
    Ok(uuid)
}

fn refused(path: &Path, reason: &str) -> Error {
    Error::NodeIdentity {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_survives_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path().join("state");
        let first = read_or_create(&state).expect("an identity");
        assert_eq!(read_or_create(&state).expect("the same"), first);
    }

    #[test]
    fn a_spoilt_file_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(path(folder.path()), "not a uuid").expect("written");
        let error = read_or_create(folder.path()).expect_err("it is refused");
        assert!(
            error.to_string().contains("compute_id: it holds no uuid"),
            "{error}"
        );
        assert_eq!(
            fs::read_to_string(path(folder.path())).expect("there"),
            "not a uuid"
        );
    }
}
