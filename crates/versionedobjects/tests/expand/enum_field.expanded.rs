#[automatically_derived]
impl Binding {
    /// The values, in the order of the declaration.
    pub const VALUES: &'static [&'static str] = &["hard", "soft"];
    /// The value as text, which is its form on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
        }
    }
}
#[automatically_derived]
impl ::std::fmt::Display for Binding {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.write_str(self.as_str())
    }
}
#[automatically_derived]
impl ::versionedobjects::FieldType for Binding {
    type View<'a> = Self;
    const TYPE: &'static ::versionedobjects::TypeDef = &::versionedobjects::TypeDef {
        name: "Binding",
        shape: ::versionedobjects::Shape::Enum {
            values: Self::VALUES,
        },
    };
    fn coerce(
        value: ::versionedobjects::Value,
    ) -> ::std::result::Result<Self, ::versionedobjects::ValueError> {
        let value = value;
        match &value {
            ::versionedobjects::Value::Str(text) => {
                match text.as_str() {
                    "hard" => Ok(Self::Hard),
                    "soft" => Ok(Self::Soft),
                    _ => Err(::versionedobjects::not_a_member(&value)),
                }
            }
            _ => Err(::versionedobjects::not_a_member(&value)),
        }
    }
    fn view(&self) -> Self {
        *self
    }
    fn to_value(&self) -> ::versionedobjects::Value {
        ::versionedobjects::Value::from(self.as_str())
    }
    fn write(&self, writer: &mut ::versionedobjects::Writer<'_>) {
        writer.str(self.as_str());
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
    ///The attribute `binding`.
    pub fn binding(
        &self,
    ) -> ::versionedobjects::Result<
        <Binding as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.binding, "Book", "binding")
    }
    ///Sets `binding` and marks it changed.
    pub fn set_binding(&mut self, value: impl ::versionedobjects::IntoField<Binding>) {
        let (attr, meta) = (&mut self.binding, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 0usize, value);
    }
    ///Edits `binding` in place; marks it changed if that changed it.
    pub fn edit_binding<R>(
        &mut self,
        edit: impl FnOnce(&mut Binding) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.binding, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 0usize, object, "binding", edit)
    }
}
const _: () = {
    const OWN: &[::versionedobjects::FieldDef] = &[
        ::versionedobjects::FieldDef {
            name: "binding",
            key: "\"binding\": ",
            ty: <Binding as ::versionedobjects::FieldType>::TYPE,
            nullable: <Binding as ::versionedobjects::FieldType>::NULLABLE,
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
                0usize => return &self.binding,
                _ => {}
            }
            ::versionedobjects::no_such_slot()
        }
        #[allow(unused_variables, clippy::match_single_binding)]
        fn slot_mut(&mut self, index: usize) -> &mut dyn ::versionedobjects::Slot {
            match index {
                0usize => return &mut self.binding,
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
