//! The record of a service in the table of services, and its signs of life.

use std::time::Duration;

use nova_objects::service::SERVICE_VERSION;
use nova_objects::{Context, Result, Service};
use tokio::time::{MissedTickBehavior, interval};

/// A service on record: where `openstack compute service list`, the checks before an upgrade and schedulers look for it.
///
/// The context says how the record is reached: by a conductor, or in the database.
#[derive(Debug)]
pub struct Registration(Service);

impl Registration {
    /// Finds the record of a service or makes it, with this release's version (nova `service.py`, `start`).
    ///
    /// # Errors
    /// When the record can be neither read nor written.
    pub async fn of(ctx: &Context, host: &str, binary: &str, topic: &str) -> Result<Self> {
        if let Some(service) = existing(ctx, host, binary).await? {
            return Ok(Self(service));
        }
        let mut service = Service::new();
        service.set_host(host);
        service.set_binary(binary);
        service.set_topic(topic);
        service.set_report_count(0);
        match service.create(ctx).await {
            Ok(()) => {
                tracing::info!(host, binary, "service record created");
                Ok(Self(service))
            }
            // Lost a race, or the answer to the first try.
            Err(error)
                if error.is_class("ServiceTopicExists")
                    || error.is_class("ServiceBinaryExists") =>
            {
                let service = existing(ctx, host, binary).await?;
                service.map(Self).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// The number of the record.
    ///
    /// # Errors
    /// When whoever gave the record out left it out.
    pub fn id(&self) -> Result<i64> {
        Ok(self.0.id()?)
    }

    /// Counts up in the record, whose store takes down when it last did.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub async fn report_once(&mut self, ctx: &Context) -> Result<()> {
        let count = self.0.report_count().unwrap_or(0) + 1;
        self.0.set_report_count(count);
        self.0.save(ctx).await
    }

    /// [`Registration::report_once`] at intervals; never, if `every` is zero. Does not end by itself.
    ///
    /// `told` hears each time whether it could be done; losing the way and finding it again is logged here (nova
    /// `servicegroup/drivers/db.py`).
    pub async fn report(mut self, ctx: Context, every: Duration, mut told: impl FnMut(bool)) {
        if every.is_zero() {
            return;
        }
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut lost = false;
        loop {
            ticks.tick().await;
            let reported = self.report_once(&ctx).await;
            told(reported.is_ok());
            match reported {
                Ok(()) if lost => tracing::info!("recovered from being unable to report status"),
                Ok(()) => {}
                Err(ref error) => self.tell(error, lost),
            }
            lost = reported.is_err();
        }
    }

    fn tell(&self, error: &nova_objects::Error, known: bool) {
        if error.is_class("ServiceNotFound") {
            let host = self.0.host().ok().flatten();
            tracing::error!(
                host,
                "the record of this service is gone: stop the service if that was meant, else restart it to have it again"
            );
        } else if !error.is_unreachable() {
            tracing::error!(%error, "could not report status");
        } else if !known {
            // Expected while a conductor is restarted, so only once.
            tracing::warn!(%error, "lost connection to nova-conductor for reporting service status");
        }
    }
}

async fn existing(ctx: &Context, host: &str, binary: &str) -> Result<Option<Service>> {
    let Some(mut service) = Service::get_by_host_and_binary(ctx, host, binary).await? else {
        return Ok(None);
    };
    let version = service.version()?;
    if version != SERVICE_VERSION {
        tracing::info!(
            binary,
            from = version,
            to = SERVICE_VERSION,
            "updating the version of this service"
        );
        service.set_version(SERVICE_VERSION);
        service.save(ctx).await?;
    }
    Ok(Some(service))
}
