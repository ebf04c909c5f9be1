//! Which optional attributes of instances a caller expects.

use nova_objects::instance::INSTANCE_OPTIONAL_ATTRS;

/// A set of the optional attributes, by their names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Attrs(u32);

impl Attrs {
    /// The attributes of these names; others are no optional attributes and are ignored,
    /// as in the original.
    pub(super) fn of<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        let mut attrs = Self::default();
        for name in names {
            attrs.insert(name.as_ref());
        }
        attrs
    }

    pub(super) fn insert(&mut self, name: &str) {
        self.0 |= bit(name);
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0 &= !bit(name);
    }

    pub(super) fn has(self, name: &str) -> bool {
        self.0 & bit(name) != 0
    }

    /// Whether one of the names is in it.
    pub(super) fn has_any(self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }
}

fn bit(name: &str) -> u32 {
    let place = INSTANCE_OPTIONAL_ATTRS.iter().position(|own| *own == name);
    place.map_or(0, |place| 1 << place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_are_ignored() {
        let attrs = Attrs::of(["flavor", "host", "nonsense"]);
        assert!(attrs.has("flavor"));
        assert!(!attrs.has("host"));
        assert_eq!(attrs, Attrs::of(["flavor"]));
        assert_eq!(Attrs::of(["nonsense"]), Attrs::default());
    }

    #[test]
    fn every_attribute_has_a_place() {
        let all = Attrs::of(INSTANCE_OPTIONAL_ATTRS);
        assert_eq!(all.0.count_ones() as usize, INSTANCE_OPTIONAL_ATTRS.len());
        assert!(all.has_any(&["nonsense", "tags"]));
    }
}
