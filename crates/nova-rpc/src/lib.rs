//! Objects over RPC: joins `versionedobjects` and `oslo-messaging`, and names
//! no class.
//!
//! | module | what it is |
//! |---|---|
//! | [`ObjectEndpoint`] | serves every remotable method of a registry's classes: the conductor's three object methods |
//! | [`ConductorClient`] | the way there: the `Indirection` of a context without a store |
//! | [`RequestCodec`] | how a project's request travels as `_context_*` |
//! | [`Member`], [`Peers`] | who reads what: servers say it, senders look it up |
//! | [`arguments`] | objects among the arguments of any other RPC method |
//!
//! Both ends speak oslo's wire (`conductor` RPC 3.0), so either may be Python.
//! Two of our own agree on the native form by a context key that others
//! ignore; see [`ConductorClient::form`].

pub mod arguments;
mod codec;
mod conductor_client;
mod failure;
mod fleet;
mod manifests;
mod object_endpoint;
mod once;
mod updates;

pub use codec::{MapCodec, NoRequest, RequestCodec};
pub use conductor_client::ConductorClient;
pub use failure::{exception_of, failure_of};
pub use fleet::{Member, Peer, Peers, Profile, Skew, SkewCounts, Tempo};
pub use object_endpoint::{ObjectEndpoint, tell_loads};
pub use once::{End, Outcomes, Request, Work};

/// The version of the conductor's object methods.
pub const CONDUCTOR_VERSION: &str = "3.0";

/// The topic conductors serve.
pub const CONDUCTOR_TOPIC: &str = "conductor";

/// The context key by which a caller says that it reads the native form.
/// Peers that do not know it ignore it, as they do all unknown keys.
pub(crate) const FORM_KEY: &str = "object_form";

/// The context key by which the caller of an object's method says what it reads
/// of the answer. A class method has an argument for that.
pub(crate) const READS_KEY: &str = "object_reads";

/// The value of [`FORM_KEY`] for the native form.
pub(crate) const NATIVE: &str = "native";

/// The argument of `object_action` that holds what the caller expects of the
/// stored object, sent only where there is something.
///
/// Not a key that others ignore: a conductor that does not know it would save
/// without comparing. As an argument it is refused by them before anything is
/// done.
pub(crate) const EXPECT_ARGUMENT: &str = "expected";
