//! The PCI devices an instance asks for.

use versionedobjects::python_json;

use crate::error::{BuiltinError, Error};
use crate::fields::PciNumaAffinityPolicy;
use crate::prelude::*;

/// Where a request for a device comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PciRequestSource {
    /// An alias in the flavor.
    FlavorAlias,
    /// A port of Neutron's.
    NeutronPort,
}

/// A request for a number of devices that match one of some descriptions.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    history(
        "1.0" = "Initial version",
        "1.1" = "request_id",
        "1.2" = "numa_policy",
        "1.3" = "requester_id",
        "1.4" = "The numa_policy socket",
    )
)]
pub struct InstancePCIRequest {
    meta: Meta,
    count: Attr<i64>,
    spec: Attr<Vec<Dict<Option<String>>>>,
    alias_name: Attr<Option<String>>,
    #[object(default = false)]
    is_new: Attr<bool>,
    #[object(since = "1.1")]
    request_id: Attr<Option<Uuid>>,
    #[object(since = "1.3")]
    requester_id: Attr<Option<String>>,
    #[object(since = "1.2")]
    numa_policy: Attr<Option<PciNumaAffinityPolicy>>,
}

impl InstancePCIRequest {
    /// Where the request comes from: those of ports have no alias.
    pub fn source(&self) -> PciRequestSource {
        match self.alias_name() {
            Ok(Some(_)) => PciRequestSource::FlavorAlias,
            _ => PciRequestSource::NeutronPort,
        }
    }

    fn from_dict(mut dict: JsonMap) -> Result<Self> {
        let mut take = |key: &str| {
            dict.shift_remove(key)
                .ok_or_else(|| BuiltinError::Key(key.to_owned()))
        };
        let mut request = Self::new();
        for field in ["count", "spec", "alias_name"] {
            request.set(field, take(field)?)?;
        }
        request.set_is_new(false);
        request.set(
            "numa_policy",
            take("numa_policy").unwrap_or_else(|_| Json::from("legacy")),
        )?;
        request.set("request_id", take("request_id")?)?;
        request.set("requester_id", take("requester_id").unwrap_or(Json::Null))?;
        request.reset_changes();
        Ok(request)
    }

    /// What is unset counts as null, as everywhere in this class.
    fn to_dict(&self) -> Json {
        let spec: Option<Vec<JsonMap>> = self.spec().ok().map(|spec| {
            let one = |one: &Dict<Option<String>>| {
                one.iter()
                    .map(|(key, value)| (key.clone(), Json::from(value.clone())))
                    .collect()
            };
            spec.iter().map(one).collect()
        });
        serde_json::json!({
            "count": self.count().ok(),
            "spec": spec,
            "alias_name": self.alias_name().ok().flatten(),
            "is_new": self.is_new().ok(),
            "numa_policy": self.numa_policy().ok().flatten().map(PciNumaAffinityPolicy::as_str),
            "request_id": self.request_id().ok().flatten(),
            "requester_id": self.requester_id().ok().flatten(),
        })
    }

    /// Sets what is unset and may be null to null, which is what reading it
    /// does in the original.
    pub fn fill_nulls(&mut self) {
        fill_nulls(self);
    }

    /// Whether everything asked for can follow an instance to another host
    /// while it runs.
    pub fn is_live_migratable(&self) -> bool {
        self.spec().is_ok_and(|spec| {
            spec.iter().all(
                |one| matches!(one.get("live_migratable"), Some(Some(value)) if value == "true"),
            )
        })
    }
}

/// All requests of an instance.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    contract = "../../../contract/nova",
    methods,
    history("1.0" = "Initial version", "1.1" = "InstancePCIRequest 1.1")
)]
pub struct InstancePCIRequests {
    meta: Meta,
    instance_uuid: Attr<Uuid>,
    requests: Attr<Vec<InstancePCIRequest>>,
}

impl InstancePCIRequests {
    /// The requests that an instance's record holds: a list of dictionaries,
    /// not of objects (nova `objects/instance_pci_requests.py`, `obj_from_db`).
    ///
    /// # Errors
    ///
    /// When the text is no such list, a key is missing or a value does not fit
    /// its field.
    pub fn from_stored(instance_uuid: &str, text: Option<&str>) -> Result<Self> {
        let stored: Vec<JsonMap> = match text {
            Some(text) => {
                serde_json::from_str(text).map_err(|error| Error::value(error.to_string()))?
            }
            None => Vec::new(),
        };
        let mut requests = Self::new();
        requests.set_instance_uuid(instance_uuid);
        requests.set_requests(
            stored
                .into_iter()
                .map(InstancePCIRequest::from_dict)
                .collect::<Result<Vec<_>>>()?,
        );
        requests.reset_changes();
        Ok(requests)
    }

    /// The form that an instance's record holds.
    ///
    /// # Errors
    ///
    /// When the requests are not set.
    pub fn to_stored(&self) -> Result<String> {
        Ok(python_json(
            &self
                .requests()?
                .iter()
                .map(InstancePCIRequest::to_dict)
                .collect(),
        ))
    }
}

/// What can be asked of PCI requests.
#[remotable(InstancePCIRequests)]
pub trait InstancePCIRequestsStore {
    /// The requests kept with that instance; none when nothing is kept.
    #[errors()]
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<InstancePCIRequests>;
}

/// Sets the unset fields of an object that may be null to null.
pub(crate) fn fill_nulls<T: VersionedObject>(object: &mut T) {
    for field in object.class().fields.iter().filter(|field| field.nullable) {
        if !object.is_set(field.name) {
            // Null fits a nullable field.
            let _ = object.set(field.name, Value::Null);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_requests_are_read_and_written() {
        let text = concat!(
            r#"[{"count": 1, "spec": [{"vendor_id": "8086", "x": null}], "alias_name": "nic", "is_new": false, "#,
            r#""numa_policy": "preferred", "request_id": "r1", "requester_id": null}]"#,
        );
        let requests = InstancePCIRequests::from_stored("u1", Some(text)).unwrap();
        assert!(requests.changes().is_empty());
        assert_eq!(requests.to_stored().unwrap(), text);
        let [request] = requests.requests().unwrap() else {
            panic!("{requests:?}")
        };
        assert_eq!(request.source(), PciRequestSource::FlavorAlias);
        assert!(
            InstancePCIRequests::from_stored("u1", None)
                .unwrap()
                .requests()
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn requests_from_before_numa_policies_have_the_legacy_one() {
        let text = r#"[{"count": 1, "spec": [], "alias_name": null, "request_id": null}]"#;
        let requests = InstancePCIRequests::from_stored("u1", Some(text)).unwrap();
        let [request] = requests.requests().unwrap() else {
            panic!("{requests:?}")
        };
        assert_eq!(
            request.numa_policy().unwrap(),
            Some(PciNumaAffinityPolicy::Legacy)
        );
        assert_eq!(request.source(), PciRequestSource::NeutronPort);
    }

    #[test]
    fn reading_what_is_unset_gives_null_once_it_was_filled() {
        let mut request = InstancePCIRequest::new();
        assert!(request.request_id().is_err());
        request.fill_nulls();
        assert_eq!(request.request_id().unwrap(), None);
        assert!(request.count().is_err());
    }
}
