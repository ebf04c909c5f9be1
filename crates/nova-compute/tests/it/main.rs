//! A compute, a real conductor on a real database, and whoever has that
//! database: each file is a rule they keep.

mod a_failed_build_is_an_error_with_a_fault;
mod an_older_compute_receives_what_it_can_read;
mod caps_hold_what_computes_are_sent;
mod computes_outlive_their_conductors;
mod mixed_releases_need_no_backports;
mod no_database_is_linked;
mod one_operation_at_a_time;
mod resources_follow_the_instances;
mod restarts_leave_clear_states;
mod sigterm_finishes_what_is_in_flight;
mod states_move_as_novas;
mod support;
mod the_original_conductor_serves_a_compute;
