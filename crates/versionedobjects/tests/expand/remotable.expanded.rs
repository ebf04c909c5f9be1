#[automatically_derived]
#[allow(clippy::new_without_default)]
impl Book {
    #[doc(hidden)]
    pub const HAS_METHODS: bool = true;
    /// An object with nothing set but what a new one has.
    #[must_use]
    pub fn new() -> Self {
        <Self as ::versionedobjects::Object>::new_object()
    }
    ///The attribute `isbn`.
    pub fn isbn(
        &self,
    ) -> ::versionedobjects::Result<
        <String as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(&self.isbn, "Book", "isbn")
    }
    ///Sets `isbn` and marks it changed.
    pub fn set_isbn(&mut self, value: impl ::versionedobjects::IntoField<String>) {
        let (attr, meta) = (&mut self.isbn, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 0usize, value);
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
    ///The attribute `copies`.
    pub fn copies(
        &self,
    ) -> ::versionedobjects::Result<<i64 as ::versionedobjects::FieldType>::View<'_>> {
        ::versionedobjects::access::get(&self.copies, "Book", "copies")
    }
    ///Sets `copies` and marks it changed.
    pub fn set_copies(&mut self, value: impl ::versionedobjects::IntoField<i64>) {
        let (attr, meta) = (&mut self.copies, &mut self.meta);
        ::versionedobjects::access::set(attr, meta, 1usize, value);
    }
    ///Edits `copies` in place; marks it changed if that changed it.
    pub fn edit_copies<R>(
        &mut self,
        edit: impl FnOnce(&mut i64) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = "Book";
        let (attr, meta) = (&mut self.copies, &mut self.meta);
        ::versionedobjects::access::edit(attr, meta, 1usize, object, "copies", edit)
    }
}
const _: () = {
    const OWN: &[::versionedobjects::FieldDef] = &[
        ::versionedobjects::FieldDef {
            name: "isbn",
            key: "\"isbn\": ",
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
            name: "copies",
            key: "\"copies\": ",
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
    const COUNT: usize = 2usize;
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
        methods: <Book as ::versionedobjects::Methods>::METHODS,
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
                0usize => return &self.isbn,
                1usize => return &self.copies,
                _ => {}
            }
            ::versionedobjects::no_such_slot()
        }
        #[allow(unused_variables, clippy::match_single_binding)]
        fn slot_mut(&mut self, index: usize) -> &mut dyn ::versionedobjects::Slot {
            match index {
                0usize => return &mut self.isbn,
                1usize => return &mut self.copies,
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
#[::versionedobjects::async_trait]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement `BookStore`, the store of `Book`",
    note = "a store implements the trait; everybody else calls the functions of `Book`, which find the store through the context"
)]
pub trait BookStore: ::std::marker::Send + ::std::marker::Sync {
    /// The book with that number.
    async fn get(&self, ctx: &Context, isbn: String, copies: i64) -> Result<Book>;
    /// Writes the changes.
    async fn save(&self, ctx: &Context, book: &mut Book) -> Result<()>;
}
#[automatically_derived]
impl Book {
    /// The book with that number.
    ///
    /// Arguments with defaults are set on what this returns; `.await` runs it.
    pub fn get<'a>(
        ctx: &'a ::versionedobjects::Context,
        isbn: impl ::versionedobjects::IntoField<String>,
    ) -> BookGet<'a> {
        BookGet {
            ctx,
            isbn: ::versionedobjects::IntoField::<String>::into_field(isbn),
            copies: ::versionedobjects::IntoField::<i64>::into_field(1),
        }
    }
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)]
    async fn __route_get(
        ctx: &::versionedobjects::Context,
        isbn: String,
        copies: i64,
    ) -> Result<Book> {
        let method = &<Self as ::versionedobjects::Methods>::METHODS[0usize];
        ctx.admit("Book", method)?;
        match ctx.route() {
            ::versionedobjects::Route::Direct(store) => {
                type Store = <<Book as ::versionedobjects::Object>::Project as ::versionedobjects::Project>::Store;
                match store.get::<Store>() {
                    Some(store) => {
                        let method = &<Self as ::versionedobjects::Methods>::METHODS[0usize];
                        ::versionedobjects::declared(
                            "Book",
                            method,
                            BookStore::get(store, ctx, isbn, copies).await,
                        )
                    }
                    None => {
                        Err(
                            ::versionedobjects::Error::WrongStore {
                                class: "Book",
                                method: "get",
                            }
                                .into(),
                        )
                    }
                }
            }
            ::versionedobjects::Route::Remote(remote) => {
                #[allow(unused_mut)]
                let mut outgoing = ::versionedobjects::Outgoing::to(ctx, remote).await;
                outgoing.positional(&isbn);
                if copies != ::versionedobjects::IntoField::<i64>::into_field(1) {
                    outgoing.keyword("copies", &copies);
                }
                ::versionedobjects::call_class::<
                    Book,
                >(
                        ctx,
                        remote,
                        <Self as ::versionedobjects::Object>::class_def(),
                        method,
                        outgoing,
                    )
                    .await
                    .map_err(::versionedobjects::CallError::into_project)
            }
        }
    }
    #[doc(hidden)]
    #[allow(unused_variables)]
    fn __call_get<'a>(
        ctx: &'a ::versionedobjects::Context,
        receiver: Option<&'a mut dyn ::versionedobjects::VersionedObject>,
        arguments: ::versionedobjects::Arguments<'a>,
    ) -> ::versionedobjects::BoxFuture<
        'a,
        ::std::result::Result<
            Box<dyn ::versionedobjects::Returned>,
            ::versionedobjects::Exception,
        >,
    > {
        Box::pin(async move {
            let isbn: String = arguments
                .take(0usize, "isbn", || None)
                .map_err(|error| error.to_exception())?;
            let copies: i64 = arguments
                .take(
                    1usize,
                    "copies",
                    || Some(::versionedobjects::IntoField::<i64>::into_field(1)),
                )
                .map_err(|error| error.to_exception())?;
            let _ = receiver;
            let result = Self::__route_get(ctx, isbn, copies).await;
            match result {
                Ok(value) => Ok(Box::new(value) as Box<dyn ::versionedobjects::Returned>),
                Err(error) => Err(::versionedobjects::ProjectError::to_exception(&error)),
            }
        })
    }
    /// Writes the changes.
    pub async fn save(&mut self, ctx: &::versionedobjects::Context) -> Result<()> {
        self.__route_save(ctx).await
    }
    #[doc(hidden)]
    #[allow(clippy::too_many_arguments)]
    async fn __route_save(&mut self, ctx: &::versionedobjects::Context) -> Result<()> {
        let method = &<Self as ::versionedobjects::Methods>::METHODS[1usize];
        ctx.admit("Book", method)?;
        match ctx.route() {
            ::versionedobjects::Route::Direct(store) => {
                type Store = <<Book as ::versionedobjects::Object>::Project as ::versionedobjects::Project>::Store;
                match store.get::<Store>() {
                    Some(store) => BookStore::save(store, ctx, self).await,
                    None => {
                        Err(
                            ::versionedobjects::Error::WrongStore {
                                class: "Book",
                                method: "_save",
                            }
                                .into(),
                        )
                    }
                }
            }
            ::versionedobjects::Route::Remote(remote) => {
                #[allow(unused_mut)]
                let mut outgoing = ::versionedobjects::Outgoing::to(ctx, remote).await;
                ::versionedobjects::call_object::<
                    (),
                >(ctx, remote, self, method, outgoing)
                    .await
                    .map_err(::versionedobjects::CallError::into_project)
            }
        }
    }
    #[doc(hidden)]
    #[allow(unused_variables)]
    fn __call_save<'a>(
        ctx: &'a ::versionedobjects::Context,
        receiver: Option<&'a mut dyn ::versionedobjects::VersionedObject>,
        arguments: ::versionedobjects::Arguments<'a>,
    ) -> ::versionedobjects::BoxFuture<
        'a,
        ::std::result::Result<
            Box<dyn ::versionedobjects::Returned>,
            ::versionedobjects::Exception,
        >,
    > {
        Box::pin(async move {
            let object: &mut Self = ::versionedobjects::receiver(
                receiver,
                "Book",
                "_save",
            )?;
            let result = object.__route_save(ctx).await;
            match result {
                Ok(value) => Ok(Box::new(value) as Box<dyn ::versionedobjects::Returned>),
                Err(error) => Err(::versionedobjects::ProjectError::to_exception(&error)),
            }
        })
    }
}
///A call of [`Book::get`] that has not run yet.
#[derive(Debug)]
#[must_use = "a call runs when it is awaited"]
pub struct BookGet<'a> {
    ctx: &'a ::versionedobjects::Context,
    isbn: String,
    copies: i64,
}
#[automatically_derived]
impl BookGet<'_> {
    ///Sets the argument `copies`.
    pub fn copies(mut self, copies: impl ::versionedobjects::IntoField<i64>) -> Self {
        self.copies = ::versionedobjects::IntoField::<i64>::into_field(copies);
        self
    }
}
#[automatically_derived]
impl<'a> ::std::future::IntoFuture for BookGet<'a> {
    type Output = Result<Book>;
    type IntoFuture = ::versionedobjects::BoxFuture<'a, Result<Book>>;
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            Book::__route_get(self.ctx, self.isbn, self.copies).await
        })
    }
}
const _: () = ::std::assert!(
    Book::HAS_METHODS,
    "`Book` does not publish its methods; add `methods` to its `#[object(..)]`"
);
const _: () = ::std::assert!(
    ::versionedobjects::is_listed(<< < Book as ::versionedobjects::Object > ::Project as
    ::versionedobjects::Project > ::Error as ::versionedobjects::ProjectError >
    ::CLASSES, "NoBook",),
    "`NoBook` is no exception of the project, which are those in `ProjectError::CLASSES` of its error"
);
#[automatically_derived]
impl ::versionedobjects::Methods for Book {
    const METHODS: &'static [::versionedobjects::MethodDef] = &[
        ::versionedobjects::MethodDef {
            name: "get",
            kind: ::versionedobjects::MethodKind::Class,
            conditional: false,
            context: "context",
            arguments: &[
                ::versionedobjects::ArgumentDef {
                    name: "isbn",
                    kind: ::versionedobjects::ArgumentKind::Plain,
                    ty: <String as ::versionedobjects::FieldType>::TYPE,
                    nullable: <String as ::versionedobjects::FieldType>::NULLABLE,
                    default: None,
                },
                ::versionedobjects::ArgumentDef {
                    name: "copies",
                    kind: ::versionedobjects::ArgumentKind::Plain,
                    ty: <i64 as ::versionedobjects::FieldType>::TYPE,
                    nullable: <i64 as ::versionedobjects::FieldType>::NULLABLE,
                    default: Some(|| ::versionedobjects::FieldType::to_value(
                        &::versionedobjects::IntoField::<i64>::into_field(1),
                    )),
                },
            ],
            returns: ::versionedobjects::Element::of::<Book>(),
            errors: Some(&["NoBook"]),
            call: Book::__call_get,
        },
        ::versionedobjects::MethodDef {
            name: "_save",
            kind: ::versionedobjects::MethodKind::Instance,
            conditional: true,
            context: "context",
            arguments: &[],
            returns: ::versionedobjects::Element::of::<()>(),
            errors: None,
            call: Book::__call_save,
        },
    ];
}
