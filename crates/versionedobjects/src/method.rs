//! Remotable methods as tables: what can be called, with which arguments, and
//! the function that calls it.

use std::fmt::Debug;
use std::sync::Arc;

use futures::future::BoxFuture;

use crate::{
    Context, Error, Exception, FieldType, Form, Indirection, Manifest, Object, Reader, Result,
    TypeDef, Value, VersionedObject, Writer,
};

/// Whether a method belongs to the class or to an object of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodKind {
    /// Called on the class.
    Class,
    /// Called on an object, which it may change.
    Instance,
}

/// A remotable method in the table of a class.
pub struct MethodDef {
    /// The name on the wire.
    pub name: &'static str,
    /// Class or instance method.
    pub kind: MethodKind,
    /// Whether it compares what is stored with what the context expects; see
    /// [`Expect`](crate::Expect).
    pub conditional: bool,
    /// The original's name of the context argument, which fingerprints contain.
    pub context: &'static str,
    /// The arguments behind the context.
    pub arguments: &'static [ArgumentDef],
    /// The type of the result.
    pub returns: crate::Element,
    /// The project's exceptions it may raise; `None` where nobody said.
    pub errors: Option<&'static [&'static str]>,
    /// Calls the method by whatever route the context has.
    pub call: Call,
}

impl Debug for MethodDef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MethodDef")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Calls a method: with the context, the receiver of an instance method, and
/// the bound arguments.
pub type Call = for<'a> fn(
    &'a Context,
    Option<&'a mut dyn VersionedObject>,
    Arguments<'a>,
) -> BoxFuture<'a, Result<Box<dyn Returned>, Exception>>;

/// How an argument is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentKind {
    /// By position or by name.
    Plain,
    /// All remaining ones by position: Python's `*args`.
    Positional,
    /// All remaining ones by name: Python's `**kwargs`.
    Keyword,
}

/// An argument of a method.
#[derive(Debug, Clone, Copy)]
pub struct ArgumentDef {
    /// The name, by which peers may pass it.
    pub name: &'static str,
    /// How it is given.
    pub kind: ArgumentKind,
    /// The type.
    pub ty: &'static TypeDef,
    /// Whether null is a value of it.
    pub nullable: bool,
    /// What it is when it is not given.
    pub default: Option<fn() -> Value>,
}

/// The result of a method, without its type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed to or returned by a remotable method",
    note = "arguments and results are of types that implement `FieldType`, as fields are"
)]
pub trait Returned: Debug + Send {
    /// Writes the primitive.
    fn write(&self, writer: &mut Writer<'_>);
    /// The result if it is an object itself.
    fn as_object(&self) -> Option<&dyn VersionedObject>;
}

impl<T: FieldType> Returned for T {
    fn write(&self, writer: &mut Writer<'_>) {
        FieldType::write(self, writer);
    }

    fn as_object(&self) -> Option<&dyn VersionedObject> {
        let mut object = None;
        if T::TYPE.is_object() {
            self.visit(&mut |found| object = Some(found));
        }
        object
    }
}

/// The arguments of a call that came in, as raw JSON, bound to the method's
/// parameters the way Python binds them.
#[derive(Debug)]
pub struct Arguments<'a> {
    class: &'static str,
    method: &'static str,
    plain: Vec<Option<&'a str>>,
    positional: Vec<&'a str>,
    keyword: Vec<(&'a str, &'a str)>,
    context: Option<Context>,
}

impl<'a> Arguments<'a> {
    /// Binds what was given by position and by name.
    ///
    /// # Errors
    /// [`Error::Arguments`] in the words of Python's `TypeError`.
    pub fn bind(
        class: &'static str,
        method: &'static MethodDef,
        args: &[&'a str],
        kwargs: &[(&'a str, &'a str)],
    ) -> Result<Self> {
        let wrong = |reason: String| Error::Arguments {
            class,
            method: method.name,
            reason,
        };
        let parameters: Vec<&ArgumentDef> = method
            .arguments
            .iter()
            .filter(|argument| argument.kind == ArgumentKind::Plain)
            .collect();
        let takes = |kind| {
            method
                .arguments
                .iter()
                .any(|argument| argument.kind == kind)
        };
        let (plain, rest) = args.split_at(args.len().min(parameters.len()));
        let mut bound: Vec<Option<&'a str>> = plain.iter().map(|raw| Some(*raw)).collect();
        bound.resize(parameters.len(), None);
        if !rest.is_empty() && !takes(ArgumentKind::Positional) {
            return Err(wrong(format!(
                "takes {} arguments but {} were given",
                parameters.len(),
                args.len()
            )));
        }
        let mut keyword = Vec::new();
        for (name, raw) in kwargs {
            match parameters
                .iter()
                .zip(&mut bound)
                .find(|(parameter, _)| parameter.name == *name)
            {
                Some((_, slot @ None)) => *slot = Some(*raw),
                Some((parameter, Some(_))) => {
                    return Err(wrong(format!(
                        "got multiple values for argument '{}'",
                        parameter.name
                    )));
                }
                None if takes(ArgumentKind::Keyword) => keyword.push((*name, *raw)),
                None => {
                    let name: String = name.chars().take(64).collect();
                    return Err(wrong(format!(
                        "got an unexpected keyword argument '{name}'"
                    )));
                }
            }
        }
        let missing: Vec<String> = parameters
            .iter()
            .zip(&bound)
            .filter(|(parameter, slot)| slot.is_none() && parameter.default.is_none())
            .map(|(parameter, _)| format!("'{}'", parameter.name))
            .collect();
        if !missing.is_empty() {
            let plural = if missing.len() == 1 {
                "argument"
            } else {
                "arguments"
            };
            return Err(wrong(format!(
                "missing {} required {plural}: {}",
                missing.len(),
                missing.join(" and ")
            )));
        }
        Ok(Self {
            class,
            method: method.name,
            plain: bound,
            positional: rest.to_vec(),
            keyword,
            context: None,
        })
    }

    /// Reads them as the context says: see [`Context::with_pin`] and
    /// [`Context::keeping_unknown`].
    #[must_use]
    pub fn under(mut self, ctx: &Context) -> Self {
        self.context = Some(ctx.clone());
        self
    }

    /// The value of the plain argument at that place among the plain ones, or
    /// its default.
    ///
    /// # Errors
    /// [`Error::Arguments`] if it does not fit the type.
    pub fn take<T: FieldType>(
        &self,
        index: usize,
        name: &str,
        default: impl FnOnce() -> Option<T>,
    ) -> Result<T> {
        match self.plain.get(index).copied().flatten() {
            Some(raw) => self.read(raw, name),
            None => default().ok_or_else(|| Error::Arguments {
                class: self.class,
                method: self.method,
                reason: format!("missing 1 required argument: '{name}'"),
            }),
        }
    }

    /// The remaining arguments given by position.
    ///
    /// # Errors
    /// [`Error::Arguments`] if one is malformed.
    pub fn take_positional<T: FieldType>(&self, name: &str) -> Result<T> {
        self.read(&format!("[{}]", self.positional.join(",")), name)
    }

    /// The remaining arguments given by name.
    ///
    /// # Errors
    /// [`Error::Arguments`] if one is malformed.
    pub fn take_keyword<T: FieldType>(&self, name: &str) -> Result<T> {
        let mut writer = Writer::new(Form::Native);
        writer.object(self.keyword.iter().copied(), Writer::raw);
        self.read(&writer.finish()?, name)
    }

    fn read<T: FieldType>(&self, raw: &str, name: &str) -> Result<T> {
        let value = match &self.context {
            Some(ctx) => ctx.reader(raw).and_then(read_all_from),
            None => read_all(raw),
        };
        match value {
            Ok(value) => Ok(value),
            Err(Error::BareValue(cause)) => Err(Error::Arguments {
                class: self.class,
                method: self.method,
                reason: format!("cannot take its argument '{name}': {cause}"),
            }),
            Err(other) => Err(other),
        }
    }
}

/// Reads one value that is the whole text.
///
/// # Errors
/// When the text is malformed or the value does not fit.
pub fn read_all<T: FieldType>(text: &str) -> Result<T> {
    read_all_from(Reader::new(text)?)
}

/// Reads one value that is all a reader has.
///
/// # Errors
/// When the text is malformed or the value does not fit.
pub fn read_all_from<T: FieldType>(mut reader: Reader<'_>) -> Result<T> {
    if !T::NULLABLE && reader.is_null()? {
        // `()` reads null; everything else refuses it in its own words.
        let value = T::from_primitive(Value::Null)?;
        reader.null()?;
        return Ok(value);
    }
    let value = T::read(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// The arguments of a call that goes out: Python's `args` and `kwargs` as JSON.
#[derive(Debug)]
pub struct Outgoing {
    args: Vec<String>,
    kwargs: Vec<(&'static str, String)>,
    extra: Option<String>,
    error: Option<Error>,
    reads: Option<Arc<Manifest>>,
}

impl Default for Outgoing {
    fn default() -> Self {
        Self::new()
    }
}

impl Outgoing {
    /// No arguments yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            args: Vec::new(),
            kwargs: Vec::new(),
            extra: None,
            error: None,
            reads: None,
        }
    }

    /// No arguments yet, for whoever answers behind `remote`.
    pub async fn to(ctx: &Context, remote: &Arc<dyn Indirection>) -> Self {
        Self {
            reads: remote.reads(ctx).await,
            ..Self::new()
        }
    }

    /// What whoever they are for can read, if it said so: objects among them
    /// are written as that.
    #[must_use]
    pub fn reads(&self) -> Option<&Arc<Manifest>> {
        self.reads.as_ref()
    }

    fn text(&mut self, value: &dyn Returned) -> String {
        let mut writer = match self.reads.as_deref() {
            Some(reads) => Writer::for_manifest(reads),
            // What was kept for others goes along; a Python callee ignores it.
            None => Writer::new(Form::Compat).carrying(),
        };
        value.write(&mut writer);
        writer.finish().unwrap_or_else(|error| {
            self.error.get_or_insert(error);
            "null".to_owned()
        })
    }

    /// Adds an argument by position.
    pub fn positional(&mut self, value: &dyn Returned) {
        let text = self.text(value);
        self.args.push(text);
    }

    /// Adds an argument by name.
    pub fn keyword(&mut self, name: &'static str, value: &dyn Returned) {
        let text = self.text(value);
        self.kwargs.push((name, text));
    }

    /// Adds all arguments of Python's `*args`, a list.
    pub fn all_positional(&mut self, values: &[serde_json::Value]) {
        for value in values {
            self.args.push(crate::python_json(value));
        }
    }

    /// Adds all arguments of Python's `**kwargs`, a dictionary.
    pub fn all_keyword(&mut self, values: &crate::JsonMap) {
        let pairs: Vec<String> = values
            .iter()
            .map(|(key, value)| {
                format!(
                    "{}: {}",
                    crate::python_json(&key.as_str().into()),
                    crate::python_json(value)
                )
            })
            .collect();
        if !pairs.is_empty() {
            self.extra = Some(pairs.join(", "));
        }
    }

    /// The JSON texts of `args` and of `kwargs`.
    ///
    /// # Errors
    /// When an argument could not be written.
    pub fn finish(self) -> Result<(String, String)> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let pairs = self
            .kwargs
            .iter()
            .map(|(name, text)| format!("\"{name}\": {text}"))
            .chain(self.extra);
        let pairs: Vec<String> = pairs.collect();
        Ok((
            format!("[{}]", self.args.join(", ")),
            format!("{{{}}}", pairs.join(", ")),
        ))
    }
}

/// The remotable methods of a class; implemented by `#[remotable]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` says that it has methods, but there is no `#[remotable({Self})]` trait",
    note = "write the trait of its store, or take `methods` out of its `#[object(..)]`"
)]
pub trait Methods: Object {
    /// The table.
    const METHODS: &'static [MethodDef];
}
