//! Calls by the direct route, next to the same SQL by hand.

use nova_db::Dialect;
use nova_objects::Instance;

use crate::Result;
use crate::ratio::compare_async;
use crate::report::Report;
use crate::store::{Store, direct, whole};

/// The highest ratio wanted.
const GOAL: f64 = 1.15;

/// Measures one database.
///
/// # Errors
/// When the database cannot be used.
pub async fn run(report: &mut Report, dialect: Dialect) -> Result<()> {
    let store = Store::create(dialect).await?;
    let ctx = direct(&store.db);
    let uuid = store.uuid.as_str();
    let by_hand = &store.by_hand;
    let [get, get_whole, save] = store.statements;

    let rounds = compare_async(
        async || {
            std::hint::black_box(Instance::get_by_uuid(&ctx, uuid).await?);
            Ok(())
        },
        async || by_hand.get(uuid).await,
    )
    .await?;
    let what = format!("Instance.get_by_uuid, {get} statements, {dialect}");
    report.add(rounds.result("direct", &what, "sqlx by hand").goal(GOAL));

    let rounds = compare_async(
        async || {
            let call = Instance::get_by_uuid(&ctx, uuid).expected_attrs(whole());
            std::hint::black_box(call.await?);
            Ok(())
        },
        async || by_hand.get_whole(uuid).await,
    )
    .await?;
    let what = format!("the same with metadata and flavor, {get_whole} statements, {dialect}");
    report.add(rounds.result("direct", &what, "sqlx by hand").goal(GOAL));

    let mut instance = Instance::get_by_uuid(&ctx, uuid).await?;
    let (mut ours, mut theirs) = (0, 0);
    let rounds = compare_async(
        async || {
            ours += 1;
            instance.set_progress(ours);
            Ok(instance.save(&ctx).await?)
        },
        async || {
            theirs += 1;
            by_hand.save(uuid, theirs).await
        },
    )
    .await?;
    let what = format!("Instance.save of one field, {save} statements, {dialect}");
    report.add(rounds.result("direct", &what, "sqlx by hand").goal(GOAL));
    store.close().await;
    Ok(())
}
