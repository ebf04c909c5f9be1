//! Objects as the values of fields: what the derives call.

use std::any::Any;
use std::borrow::Cow;

use crate::error::ValueErrorKind;
use crate::{
    Error, Exception, Object, Reader, Result, Value, ValueError, VersionedObject, primitive,
};

/// Takes an object of exactly this class out of a value.
///
/// # Errors
/// The value itself if it is something else.
#[doc(hidden)]
pub fn take_object<T: Object>(value: Value) -> Result<T, Value> {
    match value {
        Value::Object(object) if (&*object as &dyn Any).is::<T>() => {
            match (object as Box<dyn Any>).downcast::<T>() {
                Ok(object) => Ok(*object),
                // Excluded by the guard; a null is refused like anything else.
                Err(_) => Err(Value::Null),
            }
        }
        other => Err(other),
    }
}

/// The object of a value that was assigned to a field of this class.
///
/// # Errors
/// When it is something else.
#[doc(hidden)]
pub fn coerce_object<T: Object>(value: Value) -> Result<T, ValueError> {
    take_object(value).map_err(|value| not_an_object(T::class_def().name, &value))
}

/// The error for a value that is no object of a class.
#[doc(hidden)]
#[must_use]
pub fn not_an_object(class: &str, value: &Value) -> ValueError {
    let found = match value {
        Value::Object(object) => object.class().name,
        other => other.type_name(),
    };
    ValueError::new(format!(
        "An object of type {class} is required here, not a {found}"
    ))
}

/// The class name of the object that comes next, which is yet to be read.
///
/// # Errors
/// When it is no object.
#[doc(hidden)]
pub fn name_of_next<'j>(reader: &mut Reader<'j>) -> Result<Cow<'j, str>> {
    if !reader.is_object()? {
        return Err(ValueError::of(ValueErrorKind::Type, "An object is required here").into());
    }
    if let Some(name) = primitive::leading_name(reader.ahead()) {
        return Ok(Cow::Borrowed(name));
    }
    let ahead = reader.ahead();
    let first = ahead.split(|byte| *byte == b'"').nth(1);
    let first = first.and_then(|key| std::str::from_utf8(key).ok()?.rsplit_once('.'));
    let prefix = first.map_or("versioned_object", |(prefix, _)| prefix);
    let header = primitive::header_of(&mut reader.part(ahead), prefix)?;
    Ok(Cow::Owned(header.name))
}

/// The receiver of an instance method as its own type.
///
/// # Errors
/// When there is none, or it is of another class.
#[doc(hidden)]
#[expect(
    clippy::result_large_err,
    reason = "what the caller, generated code, returns"
)]
pub fn receiver<'a, T: Object>(
    receiver: Option<&'a mut dyn VersionedObject>,
    class: &'static str,
    method: &'static str,
) -> Result<&'a mut T, Exception> {
    let found = receiver
        .as_ref()
        .map_or("nothing", |object| object.class().name);
    receiver
        .and_then(|object| object.downcast_mut::<T>())
        .ok_or_else(|| {
            Error::Receiver {
                class,
                method,
                receiver: found,
            }
            .to_exception()
        })
}
