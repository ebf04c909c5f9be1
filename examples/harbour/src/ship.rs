//! Ships, as the register knows them.

use versionedobjects::prelude::*;

/// A ship.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../contract/harbour",
    history("1.0" = "Initial version", "1.1" = "Added length")
)]
pub struct Ship {
    meta: Meta,
    /// What is painted on the bow.
    name: Attr<String>,
    /// The country it is registered in.
    flag: Attr<String>,
    /// From bow to stern, in metres; null if nobody measured it.
    #[object(since = "1.1")]
    length: Attr<Option<i64>>,
}
