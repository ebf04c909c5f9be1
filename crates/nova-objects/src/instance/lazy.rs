//! Attributes of instances that are loaded when asked for, and never behind
//! the reader's back.
//!
//! `instance.load_flavor(&ctx).await?` loads one attribute unless it is there,
//! [`Instance::load_missing`] several in one call, and [`InstanceList::prefetch`]
//! those of many instances in one call:
//!
//! ```no_run
//! # use nova_objects::{Context, Instance, InstanceLazy, InstanceList, Result};
//! # async fn example(ctx: &Context, mut instance: Instance, mut list: InstanceList) -> Result<()> {
//! instance.load_missing(ctx, &[InstanceLazy::Flavor, InstanceLazy::Tags]).await?;
//! println!("{} MB, {} tags", instance.flavor()?.memory_mb()?, instance.tags()?.len());
//!
//! list.prefetch(ctx, &[InstanceLazy::Metadata]).await?;
//! # Ok(())
//! # }
//! ```

use std::collections::HashMap;

use super::list::InstanceList;
use super::{Instance, InstanceLazy};
use crate::context::{ReadDeleted, RequestContext};
use crate::instance_fault::InstanceFault;
use crate::keypair::KeyPairList;
use crate::persistent::PersistentFields;
use crate::prelude::*;
use crate::security_group::SecurityGroupList;
use crate::service::ServiceList;
use crate::tag::TagList;

/// How many instances are asked for in one call: databases bind no more than
/// some tens of thousands of values.
const MOST_AT_ONCE: usize = 10_000;

/// The three that are kept in one place, and come together.
const FLAVORS: [InstanceLazy; 3] = [
    InstanceLazy::Flavor,
    InstanceLazy::OldFlavor,
    InstanceLazy::NewFlavor,
];

impl Instance {
    /// Sets what takes no call: Nova keeps no security groups any more, and a
    /// deleted instance has neither services nor tags. Says whether it did.
    fn load_locally(&mut self, field: InstanceLazy) -> bool {
        let deleted = self.deleted().unwrap_or(false);
        match field {
            InstanceLazy::SecurityGroups => self.set_security_groups(SecurityGroupList::new()),
            InstanceLazy::Services if deleted => self.set_services(ServiceList::new()),
            InstanceLazy::Tags if deleted => self.set_tags(TagList::new()),
            _ => return false,
        }
        self.reset_changes_of(&[field.name()]);
        true
    }

    /// Takes over loaded attributes, and everything else that is unset here:
    /// it has been paid for.
    fn absorb(&mut self, loaded: &Self, fields: &[InstanceLazy]) -> Result<()> {
        for (index, def) in self.class().fields.iter().enumerate() {
            let asked = fields.iter().any(|field| field.name() == def.name);
            if loaded.slot(index).is_set() && (asked || !self.slot(index).is_set()) {
                self.slot_mut(index).copy_from(loaded.slot(index));
                self.reset_changes_of(&[def.name]);
            }
        }
        for field in fields
            .iter()
            .filter(|field| !self.is_set(field.name()))
            .copied()
            .collect::<Vec<_>>()
        {
            match field {
                // Left as changed, so that the next save keeps it (nova
                // `objects/instance.py`, `_load_keypairs`).
                InstanceLazy::Keypairs => self.set_keypairs(KeyPairList::new()),
                _ => {
                    return Err(crate::Error::action(
                        "obj_load_attr",
                        format!("loading {} requires recursion", field.name()),
                    ));
                }
            }
        }
        Ok(())
    }
}

#[async_trait]
impl LazyLoad for Instance {
    type Field = InstanceLazy;

    async fn load_fields(&mut self, ctx: &Context, fields: &[InstanceLazy]) -> Result<()> {
        let Some(first) = fields.first() else {
            return Ok(());
        };
        if !self.is_set("uuid") {
            let reason = format!("attribute {} not lazy-loadable", first.name());
            return Err(crate::Error::action("obj_load_attr", reason));
        }
        let mut wanted = Vec::with_capacity(fields.len());
        for field in fields {
            if !self.load_locally(*field) {
                wanted.push(*field);
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        // A sibling that is set may have changes that are not saved.
        let mut wanted = with_siblings(wanted);
        wanted.retain(|field| !self.is_set(field.name()));
        let uuid = self.uuid()?.to_owned();
        let ctx = seeing_deleted(ctx);
        // The original's conductor reads no fault with an instance.
        if wanted.contains(&InstanceLazy::Fault) {
            let fault = InstanceFault::get_latest_for_instance(&ctx, uuid.to_string()).await?;
            self.set_fault(fault);
            self.reset_changes_of(&[InstanceLazy::Fault.name()]);
            wanted.retain(|field| *field != InstanceLazy::Fault);
            if wanted.is_empty() {
                return Ok(());
            }
        }
        let loaded = Self::get_by_uuid(&ctx, uuid)
            .expected_attrs(names(&wanted))
            .await?;
        self.absorb(&loaded, &wanted)
    }
}

impl InstanceList {
    /// Loads these attributes of all instances of the list that lack one of
    /// them, in one call for ten thousand, and another for those that are not
    /// found: they may be hidden. Instances that have vanished meanwhile stay
    /// as they are.
    ///
    /// # Errors
    ///
    /// What [`InstanceList::get_by_filters`] fails with.
    pub async fn prefetch(&mut self, ctx: &Context, fields: &[InstanceLazy]) -> Result<()> {
        let fields = with_siblings(fields.to_vec());
        let mut wanted = Vec::new();
        for instance in self.iter() {
            if fields.iter().any(|field| !instance.is_set(field.name())) {
                wanted.push(instance.uuid()?.to_owned());
            }
        }
        let ctx = seeing_deleted(ctx);
        let mut loaded = HashMap::new();
        for uuids in wanted.chunks(MOST_AT_ONCE) {
            // A filter shows either those that are hidden, being moved between cells, or the others.
            for hidden in [false, true] {
                let uuids = uuids.iter().filter(|uuid| !loaded.contains_key(*uuid));
                let uuids: Vec<_> = uuids.map(|uuid| Json::from(uuid.as_str())).collect();
                if uuids.is_empty() {
                    continue;
                }
                let mut filters = Dict::from_iter([("uuid".to_owned(), Json::Array(uuids))]);
                if hidden {
                    filters.insert("hidden".to_owned(), true.into());
                }
                let mut found = Self::get_by_filters(&ctx, filters)
                    .expected_attrs(names(&fields))
                    .await?;
                for instance in found.edit_objects(std::mem::take)? {
                    loaded.insert(instance.uuid()?.to_owned(), instance);
                }
            }
        }
        self.edit_objects(|instances| {
            for instance in instances {
                let Some(found) = instance.uuid().ok().and_then(|uuid| loaded.get(uuid)) else {
                    continue;
                };
                let missing: Vec<_> = fields
                    .iter()
                    .copied()
                    .filter(|field| !instance.is_set(field.name()))
                    .collect();
                instance.absorb(found, &missing)?;
            }
            Ok(())
        })?
    }
}

/// All three flavors if one of them is among the fields.
fn with_siblings(mut fields: Vec<InstanceLazy>) -> Vec<InstanceLazy> {
    if fields.iter().any(|field| FLAVORS.contains(field)) {
        for flavor in FLAVORS {
            if !fields.contains(&flavor) {
                fields.push(flavor);
            }
        }
    }
    fields
}

fn names(fields: &[InstanceLazy]) -> Vec<String> {
    fields.iter().map(|field| field.name().to_owned()).collect()
}

/// The context of a load: an instance that was deleted meanwhile still has
/// what it had.
fn seeing_deleted(ctx: &Context) -> Context {
    match ctx.request::<RequestContext>() {
        Some(request) => ctx.with_request(request.with_read_deleted(ReadDeleted::Yes)),
        None => ctx.clone(),
    }
}
