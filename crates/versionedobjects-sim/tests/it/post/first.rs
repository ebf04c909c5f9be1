//! The first release.

use versionedobjects::prelude::*;

use super::Old;

/// Where a parcel goes.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::post::Post, history("1.0" = "Initial version"))]
pub struct Address {
    meta: Meta,
    street: Attr<String>,
    city: Attr<String>,
}

/// A parcel.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::post::Post, history("1.0" = "Initial version"))]
pub struct Parcel {
    meta: Meta,
    number: Attr<i64>,
    weight: Attr<i64>,
    note: Attr<String>,
    kind: Attr<Old>,
    paid: Attr<bool>,
    to: Attr<Address>,
}
