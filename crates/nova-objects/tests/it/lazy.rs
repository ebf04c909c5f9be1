//! Lazy attributes: loaded when asked for, in as few calls as possible.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use nova_objects::{
    Flavor, Instance, InstanceFault, InstanceLazy, InstanceList, PersistentFields, ReadDeleted,
    RequestContext, Tag, TagList,
};
use serde_json::{Value as Json, json};
use versionedobjects::{
    CallError, Class, Context, Indirection, Manifest, MethodDef, ObjectExt, Outgoing,
    VersionedObject,
};

/// The other side: answers with objects given in advance, and notes what was
/// asked of it and with which view of deleted rows.
#[derive(Default)]
struct Peer {
    answers: Mutex<Vec<String>>,
    asked: Mutex<Vec<(String, Json, ReadDeleted)>>,
}

impl Peer {
    fn answering(answers: impl IntoIterator<Item = String>) -> Arc<Self> {
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        Arc::new(Self {
            answers: Mutex::new(answers),
            ..Self::default()
        })
    }

    fn asked(&self) -> Vec<(String, Json, ReadDeleted)> {
        self.asked.lock().unwrap().clone()
    }

    fn context(self: &Arc<Self>) -> Context {
        Context::remote(
            Arc::clone(self) as Arc<dyn Indirection>,
            RequestContext::admin(),
        )
    }
}

#[async_trait]
impl Indirection for Peer {
    async fn class_action(
        &self,
        ctx: &Context,
        class: &'static Class,
        method: &'static MethodDef,
        arguments: Outgoing,
    ) -> Result<String, CallError> {
        let (args, kwargs) = arguments.finish().unwrap();
        let mut given: Json = serde_json::from_str(&kwargs).unwrap();
        let args: Vec<Json> = serde_json::from_str(&args).unwrap();
        for (argument, value) in method.arguments.iter().zip(args) {
            given[argument.name] = value;
        }
        let view = ctx.request::<RequestContext>().unwrap().read_deleted;
        self.asked
            .lock()
            .unwrap()
            .push((format!("{}.{}", class.name, method.name), given, view));
        Ok(self
            .answers
            .lock()
            .unwrap()
            .pop()
            .expect("asked more often than expected"))
    }

    async fn object_action(
        &self,
        _: &Context,
        object: &dyn VersionedObject,
        method: &'static MethodDef,
        _: Outgoing,
    ) -> Result<String, CallError> {
        panic!(
            "{}.{} was not to be called",
            object.class().name,
            method.name
        )
    }

    async fn backport(&self, _: &Context, _: &str, _: &Manifest) -> Result<String, CallError> {
        panic!("nothing here is too new")
    }
}

fn instance(uuid: &str) -> Instance {
    let mut instance = Instance::new();
    instance.set_uuid(uuid);
    instance.set_deleted(false);
    instance.reset_changes();
    instance
}

fn loaded(uuid: &str) -> Instance {
    let mut flavor = Flavor::new();
    flavor.set_name(Some("m1.small".to_owned()));
    let mut tag = Tag::new();
    tag.set_tag("blue");
    let mut instance = instance(uuid);
    instance.set_flavor(flavor);
    instance.set_old_flavor(None);
    instance.set_new_flavor(None);
    instance.set_tags(TagList::from_iter([tag]));
    instance.set_host(Some("compute-1".to_owned()));
    instance.reset_changes_recursively();
    instance
}

#[tokio::test]
async fn several_attributes_take_one_call() {
    let peer = Peer::answering([loaded("u1").to_json().unwrap()]);
    let ctx = peer.context();
    let mut instance = instance("u1");
    instance
        .load_missing(&ctx, &[InstanceLazy::Flavor, InstanceLazy::Tags])
        .await
        .unwrap();
    assert_eq!(instance.flavor().unwrap().name().unwrap(), Some("m1.small"));
    assert_eq!(instance.tags().unwrap().len(), 1);
    // What came along and was unset is kept, and nothing counts as changed.
    assert_eq!(instance.host().unwrap(), Some("compute-1"));
    assert!(instance.changes().is_empty(), "{:?}", instance.changes());

    let asked = peer.asked();
    assert_eq!(asked.len(), 1);
    let (method, arguments, view) = &asked[0];
    assert_eq!(method, "Instance.get_by_uuid");
    assert_eq!(
        arguments["expected_attrs"],
        json!(["flavor", "tags", "old_flavor", "new_flavor"])
    );
    assert_eq!(*view, ReadDeleted::Yes);
    assert_eq!(ctx.loads(), 1);

    // Everything is there now.
    instance.load_flavor(&ctx).await.unwrap();
    instance.load_old_flavor(&ctx).await.unwrap();
    assert_eq!(ctx.loads(), 1);
}

/// Attribute by attribute in a loop is a call for each; the line that does it is named.
#[tokio::test]
async fn loads_are_counted_by_the_line_that_asks_for_them() {
    let answers = ["u1", "u2", "u3"].map(|uuid| loaded(uuid).to_json().unwrap());
    let peer = Peer::answering(answers);
    let ctx = peer.context();
    ctx.assert_max_loads(0);
    let line = line!() + 2;
    for uuid in ["u1", "u2", "u3"] {
        instance(uuid).load_flavor(&ctx).await.unwrap();
    }
    ctx.assert_max_loads(3);
    let [site] = ctx.load_sites().try_into().unwrap();
    assert_eq!(
        (site.class, site.fields.as_slice()),
        ("Instance", &["flavor"][..])
    );
    assert_eq!(
        (site.at.line(), site.times, site.is_repeated()),
        (line, 3, true)
    );

    let failed =
        std::panic::catch_unwind(AssertUnwindSafe(|| ctx.assert_max_loads(2))).unwrap_err();
    let message = failed.downcast_ref::<String>().unwrap();
    assert!(
        message.starts_with("3 loads of attributes where at most 2 were expected"),
        "{message}"
    );
    assert!(
        message.contains("load what a list needs for all of it at once"),
        "{message}"
    );
    assert!(message.contains("Instance.flavor, 3 times at"), "{message}");
    // Another request counts for itself.
    assert_eq!(ctx.with_request(()).loads(), 0);
}

#[tokio::test]
async fn a_list_takes_one_call() {
    let found = InstanceList::from_iter([loaded("u3"), loaded("u1")]);
    let hidden = InstanceList::from_iter([loaded("moving")]);
    let peer = Peer::answering([found.to_json().unwrap(), hidden.to_json().unwrap()]);
    let mut list = InstanceList::from_iter([
        instance("u1"),
        loaded("u2"),
        instance("u3"),
        instance("moving"),
        instance("gone"),
    ]);
    list.prefetch(&peer.context(), &[InstanceLazy::Tags])
        .await
        .unwrap();

    let with_tags: Vec<_> = list
        .iter()
        .map(|instance| instance.is_set("tags"))
        .collect();
    assert_eq!(with_tags, [true, true, true, true, false]);
    let asked = peer.asked();
    // Those that are not found may be hidden, which only a filter of their own shows.
    assert_eq!(asked.len(), 2);
    for ((method, arguments, _), filters) in asked.iter().zip([
        json!({"uuid": ["u1", "u3", "moving", "gone"]}),
        json!({"uuid": ["moving", "gone"], "hidden": true}),
    ]) {
        assert_eq!(method, "InstanceList.get_by_filters");
        assert_eq!(arguments["filters"], filters);
        assert_eq!(arguments["expected_attrs"], json!(["tags"]));
    }

    // Nothing is missing of those that exist.
    let mut complete = InstanceList::from_iter([loaded("u1")]);
    complete
        .prefetch(&peer.context(), &[InstanceLazy::Tags])
        .await
        .unwrap();
    assert_eq!(peer.asked().len(), 2);
}

#[tokio::test]
async fn a_fault_is_asked_for_as_the_original_answers_it() {
    let mut fault = InstanceFault::new();
    fault.set_code(500);
    fault.reset_changes();
    let peer = Peer::answering([
        fault.to_json().unwrap(),
        "null".to_owned(),
        loaded("u1").to_json().unwrap(),
    ]);
    let mut failed = instance("u1");
    failed.load_fault(&peer.context()).await.unwrap();
    assert_eq!(failed.fault().unwrap().unwrap().code().unwrap(), 500);
    assert!(failed.changes().is_empty());

    let mut well = instance("u1");
    let fields = [InstanceLazy::Fault, InstanceLazy::Tags];
    well.load_missing(&peer.context(), &fields).await.unwrap();
    assert!(well.fault().unwrap().is_none());
    assert!(well.is_set("tags"));
    let methods: Vec<_> = peer
        .asked()
        .into_iter()
        .map(|(method, ..)| method)
        .collect();
    assert_eq!(
        methods,
        [
            "InstanceFault.get_latest_for_instance",
            "InstanceFault.get_latest_for_instance",
            "Instance.get_by_uuid"
        ]
    );
}

#[tokio::test]
async fn what_a_deleted_instance_cannot_have_takes_no_call() {
    let peer = Peer::answering([]);
    let mut instance = instance("u1");
    instance.set_deleted(true);
    instance.reset_changes();
    let fields = [
        InstanceLazy::Tags,
        InstanceLazy::Services,
        InstanceLazy::SecurityGroups,
    ];
    instance
        .load_missing(&peer.context(), &fields)
        .await
        .unwrap();
    assert!(instance.tags().unwrap().is_empty());
    assert!(instance.services().unwrap().is_empty());
    assert!(instance.security_groups().unwrap().is_empty());
    assert!(peer.asked().is_empty());
}

#[tokio::test]
async fn an_instance_without_uuid_loads_nothing() {
    let peer = Peer::answering([]);
    let refused = Instance::new()
        .load_flavor(&peer.context())
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Object action obj_load_attr failed because: attribute flavor not lazy-loadable"
    );
}

#[tokio::test]
async fn an_attribute_that_does_not_come_is_an_error() {
    let peer = Peer::answering([instance("u1").to_json().unwrap()]);
    let refused = instance("u1")
        .load_numa_topology(&peer.context())
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Object action obj_load_attr failed because: loading numa_topology requires recursion"
    );
}

#[tokio::test]
async fn keypairs_that_were_never_kept_are_empty_and_to_be_saved() {
    let peer = Peer::answering([instance("u1").to_json().unwrap()]);
    let mut instance = instance("u1");
    instance.load_keypairs(&peer.context()).await.unwrap();
    assert!(instance.keypairs().unwrap().is_empty());
    assert_eq!(instance.changes(), ["keypairs"]);
}

#[tokio::test]
async fn a_changed_flavor_survives_the_loading_of_its_siblings() {
    let peer = Peer::answering([loaded("u1").to_json().unwrap()]);
    let mut instance = instance("u1");
    let mut changed = Flavor::new();
    changed.set_name("m1.large");
    instance.set_flavor(changed);
    instance.load_new_flavor(&peer.context()).await.unwrap();
    assert_eq!(instance.flavor().unwrap().name().unwrap(), Some("m1.large"));
    assert_eq!(instance.changes(), ["flavor"]);
    assert_eq!(instance.new_flavor().unwrap(), None);
    assert_eq!(
        peer.asked()[0].1["expected_attrs"],
        json!(["new_flavor", "old_flavor"])
    );
}
