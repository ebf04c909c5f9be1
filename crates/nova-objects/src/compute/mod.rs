//! The words of a compute service: states of instances, tasks and guests, and
//! the names of actions.

pub mod instance_actions;
pub mod power_state;
pub mod task_states;
pub mod vm_states;
