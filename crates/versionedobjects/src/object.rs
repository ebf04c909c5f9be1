//! Objects and their classes: a class is a table, and everything that walks
//! fields is an ordinary function over the table.

use std::any::Any;
use std::fmt::Debug;
use std::sync::OnceLock;

use crate::changes::{FieldSet, changed_paths, reset_changes, what_changed};
use crate::past::Needs;
use crate::{
    Error, FieldDef, FieldType, Form, Manifest, Meta, MethodDef, MethodKind, ProjectError, Reader,
    Release, Removed, Result, Slot, Transition, Value, Version, Writer, carry, primitive,
};

/// The data of an object on its way to an older version: what a conversion
/// hook works on (`nova_object.data`).
pub type Data = crate::JsonMap;

/// Converts the data of an object to an older version, in place.
pub type BackportHook = fn(&dyn VersionedObject, &mut Data, Version) -> Result<()>;

/// Completes an object that was read at an older version and is becoming
/// current.
pub type UpgradeHook = fn(&mut dyn VersionedObject, Version);

/// What all classes of one project share.
pub trait Project: 'static {
    /// The prefix of the envelope's keys: `nova_object` in `nova_object.data`.
    const PREFIX: &'static str;
    /// The namespace, which keeps equal class names of two projects apart.
    const NAMESPACE: &'static str;
    /// The trait object that can do everything the project's methods ask for.
    type Store: ?Sized + Send + Sync + 'static;
    /// The error of the project's methods.
    type Error: ProjectError;
}

/// A class of objects: the table that everything else is derived from.
#[derive(Debug)]
pub struct Class {
    /// The name, in Rust and on the wire.
    pub name: &'static str,
    /// See [`Project::PREFIX`].
    pub prefix: &'static str,
    /// See [`Project::NAMESPACE`].
    pub namespace: &'static str,
    /// The recorded versions, oldest first; the last is the current one.
    pub history: &'static [Release],
    /// The fields, in the order of the wire.
    pub fields: &'static [FieldDef],
    /// The fields that earlier versions had.
    pub removed: &'static [Removed],
    /// The remotable methods.
    pub methods: &'static [MethodDef],
    /// Whether it is a list class, whose content is its field `objects`.
    pub is_list: bool,
    /// For list classes: which version of the item goes with which version of
    /// the list, oldest first (oslo's `child_versions`).
    pub child_versions: &'static [(Version, Version)],
    /// Names that can be read but are no fields (oslo's `obj_extra_fields`).
    pub extra: &'static [ExtraDef],
    /// Makes an object with nothing set but what a new one has.
    pub new: fn() -> Box<dyn VersionedObject>,
    /// Whether the original compares objects of this class by their data. It
    /// compares most by identity, so that a copy never equals its source, and
    /// answers of a conductor in the compat form show that.
    pub comparable: bool,
    /// Runs after an object has been read.
    pub after_read: Option<fn(&mut dyn VersionedObject)>,
    /// Runs after changes have been forgotten.
    pub after_reset: Option<fn(&mut dyn VersionedObject)>,
    /// Converts to older versions where dropping fields is not enough.
    pub backport: Option<BackportHook>,
    /// Whether objects inside are converted too when this one is. The original
    /// forgets to in ten classes, which their peers have come to expect.
    pub backport_children: bool,
    /// Completes objects of older versions where defaults are not enough.
    pub upgrade: Option<UpgradeHook>,
    /// What is computed from the table once.
    #[doc(hidden)]
    pub derived: Derived,
}

/// A value that is computed and can be read by name, but is no field.
#[derive(Debug, Clone, Copy)]
pub struct ExtraDef {
    /// The name.
    pub name: &'static str,
    /// Computes it.
    pub get: fn(&dyn VersionedObject) -> Result<Value>,
}

/// What is computed from a class's table when first needed.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Derived {
    by_name: OnceLock<Vec<u16>>,
    pub(crate) has_past: OnceLock<bool>,
    pub(crate) header: [OnceLock<String>; 2],
    pub(crate) opening: [OnceLock<String>; 2],
    pub(crate) manifest: OnceLock<Manifest>,
    pub(crate) readable: OnceLock<Manifest>,
    pub(crate) needs_at: OnceLock<Vec<(Version, Needs)>>,
}

impl Derived {
    /// Nothing computed yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            by_name: OnceLock::new(),
            has_past: OnceLock::new(),
            header: [const { OnceLock::new() }, const { OnceLock::new() }],
            opening: [const { OnceLock::new() }, const { OnceLock::new() }],
            manifest: OnceLock::new(),
            readable: OnceLock::new(),
            needs_at: OnceLock::new(),
        }
    }
}

impl Class {
    /// The current version: the last one recorded.
    #[must_use]
    pub fn version(&self) -> Version {
        self.history
            .last()
            .map_or(Version::new(1, 0), |release| release.version)
    }

    /// The place of a field in the table.
    #[must_use]
    pub fn field_index(&self, name: &str) -> Option<usize> {
        let order = self.by_name();
        let name_at = |index: &u16| {
            self.fields
                .get(usize::from(*index))
                .map_or("", |field| field.name)
        };
        let place = order.binary_search_by(|index| name_at(index).cmp(name));
        order.get(place.ok()?).map(|index| usize::from(*index))
    }

    /// [`Class::field_index`] where names come in alphabetical order, as Python
    /// peers sort them: `next` is where in that order the next one is likely to be.
    pub(crate) fn sorted_field_index(&self, name: &str, next: &mut usize) -> Option<usize> {
        let order = self.by_name();
        let named = |index: &u16| {
            self.fields
                .get(usize::from(*index))
                .is_some_and(|field| field.name == name)
        };
        let near = order.iter().skip(*next).take(8).position(named)?;
        *next += near + 1;
        order
            .get(next.checked_sub(1)?)
            .map(|index| usize::from(*index))
    }

    /// The places of the fields in the alphabetical order of their names.
    fn by_name(&self) -> &[u16] {
        self.derived.by_name.get_or_init(|| {
            let mut order: Vec<u16> = (0..).take(self.fields.len()).collect();
            order.sort_unstable_by_key(|index| {
                self.fields.get(usize::from(*index)).map(|field| field.name)
            });
            order
        })
    }

    /// A remotable method by the name it has on the wire. Nothing else of a
    /// class can be called.
    ///
    /// # Errors
    /// [`Error::NoSuchMethod`]
    pub fn method(&self, name: &str, kind: MethodKind) -> Result<&'static MethodDef> {
        self.methods
            .iter()
            .find(|method| method.name == name && method.kind == kind)
            .ok_or_else(|| Error::NoSuchMethod {
                class: self.name,
                method: name.chars().take(128).collect(),
                kind,
            })
    }

    /// Whether objects of this class and that version can be read here.
    ///
    /// # Errors
    /// [`Error::IncompatibleVersion`]
    pub fn check_readable(&self, version: Version) -> Result<()> {
        if version.is_readable_by(self.version()) {
            Ok(())
        } else {
            Err(Error::IncompatibleVersion {
                name: self.name.to_owned(),
                requested: version,
                supported: self.version(),
            })
        }
    }
}

/// An object whose class is known at run time: what functions over tables
/// take. Derived, never written by hand.
pub trait VersionedObject: Any + Debug + Send + Sync {
    /// Its class.
    fn class(&self) -> &'static Class;
    /// What it carries besides its attributes.
    fn meta(&self) -> &Meta;
    /// The same, to change it.
    fn meta_mut(&mut self) -> &mut Meta;
    /// The attribute at that place in the class's table.
    ///
    /// # Panics
    /// When the table has no such place, which no input can cause.
    fn slot(&self, index: usize) -> &dyn Slot;
    /// The same, to change it.
    ///
    /// # Panics
    /// As [`VersionedObject::slot`].
    fn slot_mut(&mut self, index: usize) -> &mut dyn Slot;
    /// A copy behind a pointer.
    fn clone_box(&self) -> Box<dyn VersionedObject>;
    /// Itself without its type.
    fn as_dyn(&self) -> &dyn VersionedObject;
    /// Itself without its type, to change it.
    fn as_dyn_mut(&mut self) -> &mut dyn VersionedObject;
}

impl dyn VersionedObject {
    /// The object as its own type.
    #[must_use]
    pub fn downcast_ref<T: VersionedObject>(&self) -> Option<&T> {
        (self as &dyn Any).downcast_ref()
    }

    /// The object as its own type, to change it.
    #[must_use]
    pub fn downcast_mut<T: VersionedObject>(&mut self) -> Option<&mut T> {
        (self as &mut dyn Any).downcast_mut()
    }
}

/// An object whose class is known at compile time. Derived, never written by hand.
pub trait Object: VersionedObject + FieldType {
    /// The project the class belongs to.
    type Project: Project;
    /// The class.
    fn class_def() -> &'static Class;

    /// An object with nothing set but what a new one has.
    fn new_object() -> Self;

    /// Reads an object of exactly this class.
    ///
    /// # Errors
    /// When the text is no primitive of this class, or of a version that is
    /// not readable here.
    fn from_json(text: &str) -> Result<Self> {
        let mut reader = Reader::new(text)?;
        let object = <Self as FieldType>::read(&mut reader)?;
        reader.finish()?;
        Ok(object)
    }
}

/// How an object is to be written.
#[derive(Debug, Clone, Copy, Default)]
pub struct WriteOptions<'m> {
    /// Who the text is for.
    pub form: Form,
    /// The version to write; the object's own if `None`.
    pub target: Option<Version>,
    /// What the reader can read, class by class.
    pub manifest: Option<&'m Manifest>,
}

/// What can be done with any object: access by name, changes, comparison,
/// writing. Implemented for all of them.
pub trait ObjectExt: VersionedObject {
    /// The place of a field in the class's table.
    fn field_index(&self, name: &str) -> Option<usize> {
        self.class().field_index(name)
    }

    /// The version of the data: the one it arrived at, else the class's.
    fn version(&self) -> Version {
        self.meta()
            .version
            .unwrap_or_else(|| self.class().version())
    }

    /// Whether the attribute is set; `false` for names that are no field.
    fn is_set(&self, field: &str) -> bool {
        self.field_index(field)
            .is_some_and(|index| self.slot(index).is_set())
    }

    /// Whether the field counts as changed; `false` for names that are no field.
    fn is_changed(&self, field: &str) -> bool {
        self.field_index(field)
            .is_some_and(|index| what_changed(self.as_dyn()).contains(index))
    }

    /// The names of the changed fields, in the order of the table (oslo's
    /// `obj_what_changed`).
    fn changes(&self) -> Vec<&'static str> {
        let fields = self.class().fields;
        what_changed(self.as_dyn())
            .iter()
            .filter_map(|index| fields.get(index))
            .map(|field| field.name)
            .collect()
    }

    /// Where it changed: `flavor.extra_specs.k`, `objects[3].name`. Unlike
    /// [`ObjectExt::changes`] this sees objects in every kind of container, and
    /// says of a field that was edited in place which parts of it differ. A
    /// field that was set, or that arrived as changed, counts as a whole.
    /// Nothing is allocated where nothing changed.
    fn changed_paths(&self) -> Vec<String> {
        changed_paths(self.as_dyn())
    }

    /// The changed fields with their values (oslo's `obj_get_changes`).
    fn changed_values(&self) -> Vec<(&'static str, Value)> {
        let fields = self.class().fields;
        what_changed(self.as_dyn())
            .iter()
            .filter_map(|index| Some((fields.get(index)?.name, self.slot(index).value()?)))
            .collect()
    }

    /// Forgets that anything changed.
    fn reset_changes(&mut self) {
        reset_changes(self.as_dyn_mut(), &[], false);
    }

    /// Forgets that these fields changed; all of them if none is named.
    fn reset_changes_of(&mut self, fields: &[&str]) {
        reset_changes(self.as_dyn_mut(), fields, false);
    }

    /// Forgets that anything changed, in objects inside changed fields too.
    fn reset_changes_recursively(&mut self) {
        reset_changes(self.as_dyn_mut(), &[], true);
    }

    /// Marks fields as changed, whatever their values; names that are no field
    /// are ignored.
    fn mark_changed(&mut self, fields: &[&str]) {
        for index in fields
            .iter()
            .filter_map(|name| self.class().field_index(name))
            .collect::<Vec<_>>()
        {
            self.meta_mut().mark(index);
        }
    }

    /// Reads an attribute, or a computed extra, by name.
    ///
    /// # Errors
    /// [`Error::UnknownField`], [`Error::Unset`]
    fn get(&self, field: &str) -> Result<Value> {
        let class = self.class();
        if let Some((def, index)) = self
            .field_index(field)
            .and_then(|i| Some((class.fields.get(i)?, i)))
        {
            return self.slot(index).value().ok_or(Error::Unset {
                object: class.name,
                field: def.name,
            });
        }
        match class.extra.iter().find(|extra| extra.name == field) {
            Some(extra) => (extra.get)(self.as_dyn()),
            None => Err(Error::UnknownField {
                object: class.name,
                field: field.to_owned(),
            }),
        }
    }

    /// Sets an attribute by name, coercing the value by oslo's rules, and marks
    /// it changed.
    ///
    /// # Errors
    /// [`Error::UnknownField`], [`Error::Value`], [`Error::ReadOnlyField`]
    fn set(&mut self, field: &str, value: impl Into<Value>) -> Result<()>
    where
        Self: Sized,
    {
        assign(self.as_dyn_mut(), field, value.into(), Transition::Checked)
    }

    /// Sets an attribute by name only if that changes it.
    ///
    /// # Errors
    /// As [`ObjectExt::set`].
    fn set_if_changed(&mut self, field: &str, value: impl Into<Value>) -> Result<bool>
    where
        Self: Sized,
    {
        let value = value.into();
        let (index, def) = position(self.as_dyn(), field)?;
        let mut probe = self.clone_box();
        let cause = |cause| Error::Value {
            object: self.class().name,
            field: def.name,
            cause,
        };
        if !probe
            .slot_mut(index)
            .assign(value.clone(), def, Transition::Restored)
            .map_err(cause)?
        {
            return Ok(false);
        }
        assign(self.as_dyn_mut(), field, value, Transition::Checked)?;
        Ok(true)
    }

    /// Sets an attribute by name to what a store knows it to be: read-only
    /// fields too, and without marking it changed.
    ///
    /// # Errors
    /// [`Error::UnknownField`], [`Error::Value`]
    fn load(&mut self, field: &str, value: impl Into<Value>) -> Result<()>
    where
        Self: Sized,
    {
        assign(self.as_dyn_mut(), field, value.into(), Transition::Restored)
    }

    /// Makes an attribute unset. It stays marked if it was; names that are no
    /// field are ignored.
    fn unset(&mut self, field: &str) {
        if let Some(index) = self.field_index(field) {
            self.slot_mut(index).unset();
        }
    }

    /// The names of the set fields, then those of the computed extras: what
    /// iterating a dict-compatible object gives.
    fn keys(&self) -> Vec<&'static str> {
        let class = self.class();
        let set = class
            .fields
            .iter()
            .enumerate()
            .filter(|(index, _)| self.slot(*index).is_set());
        set.map(|(_, field)| field.name)
            .chain(class.extra.iter().map(|extra| extra.name))
            .collect()
    }

    /// Sets the defaults of the named fields, or of all that have one, where
    /// they are unset (oslo's `obj_set_defaults`).
    ///
    /// # Errors
    /// [`Error::UnknownField`]; [`Error::Action`] if a named field has no default.
    fn set_defaults(&mut self, fields: &[&str]) -> Result<()> {
        set_defaults(self.as_dyn_mut(), fields)
    }

    /// Makes an object that was read at an older version, and the objects
    /// inside it, current: fields added since then get their default where they
    /// are unset, which marks them changed, then the class's
    /// `#[object(upgrade = ..)]` function has its say. What has no default stays
    /// unset. Nothing does this on its own: an object that is read keeps the
    /// version it arrived at, as in oslo.
    ///
    /// # Errors
    /// [`Error::Value`] if a default does not fit its field.
    fn upgrade(&mut self) -> Result<()> {
        upgrade(self.as_dyn_mut())
    }

    /// Whether both objects hold the same data. Versions, changes and the
    /// order of sets play no part.
    fn eq_data(&self, other: &dyn VersionedObject) -> bool {
        eq_data(self.as_dyn(), other)
    }

    /// Whether oslo's `ComparableVersionedObject` would call them equal: the
    /// same primitive, `changes` included.
    fn eq_oslo(&self, other: &dyn VersionedObject) -> bool {
        self.class().name == other.class().name
            && self.version() == other.version()
            && what_changed(self.as_dyn()) == what_changed(other)
            && eq_data(self.as_dyn(), other)
    }

    /// A copy as oslo's `obj_clone` makes it: the version the object arrived at
    /// is forgotten. `clone()` keeps it.
    fn clone_oslo(&self) -> Box<dyn VersionedObject> {
        let mut copy = self.clone_box();
        copy.meta_mut().version = None;
        copy
    }

    /// The primitive as text, for a Python peer, at the object's own version.
    ///
    /// # Errors
    /// When the object cannot be expressed.
    fn to_json(&self) -> Result<String> {
        self.to_json_with(WriteOptions::default())
    }

    /// The primitive as text.
    ///
    /// # Errors
    /// [`Error::InvalidTargetVersion`] for a version newer than the object's;
    /// [`Error::Action`] when it cannot be expressed at that version.
    fn to_json_with(&self, options: WriteOptions<'_>) -> Result<String> {
        let mut writer = Writer::with_manifest(options.form, options.manifest);
        primitive::write_top(self.as_dyn(), &mut writer, options.target);
        writer.finish()
    }
}

impl<T: VersionedObject + ?Sized> ObjectExt for T {}

fn position(object: &dyn VersionedObject, field: &str) -> Result<(usize, &'static FieldDef)> {
    let class = object.class();
    class
        .field_index(field)
        .and_then(|index| Some((index, class.fields.get(index)?)))
        .ok_or_else(|| Error::UnknownField {
            object: class.name,
            field: field.to_owned(),
        })
}

/// Sets an attribute by name; see [`ObjectExt::set`] and [`ObjectExt::load`].
///
/// # Errors
/// As there.
pub fn assign(
    object: &mut dyn VersionedObject,
    field: &str,
    value: Value,
    check: Transition,
) -> Result<()> {
    let (index, def) = position(object, field)?;
    let class = object.class().name;
    let cause = |cause| Error::Value {
        object: class,
        field: def.name,
        cause,
    };
    if check == Transition::Checked && def.read_only && object.slot(index).is_set() {
        let mut probe = object.clone_box();
        return match probe
            .slot_mut(index)
            .assign(value, def, Transition::Restored)
            .map_err(cause)?
        {
            true => Err(Error::ReadOnlyField {
                object: class,
                field: def.name,
            }),
            false => Ok(()),
        };
    }
    object
        .slot_mut(index)
        .assign(value, def, check)
        .map_err(cause)?;
    if check == Transition::Checked {
        object.meta_mut().mark(index);
    }
    Ok(())
}

fn set_defaults(object: &mut dyn VersionedObject, fields: &[&str]) -> Result<()> {
    let class = object.class();
    let all: Vec<&str>;
    let named = if fields.is_empty() {
        all = class
            .fields
            .iter()
            .filter(|field| field.default.is_some())
            .map(|field| field.name)
            .collect();
        &all
    } else {
        fields
    };
    for name in named {
        let (index, def) = position(object, name)?;
        let Some(default) = def.default else {
            return Err(Error::Action {
                action: "set_defaults".into(),
                reason: format!("No default set for field {name}"),
            });
        };
        if !object.slot(index).is_set() {
            assign(object, name, default(), Transition::Checked)?;
        }
    }
    Ok(())
}

fn upgrade(object: &mut dyn VersionedObject) -> Result<()> {
    let class = object.class();
    for (index, field) in class.fields.iter().enumerate() {
        if field.ty.any_object().is_none() {
            continue;
        }
        let mut result = Ok(());
        object.slot_mut(index).visit_mut(&mut |child| {
            if result.is_ok() {
                result = upgrade(child);
            }
        });
        result?;
    }
    let old = object.version();
    if old >= class.version() {
        return Ok(());
    }
    // What is only carried has a value already, for those who can read it.
    let carried = carry::closed(object, FieldSet::default());
    for (index, field) in class.fields.iter().enumerate() {
        if let Some(default) = field.default
            && field.since.is_some_and(|since| since > old)
            && !object.slot(index).is_set()
            && !carried.contains(index)
        {
            assign(object, field.name, default(), Transition::Checked)?;
        }
    }
    object.meta_mut().version = None;
    if let Some(hook) = class.upgrade {
        hook(object, old);
    }
    Ok(())
}

/// Whether two objects of one class hold the same data.
#[must_use]
pub fn eq_data(a: &dyn VersionedObject, b: &dyn VersionedObject) -> bool {
    std::ptr::eq(a.class(), b.class())
        && (0..a.class().fields.len()).all(|index| a.slot(index).same(b.slot(index)))
}
