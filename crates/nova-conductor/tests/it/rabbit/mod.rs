//! Conductors on a broker and databases of a test's own, which die and come back: what they acknowledged is kept, what
//! was sent is applied once, and every caller is told within its time.
//!
//! Each request writes a row that says which one it was, so that what was lost and what was done twice can be counted.

mod broker_faults;
mod cell;
mod fleet;
mod kill_points;
mod load;
mod process;
mod process_faults;
mod proxy;
mod slow_database;
