//! Objects as plain dictionaries: what Nova's `obj_to_primitive` helper makes of
//! recorded ones (`interop/plain.py`).

use nova_objects::registry;
use versionedobjects::plain;

use crate::recorded;

#[test]
fn objects_are_as_plain_as_nova_makes_them() {
    let recorded = recorded::json("plain.json");
    let recorded = recorded.as_object().unwrap();
    assert!(recorded.len() > 50, "{}", recorded.len());
    for (class, novas) in recorded {
        let file = recorded::json(&format!("objects/{class}.json"));
        let case = usize::try_from(novas["case"].as_u64().unwrap()).unwrap();
        let object = registry()
            .read(&file["cases"][case]["current"].to_string())
            .unwrap();
        let ours = plain(&*object).unwrap();
        assert_eq!(
            recorded::text(&ours),
            recorded::text(&novas["plain"]),
            "{class}"
        );
    }
}
