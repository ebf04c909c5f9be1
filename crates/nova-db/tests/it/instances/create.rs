//! Creating instances.

use nova_db::sea_query::{Expr, ExprTrait as _, Query};
use nova_db::{Execute as _, NovaDb, Options, UniqueNames};
use nova_objects::{
    EC2IdsStore, Instance, InstanceStore, PersistentFields as _, RequestContext, SecurityGroup,
    SecurityGroupList, SecurityGroupListStore, SecurityGroupStore,
};
use test_support::database::TestDatabase;
use test_support::{on_every_database, on_every_dialect};
use versionedobjects::ObjectExt as _;

use super::{admin, admin_of, context, create, get, new_instance, rows, save};

on_every_database! {
    async fn a_created_instance_is_what_was_set(db: NovaDb) {
        let created = create(&db, "a").await;
        assert!(created.id().unwrap() > 0);
        assert_eq!(created.changes(), ["flavor", "ec2_ids"]);
        assert_eq!(created.flavor().unwrap().description().unwrap(), None);
        assert!(created.old_flavor().unwrap().is_none());
        assert!(created.numa_topology().unwrap().is_none());
        assert!(created.pci_devices().unwrap().is_none());
        assert!(created.migration_context().unwrap().is_none());
        assert!(created.pci_requests().unwrap().unwrap().requests().unwrap().is_empty());
        assert!(!created.locked().unwrap() && !created.deleted().unwrap());
        assert!(created.created_at().unwrap().is_some());
        assert_eq!(created.updated_at().unwrap(), None);
        let ids = created.ec2_ids().unwrap();
        assert_eq!(ids.instance_id().unwrap(), "i-00000001");
        assert_eq!(ids.ami_id().unwrap(), Some("ami-00000001"));
        assert_eq!(ids.kernel_id().unwrap(), None);

        let attrs = ["metadata", "system_metadata", "flavor", "ec2_ids"];
        let read = get(&db, &admin(), created.uuid().unwrap(), &attrs).await.unwrap();
        for field in attrs.iter().chain(&["id", "host", "compute_id", "uuid", "hidden", "vcpus"]) {
            assert_eq!(read.get(field).unwrap(), created.get(field).unwrap(), "{field}");
        }
    }

    async fn a_uuid_that_is_given_is_kept(db: NovaDb) {
        let mut instance = new_instance("a");
        let uuid = "44b354dd-10ca-440c-b407-07d90cd84b5c";
        instance.set_uuid(uuid);
        instance.set_access_ip_v4("10.0.0.7".parse::<std::net::Ipv4Addr>().ok().map(Into::into));
        instance.set_access_ip_v6("fd00::7".parse::<std::net::Ipv6Addr>().ok().map(Into::into));
        instance.set_locked(true);
        instance.set_locked_by("owner");
        instance.set_cleaned(true);
        instance.set_launched_at(versionedobjects::DateTime::now());
        InstanceStore::create(&db, &admin(), &mut instance).await.unwrap();
        let read = get(&db, &admin(), uuid, &[]).await.unwrap();
        assert_eq!(read.get("access_ip_v4").unwrap(), "10.0.0.7".into());
        assert_eq!(read.get("access_ip_v6").unwrap(), "fd00::7".into());
        assert_eq!(read.locked_by().unwrap(), Some("owner"));
        assert!(read.locked().unwrap() && read.cleaned().unwrap());

        // The uuid is taken.
        let mut again = new_instance("b");
        again.set_uuid(uuid);
        let error = InstanceStore::create(&db, &admin(), &mut again).await.unwrap_err();
        assert!(error.is_class("DBDuplicateEntry"), "{error}");
        assert!(!again.is_set("id"));
        assert_eq!(rows(&db, "instance_metadata", "instance_uuid", uuid).await, (1, 0));
    }

    async fn what_cannot_be_created_is_refused(db: NovaDb) {
        let mut created = create(&db, "a").await;
        let error = InstanceStore::create(&db, &admin(), &mut created).await.unwrap_err();
        assert_eq!(error.to_string(), "Object action create failed because: already created");

        let mut deleted = new_instance("b");
        deleted.set_deleted(true);
        let error = InstanceStore::create(&db, &admin(), &mut deleted).await.unwrap_err();
        assert_eq!(error.to_string(), "Object action create failed because: already deleted");

        let mut placed = Instance::new();
        placed.set_node("n");
        let error = InstanceStore::create(&db, &admin(), &mut placed).await.unwrap_err();
        assert!(error.is_class("ObjectActionError"));
        assert!(error.to_string().ends_with("Instance is being created with node ('n') but not compute_id"), "{error}");

        let nobody = context(RequestContext::new());
        let error = InstanceStore::create(&db, &nobody, &mut new_instance("c")).await.unwrap_err();
        assert!(error.is_class("Forbidden"));
    }

    async fn a_project_gets_its_default_security_group_once(db: NovaDb) {
        create(&db, "a").await;
        create(&db, "b").await;
        let select = Query::select()
            .column("project_id")
            .from("security_groups")
            .and_where(Expr::col("name").eq("default"))
            .take();
        let rows = db.main.fetch_all("test.groups", &select).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].get::<&str>(0).unwrap(), "p");
    }

    async fn ec2_ids_are_given_out_once(db: NovaDb) {
        let first = create(&db, "a").await;
        let second = create(&db, "b").await;
        assert_eq!(second.ec2_ids().unwrap().instance_id().unwrap(), "i-00000002");
        assert_eq!(second.ec2_ids().unwrap().ami_id().unwrap(), Some("ami-00000001"));
        let again = EC2IdsStore::get_by_instance(&db, &admin(), first.clone()).await.unwrap();
        assert!(again.eq_data(first.ec2_ids().unwrap()));
        // One that was never created gets a number, too.
        let mut other = new_instance("c");
        other.set_uuid("66666666-6666-4666-8666-666666666666");
        other.set_kernel_id("kernel");
        other.set_ramdisk_id("");
        let ids = EC2IdsStore::get_by_instance(&db, &admin(), other).await.unwrap();
        assert_eq!(ids.instance_id().unwrap(), "i-00000003");
        assert_eq!(ids.kernel_id().unwrap(), Some("aki-00000002"));
        assert_eq!(ids.ramdisk_id().unwrap(), None);
    }
}

on_every_database! {
    /// As in the original, whose groups are Neutron's: what is given is not associated, not even
    /// looked up; the project's default group is there all the same.
    async fn security_groups_that_are_given_are_not_associated(db: NovaDb) {
        for (name, groups) in [("a", &["default"][..]), ("b", &["nowhere"]), ("c", &[])] {
            let groups = groups.iter().map(|name| {
                let mut group = SecurityGroup::new();
                group.set_name(*name);
                group
            });
            let mut instance = new_instance(name);
            instance.set_security_groups(groups.collect::<SecurityGroupList>());
            InstanceStore::create(&db, &admin(), &mut instance).await.unwrap();
            assert!(instance.security_groups().unwrap().is_empty());
            let associated = SecurityGroupListStore::get_by_instance(&db, &admin(), instance).await.unwrap();
            assert!(associated.is_empty());
        }
        SecurityGroupStore::get_by_name(&db, &admin(), "p".into(), "default".into()).await.unwrap();
    }
}

on_every_dialect! {
    async fn names_are_unique_where_the_operator_wants_it(dialect: Dialect) {
        let test = TestDatabase::create(dialect).await;
        for (scope, other_project_may) in [(UniqueNames::Project, true), (UniqueNames::Global, false)] {
            let options = Options { unique_server_names: Some(scope), ..test_support::database::options() };
            let db = NovaDb::open(&test.main_url, &test.api_url, &options).await.unwrap();
            let name = format!("Name-{scope:?}");
            create(&db, &name).await;
            let mut same = new_instance(&name.to_uppercase());
            let error = InstanceStore::create(&db, &admin(), &mut same).await.unwrap_err();
            assert!(error.is_class("InstanceExists"), "{error}");
            let other = context(admin_of("q"));
            let result = InstanceStore::create(&db, &other, &mut new_instance(&name)).await;
            // The database has no instance of that project with the name.
            assert_eq!(result.is_ok(), other_project_may, "{scope:?}");
            let mut renamed = create(&db, &format!("other-{scope:?}")).await;
            renamed.set_hostname(name.as_str());
            let error = save(&db, &mut renamed).await.unwrap_err();
            assert!(error.is_class("InstanceExists"), "{error}");
            db.close().await;
        }
    }
}
