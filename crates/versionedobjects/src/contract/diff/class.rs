//! What differs of a class as a whole, and of its history.

use super::Pair;
use crate::contract::{Bump, Change, Effect, Kind, Matrix, Place};

pub(super) fn differences(pair: &Pair<'_>) -> Vec<Change> {
    let (old, new) = (pair.old, pair.new);
    let mut found = Vec::new();
    let mut class = |kind, needs, breaks, what: String| {
        found.push(Change::new(Place::Class, kind, needs, breaks, what));
    };
    let refused = Matrix::data(Effect::Refuses, Effect::Refuses);
    for (name, before, after) in [
        ("namespace", &old.namespace, &new.namespace),
        ("prefix", &old.prefix, &new.prefix),
    ] {
        if before != after {
            let what = format!("has the {name} {after} instead of {before}");
            class(Kind::EnvelopeChanged, Bump::Major, refused, what);
        }
    }
    if old.is_list != new.is_list {
        let what = if new.is_list {
            "is a list now"
        } else {
            "is no list any more"
        };
        class(Kind::ListChanged, Bump::Major, refused, what.into());
    }
    if old.comparable != new.comparable {
        let what = if new.comparable {
            "is compared by its data now, no longer by identity"
        } else {
            "is compared by identity now, no longer by its data"
        };
        let breaks = Matrix::data(Effect::Misreads, Effect::Fine);
        class(Kind::ComparisonChanged, Bump::Minor, breaks, what.into());
    }
    if old.children_follow != new.children_follow {
        let what = if new.children_follow {
            "converts the objects inside with it to older versions, which it did not"
        } else {
            "leaves the objects inside as they are in older versions, which it did not"
        };
        let breaks = Matrix::data(Effect::Refuses, Effect::Fine);
        class(
            Kind::ChildrenFollowChanged,
            Bump::Major,
            breaks,
            what.into(),
        );
    }
    match (old.converts_down, new.converts_down) {
        (false, true) => {
            let breaks = Matrix::data(Effect::Misreads, Effect::Fine);
            let what = "has a function that converts its data to older versions";
            class(Kind::ConversionAdded, Bump::Minor, breaks, what.into());
        }
        (true, false) => {
            let breaks = Matrix::data(Effect::Refuses, Effect::Fine);
            let what = "lost the function that converts its data to older versions";
            class(Kind::ConversionRemoved, Bump::Major, breaks, what.into());
        }
        _ => {}
    }
    match (old.completes_up, new.completes_up) {
        (false, true) => {
            let what = "has a function that completes data of older versions";
            class(Kind::CompletionAdded, Bump::None, Matrix::FINE, what.into());
        }
        (true, false) => {
            let breaks = Matrix::data(Effect::Fine, Effect::Lacks);
            let what = "lost the function that completes data of older versions";
            class(Kind::CompletionRemoved, Bump::Major, breaks, what.into());
        }
        _ => {}
    }
    found.extend(history(pair));
    found.extend(computed(pair));
    found
}

fn history(pair: &Pair<'_>) -> Vec<Change> {
    let (old, new) = (pair.old, pair.new);
    let (recorded, current) = (old.version(), new.version());
    let mut found = Vec::new();
    let mut push = |kind, needs, breaks, what: String| {
        found.push(Change::new(Place::Versions, kind, needs, breaks, what));
    };
    if current < recorded {
        let what = format!("ends at {current}, but {recorded} was recorded and peers may have it");
        let breaks = Matrix::data(Effect::Refuses, Effect::Refuses);
        push(Kind::VersionLowered, Bump::Major, breaks, what);
    }
    for (version, note) in &old.versions {
        match new.versions.iter().find(|(known, _)| known == version) {
            Some((_, now)) if now != note => {
                let what = format!("words {version} in another way: {now}");
                push(Kind::NoteChanged, Bump::None, Matrix::FINE, what);
            }
            Some(_) => {}
            None if version.major == current.major && *version <= current => {
                let breaks = Matrix::data(Effect::Refuses, Effect::Fine);
                let what = format!("no longer has {version}, at which peers may ask for it");
                push(Kind::VersionForgotten, Bump::Major, breaks, what);
            }
            None => {}
        }
    }
    for (version, _) in &new.versions {
        let is_known = old.versions.iter().any(|(known, _)| known == version);
        if !is_known && *version > recorded {
            push(
                Kind::VersionAdded,
                Bump::None,
                Matrix::FINE,
                format!("has a new version, {version}"),
            );
        } else if !is_known && version.major == current.major {
            let breaks = Matrix::data(Effect::Misreads, Effect::Misreads);
            let what = format!(
                "has {version}, which is older than the recorded {recorded} and was not there"
            );
            push(Kind::VersionInserted, Bump::Major, breaks, what);
        }
    }
    found
}

fn computed(pair: &Pair<'_>) -> Vec<Change> {
    let (old, new) = (&pair.old.computed, &pair.new.computed);
    let place = |name: &String| Place::Computed(name.clone());
    let added = new.iter().filter(|name| !old.contains(name)).map(|name| {
        let breaks = Matrix::data(Effect::Fine, Effect::Fine);
        Change::new(
            place(name),
            Kind::ComputedAdded,
            Bump::Minor,
            breaks,
            "can be read now",
        )
    });
    let gone = old.iter().filter(|name| !new.contains(name)).map(|name| {
        let breaks = Matrix::data(Effect::Lacks, Effect::Fine);
        Change::new(
            place(name),
            Kind::ComputedRemoved,
            Bump::Minor,
            breaks,
            "can no longer be read",
        )
    });
    added.chain(gone).collect()
}

/// A difference in nothing but what oslo makes its fingerprint of.
pub(super) fn fingerprint(pair: &Pair<'_>) -> Option<Change> {
    let (old, new) = (&pair.old.fingerprint, &pair.new.fingerprint);
    (old != new).then(|| {
        let what =
            format!("has oslo's fingerprint {new} instead of {old}, which Python peers' tests see");
        Change::new(
            Place::Class,
            Kind::FingerprintChanged,
            Bump::None,
            Matrix::FINE,
            what,
        )
    })
}
