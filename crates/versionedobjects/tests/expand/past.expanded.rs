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
    ///The attribute `title`.
    pub fn title(
        &self,
    ) -> ::versionedobjects::Result<
        <String as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.title, "Book", "title")
    }
    ///Sets `title` and marks it changed.
    pub fn set_title(&mut self, value: impl ::versionedobjects::IntoField<String>) {
        let (attr, meta) = (&mut self.title, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 0usize, value);
    }
    ///Edits `title` in place; marks it changed if that changed it.
    pub fn edit_title<R>(
        &mut self,
        edit: impl FnOnce(&mut String) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.title, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 0usize, object, "title", edit)
    }
    ///The attribute `pages`.
    pub fn pages(
        &self,
    ) -> ::versionedobjects::Result<<i64 as ::versionedobjects::FieldType>::View<'_>> {
        ::versionedobjects::access::get(&self.pages, "Book", "pages")
    }
    ///Sets `pages` and marks it changed.
    pub fn set_pages(&mut self, value: impl ::versionedobjects::IntoField<i64>) {
        let (attr, meta) = (&mut self.pages, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 1usize, value);
    }
    ///Edits `pages` in place; marks it changed if that changed it.
    pub fn edit_pages<R>(
        &mut self,
        edit: impl FnOnce(&mut i64) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.pages, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 1usize, object, "pages", edit)
    }
    ///The attribute `author`.
    pub fn author(
        &self,
    ) -> ::versionedobjects::Result<
        <String as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.author, "Book", "author")
    }
    ///Sets `author` and marks it changed.
    pub fn set_author(&mut self, value: impl ::versionedobjects::IntoField<String>) {
        let (attr, meta) = (&mut self.author, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 2usize, value);
    }
    ///Edits `author` in place; marks it changed if that changed it.
    pub fn edit_author<R>(
        &mut self,
        edit: impl FnOnce(&mut String) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.author, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 2usize, object, "author", edit)
    }
    ///The attribute `year`.
    pub fn year(
        &self,
    ) -> ::versionedobjects::Result<
        <Option<i64> as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.year, "Book", "year")
    }
    ///Sets `year` and marks it changed.
    pub fn set_year(&mut self, value: impl ::versionedobjects::IntoField<Option<i64>>) {
        let (attr, meta) = (&mut self.year, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 3usize, value);
    }
    ///Edits `year` in place; marks it changed if that changed it.
    pub fn edit_year<R>(
        &mut self,
        edit: impl FnOnce(&mut Option<i64>) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.year, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 3usize, object, "year", edit)
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
        ::versionedobjects::access::set(attr, meta, 4usize, value);
    }
    ///Edits `binding` in place; marks it changed if that changed it.
    pub fn edit_binding<R>(
        &mut self,
        edit: impl FnOnce(&mut Binding) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.binding, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 4usize, object, "binding", edit)
    }
    ///The attribute `sheets`.
    pub fn sheets(
        &self,
    ) -> ::versionedobjects::Result<<i64 as ::versionedobjects::FieldType>::View<'_>> {
        ::versionedobjects::access::get(&self.sheets, "Book", "sheets")
    }
    ///Sets `sheets` and marks it changed.
    pub fn set_sheets(&mut self, value: impl ::versionedobjects::IntoField<i64>) {
        let (attr, meta) = (&mut self.sheets, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 5usize, value);
    }
    ///Edits `sheets` in place; marks it changed if that changed it.
    pub fn edit_sheets<R>(
        &mut self,
        edit: impl FnOnce(&mut i64) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.sheets, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 5usize, object, "sheets", edit)
    }
    ///The attribute `blurb`.
    pub fn blurb(
        &self,
    ) -> ::versionedobjects::Result<
        <String as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.blurb, "Book", "blurb")
    }
    ///Sets `blurb` and marks it changed.
    pub fn set_blurb(&mut self, value: impl ::versionedobjects::IntoField<String>) {
        let (attr, meta) = (&mut self.blurb, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 6usize, value);
    }
    ///Edits `blurb` in place; marks it changed if that changed it.
    pub fn edit_blurb<R>(
        &mut self,
        edit: impl FnOnce(&mut String) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.blurb, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 6usize, object, "blurb", edit)
    }
}
const _: () = {
    const OWN: &[::versionedobjects::FieldDef] = &[
        ::versionedobjects::FieldDef {
            name: "title",
            key: "\"title\": ",
            ty: <String as ::versionedobjects::FieldType>::TYPE,
            nullable: <String as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: None,
            default: None,
            children: &[],
            past: &[
                ::versionedobjects::Past {
                    until: ::versionedobjects::Version::new(1u16, 1u16),
                    name: "heading",
                    key: "\"heading\": ",
                    ty: <String as ::versionedobjects::FieldType>::TYPE,
                    nullable: <String as ::versionedobjects::FieldType>::NULLABLE,
                    lossy: false,
                    asks_object: false,
                    down: None,
                    up: None,
                },
            ],
            values: &[],
        },
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
            past: &[
                ::versionedobjects::Past {
                    until: ::versionedobjects::Version::new(1u16, 2u16),
                    name: "pages",
                    key: "\"pages\": ",
                    ty: <String as ::versionedobjects::FieldType>::TYPE,
                    nullable: <String as ::versionedobjects::FieldType>::NULLABLE,
                    lossy: false,
                    asks_object: false,
                    down: Some(|object, slot, version, writer| {
                        let _ = (object, slot, version);
                        let Some(value) = ::versionedobjects::rule::value::<i64>(slot)
                        else {
                            return Ok(false);
                        };
                        let Some(value) = ::versionedobjects::rule::converted::<
                            String,
                        >((spell)(<i64 as ::versionedobjects::FieldType>::view(value)))?
                        else {
                            return Ok(false);
                        };
                        let value = &value;
                        Ok(::versionedobjects::rule::write(value, writer))
                    }),
                    up: Some(|reader, slot, field| {
                        let Some(value) = ::versionedobjects::rule::read::<
                            String,
                        >(reader, slot, field)? else {
                            return Ok(());
                        };
                        let Some(value) = ::versionedobjects::rule::converted::<
                            i64,
                        >((count)(value))? else {
                            return Ok(());
                        };
                        ::versionedobjects::rule::put::<i64>(slot, value);
                        Ok(())
                    }),
                },
            ],
            values: &[],
        },
        ::versionedobjects::FieldDef {
            name: "author",
            key: "\"author\": ",
            ty: <String as ::versionedobjects::FieldType>::TYPE,
            nullable: <String as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: None,
            default: None,
            children: &[],
            past: &[
                ::versionedobjects::Past {
                    until: ::versionedobjects::Version::new(1u16, 1u16),
                    name: "author",
                    key: "\"author\": ",
                    ty: <::std::option::Option<
                        String,
                    > as ::versionedobjects::FieldType>::TYPE,
                    nullable: <::std::option::Option<
                        String,
                    > as ::versionedobjects::FieldType>::NULLABLE,
                    lossy: false,
                    asks_object: false,
                    down: Some(|object, slot, version, writer| {
                        let _ = (object, slot, version);
                        let Some(value) = ::versionedobjects::rule::value::<String>(slot)
                        else {
                            return Ok(false);
                        };
                        let value: &::std::option::Option<String> = &Some(
                            ::std::clone::Clone::clone(value),
                        );
                        Ok(::versionedobjects::rule::write(value, writer))
                    }),
                    up: Some(|reader, slot, field| {
                        let Some(value) = ::versionedobjects::rule::read::<
                            ::std::option::Option<String>,
                        >(reader, slot, field)? else {
                            return Ok(());
                        };
                        let value: String = value
                            .unwrap_or_else(|| ::versionedobjects::IntoField::<
                                String,
                            >::into_field("nobody"));
                        ::versionedobjects::rule::put::<String>(slot, value);
                        Ok(())
                    }),
                },
            ],
            values: &[],
        },
        ::versionedobjects::FieldDef {
            name: "year",
            key: "\"year\": ",
            ty: <Option<i64> as ::versionedobjects::FieldType>::TYPE,
            nullable: <Option<i64> as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: None,
            default: None,
            children: &[],
            past: &[
                ::versionedobjects::Past {
                    until: ::versionedobjects::Version::new(1u16, 1u16),
                    name: "year",
                    key: "\"year\": ",
                    ty: <i64 as ::versionedobjects::FieldType>::TYPE,
                    nullable: <i64 as ::versionedobjects::FieldType>::NULLABLE,
                    lossy: true,
                    asks_object: false,
                    down: Some(|object, slot, version, writer| {
                        let _ = (object, slot, version);
                        let Some(value) = ::versionedobjects::rule::value::<
                            Option<i64>,
                        >(slot) else {
                            return Ok(false);
                        };
                        let value: i64 = ::std::clone::Clone::clone(value)
                            .unwrap_or_else(|| {
                                let value: i64 = -1;
                                value
                            });
                        let value = &value;
                        Ok(::versionedobjects::rule::write(value, writer))
                    }),
                    up: Some(|reader, slot, field| {
                        let Some(value) = ::versionedobjects::rule::read::<
                            i64,
                        >(reader, slot, field)? else {
                            return Ok(());
                        };
                        let value: Option<i64> = Some(value);
                        ::versionedobjects::rule::put::<Option<i64>>(slot, value);
                        Ok(())
                    }),
                },
            ],
            values: &[],
        },
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
            values: &[
                ::versionedobjects::NewerValues {
                    values: &["soft"],
                    since: ::versionedobjects::Version::new(1u16, 1u16),
                    before: Some("hard"),
                },
            ],
        },
        ::versionedobjects::FieldDef {
            name: "sheets",
            key: "\"sheets\": ",
            ty: <i64 as ::versionedobjects::FieldType>::TYPE,
            nullable: <i64 as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: Some(::versionedobjects::Version::new(1u16, 1u16)),
            default: None,
            children: &[],
            past: &[],
            values: &[],
        },
        ::versionedobjects::FieldDef {
            name: "blurb",
            key: "\"blurb\": ",
            ty: <String as ::versionedobjects::FieldType>::TYPE,
            nullable: <String as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: None,
            default: None,
            children: &[],
            past: &[
                ::versionedobjects::Past {
                    until: ::versionedobjects::Version::new(1u16, 1u16),
                    name: "blurb",
                    key: "\"blurb\": ",
                    ty: <String as ::versionedobjects::FieldType>::TYPE,
                    nullable: <String as ::versionedobjects::FieldType>::NULLABLE,
                    lossy: true,
                    asks_object: true,
                    down: Some(|object, slot, version, writer| {
                        let _ = (object, slot, version);
                        let Some(object) = ::versionedobjects::rule::object::<
                            Book,
                        >(object) else {
                            return Ok(false);
                        };
                        let Some(value) = ::versionedobjects::rule::converted::<
                            String,
                        >((shouted)(object, version))? else {
                            return Ok(false);
                        };
                        let value = &value;
                        Ok(::versionedobjects::rule::write(value, writer))
                    }),
                    up: None,
                },
            ],
            values: &[],
        },
    ];
    const COUNT: usize = 7usize;
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
                note: "Soft bindings, sheets",
            },
            ::versionedobjects::Release {
                version: ::versionedobjects::Version::new(1u16, 2u16),
                note: "pages are a number",
            },
        ],
        fields: FIELDS,
        removed: &[
            ::versionedobjects::Removed {
                name: "leaves",
                key: "\"leaves\": ",
                ty: <i64 as ::versionedobjects::FieldType>::TYPE,
                nullable: <i64 as ::versionedobjects::FieldType>::NULLABLE,
                since: None,
                until: ::versionedobjects::Version::new(1u16, 1u16),
                lossy: false,
                became: &["sheets"],
                down: Some(|object, version, writer| {
                    let Some(object) = ::versionedobjects::rule::object::<Book>(object)
                    else {
                        return Ok(false);
                    };
                    Ok(
                        match ::versionedobjects::rule::converted::<
                            i64,
                        >((leaves)(object, version))? {
                            Some(value) => {
                                ::versionedobjects::rule::write(&value, writer)
                            }
                            None => false,
                        },
                    )
                }),
                up: Some(|object, reader| {
                    let value = <i64 as ::versionedobjects::FieldType>::read(reader)?;
                    match ::versionedobjects::rule::object_mut::<Book>(object) {
                        Some(object) => {
                            ::versionedobjects::rule::Taken::taken(
                                (from_leaves)(object, value),
                            )
                        }
                        None => Ok(()),
                    }
                }),
            },
        ],
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
    const _: () = assert!(
        ::versionedobjects::rule::has_value(< Binding as ::versionedobjects::FieldType >
        ::TYPE, "soft"), "`binding` has no value `soft`; its enumeration must name it"
    );
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
                0usize => return &self.title,
                1usize => return &self.pages,
                2usize => return &self.author,
                3usize => return &self.year,
                4usize => return &self.binding,
                5usize => return &self.sheets,
                6usize => return &self.blurb,
                _ => {}
            }
            ::versionedobjects::no_such_slot()
        }
        #[allow(unused_variables, clippy::match_single_binding)]
        fn slot_mut(&mut self, index: usize) -> &mut dyn ::versionedobjects::Slot {
            match index {
                0usize => return &mut self.title,
                1usize => return &mut self.pages,
                2usize => return &mut self.author,
                3usize => return &mut self.year,
                4usize => return &mut self.binding,
                5usize => return &mut self.sheets,
                6usize => return &mut self.blurb,
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
