//! Against a real RabbitMQ: the one `TEST_RABBITMQ_URL` names, or guest's on 127.0.0.1:5672.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

mod brokers_refuse_with_a_reason;
mod frames_are_those_of_the_recorded_wire;
mod lost_connections_are_repaired;
mod messages_reach_whom_they_should;
mod python_peers_cannot_tell;
mod queues_that_vanish_come_back;
mod strange_messages_do_no_harm;
mod support;
mod tls_checks_the_broker;
