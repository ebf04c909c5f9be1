//! Integration tests: one module a rule.

mod support;

mod bodies_are_those_of_the_recorded_wire;
mod calls_casts_and_fanouts_reach_whom_they_should;
mod decoders_survive_anything;
mod dispatch_refuses_as_oslo_does;
mod servers_finish_what_is_in_flight;
mod work_nobody_waits_for_is_dropped;
