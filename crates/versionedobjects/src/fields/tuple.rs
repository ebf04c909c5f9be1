//! Results that are nothing, or a few values together.

use crate::{
    Element, Error, FieldType, Reader, Result, Shape, TypeDef, Value, ValueError, VersionedObject,
    Writer,
};

impl FieldType for () {
    type View<'a> = ();
    const TYPE: &'static TypeDef = &TypeDef {
        name: "None",
        shape: Shape::Scalar,
    };

    /// Whatever a peer returns where nothing is expected is ignored, as Python
    /// callers ignore it.
    fn coerce(_: Value) -> Result<Self, ValueError> {
        Ok(())
    }

    fn view(&self) -> Self::View<'_> {}

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.null();
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        reader.skip()
    }
}

macro_rules! tuple {
    ($count:literal: $($ty:ident $index:tt),*) => {
        impl<$($ty: FieldType),*> FieldType for ($($ty,)*) {
            type View<'a> = &'a Self;
            const TYPE: &'static TypeDef = &TypeDef { name: "Tuple", shape: Shape::Tuple(&[$(Element::of::<$ty>()),*]) };

            fn coerce(value: Value) -> Result<Self, ValueError> {
                let Value::List(items) = value else {
                    return Err(ValueError::new(format!("a list of {} is required here", $count)));
                };
                let mut items = items.into_iter();
                let tuple = ($($ty::coerce(items.next().unwrap_or(Value::Null)).map_err(|error| error.at(concat!("[", $index, "]")))?,)*);
                match items.next() {
                    None => Ok(tuple),
                    Some(_) => Err(ValueError::new(format!("a list of {} is required here", $count))),
                }
            }

            fn view(&self) -> &Self {
                self
            }

            fn to_value(&self) -> Value {
                Value::List(vec![$(self.$index.to_value()),*])
            }

            fn write(&self, writer: &mut Writer<'_>) {
                let parts: [&dyn crate::method::Returned; $count] = [$(&self.$index),*];
                writer.array(parts, |writer, part| part.write(writer));
            }

            fn read(reader: &mut Reader<'_>) -> Result<Self> {
                if !reader.is_array()? {
                    return Ok(Self::coerce(reader.value()?)?);
                }
                let mut parts = Vec::new();
                reader.array(|reader| {
                    parts.push(reader.raw()?);
                    Ok(())
                })?;
                let wrong = || Error::BareValue(ValueError::new(format!("a list of {} is required here", $count)));
                if parts.len() != $count {
                    return Err(wrong());
                }
                Ok(($(crate::method::read_all::<$ty>(parts.get($index).copied().ok_or_else(wrong)?)?,)*))
            }

            fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a dyn VersionedObject)) {
                $(self.$index.visit(visit);)*
            }

            fn visit_mut(&mut self, visit: &mut dyn FnMut(&mut dyn VersionedObject)) {
                $(self.$index.visit_mut(visit);)*
            }
        }
    };
}

tuple!(2: A 0, B 1);
tuple!(3: A 0, B 1, C 2);
