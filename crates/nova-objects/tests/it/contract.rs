//! What peers may rely on is recorded under `contract/nova`, and is what the
//! classes say.

use std::path::Path;

use nova_objects::registry;
use versionedobjects::contract::{Contract, folder};

#[test]
fn the_recorded_contracts_are_those_of_the_classes() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../contract"));
    assert_eq!(
        folder::recorded(folder).unwrap(),
        folder::derived(registry())
    );
}

#[test]
fn every_contract_is_read_as_it_is_written() {
    for contract in folder::derived(registry()).into_values() {
        let text = contract.to_string();
        assert_eq!(text.parse::<Contract>().unwrap(), contract, "{text}");
    }
}
