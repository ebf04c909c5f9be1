//! The conductor as its callers know it.

mod databases;
mod expecting;
mod faults;
mod rabbit;
mod reply_size;
mod wire;
