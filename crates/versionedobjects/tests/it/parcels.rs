//! A class that has been changed in every way there is a rule for.

use versionedobjects::prelude::*;
use versionedobjects::{Error, Result, ValueError};

#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
#[enum_field(name = "Speed")]
pub enum Speed {
    #[value("normal")]
    Normal,
    #[value("express")]
    Express,
    #[value("courier")]
    Courier,
    #[value("drone")]
    Drone,
}

#[derive(VersionedObject, Debug, Clone, Default)]
#[object(
    project = crate::nursery::Nursery,
    history(
        "1.0" = "Initial version",
        "1.1" = "to is addressee; added colour",
        "1.2" = "number is a number, length in centimetres, express; no colour",
        "1.3" = "addressee is recipient; grams in the place of pounds",
        "1.4" = "sender is never null, insured may be; no note",
        "1.5" = "Parcels by courier and drone; colour is a number",
    ),
    removed(colour: String, since = "1.1", until = "1.2", default = "brown", lossy),
    removed(pounds: i64, until = "1.3", down = in_pounds, up = from_pounds, became(grams), lossy),
    removed(note: Option<String>, until = "1.4", unset, lossy),
)]
pub struct Parcel {
    meta: Meta,
    #[object(
        was(name = "to", until = "1.1"),
        was(name = "addressee", until = "1.3")
    )]
    recipient: Attr<String>,
    #[object(was(type = String, until = "1.2", up = parsed, down = printed))]
    number: Attr<i64>,
    #[object(was(name = "metres", type = i64, until = "1.2", up = centimetres, down = metres, lossy))]
    length: Attr<i64>,
    #[object(was(nullable, until = "1.4", null = "unknown"))]
    sender: Attr<String>,
    #[object(was(required, until = "1.4", null = 0))]
    insured: Attr<Option<i64>>,
    #[object(
        values("express", since = "1.2", before = "normal"),
        values("courier", since = "1.5", before = "express"),
        values("drone", since = "1.5")
    )]
    speed: Attr<Speed>,
    #[object(since = "1.3")]
    grams: Attr<i64>,
    #[object(since = "1.5")]
    colour: Attr<i64>,
}

fn parsed(number: String) -> Result<i64> {
    let unfit = |_| ValueError::new(format!("`{number}` is no number of a parcel"));
    Ok(number.parse().map_err(unfit)?)
}

fn printed(number: i64) -> String {
    number.to_string()
}

fn centimetres(metres: i64) -> Option<i64> {
    metres.checked_mul(100)
}

fn metres(centimetres: i64) -> i64 {
    centimetres / 100
}

fn in_pounds(parcel: &Parcel, _: Version) -> Option<i64> {
    parcel.grams().ok().map(|grams| grams / 500)
}

fn from_pounds(parcel: &mut Parcel, pounds: i64) -> Result<()> {
    let grams = pounds.checked_mul(500).ok_or_else(|| Error::Action {
        action: "weigh".into(),
        reason: format!("nobody lifts {pounds} pounds"),
    })?;
    parcel.set_grams(grams);
    Ok(())
}

/// A parcel with everything set, nothing of it changed but what is named.
pub fn parcel(changed: &[&str]) -> Parcel {
    let mut parcel = Parcel::new();
    parcel.set_recipient("Ada");
    parcel.set_number(7);
    parcel.set_length(250);
    parcel.set_sender("Bob");
    parcel.set_insured(None);
    parcel.set_speed(Speed::Courier);
    parcel.set_grams(1200);
    parcel.set_colour(3);
    parcel.reset_changes();
    parcel.mark_changed(changed);
    parcel
}

/// Parcels in every kind of place.
#[derive(VersionedObject, Debug, Clone, Default)]
#[object(project = crate::nursery::Nursery, history("1.0" = "Initial version", "1.1" = "Parcel 1.5"))]
pub struct Van {
    meta: Meta,
    seat: Attr<Option<Parcel>>,
    #[object(was(name = "pile", until = "1.1"))]
    stacks: Attr<Vec<Vec<Parcel>>>,
    doors: Attr<Dict<Parcel>>,
}
