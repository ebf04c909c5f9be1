//! Starting and stopping.

use nova_objects::compute::{power_state, task_states, vm_states};
use nova_objects::{Context, Instance};

use super::Manager;
use crate::OperationError;

impl Manager {
    /// Nova's `start_instance`.
    pub(super) async fn start(
        &self,
        ctx: &Context,
        instance: &mut Instance,
    ) -> Result<(), OperationError> {
        self.driver.power_on(instance).await?;
        let power_state = self.power_state(instance).await?;
        instance.set_power_state(power_state);
        instance.set_vm_state(vm_states::ACTIVE);
        instance.set_task_state(None);
        Ok(self
            .save(ctx, instance, &[Some(task_states::POWERING_ON)])
            .await?)
    }

    /// Nova's `stop_instance`.
    pub(super) async fn stop(
        &self,
        ctx: &Context,
        instance: &mut Instance,
        clean_shutdown: bool,
    ) -> Result<(), OperationError> {
        let current = self.power_state(instance).await?;
        let mut expected = vec![Some(task_states::POWERING_OFF)];
        if matches!(
            current,
            power_state::NOSTATE | power_state::SHUTDOWN | power_state::CRASHED
        ) {
            // Something else may have noticed first and cleared the task.
            tracing::info!("the guest is off already");
            expected.push(None);
        }
        self.driver.power_off(instance, clean_shutdown).await?;
        let power_state = self.power_state(instance).await?;
        instance.set_power_state(power_state);
        instance.set_vm_state(vm_states::STOPPED);
        instance.set_task_state(None);
        Ok(self.save(ctx, instance, &expected).await?)
    }
}
