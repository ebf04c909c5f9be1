//! An instance's NUMA topology: which of its processors and how much of its
//! memory are on which node, and which host processors they are pinned to.

use std::collections::BTreeSet;

use crate::Error;
use crate::fields::{CpuAllocationPolicy, CpuEmulatorThreadsPolicy, CpuThreadAllocationPolicy};
use crate::prelude::*;
use crate::python;
use crate::virt_cpu_topology::VirtCPUTopology;

/// One node of an instance's topology.
///
/// New cells have their defaults set: the class is one of Nova's ephemeral
/// objects, which are never saved attribute by attribute.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    init = set_defaults,
    history(
        "1.0" = "Initial version",
        "1.1" = "pagesize",
        "1.2" = "cpu_pinning_raw and cpu_topology",
        "1.3" = "cpu_policy and cpu_thread_policy",
        "1.4" = "cpuset_reserved",
        "1.5" = "pcpuset takes the pinned processors out of cpuset",
        "1.6" = "The cpu_policy mixed",
    )
)]
pub struct InstanceNUMACell {
    meta: Meta,
    id: Attr<i64>,
    #[object(was(until = "1.5", down_with = all_cpus, lossy))]
    cpuset: Attr<BTreeSet<i64>>,
    #[object(since = "1.5")]
    pcpuset: Attr<BTreeSet<i64>>,
    #[object(since = "1.4", default = None)]
    cpuset_reserved: Attr<Option<BTreeSet<i64>>>,
    memory: Attr<i64>,
    #[object(default = None)]
    pagesize: Attr<Option<i64>>,
    cpu_topology: Attr<Option<VirtCPUTopology>>,
    #[object(default = None)]
    cpu_pinning_raw: Attr<Option<Dict<i64>>>,
    #[object(since = "1.3", default = None, values("mixed", since = "1.6"))]
    cpu_policy: Attr<Option<CpuAllocationPolicy>>,
    #[object(since = "1.3", default = None)]
    cpu_thread_policy: Attr<Option<CpuThreadAllocationPolicy>>,
}

fn set_defaults(cell: &mut InstanceNUMACell) {
    // Fails for a field without default only, and none is named.
    let _ = ObjectExt::set_defaults(cell, &[]);
}

/// Before 1.5 all processors of a dedicated cell were in `cpuset`. The original
/// looks at `cpu_policy` and `pcpuset` without asking whether they are there.
fn all_cpus(
    cell: &InstanceNUMACell,
    target: Version,
) -> versionedobjects::Result<Option<BTreeSet<i64>>> {
    let missing = |key: &str| versionedobjects::Error::MissingKey {
        object: "InstanceNUMACell",
        version: target,
        key: key.to_owned(),
    };
    let policy = cell.cpu_policy().map_err(|_| missing("cpu_policy"))?;
    if policy == Some(CpuAllocationPolicy::Dedicated) {
        let pinned = cell.pcpuset().map_err(|_| missing("pcpuset"))?;
        return Ok(Some(pinned.clone()));
    }
    Ok(cell.cpuset().ok().cloned())
}

impl InstanceNUMACell {
    /// All processors of the cell, pinned or not.
    ///
    /// # Errors
    ///
    /// When one of the two sets is not set.
    pub fn total_cpus(&self) -> Result<BTreeSet<i64>> {
        Ok(self.cpuset()?.union(self.pcpuset()?).copied().collect())
    }

    /// Brings a cell that was stored by an older release up to 1.6; says
    /// whether there was anything to do. Older ones than 1.4 and contradictory
    /// ones are left alone, as in the original.
    fn migrate(&mut self) -> bool {
        let version = self.version();
        if version < Version::new(1, 4) || version >= Version::new(1, 6) {
            return false;
        }
        let policy = self.cpu_policy().ok().flatten();
        let pinned = self.pcpuset().is_ok_and(|cpus| !cpus.is_empty());
        let floating = self.cpuset().is_ok_and(|cpus| !cpus.is_empty());
        match policy {
            Some(CpuAllocationPolicy::Dedicated)
                if version >= Version::new(1, 5) && (floating || !pinned) =>
            {
                return false;
            }
            Some(CpuAllocationPolicy::Dedicated) if !pinned => {
                let cpus = self.cpuset().cloned().unwrap_or_default();
                self.set_pcpuset(cpus);
                self.set_cpuset(BTreeSet::new());
            }
            None | Some(CpuAllocationPolicy::Shared) => self.set_pcpuset(BTreeSet::new()),
            Some(_) => {}
        }
        // A copy of oslo's kind has the class's own version.
        if let Some(current) = self.clone_oslo().downcast_ref::<Self>() {
            *self = current.clone();
        }
        true
    }

    fn from_legacy(stored: &Json) -> Result<Self> {
        let mut cell = Self::new();
        if let Some(id) = stored.get("id") {
            cell.set("id", id.clone())?;
        }
        cell.set_cpuset(parse_cpu_spec(
            stored
                .get("cpus")
                .and_then(Json::as_str)
                .unwrap_or_default(),
        )?);
        cell.set_pcpuset(BTreeSet::new());
        cell.set(
            "memory",
            stored
                .pointer("/mem/total")
                .cloned()
                .unwrap_or_else(|| Json::from(0)),
        )?;
        cell.set(
            "pagesize",
            stored.get("pagesize").cloned().unwrap_or(Json::Null),
        )?;
        Ok(cell)
    }

    /// Forgets which host node and processors the cell was put on.
    pub fn clear_host_pinning(&mut self) {
        self.set_id(-1);
        self.set_cpu_pinning_raw(Some(Dict::new()));
    }
}

/// The processors that a text such as `1-4,^3,6` names (nova
/// `virt/hardware.py`, `parse_cpu_spec`).
fn parse_cpu_spec(spec: &str) -> Result<BTreeSet<i64>> {
    let (mut included, mut excluded) = (BTreeSet::new(), BTreeSet::new());
    for rule in spec
        .split(',')
        .map(str::trim)
        .filter(|rule| !rule.is_empty())
    {
        let (rule, cpus) = match rule.strip_prefix('^') {
            Some(rule) => (rule, &mut excluded),
            None => (rule, &mut included),
        };
        let invalid = || Error::value(format!("invalid CPU expression {}", python::repr_str(rule)));
        // No host has more; without a limit a text of 20 bytes fills the memory.
        let number = |text: &str| {
            text.trim()
                .parse::<u16>()
                .map(i64::from)
                .map_err(|_| invalid())
        };
        match rule.split_once('-') {
            Some((first, last)) if number(first)? <= number(last)? => {
                cpus.extend(number(first)?..=number(last)?)
            }
            Some(_) => return Err(invalid()),
            None => drop(cpus.insert(number(rule)?)),
        }
    }
    Ok(&included - &excluded)
}

/// The nodes of an instance.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    history(
        "1.0" = "Initial version",
        "1.1" = "Considers the page size",
        "1.2" = "InstanceNUMACell 1.2",
        "1.3" = "emulator_threads_policy",
    )
)]
pub struct InstanceNUMATopology {
    meta: Meta,
    id: Attr<i64>,
    instance_uuid: Attr<Uuid>,
    cells: Attr<Vec<InstanceNUMACell>>,
    #[object(since = "1.3")]
    emulator_threads_policy: Attr<Option<CpuEmulatorThreadsPolicy>>,
}

impl InstanceNUMATopology {
    /// The topology that an instance's record holds, and whether it was brought
    /// up to date on the way and should be stored again (nova
    /// `objects/instance_numa.py`, `obj_from_db_obj`).
    ///
    /// Cells from before 1.6 keep pinned processors in `cpuset`; those from
    /// before Liberty are no objects yet.
    ///
    /// # Errors
    ///
    /// When the text is no topology of any age.
    pub fn from_stored(instance_uuid: &str, text: &str) -> Result<(Self, bool)> {
        let stored: JsonMap = serde_json::from_str(text)
            .map_err(|error| Error::value(format!("read a NUMA topology: {error}")))?;
        if !stored.contains_key("nova_object.name") {
            return Ok((Self::from_legacy(instance_uuid, &stored)?, true));
        }
        let mut topology = Self::from_json(text)?;
        let mut migrated = false;
        // A topology without cells has none to migrate.
        let _ = topology.edit_cells(|cells| {
            for cell in cells {
                migrated |= cell.migrate();
            }
        });
        Ok((topology, migrated))
    }

    fn from_legacy(instance_uuid: &str, stored: &JsonMap) -> Result<Self> {
        let cells = stored
            .get("cells")
            .and_then(Json::as_array)
            .map_or(&[][..], Vec::as_slice);
        let mut topology = Self::new();
        topology.set_instance_uuid(instance_uuid);
        topology.set_cells(
            cells
                .iter()
                .map(InstanceNUMACell::from_legacy)
                .collect::<Result<Vec<_>>>()?,
        );
        Ok(topology)
    }

    /// Forgets which host nodes and processors the instance was put on.
    ///
    /// # Errors
    ///
    /// When the cells are not set.
    pub fn clear_host_pinning(&mut self) -> Result<()> {
        Ok(self.edit_cells(|cells| {
            cells
                .iter_mut()
                .for_each(InstanceNUMACell::clear_host_pinning)
        })?)
    }
}

/// What can be asked of NUMA topologies.
#[remotable(InstanceNUMATopology)]
pub trait InstanceNUMATopologyStore {
    /// Keeps the topology with its instance.
    #[errors(InstanceNotFound)]
    async fn create(
        &self,
        ctx: &Context,
        instance_numa_topology: &mut InstanceNUMATopology,
    ) -> Result<()>;

    /// The topology kept with that instance, if any; `NumaTopologyNotFound`
    /// when the instance has no record to keep one in.
    #[errors(NumaTopologyNotFound)]
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<Option<InstanceNUMATopology>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(version: &str, cell: &str) -> (InstanceNUMACell, bool) {
        let text = format!(
            r#"{{"nova_object.name": "InstanceNUMATopology", "nova_object.namespace": "nova", "nova_object.version": "1.3",
                "nova_object.data": {{"cells": [{{"nova_object.name": "InstanceNUMACell", "nova_object.namespace": "nova",
                "nova_object.version": "{version}", "nova_object.data": {cell}}}]}}}}"#
        );
        let (topology, migrated) = InstanceNUMATopology::from_stored("u1", &text).unwrap();
        (topology.cells().unwrap()[0].clone(), migrated)
    }

    #[test]
    fn pinned_processors_of_old_cells_move() {
        let (cell, migrated) = stored("1.4", r#"{"cpuset": [0, 1], "cpu_policy": "dedicated"}"#);
        assert!(migrated);
        assert_eq!(cell.pcpuset().unwrap(), &BTreeSet::from([0, 1]));
        assert!(cell.cpuset().unwrap().is_empty());
        assert_eq!(cell.version(), Version::new(1, 6));
    }

    #[test]
    fn floating_processors_of_old_cells_stay() {
        let (cell, migrated) = stored("1.4", r#"{"cpuset": [0, 1], "cpu_policy": null}"#);
        assert!(migrated && cell.pcpuset().unwrap().is_empty());
        assert_eq!(cell.total_cpus().unwrap(), BTreeSet::from([0, 1]));
    }

    #[test]
    fn what_is_current_too_old_or_contradictory_is_left_alone() {
        for (version, cell) in [
            (
                "1.6",
                r#"{"cpuset": [0], "pcpuset": [], "cpu_policy": "shared"}"#,
            ),
            ("1.3", r#"{"cpuset": [0], "cpu_policy": "dedicated"}"#),
            (
                "1.5",
                r#"{"cpuset": [0], "pcpuset": [1], "cpu_policy": "dedicated"}"#,
            ),
        ] {
            assert!(!stored(version, cell).1, "{version}");
        }
    }

    #[test]
    fn topologies_from_before_liberty_are_read() {
        let text =
            r#"{"cells": [{"id": 0, "cpus": "0-3,^2", "mem": {"total": 512}, "pagesize": 2048}]}"#;
        let (topology, migrated) = InstanceNUMATopology::from_stored("u1", text).unwrap();
        let [cell] = topology.cells().unwrap() else {
            panic!("{topology:?}")
        };
        assert!(migrated);
        assert_eq!(cell.cpuset().unwrap(), &BTreeSet::from([0, 1, 3]));
        assert_eq!(
            (cell.memory().unwrap(), cell.pagesize().unwrap()),
            (512, Some(2048))
        );
    }

    #[test]
    fn processors_are_named_by_number_and_range() {
        assert_eq!(
            parse_cpu_spec(" 1-4, ^3 ,6,,").unwrap(),
            BTreeSet::from([1, 2, 4, 6])
        );
        for bad in ["x", "1-", "3-1", "^", "-1", "99999999"] {
            assert!(parse_cpu_spec(bad).is_err(), "{bad}");
        }
    }
}
