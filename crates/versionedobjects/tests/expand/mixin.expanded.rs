#[automatically_derived]
impl ::versionedobjects::Mixin for Timestamped {
    const FIELDS: &'static [::versionedobjects::FieldDef] = &[
        ::versionedobjects::FieldDef {
            name: "created_at",
            key: "\"created_at\": ",
            ty: <Option<DateTime> as ::versionedobjects::FieldType>::TYPE,
            nullable: <Option<DateTime> as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: None,
            default: None,
            children: &[],
            past: &[],
            values: &[],
        },
        ::versionedobjects::FieldDef {
            name: "deleted",
            key: "\"deleted\": ",
            ty: <bool as ::versionedobjects::FieldType>::TYPE,
            nullable: <bool as ::versionedobjects::FieldType>::NULLABLE,
            read_only: false,
            lazy: false,
            since: None,
            default: Some(|| ::versionedobjects::FieldType::to_value(
                &::versionedobjects::IntoField::<bool>::into_field(false),
            )),
            children: &[],
            past: &[],
            values: &[],
        },
    ];
    fn slot(&self, index: usize) -> &dyn ::versionedobjects::Slot {
        match index {
            0usize => &self.created_at,
            1usize => &self.deleted,
            _ => ::versionedobjects::no_such_slot(),
        }
    }
    fn slot_mut(&mut self, index: usize) -> &mut dyn ::versionedobjects::Slot {
        match index {
            0usize => &mut self.created_at,
            1usize => &mut self.deleted,
            _ => ::versionedobjects::no_such_slot(),
        }
    }
}
///The attributes that objects with [`Timestamped`] have.
pub trait TimestampedFields: ::versionedobjects::Embeds<Timestamped> {
    ///The attribute `created_at`.
    fn created_at(
        &self,
    ) -> ::versionedobjects::Result<
        <Option<DateTime> as ::versionedobjects::FieldType>::View<'_>,
    > {
        ::versionedobjects::access::get(
            &::versionedobjects::Embeds::<Timestamped>::mixin(self).created_at,
            ::versionedobjects::VersionedObject::class(self).name,
            "created_at",
        )
    }
    ///Sets `created_at` and marks it changed.
    fn set_created_at(
        &mut self,
        value: impl ::versionedobjects::IntoField<Option<DateTime>>,
    ) {
        let (mixin, meta) = ::versionedobjects::Embeds::<Timestamped>::mixin_mut(self);
        let attr = &mut mixin.created_at;
        ::versionedobjects::access::set(
            attr,
            meta,
            <Self as ::versionedobjects::Embeds<Timestamped>>::OFFSET + 0usize,
            value,
        );
    }
    ///Edits `created_at` in place; marks it changed if that changed it.
    fn edit_created_at<R>(
        &mut self,
        edit: impl FnOnce(&mut Option<DateTime>) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = ::versionedobjects::VersionedObject::class(self).name;
        let (mixin, meta) = ::versionedobjects::Embeds::<Timestamped>::mixin_mut(self);
        let attr = &mut mixin.created_at;
        ::versionedobjects::access::edit(
            attr,
            meta,
            <Self as ::versionedobjects::Embeds<Timestamped>>::OFFSET + 0usize,
            object,
            "created_at",
            edit,
        )
    }
    ///The attribute `deleted`.
    fn deleted(
        &self,
    ) -> ::versionedobjects::Result<<bool as ::versionedobjects::FieldType>::View<'_>> {
        ::versionedobjects::access::get(
            &::versionedobjects::Embeds::<Timestamped>::mixin(self).deleted,
            ::versionedobjects::VersionedObject::class(self).name,
            "deleted",
        )
    }
    ///Sets `deleted` and marks it changed.
    fn set_deleted(&mut self, value: impl ::versionedobjects::IntoField<bool>) {
        let (mixin, meta) = ::versionedobjects::Embeds::<Timestamped>::mixin_mut(self);
        let attr = &mut mixin.deleted;
        ::versionedobjects::access::set(
            attr,
            meta,
            <Self as ::versionedobjects::Embeds<Timestamped>>::OFFSET + 1usize,
            value,
        );
    }
    ///Edits `deleted` in place; marks it changed if that changed it.
    fn edit_deleted<R>(
        &mut self,
        edit: impl FnOnce(&mut bool) -> R,
    ) -> ::versionedobjects::Result<R> {
        let object = ::versionedobjects::VersionedObject::class(self).name;
        let (mixin, meta) = ::versionedobjects::Embeds::<Timestamped>::mixin_mut(self);
        let attr = &mut mixin.deleted;
        ::versionedobjects::access::edit(
            attr,
            meta,
            <Self as ::versionedobjects::Embeds<Timestamped>>::OFFSET + 1usize,
            object,
            "deleted",
            edit,
        )
    }
}
impl<T: ::versionedobjects::Embeds<Timestamped>> TimestampedFields for T {}
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
    ];
    const COUNT: usize = 1usize
        + <Timestamped as ::versionedobjects::Mixin>::FIELDS.len();
    const FIELDS: &[::versionedobjects::FieldDef] = &::versionedobjects::concat_fields::<
        COUNT,
    >(&[OWN, <Timestamped as ::versionedobjects::Mixin>::FIELDS]);
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
                _ => {}
            }
            if index
                < OWN.len() + <Timestamped as ::versionedobjects::Mixin>::FIELDS.len()
            {
                return ::versionedobjects::Mixin::slot(
                    &self.timestamped,
                    index - (OWN.len()),
                );
            }
            ::versionedobjects::no_such_slot()
        }
        #[allow(unused_variables, clippy::match_single_binding)]
        fn slot_mut(&mut self, index: usize) -> &mut dyn ::versionedobjects::Slot {
            match index {
                0usize => return &mut self.title,
                _ => {}
            }
            if index
                < OWN.len() + <Timestamped as ::versionedobjects::Mixin>::FIELDS.len()
            {
                return ::versionedobjects::Mixin::slot_mut(
                    &mut self.timestamped,
                    index - (OWN.len()),
                );
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
    impl ::versionedobjects::Embeds<Timestamped> for Book {
        const OFFSET: usize = OWN.len();
        fn mixin(&self) -> &Timestamped {
            &self.timestamped
        }
        fn mixin_mut(&mut self) -> (&mut Timestamped, &mut ::versionedobjects::Meta) {
            (&mut self.timestamped, &mut self.meta)
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
