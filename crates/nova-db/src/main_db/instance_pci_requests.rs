//! PCI requests: kept with their instance as a plain list, not as an object.

use nova_objects::fields::PciNumaAffinityPolicy;
use nova_objects::{
    BuiltinError, Context, InstancePCIRequest, InstancePCIRequests, InstancePCIRequestsStore,
    Result,
};
use versionedobjects::{Json, Object as _, ObjectExt as _, Value, async_trait, python_json};

use super::instance::extra;
use crate::connection::NovaDb;
use crate::request::request;

/// The requests that the text describes; none if there is no text.
///
/// # Errors
///
/// When the text is no such list; `KeyError` for a request that lacks a key.
pub(super) fn read(uuid: &str, text: Option<&str>) -> Result<InstancePCIRequests> {
    let mut requests = Vec::new();
    if let Some(text) = text {
        let list: Vec<serde_json::Map<String, Json>> = serde_json::from_str(text)
            .map_err(|error| nova_objects::Error::value(format!("read PCI requests: {error}")))?;
        for mut one in list {
            requests.push(read_one(&mut one)?);
        }
    }
    let mut all = InstancePCIRequests::new();
    all.set_instance_uuid(uuid);
    all.set_requests(requests);
    all.reset_changes();
    Ok(all)
}

fn read_one(stored: &mut serde_json::Map<String, Json>) -> Result<InstancePCIRequest> {
    let mut request = InstancePCIRequest::new_object();
    for key in ["count", "spec", "alias_name", "request_id"] {
        let value = stored
            .remove(key)
            .ok_or_else(|| BuiltinError::Key(key.to_owned()))?;
        request.load(key, value)?;
    }
    request.set_is_new(false);
    let policy = stored.remove("numa_policy");
    match policy {
        None => request.set_numa_policy(PciNumaAffinityPolicy::Legacy),
        Some(policy) => request.load("numa_policy", policy)?,
    }
    request.load(
        "requester_id",
        stored.remove("requester_id").unwrap_or(Json::Null),
    )?;
    request.reset_changes();
    Ok(request)
}

/// The text that is kept.
///
/// # Errors
///
/// When an attribute of a request is not set.
pub(super) fn text(requests: &InstancePCIRequests) -> Result<String> {
    const KEYS: [&str; 7] = [
        "count",
        "spec",
        "alias_name",
        "is_new",
        "numa_policy",
        "request_id",
        "requester_id",
    ];
    let mut list = Vec::new();
    for request in requests.requests()? {
        let mut one = serde_json::Map::new();
        for key in KEYS {
            one.insert(key.to_owned(), json(request.get(key)?));
        }
        list.push(Json::Object(one));
    }
    Ok(python_json(&Json::Array(list)))
}

fn json(value: Value) -> Json {
    match value {
        Value::Bool(value) => value.into(),
        Value::Int(value) => i64::try_from(value).map_or(Json::Null, Json::from),
        Value::Str(value) => value.into(),
        Value::List(items) => items.into_iter().map(json).collect(),
        Value::Map(items) => {
            let items = items.into_iter().map(|(key, value)| (key, json(value)));
            Json::Object(items.collect())
        }
        // Nothing else is in a request.
        _ => Json::Null,
    }
}

#[async_trait]
impl InstancePCIRequestsStore for NovaDb {
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
    ) -> Result<InstancePCIRequests> {
        let text = extra::text(&self.main, request(ctx), &instance_uuid, "pci_requests").await?;
        read(&instance_uuid, text.flatten().as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_survive_being_kept() {
        let text = r#"[{"count": 1, "spec": [{"vendor_id": "8086"}], "alias_name": "a", "is_new": false, "numa_policy": null, "request_id": "r", "requester_id": null}]"#;
        let requests = read("u", Some(text)).unwrap();
        assert_eq!(super::text(&requests).unwrap(), text);
        assert!(requests.changes().is_empty());
    }

    #[test]
    fn old_requests_have_the_legacy_policy() {
        let text = r#"[{"count": 1, "spec": [], "alias_name": null, "request_id": null}]"#;
        let requests = read("u", Some(text)).unwrap();
        let request = &requests.requests().unwrap()[0];
        assert_eq!(
            request.numa_policy().unwrap(),
            Some(PciNumaAffinityPolicy::Legacy)
        );
        assert!(read("u", Some("[{}]")).unwrap_err().is_class("KeyError"));
        assert!(read("u", Some("{}")).unwrap_err().is_class("ValueError"));
    }
}
