//! The contract: Nova's objects, what can be asked of them, and the words they
//! use. No SQL, no sockets: a process that links this crate can speak of
//! servers and services without being able to reach a database.
//!
//! In reading order:
//!
//! - [`service`] is the family to begin with: a class, its list, and a store
//!   trait for each that says what can be asked;
//! - [`compute_node`], [`flavor`], [`keypair`], [`instance`] and the families an
//!   instance consists of follow the same pattern, one file each;
//! - [`fields`] has Nova's enumerations, [`compute`] the states of servers;
//! - [`exception`] is the table of Nova's exceptions, [`Error`] what every method
//!   fails with;
//! - [`RequestContext`] says who asks.
//!
//! The list of families is in this file, written by hand: [`classes`],
//! [`registry`] and [`NovaStore`] come from it.
//!
//! ```
//! use nova_objects::{Service, registry};
//! use versionedobjects::ObjectExt;
//!
//! let mut service = Service::new();
//! service.set_host("compute-1");
//! service.set_binary("nova-compute");
//! assert_eq!(service.host()?, Some("compute-1"));
//! assert_eq!(service.changes(), ["host", "binary", "version"]);
//!
//! // It serializes itself, and whoever has the registry can read it.
//! let text = service.to_json()?;
//! let received = registry().read(&text)?;
//! assert_eq!(received.downcast_ref::<Service>().map(|service| service.host()).transpose()?, Some(Some("compute-1")));
//! # Ok::<(), versionedobjects::Error>(())
//! ```

pub mod compute;
pub mod compute_node;
pub mod context;
pub mod ec2;
pub mod error;
pub mod exception;
pub mod fields;
pub mod flavor;
pub mod hv_spec;
pub mod instance;
pub mod instance_action;
pub mod instance_fault;
pub mod instance_info_cache;
pub mod instance_numa;
pub mod instance_pci_requests;
pub mod keypair;
pub mod migration_context;
pub mod pci_device;
pub mod pci_device_pool;
mod persistent;
mod prelude;
mod project;
mod python;
pub mod resource;
pub mod security_group;
pub mod service;
pub mod tag;
pub mod trusted_certs;
pub mod vcpu_model;
pub mod virt_cpu_topology;
pub mod virt_device_metadata;

use std::sync::LazyLock;

use versionedobjects::{Class, Object, Registry};

pub use self::context::{ReadDeleted, RequestContext};
pub use self::error::{BuiltinError, DatabaseError, DatabaseErrorKind, Error, Result};
pub use self::exception::NovaException;
pub use self::flavor::FlavorLazy;
pub use self::instance::InstanceLazy;
pub use self::persistent::{Persistent, PersistentFields};
pub use self::project::Project;
pub use self::resource::AnyResourceMetadata;
pub use self::service::ServiceLazy;
pub use self::virt_device_metadata::{AnyDeviceBus, AnyDeviceMetadata, Device, DeviceFields};
pub use versionedobjects::Context;

/// Makes of the list of families the list of classes and the sum of the store
/// traits.
macro_rules! families {
    ($($($module:ident)::+ { $($class:ident $(($store:ident))?),+ })+) => {
        $(pub use self::$($module)::+::{$($class $(, $store)?),+};)+

        /// All classes of the crate, family by family.
        pub fn classes() -> impl Iterator<Item = &'static Class> {
            [$($(<$class as Object>::class_def()),+),+].into_iter()
        }

        /// Everything that can be asked of the objects of this crate.
        ///
        /// Implemented for whatever implements the store trait of each class:
        /// `nova-db` does on the database, tests on whatever they like. Held by
        /// the [`Context`] of a process that has it.
        pub trait NovaStore: Send + Sync + 'static $($($(+ $store)?)+)+ {}

        impl<T> NovaStore for T where T: Send + Sync + 'static $($($(+ $store)?)+)+ {}
    };
}

families! {
    compute_node { ComputeNode(ComputeNodeStore), ComputeNodeList(ComputeNodeListStore) }
    ec2 { EC2Ids(EC2IdsStore) }
    flavor { Flavor(FlavorStore), FlavorList(FlavorListStore) }
    hv_spec { HVSpec }
    instance { Instance(InstanceStore) }
    instance::list { InstanceList(InstanceListStore) }
    instance_action {
        InstanceAction(InstanceActionStore), InstanceActionList(InstanceActionListStore),
        InstanceActionEvent(InstanceActionEventStore), InstanceActionEventList(InstanceActionEventListStore)
    }
    instance_fault { InstanceFault(InstanceFaultStore), InstanceFaultList(InstanceFaultListStore) }
    instance_info_cache { InstanceInfoCache(InstanceInfoCacheStore) }
    instance_numa { InstanceNUMACell, InstanceNUMATopology(InstanceNUMATopologyStore) }
    instance_pci_requests { InstancePCIRequest, InstancePCIRequests(InstancePCIRequestsStore) }
    keypair { KeyPair(KeyPairStore), KeyPairList(KeyPairListStore) }
    migration_context { MigrationContext(MigrationContextStore) }
    pci_device { PciDevice(PciDeviceStore), PciDeviceList(PciDeviceListStore) }
    pci_device_pool { PciDevicePool, PciDevicePoolList }
    resource { Resource, ResourceList(ResourceListStore), ResourceMetadata, LibvirtVPMEMDevice }
    security_group { SecurityGroup(SecurityGroupStore), SecurityGroupList(SecurityGroupListStore) }
    service { Service(ServiceStore), ServiceList(ServiceListStore) }
    tag { Tag(TagStore), TagList(TagListStore) }
    trusted_certs { TrustedCerts(TrustedCertsStore) }
    vcpu_model { VirtCPUFeature, VirtCPUModel(VirtCPUModelStore) }
    virt_cpu_topology { VirtCPUTopology }
    virt_device_metadata {
        DeviceBus, PCIDeviceBus, USBDeviceBus, SCSIDeviceBus, IDEDeviceBus, XenDeviceBus,
        DeviceMetadata, NetworkInterfaceMetadata, DiskMetadata, ShareMetadata,
        InstanceDeviceMetadata(InstanceDeviceMetadataStore)
    }
}

/// The classes of this crate by name and version: what messages are read with.
pub fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| Registry::new(classes()));
    &REGISTRY
}
