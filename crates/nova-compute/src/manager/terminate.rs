//! Deleting: the guest, then the record.

use nova_objects::compute::{power_state, vm_states};
use nova_objects::{Context, Instance};
use versionedobjects::DateTime;

use super::Manager;
use crate::OperationError;

impl Manager {
    /// Nova's `terminate_instance`.
    pub(super) async fn terminate(
        &self,
        ctx: &Context,
        instance: &mut Instance,
    ) -> Result<(), OperationError> {
        match self.delete(ctx, instance).await {
            Err(error) if error.is_class("InstanceNotFound") => {
                tracing::info!("the instance disappeared while it was deleted");
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, "could not delete an instance: setting it to error");
                self.set_error_state(ctx, instance, false).await;
                Err(error)
            }
            Ok(()) => Ok(()),
        }
    }

    /// Nova's `_delete_instance`. Once the guest is gone nothing that happened
    /// to the task meanwhile matters.
    pub(super) async fn delete(
        &self,
        ctx: &Context,
        instance: &mut Instance,
    ) -> Result<(), OperationError> {
        self.driver.destroy(instance).await?;
        instance.set_vm_state(vm_states::DELETED);
        instance.set_task_state(None);
        instance.set_power_state(power_state::NOSTATE);
        instance.set_terminated_at(DateTime::now());
        self.save(ctx, instance, &[]).await?;
        self.tracker.update_usage(ctx, instance).await;
        self.destroy(ctx, instance).await
    }

    pub(super) async fn destroy(
        &self,
        ctx: &Context,
        instance: &mut Instance,
    ) -> Result<(), OperationError> {
        let mut retry = self.patience.begin("delete the record of an instance");
        loop {
            match instance.destroy(ctx).await {
                Err(error) if retry.again(&error).await => {}
                // The answer to an earlier try was lost, not the try.
                Err(error) if retry.is_uncertain() && error.is_class("InstanceNotFound") => {
                    return Ok(());
                }
                destroyed => return Ok(destroyed?),
            }
        }
    }
}
