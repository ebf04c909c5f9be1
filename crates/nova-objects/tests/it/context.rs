//! The request context is the one Nova sends.

use nova_objects::{ReadDeleted, RequestContext};
use serde_json::{Value as Json, json};

/// The context of the recorded requests, key by key in their order.
fn recorded() -> Json {
    json!({
        "_context_user": "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
        "_context_project_id": "pppppppppppppppppppppppppppppppp",
        "_context_system_scope": null,
        "_context_project": "pppppppppppppppppppppppppppppppp",
        "_context_domain": null,
        "_context_user_domain": null,
        "_context_project_domain": null,
        "_context_is_admin": true,
        "_context_read_only": false,
        "_context_show_deleted": false,
        "_context_auth_token": null,
        "_context_request_id": "req-b59ba92d-6ec7-4005-9e46-a7c2b0b55a00",
        "_context_global_request_id": null,
        "_context_resource_uuid": null,
        "_context_roles": [],
        "_context_user_identity": "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu pppppppppppppppppppppppppppppppp - - -",
        "_context_is_admin_project": true,
        "_context_user_id": "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
        "_context_read_deleted": "no",
        "_context_remote_address": null,
        "_context_timestamp": "2026-11-23T14:41:26.287047",
        "_context_quota_class": null,
        "_context_user_name": null,
        "_context_service_catalog": [],
        "_context_project_name": null,
    })
}

#[test]
fn a_recorded_context_is_sent_on_as_it_came() {
    let recorded = recorded();
    let request = RequestContext::from_wire(recorded.as_object().unwrap()).unwrap();
    assert!(request.is_admin());
    assert!(!request.is_user());
    // As text, so that the order of keys counts.
    assert_eq!(
        Json::Object(request.to_wire()).to_string(),
        recorded.to_string()
    );
}

#[test]
fn elevation_adds_rights_and_leaves_the_rest() {
    let user = RequestContext::for_user("alice", "demo");
    let elevated = user.elevated(Some(ReadDeleted::Only));
    assert!(elevated.is_admin() && !user.is_admin());
    assert_eq!(elevated.roles, ["admin"]);
    assert_eq!(elevated.read_deleted, ReadDeleted::Only);
    assert_eq!(elevated.elevated(None).roles, ["admin"]);
    assert_eq!(
        (elevated.user_id, elevated.request_id),
        (user.user_id, user.request_id)
    );
}
