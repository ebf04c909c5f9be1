//! NUMA topologies, and the forms in which older releases kept them.

use std::collections::BTreeSet;

use nova_objects::fields::CpuAllocationPolicy;
use nova_objects::{
    Context, InstanceNUMACell, InstanceNUMATopology, InstanceNUMATopologyStore, NovaException,
    RequestContext, Result,
};
use versionedobjects::{
    Json, Object as _, ObjectExt as _, Version, VersionedObject as _, async_trait,
};

use super::instance::extra;
use crate::connection::NovaDb;
use crate::execute::Execute;
use crate::request::request;

/// The topology that the text describes. One in an older form is kept in the current one
/// from now on.
///
/// # Errors
///
/// When the text describes none.
pub(super) async fn read(
    db: &impl Execute,
    uuid: &str,
    text: &str,
) -> Result<InstanceNUMATopology> {
    let (topology, renewed) = parse(uuid, text)?;
    if renewed {
        let columns = vec![("numa_topology", Some(topology.to_json()?))];
        extra::update(db, &RequestContext::admin(), uuid, columns).await?;
    }
    Ok(topology)
}

/// The topology, and whether its text was in an older form.
fn parse(uuid: &str, text: &str) -> Result<(InstanceNUMATopology, bool)> {
    if !text.contains("nova_object.name") {
        return Ok((from_before_objects(uuid, text)?, true));
    }
    let mut topology = InstanceNUMATopology::from_json(text)?;
    let mut renewed = false;
    // In place, so that what its writer left as changed still is, and nothing else.
    if let Some(cells) = topology.field_index("cells") {
        topology.slot_mut(cells).visit_mut(&mut |cell| {
            if let Some(cell) = cell.downcast_mut() {
                renewed |= renew(cell);
            }
        });
    }
    Ok((topology, renewed))
}

/// Moves pinned processors to where 1.5 of the cell has them (nova
/// `objects/instance_numa.py`, `_migrate_legacy_dedicated_instance_cpuset`).
fn renew(cell: &mut InstanceNUMACell) -> bool {
    let version = cell.version();
    if version < Version::new(1, 4) {
        tracing::warn!(%version, "cell of a NUMA topology too old to be converted");
        return false;
    }
    if version >= Version::new(1, 6) {
        return false;
    }
    let dedicated = matches!(cell.cpu_policy(), Ok(Some(CpuAllocationPolicy::Dedicated)));
    let mixed = matches!(cell.cpu_policy(), Ok(Some(CpuAllocationPolicy::Mixed)));
    let pinned = cell.pcpuset().is_ok_and(|cpus| !cpus.is_empty());
    let shared = cell.cpuset().cloned().unwrap_or_default();
    // Between these versions only the first of these conditions can be an inconsistency.
    if version >= Version::new(1, 5) && dedicated && (!shared.is_empty() || !pinned) {
        tracing::warn!(%version, "cell of a NUMA topology has dedicated processors in cpuset");
        return false;
    }
    if dedicated && !pinned {
        cell.set_pcpuset(shared);
        cell.set_cpuset(BTreeSet::new());
    } else if !dedicated && !mixed {
        cell.set_pcpuset(BTreeSet::new());
    }
    // A copy that forgets the version is at the current one.
    if let Some(current) = cell.clone_oslo().downcast_ref::<InstanceNUMACell>() {
        *cell = current.clone();
    }
    true
}

/// Of the releases before Liberty, which kept no objects (nova
/// `objects/instance_numa.py`, `_migrate_legacy_object`).
fn from_before_objects(uuid: &str, text: &str) -> Result<InstanceNUMATopology> {
    let unreadable =
        |reason: String| nova_objects::Error::value(format!("read NUMA topology: {reason}"));
    let stored: Json = serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?;
    let cells = stored.get("cells").and_then(Json::as_array);
    let mut read = Vec::new();
    for stored in cells.into_iter().flatten() {
        let mut cell = InstanceNUMACell::new();
        cell.load("id", stored.get("id").cloned().unwrap_or(Json::Null))?;
        let cpus = stored
            .get("cpus")
            .and_then(Json::as_str)
            .unwrap_or_default();
        cell.set_cpuset(cpu_spec(cpus).ok_or_else(|| unreadable(format!("processors {cpus:?}")))?);
        cell.set_pcpuset(BTreeSet::new());
        let memory = stored.get("mem").and_then(|mem| mem.get("total")).cloned();
        cell.load("memory", memory.unwrap_or_else(|| 0.into()))?;
        cell.load(
            "pagesize",
            stored.get("pagesize").cloned().unwrap_or(Json::Null),
        )?;
        read.push(cell);
    }
    let mut topology = InstanceNUMATopology::new();
    topology.set_instance_uuid(uuid);
    topology.set_cells(read);
    Ok(topology)
}

/// `0-3,8,^2`: ranges, numbers, and numbers to leave out.
fn cpu_spec(spec: &str) -> Option<BTreeSet<i64>> {
    let (mut with, mut without) = (BTreeSet::new(), BTreeSet::new());
    for rule in spec
        .split(',')
        .map(str::trim)
        .filter(|rule| !rule.is_empty())
    {
        match (rule.strip_prefix('^'), rule.split_once('-')) {
            (Some(excluded), _) => {
                without.insert(excluded.trim().parse().ok()?);
            }
            (None, Some((first, last))) => {
                let (first, last): (i64, i64) =
                    (first.trim().parse().ok()?, last.trim().parse().ok()?);
                if first > last || last - first > 65_536 {
                    return None;
                }
                with.extend(first..=last);
            }
            (None, None) => {
                with.insert(rule.parse().ok()?);
            }
        }
    }
    Some(with.difference(&without).copied().collect())
}

#[async_trait]
impl InstanceNUMATopologyStore for NovaDb {
    async fn create(
        &self,
        ctx: &Context,
        instance_numa_topology: &mut InstanceNUMATopology,
    ) -> Result<()> {
        let uuid = instance_numa_topology.instance_uuid()?;
        let columns = vec![("numa_topology", Some(instance_numa_topology.to_json()?))];
        extra::update(&self.main, request(ctx), uuid, columns).await?;
        instance_numa_topology.reset_changes();
        Ok(())
    }

    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<Option<InstanceNUMATopology>> {
        let text = extra::text(&self.main, request(ctx), &instance_uuid, "numa_topology").await?;
        let text = text.ok_or_else(|| NovaException::NumaTopologyNotFound {
            instance_uuid: instance_uuid.as_str().into(),
        })?;
        match text {
            Some(text) => Ok(Some(read(&self.main, &instance_uuid, &text).await?)),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(version: &str, data: &str) -> String {
        format!(
            r#"{{"nova_object.name": "InstanceNUMATopology", "nova_object.namespace": "nova", "nova_object.version": "1.3", "nova_object.data": {{"cells": [{{"nova_object.name": "InstanceNUMACell", "nova_object.namespace": "nova", "nova_object.version": "{version}", "nova_object.data": {data}}}]}}}}"#
        )
    }

    #[test]
    fn pinned_processors_move() {
        let text = cell(
            "1.4",
            r#"{"id": 0, "cpuset": [1, 2], "memory": 5, "cpu_policy": "dedicated"}"#,
        );
        let (topology, renewed) = parse("u", &text).unwrap();
        assert!(renewed);
        let cell = &topology.cells().unwrap()[0];
        assert_eq!(cell.pcpuset().unwrap(), &BTreeSet::from([1, 2]));
        assert!(cell.cpuset().unwrap().is_empty());
        assert_eq!(cell.version(), Version::new(1, 6));
    }

    #[test]
    fn current_and_too_old_cells_stay() {
        let data = r#"{"id": 0, "cpuset": [1, 2], "memory": 5, "cpu_policy": null}"#;
        for (version, expected) in [("1.6", false), ("1.3", false), ("1.4", true), ("1.5", true)] {
            assert_eq!(
                parse("u", &cell(version, data)).unwrap().1,
                expected,
                "{version}"
            );
        }
    }

    #[test]
    fn what_was_no_object_becomes_one() {
        let text =
            r#"{"cells": [{"id": 1, "cpus": "0-3,^2", "mem": {"total": 512}, "pagesize": 4}]}"#;
        let (topology, renewed) = parse("u", text).unwrap();
        assert!(renewed);
        let cell = &topology.cells().unwrap()[0];
        assert_eq!(cell.cpuset().unwrap(), &BTreeSet::from([0, 1, 3]));
        assert_eq!(
            (cell.memory().unwrap(), cell.pagesize().unwrap()),
            (512, Some(4))
        );
        assert!(parse("u", r#"{"cells": [{"id": 1, "cpus": "x"}]}"#).is_err());
    }
}
