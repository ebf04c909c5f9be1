//! What calls cost: a statement for what is asked for, and one for each kind of thing
//! that belongs to it, however many there are.

use nova_db::statements_of;
use nova_objects::instance::INSTANCE_OPTIONAL_ATTRS;
use nova_objects::{InstanceListStore, InstanceStore};
use test_support::on_every_database;
use versionedobjects::ObjectExt as _;

use super::{admin, create, get, new_instance, save};

on_every_database! {
    async fn an_instance_costs_a_statement_a_relation(db: NovaDb) {
        let created = create(&db, "a").await;
        let uuid = created.uuid().unwrap();
        for (attrs, expected) in [
            (&[][..], &["instance.get_by_uuid"][..]),
            (&["info_cache"], &["instance.get_by_uuid", "instance.info_cache"]),
            (&["security_groups"], &["instance.get_by_uuid"]),
            (
                &["flavor", "numa_topology", "pci_requests", "keypairs", "trusted_certs", "resources", "old_flavor"],
                &["instance.get_by_uuid", "instance.extra"],
            ),
            (
                &["metadata", "system_metadata", "tags", "services"],
                &["instance.get_by_uuid", "instance.metadata", "instance.system_metadata", "instance.tags", "instance.services"],
            ),
        ] {
            let (read, statements) = statements_of(get(&db, &admin(), uuid, attrs)).await;
            read.unwrap();
            assert_eq!(statements, expected);
        }
    }

    async fn a_save_of_one_field_costs_two_and_what_is_read_anew(db: NovaDb) {
        let created = create(&db, "a").await;
        let mut instance = get(&db, &admin(), created.uuid().unwrap(), &["info_cache"]).await.unwrap();
        instance.set_task_state("rebooting");
        let (saved, statements) = statements_of(save(&db, &mut instance)).await;
        saved.unwrap();
        assert_eq!(
            statements,
            ["instance.get_by_uuid", "instance.update", "instance.info_cache", "instance.system_metadata"]
        );
    }

    async fn a_list_costs_as_much_as_one_instance(db: NovaDb) {
        for name in ["a", "b", "c", "d", "e"] {
            create(&db, name).await;
        }
        let all: Vec<String> = INSTANCE_OPTIONAL_ATTRS.iter().map(|attr| (*attr).to_owned()).collect();
        let ctx = admin();
        let reading = InstanceListStore::get_by_host(&db, &ctx, "h".into(), Some(all), false);
        let (list, statements) = statements_of(reading).await;
        let list = list.unwrap();
        assert_eq!(list.len(), 5);
        assert_eq!(
            statements,
            [
                "instance.get_by_host",
                "instance.info_cache",
                "instance.metadata",
                "instance.system_metadata",
                "instance.pci_devices",
                "instance.tags",
                "instance.services",
                "instance_fault.get_latest",
                "instance.extra",
                "ec2.instances",
                "ec2.images",
            ]
        );
        for instance in list.iter() {
            let alone = get(&db, &admin(), instance.uuid().unwrap(), &INSTANCE_OPTIONAL_ATTRS).await.unwrap();
            assert!(alone.eq_data(instance));
        }
    }

    async fn creating_costs_a_statement_a_table(db: NovaDb) {
        create(&db, "a").await;
        let mut instance = new_instance("b");
        let ctx = admin();
        let (created, statements) = statements_of(InstanceStore::create(&db, &ctx, &mut instance)).await;
        created.unwrap();
        assert_eq!(
            statements,
            [
                "security_group.get_default",
                "instance.create",
                "instance_info_cache.create",
                "instance_extra.create",
                "instance_metadata.create",
                "instance_system_metadata.create",
                "ec2.create_instance",
                "ec2.images",
            ]
        );
    }
}
