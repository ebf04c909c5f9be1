//! Where in an object something is, and what differs between two values.

use std::fmt::{self, Write as _};

use crate::{Slot, VersionedObject};

/// A place inside an object: `flavor.extra_specs.k`, `objects[3].name`.
///
/// A chain of borrowed parts, so that walking costs nothing until a place is
/// written out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Path<'p> {
    outer: Option<&'p Self>,
    part: Part<'p>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Part<'p> {
    #[default]
    Here,
    Name(&'p str),
    Key(&'p str),
    Index(usize),
}

impl<'p> Path<'p> {
    /// The object itself.
    pub const HERE: Self = Self {
        outer: None,
        part: Part::Here,
    };

    /// An attribute of what is here.
    #[must_use]
    pub const fn name(&'p self, name: &'p str) -> Self {
        self.inside(Part::Name(name))
    }

    /// The value of a key in a dictionary.
    #[must_use]
    pub const fn key(&'p self, key: &'p str) -> Self {
        self.inside(Part::Key(key))
    }

    /// An element of a list.
    #[must_use]
    pub const fn index(&'p self, index: usize) -> Self {
        self.inside(Part::Index(index))
    }

    const fn inside(&'p self, part: Part<'p>) -> Self {
        Self {
            outer: Some(self),
            part,
        }
    }

    const fn is_here(&self) -> bool {
        self.outer.is_none() && matches!(self.part, Part::Here)
    }
}

/// Keys that would read as more than one part are quoted, as JSON quotes them.
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.outer.is_none_or(Self::is_here);
        if let Some(outer) = self.outer {
            outer.fmt(f)?;
        }
        let plain = |key: &str| !key.is_empty() && !key.contains(['.', '[', ']', '"']);
        match self.part {
            Part::Here => Ok(()),
            Part::Index(index) => write!(f, "[{index}]"),
            Part::Key(key) if !plain(key) => {
                write!(f, "[{}]", serde_json::Value::from(key))
            }
            Part::Key(name) | Part::Name(name) => {
                if !first {
                    f.write_char('.')?;
                }
                f.write_str(name)
            }
        }
    }
}

/// Calls `found` with each place where two objects differ: attributes, and
/// what is inside them where both have it.
pub(crate) fn differences(
    after: &dyn VersionedObject,
    before: &dyn VersionedObject,
    at: &Path<'_>,
    found: &mut dyn FnMut(&Path<'_>),
) {
    let class = after.class();
    if !std::ptr::eq(class, before.class()) {
        found(at);
        return;
    }
    for (index, field) in class.fields.iter().enumerate() {
        let (after, before): (&dyn Slot, &dyn Slot) = (after.slot(index), before.slot(index));
        if !after.same(before) {
            after.differences(before, &at.name(field.name), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_apart() {
        let here = Path::HERE;
        let (flavor, objects) = (here.name("flavor"), here.name("objects"));
        let (specs, third) = (flavor.name("extra_specs"), objects.index(3));
        for (path, text) in [
            (here, ""),
            (
                specs.key("hw:cpu_policy"),
                "flavor.extra_specs.hw:cpu_policy",
            ),
            (specs.key("a.b"), "flavor.extra_specs[\"a.b\"]"),
            (specs.key(""), "flavor.extra_specs[\"\"]"),
            (third.name("name"), "objects[3].name"),
        ] {
            assert_eq!(path.to_string(), text);
        }
    }
}
