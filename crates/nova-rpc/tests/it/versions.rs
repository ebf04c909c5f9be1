//! Callers of older releases get what they can read.

use std::sync::Arc;

use versionedobjects::prelude::*;
use versionedobjects::{Form, Manifest};

use crate::garden::{Plant, PlantList, plant, plot};

fn pin(versions: &[(&str, Version)]) -> Arc<Manifest> {
    Arc::new(versions.iter().copied().collect())
}

#[tokio::test]
async fn an_older_caller_is_given_the_older_form() {
    let plot = plot().await;
    plant("fern").save(&plot.direct()).await.expect("saved");
    let old = pin(&[
        ("Plant", Version::new(1, 0)),
        ("Soil", Version::new(1, 0)),
        ("PlantList", Version::new(1, 0)),
    ]);
    for form in [Form::Compat, Form::Native] {
        let ctx = plot.remote(form).with_pin(old.clone());
        let fern = Plant::get(&ctx, "fern").await.expect("readable");
        assert_eq!(fern.version(), Version::new(1, 0), "{form:?}");
        assert!(!fern.is_set("height"), "{form:?}: height came with 1.1");
        let soil = fern.soil().expect("set");
        assert_eq!(
            (soil.version(), soil.is_set("chalk")),
            (Version::new(1, 0), false),
            "{form:?}"
        );
        let list = PlantList::get_all(&ctx).await.expect("readable");
        assert_eq!(
            list.items().first().map(ObjectExt::version),
            Some(Version::new(1, 0)),
            "{form:?}"
        );
        assert_eq!(
            ctx.backports(),
            0,
            "{form:?}: nothing had to be asked for again"
        );
    }
}

/// The original looks at the version of the result alone: an equal parent with
/// a newer child costs its caller a second call. Ours does not.
#[tokio::test]
async fn a_newer_child_costs_python_callers_a_call_and_ours_none() {
    let plot = plot().await;
    plant("fern").save(&plot.direct()).await.expect("saved");
    let old_soil = pin(&[("Soil", Version::new(1, 0))]);
    for (form, calls) in [(Form::Compat, 1), (Form::Native, 0)] {
        let ctx = plot.remote(form).with_pin(old_soil.clone());
        let fern = Plant::get(&ctx, "fern").await.expect("readable");
        assert_eq!(
            fern.soil().expect("set").version(),
            Version::new(1, 0),
            "{form:?}"
        );
        assert_eq!(ctx.backports(), calls, "{form:?}");
    }
}

/// Objects in tuples are looked into for our own callers only.
#[tokio::test]
async fn objects_in_tuples_are_written_for_our_own_callers() {
    let plot = plot().await;
    plant("fern").save(&plot.direct()).await.expect("saved");
    let old = pin(&[("Plant", Version::new(1, 1)), ("Soil", Version::new(1, 0))]);
    let ctx = plot.remote(Form::Native).with_pin(old);
    let (fern, _) = Plant::pair(&ctx, "fern").await.expect("readable");
    assert_eq!((fern.version(), ctx.backports()), (Version::new(1, 1), 0));
}

/// What a method changes that an older caller does not have stays away from it.
#[tokio::test]
async fn updates_of_fields_that_came_later_are_not_taken_over() {
    let plot = plot().await;
    plant("fern").save(&plot.direct()).await.expect("saved");
    let old = pin(&[("Plant", Version::new(1, 0)), ("Soil", Version::new(1, 0))]);
    let ctx = plot.remote(Form::Native).with_pin(old);
    let mut fern = Plant::get(&ctx, "fern").await.expect("readable");
    fern.grow(&ctx).await.expect("grown");
    assert!(!fern.is_set("height"), "height came with 1.1");
}
