//! One difference between two contracts of a class.

use std::fmt;

use super::{Bump, Matrix};

/// A difference, what it needs and who breaks by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where it is.
    pub place: Place,
    /// What kind it is of.
    pub kind: Kind,
    /// What is different, as the end of a sentence about the place.
    pub what: String,
    /// The bump without which it must not be.
    pub needs: Bump,
    /// Who breaks where the versions do not keep peers apart.
    pub breaks: Matrix,
    /// What else would do.
    pub advice: Option<String>,
}

impl Change {
    pub(super) fn new(
        place: Place,
        kind: Kind,
        needs: Bump,
        breaks: Matrix,
        what: impl Into<String>,
    ) -> Self {
        Self {
            place,
            kind,
            what: what.into(),
            needs,
            breaks,
            advice: None,
        }
    }

    pub(super) fn advise(self, advice: impl Into<String>) -> Self {
        Self {
            advice: Some(advice.into()),
            ..self
        }
    }

    /// Whether it is covered by that bump. The third part of a version covers
    /// additions to what can be called, never data.
    #[must_use]
    pub fn is_covered_by(&self, made: Bump) -> bool {
        let callable = matches!(self.place, Place::Method(_) | Place::Argument { .. });
        made >= self.needs || (made == Bump::Patch && self.needs == Bump::Minor && callable)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.place, self.what)
    }
}

/// Where in a class a difference is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The class as a whole.
    Class,
    /// What it says of its versions.
    Versions,
    /// A field.
    Field(String),
    /// A name that can be read but is no field.
    Computed(String),
    /// A method.
    Method(String),
    /// An argument of a method.
    Argument {
        /// The method.
        method: String,
        /// The argument.
        argument: String,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Class => f.write_str("the class"),
            Self::Versions => f.write_str("the history"),
            Self::Field(name) => write!(f, "field `{name}`"),
            Self::Computed(name) => write!(f, "the computed `{name}`"),
            Self::Method(name) => write!(f, "method `{name}`"),
            Self::Argument { method, argument } => {
                write!(f, "argument `{argument}` of `{method}`")
            }
        }
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal,)+) => {
        /// The kinds of differences.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Kind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The name in data.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }
        }
    };
}

kinds! {
    /// A class that was not recorded.
    ClassAdded = "class-added",
    /// A recorded class is gone.
    ClassRemoved = "class-removed",
    /// The namespace or the prefix on the wire.
    EnvelopeChanged = "envelope-changed",
    /// Whether it is a list class.
    ListChanged = "list-changed",
    /// Whether objects are compared by their data.
    ComparisonChanged = "comparison-changed",
    /// Whether objects inside follow to older versions.
    ChildrenFollowChanged = "children-follow-changed",
    /// A function converts data to older versions now.
    ConversionAdded = "conversion-added",
    /// No function converts data to older versions any more.
    ConversionRemoved = "conversion-removed",
    /// A function completes data of older versions now.
    CompletionAdded = "completion-added",
    /// No function completes data of older versions any more.
    CompletionRemoved = "completion-removed",
    /// oslo's fingerprint alone.
    FingerprintChanged = "fingerprint-changed",
    /// How the same is written.
    TextChanged = "text-changed",
    /// The newest version is older than the recorded one.
    VersionLowered = "version-lowered",
    /// A recorded version is gone.
    VersionForgotten = "version-forgotten",
    /// A version between or before recorded ones.
    VersionInserted = "version-inserted",
    /// A new version.
    VersionAdded = "version-added",
    /// What a version is said to have brought.
    NoteChanged = "note-changed",
    /// A new field.
    FieldAdded = "field-added",
    /// A field that is gone.
    FieldRemoved = "field-removed",
    /// A field under another name.
    FieldRenamed = "field-renamed",
    /// A recorded version has the field, or lacks it, where it did not.
    FieldRewritten = "field-rewritten",
    /// The order of the fields.
    FieldsReordered = "fields-reordered",
    /// Another type.
    TypeChanged = "type-changed",
    /// Another name for a type that is otherwise the same.
    TypeRenamed = "type-renamed",
    /// The pattern, format or range of a type.
    FormChanged = "form-changed",
    /// Null is a value now.
    NullAllowed = "null-allowed",
    /// Null is no value any more.
    NullForbidden = "null-forbidden",
    /// An enumeration has a further value.
    ValueAdded = "value-added",
    /// An enumeration lacks a value.
    ValueRemoved = "value-removed",
    /// The order of an enumeration's values.
    ValuesReordered = "values-reordered",
    /// An enumeration keeps values it does not know.
    EnumOpened = "enum-opened",
    /// An enumeration refuses values it does not know.
    EnumClosed = "enum-closed",
    /// A state may be followed by a further one.
    TransitionAdded = "transition-added",
    /// A state may no longer be followed by one.
    TransitionRemoved = "transition-removed",
    /// Objects of a further class are accepted.
    TargetAdded = "target-added",
    /// Objects of a class are no longer accepted, or of another one instead.
    TargetRemoved = "target-removed",
    /// A field can be set once only.
    ReadOnlyAdded = "read-only-added",
    /// A field can be set again.
    ReadOnlyRemoved = "read-only-removed",
    /// A field may be missing until it is loaded.
    LazyAdded = "lazy-added",
    /// A field cannot be loaded later.
    LazyRemoved = "lazy-removed",
    /// A default where there was none.
    DefaultAdded = "default-added",
    /// Another default.
    DefaultChanged = "default-changed",
    /// No default any more.
    DefaultRemoved = "default-removed",
    /// Which version of the objects inside a new version has.
    ChildAdded = "child-added",
    /// What older readers are sent in the place of a newer value.
    ReplacementChanged = "replacement-changed",
    /// Which version of the objects inside a recorded version has.
    ChildChanged = "child-changed",
    /// A further name that can be read.
    ComputedAdded = "computed-added",
    /// A name that can no longer be read.
    ComputedRemoved = "computed-removed",
    /// A new method.
    MethodAdded = "method-added",
    /// A method that is gone.
    MethodRemoved = "method-removed",
    /// Called on the class instead of an object, or the other way round.
    MethodKindChanged = "method-kind-changed",
    /// The order of the methods.
    MethodsReordered = "methods-reordered",
    /// A new argument.
    ArgumentAdded = "argument-added",
    /// An argument that is gone.
    ArgumentRemoved = "argument-removed",
    /// An argument under another name.
    ArgumentRenamed = "argument-renamed",
    /// Another order of arguments.
    ArgumentMoved = "argument-moved",
    /// How an argument is passed.
    ArgumentKindChanged = "argument-kind-changed",
    /// An exception that could not be raised before.
    ErrorAdded = "error-added",
    /// An exception that is no longer raised.
    ErrorRemoved = "error-removed",
    /// It says now which exceptions it raises.
    ErrorsDeclared = "errors-declared",
    /// It no longer says which exceptions it raises.
    ErrorsUndeclared = "errors-undeclared",
    /// A method compares what is stored with what is expected now.
    ConditionAdded = "condition-added",
    /// A method no longer compares what is stored with what is expected.
    ConditionRemoved = "condition-removed",
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
