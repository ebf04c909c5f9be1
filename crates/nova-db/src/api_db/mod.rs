//! The store traits whose rows are in the global database.

mod availability_zone;
mod flavor;
mod keypair;
