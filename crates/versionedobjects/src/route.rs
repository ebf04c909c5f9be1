//! How a call reaches the database: directly, or through someone who has one.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;

use crate::method::{MethodDef, Outgoing, read_all, read_all_from};
use crate::past::Named;
use crate::{
    Class, Context, Error, Exception, FieldType, Manifest, ObjectExt as _, Reader, Result,
    VersionedObject, carry, primitive,
};

/// The route of a call. Part of the context, so that two routes can be used
/// side by side and neither the code nor its caller knows which it is.
#[derive(Clone)]
pub enum Route {
    /// This process has a store.
    Direct(Store),
    /// Another process has one.
    Remote(Arc<dyn Indirection>),
}

impl Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Direct(_) => f.write_str("Direct"),
            Self::Remote(_) => f.write_str("Remote"),
        }
    }
}

/// A store whose type only its project knows.
#[derive(Clone)]
pub struct Store(Arc<dyn Any + Send + Sync>);

impl Store {
    /// Wraps a project's store.
    pub fn new<S: ?Sized + Send + Sync + 'static>(store: Arc<S>) -> Self {
        Self(Arc::new(store))
    }

    /// The store, if it is of that type. Called by what `#[remotable]` makes: a
    /// method that goes round it works in one process only.
    #[doc(hidden)]
    #[must_use]
    pub fn get<S: ?Sized + Send + Sync + 'static>(&self) -> Option<&S> {
        self.0.downcast_ref::<Arc<S>>().map(|store| &**store)
    }
}

/// The key by which a reply to an object's method says in which version its
/// names are, where versions of the class have different ones.
#[doc(hidden)]
pub const VERSION_KEY: &str = "obj_version";

/// What stands between a process without a database and one that has it: the
/// three calls of oslo's indirection API that are in use.
///
/// Implemented by the conductor's client, by relays and by tests; called by the
/// functions that `#[remotable]` makes.
#[async_trait]
pub trait Indirection: Send + Sync {
    /// What whoever answers can read, if that is known: objects are then sent
    /// as that, at once. Asked before each call.
    async fn reads(&self, _ctx: &Context) -> Option<Arc<Manifest>> {
        None
    }

    /// Calls a class method. Returns the result as JSON.
    async fn class_action(
        &self,
        ctx: &Context,
        class: &'static Class,
        method: &'static MethodDef,
        arguments: Outgoing,
    ) -> Result<String, CallError>;

    /// Calls a method of an object, which is sent along. Returns
    /// `[updates, result]` as JSON.
    async fn object_action(
        &self,
        ctx: &Context,
        object: &dyn VersionedObject,
        method: &'static MethodDef,
        arguments: Outgoing,
    ) -> Result<String, CallError>;

    /// Has an object that is too new for this side written at versions it can
    /// read. Takes and returns the primitive as JSON, which must not be read
    /// on the way.
    async fn backport(
        &self,
        ctx: &Context,
        primitive: &str,
        manifest: &Manifest,
    ) -> Result<String, CallError>;
}

/// Why a call to the other side gave no result.
#[derive(Debug)]
pub enum CallError {
    /// The method ran there and failed.
    Exception(Exception),
    /// It could not be called, or its answer not be read.
    Error(Error),
}

impl From<Error> for CallError {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl CallError {
    /// The project's own error for it.
    pub fn into_project<E: ProjectError>(self) -> E {
        match self {
            Self::Exception(exception) => E::from_exception(exception),
            Self::Error(error) => error.into(),
        }
    }
}

/// The error type of a project's methods: travels as an [`Exception`].
pub trait ProjectError: From<Error> + std::error::Error + Send + Sync + 'static {
    /// The names of the exceptions that methods may declare with `#[errors(..)]`.
    /// A method that declares any is held to it in debug builds: what its store
    /// raises of these must be among them. Python's own may be listed too, and
    /// declared where they are part of the contract; since they can come from
    /// anywhere, nobody is held to them.
    const CLASSES: &'static [&'static str] = &[];

    /// The form that travels.
    fn to_exception(&self) -> Exception;
    /// What arrived, as the project's own error where it is known.
    fn from_exception(exception: Exception) -> Self;
}

/// Calls a class method on the other side and reads the result.
///
/// # Errors
/// What the method or the way there failed with.
#[doc(hidden)]
pub async fn call_class<T: FieldType>(
    ctx: &Context,
    remote: &Arc<dyn Indirection>,
    class: &'static Class,
    method: &'static MethodDef,
    arguments: Outgoing,
) -> Result<T, CallError> {
    let text = remote.class_action(ctx, class, method, arguments).await?;
    decode(ctx, remote, text).await
}

/// Calls a method of an object on the other side, takes over what it changed,
/// and reads the result.
///
/// # Errors
/// What the method or the way there failed with.
#[doc(hidden)]
pub async fn call_object<T: FieldType>(
    ctx: &Context,
    remote: &Arc<dyn Indirection>,
    object: &mut dyn VersionedObject,
    method: &'static MethodDef,
    arguments: Outgoing,
) -> Result<T, CallError> {
    let unsent = unsent(object, arguments.reads().map(|reads| &**reads));
    let text = remote.object_action(ctx, object, method, arguments).await?;
    let reply = ActionReply::read(&text)?;
    reply.apply(ctx, remote, object).await?;
    object.mark_changed(&unsent);
    decode(ctx, remote, reply.result.to_owned()).await
}

/// The changes that whoever answers does not know yet and is not sent. They are
/// still to be made, whatever it says of the others.
fn unsent(object: &dyn VersionedObject, reads: Option<&Manifest>) -> Vec<&'static str> {
    let class = object.class();
    let Some(known) = reads.and_then(|reads| reads.get(class.name)) else {
        return Vec::new();
    };
    if known >= class.version() {
        return Vec::new();
    }
    let newer = |name: &&'static str| {
        let field = class.field_index(name).and_then(|i| class.fields.get(i));
        field.is_some_and(|field| field.since.is_some_and(|since| since > known))
    };
    object.changes().into_iter().filter(newer).collect()
}

/// `[updates, result]`, split but not yet read.
struct ActionReply<'t> {
    updates: Vec<(String, &'t str)>,
    result: &'t str,
}

impl<'t> ActionReply<'t> {
    fn read(text: &'t str) -> Result<Self> {
        let malformed = |reason: &str| Error::Malformed {
            what: "the reply of an object action".into(),
            reason: reason.into(),
        };
        let mut reader = Reader::new(text)?;
        if !reader.is_array()? {
            return Err(malformed("it is not a pair of updates and result"));
        }
        let mut updates = None;
        let mut result = None;
        reader.array(|reader| {
            if updates.is_none() {
                let mut found = Vec::new();
                if !reader.is_object()? {
                    return Err(malformed("its updates are no dictionary"));
                }
                reader.object(str::to_owned, |reader, key| {
                    found.push((key, reader.raw()?));
                    Ok(())
                })?;
                updates = Some(found);
            } else {
                result = Some(reader.raw()?);
            }
            Ok(())
        })?;
        match (updates, result) {
            (Some(updates), Some(result)) => Ok(Self { updates, result }),
            _ => Err(malformed("it is not a pair of updates and result")),
        }
    }

    /// Takes over the updates: sets each through the field, then takes the
    /// other side's word for what counts as changed (oslo's remotable wrapper).
    async fn apply(
        &self,
        ctx: &Context,
        remote: &Arc<dyn Indirection>,
        object: &mut dyn VersionedObject,
    ) -> Result<(), CallError> {
        let class = object.class();
        let mut changed: Vec<String> = Vec::new();
        let mut version = object.version();
        if let Some((_, raw)) = self.updates.iter().find(|(key, _)| key == VERSION_KEY) {
            version = read_all::<String>(raw)?.parse()?;
        }
        for (key, raw) in &self.updates {
            if key == "obj_what_changed" {
                changed = read_all(raw)?;
                continue;
            }
            let (index, past) = match class.named_at(key, version) {
                Some(Named::Field(index, past)) => (index, past),
                Some(Named::Removed(gone)) => {
                    if let Some(up) = gone.up {
                        up(object, &mut ctx.reader(raw)?)?;
                    }
                    continue;
                }
                None if key == VERSION_KEY => continue,
                None => {
                    if ctx.keeps_unknown() {
                        carry::keep(object, key.clone(), (*raw).to_owned());
                    }
                    continue;
                }
            };
            let Some(field) = class.fields.get(index) else {
                continue;
            };
            // A side that is held to older versions does not have the field yet.
            let pinned = ctx.pin().and_then(|pin| pin.get(class.name));
            if pinned.is_some_and(|pinned| field.since.is_some_and(|since| since > pinned)) {
                if ctx.keeps_unknown() {
                    carry::keep(object, key.clone(), (*raw).to_owned());
                }
                continue;
            }
            let before =
                (field.read_only && object.slot(index).is_set()).then(|| object.clone_box());
            let read = |object: &mut dyn VersionedObject, raw: &str| {
                primitive::read_field(&mut ctx.reader(raw)?, object, index, past)
            };
            match read(object, raw) {
                Err(Error::IncompatibleVersion { .. }) if field.ty.any_object().is_some() => {
                    let text = backported(ctx, remote, raw, field.ty).await?;
                    read(object, &text)?;
                }
                other => other?,
            }
            if let Some(before) = before
                && !before.slot(index).same(object.slot(index))
            {
                object.slot_mut(index).copy_from(before.slot(index));
                return Err(Error::ReadOnlyField {
                    object: class.name,
                    field: field.name,
                }
                .into());
            }
        }
        object.reset_changes();
        changed.retain(|name| match class.named_at(name, version) {
            Some(Named::Field(index, _)) => {
                object.meta_mut().mark(index);
                false
            }
            Some(Named::Removed(_)) => false,
            None => true,
        });
        if ctx.keeps_unknown() && !changed.is_empty() {
            carry::keep_changes(object, changed);
        }
        Ok(())
    }
}

async fn decode<T: FieldType>(
    ctx: &Context,
    remote: &Arc<dyn Indirection>,
    text: String,
) -> Result<T, CallError> {
    let read = |text: &str| read_all_from::<T>(ctx.reader(text)?);
    match read(&text) {
        Err(Error::IncompatibleVersion { .. }) if T::TYPE.any_object().is_some() => {
            let text = backported(ctx, remote, &text, T::TYPE).await?;
            Ok(read(&text)?)
        }
        other => Ok(other?),
    }
}

/// Reads what a peer sent unasked, such as an argument of a cast. Objects that
/// are too new for this side are asked for in an older form, where the route
/// leads to someone who can write it.
///
/// # Errors
/// What is wrong with the text, or what the other side failed with.
pub async fn read_or_backport<T: FieldType>(ctx: &Context, text: &str) -> Result<T, CallError> {
    match ctx.route() {
        Route::Remote(remote) => decode(ctx, remote, text.to_owned()).await,
        Route::Direct(_) => Ok(read_all_from(ctx.reader(text)?)?),
    }
}

/// The text of an object, or of a list of them, at versions this side reads.
async fn backported(
    ctx: &Context,
    remote: &Arc<dyn Indirection>,
    text: &str,
    ty: &'static crate::TypeDef,
) -> Result<String, CallError> {
    ctx.count_backport();
    let mut reader = Reader::new(text)?;
    if reader.is_array()? {
        let mut items = Vec::new();
        reader.array(|reader| {
            items.push(reader.raw()?);
            Ok(())
        })?;
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            texts.push(backported_object(ctx, remote, item, ty).await?);
        }
        return Ok(format!("[{}]", texts.join(", ")));
    }
    backported_object(ctx, remote, text, ty).await
}

async fn backported_object(
    ctx: &Context,
    remote: &Arc<dyn Indirection>,
    text: &str,
    ty: &'static crate::TypeDef,
) -> Result<String, CallError> {
    let header = primitive::header(&mut Reader::new(text)?)?;
    let classes = ty.any_object().map_or(&[][..], |target| (target.classes)());
    let Some(class) = classes.iter().find(|class| class.name == header.name) else {
        return Err(Error::UnsupportedObject {
            name: header.full_name(),
        }
        .into());
    };
    remote.backport(ctx, text, &ctx.manifest_of(class)).await
}
