//! Objects among the arguments of RPC methods other than the conductor's, such
//! as those a compute serves.

use oslo_messaging::{Args, Failure, Json, Kwargs};
use versionedobjects::{
    CallError, Context, FieldType, Form, Result, Returned, Writer, read_all, read_or_backport,
};

use crate::{Peer, failure_of};

/// The argument of that name, which must have been sent.
///
/// # Errors
/// Python's `TypeError` if it is missing; what is wrong with it otherwise.
pub fn required<T: FieldType>(
    args: &Args<'_>,
    method: &str,
    name: &str,
) -> Result<T, Box<Failure>> {
    match args.get(name) {
        Some(raw) => read_all(raw.get()).map_err(|error| failure_of(error.to_exception())),
        None => Err(missing(method, name)),
    }
}

fn missing(method: &str, name: &str) -> Box<Failure> {
    Failure::builtin(
        "TypeError",
        format!("{method}() missing 1 required positional argument: '{name}'"),
    )
    .into()
}

/// The object among the arguments of that name. One that is too new for this
/// side is asked for in an older form.
///
/// # Errors
/// Python's `TypeError` if it is missing; what is wrong with it otherwise.
pub async fn object<T: FieldType>(
    ctx: &Context,
    args: &Args<'_>,
    method: &str,
    name: &str,
) -> Result<T, Box<Failure>> {
    let raw = args.get(name).ok_or_else(|| missing(method, name))?;
    read_or_backport(ctx, raw.get())
        .await
        .map_err(|error| match error {
            CallError::Exception(exception) => failure_of(exception),
            CallError::Error(error) => failure_of(error.to_exception()),
        })
}

/// The argument of that name, if it was sent.
///
/// # Errors
/// What is wrong with it.
pub fn optional<T: FieldType>(args: &Args<'_>, name: &str) -> Result<Option<T>, Box<Failure>> {
    args.get(name)
        .filter(|raw| raw.get() != "null")
        .map(|raw| read_all(raw.get()).map_err(|error| failure_of(error.to_exception())))
        .transpose()
}

/// Adds an argument to a call.
///
/// # Errors
/// When it cannot be written.
pub fn with(kwargs: Kwargs, name: &str, value: &dyn Returned) -> Result<Kwargs> {
    Ok(kwargs.json(name, &Json::from_written(written(value, Form::Compat)?)))
}

/// Adds an argument that its reader can read at once: objects in it are written
/// at what `peer` says it reads.
///
/// # Errors
/// When it cannot be written.
pub fn with_for(kwargs: Kwargs, name: &str, value: &dyn Returned, peer: &Peer) -> Result<Kwargs> {
    let mut writer = peer.writer();
    value.write(&mut writer);
    Ok(kwargs.written(name, &writer.finish()?))
}

/// A value as JSON text.
///
/// # Errors
/// When it cannot be written.
pub fn written(value: &dyn Returned, form: Form) -> Result<String> {
    let mut writer = Writer::new(form);
    value.write(&mut writer);
    writer.finish()
}
