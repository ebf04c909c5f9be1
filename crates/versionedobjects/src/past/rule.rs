//! What generated rules call.

use std::any::Any;

use super::Converted;
pub use super::recorded::{are_among, has_field, has_value, is_recorded};
use crate::{Attr, FieldDef, FieldType, Reader, Result, Slot, VersionedObject, Writer};

/// The value of an attribute of a known type, if set.
pub fn value<T: FieldType>(slot: &dyn Slot) -> Option<&T> {
    (slot as &dyn Any)
        .downcast_ref::<Attr<T>>()
        .and_then(Attr::as_option)
}

/// Sets an attribute of a known type.
pub fn put<T: FieldType>(slot: &mut dyn Slot, value: T) {
    if let Some(attr) = (slot as &mut dyn Any).downcast_mut::<Attr<T>>() {
        *attr = Attr::Set(value);
    }
}

/// The object as its own type; a rule is only asked about its own class.
pub fn object<T: VersionedObject>(object: &dyn VersionedObject) -> Option<&T> {
    object.downcast_ref()
}

/// The same, to change it.
pub fn object_mut<T: VersionedObject>(object: &mut dyn VersionedObject) -> Option<&mut T> {
    object.downcast_mut()
}

/// Writes a converted value.
pub fn write<T: FieldType>(value: &T, writer: &mut Writer<'_>) -> bool {
    value.write(writer);
    true
}

/// Reads a value of an older type. A null which that type does not have is
/// what a null is to the field now: null, its default, or an error.
///
/// # Errors
/// When the text is malformed or the value does not fit.
pub fn read<O: FieldType>(
    reader: &mut Reader<'_>,
    slot: &mut dyn Slot,
    field: &FieldDef,
) -> Result<Option<O>> {
    if !O::NULLABLE && reader.is_null()? {
        slot.read(reader, field)?;
        return Ok(None);
    }
    O::read(reader).map(Some)
}

/// What a rule's function returned.
///
/// # Errors
/// Its own.
pub fn converted<T>(value: impl Converted<T>) -> Result<Option<T>> {
    value.converted()
}

/// What a function that takes a value in may return.
pub trait Taken {
    /// How that went.
    ///
    /// # Errors
    /// Its own.
    fn taken(self) -> Result<()>;
}

impl Taken for () {
    fn taken(self) -> Result<()> {
        Ok(())
    }
}

impl Taken for Result<()> {
    fn taken(self) -> Self {
        self
    }
}
