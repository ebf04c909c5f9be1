//! Nova's test suite keeps a hash for each class, over its fields and methods.
//! Ours have to come out the same.

use nova_objects::classes;

use crate::recorded;

#[test]
fn every_class_has_novas_fingerprint() {
    let recorded = recorded::json("fingerprints.json");
    let mut wrong = Vec::new();
    for class in classes() {
        let expected = &recorded[class.name];
        // The text first: it shows where the difference is.
        let source = expected["source"]
            .as_str()
            .unwrap_or_else(|| panic!("{} is not recorded", class.name));
        if class.fingerprint_source() != source {
            wrong.push(format!(
                "{}\n  ours:   {}\n  Nova's: {source}",
                class.name,
                class.fingerprint_source()
            ));
        } else if class.fingerprint() != expected["fingerprint"] {
            wrong.push(format!(
                "{}: {} is not {}",
                class.name,
                class.fingerprint(),
                expected["fingerprint"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
