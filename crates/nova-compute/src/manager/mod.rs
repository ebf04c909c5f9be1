//! What a compute does with instances: nova `compute/manager.py`.
//!
//! Each operation moves `vm_state`, `task_state` and `power_state` as the
//! original does, records itself as an event of the instance's action, and a
//! failure as a fault. The operations are in files of their own; this one has
//! what is around each of them.

mod build;
mod power;
mod reboot;
mod record;
mod recover;
mod terminate;

use std::sync::Arc;

use nova_objects::compute::{power_state, vm_states};
use nova_objects::{Context, Instance};
use tokio::sync::Semaphore;
use versionedobjects::{Json, ObjectExt as _};

use crate::locks::InstanceLocks;
use crate::virt::{VirtDriver, VirtError};
use crate::{OperationError, Patience, ResourceTracker};

pub use self::build::BuildOutcome;

/// How many servers are built at once (nova's `max_concurrent_builds`).
const CONCURRENT_BUILDS: usize = 10;

/// What a compute can be told to do with an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// Make it, on the named node or the host's only one.
    Build {
        /// The node.
        node: Option<String>,
    },
    /// Start it.
    Start,
    /// Stop it.
    Stop {
        /// Whether its operating system is asked first.
        clean_shutdown: bool,
    },
    /// Reboot it.
    Reboot(RebootType),
    /// Remove it, and its record with it.
    Terminate,
}

impl Operation {
    /// The name of the event that records it.
    #[must_use]
    pub const fn event(&self) -> &'static str {
        match self {
            Self::Build { .. } => "compute__do_build_and_run_instance",
            Self::Start => "compute_start_instance",
            Self::Stop { .. } => "compute_stop_instance",
            Self::Reboot(_) => "compute_reboot_instance",
            Self::Terminate => "compute_terminate_instance",
        }
    }
}

/// How an instance is rebooted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RebootType {
    /// By asking its operating system.
    Soft,
    /// By its power.
    Hard,
}

impl RebootType {
    /// The type of that word; as in the original all that is not `SOFT` is hard.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        if word == "SOFT" {
            Self::Soft
        } else {
            Self::Hard
        }
    }
}

/// Carries operations out, one an instance at a time.
#[derive(Debug)]
pub struct Manager {
    host: String,
    driver: Arc<dyn VirtDriver>,
    tracker: Arc<ResourceTracker>,
    locks: InstanceLocks,
    builds: Semaphore,
    patience: Patience,
}

impl Manager {
    /// A manager of the instances on `host`.
    #[must_use]
    pub fn new(
        host: impl Into<String>,
        driver: Arc<dyn VirtDriver>,
        tracker: Arc<ResourceTracker>,
        patience: Patience,
    ) -> Self {
        Self {
            host: host.into(),
            driver,
            tracker,
            locks: InstanceLocks::default(),
            builds: Semaphore::new(CONCURRENT_BUILDS),
            patience,
        }
    }

    /// Carries an operation out, with everything that is recorded of it.
    /// Others on the same instance wait for their turn.
    ///
    /// # Errors
    /// What the operation failed with, after the instance's task was taken
    /// back. A build that fails is no error here: it is recorded with the
    /// instance.
    pub async fn run(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        operation: Operation,
    ) -> Result<(), OperationError> {
        let uuid = instance.uuid()?.to_owned();
        tracing::info!(instance = uuid, operation = operation.event(), "begins");
        let result = match operation {
            Operation::Build { node } => {
                // Waiting for a place must not let another operation in.
                let _turn = self.locks.hold(&uuid).await;
                let _place = self.builds.acquire().await;
                self.recorded_build(ctx, instance, node).await
            }
            other => self.recorded(ctx, instance, &uuid, &other).await,
        };
        if let Err(error) = &result {
            self.revert_task_state(ctx, instance, error).await;
        }
        self.tracker.update_usage(ctx, instance).await;
        tracing::info!(
            instance = uuid,
            vm_state = instance.vm_state().ok().flatten(),
            error = result.as_ref().err().map(tracing::field::display),
            "ended"
        );
        result
    }

    async fn recorded(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        uuid: &str,
        operation: &Operation,
    ) -> Result<(), OperationError> {
        self.event_start(ctx, uuid, operation.event()).await?;
        let result = {
            let _turn = self.locks.hold(uuid).await;
            match operation {
                Operation::Start => self.start(ctx, instance).await,
                Operation::Stop { clean_shutdown } => {
                    self.stop(ctx, instance, *clean_shutdown).await
                }
                Operation::Reboot(reboot) => self.reboot(ctx, instance, *reboot).await,
                Operation::Terminate => self.terminate(ctx, instance).await,
                Operation::Build { .. } => Ok(()),
            }
        };
        if let Err(error) = &result
            && !error.is_class("InstanceNotFound")
        {
            self.add_fault(ctx, uuid, error).await;
        }
        self.event_finish(ctx, uuid, operation.event(), result.as_ref().err())
            .await;
        result
    }

    /// Takes back what an operation that failed was about to do, unless
    /// another one has taken over (nova's `reverts_task_state`).
    async fn revert_task_state(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        error: &OperationError,
    ) {
        if error.is_class("UnexpectedTaskStateError")
            || error.is_class("UnexpectedDeletingTaskStateError")
        {
            tracing::info!(%error, "the task was possibly preempted");
            return;
        }
        if matches!(error, OperationError::Object(error) if error.is_unreachable()) {
            tracing::error!(%error, "the instance is left as it is until the next start of this compute");
            return;
        }
        instance.set_task_state(None);
        match self.save(ctx, instance, &[]).await {
            Ok(()) => {}
            Err(error) if error.is_class("InstanceNotFound") => {}
            Err(error) => tracing::warn!(%error, "could not take back the task of an instance"),
        }
    }

    /// Saves what was changed, provided the task in the record is one of
    /// `expected`; whatever it is if that is empty. Goes on when a conductor is
    /// back.
    ///
    /// An answer that was lost may have been a yes: then the record has the
    /// object's own task already, and that is expected as well.
    async fn save(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        expected: &[Option<&str>],
    ) -> nova_objects::Result<()> {
        let mut retry = self.patience.begin("save an instance");
        loop {
            let mut allowed: Vec<Option<String>> = expected
                .iter()
                .map(|state| state.map(str::to_owned))
                .collect();
            if retry.is_uncertain() && !allowed.is_empty() && instance.is_set("task_state") {
                allowed.push(instance.task_state()?.map(str::to_owned));
            }
            let result = instance
                .save(ctx)
                .expected_task_state(expectation(&allowed))
                .await;
            match result {
                Err(error) if retry.again(&error).await => {}
                result => return result,
            }
        }
    }

    /// What the hypervisor says about the guest; nothing if it has none.
    async fn power_state(&self, instance: &Instance) -> Result<i64, OperationError> {
        match self.driver.power_state(instance.uuid()?).await {
            Err(VirtError::NotFound { .. }) => Ok(power_state::NOSTATE),
            state => Ok(state?),
        }
    }

    /// Nova's `_set_instance_obj_error_state`.
    async fn set_error_state(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        clean_task_state: bool,
    ) {
        instance.set_vm_state(vm_states::ERROR);
        if clean_task_state {
            instance.set_task_state(None);
        }
        match self.save(ctx, instance, &[]).await {
            Ok(()) => {}
            Err(error) if error.is_class("InstanceNotFound") => {
                tracing::debug!("the instance was destroyed before it could be set to error");
            }
            Err(error) => tracing::error!(%error, "could not set an instance to error"),
        }
    }
}

/// The form of an expectation in a message: a word alone, or a list.
fn expectation(states: &[Option<String>]) -> Json {
    match states {
        [] => Json::Null,
        [Some(only)] => Json::from(only.as_str()),
        states => states
            .iter()
            .map(|state| Json::from(state.as_deref()))
            .collect(),
    }
}
