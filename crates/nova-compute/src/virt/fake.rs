//! A hypervisor that only pretends: nova `virt/fake.py`.
//!
//! Guests live in memory. As with the original they are gone after a restart
//! of the compute: instances keep their record, a hard reboot makes the guest
//! again, and deleting works; starting and stopping fail with
//! `InstanceNotFound` until then.
//!
//! A flavor's extra specs make it slow or have it fail, for tests and for
//! seeing what happens then:
//!
//! | extra spec | |
//! |---|---|
//! | `fake:delay_ms` | every operation takes that long |
//! | `fake:fail` | the operations that fail, such as `spawn` or `power_off,destroy`; `abort` fails building for good |

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use nova_objects::compute::power_state;
use nova_objects::fields::{Architecture, HvType, VmMode};
use nova_objects::{HVSpec, Instance};

use super::{HostResources, VirtDriver, VirtError};
use crate::RebootType;

/// What the fake host pretends to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeOptions {
    /// Processors.
    pub vcpus: i64,
    /// Memory in MiB.
    pub memory_mb: i64,
    /// Disk in GiB.
    pub local_gb: i64,
    /// How long every operation takes, unless the flavor says otherwise.
    pub delay: Duration,
}

impl Default for FakeOptions {
    /// More than anybody needs.
    fn default() -> Self {
        Self {
            vcpus: 1000,
            memory_mb: 800_000,
            local_gb: 600_000,
            delay: Duration::ZERO,
        }
    }
}

impl FakeOptions {
    /// Two processors and 8 GiB of memory.
    #[must_use]
    pub fn small() -> Self {
        Self {
            vcpus: 2,
            memory_mb: 8192,
            local_gb: 1028,
            ..Self::default()
        }
    }

    /// Ten processors and 8 GiB of memory.
    #[must_use]
    pub fn medium() -> Self {
        Self {
            vcpus: 10,
            ..Self::small()
        }
    }
}

/// A guest, and how it is to behave.
#[derive(Debug, Clone)]
struct Guest {
    power_state: i64,
    manners: Manners,
}

/// What the extra specs of a flavor ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Manners {
    delay: Option<Duration>,
    fail: Vec<String>,
}

impl Manners {
    /// Those of the instance's flavor, if it is loaded.
    fn of(instance: &Instance) -> Option<Self> {
        let specs = instance.flavor().ok()?.extra_specs().ok()?;
        let delay = specs
            .get("fake:delay_ms")
            .and_then(|text| text.parse().ok());
        let fail = specs
            .get("fake:fail")
            .map(String::as_str)
            .unwrap_or_default();
        Some(Self {
            delay: delay.map(Duration::from_millis),
            fail: fail.split(',').map(|word| word.trim().to_owned()).collect(),
        })
    }

    fn fails(&self, operation: &str) -> bool {
        self.fail.iter().any(|word| word == operation)
    }
}

/// The hypervisor that only pretends.
#[derive(Debug)]
pub struct FakeDriver {
    node: String,
    options: FakeOptions,
    guests: Mutex<HashMap<String, Guest>>,
}

impl FakeDriver {
    /// A host of that name, without guests.
    #[must_use]
    pub fn new(host: impl Into<String>, options: FakeOptions) -> Self {
        Self {
            node: host.into(),
            options,
            guests: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Guest>> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the time an operation takes and fails if it is to. The manners
    /// are those the guest was made with, or the flavor's.
    async fn pretend(
        &self,
        instance: &Instance,
        doing: &'static str,
    ) -> Result<Manners, VirtError> {
        let uuid = uuid(instance, doing)?;
        let known = self.lock().get(&uuid).map(|guest| guest.manners.clone());
        let manners = known.or_else(|| Manners::of(instance)).unwrap_or_default();
        let delay = manners.delay.unwrap_or(self.options.delay);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if doing == "spawn" && manners.fails("abort") {
            return Err(VirtError::Abort {
                reason: "the flavor's fake:fail says so".to_owned(),
            });
        }
        if manners.fails(doing) {
            let reason = "the flavor's fake:fail says so".to_owned();
            return Err(VirtError::Failed {
                doing,
                uuid,
                reason,
            });
        }
        Ok(manners)
    }

    fn set_power(&self, uuid: &str, power_state: i64) -> Result<(), VirtError> {
        match self.lock().get_mut(uuid) {
            Some(guest) => guest.power_state = power_state,
            None => {
                return Err(VirtError::NotFound {
                    uuid: uuid.to_owned(),
                });
            }
        }
        Ok(())
    }

    fn has(&self, uuid: &str) -> bool {
        self.lock().contains_key(uuid)
    }

    fn make(&self, uuid: String, manners: Manners) {
        self.lock().insert(
            uuid,
            Guest {
                power_state: power_state::RUNNING,
                manners,
            },
        );
    }
}

fn uuid(instance: &Instance, doing: &'static str) -> Result<String, VirtError> {
    instance
        .uuid()
        .map(str::to_owned)
        .map_err(|error| VirtError::Unusable {
            doing,
            uuid: "a guest".to_owned(),
            reason: error.to_string(),
        })
}

#[async_trait]
impl VirtDriver for FakeDriver {
    fn node(&self) -> &str {
        &self.node
    }

    async fn resources(&self) -> Result<HostResources, VirtError> {
        let mut spec = HVSpec::new();
        spec.set_arch(Architecture::X8664);
        spec.set_hv_type(HvType::Fake);
        spec.set_vm_mode(VmMode::Hvm);
        Ok(HostResources {
            hypervisor_type: "fake".to_owned(),
            hypervisor_version: 1000,
            vcpus: self.options.vcpus,
            memory_mb: self.options.memory_mb,
            local_gb: self.options.local_gb,
            cpu_info: concat!(
                r#"{"arch": "x86_64", "model": "Nehalem", "vendor": "Intel", "features": ["pge", "clflush"], "#,
                r#""topology": {"cores": 1, "threads": 1, "sockets": 4}}"#
            )
            .to_owned(),
            disk_available_least: Some(0),
            supported: vec![spec],
        })
    }

    async fn guests(&self) -> Result<Vec<String>, VirtError> {
        Ok(self.lock().keys().cloned().collect())
    }

    async fn power_state(&self, uuid: &str) -> Result<i64, VirtError> {
        let found = self.lock().get(uuid).map(|guest| guest.power_state);
        found.ok_or_else(|| VirtError::NotFound {
            uuid: uuid.to_owned(),
        })
    }

    async fn spawn(&self, instance: &Instance) -> Result<(), VirtError> {
        let manners = self.pretend(instance, "spawn").await?;
        self.make(uuid(instance, "spawn")?, manners);
        Ok(())
    }

    async fn power_on(&self, instance: &Instance) -> Result<(), VirtError> {
        self.pretend(instance, "power_on").await?;
        self.set_power(&uuid(instance, "power_on")?, power_state::RUNNING)
    }

    async fn power_off(&self, instance: &Instance, _clean: bool) -> Result<(), VirtError> {
        self.pretend(instance, "power_off").await?;
        self.set_power(&uuid(instance, "power_off")?, power_state::SHUTDOWN)
    }

    async fn reboot(&self, instance: &Instance, reboot: RebootType) -> Result<(), VirtError> {
        let manners = self.pretend(instance, "reboot").await?;
        let uuid = uuid(instance, "reboot")?;
        if reboot == RebootType::Hard && !self.has(&uuid) {
            self.make(uuid, manners);
            return Ok(());
        }
        self.set_power(&uuid, power_state::RUNNING)
    }

    async fn destroy(&self, instance: &Instance) -> Result<(), VirtError> {
        self.pretend(instance, "destroy").await?;
        let uuid = uuid(instance, "destroy")?;
        if self.lock().remove(&uuid).is_none() {
            tracing::warn!(uuid, "there is no such guest to destroy");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nova_objects::Flavor;

    fn instance(specs: &[(&str, &str)]) -> Instance {
        let mut flavor = Flavor::new();
        let specs = specs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        flavor.set_extra_specs(specs.collect::<versionedobjects::fields::Dict<String>>());
        let mut instance = Instance::new();
        instance.set_uuid("11111111-2222-3333-4444-555555555555");
        instance.set_flavor(flavor);
        instance
    }

    #[tokio::test]
    async fn power_follows_what_was_asked() {
        let driver = FakeDriver::new("node", FakeOptions::default());
        let instance = instance(&[]);
        let uuid = instance.uuid().expect("set").to_owned();
        assert_eq!(
            driver.power_on(&instance).await,
            Err(VirtError::NotFound { uuid: uuid.clone() })
        );
        driver.spawn(&instance).await.expect("made");
        assert_eq!(driver.power_state(&uuid).await, Ok(power_state::RUNNING));
        driver.power_off(&instance, true).await.expect("stopped");
        assert_eq!(driver.power_state(&uuid).await, Ok(power_state::SHUTDOWN));
        driver
            .reboot(&instance, RebootType::Soft)
            .await
            .expect("rebooted");
        assert_eq!(driver.power_state(&uuid).await, Ok(power_state::RUNNING));
        driver.destroy(&instance).await.expect("destroyed");
        driver
            .destroy(&instance)
            .await
            .expect("that there is none is no error");
        assert_eq!(driver.guests().await, Ok(Vec::new()));
    }

    #[tokio::test]
    async fn only_a_hard_reboot_makes_a_missing_guest_again() {
        let driver = FakeDriver::new("node", FakeOptions::default());
        let instance = instance(&[]);
        assert!(driver.reboot(&instance, RebootType::Soft).await.is_err());
        driver
            .reboot(&instance, RebootType::Hard)
            .await
            .expect("made again");
        assert_eq!(driver.guests().await.map(|guests| guests.len()), Ok(1));
    }

    #[tokio::test]
    async fn a_guest_remembers_how_it_is_to_behave() {
        let driver = FakeDriver::new("node", FakeOptions::default());
        driver
            .spawn(&instance(&[("fake:fail", "power_off, destroy")]))
            .await
            .expect("made");
        // What arrives later may come without its flavor.
        let mut bare = Instance::new();
        bare.set_uuid("11111111-2222-3333-4444-555555555555");
        assert!(driver.power_off(&bare, true).await.is_err());
        assert!(driver.destroy(&bare).await.is_err());
        driver.power_on(&bare).await.expect("this may");
    }
}
