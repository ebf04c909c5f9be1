//! What the broker refuses and why, with what to do about it.

use lapin::ErrorKind;

/// Why RabbitMQ did not do what it was asked. It is the source of an [`oslo_messaging::Error::Driver`].
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RabbitError {
    /// The broker answered with an error that trying again does not cure.
    #[error("RabbitMQ refused: {message}. {advice}")]
    Refused {
        /// The AMQP reply code: 406 is PRECONDITION_FAILED.
        code: u16,
        /// The broker's words.
        message: String,
        /// What to do.
        advice: &'static str,
    },

    /// The broker has been asked to carry a message and has not said that it does.
    #[error("RabbitMQ did not confirm it in time; it may still be delivered{blocked}")]
    Unconfirmed {
        /// Why the broker takes nothing, if it said so.
        blocked: String,
    },

    /// The connection or the channel failed.
    #[error(transparent)]
    Connection(#[from] lapin::Error),
}

const DECLARED_OTHERWISE: &str = "It exists already, declared otherwise than [oslo_messaging_rabbit] asks here. Give every \
    service on this broker the same amqp_durable_queues, amqp_auto_delete, rabbit_quorum_queue, \
    rabbit_transient_quorum_queue, rabbit_ha_queues and rabbit_transient_queues_ttl. To change them: stop the services, \
    delete the queue (`rabbitmqctl delete_queue NAME`; an exchange with the management plugin) or name a fresh virtual host \
    in transport_url, and start the services again";
const NO_ACCESS: &str = "Check the user and password in transport_url, and that the user may configure, write and read in \
    the virtual host (`rabbitmqctl list_permissions -p VHOST`)";
const NO_VHOST: &str = "Check the virtual host in transport_url (`rabbitmqctl list_vhosts`); `rabbitmqctl add_vhost` makes one";
const LOCKED: &str =
    "Another connection owns it exclusively; is it a queue of this service at all?";

/// The broker's reply code and words, if the error is its answer.
pub(crate) fn answer(error: &lapin::Error) -> Option<(u16, String)> {
    match error.kind() {
        ErrorKind::ProtocolError(error) => Some((error.get_id(), error.get_message().to_string())),
        _ => None,
    }
}

/// Whether it is about an exchange or queue that is durable and should not be, or the other way round.
pub(crate) fn is_about_durability(error: &lapin::Error) -> bool {
    answer(error)
        .is_some_and(|(code, text)| code == 406 && text.contains("inequivalent arg 'durable'"))
}

/// Whether an exchange or a queue is not there, or its node is not.
pub(crate) fn is_not_found(error: &lapin::Error) -> bool {
    answer(error).is_some_and(|(code, _)| code == 404)
}

impl RabbitError {
    /// An error that another try does not cure, or the plain one.
    pub(crate) fn new(error: lapin::Error) -> Self {
        let Some((code, message)) = answer(&error) else {
            return Self::Connection(error);
        };
        let advice = match code {
            406 => DECLARED_OTHERWISE,
            403 => NO_ACCESS,
            530 => NO_VHOST,
            405 => LOCKED,
            _ => return Self::Connection(error),
        };
        Self::Refused {
            code,
            message,
            advice,
        }
    }

    /// Whether trying again is of no use until somebody changes something.
    pub(crate) fn is_permanent(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// As the driver's interface has it.
    pub(crate) fn during(self, doing: impl Into<String>) -> oslo_messaging::Error {
        oslo_messaging::Error::Driver {
            doing: doing.into(),
            source: Box::new(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use lapin::protocol::{AMQPError, AMQPErrorKind, AMQPSoftError};

    use super::*;

    fn refused(kind: AMQPSoftError, text: &str) -> lapin::Error {
        let error = AMQPError::new(AMQPErrorKind::Soft(kind), text.into());
        ErrorKind::ProtocolError(error).into()
    }

    #[test]
    fn a_failed_precondition_is_explained() {
        let text =
            "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'conductor' in vhost '/'";
        let error = refused(AMQPSoftError::PRECONDITIONFAILED, text);
        assert!(is_about_durability(&error));
        let error = RabbitError::new(error);
        assert!(error.is_permanent());
        let shown = error.to_string();
        assert!(
            shown.contains(text) && shown.contains("rabbitmqctl delete_queue"),
            "{shown}"
        );
    }

    #[test]
    fn a_missing_exchange_is_tried_again() {
        let error = refused(
            AMQPSoftError::NOTFOUND,
            "NOT_FOUND - no exchange 'conductor_fanout'",
        );
        assert!(!RabbitError::new(error).is_permanent());
    }
}
