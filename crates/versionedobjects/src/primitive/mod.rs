//! The wire form of objects: written from the table in one pass, read into it
//! in one pass.
//!
//! The envelope is oslo's: `{"nova_object.name", ".namespace", ".version",
//! ".data", ".changes"}`, the prefix being the project's. What a reader of an
//! older version is given follows `obj_to_primitive` and `obj_make_compatible`
//! of oslo.versionedobjects `base.py` to the letter in the compat form.

mod data;
mod read;
mod write;

pub use data::{write_attribute, write_difference};
pub(crate) use read::{Found, header_of, leading_name, read_field};
pub use read::{Header, header, read_into};
pub use write::write_child;
pub(crate) use write::write_top;
