//! Key pairs.

use nova_db::{NovaDb, statements_of};
use nova_objects::{Context, KeyPair, KeyPairList, PersistentFields as _, RequestContext, Result};
use test_support::on_every_database;
use versionedobjects::ObjectExt as _;

fn context(db: &NovaDb) -> Context {
    db.context(RequestContext::for_user("alice", "p"))
}

fn new(user: &str, name: &str) -> KeyPair {
    let mut keypair = KeyPair::new();
    keypair.set_user_id(user);
    keypair.set_name(name);
    keypair.set_fingerprint("aa:bb");
    keypair.set_public_key("ssh-ed25519 AAAA");
    keypair
}

async fn created(ctx: &Context, user: &str, name: &str) -> KeyPair {
    let mut keypair = new(user, name);
    keypair.create(ctx).await.unwrap();
    keypair
}

async fn names(listed: impl IntoFuture<Output = Result<KeyPairList>>) -> Vec<String> {
    let keypairs = listed.await.unwrap();
    assert!(keypairs.changes().is_empty());
    keypairs
        .iter()
        .map(|keypair| keypair.name().unwrap().to_owned())
        .collect()
}

fn refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
    let error = result.unwrap_err();
    format!(
        "{}: {error}",
        error.nova().map_or("?", |exception| exception.class())
    )
}

on_every_database! {
    async fn a_new_keypair_has_all_its_row_has(db: NovaDb) {
        let ctx = context(&db);
        let mut keypair = new("alice", "laptop");
        let (result, statements) = statements_of(keypair.create(&ctx)).await;
        result.unwrap();
        assert_eq!(statements, ["keypair.create"]);
        assert!(keypair.changes().is_empty());
        assert_eq!(keypair.r#type().unwrap(), "ssh");
        assert!(!keypair.deleted().unwrap() && keypair.deleted_at().unwrap().is_none());
        let mut read = KeyPair::get_by_name(&ctx, "alice", "laptop").await.unwrap();
        // MariaDB keeps whole seconds.
        for keypair in [&mut read, &mut keypair] {
            keypair.unset("created_at");
        }
        assert!(read.eq_data(&keypair), "{read:?} {keypair:?}");
        assert!(read.changes().is_empty());
        assert_eq!(refusal(keypair.create(&ctx).await), "ObjectActionError: Object action create failed because: already created");
    }

    async fn a_certificate_is_one_too(db: NovaDb) {
        let ctx = context(&db);
        let mut keypair = new("alice", "cert");
        keypair.set_type("x509");
        keypair.create(&ctx).await.unwrap();
        let read = KeyPair::get_by_name(&ctx, "alice", "cert").await.unwrap();
        assert_eq!(read.r#type().unwrap(), "x509");
    }

    async fn a_user_has_one_of_a_name(db: NovaDb) {
        let ctx = context(&db);
        created(&ctx, "alice", "laptop").await;
        created(&ctx, "bob", "laptop").await;
        assert_eq!(
            refusal(new("alice", "laptop").create(&ctx).await),
            "KeyPairExists: Key pair 'laptop' already exists."
        );
    }

    async fn keypairs_are_gone_when_destroyed(db: NovaDb) {
        let ctx = context(&db);
        let mut keypair = created(&ctx, "alice", "laptop").await;
        created(&ctx, "alice", "desk").await;
        keypair.destroy(&ctx).await.unwrap();
        let missing = "KeypairNotFound: Keypair laptop not found for user alice";
        assert_eq!(refusal(keypair.destroy(&ctx).await), missing);
        assert_eq!(refusal(KeyPair::get_by_name(&ctx, "alice", "laptop").await), missing);
        KeyPair::destroy_by_name(&ctx, "alice", "desk").await.unwrap();
        assert_eq!(refusal(KeyPair::destroy_by_name(&ctx, "alice", "laptop").await), missing);
        assert_eq!(KeyPairList::get_count_by_user(&ctx, "alice").await.unwrap(), 0);
        // The name is free again.
        created(&ctx, "alice", "laptop").await;
    }

    async fn a_cell_has_none(db: NovaDb) {
        let ctx = context(&db);
        created(&ctx, "alice", "laptop").await;
        let (found, statements) = statements_of(async {
            KeyPair::get_by_name(&ctx, "alice", "laptop").localonly(true).await
        })
        .await;
        assert_eq!(refusal(found), "KeypairNotFound: Keypair laptop not found for user alice");
        assert!(statements.is_empty());
    }

    async fn a_users_keypairs_are_listed_by_name(db: NovaDb) {
        let ctx = context(&db);
        for name in ["c", "a", "d", "b"] {
            created(&ctx, "alice", name).await;
        }
        created(&ctx, "bob", "x").await;
        let of_alice = || KeyPairList::get_by_user(&ctx, "alice");
        assert_eq!(names(of_alice()).await, ["a", "b", "c", "d"]);
        assert_eq!(names(of_alice().limit(2)).await, ["a", "b"]);
        assert_eq!(names(of_alice().limit(2).marker(Some("b".to_owned()))).await, ["c", "d"]);
        assert_eq!(names(of_alice().marker(Some("d".to_owned()))).await, [""; 0]);
        assert_eq!(
            refusal(of_alice().marker(Some("x".to_owned())).await),
            "MarkerNotFound: Marker x could not be found."
        );
        assert_eq!(names(KeyPairList::get_by_user(&ctx, "carol")).await, [""; 0]);
        assert_eq!(KeyPairList::get_count_by_user(&ctx, "alice").await.unwrap(), 4);
        assert_eq!(KeyPairList::get_count_by_user(&ctx, "carol").await.unwrap(), 0);
    }
}
