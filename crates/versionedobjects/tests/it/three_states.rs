//! Unset, null and set survive every way an object can go.

use std::collections::BTreeSet;

use proptest::collection::{btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;
use versionedobjects::fields::{DateTime, Dict};
use versionedobjects::{Form, Object as _, ObjectExt as _, Version, VersionedObject, WriteOptions};

use crate::nursery::{Child, ChildList, Parent};

fn children() -> impl Strategy<Value = Child> {
    (of(any::<i64>()), of(of(".{0,6}")), any::<bool>()).prop_map(|(x, y, clean)| {
        let mut child = Child::new();
        if let Some(x) = x {
            child.set_x(x);
        }
        if let Some(y) = y {
            child.set_y(y);
        }
        if clean {
            child.reset_changes();
        }
        child
    })
}

/// Each field is unset, null where it may be, or set; some count as changed.
pub(crate) fn parents() -> impl Strategy<Value = Parent> {
    let scalars = (
        of(any::<i64>()),
        of(of(".{0,8}")),
        of(any::<bool>()),
        of(of(0..4_000_000_000_i64)),
        of(".{0,8}"),
    );
    let kids = || vec(children(), 0..3);
    let objects = (of(of(children())), of(kids()), of(of(kids())));
    let containers = (
        of(vec((".{0,4}", ".{0,4}"), 0..3)),
        of(btree_set(".{0,4}", 0..3)),
    );
    let changed = btree_set(0_usize..10, 0..10);
    (scalars, objects, containers, changed).prop_map(
        |((id, name, flag, when, nn), (child, kids, lst), (meta, tags), changed)| {
            let mut parent = Parent::new();
            if let Some(id) = id {
                parent.set_id(id).expect("unset so far");
            }
            name.into_iter().for_each(|name| parent.set_name(name));
            flag.into_iter().for_each(|flag| parent.set_flag(flag));
            let time = |seconds| {
                DateTime::from(
                    chrono::DateTime::from_timestamp(seconds, 0).expect("in this century"),
                )
            };
            when.into_iter()
                .for_each(|when| parent.set_when(when.map(time)));
            nn.into_iter().for_each(|nn| parent.set_nn(nn));
            child.into_iter().for_each(|child| parent.set_child(child));
            kids.into_iter().for_each(|kids| parent.set_kids(kids));
            lst.into_iter().for_each(|lst| {
                parent.set_lst(lst.map(|items| items.into_iter().collect::<ChildList>()))
            });
            meta.into_iter()
                .for_each(|meta| parent.set_meta(meta.into_iter().collect::<Dict<String>>()));
            tags.into_iter()
                .for_each(|tags: BTreeSet<String>| parent.set_tags(tags));
            parent.reset_changes();
            let names: Vec<&str> = changed
                .iter()
                .filter_map(|index| Parent::class_def().fields.get(*index))
                .map(|f| f.name)
                .collect();
            let names: Vec<&str> = names
                .into_iter()
                .filter(|name| parent.is_set(name))
                .collect();
            parent.mark_changed(&names);
            parent
        },
    )
}

fn write(object: &dyn VersionedObject, form: Form, target: Option<Version>) -> String {
    object
        .to_json_with(WriteOptions {
            form,
            target,
            manifest: None,
        })
        .expect("it can be written")
}

proptest! {
    #[test]
    fn the_wire_in_both_forms(parent in parents()) {
        for form in [Form::Compat, Form::Native] {
            let text = write(&parent, form, None);
            let read = Parent::from_json(&text).expect("what is written can be read");
            prop_assert_eq!(&read, &parent);
            prop_assert_eq!(read.changes(), parent.changes());
            prop_assert!(read.eq_oslo(&parent));
            prop_assert_eq!(write(&read, form, None), text);
        }
        let [compat, native] = [Form::Compat, Form::Native].map(|form| write(&parent, form, None));
        prop_assert!(compat.is_ascii());
        let tree = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        prop_assert_eq!(tree(&compat), tree(&native));
    }

    #[test]
    fn clones(parent in parents()) {
        prop_assert!(parent.clone().eq_oslo(&parent));
        prop_assert!(parent.clone_oslo().eq_oslo(&parent));
        prop_assert_eq!(parent.clone().to_json().expect("written"), parent.to_json().expect("written"));
    }

    #[test]
    fn backports(parent in parents(), minor in 0_u16..=3) {
        for form in [Form::Compat, Form::Native] {
            let target = Version::new(1, minor);
            let read = Parent::from_json(&write(&parent, form, Some(target))).expect("readable");
            prop_assert_eq!(read.version(), target);
            let class = Parent::class_def();
            for (index, field) in class.fields.iter().enumerate() {
                let existed = form == Form::Native || field.children.first().is_none_or(|(first, _)| *first <= target);
                prop_assert_eq!(read.slot(index).is_set(), parent.slot(index).is_set() && existed, "{}", field.name);
                if existed && field.ty.any_object().is_none() {
                    prop_assert!(read.slot(index).same(parent.slot(index)), "{}", field.name);
                }
            }
        }
    }

    #[test]
    fn broken_text_is_an_error_and_no_panic(parent in parents(), cuts in vec((any::<prop::sample::Index>(), any::<char>()), 1..4)) {
        let mut text: Vec<char> = parent.to_json().expect("written").chars().collect();
        for (place, with) in cuts {
            let place = place.index(text.len());
            text[place] = with;
        }
        let text: String = text.into_iter().collect();
        if let Ok(read) = Parent::from_json(&text) {
            prop_assert!(Parent::from_json(&read.to_json().expect("written")).is_ok());
        }
    }
}
