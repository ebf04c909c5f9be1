//! Where something changed, in whatever containers.

use versionedobjects::VersionedObject;
use versionedobjects::fields::Dict;
use versionedobjects::prelude::*;

use crate::nursery::{Child, ChildList, Parent, W, child};

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::nursery::Nursery, history("1.0" = "Initial version"))]
pub struct Deep {
    meta: Meta,
    rows: Attr<Vec<Dict<Vec<Child>>>>,
    parent: Attr<Option<Parent>>,
    grid: Attr<Option<Vec<Vec<i64>>>>,
}

fn clean(x: i64) -> Child {
    let mut clean = child(x, Some("y"));
    clean.reset_changes();
    clean
}

fn deep() -> Deep {
    let mut list = ChildList::new();
    list.set_objects(vec![clean(1), clean(2)]);
    let mut parent = Parent::new();
    parent.set_lst(list);
    parent.set_kids(vec![clean(3)]);
    parent.set_meta(Dict::from([
        ("k".to_owned(), "v".to_owned()),
        ("a.b".to_owned(), "v".to_owned()),
    ]));
    let mut deep = Deep::new();
    deep.set_rows(vec![Dict::from([(
        "left".to_owned(),
        vec![clean(4), clean(5)],
    )])]);
    deep.set_grid(vec![vec![1, 2], vec![3]]);
    deep.set_parent(parent);
    deep.reset_changes_recursively();
    deep
}

#[test]
fn nothing_changed_has_no_places() {
    assert!(deep().changed_paths().is_empty());
    assert!(Deep::new().changed_paths().is_empty());
}

#[test]
fn a_field_that_was_set_counts_as_a_whole() {
    let mut deep = deep();
    deep.set_parent(Parent::new());
    deep.set_rows(vec![]);
    assert_eq!(deep.changed_paths(), ["rows", "parent"]);
}

#[test]
fn edits_are_found_at_any_depth_and_named_once() {
    let mut deep = deep();
    deep.edit_parent(|parent| {
        let parent = parent.as_mut().expect("set");
        parent
            .edit_lst(|list| {
                let list = list.as_mut().expect("set");
                list.edit_objects(|kids| kids[1].set_x(9)).expect("set");
            })
            .expect("set");
        parent
            .edit_meta(|meta| {
                meta.insert("k".into(), "w".into());
                meta.insert("new".into(), "w".into());
                meta.shift_remove("a.b");
            })
            .expect("set");
    })
    .expect("set");
    deep.edit_rows(|rows| rows[0]["left"][1].set_y(None))
        .expect("set");
    deep.edit_grid(|grid| grid.as_mut().expect("set")[0][1] = 7)
        .expect("set");
    let mut paths = deep.changed_paths();
    paths.sort();
    assert_eq!(
        paths,
        [
            "grid[0][1]",
            "parent.lst.objects[1].x",
            "parent.meta.k",
            "parent.meta.new",
            "parent.meta[\"a.b\"]",
            "rows[0].left[1].y",
        ]
    );
    // What oslo would say, on which the wire depends, is what it was.
    assert_eq!(deep.changes(), ["rows", "parent", "grid"]);
    deep.reset_changes();
    let left = deep.changed_paths();
    assert!(
        left.iter().all(|path| path.contains('.')),
        "{left:?}: the children's own"
    );
}

#[test]
fn children_are_seen_where_oslo_does_not_look() {
    let mut kids = Parent::new();
    kids.set_kids(vec![clean(1), child(2, None)]);
    kids.reset_changes();
    assert!(kids.changes().is_empty(), "as in oslo");
    assert_eq!(kids.changed_paths(), ["kids[1].x"]);
    let mut map = W::new();
    map.set_m(Dict::from([("a".to_owned(), child(1, None))]));
    map.reset_changes();
    assert_eq!(map.changed_paths(), ["m.a.x"]);
}

#[test]
fn lists_that_grow_name_what_is_new_and_others_themselves() {
    let mut grown = deep();
    grown
        .edit_grid(|grid| grid.as_mut().expect("set").push(vec![]))
        .expect("set");
    assert_eq!(grown.changed_paths(), ["grid[2]"]);
    let mut shrunk = deep();
    shrunk
        .edit_grid(|grid| drop(grid.as_mut().expect("set").remove(0)))
        .expect("set");
    assert_eq!(shrunk.changed_paths(), ["grid"]);
    let mut gone = deep();
    gone.edit_grid(|grid| *grid = None).expect("set");
    gone.edit_grid(|grid| *grid = Some(vec![])).expect("set");
    assert_eq!(gone.changed_paths(), ["grid"]);
}

#[test]
fn an_edit_that_changes_nothing_is_none() {
    let mut deep = deep();
    deep.edit_grid(|grid| grid.as_mut().expect("set")[0][0] = 1)
        .expect("set");
    assert!(deep.changed_paths().is_empty());
}
