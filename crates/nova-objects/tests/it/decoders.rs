//! Whatever a peer sends is taken or refused; nothing of it panics.

use nova_objects::{
    Error, InstanceNUMATopology, InstancePCIRequests, PciDevicePoolList, RequestContext, classes,
    registry,
};
use proptest::prelude::*;
use serde_json::Value as Json;
use versionedobjects::{Exception, ObjectExt, ProjectError};

use crate::recorded;

/// JSON of any form, with keys that matter here among others.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        ".{0,12}".prop_map(Json::from),
    ];
    let key = prop_oneof![
        "[a-z_]{0,8}",
        prop::sample::select(vec![
            "code",
            "cells",
            "cpus",
            "mem",
            "count",
            "spec",
            "vendor_id",
            "nova_object.name"
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec((key.clone(), inner), 0..4)
                .prop_map(|pairs| Json::Object(pairs.into_iter().collect())),
        ]
    })
}

/// A key of the request context, or something like it.
fn context_key() -> impl Strategy<Value = String> {
    let known: Vec<String> = RequestContext::admin().to_wire().keys().cloned().collect();
    prop_oneof![prop::sample::select(known), "_context_[a-z]{0,5}"]
}

proptest! {
    #[test]
    fn contexts(entries in prop::collection::vec((context_key(), any_json()), 0..8)) {
        let message = entries.into_iter().collect();
        if let Ok(request) = RequestContext::from_wire(&message) {
            // What was taken is sent on as it was understood.
            prop_assert_eq!(RequestContext::from_wire(&request.to_wire()).unwrap(), request);
        }
    }

    #[test]
    fn exceptions(
        class in prop::sample::select([nova_objects::NovaException::CLASSES, &["ValueError", "KeyError", "DBError"]].concat()),
        module in prop::sample::select(vec!["nova.exception", "builtins", "exceptions", "oslo_db.exception", "x"]),
        message in ".{0,20}",
        args in prop::collection::vec(any_json(), 0..3),
        kwargs in prop::collection::vec(("[a-z_]{1,8}", any_json()), 0..4),
    ) {
        let sent = Exception {
            class: class.into(), module: module.into(), message: message.clone(), args, kwargs: kwargs.into_iter().collect(),
        };
        let received = Error::from_exception(sent);
        // What a class of an unknown module is called means nothing.
        prop_assert_eq!(received.is_class(class), module != "x");
        prop_assert_eq!(received.is_class("RemoteError"), module == "x");
        prop_assert_eq!(received.to_exception().message, message);
    }

    #[test]
    fn stored_forms(json in any_json(), noise in ".{0,40}") {
        for text in [json.to_string(), noise] {
            let _ = PciDevicePoolList::from_stats(&text);
            let _ = InstancePCIRequests::from_stored("u1", Some(&text));
            let _ = InstanceNUMATopology::from_stored("u1", &text);
        }
    }

    /// A recorded object with a piece of its text replaced.
    #[test]
    fn damaged_objects(
        class in 0..classes().count(),
        case in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        length in 0_usize..8,
        noise in prop_oneof![".{0,3}", Just("null".to_owned()), Just("-1e999".to_owned()), Just("[".to_owned())],
    ) {
        let class = classes().nth(class).unwrap();
        let file = recorded::json(&format!("objects/{}.json", class.name));
        let text = case.get(file["cases"].as_array().unwrap())["current"].to_string();
        let mut characters: Vec<char> = text.chars().collect();
        let start = place.index(characters.len());
        let end = (start + length).min(characters.len());
        characters.splice(start..end, noise.chars());
        let damaged: String = characters.into_iter().collect();
        if let Ok(object) = registry().read(&damaged) {
            object.to_json().unwrap();
        }
    }
}
