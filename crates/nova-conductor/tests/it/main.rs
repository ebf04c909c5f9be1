//! The conductor as its callers know it.

mod answers;
mod databases;
mod expecting;
mod faults;
mod on_record;
mod python_callers_cannot_tell;
mod rabbit;
mod reply_size;
mod wire;
