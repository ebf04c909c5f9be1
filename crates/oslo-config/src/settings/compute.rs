//! The compute service.

use super::settings;
use crate::kind::Kind;
use crate::opt::Preset;

settings! {
    /// The compute service, of `[DEFAULT]`.
    pub struct Compute {
        /// The virtualisation driver, such as fake.FakeDriver. Nothing means fake, as long as there is no other.
        compute_driver: Option<String> = Kind::Text, Preset::None;
        /// The availability zone of hosts that are in none.
        default_availability_zone: String = Kind::Text, Preset::Text("nova");
        /// The availability zone of services that are no computes.
        internal_service_availability_zone: String = Kind::Text, Preset::Text("internal");
        /// Enable new compute services at once.
        enable_new_services: bool = Kind::Bool, Preset::Text("true");
        /// Within what the names of servers must differ; empty for nowhere.
        osapi_compute_unique_server_name_scope: String = Kind::Choice(&["", "project", "global"]), Preset::Text("");
        /// Processors kept for the host.
        reserved_host_cpus: i64 = Kind::at_least(0), Preset::Text("0");
        /// MiB of memory kept for the host.
        reserved_host_memory_mb: i64 = Kind::at_least(0), Preset::Text("512");
        /// MiB of disk kept for the host.
        reserved_host_disk_mb: i64 = Kind::at_least(0), Preset::Text("0");
        /// Virtual processors a processor. Nothing means initial_cpu_allocation_ratio at first.
        cpu_allocation_ratio: Option<f64> = Kind::float_at_least(0.0), Preset::None;
        /// Virtual memory a unit of memory. Nothing means initial_ram_allocation_ratio at first.
        ram_allocation_ratio: Option<f64> = Kind::float_at_least(0.0), Preset::None;
        /// Virtual disk a unit of disk. Nothing means initial_disk_allocation_ratio at first.
        disk_allocation_ratio: Option<f64> = Kind::float_at_least(0.0), Preset::None;
        /// Virtual processors a processor of a new compute node.
        initial_cpu_allocation_ratio: f64 = Kind::float_at_least(0.0), Preset::Text("4.0");
        /// Virtual memory a unit of memory of a new compute node.
        initial_ram_allocation_ratio: f64 = Kind::float_at_least(0.0), Preset::Text("1.0");
        /// Virtual disk a unit of disk of a new compute node.
        initial_disk_allocation_ratio: f64 = Kind::float_at_least(0.0), Preset::Text("1.0");
        /// Seconds between two looks at a host's resources; 0 for the default of 60, -1 for never.
        update_resources_interval: i64 = Kind::INTEGER, Preset::Text("0");
    }
}
