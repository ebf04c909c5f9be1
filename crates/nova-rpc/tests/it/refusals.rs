//! What a caller must not do is refused, in the words a Python caller knows.

use oslo_messaging::{CallContext, Error, Json, Kwargs, RemoteError, RpcClient, Target};
use proptest::prelude::*;
use serde_json::{Value, json};
use versionedobjects::Object as _;

use crate::garden::{Plant, Plot, plant, plot};

async fn call(plot: &Plot, method: &str, args: Value) -> Result<Value, RemoteError> {
    let client = RpcClient::new(plot.transport.clone(), Target::new("garden").version("3.0"));
    let mut kwargs = Kwargs::new();
    for (name, value) in args.as_object().expect("arguments by name") {
        kwargs = kwargs.json(name, &Json::from_value(value).expect("JSON"));
    }
    match client
        .prepare()
        .call(&CallContext::empty(), method, &kwargs)
        .await
    {
        Ok(result) => Ok(result.read().expect("JSON")),
        Err(Error::Remote(error)) => Err(*error),
        Err(error) => panic!("{method}: {error}"),
    }
}

async fn class_action(
    plot: &Plot,
    class: &str,
    method: &str,
    args: Value,
    kwargs: Value,
) -> Result<Value, RemoteError> {
    let versions = json!({"Plant": "1.2", "PlantList": "1.1", "Soil": "1.1"});
    let arguments = json!({"objname": class, "objmethod": method, "object_versions": versions, "args": args, "kwargs": kwargs});
    call(plot, "object_class_action_versions", arguments).await
}

fn primitive() -> Value {
    use versionedobjects::ObjectExt as _;
    serde_json::from_str(&plant("fern").to_json().expect("written")).expect("JSON")
}

async fn object_action(
    plot: &Plot,
    object: Value,
    method: &str,
    args: Value,
) -> Result<Value, RemoteError> {
    call(
        plot,
        "object_action",
        json!({"objinst": object, "objmethod": method, "args": args, "kwargs": {}}),
    )
    .await
}

#[tokio::test]
async fn only_published_methods_can_be_called() {
    let plot = plot().await;
    for (class, method, message) in [
        (
            "Plant",
            "nonesuch",
            "type object 'Plant' has no attribute 'nonesuch'",
        ),
        (
            "Plant",
            "obj_get_changes",
            "type object 'Plant' has no attribute 'obj_get_changes'",
        ),
        (
            "Plant",
            "__init__",
            "type object 'Plant' has no attribute '__init__'",
        ),
        // A method of objects is none of the class.
        (
            "Plant",
            "save",
            "type object 'Plant' has no attribute 'save'",
        ),
        ("Soil", "get", "type object 'Soil' has no attribute 'get'"),
    ] {
        let error = class_action(&plot, class, method, json!([]), json!({}))
            .await
            .expect_err(method);
        assert_eq!(
            (
                error.class.as_str(),
                error.module.as_str(),
                error.message.as_str()
            ),
            ("AttributeError", "builtins", message)
        );
    }
    let error = object_action(&plot, primitive(), "get", json!([]))
        .await
        .expect_err("a class method");
    assert_eq!(error.message, "'Plant' object has no attribute 'get'");
}

#[tokio::test]
async fn arguments_are_bound_as_python_binds_them() {
    let plot = plot().await;
    for (args, kwargs, message) in [
        (
            json!([]),
            json!({}),
            "Plant.get() missing 1 required argument: 'name'",
        ),
        (
            json!(["a", "b"]),
            json!({}),
            "Plant.get() takes 1 arguments but 2 were given",
        ),
        (
            json!(["a"]),
            json!({"name": "b"}),
            "Plant.get() got multiple values for argument 'name'",
        ),
        (
            json!(["a"]),
            json!({"x": 1}),
            "Plant.get() got an unexpected keyword argument 'x'",
        ),
    ] {
        let error = class_action(&plot, "Plant", "get", args, kwargs)
            .await
            .expect_err(message);
        assert_eq!(
            (error.class.as_str(), error.message.as_str()),
            ("TypeError", message)
        );
    }
    for (args, kwargs) in [
        (json!(["moss"]), json!({})),
        (json!([]), json!({"name": "moss"})),
    ] {
        let error = class_action(&plot, "Plant", "get", args, kwargs)
            .await
            .expect_err("there is no moss");
        assert_eq!(error.class, "NoPlant");
        assert_eq!(error.kwargs.get("name"), Some(&json!("moss")));
    }
}

#[tokio::test]
async fn classes_and_versions_that_are_unknown_are_refused() {
    let plot = plot().await;
    let error = class_action(&plot, "Nonesuch", "get", json!([]), json!({}))
        .await
        .expect_err("no such class");
    assert_eq!(error.class, "KeyError", "the manifest does not name it");
    for (versions, class) in [
        (json!({"Nonesuch": "1.0"}), "UnsupportedObjectError"),
        (json!({"Nonesuch": "one"}), "InvalidVersion"),
        (json!({"Nonesuch": 1}), "TypeError"),
        (json!([]), "TypeError"),
    ] {
        let args = json!({"objname": "Nonesuch", "objmethod": "get", "object_versions": versions, "args": [], "kwargs": {}});
        let error = call(&plot, "object_class_action_versions", args)
            .await
            .expect_err("refused");
        assert_eq!(error.class, class, "{versions}");
    }
    for version in ["1.3", "2.0", "0.9"] {
        let args = json!({"objname": "Plant", "objmethod": "get", "object_versions": {"Plant": version}, "args": ["x"], "kwargs": {}});
        let error = call(&plot, "object_class_action_versions", args)
            .await
            .expect_err("refused");
        assert_eq!(
            (error.class.as_str(), error.kwargs["supported"].as_str()),
            ("IncompatibleObjectVersion", Some("1.2")),
            "{version}"
        );
    }
}

/// The original sends what it cannot read to a conductor, possibly itself.
#[tokio::test]
async fn an_object_that_is_too_new_is_refused_at_once() {
    let plot = plot().await;
    let mut newer = primitive();
    newer["garden_object.version"] = json!("1.3");
    let mut nested = primitive();
    nested["garden_object.data"]["soil"]["garden_object.version"] = json!("1.2");
    for (object, name) in [(newer, "Plant"), (nested, "Soil")] {
        let error = object_action(&plot, object.clone(), "save", json!([]))
            .await
            .expect_err("too new");
        assert_eq!(
            (error.class.as_str(), error.kwargs["objname"].as_str()),
            ("IncompatibleObjectVersion", Some(name))
        );
        let args = json!({"objinst": object, "object_versions": {"Plant": "1.0"}});
        let error = call(&plot, "object_backport_versions", args)
            .await
            .expect_err("too new");
        assert_eq!(error.class, "IncompatibleObjectVersion");
    }
    assert_eq!(
        plot.server.stats().failed,
        4,
        "four requests came in, none was made"
    );
}

#[tokio::test]
async fn objects_that_make_no_sense_are_refused() {
    let plot = plot().await;
    let mut foreign = primitive();
    foreign["garden_object.namespace"] = json!("orchard");
    let mut unfit = primitive();
    unfit["garden_object.data"]["height"] = json!("tall");
    for (object, class) in [
        (foreign, "UnsupportedObjectError"),
        (unfit, "ValueError"),
        (json!({}), "KeyError"),
        (json!(null), "AttributeError"),
        (json!([1]), "AttributeError"),
    ] {
        let error = object_action(&plot, object.clone(), "save", json!([]))
            .await
            .expect_err("refused");
        assert_eq!(error.class, class, "{object}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever name is asked for, nothing but the published methods runs.
    #[test]
    fn no_other_name_reaches_anything(name in "[a-zA-Z_][a-zA-Z0-9_.]{0,20}") {
        let published = Plant::class_def().methods.iter().any(|method| method.name == name);
        prop_assume!(!published);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let error = runtime.block_on(async {
            let plot = plot().await;
            class_action(&plot, "Plant", &name, json!([]), json!({})).await.expect_err("refused")
        });
        prop_assert_eq!(error.class, "AttributeError");
    }
}
