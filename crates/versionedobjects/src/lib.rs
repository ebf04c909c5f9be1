//! Versioned objects: data that serializes itself, versions that let services
//! of different releases work together, and methods that hide the route.
//!
//! A class of objects is a table: its fields, its versions, its methods. The
//! derive writes the table; everything that walks fields is an ordinary
//! function in this crate. There is no I/O here, no SQL and no messaging. The
//! model and its wire are those of Python's oslo.versionedobjects.
//!
//! # In reading order
//!
//! | what | where |
//! |---|---|
//! | a class: its fields and versions | [derive `VersionedObject`](derive@VersionedObject), [`Attr`], [`Class`], [`FieldDef`], [`Release`], [`Version`] |
//! | what classes share | [`Project`]; attributes several have: [derive `Mixin`](derive@Mixin) |
//! | types of fields | [`fields`], [`FieldType`], [derive `EnumField`](derive@EnumField), [derive `ObjectEnum`](derive@ObjectEnum), [`text_field!`] |
//! | what can be done with any object | [`Object`], [`ObjectExt`]: by name, changes, comparison, writing |
//! | attributes that come later | [`LazyLoad`], [`LazyField`] |
//! | methods, wherever the store is | [`#[remotable]`](macro@remotable), [`Context`], [`Route`], [`Indirection`], [`MethodDef`] |
//! | who can read what | [`Manifest`], [`Registry`], [`WriteOptions`] |
//! | does a class convert as it should | [`check`] |
//! | may a class change as it did | [`contract`] |
//! | what is wrong | [`Error`], [`ValueError`]; what travels: [`Exception`], [`ProjectError`] |
//! | the text itself | [`Writer`], [`Reader`], [`Limits`], [`Form`] |
//!
//! # An object, its store, and two routes to it
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use versionedobjects::prelude::*;
//! use versionedobjects::{Exception, ProjectError};
//!
//! /// What all classes of this program share.
//! pub struct Project;
//!
//! impl versionedobjects::Project for Project {
//!     const PREFIX: &'static str = "library_object";
//!     const NAMESPACE: &'static str = "library";
//!     type Store = dyn BookStore;
//!     type Error = Error;
//! }
//!
//! /// A book in the catalogue.
//! #[derive(VersionedObject, Debug, Clone, Default)]
//! #[object(methods, history("1.0" = "Initial version", "1.1" = "Added binding"))]
//! pub struct Book {
//!     meta: Meta,
//!     isbn: Attr<String>,
//!     title: Attr<Option<String>>,
//!     #[object(since = "1.1")]
//!     binding: Attr<String>,
//! }
//!
//! /// What can be asked of books, wherever the catalogue is.
//! #[remotable(Book)]
//! pub trait BookStore {
//!     /// The book with that number.
//!     async fn get(&self, ctx: &Context, isbn: String) -> Result<Book, Error>;
//!     /// Writes the changes.
//!     async fn save(&self, ctx: &Context, book: &mut Book) -> Result<(), Error>;
//! }
//!
//! /// The process that has the catalogue implements the trait.
//! #[derive(Default)]
//! struct Shelf(Mutex<Vec<Book>>);
//!
//! #[async_trait]
//! impl BookStore for Shelf {
//!     async fn get(&self, _: &Context, isbn: String) -> Result<Book, Error> {
//!         let books = self.0.lock().expect("no one panics while holding it");
//!         let found = books.iter().rfind(|book| book.isbn().is_ok_and(|known| known == isbn));
//!         found.cloned().ok_or(Error::NoBook(isbn))
//!     }
//!
//!     async fn save(&self, _: &Context, book: &mut Book) -> Result<(), Error> {
//!         book.reset_changes();
//!         self.0.lock().expect("no one panics while holding it").push(book.clone());
//!         Ok(())
//!     }
//! }
//!
//! /// Code that does not know where the catalogue is.
//! async fn rename(ctx: &Context, isbn: &str, title: &str) -> Result<(), Error> {
//!     let mut book = Book::get(ctx, isbn).await?;
//!     book.set_title(title);
//!     assert_eq!(book.changes(), ["title"]);
//!     book.save(ctx).await
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Error> {
//!     // Here: the store is in this process.
//!     let here = Context::direct::<dyn BookStore>(Arc::new(Shelf::default()), "who asks");
//!     let mut book = Book::new();
//!     book.set_isbn("1");
//!     book.set_binding("soft");
//!     book.save(&here).await?;
//!     rename(&here, "1", "The Dispossessed").await?;
//!
//!     // There: another process has it. `Wire` stands for a client such as the
//!     // one in `nova-rpc`, which sends calls over a message bus.
//!     let there = Context::remote(Arc::new(Wire(here.clone())), "who asks");
//!     rename(&there, "1", "The Left Hand of Darkness").await?;
//!     assert_eq!(Book::get(&there, "1").await?.title()?, Some("The Left Hand of Darkness"));
//!     assert!(matches!(Book::get(&there, "2").await, Err(Error::NoBook(isbn)) if isbn == "2"));
//!
//!     // A reader of version 1.0 is sent what it knows.
//!     let options = versionedobjects::WriteOptions { target: Some(Version::new(1, 0)), ..Default::default() };
//!     assert!(!Book::get(&here, "1").await?.to_json_with(options)?.contains("binding"));
//!     Ok(())
//! }
//!
//! /// Errors travel by name and come back as what they were.
//! #[derive(Debug, thiserror::Error)]
//! pub enum Error {
//!     #[error("find book {0}: the catalogue has none of that number")]
//!     NoBook(String),
//!     #[error(transparent)]
//!     Object(#[from] versionedobjects::Error),
//!     #[error("{}", .0.message)]
//!     Other(Exception),
//! }
//!
//! impl ProjectError for Error {
//!     fn to_exception(&self) -> Exception {
//!         match self {
//!             Self::NoBook(isbn) => {
//!                 let mut exception = Exception::new("library", "NoBook", self.to_string());
//!                 exception.kwargs.insert("isbn".to_owned(), isbn.as_str().into());
//!                 exception
//!             }
//!             Self::Object(error) => error.to_exception(),
//!             Self::Other(exception) => exception.clone(),
//!         }
//!     }
//!
//!     fn from_exception(exception: Exception) -> Self {
//!         match exception.kwargs.get("isbn").and_then(Json::as_str) {
//!             Some(isbn) if exception.is("library", "NoBook") => Self::NoBook(isbn.to_owned()),
//!             _ => Self::Other(exception),
//!         }
//!     }
//! }
//! # use versionedobjects::{Arguments, CallError, Class, Form, Indirection, Manifest, MethodDef, Outgoing, Writer};
//! # struct Wire(Context);
//! # impl Wire {
//! #     async fn call(
//! #         &self,
//! #         class: &'static Class,
//! #         object: Option<&mut dyn versionedobjects::VersionedObject>,
//! #         method: &'static MethodDef,
//! #         arguments: Outgoing,
//! #     ) -> Result<String, CallError> {
//! #         let (args, _) = arguments.finish()?;
//! #         let args: Vec<Json> = serde_json::from_str(&args).expect("we wrote it");
//! #         let args: Vec<String> = args.iter().map(Json::to_string).collect();
//! #         let args: Vec<&str> = args.iter().map(String::as_str).collect();
//! #         let arguments = Arguments::bind(class.name, method, &args, &[])?;
//! #         let result = (method.call)(&self.0, object, arguments).await.map_err(CallError::Exception)?;
//! #         let mut writer = Writer::new(Form::Compat);
//! #         result.write(&mut writer);
//! #         Ok(writer.finish()?)
//! #     }
//! # }
//! # #[async_trait]
//! # impl Indirection for Wire {
//! #     async fn class_action(
//! #         &self, _: &Context, class: &'static Class, method: &'static MethodDef, arguments: Outgoing,
//! #     ) -> Result<String, CallError> {
//! #         self.call(class, None, method, arguments).await
//! #     }
//! #     async fn object_action(
//! #         &self, _: &Context, object: &dyn versionedobjects::VersionedObject, method: &'static MethodDef, arguments: Outgoing,
//! #     ) -> Result<String, CallError> {
//! #         let mut copy = object.clone_box();
//! #         let result = self.call(object.class(), Some(&mut *copy), method, arguments).await?;
//! #         Ok(format!("[{{}}, {result}]"))
//! #     }
//! #     async fn backport(&self, _: &Context, text: &str, _: &Manifest) -> Result<String, CallError> {
//! #         Ok(text.to_owned())
//! #     }
//! # }
//! ```
//!
//! # Three rules
//!
//! - An attribute is unset, or set, perhaps to null. Reading an unset one is an
//!   error that names it; nothing is ever loaded behind the reader's back.
//! - Objects are written at the version the reader knows. What newer versions
//!   added is left out while writing, straight from the table.
//! - The route is a value in the [`Context`], not a setting of the process.
//!   Both routes can be used side by side.

extern crate self as versionedobjects;

mod attr;
mod carry;
mod changes;
pub mod check;
mod context;
pub mod contract;
mod error;
mod expect;
mod field;
pub mod fields;
mod fingerprint;
mod history;
mod lazy;
mod manifest;
mod method;
mod mixin;
mod object;
mod past;
mod path;
mod plain;
mod primitive;
mod raises;
mod reader;
mod registry;
mod route;
mod schema;
mod value;
mod version;
mod writer;

pub use attr::{Attr, Slot, Transition, access};
pub use changes::{FieldSet, Meta, reset_changes, what_changed};
pub use context::{Context, LoadSite};
pub use error::{Error, Exception, Result, ValueError, ValueErrorKind};
pub use expect::{Difference, Expect, Term};
pub use field::{Element, FieldDef, FieldType, IntoField, ObjectTarget, Plain, Shape, TypeDef};
pub use fields::{DateTime, Json, JsonMap};
pub use history::Release;
pub use lazy::{LazyField, LazyLoad, load_missing};
pub use manifest::Manifest;
pub use method::{
    ArgumentDef, ArgumentKind, Arguments, Call, MethodDef, MethodKind, Methods, Outgoing, Returned,
    read_all, read_all_from,
};
pub use mixin::{Embeds, Mixin};
pub use object::{
    BackportHook, Class, Data, Derived, ExtraDef, Object, ObjectExt, Project, UpgradeHook,
    VersionedObject, WriteOptions, assign, eq_data,
};
pub use past::{
    Converted, DownRule, FieldAt, Loss, LossKind, NewerValues, Past, Removed, SendRule, TakeRule,
    UpRule, rule,
};
pub use path::Path;
pub use plain::plain;
pub use primitive::{Header, header, read_into, write_attribute, write_child, write_difference};
pub use reader::{Limits, Number, Reader};
pub use registry::Registry;
pub use route::{
    CallError, Indirection, ProjectError, Route, Store, VERSION_KEY, call_class, call_object,
    read_or_backport,
};
pub use schema::Draft;
pub use value::Value;
pub use version::Version;

#[doc = include_str!("docs/enum_field.md")]
pub use versionedobjects_macros::EnumField;
#[doc = include_str!("docs/mixin.md")]
pub use versionedobjects_macros::Mixin;
#[doc = include_str!("docs/object_enum.md")]
pub use versionedobjects_macros::ObjectEnum;
#[doc = include_str!("docs/versioned_object.md")]
pub use versionedobjects_macros::VersionedObject;
#[doc = include_str!("docs/remotable.md")]
pub use versionedobjects_macros::remotable;
pub use writer::{Form, Writer, python_json};

#[doc(hidden)]
pub use async_trait::async_trait;
#[doc(hidden)]
pub use fields::{
    check_transition, coerce_object, name_of_next, not_a_member, not_an_object, receiver,
    take_object,
};
#[doc(hidden)]
pub use futures::future::BoxFuture;
#[doc(hidden)]
pub use mixin::{concat_fields, no_such_slot};
#[doc(hidden)]
pub use raises::{declared, is_listed};

/// What a module that declares or uses objects needs: `use versionedobjects::prelude::*;`
pub mod prelude {
    pub use crate::fields::{DateTime, Dict, Json, JsonMap, Uuid};
    pub use crate::{
        Attr, Context, Data, EnumField, Expect, FieldType, IntoField, LazyField, LazyLoad, Meta,
        Mixin, Object, ObjectEnum, ObjectExt, Value, Version, VersionedObject, async_trait,
        remotable,
    };
}
