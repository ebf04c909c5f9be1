//! Exceptions travel by class, module, message and arguments; captures of
//! Nova's have to be understood and sent the same.

use nova_objects::exception::MODULE;
use nova_objects::{BuiltinError, DatabaseErrorKind, Error, NovaException};
use serde_json::{Value as Json, json};
use versionedobjects::{Exception, ProjectError};

use crate::recorded;

/// An exception as a failure in a reply describes it.
fn exception(failure: &Json) -> Exception {
    Exception {
        class: failure["class"].as_str().unwrap().to_owned().into(),
        module: failure["module"].as_str().unwrap().to_owned().into(),
        message: failure["message"].as_str().unwrap().to_owned(),
        args: failure["args"].as_array().unwrap().clone(),
        kwargs: failure["kwargs"].as_object().unwrap().clone(),
    }
}

/// Checks that the failure arrives as `expected`, and leaves as it arrived.
fn check(expected: &Error, failure: &Json) {
    let sent = exception(failure);
    let received = Error::from_exception(sent.clone());
    assert_eq!(format!("{received:?}"), format!("{expected:?}"));
    assert_eq!(received.to_exception(), sent);
}

#[test]
fn a_missing_instance() {
    let instance_id = json!("00000000-0000-0000-0000-000000000001");
    check(
        &NovaException::InstanceNotFound { instance_id }.into(),
        &json!({
            "class": "InstanceNotFound", "module": "nova.exception",
            "message": "Instance 00000000-0000-0000-0000-000000000001 could not be found.",
            "args": ["Instance 00000000-0000-0000-0000-000000000001 could not be found."],
            "kwargs": {"instance_id": "00000000-0000-0000-0000-000000000001", "code": 404},
        }),
    );
}

#[test]
fn an_unexpected_task_state() {
    let message = "Conflict updating instance 44b354dd-10ca-440c-b407-07d90cd84b5c. \
                   Expected: {'task_state': ['powering-off', None]}. Actual: {'task_state': 'rebooting'}";
    check(
        &NovaException::UnexpectedTaskStateError {
            instance_uuid: "44b354dd-10ca-440c-b407-07d90cd84b5c".into(),
            expected: json!({"task_state": ["powering-off", null]}),
            actual: json!({"task_state": "rebooting"}),
        }
        .into(),
        &json!({
            "class": "UnexpectedTaskStateError", "module": "nova.exception", "message": message, "args": [message],
            "kwargs": {
                "instance_uuid": "44b354dd-10ca-440c-b407-07d90cd84b5c",
                "expected": {"task_state": ["powering-off", null]},
                "actual": {"task_state": "rebooting"},
                "code": 500,
            },
        }),
    );
}

#[test]
fn a_refused_action() {
    let message = "Object action destroy failed because: already destroyed";
    check(
        &Error::action("destroy", "already destroyed"),
        &json!({
            "class": "ObjectActionError", "module": "nova.exception", "message": message, "args": [message],
            "kwargs": {"action": "destroy", "reason": "already destroyed", "code": 500},
        }),
    );
}

#[test]
fn pythons_own_exceptions() {
    let message = "'str' object has no attribute 'utcoffset'";
    check(
        &BuiltinError::Attribute(message.to_owned()).into(),
        &json!({"class": "AttributeError", "module": "builtins", "message": message, "args": [message], "kwargs": {}}),
    );
    check(
        &BuiltinError::Key("host".to_owned()).into(),
        &json!({"class": "KeyError", "module": "builtins", "message": "'host'", "args": ["host"], "kwargs": {}}),
    );
}

#[test]
fn what_is_not_in_the_table_arrives_whole() {
    let message = "Endpoint does not support RPC version 4.0. Attempted method: object_action";
    for failure in [
        json!({"class": "UnsupportedVersion", "module": "oslo_messaging.rpc.dispatcher", "message": message,
               "args": [message], "kwargs": {}}),
        // A class of Nova's that is not in the table.
        json!({"class": "CannotResizeDisk", "module": "nova.exception", "message": "no", "args": ["no"],
               "kwargs": {"reason": "no", "code": 400}}),
        // One that is, with a text of the raiser's own.
        json!({"class": "InvalidIpAddressError", "module": "nova.exception", "message": "Invalid address x",
               "args": ["Invalid address x"], "kwargs": {"code": 400}}),
        // One that is, with an argument of another type.
        json!({"class": "FlavorExists", "module": "nova.exception", "message": "Flavor with name 1 already exists.",
               "args": ["Flavor with name 1 already exists."], "kwargs": {"name": 1, "code": 500}}),
        // A built-in with two arguments.
        json!({"class": "ValueError", "module": "builtins", "message": "('a', 'b')", "args": ["a", "b"], "kwargs": {}}),
    ] {
        check(&Error::Remote(Box::new(exception(&failure))), &failure);
        let class = failure["class"].as_str().unwrap();
        assert!(Error::from_exception(exception(&failure)).is_class(class));
    }
}

/// oslo.messaging builds only exceptions of modules that it was told; from another one a name means nothing.
#[test]
fn a_class_of_an_unknown_module_is_a_remote_error() {
    for module in ["os", "nova.exception.evil", "Nova.Exception", "", "nova"] {
        for class in ["InstanceNotFound", "ValueError", "DBDeadlock", "Conflict"] {
            let failure = json!({"class": class, "module": module, "message": "it says",
                "args": ["it says"], "kwargs": {"instance_id": "x", "code": 404}});
            let error = Error::from_exception(exception(&failure));
            assert!(
                matches!(error, Error::Remote(_)),
                "{module}.{class}: {error:?}"
            );
            assert!(
                error.is_class("RemoteError") && !error.is_class(class),
                "{module}.{class}"
            );
            assert!(error.nova().is_none(), "{module}.{class}");
            // What it was is still to be read, and passed on.
            assert_eq!(error.to_string(), format!("{class}: it says"));
            check(&error, &failure);
        }
    }
}

#[test]
fn database_errors_keep_their_kind() {
    let error = Error::database(DatabaseErrorKind::Deadlock, "deadlock found");
    let sent = error.to_exception();
    assert_eq!(
        (sent.class.as_ref(), sent.module.as_ref()),
        ("DBDeadlock", "oslo_db.exception")
    );
    assert!(matches!(
        Error::from_exception(sent),
        Error::Database(received) if received.kind == DatabaseErrorKind::Deadlock && received.message == "deadlock found"
    ));
}

#[test]
fn a_refusal_of_the_model_is_novas_refusal() {
    let error = versionedobjects::Error::Action {
        action: "obj_make_compatible".into(),
        reason: "too new".into(),
    };
    let sent = Error::from(error).to_exception();
    assert_eq!(
        (sent.class.as_ref(), sent.module.as_ref()),
        ("ObjectActionError", MODULE)
    );
    assert_eq!(sent.kwargs["code"], 500);
}

/// Every failure of the captured conversations leaves as it arrived.
#[test]
fn captured_failures_are_passed_on_unchanged() {
    let mut failures = Vec::new();
    for entry in std::fs::read_dir(recorded::path("wire")).unwrap() {
        let name = format!("wire/{}", entry.unwrap().file_name().to_str().unwrap());
        collect(&recorded::json(&name), &mut failures);
    }
    assert!(
        failures.len() >= 8,
        "{} failures were captured",
        failures.len()
    );
    for failure in failures {
        let sent = exception(&failure);
        assert_eq!(Error::from_exception(sent.clone()).to_exception(), sent);
    }
}

fn collect(json: &Json, failures: &mut Vec<Json>) {
    match json {
        Json::Object(map)
            if ["class", "module", "message", "args", "kwargs"]
                .iter()
                .all(|key| map.contains_key(*key)) =>
        {
            failures.push(json.clone());
        }
        Json::Object(map) => map.values().for_each(|value| collect(value, failures)),
        Json::Array(items) => items.iter().for_each(|value| collect(value, failures)),
        _ => {}
    }
}

/// What the model itself refuses is worded as oslo.versionedobjects words it.
#[test]
fn refusals_of_the_model_are_oslos() {
    use versionedobjects::{Error as Model, Version};

    let incompatible = Model::IncompatibleVersion {
        name: "Instance".to_owned(),
        requested: Version::new(1, 30),
        supported: Version::new(2, 8),
    };
    let message = "Version 1.30 of Instance is not supported, supported version is 2.8";
    let expected = json!({
        "class": "IncompatibleObjectVersion", "module": "oslo_versionedobjects.exception",
        "message": message, "args": [message],
        "kwargs": {"objname": "Instance", "objver": "1.30", "supported": "2.8", "code": 500},
    });
    assert_eq!(
        Error::from(incompatible).to_exception(),
        exception(&expected)
    );

    let message = "Unsupported object type Nonesuch";
    let expected = json!({
        "class": "UnsupportedObjectError", "module": "oslo_versionedobjects.exception",
        "message": message, "args": [message], "kwargs": {"objtype": "Nonesuch", "code": 500},
    });
    let unsupported = Model::UnsupportedObject {
        name: "Nonesuch".to_owned(),
    };
    assert_eq!(
        Error::from(unsupported).to_exception(),
        exception(&expected)
    );
}

#[test]
fn no_class_is_in_the_table_twice() {
    let mut classes = NovaException::CLASSES.to_vec();
    classes.sort_unstable();
    classes.dedup();
    assert_eq!(classes.len(), NovaException::CLASSES.len());
}
