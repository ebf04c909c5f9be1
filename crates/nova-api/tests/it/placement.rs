//! Which compute a server goes to.

use std::time::Duration;

use nova_api::{Liveness, placement};

use crate::{compute, context, flavor};

const ALIVE: Liveness = Liveness::new(Duration::from_secs(60));

test_support::on_every_database! {
    /// The one with the most free memory wins, and a wish for a host is heard.
    async fn the_roomiest_compute_is_chosen(db: NovaDb) {
        let ctx = context(&db);
        compute(&ctx, "small", 2048).await;
        let (_, mut large) = compute(&ctx, "large", 4096).await;
        let flavor = flavor(&ctx, "m1", 1, 1024, 10).await;
        let chosen = placement::choose(&ctx, &flavor, None, ALIVE).await.expect("there is room");
        assert_eq!(chosen.host().expect("it is set"), Some("large"));
        let chosen = placement::choose(&ctx, &flavor, Some("small"), ALIVE).await.expect("there is room");
        assert_eq!(chosen.host().expect("it is set"), Some("small"));
        large.set_memory_mb_used(3072);
        large.save(&ctx).await.expect("it is saved");
        let chosen = placement::choose(&ctx, &flavor, None, ALIVE).await.expect("there is room");
        assert_eq!(chosen.host().expect("it is set"), Some("small"));
    }

    /// Whoever is refused learns what each compute lacks.
    async fn every_refusal_has_its_reason(db: NovaDb) {
        let ctx = context(&db);
        let reason = async |vcpus, memory, disk, host: Option<&str>, liveness| {
            let name = format!("f{vcpus}-{memory}-{disk}-{}", uuid::Uuid::new_v4());
            let flavor = flavor(&ctx, &name, vcpus, memory, disk).await;
            placement::choose(&ctx, &flavor, host, liveness).await.expect_err("there is no room").to_string()
        };
        assert!(reason(1, 64, 1, None, ALIVE).await.ends_with("there is no compute; start nova-compute"));
        let (mut service, _) = compute(&ctx, "node-1", 4096).await;
        assert!(reason(3, 64, 1, None, ALIVE).await.ends_with("node-1 has too few vcpus"));
        assert!(reason(1, 8192, 1, None, ALIVE).await.ends_with("node-1 has too little memory"));
        assert!(reason(1, 64, 101, None, ALIVE).await.ends_with("node-1 has too little disk"));
        assert!(reason(1, 64, 1, Some("node-2"), ALIVE).await.ends_with("there is no compute node-2"));
        service.set_forced_down(true);
        service.save(&ctx).await.expect("it is saved");
        assert!(reason(1, 64, 1, None, ALIVE).await.ends_with("node-1 is down"));
        service.set_disabled(true);
        service.save(&ctx).await.expect("it is saved");
        assert!(reason(1, 64, 1, None, ALIVE).await.ends_with("node-1 is disabled"));
    }
}
