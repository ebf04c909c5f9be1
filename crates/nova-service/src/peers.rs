//! What a service of Nova's says of itself and knows of the others.

use nova_objects::registry;
use nova_rpc::{Peers, Profile};
use oslo_messaging::Transport;
use versionedobjects::Manifest;

use crate::Pin;

/// The versions of Nova's classes that this release reads, or that it is held
/// to.
#[must_use]
pub fn reads(pin: Option<&Pin>) -> Manifest {
    let own = registry().manifest();
    match pin {
        Some(pin) => own.pinned(pin.manifest()),
        None => own,
    }
}

/// The others on the bus, for a service that writes what [`reads`] says.
#[must_use]
pub fn peers(transport: &Transport, pin: Option<&Pin>) -> Peers {
    Peers::new(transport.clone(), reads(pin))
}

/// What a server says of itself: its program is `program` of this release.
#[must_use]
pub fn profile(topic: &str, host: &str, program: &str, pin: Option<&Pin>) -> Profile {
    let program = format!("{program} {}", env!("CARGO_PKG_VERSION"));
    Profile::new(topic, host, program, reads(pin))
}
