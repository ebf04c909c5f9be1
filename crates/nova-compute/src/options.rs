//! What a compute has to know besides its driver and its bus.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use oslo_config::Settings;

use crate::{Patience, Pin};

/// What a compute has to know besides its driver and its bus.
#[derive(Debug, Clone)]
pub struct ComputeOptions {
    /// The name of this host: its address on the bus.
    pub host: String,
    /// The address by which the host reaches the management network.
    pub my_ip: Option<IpAddr>,
    /// The folder for what survives a restart: the node's identity.
    pub state_path: PathBuf,
    /// The time between two signs of life; none are given if zero.
    pub report_interval: Duration,
    /// The time between two looks at the host's resources; `None` for never.
    pub audit_interval: Option<Duration>,
    /// Processors, memory (MiB) and disk (MiB) kept for the host.
    pub reserved: Reserved,
    /// What is set for the node's allocation ratios.
    pub ratios: Ratios,
    /// How long operations wait for a conductor that is away.
    pub patience: Patience,
    /// The versions to which this process is held, if it is.
    pub pin: Option<Pin>,
}

/// What is kept for the host itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reserved {
    /// Processors.
    pub cpus: i64,
    /// Memory in MiB.
    pub memory_mb: i64,
    /// Disk in MiB.
    pub disk_mb: i64,
}

/// How much more than there is may be promised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratios {
    /// Virtual processors a processor; `None` leaves what the record says.
    pub cpu: Option<f64>,
    /// The same for memory.
    pub ram: Option<f64>,
    /// The same for disk.
    pub disk: Option<f64>,
    /// What new nodes begin with: processors, memory, disk.
    pub initial: [f64; 3],
}

impl Default for Ratios {
    fn default() -> Self {
        Self {
            cpu: None,
            ram: None,
            disk: None,
            initial: [4.0, 1.0, 1.0],
        }
    }
}

impl ComputeOptions {
    /// Nova's defaults for a host.
    #[must_use]
    pub fn new(host: impl Into<String>, state_path: impl Into<PathBuf>) -> Self {
        Self {
            host: host.into(),
            my_ip: None,
            state_path: state_path.into(),
            report_interval: Duration::from_secs(10),
            audit_interval: Some(DEFAULT_AUDIT),
            reserved: Reserved {
                cpus: 0,
                memory_mb: 512,
                disk_mb: 0,
            },
            ratios: Ratios::default(),
            patience: Patience::default(),
            pin: None,
        }
    }

    /// What the configuration says.
    #[must_use]
    pub fn from_settings(settings: &Settings) -> Self {
        let (service, compute) = (&settings.service, &settings.compute);
        Self {
            my_ip: service.my_ip.parse().ok(),
            report_interval: service.report_interval,
            audit_interval: audit_interval(
                compute.update_resources_interval,
                service.periodic_enable,
            ),
            reserved: Reserved {
                cpus: compute.reserved_host_cpus,
                memory_mb: compute.reserved_host_memory_mb,
                disk_mb: compute.reserved_host_disk_mb,
            },
            ratios: Ratios {
                cpu: compute.cpu_allocation_ratio,
                ram: compute.ram_allocation_ratio,
                disk: compute.disk_allocation_ratio,
                initial: [
                    compute.initial_cpu_allocation_ratio,
                    compute.initial_ram_allocation_ratio,
                    compute.initial_disk_allocation_ratio,
                ],
            },
            ..Self::new(&*service.host, &*service.state_path)
        }
    }
}

const DEFAULT_AUDIT: Duration = Duration::from_secs(60);

/// `update_resources_interval`: 0 is the default, below it is never.
fn audit_interval(seconds: i64, periodic: bool) -> Option<Duration> {
    if !periodic {
        return None;
    }
    match u64::try_from(seconds) {
        Ok(0) => Some(DEFAULT_AUDIT),
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => None,
    }
}
