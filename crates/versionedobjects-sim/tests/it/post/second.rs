//! The second release: parcels can be insured, and addresses have postcodes.

use versionedobjects::prelude::*;

use super::Old;

/// Where a parcel goes.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::post::Post, history("1.0" = "Initial version", "1.1" = "Added postcode"))]
pub struct Address {
    meta: Meta,
    street: Attr<String>,
    city: Attr<String>,
    #[object(since = "1.1")]
    postcode: Attr<Option<String>>,
}

/// A parcel.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::post::Post, history("1.0" = "Initial version", "1.1" = "Added insured; address 1.1"))]
pub struct Parcel {
    meta: Meta,
    number: Attr<i64>,
    weight: Attr<i64>,
    note: Attr<String>,
    kind: Attr<Old>,
    paid: Attr<bool>,
    to: Attr<Address>,
    #[object(since = "1.1", default = 0)]
    insured: Attr<i64>,
}
