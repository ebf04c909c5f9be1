//! The front of a deployment: what people ask of servers, turned into rows and
//! casts.
//!
//! It runs where there is a database, but the code does not know: it is written
//! against the classes of `nova-objects`, and would work in a process without
//! one just as well. What it hands to computes are the objects themselves.
//!
//! | module | what it is |
//! |---|---|
//! | [`Servers`] | create, start, stop, reboot, delete |
//! | [`placement`] | which compute a new server goes to |
//! | [`Liveness`] | whether a service is up |
//!
//! ```
//! use std::time::Duration;
//! use nova_api::Liveness;
//! use nova_objects::Service;
//! use versionedobjects::DateTime;
//!
//! let liveness = Liveness::new(Duration::from_secs(60));
//! let mut service = Service::new();
//! assert!(!liveness.is_up(&service));
//! service.set_last_seen_up(DateTime::now());
//! assert!(liveness.is_up(&service));
//! ```

mod error;
mod liveness;
pub mod placement;
mod servers;

pub use error::{Error, Result};
pub use liveness::Liveness;
pub use servers::{NewServer, RebootType, Servers};
