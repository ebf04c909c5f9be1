//! Flavors.

use nova_db::sea_query::Query;
use nova_db::{Execute as _, NovaDb, statements_of};
use nova_objects::{Context, Flavor, FlavorList, PersistentFields as _, RequestContext, Result};
use serde_json::json;
use test_support::on_every_database;
use versionedobjects::fields::Dict;
use versionedobjects::{Json, ObjectExt as _};

fn admin(db: &NovaDb) -> Context {
    db.context(RequestContext::admin())
}

fn user(db: &NovaDb, project: &str) -> Context {
    db.context(RequestContext::for_user("u", project))
}

fn new(name: &str) -> Flavor {
    let mut flavor = Flavor::new();
    flavor.set_name(name);
    flavor.set_flavorid(format!("id-{name}"));
    flavor.set_memory_mb(512);
    flavor.set_vcpus(1);
    flavor.set_root_gb(10);
    flavor.set_ephemeral_gb(0);
    flavor.set_swap(0);
    flavor
}

fn specs(pairs: &[(&str, &str)]) -> Dict<String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

async fn created(ctx: &Context, name: &str) -> Flavor {
    let mut flavor = new(name);
    flavor.set_extra_specs(specs(&[("hw:a", "1"), ("hw:b", name)]));
    flavor.create(ctx).await.unwrap();
    flavor
}

/// One that only these projects may use.
async fn private(ctx: &Context, name: &str, projects: &[&str]) -> Flavor {
    let mut flavor = new(name);
    flavor.set_is_public(false);
    flavor.set_projects(
        projects
            .iter()
            .map(|project| (*project).to_owned())
            .collect::<Vec<_>>(),
    );
    flavor.create(ctx).await.unwrap();
    flavor
}

async fn names(listed: impl IntoFuture<Output = Result<FlavorList>>) -> Vec<String> {
    let flavors = listed.await.unwrap();
    flavors
        .iter()
        .map(|flavor| flavor.name().unwrap().unwrap().to_owned())
        .collect()
}

fn filters(filters: Json) -> Option<Dict<Json>> {
    filters
        .as_object()
        .map(|filters| filters.clone().into_iter().collect())
}

fn refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
    let error = result.unwrap_err();
    format!(
        "{}: {error}",
        error.nova().map_or("?", |exception| exception.class())
    )
}

on_every_database! {
    async fn a_new_flavor_has_all_its_rows_have(db: NovaDb) {
        let ctx = admin(&db);
        let mut flavor = new("m1");
        flavor.set_extra_specs(specs(&[("hw:a", "1"), ("hw:b", "2")]));
        flavor.set_projects(vec!["p".to_owned(), "q".to_owned(), "p".to_owned()]);
        let (result, statements) = statements_of(flavor.create(&ctx)).await;
        result.unwrap();
        assert_eq!(statements, ["flavor.create", "flavor.create_extra_specs", "flavor.create_projects"]);
        assert!(flavor.changes().is_empty());
        assert_eq!(flavor.projects().unwrap(), ["p", "q"]);
        assert_eq!(flavor.rxtx_factor().unwrap(), Some(1.0));
        assert_eq!(flavor.vcpu_weight().unwrap(), Some(0));
        assert!(flavor.is_public().unwrap() && !flavor.disabled().unwrap());
        assert!(!flavor.deleted().unwrap() && flavor.deleted_at().unwrap().is_none());
        assert_eq!(flavor.description().unwrap(), None);

        let (read, statements) = statements_of(async { Flavor::get_by_id(&ctx, flavor.id().unwrap()).await }).await;
        let mut read = read.unwrap();
        assert_eq!(statements, ["flavor.get_by_id"]);
        assert!(read.changes().is_empty());
        assert!(!read.is_set("projects"));
        read.load_projects(&ctx).await.unwrap();
        assert!(read.changes().is_empty());
        // MariaDB keeps whole seconds.
        for flavor in [&mut read, &mut flavor] {
            flavor.unset("created_at");
        }
        assert!(read.eq_data(&flavor), "{read:?} {flavor:?}");
        assert_eq!(refusal(flavor.create(&ctx).await), "ObjectActionError: Object action create failed because: already created");
    }

    async fn names_and_ids_are_unique(db: NovaDb) {
        let ctx = admin(&db);
        created(&ctx, "m1").await;
        let mut twin = new("m2");
        twin.set_flavorid("id-m1");
        assert_eq!(refusal(twin.create(&ctx).await), "FlavorIdExists: Flavor with ID id-m1 already exists.");
        let mut twin = new("m1");
        twin.set_flavorid("other");
        twin.set_extra_specs(specs(&[("a", "b")]));
        assert_eq!(refusal(twin.create(&ctx).await), "FlavorExists: Flavor with name m1 already exists.");
        let count = Query::select().column("id").from("flavor_extra_specs").take();
        assert_eq!(db.api.fetch_all("test.count", &count).await.unwrap().len(), 2);
    }

    async fn flavors_are_found_by_what_identifies_them(db: NovaDb) {
        let ctx = admin(&db);
        let id = created(&ctx, "m1").await.id().unwrap();
        for found in [
            Flavor::get_by_id(&ctx, id).await,
            Flavor::get_by_name(&ctx, "m1").await,
            Flavor::get_by_flavor_id(&ctx, "id-m1").await,
            Flavor::get_by_flavor_id(&ctx, "id-m1").read_deleted(Some("no".to_owned())).await,
        ] {
            let found = found.unwrap();
            assert_eq!(found.id().unwrap(), id);
            assert_eq!(*found.extra_specs().unwrap(), specs(&[("hw:a", "1"), ("hw:b", "m1")]));
        }
        assert_eq!(refusal(Flavor::get_by_id(&ctx, 99).await), "FlavorNotFound: Flavor 99 could not be found.");
        assert_eq!(
            refusal(Flavor::get_by_name(&ctx, "x").await),
            "FlavorNotFoundByName: Flavor with name x could not be found."
        );
        assert_eq!(refusal(Flavor::get_by_flavor_id(&ctx, "x").await), "FlavorNotFound: Flavor x could not be found.");
        let nobody = db.context(RequestContext::new());
        assert_eq!(refusal(Flavor::get_by_id(&nobody, id).await), "Forbidden: Forbidden");
    }

    async fn private_flavors_are_for_their_projects(db: NovaDb) {
        let ctx = admin(&db);
        let id = private(&ctx, "own", &["p"]).await.id().unwrap();
        created(&ctx, "public").await;
        assert!(Flavor::get_by_id(&ctx, id).await.is_ok());
        assert!(Flavor::get_by_id(&user(&db, "p"), id).await.is_ok());
        assert!(Flavor::get_by_id(&user(&db, "q"), id).await.is_err());
        assert!(Flavor::get_by_name(&user(&db, "q"), "public").await.is_ok());
        assert_eq!(names(FlavorList::get_all(&ctx)).await, ["own", "public"]);
        assert_eq!(names(FlavorList::get_all(&user(&db, "p"))).await, ["own", "public"]);
        assert_eq!(names(FlavorList::get_all(&user(&db, "q"))).await, ["public"]);
        assert_eq!(names(FlavorList::get_all(&db.context(RequestContext::new()))).await, ["public"]);
    }

    async fn access_is_given_and_taken(db: NovaDb) {
        let ctx = admin(&db);
        let mut flavor = private(&ctx, "own", &["p"]).await;
        let id = flavor.id().unwrap();
        flavor.add_access(&ctx, "q").await.unwrap();
        assert_eq!(flavor.projects().unwrap(), ["p", "q"]);
        assert_eq!(
            refusal(flavor.add_access(&ctx, "q").await),
            format!("FlavorAccessExists: Flavor access already exists for flavor {id} and project q combination.")
        );
        flavor.remove_access(&ctx, "p").await.unwrap();
        assert_eq!(flavor.projects().unwrap(), ["q"]);
        assert!(flavor.changes().is_empty());
        assert_eq!(
            refusal(flavor.remove_access(&ctx, "p").await),
            format!("FlavorAccessNotFound: Flavor access not found for {id} / p combination.")
        );
        flavor.save_projects(&ctx).to_add(vec!["r".to_owned()]).to_delete(vec!["q".to_owned()]).await.unwrap();
        flavor.fetch_projects(&ctx).await.unwrap();
        assert_eq!(flavor.projects().unwrap(), ["r"]);
        flavor.set_projects(Vec::new());
        assert_eq!(
            refusal(flavor.add_access(&ctx, "s").await),
            "ObjectActionError: Object action add_access failed because: projects modified"
        );
        assert_eq!(
            refusal(flavor.remove_access(&ctx, "r").await),
            "ObjectActionError: Object action remove_access failed because: projects modified"
        );
        let mut unknown = new("unknown");
        assert_eq!(refusal(unknown.fetch_projects(&ctx).await), "FlavorNotFound: Flavor id-unknown could not be found.");
    }

    async fn extra_specs_are_set_and_removed(db: NovaDb) {
        let ctx = admin(&db);
        let mut flavor = created(&ctx, "m1").await;
        let id = flavor.id().unwrap();
        let add = specs(&[("hw:a", "1"), ("hw:b", "changed"), ("hw:c", "3")]);
        let (saved, statements) = statements_of(async { flavor.save_extra_specs(&ctx).to_add(add).await }).await;
        saved.unwrap();
        assert_eq!(statements, ["flavor.existing_extra_specs", "flavor.update_extra_spec", "flavor.create_extra_specs"]);
        flavor.save_extra_specs(&ctx).to_delete(vec!["hw:a".to_owned()]).await.unwrap();
        let read = Flavor::get_by_id(&ctx, id).await.unwrap();
        assert_eq!(*read.extra_specs().unwrap(), specs(&[("hw:b", "changed"), ("hw:c", "3")]));
        assert_eq!(
            refusal(flavor.save_extra_specs(&ctx).to_delete(vec!["hw:a".to_owned()]).await),
            format!("FlavorExtraSpecsNotFound: Flavor {id} has no extra specs with key hw:a.")
        );
    }

    async fn concurrent_extra_specs_all_arrive(db: NovaDb) {
        let ctx = admin(&db);
        let flavor = created(&ctx, "m1").await;
        let savers = (0..4).map(|n| {
            let (mut flavor, ctx) = (flavor.clone(), ctx.clone());
            tokio::spawn(async move {
                let add = specs(&[("shared", &n.to_string()), (&format!("own{n}"), "x")]);
                flavor.save_extra_specs(&ctx).to_add(add).await.unwrap();
            })
        });
        for saver in savers.collect::<Vec<_>>() {
            saver.await.unwrap();
        }
        let read = Flavor::get_by_id(&ctx, flavor.id().unwrap()).await.unwrap();
        assert_eq!(read.extra_specs().unwrap().len(), 2 + 1 + 4, "{read:?}");
    }

    async fn destroying_leaves_nothing(db: NovaDb) {
        let ctx = admin(&db);
        let mut flavor = private(&ctx, "own", &["p"]).await;
        flavor.save_extra_specs(&ctx).to_add(specs(&[("a", "b")])).await.unwrap();
        flavor.destroy(&ctx).await.unwrap();
        assert!(!flavor.deleted().unwrap());
        for table in ["flavors", "flavor_projects", "flavor_extra_specs"] {
            let rows = Query::select().column("id").from(table).take();
            assert!(db.api.fetch_all("test.rows", &rows).await.unwrap().is_empty(), "{table}");
        }
        let id = flavor.id().unwrap();
        assert_eq!(refusal(flavor.destroy(&ctx).await), format!("FlavorNotFound: Flavor {id} could not be found."));
        created(&ctx, "m1").await;
        let mut by_public_id = Flavor::new();
        by_public_id.set_flavorid("id-m1");
        by_public_id.destroy(&ctx).await.unwrap();
        assert_eq!(by_public_id.name().unwrap(), Some("m1"));
        let mut missing = Flavor::new();
        missing.set_flavorid("x");
        assert_eq!(refusal(missing.destroy(&ctx).await), "FlavorNotFound: Flavor x could not be found.");
    }

    async fn lists_are_filtered(db: NovaDb) {
        let ctx = admin(&db);
        for (name, memory, disk) in [("a.small", 512, 10), ("a.large", 4096, 40), ("b.small", 512, 20)] {
            let mut flavor = new(name);
            flavor.set_memory_mb(memory);
            flavor.set_root_gb(disk);
            flavor.set_disabled(name == "b.small");
            flavor.create(&ctx).await.unwrap();
        }
        private(&ctx, "own", &["p"]).await;
        for (given, expected) in [
            (json!({"min_memory_mb": 1024}), &["a.large"][..]),
            (json!({"min_memory_mb": "1024"}), &["a.large"]),
            (json!({"min_root_gb": 20}), &["a.large", "b.small"]),
            (json!({"disabled": true}), &["b.small"]),
            (json!({"disabled": false, "is_public": true}), &["a.large", "a.small"]),
            (json!({"is_public": false}), &["own"]),
            (json!({"is_public": null}), &["a.large", "a.small", "b.small", "own"]),
            (json!({"name": "^a\\."}), &["a.large", "a.small"]),
            (json!({"name": "small$", "min_root_gb": 15}), &["b.small"]),
            (json!({"other": 1}), &["a.large", "a.small", "b.small", "own"]),
        ] {
            let shown = given.to_string();
            assert_eq!(names(FlavorList::get_all(&ctx).filters(filters(given))).await, expected, "{shown}");
        }
        let project = user(&db, "p");
        let public = FlavorList::get_all(&project).filters(filters(json!({"is_public": true})));
        // What one's own project may use counts as public.
        assert_eq!(public.await.unwrap().len(), 4);
        let refused = FlavorList::get_all(&ctx).filters(filters(json!({"min_root_gb": "many"}))).await.unwrap_err();
        assert!(refused.is_class("ValueError"), "{refused}");
    }

    async fn lists_are_sorted_and_paged(db: NovaDb) {
        let ctx = admin(&db);
        for (name, memory) in [("a", 512), ("b", 2048), ("c", 512), ("d", 1024)] {
            let mut flavor = new(name);
            flavor.set_memory_mb(memory);
            flavor.set_extra_specs(specs(&[("name", name)]));
            flavor.create(&ctx).await.unwrap();
        }
        let (page, statements) = statements_of(async { FlavorList::get_all(&ctx).limit(2).await.unwrap() }).await;
        assert_eq!(statements, ["flavor.get_all", "flavor.extra_specs"]);
        assert!(page.changes().is_empty());
        for flavor in &page {
            assert_eq!(flavor.extra_specs().unwrap()["name"], flavor.name().unwrap().unwrap());
            assert!(flavor.changes().is_empty());
        }
        let all = || FlavorList::get_all(&ctx);
        assert_eq!(names(all().limit(2).marker(Some("id-b".to_owned()))).await, ["c", "d"]);
        assert_eq!(names(all().sort_dir("desc")).await, ["d", "c", "b", "a"]);
        assert_eq!(names(all().sort_key("memory_mb")).await, ["a", "c", "d", "b"]);
        let after = all().sort_key("memory_mb").marker(Some("id-a".to_owned())).limit(2);
        assert_eq!(names(after).await, ["c", "d"]);
        assert_eq!(names(all().sort_key("is_public").marker(Some("id-c".to_owned()))).await, ["d"]);
        assert_eq!(names(all().limit(0)).await, [""; 0]);
        assert_eq!(
            refusal(all().marker(Some("x".to_owned())).await),
            "MarkerNotFound: Marker x could not be found."
        );
        assert!(all().sort_key("nothing").await.unwrap_err().is_class("InvalidSortKey"));
        assert!(all().sort_dir("up").await.unwrap_err().is_class("ValueError"));
    }
}
