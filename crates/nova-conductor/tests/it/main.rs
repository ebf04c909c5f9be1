//! The conductor as its callers know it.

mod expecting;
mod faults;
mod wire;
