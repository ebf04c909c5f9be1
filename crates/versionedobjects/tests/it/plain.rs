//! Objects as plain dictionaries.

use serde_json::json;
use versionedobjects::plain;

use crate::nursery::{ChildList, Parent, child};

#[test]
fn lists_are_flat_and_extras_included() {
    let mut parent = Parent::new();
    parent.set_id(1).expect("unset so far");
    parent.set_name(None);
    parent.set_child(child(1, Some("s")));
    let list: ChildList = [child(2, None), child(3, None)].into_iter().collect();
    parent.set_lst(list);
    parent.set_kids(vec![]);
    assert_eq!(
        plain(&parent).expect("all of it has a JSON form"),
        json!({
            "id": 1, "name": null, "child": {"x": 1, "y": "s"}, "kids": [], "lst": [{"x": 2}, {"x": 3}], "extra": "e",
        })
    );
    assert_eq!(plain(&ChildList::new()).expect("empty"), json!([]));
    assert_eq!(
        plain(&Parent::new()).expect("nothing set"),
        json!({"extra": "e"})
    );
}
