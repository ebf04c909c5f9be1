//! The store traits whose rows are in a cell's database.

mod compute_node;
mod ec2;
mod instance;
mod instance_action;
mod instance_extra;
mod instance_fault;
mod instance_info_cache;
mod instance_numa;
mod instance_pci_requests;
mod minimum_version;
mod pci_device;
mod relation;
mod security_group;
mod service;
mod tag;

pub(crate) use minimum_version::MinimumVersions;
pub(crate) use relation::among;
