//! The third release: some parcels are fragile, the note is called remark, all
//! is paid for, and parcels are tracked. And the same release as those wrote it
//! who forgot something.

use versionedobjects::prelude::*;

use super::Kind;
pub use super::second::Address;

/// As it should be.
pub mod right {
    pub use super::Address;
    use super::*;

    /// A parcel.
    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(
        project = crate::post::Post,
        history(
            "1.0" = "Initial version",
            "1.1" = "Added insured; address 1.1",
            "1.2" = "Fragile, remark for note, track; all is paid for"
        ),
        removed(paid: bool, until = "1.2", default = true, lossy)
    )]
    pub struct Parcel {
        meta: Meta,
        number: Attr<i64>,
        weight: Attr<i64>,
        #[object(was(name = "note", until = "1.2"))]
        remark: Attr<String>,
        #[object(values("fragile", since = "1.2", before = "plain"))]
        kind: Attr<Kind>,
        to: Attr<Address>,
        #[object(since = "1.1", default = 0)]
        insured: Attr<i64>,
        #[object(since = "1.2")]
        track: Attr<Vec<String>>,
    }
}

/// Nobody says what older releases are told of what is fragile.
pub mod no_rule_for_fragile {
    pub use super::Address;
    use super::*;

    /// A parcel.
    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(
        project = crate::post::Post,
        history(
            "1.0" = "Initial version",
            "1.1" = "Added insured; address 1.1",
            "1.2" = "Fragile, remark for note, track; all is paid for"
        ),
        removed(paid: bool, until = "1.2", default = true, lossy)
    )]
    pub struct Parcel {
        meta: Meta,
        number: Attr<i64>,
        weight: Attr<i64>,
        #[object(was(name = "note", until = "1.2"))]
        remark: Attr<String>,
        kind: Attr<Kind>,
        to: Attr<Address>,
        #[object(since = "1.1", default = 0)]
        insured: Attr<i64>,
        #[object(since = "1.2")]
        track: Attr<Vec<String>>,
    }
}

/// Older releases are not told that it is paid for.
pub mod default_on_the_way_up_only {
    pub use super::Address;
    use super::*;

    /// A parcel.
    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(
        project = crate::post::Post,
        history(
            "1.0" = "Initial version",
            "1.1" = "Added insured; address 1.1",
            "1.2" = "Fragile, remark for note, track; all is paid for"
        ),
        removed(paid: bool, until = "1.2", unset, lossy)
    )]
    pub struct Parcel {
        meta: Meta,
        number: Attr<i64>,
        weight: Attr<i64>,
        #[object(was(name = "note", until = "1.2"))]
        remark: Attr<String>,
        #[object(values("fragile", since = "1.2", before = "plain"))]
        kind: Attr<Kind>,
        to: Attr<Address>,
        #[object(since = "1.1", default = 0)]
        insured: Attr<i64>,
        #[object(since = "1.2")]
        track: Attr<Vec<String>>,
    }
}

/// The note is gone while others still need it.
pub mod early_contract {
    pub use super::Address;
    use super::*;

    /// A parcel.
    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(
        project = crate::post::Post,
        history(
            "1.0" = "Initial version",
            "1.1" = "Added insured; address 1.1",
            "1.2" = "Fragile, remark for note, track; all is paid for"
        ),
        removed(paid: bool, until = "1.2", default = true, lossy)
    )]
    pub struct Parcel {
        meta: Meta,
        number: Attr<i64>,
        weight: Attr<i64>,
        #[object(since = "1.2")]
        remark: Attr<String>,
        #[object(values("fragile", since = "1.2", before = "plain"))]
        kind: Attr<Kind>,
        to: Attr<Address>,
        #[object(since = "1.1", default = 0)]
        insured: Attr<i64>,
        #[object(since = "1.2")]
        track: Attr<Vec<String>>,
    }
}

/// The remark is written as a note for older releases, and theirs is not read.
pub mod read_under_the_old_name {
    pub use super::Address;
    use super::*;

    fn note(data: &mut Data, version: Version) -> versionedobjects::Result<()> {
        if version < Version::new(1, 2)
            && let Some(remark) = data.get("remark").cloned()
        {
            data.insert("note".to_owned(), remark);
        }
        Ok(())
    }

    /// A parcel.
    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(
        project = crate::post::Post,
        history(
            "1.0" = "Initial version",
            "1.1" = "Added insured; address 1.1",
            "1.2" = "Fragile, remark for note, track; all is paid for"
        ),
        removed(paid: bool, until = "1.2", default = true, lossy),
        backport = note
    )]
    pub struct Parcel {
        meta: Meta,
        number: Attr<i64>,
        weight: Attr<i64>,
        #[object(since = "1.2")]
        remark: Attr<String>,
        #[object(values("fragile", since = "1.2", before = "plain"))]
        kind: Attr<Kind>,
        to: Attr<Address>,
        #[object(since = "1.1", default = 0)]
        insured: Attr<i64>,
        #[object(since = "1.2")]
        track: Attr<Vec<String>>,
    }
}

/// The kind got a new word, and nobody gave the class a new version.
pub mod forgotten_bump {
    pub use super::Address;
    use super::*;

    /// A parcel.
    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(project = crate::post::Post, history("1.0" = "Initial version", "1.1" = "Added insured; address 1.1"))]
    pub struct Parcel {
        meta: Meta,
        number: Attr<i64>,
        weight: Attr<i64>,
        note: Attr<String>,
        kind: Attr<Kind>,
        paid: Attr<bool>,
        to: Attr<Address>,
        #[object(since = "1.1", default = 0)]
        insured: Attr<i64>,
    }
}
