//! `fake://name`: a bus of this process. Every transport of the same name is on the same bus, and messages make the same
//! way through encoded bytes as on any other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use async_trait::async_trait;

use crate::bus::{Bus, BusLimits, LocalDriver};
use crate::driver::{Driver, DriverFactory};
use crate::error::Result;
use crate::options::TransportOptions;
use crate::url::TransportUrl;

/// Opens `fake://name`. The bus lives as long as something uses it.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeFactory;

#[async_trait]
impl DriverFactory for FakeFactory {
    fn schemes(&self) -> &[&str] {
        &["fake"]
    }

    async fn open(
        &self,
        url: &TransportUrl,
        _options: &TransportOptions,
    ) -> Result<Arc<dyn Driver>> {
        let name = url.to_string();
        let bus = {
            let mut buses = buses().lock().unwrap_or_else(PoisonError::into_inner);
            buses.retain(|_, bus| bus.strong_count() > 0);
            match buses.get(&name).and_then(Weak::upgrade) {
                Some(bus) => bus,
                None => {
                    let bus = Bus::new(BusLimits::default());
                    buses.insert(name.clone(), Arc::downgrade(&bus));
                    bus
                }
            }
        };
        Ok(Arc::new(LocalDriver::new(bus, name.into())))
    }
}

fn buses() -> &'static Mutex<HashMap<String, Weak<Bus>>> {
    static BUSES: OnceLock<Mutex<HashMap<String, Weak<Bus>>>> = OnceLock::new();
    BUSES.get_or_init(Mutex::default)
}
