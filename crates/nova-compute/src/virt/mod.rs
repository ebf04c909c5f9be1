//! Hypervisors: what they have to offer, and those there are.

pub mod fake;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use nova_objects::{HVSpec, Instance, NovaException};
use versionedobjects::{Exception, Json};

pub use fake::{FakeDriver, FakeOptions};

use crate::{Error, RebootType, Result};

/// What a hypervisor has to offer to a compute: the part of nova
/// `virt/driver.py` that building, starting, stopping, rebooting and deleting
/// need. One driver is one node.
#[async_trait]
pub trait VirtDriver: fmt::Debug + Send + Sync + 'static {
    /// The name of its node: `hypervisor_hostname`.
    fn node(&self) -> &str;

    /// What the host has, before anything is used of it.
    ///
    /// # Errors
    /// When the hypervisor cannot be asked.
    async fn resources(&self) -> Result<HostResources, VirtError>;

    /// The uuids of the guests it has.
    ///
    /// # Errors
    /// When the hypervisor cannot be asked.
    async fn guests(&self) -> Result<Vec<String>, VirtError>;

    /// The [power state](nova_objects::compute::power_state) of a guest.
    ///
    /// # Errors
    /// [`VirtError::NotFound`] when there is no such guest.
    async fn power_state(&self, uuid: &str) -> Result<i64, VirtError>;

    /// Makes a guest and starts it. The instance's flavor is loaded.
    ///
    /// # Errors
    /// When it cannot.
    async fn spawn(&self, instance: &Instance) -> Result<(), VirtError>;

    /// Starts a guest that is off; of one that runs already nothing is asked.
    ///
    /// # Errors
    /// [`VirtError::NotFound`], or what the hypervisor said.
    async fn power_on(&self, instance: &Instance) -> Result<(), VirtError>;

    /// Stops a guest: with `clean` by asking its operating system first.
    ///
    /// # Errors
    /// [`VirtError::NotFound`], or what the hypervisor said.
    async fn power_off(&self, instance: &Instance, clean: bool) -> Result<(), VirtError>;

    /// Reboots a guest. A hard reboot makes the guest anew where it is missing.
    ///
    /// # Errors
    /// [`VirtError::NotFound`], or what the hypervisor said.
    async fn reboot(&self, instance: &Instance, reboot: RebootType) -> Result<(), VirtError>;

    /// Removes a guest with all it has; that there is none is no error.
    ///
    /// # Errors
    /// What the hypervisor said.
    async fn destroy(&self, instance: &Instance) -> Result<(), VirtError>;
}

/// What a host has.
#[derive(Debug, Clone)]
pub struct HostResources {
    /// The hypervisor's kind, such as `fake`.
    pub hypervisor_type: String,
    /// Its version as one number, thousands between the parts: 1.0 is 1000.
    pub hypervisor_version: i64,
    /// Processors.
    pub vcpus: i64,
    /// Memory in MiB.
    pub memory_mb: i64,
    /// Disk in GiB.
    pub local_gb: i64,
    /// The processors' description, JSON text.
    pub cpu_info: String,
    /// Disk in GiB that is left with what guests may still grow to.
    pub disk_available_least: Option<i64>,
    /// The kinds of guests it runs.
    pub supported: Vec<HVSpec>,
}

/// Why a hypervisor did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VirtError {
    /// It has no such guest.
    #[error("Instance {uuid} could not be found.")]
    NotFound {
        /// The guest's uuid.
        uuid: String,
    },
    /// The instance lacks something the driver needs.
    #[error("{doing} {uuid}: {reason}")]
    Unusable {
        /// What was attempted.
        doing: &'static str,
        /// The guest's uuid.
        uuid: String,
        /// What is missing.
        reason: String,
    },
    /// The guest cannot be made on any host; trying elsewhere is useless (nova
    /// `BuildAbortException`).
    #[error("{reason}")]
    Abort {
        /// Why.
        reason: String,
    },
    /// It tried and failed.
    #[error("{doing} {uuid}: {reason}")]
    Failed {
        /// What was attempted.
        doing: &'static str,
        /// The guest's uuid.
        uuid: String,
        /// What the hypervisor said.
        reason: String,
    },
}

impl VirtError {
    /// Nova's exception for it.
    #[must_use]
    pub fn to_exception(&self) -> Exception {
        match self {
            Self::NotFound { uuid } => NovaException::InstanceNotFound {
                instance_id: Json::from(uuid.as_str()),
            },
            Self::Unusable { .. } | Self::Abort { .. } | Self::Failed { .. } => {
                NovaException::InternalError {
                    err: self.to_string(),
                }
            }
        }
        .to_exception()
    }
}

/// What a host of that driver pretends to have.
type Make = fn() -> FakeOptions;

/// The drivers there are, by the names `compute_driver` may have.
const DRIVERS: [(&str, Make); 4] = [
    ("fake", FakeOptions::default),
    ("fake.FakeDriver", FakeOptions::default),
    ("fake.MediumFakeDriver", FakeOptions::medium),
    ("fake.SmallFakeDriver", FakeOptions::small),
];

/// The driver that `compute_driver` names. Without a name it is the fake one,
/// so that the first start needs no configuration; the log says so.
///
/// # Errors
/// [`Error::UnknownDriver`] for a name that none has.
pub fn load(name: Option<&str>, host: &str) -> Result<Arc<dyn VirtDriver>> {
    let name = name.unwrap_or_else(|| {
        tracing::warn!("no `compute_driver` is configured: using `fake.FakeDriver`, which only pretends to run servers");
        "fake.FakeDriver"
    });
    let found = DRIVERS.iter().find(|(known, _)| *known == name);
    let Some((_, options)) = found else {
        let known: Vec<&str> = DRIVERS.iter().map(|(known, _)| *known).collect();
        return Err(Error::UnknownDriver {
            driver: name.to_owned(),
            known: known.join(", "),
        });
    };
    Ok(Arc::new(FakeDriver::new(host, options())))
}
