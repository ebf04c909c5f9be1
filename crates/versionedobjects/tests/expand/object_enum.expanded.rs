#[automatically_derived]
#[allow(clippy::new_without_default)]
impl Print {
    #[doc(hidden)]
    pub const HAS_METHODS: bool = false;
    /// An object with nothing set but what a new one has.
    #[must_use]
    pub fn new() -> Self {
        <Self as ::versionedobjects::Object>::new_object()
    }
    ///The attribute `pages`.
    pub fn pages(
        &self,
    ) -> ::versionedobjects::Result<<i64 as ::versionedobjects::FieldType>::View<'_>> {
        ::versionedobjects::access::get(&self.pages, "Print", "pages")
    }
    ///Sets `pages` and marks it changed.
    pub fn set_pages(&mut self, value: impl ::versionedobjects::IntoField<i64>) {
        let (attr, meta) = (&mut self.pages, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 0usize, value);
    }
    ///Edits `pages` in place; marks it changed if that changed it.
    pub fn edit_pages<R>(
        &mut self,
        edit: impl FnOnce(&mut i64) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Print";
        let (attr, meta) = (&mut self.pages, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 0usize, object, "pages", edit)
    }
}
const _: () = {
    const OWN: &[::versionedobjects::FieldDef] = &[
        ::versionedobjects::FieldDef {
            name: "pages",
            key: "\"pages\": ",
            ty: <i64 as ::versionedobjects::FieldType>::TYPE,
            nullable: <i64 as ::versionedobjects::FieldType>::NULLABLE,
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
        name: "Print",
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
            <Print as ::versionedobjects::Object>::new_object(),
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
    impl ::versionedobjects::VersionedObject for Print {
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
                0usize => return &self.pages,
                _ => {}
            }
            ::versionedobjects::no_such_slot()
        }
        #[allow(unused_variables, clippy::match_single_binding)]
        fn slot_mut(&mut self, index: usize) -> &mut dyn ::versionedobjects::Slot {
            match index {
                0usize => return &mut self.pages,
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
    impl ::versionedobjects::Object for Print {
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
    impl ::std::cmp::PartialEq for Print {
        fn eq(&self, other: &Self) -> bool {
            ::versionedobjects::eq_data(self, other)
        }
    }
    #[automatically_derived]
    impl ::versionedobjects::FieldType for Print {
        type View<'a> = &'a Self;
        const TYPE: &'static ::versionedobjects::TypeDef = &::versionedobjects::TypeDef {
            name: "Object",
            shape: ::versionedobjects::Shape::Object(::versionedobjects::ObjectTarget {
                name: "Print",
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
impl Audio {
    #[doc(hidden)]
    pub const HAS_METHODS: bool = false;
    /// An object with nothing set but what a new one has.
    #[must_use]
    pub fn new() -> Self {
        <Self as ::versionedobjects::Object>::new_object()
    }
    ///The attribute `minutes`.
    pub fn minutes(
        &self,
    ) -> ::versionedobjects::Result<<i64 as ::versionedobjects::FieldType>::View<'_>> {
        ::versionedobjects::access::get(&self.minutes, "Audio", "minutes")
    }
    ///Sets `minutes` and marks it changed.
    pub fn set_minutes(&mut self, value: impl ::versionedobjects::IntoField<i64>) {
        let (attr, meta) = (&mut self.minutes, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 0usize, value);
    }
    ///Edits `minutes` in place; marks it changed if that changed it.
    pub fn edit_minutes<R>(
        &mut self,
        edit: impl FnOnce(&mut i64) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Audio";
        let (attr, meta) = (&mut self.minutes, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 0usize, object, "minutes", edit)
    }
}
const _: () = {
    const OWN: &[::versionedobjects::FieldDef] = &[
        ::versionedobjects::FieldDef {
            name: "minutes",
            key: "\"minutes\": ",
            ty: <i64 as ::versionedobjects::FieldType>::TYPE,
            nullable: <i64 as ::versionedobjects::FieldType>::NULLABLE,
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
        name: "Audio",
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
            <Audio as ::versionedobjects::Object>::new_object(),
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
    impl ::versionedobjects::VersionedObject for Audio {
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
                0usize => return &self.minutes,
                _ => {}
            }
            ::versionedobjects::no_such_slot()
        }
        #[allow(unused_variables, clippy::match_single_binding)]
        fn slot_mut(&mut self, index: usize) -> &mut dyn ::versionedobjects::Slot {
            match index {
                0usize => return &mut self.minutes,
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
    impl ::versionedobjects::Object for Audio {
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
    impl ::std::cmp::PartialEq for Audio {
        fn eq(&self, other: &Self) -> bool {
            ::versionedobjects::eq_data(self, other)
        }
    }
    #[automatically_derived]
    impl ::versionedobjects::FieldType for Audio {
        type View<'a> = &'a Self;
        const TYPE: &'static ::versionedobjects::TypeDef = &::versionedobjects::TypeDef {
            name: "Object",
            shape: ::versionedobjects::Shape::Object(::versionedobjects::ObjectTarget {
                name: "Audio",
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
impl ::std::convert::From<Print> for AnyEdition {
    fn from(object: Print) -> Self {
        Self::Print(object)
    }
}
#[automatically_derived]
impl ::versionedobjects::IntoField<AnyEdition> for Print {
    fn into_field(self) -> AnyEdition {
        AnyEdition::Print(self)
    }
}
#[automatically_derived]
impl ::std::convert::From<Audio> for AnyEdition {
    fn from(object: Audio) -> Self {
        Self::Audio(object)
    }
}
#[automatically_derived]
impl ::versionedobjects::IntoField<AnyEdition> for Audio {
    fn into_field(self) -> AnyEdition {
        AnyEdition::Audio(self)
    }
}
#[automatically_derived]
impl AnyEdition {
    /// The object without its type.
    #[must_use]
    pub fn as_object(&self) -> &dyn ::versionedobjects::VersionedObject {
        match self {
            Self::Print(object) => object,
            Self::Audio(object) => object,
        }
    }
    /// The object without its type, to change it.
    #[must_use]
    pub fn as_object_mut(&mut self) -> &mut dyn ::versionedobjects::VersionedObject {
        match self {
            Self::Print(object) => object,
            Self::Audio(object) => object,
        }
    }
}
#[automatically_derived]
impl ::std::cmp::PartialEq for AnyEdition {
    fn eq(&self, other: &Self) -> bool {
        ::versionedobjects::eq_data(self.as_object(), other.as_object())
    }
}
#[automatically_derived]
impl ::versionedobjects::FieldType for AnyEdition {
    type View<'a> = &'a Self;
    const TYPE: &'static ::versionedobjects::TypeDef = &::versionedobjects::TypeDef {
        name: "Object",
        shape: ::versionedobjects::Shape::Object(::versionedobjects::ObjectTarget {
            name: "Edition",
            subclasses: true,
            classes: || {
                static CLASSES: ::std::sync::LazyLock<
                    ::std::vec::Vec<&'static ::versionedobjects::Class>,
                > = ::std::sync::LazyLock::new(|| {
                    ::std::vec![
                        < Print as ::versionedobjects::Object > ::class_def(), < Audio as
                        ::versionedobjects::Object > ::class_def()
                    ]
                });
                &CLASSES
            },
        }),
    };
    fn coerce(
        value: ::versionedobjects::Value,
    ) -> ::std::result::Result<Self, ::versionedobjects::ValueError> {
        let value = match ::versionedobjects::take_object::<Print>(value) {
            Ok(object) => return Ok(Self::Print(object)),
            Err(value) => value,
        };
        let value = match ::versionedobjects::take_object::<Audio>(value) {
            Ok(object) => return Ok(Self::Audio(object)),
            Err(value) => value,
        };
        Err(::versionedobjects::not_an_object("Edition", &value))
    }
    fn view(&self) -> &Self {
        self
    }
    fn to_value(&self) -> ::versionedobjects::Value {
        ::versionedobjects::Value::Object(self.as_object().clone_box())
    }
    fn write(&self, writer: &mut ::versionedobjects::Writer<'_>) {
        ::versionedobjects::write_child(self.as_object(), writer);
    }
    fn read(
        reader: &mut ::versionedobjects::Reader<'_>,
    ) -> ::versionedobjects::Result<Self> {
        let name = ::versionedobjects::name_of_next(reader)?;
        if name == <Print as ::versionedobjects::Object>::class_def().name {
            return ::versionedobjects::FieldType::read(reader).map(Self::Print);
        }
        if name == <Audio as ::versionedobjects::Object>::class_def().name {
            return ::versionedobjects::FieldType::read(reader).map(Self::Audio);
        }
        Err(::versionedobjects::Error::UnsupportedObject {
            name: name.into_owned(),
        })
    }
    fn visit<'a>(
        &'a self,
        visit: &mut dyn FnMut(&'a dyn ::versionedobjects::VersionedObject),
    ) {
        visit(self.as_object());
    }
    fn visit_mut(
        &mut self,
        visit: &mut dyn FnMut(&mut dyn ::versionedobjects::VersionedObject),
    ) {
        visit(self.as_object_mut());
    }
}
#[automatically_derived]
#[allow(clippy::new_without_default)]
impl Book {
    #[doc(hidden)]
    pub const HAS_METHODS: bool = false;
    /// An object with nothing set but what a new one has.
    #[must_use]
    pub fn new() -> Self {
        <Self as ::versionedobjects::Object>::new_object()
    }
    ///The attribute `edition`.
    pub fn edition(
        &self,
    ) -> ::versionedobjects::Result<
        <AnyEdition as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.edition, "Book", "edition")
    }
    ///Sets `edition` and marks it changed.
    pub fn set_edition(
        &mut self,
        value: impl ::versionedobjects::IntoField<AnyEdition>,
    ) {
        let (attr, meta) = (&mut self.edition, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 0usize, value);
    }
    ///Edits `edition` in place; marks it changed if that changed it.
    pub fn edit_edition<R>(
        &mut self,
        edit: impl FnOnce(&mut AnyEdition) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.edition, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 0usize, object, "edition", edit)
    }
}
const _: () = {
    const OWN: &[::versionedobjects::FieldDef] = &[
        ::versionedobjects::FieldDef {
            name: "edition",
            key: "\"edition\": ",
            ty: <AnyEdition as ::versionedobjects::FieldType>::TYPE,
            nullable: <AnyEdition as ::versionedobjects::FieldType>::NULLABLE,
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
        name: "Book",
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
            <Book as ::versionedobjects::Object>::new_object(),
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
    impl ::versionedobjects::VersionedObject for Book {
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
                0usize => return &self.edition,
                _ => {}
            }
            ::versionedobjects::no_such_slot()
        }
        #[allow(unused_variables, clippy::match_single_binding)]
        fn slot_mut(&mut self, index: usize) -> &mut dyn ::versionedobjects::Slot {
            match index {
                0usize => return &mut self.edition,
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
    impl ::versionedobjects::Object for Book {
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
    impl ::std::cmp::PartialEq for Book {
        fn eq(&self, other: &Self) -> bool {
            ::versionedobjects::eq_data(self, other)
        }
    }
    #[automatically_derived]
    impl ::versionedobjects::FieldType for Book {
        type View<'a> = &'a Self;
        const TYPE: &'static ::versionedobjects::TypeDef = &::versionedobjects::TypeDef {
            name: "Object",
            shape: ::versionedobjects::Shape::Object(::versionedobjects::ObjectTarget {
                name: "Book",
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
