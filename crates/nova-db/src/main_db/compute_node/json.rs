//! The fields of a compute node that are kept as JSON.

use nova_objects::{BuiltinError, ComputeNode, HVSpec, PciDevicePool, PciDevicePoolList, Result};
use versionedobjects::{Json, JsonMap, Object as _, ObjectExt as _, python_json};

use crate::changes::Changes;
use crate::row::Row;

/// Their columns, in the order in which [`fill`] reads them.
pub(super) const COLUMNS: [&str; 3] = ["stats", "supported_instances", "pci_stats"];

/// Sets the fields that are kept as JSON from the cells that begin at `first`.
pub(super) fn fill(node: &mut ComputeNode, row: &Row, first: usize) -> Result<()> {
    if let Some(stats) = row
        .get::<Option<&str>>(first)?
        .filter(|text| !text.is_empty())
    {
        node.load("stats", parse("stats", stats)?)?;
    }
    if let Some(specs) = row
        .get::<Option<&str>>(first + 1)?
        .filter(|text| !text.is_empty())
    {
        let specs: Vec<[Option<String>; 3]> = serde_json::from_str(specs)
            .map_err(|error| unreadable("supported_instances", &error))?;
        let specs = specs.into_iter().map(spec).collect::<Result<Vec<_>>>()?;
        node.set_supported_hv_specs(specs);
    }
    let pools = row.get::<Option<&str>>(first + 2)?;
    node.set_pci_device_pools(pools.map(pools_of).transpose()?);
    Ok(())
}

fn parse(column: &str, text: &str) -> Result<Json> {
    serde_json::from_str(text).map_err(|error| unreadable(column, &error))
}

fn unreadable(column: &str, error: &serde_json::Error) -> nova_objects::Error {
    nova_objects::Error::value(format!("read {column} of a compute node: {error}"))
}

fn spec([arch, hv_type, vm_mode]: [Option<String>; 3]) -> Result<HVSpec> {
    let mut spec = HVSpec::new();
    spec.set("arch", arch)?;
    spec.set("hv_type", hv_type)?;
    spec.set("vm_mode", vm_mode)?;
    Ok(spec)
}

/// Pools as they are kept now, or as dictionaries, as they were before they were objects
/// (nova `objects/pci_device_pool.py`, `from_pci_stats`). What is no JSON is no pool.
fn pools_of(text: &str) -> Result<PciDevicePoolList> {
    let pools = match serde_json::from_str(text) {
        Ok(Json::Object(map)) if map.contains_key("nova_object.namespace") => {
            return Ok(PciDevicePoolList::from_json(text)?);
        }
        Ok(Json::Object(map)) if map.is_empty() => Vec::new(),
        Ok(Json::Object(map)) => vec![pool(map)?],
        Ok(Json::Array(maps)) => maps
            .into_iter()
            .map(|map| match map {
                Json::Object(map) => pool(map),
                other => Err(nova_objects::Error::value(format!(
                    "read pci_stats of a compute node: {other} is no pool"
                ))),
            })
            .collect::<Result<_>>()?,
        Ok(_) | Err(_) => Vec::new(),
    };
    let mut list = PciDevicePoolList::new();
    list.set_objects(pools);
    Ok(list)
}

fn pool(mut map: JsonMap) -> Result<PciDevicePool> {
    let mut pool = PciDevicePool::new();
    for name in ["vendor_id", "product_id", "count"] {
        let value = map.remove(name);
        pool.set(
            name,
            value.ok_or_else(|| BuiltinError::Key(name.to_owned()))?,
        )?;
    }
    pool.set("numa_node", map.remove("numa_node"))?;
    pool.set("tags", Json::Object(map))?;
    Ok(pool)
}

/// The columns that hold JSON, from the fields that changed.
pub(super) fn changes(node: &ComputeNode, changes: &mut Changes) -> Result<()> {
    if node.is_changed("stats")
        && let Some(stats) = node.stats()?
    {
        let stats: JsonMap = stats
            .iter()
            .map(|(key, value)| (key.clone(), value.clone().into()))
            .collect();
        changes.set("stats", python_json(&stats.into()));
    }
    if node.is_changed("supported_hv_specs") {
        let specs = node.supported_hv_specs()?.iter().map(HVSpec::to_list);
        let specs = specs.collect::<Result<Vec<_>>>()?;
        changes.set(
            "supported_instances",
            python_json(&serde_json::json!(specs)),
        );
    }
    if node.is_changed("pci_device_pools") {
        let pools = node.pci_device_pools()?.map(|pools| {
            let primitive = pools.to_json()?;
            Ok::<_, nova_objects::Error>(python_json(&parse("pci_device_pools", &primitive)?))
        });
        changes.set("pci_stats", pools.transpose()?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_are_read_in_all_their_forms() {
        let one = r#"{"vendor_id": "8086", "product_id": "10ca", "count": 2, "numa_node": 1, "physical_network": "a"}"#;
        let pools = pools_of(one).unwrap();
        let pool = &pools.items()[0];
        assert_eq!(pool.vendor_id().unwrap(), "8086");
        assert_eq!(pool.count().unwrap(), 2);
        assert_eq!(pool.numa_node().unwrap(), Some(1));
        assert_eq!(
            pool.tags().unwrap()["physical_network"].as_deref(),
            Some("a")
        );
        assert_eq!(pools_of(&format!("[{one}, {one}]")).unwrap().len(), 2);
        assert!(pools_of("[]").unwrap().is_empty());
        assert!(pools_of("no json").unwrap().is_empty());
        let object = pools.to_json().unwrap();
        assert!(pools_of(&object).unwrap().eq_data(&pools));
        assert_eq!(
            pools_of("{\"count\": 1}").unwrap_err().to_string(),
            "'vendor_id'"
        );
    }
}
