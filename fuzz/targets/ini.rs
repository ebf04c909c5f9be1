//! Any bytes are a configuration file, or an error that says where.

use oslo_config::{Error, Loader, Settings, ini};

/// Returns whether the input meant anything.
///
/// # Panics
/// When an error does not say where.
pub(crate) fn fuzz_one(input: &[u8]) -> bool {
    match ini::parse("nova.conf", input) {
        Ok(_) => {}
        Err(Error::Parse { at, .. }) => assert!(at.line >= 1 && at.column >= 1),
        Err(_) => {}
    }
    let Ok(text) = std::str::from_utf8(input) else {
        return false;
    };
    let loaded = Loader::nova("nova-conductor")
        .without_default_files()
        .text("nova.conf", text)
        .load();
    loaded.is_ok_and(|config| Settings::read(&config).is_ok())
}
