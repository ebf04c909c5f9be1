//! The classes by which oslo.versionedobjects was asked how it behaves: parents
//! with children in every kind of place.

use versionedobjects::fields::{DateTime, Dict};
use versionedobjects::{
    Attr, Class, Data, Error, Meta, Object as _, Registry, Value, Version, VersionedObject,
};

use crate::library::LibraryError;

/// Nova's prefix and namespace.
#[derive(Debug)]
pub struct Nursery;

impl versionedobjects::Project for Nursery {
    const PREFIX: &'static str = "nova_object";
    const NAMESPACE: &'static str = "nova";
    type Store = ();
    type Error = LibraryError;
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::nursery::Nursery, comparable, history("1.0" = "Initial version", "1.1" = "Named x anew", "1.2" = "Added y"))]
pub struct Child {
    meta: Meta,
    x: Attr<i64>,
    #[object(since = "1.2")]
    y: Attr<Option<String>>,
}

/// A child with `x` and, if given, `y`; all of it changed.
pub fn child(x: i64, y: Option<&str>) -> Child {
    let mut child = Child::new();
    child.set_x(x);
    if let Some(y) = y {
        child.set_y(y);
    }
    child
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    project = crate::nursery::Nursery,
    list_of(Child),
    child_versions("1.0" = "1.0", "1.1" = "1.2"),
    history("1.0" = "Initial version", "1.1" = "Child is 1.2")
)]
pub struct ChildList {
    meta: Meta,
    objects: Attr<Vec<Child>>,
}

impl ChildList {
    /// What `list.objects.append(child)` is in Python: not tracked.
    pub fn append_untracked(&mut self, child: Child) {
        if let Some(objects) = self.objects.as_option_mut() {
            objects.push(child);
        }
    }
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    project = crate::nursery::Nursery,
    extra(extra = extra),
    history("1.0" = "Initial version", "1.1" = "Added child", "1.2" = "Added kids and lst", "1.3" = "Child is 1.2")
)]
pub struct Parent {
    own: Meta,
    #[object(read_only)]
    id: Attr<i64>,
    name: Attr<Option<String>>,
    #[object(default = false)]
    flag: Attr<bool>,
    #[object(children("1.1" = "1.0", "1.3" = "1.2"))]
    child: Attr<Option<Child>>,
    #[object(children("1.2" = "1.1", "1.3" = "1.2"))]
    kids: Attr<Vec<Child>>,
    when: Attr<Option<DateTime>>,
    meta: Attr<Dict<String>>,
    tags: Attr<std::collections::BTreeSet<String>>,
    #[object(default = "dflt")]
    nn: Attr<String>,
    #[object(children("1.2" = "1.0", "1.3" = "1.1"))]
    lst: Attr<Option<ChildList>>,
}

fn extra(_: &Parent) -> versionedobjects::Result<Value> {
    Ok("e".into())
}

/// A list whose versions leave a gap.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    project = crate::nursery::Nursery,
    list_of(Child),
    child_versions("1.0" = "1.0", "1.3" = "1.2"),
    history("1.0" = "Initial version", "1.3" = "Child is 1.2")
)]
pub struct KidList {
    meta: Meta,
    objects: Attr<Vec<Child>>,
}

/// A list without rules for its children.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::nursery::Nursery, list_of(Child), history("1.4" = "Initial version", "1.5" = "Later"))]
pub struct L2 {
    meta: Meta,
    objects: Attr<Vec<Child>>,
}

/// A child for which there is no rule.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::nursery::Nursery, history("1.0" = "Initial version", "1.1" = "Later"))]
pub struct NoRule {
    meta: Meta,
    c: Attr<Child>,
}

/// Children in a dictionary, which oslo does not look into.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::nursery::Nursery, history("1.0" = "Initial version"))]
pub struct W {
    meta: Meta,
    m: Attr<Dict<Child>>,
}

/// A hook that needs what is not there.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::nursery::Nursery, backport = halve, history("1.0" = "Initial version", "1.1" = "Doubled"))]
pub struct Hooked {
    meta: Meta,
    x: Attr<i64>,
}

fn halve(data: &mut Data, version: Version) -> versionedobjects::Result<()> {
    match data.get_mut("x") {
        Some(x) => {
            *x = (x.as_i64().unwrap_or_default() / 2).into();
            Ok(())
        }
        None => Err(Error::MissingKey {
            object: "Hooked",
            version,
            key: "x".into(),
        }),
    }
}

/// A copy of `class` under another history: what another release would have.
pub fn at(class: &'static Class, history: &'static [versionedobjects::Release]) -> &'static Class {
    Box::leak(Box::new(Class {
        history,
        derived: versionedobjects::Derived::new(),
        ..*class
    }))
}

/// Everything here that can be read.
pub fn registry() -> Registry {
    Registry::new([
        Child::class_def(),
        ChildList::class_def(),
        Parent::class_def(),
        KidList::class_def(),
        L2::class_def(),
        NoRule::class_def(),
        W::class_def(),
        Hooked::class_def(),
    ])
}
