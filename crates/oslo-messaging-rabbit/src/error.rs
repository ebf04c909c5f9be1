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
        advice: String,
    },

    /// The broker has been asked to carry a message and has not said that it does.
    #[error("RabbitMQ did not confirm it in time; it may still be delivered{blocked}")]
    Unconfirmed {
        /// Why the broker takes nothing, if it said so.
        blocked: String,
    },

    /// The broker keeps the connection and answers nothing.
    #[error("RabbitMQ did not answer within {0:?}")]
    Silent(std::time::Duration),

    /// The connection or the channel failed.
    #[error(transparent)]
    Connection(#[from] lapin::Error),
}

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

/// What to do about PRECONDITION_FAILED, by the argument it is about.
fn declared_otherwise(message: &str) -> String {
    let quoted = |after: &str| {
        let (_, rest) = message.split_once(after)?;
        rest.split('\'').nth(1)
    };
    let options = match quoted("inequivalent arg ") {
        Some("durable") => {
            "amqp_durable_queues, rabbit_quorum_queue and rabbit_transient_quorum_queue"
        }
        Some("auto_delete") => "amqp_auto_delete",
        Some("x-queue-type") => {
            "rabbit_quorum_queue, rabbit_transient_quorum_queue and rabbit_stream_fanout"
        }
        Some("x-expires" | "x-max-age") => "rabbit_transient_queues_ttl",
        Some("x-ha-policy") => "rabbit_ha_queues",
        Some("x-delivery-limit") => "rabbit_quorum_delivery_limit",
        Some("x-max-in-memory-length") => "rabbit_quorum_max_memory_length",
        Some("x-max-in-memory-bytes") => "rabbit_quorum_max_memory_bytes",
        _ => {
            "amqp_durable_queues, amqp_auto_delete, rabbit_quorum_queue, rabbit_transient_quorum_queue, \
             rabbit_stream_fanout, rabbit_ha_queues and rabbit_transient_queues_ttl"
        }
    };
    let vhost = quoted(" in vhost ").unwrap_or("/");
    let removal = match quoted(" for queue ") {
        Some(queue) => format!("`rabbitmqctl -p {vhost} delete_queue {queue}`"),
        None => {
            "delete it with `rabbitmqadmin delete exchange` or the management plugin".to_owned()
        }
    };
    format!(
        "It exists already, declared otherwise than [oslo_messaging_rabbit] asks here. Give every service on this broker \
         the same {options}. To change them: stop the services, remove it ({removal}) or name a fresh virtual host in \
         transport_url, and start the services again"
    )
}

impl RabbitError {
    /// An error that another try does not cure, or the plain one.
    pub(crate) fn new(error: lapin::Error) -> Self {
        let Some((code, message)) = answer(&error) else {
            return Self::Connection(error);
        };
        let advice = match code {
            406 => declared_otherwise(&message),
            403 => NO_ACCESS.to_owned(),
            530 => NO_VHOST.to_owned(),
            405 => LOCKED.to_owned(),
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
            shown.contains(text) && shown.contains("`rabbitmqctl -p / delete_queue conductor`"),
            "{shown}"
        );
        assert!(
            shown.contains("the same amqp_durable_queues, rabbit_quorum_queue"),
            "{shown}"
        );
    }

    #[test]
    fn each_argument_names_the_options_it_comes_from() {
        let of = |argument: &str, what: &str| {
            let text = format!(
                "PRECONDITION_FAILED - inequivalent arg '{argument}' for {what} in vhost 'cell1': received 'a' but current is 'b'"
            );
            RabbitError::new(refused(AMQPSoftError::PRECONDITIONFAILED, &text)).to_string()
        };
        for (argument, option) in [
            ("auto_delete", "the same amqp_auto_delete."),
            ("x-queue-type", "rabbit_stream_fanout"),
            ("x-expires", "rabbit_transient_queues_ttl"),
            ("x-delivery-limit", "rabbit_quorum_delivery_limit"),
            ("x-what", "rabbit_ha_queues"),
        ] {
            let shown = of(argument, "queue 'compute'");
            assert!(shown.contains(option), "{argument}: {shown}");
            assert!(
                shown.contains("rabbitmqctl -p cell1 delete_queue compute"),
                "{shown}"
            );
        }
        assert!(of("durable", "exchange 'nova'").contains("delete exchange"));
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
