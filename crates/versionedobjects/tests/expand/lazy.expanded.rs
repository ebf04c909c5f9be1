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
    ///The attribute `summary`.
    pub fn summary(
        &self,
    ) -> ::versionedobjects::Result<
        <String as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.summary, "Book", "summary")
    }
    ///Sets `summary` and marks it changed.
    pub fn set_summary(&mut self, value: impl ::versionedobjects::IntoField<String>) {
        let (attr, meta) = (&mut self.summary, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 1usize, value);
    }
    ///Edits `summary` in place; marks it changed if that changed it.
    pub fn edit_summary<R>(
        &mut self,
        edit: impl FnOnce(&mut String) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.summary, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 1usize, object, "summary", edit)
    }
    ///The attribute `reviews`.
    pub fn reviews(
        &self,
    ) -> ::versionedobjects::Result<
        <Vec<String> as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.reviews, "Book", "reviews")
    }
    ///Sets `reviews` and marks it changed.
    pub fn set_reviews(
        &mut self,
        value: impl ::versionedobjects::IntoField<Vec<String>>,
    ) {
        let (attr, meta) = (&mut self.reviews, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 2usize, value);
    }
    ///Edits `reviews` in place; marks it changed if that changed it.
    pub fn edit_reviews<R>(
        &mut self,
        edit: impl FnOnce(&mut Vec<String>) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.reviews, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 2usize, object, "reviews", edit)
    }
}
///The attributes of [`Book`] that are loaded when asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BookLazy {
    ///`summary`
    Summary,
    ///`reviews`
    Reviews,
}
#[automatically_derived]
impl ::versionedobjects::LazyField for BookLazy {
    const ALL: &'static [Self] = &[Self::Summary, Self::Reviews];
    fn name(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Reviews => "reviews",
        }
    }
}
#[automatically_derived]
impl Book {
    ///Loads `summary` if it is unset.
    #[track_caller]
    pub fn load_summary<'a>(
        &'a mut self,
        ctx: &'a ::versionedobjects::Context,
    ) -> ::versionedobjects::BoxFuture<
        'a,
        ::std::result::Result<
            (),
            <<Self as ::versionedobjects::Object>::Project as ::versionedobjects::Project>::Error,
        >,
    > {
        self.load_missing(ctx, &[BookLazy::Summary])
    }
    ///Loads `reviews` if it is unset.
    #[track_caller]
    pub fn load_reviews<'a>(
        &'a mut self,
        ctx: &'a ::versionedobjects::Context,
    ) -> ::versionedobjects::BoxFuture<
        'a,
        ::std::result::Result<
            (),
            <<Self as ::versionedobjects::Object>::Project as ::versionedobjects::Project>::Error,
        >,
    > {
        self.load_missing(ctx, &[BookLazy::Reviews])
    }
    /// Loads those of the attributes that are unset, in as few calls as possible.
    #[track_caller]
    pub fn load_missing<'a>(
        &'a mut self,
        ctx: &'a ::versionedobjects::Context,
        fields: &'a [BookLazy],
    ) -> ::versionedobjects::BoxFuture<
        'a,
        ::std::result::Result<
            (),
            <<Self as ::versionedobjects::Object>::Project as ::versionedobjects::Project>::Error,
        >,
    > {
        ::versionedobjects::load_missing(self, ctx, fields)
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
            past: &[],
            values: &[],
        },
        ::versionedobjects::FieldDef {
            name: "summary",
            key: "\"summary\": ",
            ty: <String as ::versionedobjects::FieldType>::TYPE,
            nullable: <String as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: true,
            since: None,
            default: None,
            children: &[],
            past: &[],
            values: &[],
        },
        ::versionedobjects::FieldDef {
            name: "reviews",
            key: "\"reviews\": ",
            ty: <Vec<String> as ::versionedobjects::FieldType>::TYPE,
            nullable: <Vec<String> as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: true,
            since: None,
            default: None,
            children: &[],
            past: &[],
            values: &[],
        },
    ];
    const COUNT: usize = 3usize;
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
                0usize => return &self.title,
                1usize => return &self.summary,
                2usize => return &self.reviews,
                _ => {}
            }
            ::versionedobjects::no_such_slot()
        }
        #[allow(unused_variables, clippy::match_single_binding)]
        fn slot_mut(&mut self, index: usize) -> &mut dyn ::versionedobjects::Slot {
            match index {
                0usize => return &mut self.title,
                1usize => return &mut self.summary,
                2usize => return &mut self.reviews,
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
