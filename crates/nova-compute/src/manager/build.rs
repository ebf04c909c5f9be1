//! Building: from a record that is scheduled to a guest that runs.

use nova_objects::compute::{task_states, vm_states};
use nova_objects::{Context, Instance, InstanceLazy, RequestContext};

use versionedobjects::{DateTime, ObjectExt as _};

use super::{Manager, Operation};
use crate::OperationError;
use crate::virt::VirtError;

/// How a build ended (nova `build_results`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildOutcome {
    /// The guest runs.
    Active,
    /// It failed, and the record says why.
    Failed,
    /// The instance was deleted or taken over meanwhile: nothing to report.
    Abandoned,
}

impl Manager {
    /// A build with its event. As in the original a failure that was recorded
    /// with the instance is not one of the event: `_do_build_and_run_instance`
    /// handles it and returns.
    pub(super) async fn recorded_build(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        node: Option<String>,
    ) -> Result<(), OperationError> {
        let uuid = instance.uuid()?.to_owned();
        let event = Operation::Build { node: None }.event();
        self.event_start(ctx, &uuid, event).await?;
        let result = self.build(ctx, instance, node).await;
        match &result {
            Ok(BuildOutcome::Active) => self.tracker.build_succeeded().await,
            Ok(BuildOutcome::Failed) => self.tracker.build_failed().await,
            Ok(BuildOutcome::Abandoned) => {}
            Err(error) => self.add_fault(ctx, &uuid, error).await,
        }
        self.event_finish(ctx, &uuid, event, result.as_ref().err())
            .await;
        result.map(|_| ())
    }

    /// Nova's `_do_build_and_run_instance`.
    async fn build(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        node: Option<String>,
    ) -> Result<BuildOutcome, OperationError> {
        instance.set_vm_state(vm_states::BUILDING);
        instance.set_task_state(None);
        let begun = self
            .save(ctx, instance, &[Some(task_states::SCHEDULING), None])
            .await;
        if let Err(error) = begun {
            let error = OperationError::from(error);
            if error.is_disappeared() || error.is_class("UnexpectedTaskStateError") {
                tracing::info!(%error, "the instance disappeared before it was built");
                return Ok(BuildOutcome::Abandoned);
            }
            return Err(error);
        }
        let error = match self.build_and_run(ctx, instance, node).await {
            Ok(()) => return Ok(BuildOutcome::Active),
            Err(error) => error,
        };
        if error.is_disappeared() {
            tracing::info!(%error, "the instance disappeared while it was built");
            return Ok(BuildOutcome::Abandoned);
        }
        tracing::error!(%error, "a build failed");
        self.add_fault(ctx, instance.uuid()?, &error).await;
        forget_host(instance);
        self.set_error_state(ctx, instance, true).await;
        Ok(BuildOutcome::Failed)
    }

    /// Nova's `_build_and_run_instance`.
    async fn build_and_run(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        node: Option<String>,
    ) -> Result<(), OperationError> {
        self.load(
            ctx,
            instance,
            &[InstanceLazy::Flavor, InstanceLazy::SystemMetadata],
        )
        .await?;
        let roles = ctx
            .request::<RequestContext>()
            .map(|request| request.roles.join(","));
        instance.edit_system_metadata(|metadata| {
            metadata.insert("boot_roles".to_owned(), Some(roles.unwrap_or_default()));
        })?;
        let uuid = instance.uuid()?.to_owned();
        if let Some(node) = node
            && node != self.driver.node()
        {
            let reason = format!("{} has no node {node}", self.host);
            return Err(OperationError::BuildAborted {
                instance: uuid,
                reason,
            });
        }
        let claimed = self.tracker.claim(ctx, instance, &self.patience).await;
        let spawned = match claimed {
            Ok(()) => self.spawn(ctx, instance).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = spawned {
            self.tracker.abort_claim(ctx, instance).await;
            forget_host(instance);
            self.unclaim(ctx, instance).await?;
            return Err(classified(error, uuid));
        }
        self.finish_build(ctx, instance).await
    }

    /// From the claim to the guest, through the states in between (nova's
    /// `_build_resources` and what is done with them).
    async fn spawn(&self, ctx: &Context, instance: &mut Instance) -> Result<(), OperationError> {
        instance.set_vm_state(vm_states::BUILDING);
        instance.set_task_state(task_states::NETWORKING);
        let networking = self.save(ctx, instance, &[None]).await;
        if let Err(error) = networking {
            // Taken over, but not by a deletion: not worth another host.
            if error.is_class("UnexpectedTaskStateError") {
                let instance = instance.uuid()?.to_owned();
                return Err(OperationError::BuildAborted {
                    instance,
                    reason: error.to_string(),
                });
            }
            return Err(error.into());
        }
        instance.set_vm_state(vm_states::BUILDING);
        instance.set_task_state(task_states::BLOCK_DEVICE_MAPPING);
        self.save(ctx, instance, &[]).await?;

        let spawned = self.spawn_guest(ctx, instance).await;
        if let Err(error) = &spawned {
            tracing::info!(%error, "removing what there is of a guest");
            self.remove_guest(instance).await;
        }
        spawned
    }

    async fn spawn_guest(
        &self,
        ctx: &Context,
        instance: &mut Instance,
    ) -> Result<(), OperationError> {
        instance.set_vm_state(vm_states::BUILDING);
        instance.set_task_state(task_states::SPAWNING);
        self.save(ctx, instance, &[Some(task_states::BLOCK_DEVICE_MAPPING)])
            .await?;
        let started = std::time::Instant::now();
        self.driver.spawn(instance).await?;
        tracing::info!(
            "took {:.2} seconds to make the guest",
            started.elapsed().as_secs_f64()
        );
        Ok(())
    }

    async fn finish_build(
        &self,
        ctx: &Context,
        instance: &mut Instance,
    ) -> Result<(), OperationError> {
        let power_state = self.power_state(instance).await?;
        instance.set_power_state(power_state);
        instance.set_vm_state(vm_states::ACTIVE);
        instance.set_task_state(None);
        instance.set_launched_at(DateTime::now());
        let saved = self
            .save(ctx, instance, &[Some(task_states::SPAWNING)])
            .await;
        if let Err(error) = &saved
            // Whoever deletes it removes the guest; of others nobody knows.
            && !error.is_class("UnexpectedDeletingTaskStateError")
        {
            self.remove_guest(instance).await;
            self.tracker.abort_claim(ctx, instance).await;
        }
        Ok(saved?)
    }

    /// Removes a guest that nobody will ask for.
    async fn remove_guest(&self, instance: &Instance) {
        if let Err(error) = self.driver.destroy(instance).await {
            tracing::error!(%error, "could not remove what there is of a guest");
        }
    }

    /// Takes the host out of the record of an instance that was not built. Only
    /// that: the state in the record may be another's by now.
    async fn unclaim(&self, ctx: &Context, instance: &mut Instance) -> Result<(), OperationError> {
        instance.reset_changes_of(&["vm_state", "task_state"]);
        Ok(self.save(ctx, instance, &[]).await?)
    }

    pub(super) async fn load(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        fields: &[InstanceLazy],
    ) -> nova_objects::Result<()> {
        let mut retry = self.patience.begin("load attributes of an instance");
        loop {
            match instance.load_missing(ctx, fields).await {
                Err(error) if retry.again(&error).await => {}
                loaded => return loaded,
            }
        }
    }
}

/// Nova's `_nil_out_instance_obj_host_and_node`: the next save frees it for
/// being deleted without a compute.
fn forget_host(instance: &mut Instance) {
    instance.set_host(None::<String>);
    instance.set_node(None::<String>);
    instance.set_compute_id(None::<i64>);
    instance.set_launched_on(None::<String>);
    instance.set_availability_zone(None::<String>);
}

/// What failed for good stays what it is; the rest could be tried elsewhere,
/// which nobody does here.
fn classified(error: OperationError, instance: String) -> OperationError {
    match error {
        error if error.is_disappeared() => error,
        OperationError::Virt(VirtError::Abort { reason }) => {
            OperationError::BuildAborted { instance, reason }
        }
        OperationError::BuildAborted { .. } => error,
        other => OperationError::Rescheduled {
            instance,
            reason: other.to_string(),
        },
    }
}
