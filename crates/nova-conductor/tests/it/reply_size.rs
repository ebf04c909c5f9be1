//! What a save sends back: differences, and nothing that only looks like one.

use std::sync::Arc;
use std::time::Duration;

use nova_conductor::Conductor;
use nova_objects::{Context, Instance, RequestContext};
use nova_rpc::ConductorClient;
use nova_service::request_codec;
use oslo_messaging::{CallContext, Json, Kwargs, RpcClient, Target, Transport, TransportOptions};
use serde_json::Value;
use versionedobjects::ObjectExt as _;

use crate::wire::{Replay, Step, create_recorded_instance, steps, uuid};

/// The step in which Nova saved a whole instance.
fn recorded_save() -> Step {
    let found = steps().into_iter().find(|step| step.name.starts_with("33"));
    found.expect("the recording of a save")
}

/// The answer to a save in one of the forms.
async fn answer(transport: &Transport, instance: &Instance, native: bool) -> String {
    let client = RpcClient::new(transport.clone(), Target::new("conductor"));
    let mut context = CallContext::builder()
        .value("is_admin", &true)
        .expect("a context");
    if native {
        context = context.value("object_form", "native").expect("a context");
    }
    let object = Json::from_written(instance.to_json().expect("a primitive"));
    let args = Kwargs::new()
        .json("objinst", &object)
        .value("objmethod", "save")
        .and_then(|args| args.value("args", &[0_u8; 0]))
        .expect("arguments")
        .json("kwargs", &Json::from_written("{}".to_owned()));
    let call = client
        .prepare()
        .version("3.0")
        .timeout(Duration::from_secs(30));
    let answered = call.call(&context.build(), "object_action", &args).await;
    answered.expect("saved").into_string()
}

test_support::on_every_database! {
    /// Nova compares most objects by identity, so that all that an instance holds comes back from
    /// every save.
    async fn a_save_of_nothing_is_answered_with_a_twentieth_of_novas_bytes(db: NovaDb) {
        let step = recorded_save();
        let uuid_of = step.request["args"]["objinst"]["nova_object.data"]["uuid"].as_str().expect("a uuid").to_owned();
        let novas = step.replies.last().expect("its answer")["result"].to_string().len();
        let url = format!("fake://bytes-{}", uuid()).parse().expect("a URL");
        let transport = Transport::open(&url, TransportOptions::default(), &[]).await.expect("the bus in memory");
        let conductor = Conductor::start(&transport, "labhost", db.clone()).await.expect("a conductor");
        let mut replay = Replay::new(transport.clone());
        create_recorded_instance(&mut replay, &step.request).await;

        let client = ConductorClient::new(transport.clone(), request_codec());
        let ctx = Context::remote(Arc::new(client), RequestContext::admin());
        let attrs = ["metadata", "system_metadata", "info_cache", "pci_devices", "numa_topology", "pci_requests", "device_metadata",
            "flavor", "vcpu_model", "ec2_ids", "migration_context", "trusted_certs", "resources"].map(str::to_owned);
        let instance = Instance::get_by_uuid(&ctx, uuid_of).expected_attrs(attrs.to_vec()).await.expect("loaded");
        // As it was read: what the original's readers leave as changed is changed.
        let ours = answer(&transport, &instance, true).await.len();
        let compat = answer(&transport, &instance, false).await.len();
        assert!(ours * 20 < novas, "{ours} of {novas} bytes");
        // A Python caller sees what it would see from Nova.
        assert!(compat * 10 > novas * 8, "{compat} of {novas} bytes");
        assert_eq!(conductor.stop(Duration::from_secs(5)).await, 0);
    }

    /// An instance as most callers have it: what they did not change does not come back.
    async fn a_save_of_one_attribute_is_answered_with_it(db: NovaDb) {
        let step = recorded_save();
        let url = format!("fake://bytes-{}", uuid()).parse().expect("a URL");
        let transport = Transport::open(&url, TransportOptions::default(), &[]).await.expect("the bus in memory");
        let conductor = Conductor::start(&transport, "labhost", db.clone()).await.expect("a conductor");
        let mut replay = Replay::new(transport.clone());
        create_recorded_instance(&mut replay, &step.request).await;
        let uuid = step.request["args"]["objinst"]["nova_object.data"]["uuid"].as_str().expect("a uuid").to_owned();

        let client = ConductorClient::new(transport.clone(), request_codec());
        let ctx = Context::remote(Arc::new(client), RequestContext::admin());
        let mut instance = Instance::get_by_uuid(&ctx, uuid).await.expect("loaded");
        instance.set_progress(7);
        instance.save(&ctx).await.expect("saved");
        instance.set_progress(8);
        let answer: Value = serde_json::from_str(&answer(&transport, &instance, true).await).expect("JSON");
        let updates = answer[0].as_object().expect("what changed").iter();
        // Databases keep more of a time than travels: that is no difference to who has it from there.
        let told: Vec<&str> = updates.map(|(name, _)| name.as_str()).filter(|name| *name != "updated_at").collect();
        assert_eq!(told, ["obj_what_changed"]);
        assert_eq!(conductor.stop(Duration::from_secs(5)).await, 0);
    }
}
