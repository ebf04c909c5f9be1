//! What tests of several crates need. A dev-dependency only.

#[cfg(feature = "database")]
pub mod database;
#[cfg(feature = "fleet")]
pub mod fleet;
#[cfg(feature = "peers")]
pub mod peers;
#[cfg(feature = "servers")]
pub mod servers;
