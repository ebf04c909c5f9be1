//! Instances passed round by services that are upgraded one by one, in any
//! order, over a bus that loses messages.

use std::sync::LazyLock;

use nova_objects::{Flavor, Instance, registry};
use versionedobjects::fields::Dict;
use versionedobjects::{Manifest, Result, Transition, Value, Version, VersionedObject, assign};
use versionedobjects_sim::{Domain, Kind, Mistake, Plan, Random, Release, simulate};

static OLD: LazyLock<Manifest> = LazyLock::new(|| {
    let pin = [
        ("Instance", Version::new(2, 4)),
        ("Flavor", Version::new(1, 0)),
    ];
    pin.into_iter().collect()
});

static MIDDLE: LazyLock<Manifest> = LazyLock::new(|| {
    let pin = [
        ("Instance", Version::new(2, 6)),
        ("Flavor", Version::new(1, 1)),
    ];
    pin.into_iter().collect()
});

/// Three releases of Nova's classes.
struct Nova([Release; 3]);

impl Nova {
    fn new() -> Self {
        Self([
            Release::pinned("old", registry(), &OLD),
            Release::pinned("middle", registry(), &MIDDLE),
            Release::new("new", registry()),
        ])
    }
}

fn word(random: &mut Random) -> String {
    format!("w{}", random.below(1_000_000))
}

fn number(random: &mut Random) -> i64 {
    i64::try_from(random.below(100_000)).unwrap()
}

impl Domain for Nova {
    fn releases(&self) -> &[Release] {
        &self.0
    }

    fn make(
        &self,
        release: usize,
        thing: u64,
        random: &mut Random,
    ) -> Result<Box<dyn VersionedObject>> {
        let mut flavor = Flavor::new();
        flavor.set_id(1);
        flavor.set_name(word(random));
        flavor.set_memory_mb(number(random));
        flavor.set_is_public(true);
        flavor.set_description(word(random));
        flavor.set_extra_specs(Dict::from_iter([("k".to_owned(), word(random))]));
        let mut instance = Instance::new();
        instance.set_uuid(format!("00000000-0000-4000-8000-{thing:012}"));
        instance.set_display_name(word(random));
        instance.set_memory_mb(number(random));
        instance.set_metadata(Dict::from_iter([("k".to_owned(), word(random))]));
        instance.set_hidden(false);
        instance.set_compute_id(number(random));
        instance.set_flavor(flavor);
        self.0[release].narrowed(&instance)
    }

    fn edit(
        &self,
        release: usize,
        object: &mut dyn VersionedObject,
        random: &mut Random,
    ) -> Result<()> {
        let mut set = |name: &str, value: Value| assign(object, name, value, Transition::Checked);
        // A release that is held to older versions cannot make what it reads
        // current, so it leaves alone what came after the oldest.
        match random.below(if release == 2 { 5 } else { 3 }) {
            0 => set("display_name", word(random).into()),
            1 => set("memory_mb", number(random).into()),
            3 => set("hidden", (number(random) % 2 == 0).into()),
            4 => set("compute_id", number(random).into()),
            _ => {
                let (mut done, value) = (Ok(()), number(random));
                let index = object.class().field_index("flavor").unwrap();
                object.slot_mut(index).visit_mut(&mut |flavor| {
                    done = assign(flavor, "memory_mb", value.into(), Transition::Checked);
                });
                done
            }
        }
    }
}

#[test]
fn nothing_is_lost_in_any_order() {
    let nova = Nova::new();
    let mut delivered = 0;
    for (seed, order) in Plan::orders(3, 3).into_iter().enumerate().step_by(4) {
        let outcome = simulate(&nova, &Plan::new(seed as u64, 3, order));
        outcome.assert_clean();
        delivered += outcome.delivered;
    }
    assert!(delivered > 200, "{delivered} is hardly anything");
}

#[test]
fn mistakes_of_services_are_found() {
    let nova = Nova::new();
    for (mistake, kind) in [
        (Mistake::NoPin, Kind::TooNew),
        (Mistake::StalePin, Kind::HeldBack),
        (Mistake::WrongChildVersion, Kind::TooNew),
        (Mistake::LossyHop, Kind::Lost),
        (Mistake::ErasesUnknown, Kind::Lost),
        (Mistake::ReplyAtOwnVersion, Kind::TooNew),
    ] {
        let found = (0..6).any(|seed| {
            let plan = Plan::new(seed, 3, [2, 1, 2, 0, 1, 0]).with(mistake);
            let findings = simulate(&nova, &plan).findings;
            findings.iter().any(|finding| finding.kind == kind)
        });
        assert!(found, "{mistake:?}");
    }
}
