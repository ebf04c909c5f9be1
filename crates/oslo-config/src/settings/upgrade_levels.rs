//! The newest versions to speak while a fleet is upgraded.

use super::settings;
use crate::kind::{Cap, Kind};
use crate::opt::Preset;

settings! {
    /// The newest versions to speak during an upgrade, of `[upgrade_levels]`. Nobody has to set them here: every server is
    /// asked what it serves.
    pub struct UpgradeLevels {
        /// Towards computes. What needs more is refused by the caller; auto is as none.
        compute: Option<String> = Kind::Cap(COMPUTE), Preset::None;
        /// Towards conductors. What needs more is refused by the caller.
        conductor: Option<String> = Kind::Cap(CONDUCTOR), Preset::None;
        /// Towards schedulers, which nothing here calls.
        scheduler: Option<String> = Kind::Cap(SCHEDULER), Preset::None;
        /// Towards any service, for what all of them answer. What needs more is refused by the caller.
        baseapi: Option<String> = Kind::Cap(BASEAPI), Preset::None;
    }
}

/// nova `compute/rpcapi.py`, `VERSION_ALIASES`, and the only one of the four that knows `auto`.
const COMPUTE: Cap = Cap {
    releases: &[
        ("icehouse", "3.23"),
        ("juno", "3.35"),
        ("kilo", "4.0"),
        ("liberty", "4.5"),
        ("mitaka", "4.11"),
        ("newton", "4.13"),
        ("ocata", "4.13"),
        ("pike", "4.17"),
        ("queens", "5.0"),
        ("rocky", "5.0"),
        ("stein", "5.1"),
        ("train", "5.3"),
        ("ussuri", "5.11"),
        ("victoria", "5.12"),
        ("wallaby", "6.0"),
        ("xena", "6.0"),
        ("yoga", "6.0"),
        ("zed", "6.1"),
        ("antelope", "6.2"),
        ("bobcat", "6.2"),
        ("caracal", "6.3"),
        ("dalmatian", "6.3"),
        ("epoxy", "6.4"),
        ("flamingo", "6.4"),
        ("gazpacho", "6.5"),
        ("hibiscus", "6.5"),
    ],
    auto: true,
};

/// nova `conductor/rpcapi.py`: the versions did not change after Ocata.
const CONDUCTOR: Cap = Cap {
    releases: &[
        ("grizzly", "1.48"),
        ("havana", "1.58"),
        ("icehouse", "2.0"),
        ("juno", "2.0"),
        ("kilo", "2.1"),
        ("liberty", "3.0"),
        ("mitaka", "3.0"),
        ("newton", "3.0"),
        ("ocata", "3.0"),
    ],
    auto: false,
};

/// nova `scheduler/rpcapi.py`
const SCHEDULER: Cap = Cap {
    releases: &[
        ("grizzly", "2.6"),
        ("havana", "2.9"),
        ("icehouse", "3.0"),
        ("juno", "3.0"),
        ("kilo", "4.2"),
        ("liberty", "4.2"),
        ("mitaka", "4.3"),
        ("newton", "4.3"),
        ("ocata", "4.3"),
        ("pike", "4.4"),
    ],
    auto: false,
};

/// nova `baserpc.py` names no release.
const BASEAPI: Cap = Cap {
    releases: &[],
    auto: false,
};
