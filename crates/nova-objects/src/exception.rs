//! Nova's exceptions: class, HTTP code, message and keyword arguments.
//!
//! One table. A class's name, its message format and the names of its keyword
//! arguments travel on the wire (nova `exception.py`, `msg_fmt`) and have to
//! agree with every peer to the character.

use std::borrow::Cow;

use serde_json::Value as Json;
use versionedobjects::{Exception, JsonMap};

use crate::python;

/// The Python module all classes of the table live in.
pub const MODULE: &str = "nova.exception";

/// A value that can be a keyword argument of an exception.
trait Kwarg: Sized {
    fn to_json(&self) -> Json;
    fn from_json(value: &Json) -> Option<Self>;
}

impl Kwarg for String {
    fn to_json(&self) -> Json {
        Json::from(self.as_str())
    }

    fn from_json(value: &Json) -> Option<Self> {
        value.as_str().map(Self::from)
    }
}

impl Kwarg for i64 {
    fn to_json(&self) -> Json {
        Json::from(*self)
    }

    fn from_json(value: &Json) -> Option<Self> {
        value.as_i64()
    }
}

impl Kwarg for Json {
    fn to_json(&self) -> Json {
        self.clone()
    }

    fn from_json(value: &Json) -> Option<Self> {
        Some(value.clone())
    }
}

macro_rules! exceptions {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident { $($kwarg:ident: $type:ty),* $(,)? } = $code:literal, $format:literal;
    )+) => {
        /// An exception of Nova's with its keyword arguments.
        ///
        /// Arguments that are sometimes a number and sometimes a text (an id or
        /// a uuid) are `Json`: write `instance_id: uuid.into()`.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum NovaException {
            $(
                $(#[doc = $doc])+
                #[doc = concat!("\n\nMessage: `", $format, "`; HTTP code ", $code, ".")]
                $name {
                    $(#[doc = concat!("The keyword argument `", stringify!($kwarg), "`.")] $kwarg: $type,)*
                },
            )+
        }

        impl NovaException {
            /// The names of all classes of the table, in its order.
            pub const CLASSES: &'static [&'static str] = &[$(stringify!($name)),+];

            /// The class's name in Python.
            pub fn class(&self) -> &'static str {
                match self { $(Self::$name { .. } => stringify!($name),)+ }
            }

            /// The HTTP status that Nova's API answers with.
            pub fn code(&self) -> u16 {
                match self { $(Self::$name { .. } => $code,)+ }
            }

            /// The message before the arguments are put into it.
            pub fn format(&self) -> &'static str {
                match self { $(Self::$name { .. } => $format,)+ }
            }

            /// The keyword arguments in the order Nova passes them; without `code`.
            pub fn kwargs(&self) -> JsonMap {
                #[allow(unused_mut, reason = "some classes have no arguments")]
                let mut kwargs = JsonMap::new();
                match self {
                    $(Self::$name { $($kwarg),* } => {
                        $(kwargs.insert(stringify!($kwarg).to_owned(), Kwarg::to_json($kwarg));)*
                    })+
                }
                kwargs
            }

            /// The class built from keyword arguments; `None` for a class that
            /// is not in the table or arguments that do not fit it.
            fn rebuild(class: &str, kwargs: &JsonMap) -> Option<Self> {
                match class {
                    $(stringify!($name) => Some(Self::$name {
                        $($kwarg: Kwarg::from_json(kwargs.get(stringify!($kwarg))?)?,)*
                    }),)+
                    _ => None,
                }
            }
        }
    };
}

exceptions! {
    // General.
    /// An object refuses an action in its present state.
    ObjectActionError { action: String, reason: String }
        = 500, "Object action %(action)s failed because: %(reason)s";
    /// A remotable method or a lazy load on an object without a context.
    OrphanedObjectError { method: String, objtype: String }
        = 500, "Cannot call %(method)s on orphaned %(objtype)s object";
    /// Something that has no class of its own is missing.
    NotFound {} = 404, "Resource could not be found.";
    /// The record a page should start after does not exist.
    MarkerNotFound { marker: Json } = 404, "Marker %(marker)s could not be found.";
    /// A unique constraint refused a record.
    DuplicateRecord { target: String } = 500, "Unable to create duplicate record for %(target)s";
    /// A conditional delete or update found the row changed.
    ConstraintNotMet {} = 412, "Constraint not met.";
    /// A service without database access tried to use one.
    DBNotAllowed { binary: String }
        = 500, "%(binary)s attempted direct database access which is not allowed by policy";
    /// A caller handed over something that cannot be used.
    InvalidInput { reason: String } = 400, "Invalid input received: %(reason)s";
    /// An identifier out of the range the database can hold.
    InvalidID { id: Json } = 400, "Invalid ID received %(id)s.";
    /// Something else where a uuid belongs.
    InvalidUUID { uuid: Json } = 400, "Expected a uuid but received %(uuid)s.";
    /// A list was asked to be sorted by a key it does not have.
    InvalidSortKey {} = 400, "Sort key supplied was not valid.";
    /// A text that is no IP address.
    InvalidIpAddressError { address: String } = 400, "%(address)s is not a valid IP v4/6 address.";
    /// A condition that should never be.
    InternalError { err: String } = 500, "%(err)s";
    /// A cell did not answer in time.
    CellTimeout {} = 404, "Timeout waiting for response from cell";
    /// The caller may not do this.
    Forbidden {} = 403, "Forbidden";
    /// The caller is not an administrator, and only those may do this.
    AdminRequired {} = 403, "User does not have admin privileges";
    /// A quota would be exceeded.
    OverQuota { overs: Json } = 413, "Quota exceeded for resources: %(overs)s";
    /// The scheduler found nowhere to put a server.
    NoValidHost { reason: String } = 500, "No valid host was found. %(reason)s";

    // service
    /// No such service.
    ServiceNotFound { service_id: Json } = 404, "Service %(service_id)s could not be found.";
    /// A host has no service of that binary.
    HostBinaryNotFound { host: Json, binary: Json } = 404, "Could not find binary %(binary)s on host %(host)s.";
    /// A host has a service of that binary already.
    ServiceBinaryExists { host: Json, binary: Json } = 500, "Service with host %(host)s binary %(binary)s exists.";
    /// A host has a service on that topic already.
    ServiceTopicExists { host: Json, topic: Json } = 500, "Service with host %(host)s topic %(topic)s exists.";
    /// A service registers with a version below the deployment's minimum.
    ServiceTooOld { thisver: i64, minver: i64 }
        = 400, "This service is older (v%(thisver)i) than the minimum (v%(minver)i) version of the rest of the deployment. Unable to continue.";
    /// A service is needed that does not answer.
    ServiceUnavailable {} = 400, "Service is unavailable at this time.";

    // compute_node
    /// No such host.
    HostNotFound { host: Json } = 404, "Host %(host)s could not be found.";
    /// No compute service or node of that host, name, id or uuid.
    ComputeHostNotFound { host: Json } = 404, "Compute host %(host)s could not be found.";
    /// The compute service of a host does not answer.
    ComputeServiceUnavailable { host: Json } = 400, "Compute service of %(host)s is unavailable at this time.";
    /// A compute node is about to take over another's identity.
    InvalidNodeConfiguration { reason: String } = 500, "Invalid node identity configuration: %(reason)s";

    // flavor
    /// No such flavor.
    FlavorNotFound { flavor_id: Json } = 404, "Flavor %(flavor_id)s could not be found.";
    /// No flavor of that name.
    FlavorNotFoundByName { flavor_name: String } = 404, "Flavor with name %(flavor_name)s could not be found.";
    /// A flavor of that name exists.
    FlavorExists { name: String } = 500, "Flavor with name %(name)s already exists.";
    /// A flavor of that public id exists.
    FlavorIdExists { flavor_id: Json } = 500, "Flavor with ID %(flavor_id)s already exists.";
    /// A project can use the flavor already.
    FlavorAccessExists { flavor_id: Json, project_id: Json }
        = 500, "Flavor access already exists for flavor %(flavor_id)s and project %(project_id)s combination.";
    /// A project has no access to the flavor that could be taken away.
    FlavorAccessNotFound { flavor_id: Json, project_id: Json }
        = 404, "Flavor access not found for %(flavor_id)s / %(project_id)s combination.";
    /// A flavor lacks the extra spec.
    FlavorExtraSpecsNotFound { extra_specs_key: String, flavor_id: Json }
        = 404, "Flavor %(flavor_id)s has no extra specs with key %(extra_specs_key)s.";
    /// Others kept changing the extra specs of a flavor.
    FlavorExtraSpecUpdateCreateFailed { id: Json, retries: i64 }
        = 500, "Flavor %(id)s extra spec cannot be updated or created after %(retries)d retries.";

    // keypair
    /// A user has no key pair of that name.
    KeypairNotFound { user_id: Json, name: String } = 404, "Keypair %(name)s not found for user %(user_id)s";
    /// A user has a key pair of that name already.
    KeyPairExists { key_name: String } = 500, "Key pair '%(key_name)s' already exists.";

    // instance
    /// No such instance.
    InstanceNotFound { instance_id: Json } = 404, "Instance %(instance_id)s could not be found.";
    /// Names have to be unique, and this one is taken.
    InstanceExists { name: String } = 500, "Instance %(name)s already exists.";
    /// An operation does not fit the instance's state.
    InstanceInvalidState { attr: String, instance_uuid: String, state: Json, method: String }
        = 400, "Instance %(instance_uuid)s in %(attr)s %(state)s. Cannot %(method)s while the instance is in this state.";
    /// An instance's `vm_state`, or anything else a saver expected, has changed.
    InstanceUpdateConflict { instance_uuid: Json, expected: Json, actual: Json }
        = 500, "Conflict updating instance %(instance_uuid)s. Expected: %(expected)s. Actual: %(actual)s";
    /// As [`NovaException::InstanceUpdateConflict`], and nothing expected differs any more.
    UnknownInstanceUpdateConflict { instance_uuid: Json, expected: Json, actual: Json }
        = 500, "Conflict updating instance %(instance_uuid)s, but we were unable to determine the cause";
    /// An instance's `task_state` is not the expected one.
    UnexpectedTaskStateError { instance_uuid: Json, expected: Json, actual: Json }
        = 500, "Conflict updating instance %(instance_uuid)s. Expected: %(expected)s. Actual: %(actual)s";
    /// An instance is being deleted, which its saver did not expect.
    UnexpectedDeletingTaskStateError { instance_uuid: Json, expected: Json, actual: Json }
        = 500, "Conflict updating instance %(instance_uuid)s. Expected: %(expected)s. Actual: %(actual)s";
    /// An instance has no info cache.
    InstanceInfoCacheNotFound { instance_uuid: Json }
        = 404, "Info cache for instance %(instance_uuid)s could not be found.";
    /// An instance lacks the tag.
    InstanceTagNotFound { instance_id: Json, tag: String } = 404, "Instance %(instance_id)s has no tag '%(tag)s'";
    /// No action was recorded for that request.
    InstanceActionNotFound { request_id: Json, instance_uuid: Json }
        = 500, "Action for request_id %(request_id)s on instance %(instance_uuid)s not found";
    /// An action has no such event.
    InstanceActionEventNotFound { action_id: Json, event: Json }
        = 500, "Event %(event)s not found for action id %(action_id)s";
    /// An instance has no NUMA topology.
    NumaTopologyNotFound { instance_uuid: Json } = 404, "Instance %(instance_uuid)s does not specify a NUMA topology";
    /// An instance is not being moved.
    MigrationContextNotFound { instance_uuid: Json }
        = 404, "Instance %(instance_uuid)s does not specify a migration context.";
    /// No cell is known for an instance.
    InstanceMappingNotFound { uuid: Json } = 404, "Instance %(uuid)s has no mapping to a cell.";
    /// A config drive was asked for with something that is neither on nor off.
    ConfigDriveInvalidValue { option: Json } = 400, "Invalid value for Config Drive option: %(option)s";
    /// A server was asked to boot from an image that is not there.
    ImageNotFound { image_id: Json } = 404, "Image %(image_id)s could not be found.";

    // pci_device
    /// A node has no device at that address.
    PciDeviceNotFound { node_id: Json, address: Json } = 404, "PCI Device %(node_id)s:%(address)s not found.";
    /// No device with that id.
    PciDeviceNotFoundById { id: Json } = 404, "PCI device %(id)s not found";
    /// A device's status forbids the step.
    PciDeviceInvalidStatus { compute_node_id: Json, address: Json, status: Json, hopestatus: Json }
        = 400, "PCI device %(compute_node_id)s:%(address)s is %(status)s instead of %(hopestatus)s";
    /// A device belongs to another instance.
    PciDeviceInvalidOwner { compute_node_id: Json, address: Json, owner: Json, hopeowner: Json }
        = 400, "PCI device %(compute_node_id)s:%(address)s is owned by %(owner)s instead of %(hopeowner)s";
    /// The physical function behind a virtual one is in the way.
    PciDevicePFInvalidStatus { compute_node_id: Json, address: Json, status: Json, vf_address: Json, hopestatus: Json }
        = 400, "Physical Function %(compute_node_id)s:%(address)s, related to VF %(compute_node_id)s:%(vf_address)s is %(status)s instead of %(hopestatus)s";
    /// Some virtual function of a physical one is in use.
    PciDeviceVFInvalidStatus { compute_node_id: Json, address: Json }
        = 400, "Not all Virtual Functions of PF %(compute_node_id)s:%(address)s are free.";

    // security_group
    /// No such security group.
    SecurityGroupNotFound { security_group_id: Json } = 404, "Security group %(security_group_id)s not found.";
    /// A project has no security group of that name.
    SecurityGroupNotFoundForProject { project_id: Json, security_group_id: Json }
        = 404, "Security group %(security_group_id)s not found for project %(project_id)s.";
    /// A project has a security group of that name already.
    SecurityGroupExists { project_id: Json, security_group_name: String }
        = 400, "Security group %(security_group_name)s already exists for project %(project_id)s.";

    // enumerations
    /// A name that is no processor architecture.
    InvalidArchitectureName { arch: Json } = 400, "Architecture name '%(arch)s' is not recognised";
    /// A name that is no hypervisor type.
    InvalidHypervisorVirtType { hv_type: Json }
        = 400, "Hypervisor virtualization type '%(hv_type)s' is not recognised";
    /// A name that is no virtual machine mode.
    InvalidVirtualMachineMode { vmmode: Json } = 400, "Virtual machine mode '%(vmmode)s' is not recognised";
}

impl NovaException {
    /// The message with the arguments in it, as Python words them.
    pub fn message(&self) -> String {
        let kwargs = self.kwargs();
        python::interpolate(self.format(), |name| kwargs.get(name))
    }

    /// The form that travels.
    pub fn to_exception(&self) -> Exception {
        let message = self.message();
        let mut kwargs = self.kwargs();
        kwargs.insert("code".to_owned(), Json::from(self.code()));
        Exception {
            class: Cow::Borrowed(self.class()),
            module: Cow::Borrowed(MODULE),
            args: vec![Json::from(message.as_str())],
            message,
            kwargs,
        }
    }

    /// The exception a peer sent, or `None` when the table cannot say the same:
    /// an unknown class, other arguments, or a message of the raiser's own.
    pub fn from_exception(exception: &Exception) -> Option<Self> {
        if exception.module != MODULE {
            return None;
        }
        let rebuilt = Self::rebuild(&exception.class, &exception.kwargs)?;
        (rebuilt.message() == exception.message).then_some(rebuilt)
    }
}

impl std::fmt::Display for NovaException {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for NovaException {}
