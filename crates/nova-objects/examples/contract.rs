//! Records the contracts of Nova's classes: what `cargo xtask contract` runs.

use std::path::Path;

use versionedobjects::contract::folder::{self, FolderError};

fn main() -> Result<(), FolderError> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../contract"));
    for contract in folder::derived(nova_objects::registry()).values() {
        folder::write(folder, contract)?;
    }
    Ok(())
}
