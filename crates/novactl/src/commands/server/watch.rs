//! Waiting for a server.

use std::time::{Duration, Instant};

use nova_objects::compute::vm_states;
use nova_objects::{Context, Instance, InstanceFault};

use super::get;
use crate::cli::Wait;
use crate::output::Progress;
use crate::{Error, Result};

/// How often a server that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Looks at a server until it is what it was to become.
pub(super) struct Watch<'c> {
    ctx: &'c Context,
    uuid: String,
    wait: Wait,
    progress: Progress,
}

impl<'c> Watch<'c> {
    /// Whether it is waited at all is up to `wait`.
    pub(super) fn new(ctx: &'c Context, instance: &Instance, wait: Wait) -> Result<Self> {
        Ok(Self {
            ctx,
            uuid: instance.uuid()?.to_string(),
            wait,
            progress: Progress::new(),
        })
    }

    /// The server as it is: at once, or when `done` says so of its states.
    pub(super) async fn until(
        mut self,
        wanted: &'static str,
        done: impl Fn(&str, Option<&str>) -> bool,
    ) -> Result<Instance> {
        let started = Instant::now();
        let limit = Duration::from_secs(self.wait.wait_timeout);
        let mut said = String::new();
        loop {
            let instance = get(self.ctx, &self.uuid).await?;
            if !self.wait.wait {
                return Ok(instance);
            }
            let (vm_state, task_state) = (
                instance.vm_state()?.unwrap_or_default(),
                instance.task_state()?,
            );
            let state = states(vm_state, task_state);
            if state != said {
                let host = instance
                    .host()?
                    .map(|host| format!(" on {host}"))
                    .unwrap_or_default();
                self.progress.event(&format!(
                    "{:>6.1}s  {state}{host}",
                    started.elapsed().as_secs_f64()
                ));
                said.clone_from(&state);
            }
            if done(vm_state, task_state) {
                return Ok(instance);
            }
            if vm_state == vm_states::ERROR && task_state.is_none() && wanted != "deleted" {
                let fault =
                    InstanceFault::get_latest_for_instance(self.ctx, self.uuid.as_str()).await?;
                let message = fault
                    .as_ref()
                    .and_then(|fault| fault.message().ok().flatten())
                    .unwrap_or("it recorded no fault");
                return Err(Error::Wait {
                    server: self.uuid,
                    wanted,
                    reason: format!("it is in error: {message}"),
                });
            }
            if started.elapsed() >= limit {
                return Err(Error::TooLong {
                    server: self.uuid,
                    wanted,
                    state,
                    after: limit,
                });
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn states(vm_state: &str, task_state: Option<&str>) -> String {
    task_state.map_or_else(|| vm_state.to_owned(), |task| format!("{vm_state}, {task}"))
}
