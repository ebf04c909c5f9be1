//! What peers may rely on is recorded under `contract/nova`, and is what the
//! classes say.

use nova_objects::registry;
use versionedobjects::contract::{Contract, Error, Recorder, folder};

#[test]
fn what_peers_rely_on_is_recorded() -> Result<(), Error> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contract");
    Recorder::new(registry(), folder)
        .command("cargo xtask contract --accept")
        .check()
}

#[test]
fn every_contract_is_read_as_it_is_written() {
    for contract in folder::derived(registry()).into_values() {
        let text = contract.to_string();
        assert_eq!(text.parse::<Contract>().unwrap(), contract, "{text}");
    }
}

#[test]
fn every_method_says_what_it_raises() {
    for class in registry().iter() {
        for method in class.methods {
            let name = format!("{}.{}", class.name, method.name);
            assert!(method.errors.is_some(), "{name} lacks `#[errors(..)]`");
        }
    }
}
