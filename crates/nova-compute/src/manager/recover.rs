//! What an earlier run of this compute left undone: nova `_init_instance`.

use nova_objects::compute::{power_state, task_states, vm_states};
use nova_objects::{Context, Instance};

use super::reboot::{HARD, SOFT};
use super::{Manager, Operation, RebootType};
use crate::OperationError;

/// The tasks of a build.
const BUILDING: [&str; 4] = [
    task_states::SCHEDULING,
    task_states::BLOCK_DEVICE_MAPPING,
    task_states::NETWORKING,
    task_states::SPAWNING,
];

impl Manager {
    /// Brings an instance of this host to a state that means something, before
    /// anything new is asked of it. A failure is logged: it must not keep the
    /// service from the other instances.
    pub(crate) async fn recover(&self, ctx: &Context, instance: &mut Instance) {
        if let Err(error) = self.try_recover(ctx, instance).await {
            tracing::error!(
                instance = instance.uuid().ok(),
                %error,
                "could not finish what was begun before the restart"
            );
        }
    }

    async fn try_recover(
        &self,
        ctx: &Context,
        instance: &mut Instance,
    ) -> Result<(), OperationError> {
        let uuid = instance.uuid()?.to_owned();
        let vm_state = instance.vm_state()?.unwrap_or_default().to_owned();
        let task_state = instance.task_state()?.map(str::to_owned);
        let task = task_state.as_deref();
        if vm_state == vm_states::SOFT_DELETED
            || (vm_state == vm_states::ERROR && task != Some(task_states::DELETING))
        {
            return Ok(());
        }
        if vm_state == vm_states::DELETED {
            tracing::info!(instance = uuid, "finishing a deletion");
            self.tracker.update_usage(ctx, instance).await;
            return self.destroy(ctx, instance).await;
        }
        if task == Some(task_states::DELETING) {
            tracing::info!(
                instance = uuid,
                "deleting: an earlier run began it and did not finish"
            );
            let _turn = self.locks.hold(&uuid).await;
            return self.terminate(ctx, instance).await;
        }
        if vm_state == vm_states::BUILDING || task.is_some_and(|task| BUILDING.contains(&task)) {
            tracing::warn!(
                instance = uuid,
                "not fully built when this compute stopped: setting it to error"
            );
            self.set_error_state(ctx, instance, true).await;
            return Ok(());
        }
        let Some(task) = task else { return Ok(()) };
        let power = self.power_state(instance).await?;
        let rebooting = SOFT.contains(&task) || HARD.contains(&task);
        if rebooting {
            return self.recover_reboot(ctx, instance, task, power).await;
        }
        match task {
            task_states::POWERING_OFF => {
                self.run(
                    ctx,
                    instance,
                    Operation::Stop {
                        clean_shutdown: true,
                    },
                )
                .await
            }
            task_states::POWERING_ON => self.run(ctx, instance, Operation::Start).await,
            _ => Ok(()),
        }
    }

    async fn recover_reboot(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        task: &str,
        power: i64,
    ) -> Result<(), OperationError> {
        let running = power == power_state::RUNNING;
        let vm_state = instance.vm_state()?.unwrap_or_default().to_owned();
        let pending = (task == task_states::REBOOT_PENDING
            && vm_states::ALLOW_SOFT_REBOOT.contains(&vm_state.as_str()))
            || (task == task_states::REBOOT_PENDING_HARD
                && vm_states::ALLOW_HARD_REBOOT.contains(&vm_state.as_str()));
        if !pending && running {
            // It was rebooted; only the record was not told.
            instance.set_task_state(None);
            instance.set_vm_state(vm_states::ACTIVE);
            return Ok(self.save(ctx, instance, &[]).await?);
        }
        if !pending
            && matches!(
                task,
                task_states::REBOOT_PENDING | task_states::REBOOT_PENDING_HARD
            )
        {
            return Ok(());
        }
        let soft = running && SOFT.contains(&task);
        if soft {
            return self
                .run(ctx, instance, Operation::Reboot(RebootType::Soft))
                .await;
        }
        if SOFT.contains(&task) {
            // It went down and did not come up: only its power helps now.
            instance.set_task_state(task_states::REBOOT_PENDING_HARD);
            self.save(ctx, instance, &[]).await?;
        }
        self.run(ctx, instance, Operation::Reboot(RebootType::Hard))
            .await
    }
}
