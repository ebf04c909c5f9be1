//! What is recorded of an operation: events and faults.

use nova_objects::{Context, InstanceActionEvent, InstanceFault};

use super::Manager;
use crate::OperationError;

/// What a fault's message may hold.
const MESSAGE_LIMIT: usize = 255;

impl Manager {
    /// Records that a step of the request's action begins (nova
    /// `compute/utils.py`, `EventReporter`).
    pub(super) async fn event_start(
        &self,
        ctx: &Context,
        uuid: &str,
        event: &str,
    ) -> nova_objects::Result<()> {
        let mut retry = self.patience.begin("record the start of an operation");
        loop {
            let started = InstanceActionEvent::event_start(ctx, uuid, event)
                .want_result(false)
                .host(self.host.as_str())
                .await;
            match started {
                Err(error) if retry.again(&error).await => {}
                started => return started.map(|_| ()),
            }
        }
    }

    /// Records how a step ended. That it could not be recorded does not undo
    /// what was done.
    pub(super) async fn event_finish(
        &self,
        ctx: &Context,
        uuid: &str,
        event: &str,
        error: Option<&OperationError>,
    ) {
        let mut retry = self.patience.begin("record the end of an operation");
        loop {
            let finished = InstanceActionEvent::event_finish_with_failure(ctx, uuid, event)
                .exc_val(error.map(ToString::to_string))
                .exc_tb(error.map(OperationError::details))
                .want_result(false)
                .await;
            match finished {
                Err(error) if retry.again(&error).await => {}
                Err(error) => {
                    tracing::error!(instance = uuid, event, %error, "could not record the end of an operation");
                    return;
                }
                Ok(_) => return,
            }
        }
    }

    /// Records what went wrong for the instance's owner (nova
    /// `compute/utils.py`, `add_instance_fault_from_exc`).
    pub(super) async fn add_fault(&self, ctx: &Context, uuid: &str, error: &OperationError) {
        let mut fault = InstanceFault::new();
        fault.set_host(self.host.as_str());
        fault.set_instance_uuid(uuid);
        fault.set_code(error.code());
        fault.set_message(truncated(error.fault_message()));
        // What is the user's own mistake needs no details.
        fault.set_details(if error.code() == 500 {
            error.details()
        } else {
            String::new()
        });
        let mut retry = self.patience.begin("record a fault");
        loop {
            match fault.create(ctx).await {
                Err(error) if retry.again(&error).await => {}
                Err(error) => {
                    tracing::error!(instance = uuid, %error, "could not record a fault");
                    return;
                }
                Ok(()) => return,
            }
        }
    }
}

/// Cut where the column ends, between two characters.
fn truncated(mut message: String) -> String {
    if message.len() > MESSAGE_LIMIT {
        let end = (0..=MESSAGE_LIMIT)
            .rev()
            .find(|end| message.is_char_boundary(*end));
        message.truncate(end.unwrap_or(0));
    }
    message
}

#[cfg(test)]
mod tests {
    use super::truncated;

    #[test]
    fn messages_are_cut_between_characters() {
        assert_eq!(truncated("short".to_owned()), "short");
        let cut = truncated("ä".repeat(200));
        assert_eq!(cut.len(), 254);
        assert!(cut.chars().all(|c| c == 'ä'));
    }
}
