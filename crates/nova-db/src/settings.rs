//! What the configuration says about the rows themselves.

/// Options of Nova's that decide what is written to rows or read from them, with Nova's
/// defaults. (`[DEFAULT]` in `nova.conf`.)
///
/// ```
/// let settings = nova_db::Settings::default();
/// assert_eq!(settings.default_availability_zone, "nova");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Whether new `nova-compute` services are enabled (`enable_new_services`).
    pub enable_new_services: bool,
    /// The zone of hosts without one (`default_availability_zone`).
    pub default_availability_zone: String,
    /// The zone of services that are not `nova-compute`
    /// (`internal_service_availability_zone`).
    pub internal_service_availability_zone: String,
    /// The ratio of nodes without one: `cpu_allocation_ratio` where it is set, else
    /// `initial_cpu_allocation_ratio`.
    pub cpu_allocation_ratio: f64,
    /// As above, for memory.
    pub ram_allocation_ratio: f64,
    /// As above, for disks.
    pub disk_allocation_ratio: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enable_new_services: true,
            default_availability_zone: "nova".to_owned(),
            internal_service_availability_zone: "internal".to_owned(),
            cpu_allocation_ratio: 4.0,
            ram_allocation_ratio: 1.0,
            disk_allocation_ratio: 1.0,
        }
    }
}
