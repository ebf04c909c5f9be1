//! Versioned objects: data that serializes itself, versions that let services
//! of different releases work together, and methods that hide the route.
//!
//! Placeholder map, completed with the macros.

extern crate self as versionedobjects;

mod attr;
mod changes;
mod context;
mod error;
mod field;
pub mod fields;
mod fingerprint;
mod history;
mod lazy;
mod manifest;
mod method;
mod mixin;
mod object;
mod plain;
mod primitive;
mod reader;
mod registry;
mod route;
mod schema;
mod value;
mod version;
mod writer;

pub use attr::{Attr, Slot, Transition, access};
pub use changes::{FieldSet, Meta, reset_changes, what_changed};
pub use context::Context;
pub use error::{Error, Exception, Result, ValueError, ValueErrorKind};
pub use field::{Element, FieldDef, FieldType, IntoField, ObjectTarget, Plain, Shape, TypeDef};
pub use fields::{DateTime, Json, JsonMap};
pub use history::Release;
pub use lazy::{LazyField, LazyLoad, load_missing};
pub use manifest::Manifest;
pub use method::{
    ArgumentDef, ArgumentKind, Arguments, Call, MethodDef, MethodKind, Methods, Outgoing, Returned, read_all, read_all_from,
};
pub use mixin::{Embeds, Mixin};
pub use object::{
    BackportHook, Class, Data, Derived, ExtraDef, Object, ObjectExt, Project, VersionedObject, WriteOptions, assign,
    eq_data,
};
pub use plain::plain;
pub use primitive::{Header, header, read_into, write_child};
pub use reader::{Limits, Number, Reader};
pub use registry::Registry;
pub use route::{CallError, Indirection, ProjectError, Route, Store, call_class, call_object, read_or_backport};
pub use schema::Draft;
pub use value::Value;
pub use version::Version;
pub use writer::{Form, Writer, python_json};
pub use versionedobjects_macros::{EnumField, Mixin, ObjectEnum, VersionedObject, remotable};

#[doc(hidden)]
pub use async_trait::async_trait;
#[doc(hidden)]
pub use fields::{
    check_transition, coerce_object, named_object, not_a_member, not_an_object, read_part, receiver, take_object,
};
#[doc(hidden)]
pub use futures::future::BoxFuture;
#[doc(hidden)]
pub use mixin::{concat_fields, no_such_slot};

/// What a module that declares or uses objects needs: `use versionedobjects::prelude::*;`
pub mod prelude {
    pub use crate::fields::{DateTime, Dict, Json, JsonMap, Uuid};
    pub use crate::{
        Attr, Context, Data, EnumField, FieldType, IntoField, LazyField, LazyLoad, Meta, Mixin, Object, ObjectEnum,
        ObjectExt, Value, Version, VersionedObject, async_trait, remotable,
    };
}
