//! Any bytes are one of Nova's objects, which can be written again at every
//! version it had, or an error.

use versionedobjects::{Form, ObjectExt as _, WriteOptions, plain};

/// Returns whether the input meant anything.
///
/// # Panics
/// When what was read cannot be written and read again.
pub(crate) fn fuzz_one(input: &[u8]) -> bool {
    let registry = nova_objects::registry();
    let Ok(object) = registry.read(&String::from_utf8_lossy(input)) else {
        return false;
    };
    for form in [Form::Compat, Form::Native] {
        let options = WriteOptions {
            form,
            ..WriteOptions::default()
        };
        let written = object
            .to_json_with(options)
            .expect("what was read can be written");
        registry
            .read(&written)
            .expect("what was written can be read");
        for release in object.class().history {
            let manifest = Some(object.class().manifest());
            // May be impossible: the object is older, or lacks what a conversion needs.
            if let Ok(older) = object.to_json_with(WriteOptions {
                form,
                target: Some(release.version),
                manifest,
            }) {
                registry.read(&older).expect("an older form can be read");
            }
        }
    }
    // Integers of more than 64 bits have no plain form.
    let _ = plain(&*object);
    true
}
