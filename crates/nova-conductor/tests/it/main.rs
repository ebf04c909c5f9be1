//! The conductor as its callers know it.

mod faults;
mod wire;
