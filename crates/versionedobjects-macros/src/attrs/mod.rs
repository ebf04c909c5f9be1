//! The attributes people write, parsed and checked.

pub(crate) mod check;
pub(crate) mod contract;
pub(crate) mod field;
pub(crate) mod method;
pub(crate) mod object;
pub(crate) mod version;
pub(crate) mod was;
