//! Who asks: the request context that travels with every message.

use std::fmt;

use chrono::{NaiveDateTime, Utc};
use serde_json::{Value as Json, json};
use versionedobjects::JsonMap;

/// What every key of the context begins with in a message.
pub const WIRE_PREFIX: &str = "_context_";

/// Which rows a query sees: Nova keeps deleted ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReadDeleted {
    /// Rows that are not deleted.
    #[default]
    No,
    /// All rows.
    Yes,
    /// Deleted rows and no others.
    Only,
}

impl ReadDeleted {
    /// The word that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Yes => "yes",
            Self::Only => "only",
        }
    }

    /// The value of that word.
    ///
    /// # Errors
    ///
    /// `ValueError` for any other word, as in Nova's `context.py`.
    pub fn parse(word: &str) -> crate::Result<Self> {
        match word {
            "no" => Ok(Self::No),
            "yes" => Ok(Self::Yes),
            "only" => Ok(Self::Only),
            other => Err(crate::Error::value(format!(
                "read_deleted can only be one of 'no', 'yes' or 'only', not {}",
                crate::python::repr_str(other)
            ))),
        }
    }
}

/// A request's identity, rights and view, as Nova's `RequestContext`.
///
/// ```
/// use nova_objects::{ReadDeleted, RequestContext};
///
/// let request = RequestContext::for_user("alice", "demo");
/// assert!(!request.is_admin());
/// let elevated = request.elevated(Some(ReadDeleted::Yes));
/// assert!(elevated.is_admin());
/// assert_eq!(elevated.request_id, request.request_id);
///
/// let received = RequestContext::from_wire(&elevated.to_wire()).unwrap();
/// assert_eq!(received, elevated);
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct RequestContext {
    /// The user's id; what `created by` and per-user quotas go by.
    pub user_id: Option<String>,
    /// The project's id; non-administrators see only its records.
    pub project_id: Option<String>,
    /// `all` when the token is for the whole deployment.
    pub system_scope: Option<String>,
    /// The domain the token is for.
    pub domain: Option<String>,
    /// The domain the user belongs to.
    pub user_domain: Option<String>,
    /// The domain the project belongs to.
    pub project_domain: Option<String>,
    /// Whether the request has an administrator's rights; believed as sent.
    /// Unknown (`None`) is decided by the roles, see [`RequestContext::is_admin`].
    pub admin: Option<bool>,
    /// Whether the token forbids changes.
    pub read_only: bool,
    /// oslo.context's older word for seeing deleted records; carried, not used.
    pub show_deleted: bool,
    /// The user's token. Never printed.
    pub auth_token: Option<String>,
    /// `req-` and a uuid, the same in all services that work on the request.
    pub request_id: String,
    /// The request id of the service that called Nova.
    pub global_request_id: Option<String>,
    /// What the request is about, for logs.
    pub resource_uuid: Option<String>,
    /// The user's roles in the project.
    pub roles: Vec<String>,
    /// Whether the project is the deployment's administrative one.
    pub is_admin_project: bool,
    /// Which rows the request's queries see.
    pub read_deleted: ReadDeleted,
    /// Where the request came from.
    pub remote_address: Option<String>,
    /// When the request came in (UTC).
    pub timestamp: NaiveDateTime,
    /// The class of quotas that applies.
    pub quota_class: Option<String>,
    /// The user's name.
    pub user_name: Option<String>,
    /// The services the token may use: the part of the catalog Nova needs.
    pub service_catalog: Vec<Json>,
    /// The project's name.
    pub project_name: Option<String>,
}

/// The service types that are kept of a catalog (nova `context.py`).
const CATALOG_TYPES: [&str; 8] = [
    "image",
    "block-storage",
    "volumev3",
    "key-manager",
    "placement",
    "network",
    "accelerator",
    "sharev2",
];

const TIMESTAMP: &str = "%Y-%m-%dT%H:%M:%S%.6f";

impl RequestContext {
    /// A request of nobody, without rights.
    pub fn new() -> Self {
        Self {
            user_id: None,
            project_id: None,
            system_scope: None,
            domain: None,
            user_domain: None,
            project_domain: None,
            admin: Some(false),
            read_only: false,
            show_deleted: false,
            auth_token: None,
            request_id: new_request_id(),
            global_request_id: None,
            resource_uuid: None,
            roles: Vec::new(),
            is_admin_project: true,
            read_deleted: ReadDeleted::No,
            remote_address: None,
            timestamp: now(),
            quota_class: None,
            user_name: None,
            service_catalog: Vec::new(),
            project_name: None,
        }
    }

    /// A service's own request: all rights, no user, no project.
    pub fn admin() -> Self {
        Self {
            admin: Some(true),
            ..Self::new()
        }
    }

    /// A user's request in a project, without an administrator's rights.
    pub fn for_user(user_id: impl Into<String>, project_id: impl Into<String>) -> Self {
        Self {
            user_id: Some(user_id.into()),
            project_id: Some(project_id.into()),
            ..Self::new()
        }
    }

    /// The same request with an administrator's rights and, if given, another
    /// view of deleted rows.
    #[must_use]
    pub fn elevated(&self, read_deleted: Option<ReadDeleted>) -> Self {
        let mut elevated = self.clone();
        elevated.admin = Some(true);
        if !elevated.roles.iter().any(|role| role == "admin") {
            elevated.roles.push("admin".to_owned());
        }
        elevated.read_deleted = read_deleted.unwrap_or(self.read_deleted);
        elevated
    }

    /// The same request with another view of deleted rows.
    #[must_use]
    pub fn with_read_deleted(&self, read_deleted: ReadDeleted) -> Self {
        Self {
            read_deleted,
            ..self.clone()
        }
    }

    /// Whether the request has an administrator's rights. Where the sender left
    /// it open the role `admin` decides, Nova's default policy.
    pub fn is_admin(&self) -> bool {
        self.admin.unwrap_or_else(|| {
            self.roles
                .iter()
                .any(|role| role.eq_ignore_ascii_case("admin"))
        })
    }

    /// Whether this is a user's request: not an administrator's, and with a
    /// user and a project (nova `db/main/api.py`, `is_user_context`).
    pub fn is_user(&self) -> bool {
        !self.is_admin() && self.user_id.is_some() && self.project_id.is_some()
    }

    /// The context as keys of a message, in the order Nova writes them.
    pub fn to_wire(&self) -> JsonMap {
        self.to_dict()
            .into_iter()
            .map(|(key, value)| (format!("{WIRE_PREFIX}{key}"), value))
            .collect()
    }

    /// The context from a message: keys without the prefix and unknown keys
    /// are ignored, all keys may be missing.
    ///
    /// # Errors
    ///
    /// `ValueError` for a `read_deleted` or a `timestamp` that is none.
    pub fn from_wire(message: &JsonMap) -> crate::Result<Self> {
        Self::read(|key| message.get(&format!("{WIRE_PREFIX}{key}")))
    }

    /// The context as a dictionary, Nova's `to_dict()`.
    pub fn to_dict(&self) -> JsonMap {
        let or_dash = |value: &Option<String>| {
            value
                .as_deref()
                .filter(|text| !text.is_empty())
                .unwrap_or("-")
                .to_owned()
        };
        let identity = [
            &self.user_id,
            &self.project_id,
            &self.domain,
            &self.user_domain,
            &self.project_domain,
        ]
        .map(or_dash)
        .join(" ");
        let entries = [
            ("user", json!(self.user_id)),
            ("project_id", json!(self.project_id)),
            ("system_scope", json!(self.system_scope)),
            ("project", json!(self.project_id)),
            ("domain", json!(self.domain)),
            ("user_domain", json!(self.user_domain)),
            ("project_domain", json!(self.project_domain)),
            ("is_admin", json!(self.admin)),
            ("read_only", json!(self.read_only)),
            ("show_deleted", json!(self.show_deleted)),
            ("auth_token", json!(self.auth_token)),
            ("request_id", json!(self.request_id)),
            ("global_request_id", json!(self.global_request_id)),
            ("resource_uuid", json!(self.resource_uuid)),
            ("roles", json!(self.roles)),
            ("user_identity", json!(identity)),
            ("is_admin_project", json!(self.is_admin_project)),
            ("user_id", json!(self.user_id)),
            ("read_deleted", json!(self.read_deleted.as_str())),
            ("remote_address", json!(self.remote_address)),
            (
                "timestamp",
                json!(self.timestamp.format(TIMESTAMP).to_string()),
            ),
            ("quota_class", json!(self.quota_class)),
            ("user_name", json!(self.user_name)),
            ("service_catalog", json!(self.service_catalog)),
            ("project_name", json!(self.project_name)),
        ];
        entries
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect()
    }

    /// The context from a dictionary, Nova's `from_dict()`.
    ///
    /// # Errors
    ///
    /// As [`RequestContext::from_wire`].
    pub fn from_dict(values: &JsonMap) -> crate::Result<Self> {
        Self::read(|key| values.get(key))
    }

    fn read<'a>(get: impl Fn(&str) -> Option<&'a Json>) -> crate::Result<Self> {
        let text = |key: &str| {
            get(key)
                .and_then(Json::as_str)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let flag = |key: &str, default| get(key).and_then(Json::as_bool).unwrap_or(default);
        let list = |key: &str| {
            get(key)
                .and_then(Json::as_array)
                .map_or(&[][..], Vec::as_slice)
        };
        Ok(Self {
            user_id: text("user_id").or_else(|| text("user")),
            project_id: text("project_id"),
            system_scope: text("system_scope"),
            domain: text("domain"),
            user_domain: text("user_domain"),
            project_domain: text("project_domain"),
            // Missing is no; only an explicit null is left to policy.
            admin: get("is_admin").map_or(Some(false), Json::as_bool),
            read_only: flag("read_only", false),
            show_deleted: flag("show_deleted", false),
            auth_token: text("auth_token"),
            request_id: text("request_id").unwrap_or_else(new_request_id),
            global_request_id: text("global_request_id"),
            resource_uuid: text("resource_uuid"),
            roles: list("roles")
                .iter()
                .filter_map(Json::as_str)
                .map(str::to_owned)
                .collect(),
            is_admin_project: flag("is_admin_project", true),
            read_deleted: match get("read_deleted") {
                None => ReadDeleted::No,
                Some(Json::String(word)) => ReadDeleted::parse(word)?,
                Some(other) => ReadDeleted::parse(&other.to_string())?,
            },
            remote_address: text("remote_address"),
            timestamp: text("timestamp").map_or_else(|| Ok(now()), |text| timestamp(&text))?,
            quota_class: text("quota_class"),
            user_name: text("user_name"),
            service_catalog: list("service_catalog")
                .iter()
                .filter(|entry| is_kept(entry))
                .cloned()
                .collect(),
            project_name: text("project_name"),
        })
    }
}

impl Default for RequestContext {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows who asks and never what could be used to ask in their name.
impl fmt::Debug for RequestContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestContext")
            .field("request_id", &self.request_id)
            .field("user_id", &self.user_id)
            .field("project_id", &self.project_id)
            .field("admin", &self.admin)
            .field("roles", &self.roles)
            .field("read_deleted", &self.read_deleted)
            .field("auth_token", &self.auth_token.as_ref().map(|_| "***"))
            .finish_non_exhaustive()
    }
}

fn new_request_id() -> String {
    format!("req-{}", uuid::Uuid::new_v4())
}

/// Now, to the microsecond that travels.
fn now() -> NaiveDateTime {
    let now = Utc::now().naive_utc();
    timestamp(&now.format(TIMESTAMP).to_string()).unwrap_or(now)
}

fn timestamp(text: &str) -> crate::Result<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map_err(|_| {
        crate::Error::value(format!(
            "time data {} does not match format '%Y-%m-%dT%H:%M:%S.%f'",
            crate::python::repr_str(text)
        ))
    })
}

fn is_kept(entry: &Json) -> bool {
    entry
        .get("type")
        .and_then(Json::as_str)
        .is_some_and(|kind| CATALOG_TYPES.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_without_context_is_a_request_of_nobody() {
        let request = RequestContext::from_wire(&JsonMap::new()).unwrap();
        assert!(!request.is_admin());
        assert!(request.is_admin_project);
        assert!(request.request_id.starts_with("req-"));
        assert_eq!(request.read_deleted, ReadDeleted::No);
    }

    #[test]
    fn unknown_keys_are_ignored_and_unknown_views_refused() {
        let mut message = RequestContext::admin().to_wire();
        message.insert("_context_future".to_owned(), json!({"x": 1}));
        assert!(RequestContext::from_wire(&message).unwrap().is_admin());
        message.insert("_context_read_deleted".to_owned(), json!("maybe"));
        let refused = RequestContext::from_wire(&message).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "read_deleted can only be one of 'no', 'yes' or 'only', not 'maybe'"
        );
    }

    #[test]
    fn admin_left_open_is_decided_by_the_roles() {
        let mut message = JsonMap::new();
        message.insert("_context_is_admin".to_owned(), Json::Null);
        assert!(!RequestContext::from_wire(&message).unwrap().is_admin());
        message.insert("_context_roles".to_owned(), json!(["member", "Admin"]));
        assert!(RequestContext::from_wire(&message).unwrap().is_admin());
    }

    #[test]
    fn secrets_are_not_shown() {
        let mut request = RequestContext::for_user("u", "p");
        request.auth_token = Some("gAAAA-secret".to_owned());
        let shown = format!("{request:?}");
        assert!(!shown.contains("secret"), "{shown}");
        assert!(shown.contains("***"));
    }

    #[test]
    fn only_the_catalog_entries_nova_uses_are_kept() {
        let mut values = JsonMap::new();
        values.insert(
            "service_catalog".to_owned(),
            json!([{"type": "image"}, {"type": "object-store"}, {}]),
        );
        let request = RequestContext::from_dict(&values).unwrap();
        assert_eq!(request.service_catalog, [json!({"type": "image"})]);
    }
}
