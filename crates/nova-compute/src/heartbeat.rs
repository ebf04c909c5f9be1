//! Signs of life: nova `servicegroup/drivers/db.py`.

use std::time::Duration;

use nova_objects::{Context, Service};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::State;
use crate::error::is_unreachable;

/// Counts up in the service's record, whose store takes down when it last did.
/// Never ends; a lost conductor is logged when it is lost and when it is back.
pub(crate) async fn report(
    ctx: Context,
    mut service: Service,
    every: Duration,
    state: watch::Sender<State>,
) {
    if every.is_zero() {
        return;
    }
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut lost = false;
    loop {
        ticks.tick().await;
        service.set_report_count(service.report_count().unwrap_or(0) + 1);
        match service.save(&ctx).await {
            Ok(()) => {
                if lost {
                    tracing::info!("recovered from being unable to report status");
                    state.send_if_modified(|state| {
                        changed(state, State::Disconnected, State::Ready)
                    });
                }
                lost = false;
            }
            Err(error) => {
                tell(&service, &error, lost);
                lost = true;
                state.send_if_modified(|state| changed(state, State::Ready, State::Disconnected));
            }
        }
    }
}

/// From one state to another, unless it is a third one by now.
fn changed(state: &mut State, from: State, to: State) -> bool {
    let fits = *state == from;
    if fits {
        *state = to;
    }
    fits
}

fn tell(service: &Service, error: &nova_objects::Error, known: bool) {
    if error.is_class("ServiceNotFound") {
        let host = service.host().ok().flatten();
        tracing::error!(
            host,
            "the record of this service is gone: stop the service if that was meant, else restart it to have it again"
        );
    } else if !is_unreachable(error) {
        tracing::error!(%error, "could not report status");
    } else if !known {
        // Expected while a conductor is restarted, so only once.
        tracing::warn!(%error, "lost connection to nova-conductor for reporting service status");
    }
}
