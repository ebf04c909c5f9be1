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
    /// The number by which it is found.
    pub fn isbn(
        &self,
    ) -> ::versionedobjects::Result<
        <String as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.isbn, "Book", "isbn")
    }
    ///Sets `isbn` and marks it changed.
    pub fn set_isbn(
        &mut self,
        value: impl ::versionedobjects::IntoField<String>,
    ) -> ::versionedobjects::Result<()> {
        let object = "Book";
        let (attr, meta) = (&mut self.isbn, &mut self.meta);
        ::versionedobjects::access::set_once(attr, meta, 0usize, value, object, "isbn")
    }
    ///Edits `isbn` in place; marks it changed if that changed it.
    pub fn edit_isbn<R>(
        &mut self,
        edit: impl FnOnce(&mut String) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.isbn, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 0usize, object, "isbn", edit)
    }
    ///The attribute `title`.
    pub fn title(
        &self,
    ) -> ::versionedobjects::Result<
        <Option<String> as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.title, "Book", "title")
    }
    ///Sets `title` and marks it changed.
    pub fn set_title(
        &mut self,
        value: impl ::versionedobjects::IntoField<Option<String>>,
    ) {
        let (attr, meta) = (&mut self.title, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 1usize, value);
    }
    ///Edits `title` in place; marks it changed if that changed it.
    pub fn edit_title<R>(
        &mut self,
        edit: impl FnOnce(&mut Option<String>) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.title, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 1usize, object, "title", edit)
    }
    ///The attribute `copies`.
    pub fn copies(
        &self,
    ) -> ::versionedobjects::Result<<i64 as ::versionedobjects::FieldType>::View<'_>> {
        ::versionedobjects::access::get(&self.copies, "Book", "copies")
    }
    ///Sets `copies` and marks it changed.
    pub fn set_copies(&mut self, value: impl ::versionedobjects::IntoField<i64>) {
        let (attr, meta) = (&mut self.copies, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 2usize, value);
    }
    ///Edits `copies` in place; marks it changed if that changed it.
    pub fn edit_copies<R>(
        &mut self,
        edit: impl FnOnce(&mut i64) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.copies, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 2usize, object, "copies", edit)
    }
    ///The attribute `type`.
    pub fn r#type(
        &self,
    ) -> ::versionedobjects::Result<
        <String as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.r#type, "Book", "type")
    }
    ///Sets `type` and marks it changed.
    pub fn set_type(&mut self, value: impl ::versionedobjects::IntoField<String>) {
        let (attr, meta) = (&mut self.r#type, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 3usize, value);
    }
    ///Edits `type` in place; marks it changed if that changed it.
    pub fn edit_type<R>(
        &mut self,
        edit: impl FnOnce(&mut String) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.r#type, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 3usize, object, "type", edit)
    }
}
const _: () = {
    const OWN: &[::versionedobjects::FieldDef] = &[
        ::versionedobjects::FieldDef {
            name: "isbn",
            key: "\"isbn\": ",
            ty: <String as ::versionedobjects::FieldType>::TYPE,
            nullable: <String as ::versionedobjects::FieldType>::NULLABLE,
            read_only: true,
            lazy: false,
            since: None,
            default: None,
            children: &[],
            past: &[],
            values: &[],
        },
        ::versionedobjects::FieldDef {
            name: "title",
            key: "\"title\": ",
            ty: <Option<String> as ::versionedobjects::FieldType>::TYPE,
            nullable: <Option<String> as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: None,
            default: None,
            children: &[],
            past: &[],
            values: &[],
        },
        ::versionedobjects::FieldDef {
            name: "copies",
            key: "\"copies\": ",
            ty: <i64 as ::versionedobjects::FieldType>::TYPE,
            nullable: <i64 as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: None,
            default: Some(|| ::versionedobjects::FieldType::to_value(
                &::versionedobjects::IntoField::<i64>::into_field(1),
            )),
            children: &[],
            past: &[],
            values: &[],
        },
        ::versionedobjects::FieldDef {
            name: "type",
            key: "\"type\": ",
            ty: <String as ::versionedobjects::FieldType>::TYPE,
            nullable: <String as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: Some(::versionedobjects::Version::new(1u16, 1u16)),
            default: None,
            children: &[],
            past: &[],
            values: &[],
        },
    ];
    const COUNT: usize = 4usize;
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
            ::versionedobjects::Release {
                version: ::versionedobjects::Version::new(1u16, 1u16),
                note: "Added binding, copies are counted",
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
        backport: Some(|_, data, version| uncount(data, version)),
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
                0usize => return &self.isbn,
                1usize => return &self.title,
                2usize => return &self.copies,
                3usize => return &self.r#type,
                _ => {}
            }
            ::versionedobjects::no_such_slot()
        }
        #[allow(unused_variables, clippy::match_single_binding)]
        fn slot_mut(&mut self, index: usize) -> &mut dyn ::versionedobjects::Slot {
            match index {
                0usize => return &mut self.isbn,
                1usize => return &mut self.title,
                2usize => return &mut self.copies,
                3usize => return &mut self.r#type,
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
