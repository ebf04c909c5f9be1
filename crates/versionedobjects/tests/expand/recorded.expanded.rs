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
impl Book {
    #[doc(hidden)]
    pub const HAS_METHODS: bool = false;
    /// An object with nothing set but what a new one has.
    #[must_use]
    pub fn new() -> Self {
        <Self as ::versionedobjects::Object>::new_object()
    }
    ///The attribute `number`.
    pub fn number(
        &self,
    ) -> ::versionedobjects::Result<
        <String as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.number, "Book", "number")
    }
    ///Sets `number` and marks it changed.
    pub fn set_number(&mut self, value: impl ::versionedobjects::IntoField<String>) {
        let (attr, meta) = (&mut self.number, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 0usize, value);
    }
    ///Edits `number` in place; marks it changed if that changed it.
    pub fn edit_number<R>(
        &mut self,
        edit: impl FnOnce(&mut String) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.number, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 0usize, object, "number", edit)
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
        ::versionedobjects::access::set(attr, meta, 1usize, value);
    }
    ///Edits `title` in place; marks it changed if that changed it.
    pub fn edit_title<R>(
        &mut self,
        edit: impl FnOnce(&mut String) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.title, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 1usize, object, "title", edit)
    }
    ///The attribute `pages`.
    pub fn pages(
        &self,
    ) -> ::versionedobjects::Result<
        <String as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.pages, "Book", "pages")
    }
    ///Sets `pages` and marks it changed.
    pub fn set_pages(&mut self, value: impl ::versionedobjects::IntoField<String>) {
        let (attr, meta) = (&mut self.pages, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 2usize, value);
    }
    ///Edits `pages` in place; marks it changed if that changed it.
    pub fn edit_pages<R>(
        &mut self,
        edit: impl FnOnce(&mut String) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.pages, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 2usize, object, "pages", edit)
    }
    ///The attribute `author`.
    pub fn author(
        &self,
    ) -> ::versionedobjects::Result<
        <Author as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.author, "Book", "author")
    }
    ///Sets `author` and marks it changed.
    pub fn set_author(&mut self, value: impl ::versionedobjects::IntoField<Author>) {
        let (attr, meta) = (&mut self.author, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 3usize, value);
    }
    ///Edits `author` in place; marks it changed if that changed it.
    pub fn edit_author<R>(
        &mut self,
        edit: impl FnOnce(&mut Author) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.author, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 3usize, object, "author", edit)
    }
    ///The attribute `tags`.
    pub fn tags(
        &self,
    ) -> ::versionedobjects::Result<
        <Option<Vec<String>> as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.tags, "Book", "tags")
    }
    ///Sets `tags` and marks it changed.
    pub fn set_tags(
        &mut self,
        value: impl ::versionedobjects::IntoField<Option<Vec<String>>>,
    ) {
        let (attr, meta) = (&mut self.tags, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 4usize, value);
    }
    ///Edits `tags` in place; marks it changed if that changed it.
    pub fn edit_tags<R>(
        &mut self,
        edit: impl FnOnce(&mut Option<Vec<String>>) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.tags, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 4usize, object, "tags", edit)
    }
    ///The attribute `shelf`.
    pub fn shelf(
        &self,
    ) -> ::versionedobjects::Result<
        <String as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.shelf, "Book", "shelf")
    }
    ///Sets `shelf` and marks it changed.
    pub fn set_shelf(&mut self, value: impl ::versionedobjects::IntoField<String>) {
        let (attr, meta) = (&mut self.shelf, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 5usize, value);
    }
    ///Edits `shelf` in place; marks it changed if that changed it.
    pub fn edit_shelf<R>(
        &mut self,
        edit: impl FnOnce(&mut String) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.shelf, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 5usize, object, "shelf", edit)
    }
}
const _: () = {
    const OWN: &[::versionedobjects::FieldDef] = &[
        ::versionedobjects::FieldDef {
            name: "number",
            key: "\"number\": ",
            ty: <String as ::versionedobjects::FieldType>::TYPE,
            nullable: <String as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: None,
            default: None,
            children: &[],
            past: &[
                ::versionedobjects::Past {
                    until: ::versionedobjects::Version::new(1u16, 3u16),
                    name: "isbn",
                    key: "\"isbn\": ",
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
            ty: <String as ::versionedobjects::FieldType>::TYPE,
            nullable: <String as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: None,
            default: None,
            children: &[],
            past: &[
                ::versionedobjects::Past {
                    until: ::versionedobjects::Version::new(1u16, 3u16),
                    name: "pages",
                    key: "\"pages\": ",
                    ty: <i64 as ::versionedobjects::FieldType>::TYPE,
                    nullable: <i64 as ::versionedobjects::FieldType>::NULLABLE,
                    lossy: false,
                    asks_object: false,
                    down: Some(|object, slot, version, writer| {
                        let _ = (object, slot, version);
                        let Some(value) = ::versionedobjects::rule::value::<String>(slot)
                        else {
                            return Ok(false);
                        };
                        let Some(value) = ::versionedobjects::rule::converted::<
                            i64,
                        >(
                            (count)(
                                <String as ::versionedobjects::FieldType>::view(value),
                            ),
                        )? else {
                            return Ok(false);
                        };
                        let value = &value;
                        Ok(::versionedobjects::rule::write(value, writer))
                    }),
                    up: Some(|reader, slot, field| {
                        let Some(value) = ::versionedobjects::rule::read::<
                            i64,
                        >(reader, slot, field)? else {
                            return Ok(());
                        };
                        let Some(value) = ::versionedobjects::rule::converted::<
                            String,
                        >((spell)(value))? else {
                            return Ok(());
                        };
                        ::versionedobjects::rule::put::<String>(slot, value);
                        Ok(())
                    }),
                },
            ],
            values: &[],
        },
        ::versionedobjects::FieldDef {
            name: "author",
            key: "\"author\": ",
            ty: <Author as ::versionedobjects::FieldType>::TYPE,
            nullable: <Author as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: None,
            default: None,
            children: &[],
            past: &[
                ::versionedobjects::Past {
                    until: ::versionedobjects::Version::new(1u16, 3u16),
                    name: "author",
                    key: "\"author\": ",
                    ty: <::std::option::Option<
                        Author,
                    > as ::versionedobjects::FieldType>::TYPE,
                    nullable: <::std::option::Option<
                        Author,
                    > as ::versionedobjects::FieldType>::NULLABLE,
                    lossy: false,
                    asks_object: false,
                    down: Some(|object, slot, version, writer| {
                        let _ = (object, slot, version);
                        let Some(value) = ::versionedobjects::rule::value::<Author>(slot)
                        else {
                            return Ok(false);
                        };
                        let value: &::std::option::Option<Author> = &Some(
                            ::std::clone::Clone::clone(value),
                        );
                        Ok(::versionedobjects::rule::write(value, writer))
                    }),
                    up: Some(|reader, slot, field| {
                        let Some(value) = ::versionedobjects::rule::read::<
                            ::std::option::Option<Author>,
                        >(reader, slot, field)? else {
                            return Ok(());
                        };
                        let value: Author = value
                            .unwrap_or_else(|| {
                                let value: Author = Author::new();
                                value
                            });
                        ::versionedobjects::rule::put::<Author>(slot, value);
                        Ok(())
                    }),
                },
            ],
            values: &[],
        },
        ::versionedobjects::FieldDef {
            name: "tags",
            key: "\"tags\": ",
            ty: <Option<Vec<String>> as ::versionedobjects::FieldType>::TYPE,
            nullable: <Option<Vec<String>> as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: None,
            default: None,
            children: &[],
            past: &[
                ::versionedobjects::Past {
                    until: ::versionedobjects::Version::new(1u16, 3u16),
                    name: "tags",
                    key: "\"tags\": ",
                    ty: <Vec<String> as ::versionedobjects::FieldType>::TYPE,
                    nullable: <Vec<String> as ::versionedobjects::FieldType>::NULLABLE,
                    lossy: true,
                    asks_object: false,
                    down: Some(|object, slot, version, writer| {
                        let _ = (object, slot, version);
                        let Some(value) = ::versionedobjects::rule::value::<
                            Option<Vec<String>>,
                        >(slot) else {
                            return Ok(false);
                        };
                        let value: Vec<String> = ::std::clone::Clone::clone(value)
                            .unwrap_or_else(|| {
                                let value: Vec<String> = Vec::new();
                                value
                            });
                        let value = &value;
                        Ok(::versionedobjects::rule::write(value, writer))
                    }),
                    up: Some(|reader, slot, field| {
                        let Some(value) = ::versionedobjects::rule::read::<
                            Vec<String>,
                        >(reader, slot, field)? else {
                            return Ok(());
                        };
                        let value: Option<Vec<String>> = Some(value);
                        ::versionedobjects::rule::put::<
                            Option<Vec<String>>,
                        >(slot, value);
                        Ok(())
                    }),
                },
            ],
            values: &[],
        },
        ::versionedobjects::FieldDef {
            name: "shelf",
            key: "\"shelf\": ",
            ty: <String as ::versionedobjects::FieldType>::TYPE,
            nullable: <String as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: Some(::versionedobjects::Version::new(1u16, 3u16)),
            default: None,
            children: &[],
            past: &[],
            values: &[],
        },
    ];
    const COUNT: usize = 6usize;
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
                note: "heading is title; added binding",
            },
            ::versionedobjects::Release {
                version: ::versionedobjects::Version::new(1u16, 2u16),
                note: "No shelf mark",
            },
            ::versionedobjects::Release {
                version: ::versionedobjects::Version::new(1u16, 3u16),
                note: "isbn is number, pages are text, no binding, an author always, tags or none, added shelf",
            },
        ],
        fields: FIELDS,
        removed: &[
            ::versionedobjects::Removed {
                name: "mark",
                key: "\"mark\": ",
                ty: <String as ::versionedobjects::FieldType>::TYPE,
                nullable: <String as ::versionedobjects::FieldType>::NULLABLE,
                since: None,
                until: ::versionedobjects::Version::new(1u16, 2u16),
                lossy: true,
                became: &[],
                down: Some(|_, _, writer| {
                    let value: String = ::versionedobjects::IntoField::<
                        String,
                    >::into_field("none");
                    Ok(::versionedobjects::rule::write(&value, writer))
                }),
                up: None,
            },
            ::versionedobjects::Removed {
                name: "binding",
                key: "\"binding\": ",
                ty: <Option<String> as ::versionedobjects::FieldType>::TYPE,
                nullable: <Option<String> as ::versionedobjects::FieldType>::NULLABLE,
                since: Some(::versionedobjects::Version::new(1u16, 1u16)),
                until: ::versionedobjects::Version::new(1u16, 3u16),
                lossy: true,
                became: &[],
                down: None,
                up: None,
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
                0usize => return &self.number,
                1usize => return &self.title,
                2usize => return &self.pages,
                3usize => return &self.author,
                4usize => return &self.tags,
                5usize => return &self.shelf,
                _ => {}
            }
            ::versionedobjects::no_such_slot()
        }
        #[allow(unused_variables, clippy::match_single_binding)]
        fn slot_mut(&mut self, index: usize) -> &mut dyn ::versionedobjects::Slot {
            match index {
                0usize => return &mut self.number,
                1usize => return &mut self.title,
                2usize => return &mut self.pages,
                3usize => return &mut self.author,
                4usize => return &mut self.tags,
                5usize => return &mut self.shelf,
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
