//! Pools of equal PCI devices: what a compute node has to offer.

use crate::error::BuiltinError;
use crate::prelude::*;
use crate::python;

/// A number of devices that are alike in vendor, product, node and tags.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history(
        "1.0" = "Initial version",
        "1.1" = "numa_node",
    )
)]
pub struct PciDevicePool {
    meta: Meta,
    product_id: Attr<String>,
    vendor_id: Attr<String>,
    #[object(since = "1.1")]
    numa_node: Attr<Option<i64>>,
    tags: Attr<Dict<Option<String>>>,
    count: Attr<i64>,
}

impl PciDevicePool {
    /// The pool that a dictionary from before this class describes: what is not
    /// a field of the pool is one of its tags.
    fn from_dict(mut dict: JsonMap) -> Result<Self> {
        let mut take = |key: &str| {
            dict.shift_remove(key)
                .ok_or_else(|| BuiltinError::Key(key.to_owned()))
        };
        let mut pool = Self::new();
        pool.set("vendor_id", take("vendor_id")?)?;
        pool.set("product_id", take("product_id")?)?;
        pool.set("numa_node", take("numa_node").unwrap_or(Json::Null))?;
        pool.set("count", take("count")?)?;
        pool.set("tags", Json::Object(dict))?;
        Ok(pool)
    }
}

/// The pools of a compute node.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    list_of(PciDevicePool),
    history(
        "1.0" = "Initial version, with PciDevicePool 1.0",
        "1.1" = "PciDevicePool 1.1",
    )
)]
pub struct PciDevicePoolList {
    meta: Meta,
    objects: Attr<Vec<PciDevicePool>>,
}

impl PciDevicePoolList {
    /// The pools that a compute node's record holds: the list itself, or, from
    /// before these classes, a dictionary or a list of dictionaries. What is no
    /// JSON counts as none (nova `objects/pci_device_pool.py`, `from_pci_stats`).
    ///
    /// # Errors
    ///
    /// When a dictionary lacks a key, or a value does not fit its field.
    pub fn from_stats(text: &str) -> Result<Self> {
        let dicts = match serde_json::from_str(text).unwrap_or(Json::Null) {
            Json::Object(map) if map.contains_key("nova_object.namespace") => {
                return Ok(Self::from_json(text)?);
            }
            Json::Object(map) if !map.is_empty() => vec![Json::Object(map)],
            Json::Array(dicts) => dicts,
            _ => Vec::new(),
        };
        let pools = dicts.into_iter().map(|dict| match dict {
            Json::Object(dict) => PciDevicePool::from_dict(dict),
            other => Err(BuiltinError::Type(format!(
                "no PCI device pool: {}",
                python::repr(&other)
            ))
            .into()),
        });
        pools.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stats_of_every_age_are_read() {
        let old = r#"{"vendor_id": "8086", "product_id": "1520", "count": 4, "physical_network": "net1"}"#;
        let pools = PciDevicePoolList::from_stats(old).unwrap();
        let [pool] = pools.items() else {
            panic!("{pools:?}")
        };
        assert_eq!(pool.count().unwrap(), 4);
        assert_eq!(pool.numa_node().unwrap(), None);
        assert_eq!(
            pool.tags().unwrap().get("physical_network"),
            Some(&Some("net1".to_owned()))
        );

        let listed = PciDevicePoolList::from_stats(&format!("[{old}, {old}]")).unwrap();
        assert_eq!(listed.len(), 2);
        let current = PciDevicePoolList::from_stats(&listed.to_json().unwrap()).unwrap();
        assert_eq!(current, listed);
        for none in ["", "null", "[]", "{}", "nonsense"] {
            assert!(
                PciDevicePoolList::from_stats(none).unwrap().is_empty(),
                "{none}"
            );
        }
        assert_eq!(
            PciDevicePoolList::from_stats(r#"{"vendor_id": "8086"}"#)
                .unwrap_err()
                .to_string(),
            "'product_id'"
        );
    }
}
