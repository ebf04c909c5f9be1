//! How a guest's processors are arranged.

use crate::prelude::*;

/// Sockets, cores in each, threads in each core.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history("1.0" = "Initial version")
)]
pub struct VirtCPUTopology {
    meta: Meta,
    #[object(default = Some(1))]
    sockets: Attr<Option<i64>>,
    #[object(default = Some(1))]
    cores: Attr<Option<i64>>,
    #[object(default = Some(1))]
    threads: Attr<Option<i64>>,
}
