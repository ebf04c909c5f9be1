//! Integration tests: one module a rule.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

mod bodies_are_those_of_the_recorded_wire;
mod calls_casts_and_fanouts_reach_whom_they_should;
mod decoders_survive_anything;
mod dispatch_refuses_as_oslo_does;
mod mutated_bodies_are_read_or_refused;
mod servers_finish_what_is_in_flight;
mod work_nobody_waits_for_is_dropped;

#[cfg(feature = "grpc")]
mod a_hub_routes_between_processes;
#[cfg(feature = "grpc")]
mod a_lost_hub_is_noticed_and_found_again;
#[cfg(feature = "grpc")]
mod only_certified_peers_are_let_in;
