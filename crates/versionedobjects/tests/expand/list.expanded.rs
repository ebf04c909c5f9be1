#[automatically_derived]
#[allow(clippy::new_without_default)]
impl Author {
    #[doc(hidden)]
    pub const HAS_METHODS: bool = false;
    /// An object with nothing set but what a new one has.
    #[must_use]
    pub fn new() -> Self {
        <Self as ::versionedobjects::Object>::new_object()
    }
    ///The attribute `name`.
    pub fn name(
        &self,
    ) -> ::versionedobjects::Result<
        <String as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.name, "Author", "name")
    }
    ///Sets `name` and marks it changed.
    pub fn set_name(&mut self, value: impl ::versionedobjects::IntoField<String>) {
        let (attr, meta) = (&mut self.name, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 0usize, value);
    }
    ///Edits `name` in place; marks it changed if that changed it.
    pub fn edit_name<R>(
        &mut self,
        edit: impl FnOnce(&mut String) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Author";
        let (attr, meta) = (&mut self.name, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 0usize, object, "name", edit)
    }
}
const _: () = {
    const OWN: &[::versionedobjects::FieldDef] = &[
        ::versionedobjects::FieldDef {
            name: "name",
            key: "\"name\": ",
            ty: <String as ::versionedobjects::FieldType>::TYPE,
            nullable: <String as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: None,
            default: None,
            children: &[],
            past: &[],
            values: &[],
        },
    ];
    const COUNT: usize = 1usize;
    const FIELDS: &[::versionedobjects::FieldDef] = &::versionedobjects::concat_fields::<
        COUNT,
    >(&[OWN]);
    static CLASS: ::versionedobjects::Class = ::versionedobjects::Class {
        name: "Author",
        prefix: <crate::Project as ::versionedobjects::Project>::PREFIX,
        namespace: <crate::Project as ::versionedobjects::Project>::NAMESPACE,
        history: &[
            ::versionedobjects::Release {
                version: ::versionedobjects::Version::new(1u16, 0u16),
                note: "Initial version",
            },
        ],
        fields: FIELDS,
        removed: &[],
        methods: &[],
        is_list: false,
        child_versions: &[],
        extra: &[],
        new: || ::std::boxed::Box::new(
            <Author as ::versionedobjects::Object>::new_object(),
        ),
        comparable: false,
        after_read: None,
        after_reset: None,
        backport: None,
        backport_children: true,
        upgrade: None,
        derived: ::versionedobjects::Derived::new(),
    };
    static CLASSES: [&::versionedobjects::Class; 1] = [&CLASS];
    #[automatically_derived]
    impl ::versionedobjects::VersionedObject for Author {
        fn class(&self) -> &'static ::versionedobjects::Class {
            &CLASS
        }
        fn meta(&self) -> &::versionedobjects::Meta {
            &self.meta
        }
        fn meta_mut(&mut self) -> &mut ::versionedobjects::Meta {
            &mut self.meta
        }
        #[allow(unused_variables, clippy::match_single_binding)]
        fn slot(&self, index: usize) -> &dyn ::versionedobjects::Slot {
            match index {
                0usize => return &self.name,
                _ => {}
            }
            ::versionedobjects::no_such_slot()
        }
        #[allow(unused_variables, clippy::match_single_binding)]
        fn slot_mut(&mut self, index: usize) -> &mut dyn ::versionedobjects::Slot {
            match index {
                0usize => return &mut self.name,
                _ => {}
            }
            ::versionedobjects::no_such_slot()
        }
        fn clone_box(
            &self,
        ) -> ::std::boxed::Box<dyn ::versionedobjects::VersionedObject> {
            ::std::boxed::Box::new(::std::clone::Clone::clone(self))
        }
        fn as_dyn(&self) -> &dyn ::versionedobjects::VersionedObject {
            self
        }
        fn as_dyn_mut(&mut self) -> &mut dyn ::versionedobjects::VersionedObject {
            self
        }
    }
    #[automatically_derived]
    impl ::versionedobjects::Object for Author {
        type Project = crate::Project;
        fn class_def() -> &'static ::versionedobjects::Class {
            &CLASS
        }
        #[allow(unused_mut, clippy::let_and_return)]
        fn new_object() -> Self {
            let mut object = <Self as ::std::default::Default>::default();
            object
        }
    }
    /// Equality of data; changes and versions play no part.
    #[automatically_derived]
    impl ::std::cmp::PartialEq for Author {
        fn eq(&self, other: &Self) -> bool {
            ::versionedobjects::eq_data(self, other)
        }
    }
    #[automatically_derived]
    impl ::versionedobjects::FieldType for Author {
        type View<'a> = &'a Self;
        const TYPE: &'static ::versionedobjects::TypeDef = &::versionedobjects::TypeDef {
            name: "Object",
            shape: ::versionedobjects::Shape::Object(::versionedobjects::ObjectTarget {
                name: "Author",
                subclasses: false,
                classes: || &CLASSES,
            }),
        };
        fn coerce(
            value: ::versionedobjects::Value,
        ) -> ::std::result::Result<Self, ::versionedobjects::ValueError> {
            ::versionedobjects::coerce_object(value)
        }
        fn view(&self) -> &Self {
            self
        }
        fn to_value(&self) -> ::versionedobjects::Value {
            ::versionedobjects::Value::Object(
                ::versionedobjects::VersionedObject::clone_box(self),
            )
        }
        fn write(&self, writer: &mut ::versionedobjects::Writer<'_>) {
            ::versionedobjects::write_child(self, writer);
        }
        fn read(
            reader: &mut ::versionedobjects::Reader<'_>,
        ) -> ::versionedobjects::Result<Self> {
            let mut object = <Self as ::versionedobjects::Object>::new_object();
            ::versionedobjects::read_into(reader, &mut object)?;
            Ok(object)
        }
        fn visit<'a>(
            &'a self,
            visit: &mut dyn FnMut(&'a dyn ::versionedobjects::VersionedObject),
        ) {
            visit(self);
        }
        fn visit_mut(
            &mut self,
            visit: &mut dyn FnMut(&mut dyn ::versionedobjects::VersionedObject),
        ) {
            visit(self);
        }
    }
};
#[automatically_derived]
#[allow(clippy::new_without_default)]
impl AuthorList {
    #[doc(hidden)]
    pub const HAS_METHODS: bool = false;
    /// An object with nothing set but what a new one has.
    #[must_use]
    pub fn new() -> Self {
        <Self as ::versionedobjects::Object>::new_object()
    }
    ///The attribute `objects`.
    pub fn objects(
        &self,
    ) -> ::versionedobjects::Result<
        <Vec<Author> as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.objects, "AuthorList", "objects")
    }
    ///Sets `objects` and marks it changed.
    pub fn set_objects(
        &mut self,
        value: impl ::versionedobjects::IntoField<Vec<Author>>,
    ) {
        let (attr, meta) = (&mut self.objects, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 0usize, value);
    }
    ///Edits `objects` in place; marks it changed if that changed it.
    pub fn edit_objects<R>(
        &mut self,
        edit: impl FnOnce(&mut Vec<Author>) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "AuthorList";
        let (attr, meta) = (&mut self.objects, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 0usize, object, "objects", edit)
    }
}
#[automatically_derived]
impl AuthorList {
    /// The objects, without asking whether the list is set: an unset one is empty.
    pub fn iter(&self) -> ::std::slice::Iter<'_, Author> {
        self.items().iter()
    }
    /// The objects as a slice.
    #[must_use]
    pub fn items(&self) -> &[Author] {
        self.objects.as_option().map_or(&[], |objects| objects.as_slice())
    }
    /// How many objects there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items().len()
    }
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items().is_empty()
    }
}
#[automatically_derived]
impl ::std::iter::FromIterator<Author> for AuthorList {
    /// A list as a store returns it: nothing counts as changed.
    fn from_iter<I: ::std::iter::IntoIterator<Item = Author>>(items: I) -> Self {
        let mut list = Self::new();
        list.objects = ::versionedobjects::Attr::Set(items.into_iter().collect());
        list
    }
}
#[automatically_derived]
impl ::std::iter::IntoIterator for AuthorList {
    type Item = Author;
    type IntoIter = ::std::vec::IntoIter<Author>;
    fn into_iter(self) -> Self::IntoIter {
        match self.objects {
            ::versionedobjects::Attr::Set(objects) => objects.into_iter(),
            ::versionedobjects::Attr::Unset => ::std::vec::Vec::new().into_iter(),
        }
    }
}
#[automatically_derived]
impl<'a> ::std::iter::IntoIterator for &'a AuthorList {
    type Item = &'a Author;
    type IntoIter = ::std::slice::Iter<'a, Author>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
const _: () = {
    const OWN: &[::versionedobjects::FieldDef] = &[
        ::versionedobjects::FieldDef {
            name: "objects",
            key: "\"objects\": ",
            ty: <Vec<Author> as ::versionedobjects::FieldType>::TYPE,
            nullable: <Vec<Author> as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: None,
            default: None,
            children: &[],
            past: &[],
            values: &[],
        },
    ];
    const COUNT: usize = 1usize;
    const FIELDS: &[::versionedobjects::FieldDef] = &::versionedobjects::concat_fields::<
        COUNT,
    >(&[OWN]);
    static CLASS: ::versionedobjects::Class = ::versionedobjects::Class {
        name: "AuthorList",
        prefix: <crate::Project as ::versionedobjects::Project>::PREFIX,
        namespace: <crate::Project as ::versionedobjects::Project>::NAMESPACE,
        history: &[
            ::versionedobjects::Release {
                version: ::versionedobjects::Version::new(1u16, 0u16),
                note: "Initial version",
            },
        ],
        fields: FIELDS,
        removed: &[],
        methods: &[],
        is_list: true,
        child_versions: &[],
        extra: &[],
        new: || ::std::boxed::Box::new(
            <AuthorList as ::versionedobjects::Object>::new_object(),
        ),
        comparable: false,
        after_read: None,
        after_reset: None,
        backport: None,
        backport_children: true,
        upgrade: None,
        derived: ::versionedobjects::Derived::new(),
    };
    static CLASSES: [&::versionedobjects::Class; 1] = [&CLASS];
    #[automatically_derived]
    impl ::versionedobjects::VersionedObject for AuthorList {
        fn class(&self) -> &'static ::versionedobjects::Class {
            &CLASS
        }
        fn meta(&self) -> &::versionedobjects::Meta {
            &self.meta
        }
        fn meta_mut(&mut self) -> &mut ::versionedobjects::Meta {
            &mut self.meta
        }
        #[allow(unused_variables, clippy::match_single_binding)]
        fn slot(&self, index: usize) -> &dyn ::versionedobjects::Slot {
            match index {
                0usize => return &self.objects,
                _ => {}
            }
            ::versionedobjects::no_such_slot()
        }
        #[allow(unused_variables, clippy::match_single_binding)]
        fn slot_mut(&mut self, index: usize) -> &mut dyn ::versionedobjects::Slot {
            match index {
                0usize => return &mut self.objects,
                _ => {}
            }
            ::versionedobjects::no_such_slot()
        }
        fn clone_box(
            &self,
        ) -> ::std::boxed::Box<dyn ::versionedobjects::VersionedObject> {
            ::std::boxed::Box::new(::std::clone::Clone::clone(self))
        }
        fn as_dyn(&self) -> &dyn ::versionedobjects::VersionedObject {
            self
        }
        fn as_dyn_mut(&mut self) -> &mut dyn ::versionedobjects::VersionedObject {
            self
        }
    }
    #[automatically_derived]
    impl ::versionedobjects::Object for AuthorList {
        type Project = crate::Project;
        fn class_def() -> &'static ::versionedobjects::Class {
            &CLASS
        }
        #[allow(unused_mut, clippy::let_and_return)]
        fn new_object() -> Self {
            let mut object = <Self as ::std::default::Default>::default();
            object.objects = ::versionedobjects::Attr::Set(
                ::std::default::Default::default(),
            );
            object
        }
    }
    /// Equality of data; changes and versions play no part.
    #[automatically_derived]
    impl ::std::cmp::PartialEq for AuthorList {
        fn eq(&self, other: &Self) -> bool {
            ::versionedobjects::eq_data(self, other)
        }
    }
    #[automatically_derived]
    impl ::versionedobjects::FieldType for AuthorList {
        type View<'a> = &'a Self;
        const TYPE: &'static ::versionedobjects::TypeDef = &::versionedobjects::TypeDef {
            name: "Object",
            shape: ::versionedobjects::Shape::Object(::versionedobjects::ObjectTarget {
                name: "AuthorList",
                subclasses: false,
                classes: || &CLASSES,
            }),
        };
        fn coerce(
            value: ::versionedobjects::Value,
        ) -> ::std::result::Result<Self, ::versionedobjects::ValueError> {
            ::versionedobjects::coerce_object(value)
        }
        fn view(&self) -> &Self {
            self
        }
        fn to_value(&self) -> ::versionedobjects::Value {
            ::versionedobjects::Value::Object(
                ::versionedobjects::VersionedObject::clone_box(self),
            )
        }
        fn write(&self, writer: &mut ::versionedobjects::Writer<'_>) {
            ::versionedobjects::write_child(self, writer);
        }
        fn read(
            reader: &mut ::versionedobjects::Reader<'_>,
        ) -> ::versionedobjects::Result<Self> {
            let mut object = <Self as ::versionedobjects::Object>::new_object();
            ::versionedobjects::read_into(reader, &mut object)?;
            Ok(object)
        }
        fn visit<'a>(
            &'a self,
            visit: &mut dyn FnMut(&'a dyn ::versionedobjects::VersionedObject),
        ) {
            visit(self);
        }
        fn visit_mut(
            &mut self,
            visit: &mut dyn FnMut(&mut dyn ::versionedobjects::VersionedObject),
        ) {
            visit(self);
        }
    }
};
