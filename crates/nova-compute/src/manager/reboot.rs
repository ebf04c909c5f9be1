//! Rebooting.

use nova_objects::compute::{power_state, task_states, vm_states};
use nova_objects::{Context, Instance};

use super::{Manager, RebootType};
use crate::OperationError;

/// The tasks of a soft reboot, as it goes on.
pub(super) const SOFT: [&str; 3] = [
    task_states::REBOOTING,
    task_states::REBOOT_PENDING,
    task_states::REBOOT_STARTED,
];

/// The tasks of a hard reboot, as it goes on.
pub(super) const HARD: [&str; 3] = [
    task_states::REBOOTING_HARD,
    task_states::REBOOT_PENDING_HARD,
    task_states::REBOOT_STARTED_HARD,
];

impl Manager {
    /// Nova's `_reboot_instance`.
    pub(super) async fn reboot(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        reboot: RebootType,
    ) -> Result<(), OperationError> {
        let tasks = match reboot {
            RebootType::Soft => SOFT,
            RebootType::Hard => HARD,
        };
        let [_, pending, begun] = tasks;
        instance.set_task_state(pending);
        let current = self.power_state(instance).await?;
        instance.set_power_state(current);
        self.save(ctx, instance, &tasks.map(Some)).await?;
        if current != power_state::RUNNING {
            tracing::warn!(power_state = current, "rebooting a guest that does not run");
        }
        // A rescued instance stays one.
        let vm_state = match instance.vm_state()? {
            Some(vm_states::RESCUED) => vm_states::RESCUED,
            _ => vm_states::ACTIVE,
        };
        let mut failure = None;
        if let Err(error) = self
            .reboot_guest(ctx, instance, reboot, pending, begun)
            .await
        {
            if self.power_state(instance).await? == power_state::RUNNING {
                // It runs, whatever was wrong: told, but not held against it.
                tracing::warn!(%error, "a reboot failed, but the guest runs");
                self.add_fault(ctx, instance.uuid()?, &error).await;
            } else {
                tracing::error!(%error, "cannot reboot a guest");
                self.set_error_state(ctx, instance, false).await;
                failure = Some(error);
            }
        }
        if let Some(error) = failure {
            return Err(error);
        }
        let power_state = self.power_state(instance).await?;
        instance.set_power_state(power_state);
        instance.set_vm_state(vm_state);
        instance.set_task_state(None);
        match self.save(ctx, instance, &[]).await {
            Err(error) if error.is_class("InstanceNotFound") => {
                tracing::warn!("the instance disappeared during its reboot");
                Ok(())
            }
            saved => Ok(saved?),
        }
    }

    async fn reboot_guest(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        reboot: RebootType,
        pending: &str,
        begun: &str,
    ) -> Result<(), OperationError> {
        instance.set_task_state(begun);
        self.save(ctx, instance, &[Some(pending)]).await?;
        Ok(self.driver.reboot(instance, reboot).await?)
    }
}
