//! Attributes: unset or set, and the uniform access that tables need.

use std::any::Any;
use std::fmt::Debug;

use crate::{
    Error, FieldDef, FieldType, Path, Reader, Result, Value, ValueError, VersionedObject, Writer,
};

/// An attribute of an object: unset, or set to a value, which may be null
/// where `T` is an `Option`.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Attr<T> {
    /// Neither given nor loaded.
    #[default]
    Unset,
    /// Given or loaded.
    Set(T),
}

impl<T> Attr<T> {
    /// Whether the attribute is set.
    pub const fn is_set(&self) -> bool {
        matches!(self, Self::Set(_))
    }

    /// The value, if set.
    pub const fn as_option(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Unset => None,
        }
    }

    /// The value, if set, to change it. Changes made here are not tracked.
    pub const fn as_option_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Unset => None,
        }
    }
}

impl<T: Debug> Debug for Attr<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            // As oslo's repr of an object shows it.
            Self::Unset => f.write_str("<?>"),
            Self::Set(value) => value.fmt(f),
        }
    }
}

/// An attribute without its type: what functions that walk a class's table
/// work with. Implemented by [`Attr`] alone.
pub trait Slot: Any + Debug {
    /// Whether the attribute is set.
    fn is_set(&self) -> bool;

    /// Makes it unset.
    fn unset(&mut self);

    /// Its dynamic value, if set.
    fn value(&self) -> Option<Value>;

    /// Sets it to what the field makes of `value`, null replaced by the default
    /// where oslo does so. Says whether the value differs from the one before.
    ///
    /// # Errors
    /// When the value does not fit, or must not follow the present one.
    fn assign(
        &mut self,
        value: Value,
        field: &FieldDef,
        check: Transition,
    ) -> Result<bool, ValueError>;

    /// Writes the primitive; nothing if unset.
    fn write(&self, writer: &mut Writer<'_>);

    /// Reads the primitive.
    ///
    /// # Errors
    /// When the text is malformed or the value does not fit.
    fn read(&mut self, reader: &mut Reader<'_>, field: &FieldDef) -> Result<()>;

    /// Whether both are unset, or set to equal values.
    fn same(&self, other: &dyn Slot) -> bool;

    /// Takes the value of another slot of the same type.
    fn copy_from(&mut self, other: &dyn Slot);

    /// Calls `visit` with every object inside.
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a dyn VersionedObject));

    /// Calls `visit` with every object inside and its place, `at` being the
    /// place of the attribute.
    fn visit_at(&self, at: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, &dyn VersionedObject));

    /// Calls `found` with each place where it differs from `before`, which is
    /// known to differ.
    fn differences(&self, before: &dyn Slot, at: &Path<'_>, found: &mut dyn FnMut(&Path<'_>));

    /// Calls `visit` with every object inside, to change it.
    fn visit_mut(&mut self, visit: &mut dyn FnMut(&mut dyn VersionedObject));
}

/// Whether an assignment is one of a person's, which state machines and
/// read-only fields judge, or one that restores what is known to be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// Judge the step from the present value to the new one.
    Checked,
    /// Take the value as it is.
    Restored,
}

impl<T: FieldType> Slot for Attr<T> {
    fn is_set(&self) -> bool {
        Self::is_set(self)
    }

    fn unset(&mut self) {
        *self = Self::Unset;
    }

    fn value(&self) -> Option<Value> {
        self.as_option().map(FieldType::to_value)
    }

    fn assign(
        &mut self,
        value: Value,
        field: &FieldDef,
        check: Transition,
    ) -> Result<bool, ValueError> {
        let new = T::coerce(field.replace_null(value)?)?;
        let differs = match self {
            Self::Set(old) => {
                if check == Transition::Checked {
                    new.follows(old)?;
                }
                *old != new
            }
            Self::Unset => true,
        };
        *self = Self::Set(new);
        Ok(differs)
    }

    fn write(&self, writer: &mut Writer<'_>) {
        if let Self::Set(value) = self {
            value.write(writer);
        }
    }

    fn read(&mut self, reader: &mut Reader<'_>, field: &FieldDef) -> Result<()> {
        let value = if !T::NULLABLE && reader.is_null()? {
            reader.null()?;
            T::from_primitive(field.replace_null(Value::Null)?)?
        } else {
            T::read(reader)?
        };
        *self = Self::Set(value);
        Ok(())
    }

    fn same(&self, other: &dyn Slot) -> bool {
        (other as &dyn Any)
            .downcast_ref::<Self>()
            .is_some_and(|other| self == other)
    }

    fn copy_from(&mut self, other: &dyn Slot) {
        if let Some(other) = (other as &dyn Any).downcast_ref::<Self>() {
            self.clone_from(other);
        }
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a dyn VersionedObject)) {
        if let Self::Set(value) = self {
            value.visit(visit);
        }
    }

    fn visit_at(&self, at: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, &dyn VersionedObject)) {
        if let Self::Set(value) = self {
            value.visit_at(at, visit);
        }
    }

    fn differences(&self, before: &dyn Slot, at: &Path<'_>, found: &mut dyn FnMut(&Path<'_>)) {
        match (self, (before as &dyn Any).downcast_ref::<Self>()) {
            (Self::Set(value), Some(Self::Set(before))) => value.differences(before, at, found),
            _ => found(at),
        }
    }

    fn visit_mut(&mut self, visit: &mut dyn FnMut(&mut dyn VersionedObject)) {
        if let Self::Set(value) = self {
            value.visit_mut(visit);
        }
    }
}

/// What generated accessors call: the typed counterparts of [`Slot`].
#[doc(hidden)]
pub mod access {
    use super::{Attr, Error, FieldType, Path, Result};
    use crate::{IntoField, Meta};

    /// Reads an attribute.
    ///
    /// # Errors
    /// [`Error::Unset`]
    #[inline]
    pub fn get<'a, T: FieldType>(
        attr: &'a Attr<T>,
        object: &'static str,
        field: &'static str,
    ) -> Result<T::View<'a>> {
        match attr {
            Attr::Set(value) => Ok(value.view()),
            Attr::Unset => Err(Error::Unset { object, field }),
        }
    }

    /// Sets an attribute and marks it changed.
    #[inline]
    pub fn set<T: FieldType>(
        attr: &mut Attr<T>,
        meta: &mut Meta,
        index: usize,
        value: impl IntoField<T>,
    ) {
        *attr = Attr::Set(value.into_field());
        meta.mark(index);
    }

    /// Sets a read-only attribute: once, or again to an equal value, which
    /// changes nothing.
    ///
    /// # Errors
    /// [`Error::ReadOnlyField`]
    pub fn set_once<T: FieldType>(
        attr: &mut Attr<T>,
        meta: &mut Meta,
        index: usize,
        value: impl IntoField<T>,
        object: &'static str,
        field: &'static str,
    ) -> Result<()> {
        let value = value.into_field();
        match attr {
            Attr::Set(old) if *old == value => Ok(()),
            Attr::Set(_) => Err(Error::ReadOnlyField { object, field }),
            Attr::Unset => {
                *attr = Attr::Set(value);
                meta.mark(index);
                Ok(())
            }
        }
    }

    /// Sets an attribute whose type has rules about what may follow what.
    ///
    /// # Errors
    /// [`Error::Value`]
    pub fn transition<T: FieldType>(
        attr: &mut Attr<T>,
        meta: &mut Meta,
        index: usize,
        value: impl IntoField<T>,
        object: &'static str,
        field: &'static str,
    ) -> Result<()> {
        let value = value.into_field();
        if let Attr::Set(old) = attr {
            value.follows(old).map_err(|cause| Error::Value {
                object,
                field,
                cause,
            })?;
        }
        set(attr, meta, index, value);
        Ok(())
    }

    /// Edits an attribute in place and marks it changed if that changed it.
    ///
    /// # Errors
    /// [`Error::Unset`]
    pub fn edit<T: FieldType, R>(
        attr: &mut Attr<T>,
        meta: &mut Meta,
        index: usize,
        object: &'static str,
        field: &'static str,
        edit: impl FnOnce(&mut T) -> R,
    ) -> Result<R> {
        let Attr::Set(value) = attr else {
            return Err(Error::Unset { object, field });
        };
        let before = value.clone();
        let result = edit(value);
        if *value != before {
            let mut places = Vec::new();
            value.differences(&before, &Path::HERE.name(field), &mut |path| {
                places.push(path.to_string());
            });
            meta.mark_inside(index, places);
        }
        Ok(result)
    }
}
