//! A compute service that has no database: everything it knows and changes
//! goes through objects, whose methods a conductor carries out.
//!
//! In reading order:
//!
//! - [`Compute`]: the service, from the first sign of a conductor to the last
//!   operation finished;
//! - [`Manager`]: what it does with instances, one noun a file (build, power,
//!   reboot, terminate), each moving the states as Nova's manager moves them;
//! - [`VirtDriver`](virt::VirtDriver): what a hypervisor has to offer, and the
//!   driver that only pretends;
//! - [`ResourceTracker`]: what the host has and what is used of it;
//! - [`ComputeClient`]: the other side, for whoever has the database;
//! - [`Pin`]: behaving as an older release.
//!
//! ```
//! use nova_compute::{Pin, virt};
//!
//! // Drivers are chosen by the names of nova.conf; nothing means the fake one.
//! let driver = virt::load(Some("fake.SmallFakeDriver"), "node-1")?;
//! assert_eq!(driver.node(), "node-1");
//! assert!(virt::load(Some("libvirt.LibvirtDriver"), "node-1").is_err());
//!
//! // A release that knew instances up to 2.5.
//! let pin: Pin = "Instance=2.5,Flavor=1.1".parse()?;
//! assert_eq!(pin.to_string(), "Instance 2.5, Flavor 1.1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod client;
mod endpoint;
mod error;
mod locks;
mod manager;
mod node_identity;
mod options;
mod patience;
mod readiness;
mod resource_tracker;
mod service;
mod stats;
pub mod virt;

pub use client::ComputeClient;
pub use endpoint::ComputeEndpoint;
pub use error::{Error, OperationError, Result};
pub use manager::{BuildOutcome, Manager, Operation, RebootType};
pub use options::ComputeOptions;
pub use patience::Patience;
pub use resource_tracker::ResourceTracker;
pub use service::{Compute, State};

pub use nova_service::{Pin, PinError};

/// The topic computes serve.
pub const COMPUTE_TOPIC: &str = "compute";

/// The version of the methods computes serve (nova `compute/manager.py`).
pub const COMPUTE_VERSION: &str = "6.5";

/// The program, as its service record names it.
pub const COMPUTE_BINARY: &str = "nova-compute";
