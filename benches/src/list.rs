//! Lists of up to 10,000 by both routes: what an object costs must not depend
//! on how many there are.

use std::time::Instant;

use nova_db::Dialect;
use nova_objects::{Context, InstanceList};
use versionedobjects::fields::Dict;

use crate::ratio::{Rounds, nanos};
use crate::remote::Conductor;
use crate::report::Report;
use crate::store::{Store, create_instances, direct};
use crate::{Result, memory};

/// How long the lists are.
const SIZES: [usize; 3] = [100, 1_000, 10_000];

/// How many objects a round reads of each size.
const ROUND: usize = 10_000;

/// How often each size is measured.
const ROUNDS: usize = 7;

/// A page of those who page.
const PAGE: usize = 1_000;

/// Measures both routes.
///
/// # Errors
/// When a call fails.
pub async fn run(report: &mut Report, dialect: Dialect) -> Result<()> {
    let store = Store::create(dialect).await?;
    let ctx = direct(&store.db);
    // One is there already.
    create_instances(&ctx, SIZES[2] - 1).await?;
    let conductor = Conductor::start(&store).await?;
    let (remote, transport) = conductor.client().await?;
    for (route, ctx) in [("direct", &ctx), ("remote", &remote)] {
        route_of(report, route, ctx, dialect).await?;
    }
    transport.close().await;
    conductor.stop().await;
    store.close().await;
    Ok(())
}

async fn route_of(report: &mut Report, route: &str, ctx: &Context, dialect: Dialect) -> Result<()> {
    // What is made once, and whether all are there.
    let peak = peak_of(ctx).await?;
    let [small, middle, large] = SIZES;
    let mut growth = [Rounds::default(), Rounds::default()];
    let mut paging = Rounds::default();
    for _ in 0..ROUNDS {
        let base = per_object(ctx, small).await?;
        growth[0].push(per_object(ctx, middle).await?, base);
        let all = per_object(ctx, large).await?;
        growth[1].push(all, base);
        paging.push(paged(ctx).await?, all);
    }
    let floor = format!("an object of {small}");
    for (rounds, size) in growth.iter().zip([middle, large]) {
        let what = format!("an object of {size}, {route}, {dialect}");
        report.add(rounds.result("list", &what, &floor).goal(1.15));
    }
    let what = format!("an object of {large} in pages of {PAGE}, {route}, {dialect}");
    report.add(paging.result("list", &what, "an object of one list"));
    let what = format!("peak memory an object of {large}, {route}, {dialect}");
    report.fact("list", what, peak / 1024.0, "KiB");
    Ok(())
}

/// The first `limit` after `marker`, with metadata and flavor.
async fn list(ctx: &Context, limit: usize, marker: Option<String>) -> Result<InstanceList> {
    let attrs = vec!["metadata".to_owned(), "flavor".to_owned()];
    let list = InstanceList::get_by_filters(ctx, Dict::default())
        .sort_key("created_at")
        .sort_dir("asc")
        .limit(Some(i64::try_from(limit)?))
        .marker(marker)
        .expected_attrs(Some(attrs))
        .await?;
    if list.len() == limit {
        Ok(list)
    } else {
        Err(format!("{} instances instead of {limit}", list.len()).into())
    }
}

/// The time an object takes in lists of that size, in nanoseconds.
async fn per_object(ctx: &Context, size: usize) -> Result<f64> {
    let start = Instant::now();
    for _ in 0..ROUND / size {
        std::hint::black_box(list(ctx, size, None).await?);
    }
    Ok(nanos(start) / f64::from(u32::try_from(ROUND)?))
}

/// The same for all of them, a page after the other.
async fn paged(ctx: &Context) -> Result<f64> {
    let start = Instant::now();
    let mut marker = None;
    for _ in 0..ROUND / PAGE {
        let page = list(ctx, PAGE, marker).await?;
        let last = page.iter().last().ok_or("an empty page")?;
        marker = Some(last.uuid()?.to_string());
    }
    Ok(nanos(start) / f64::from(u32::try_from(ROUND)?))
}

/// The bytes that reading the whole list needs an object, on both sides of the
/// connection if there is one.
async fn peak_of(ctx: &Context) -> Result<f64> {
    memory::forget_peak()?;
    let before = memory::resident()?;
    std::hint::black_box(list(ctx, ROUND, None).await?);
    Ok((memory::peak()? - before) / f64::from(u32::try_from(ROUND)?))
}
