//! What offices and pilots do with visits, in three releases.

use std::sync::LazyLock;

use harbour::registry;
use versionedobjects::{
    Json, JsonMap, Manifest, Object as _, Registry, Result, Transition, Value, Version,
    VersionedObject, assign,
};
use versionedobjects_sim::{Domain, Random, Release};

use super::{first, second};

/// What the older releases read.
static FIRST: LazyLock<Manifest> = LazyLock::new(|| reads(0));
static SECOND: LazyLock<Manifest> = LazyLock::new(|| reads(1));

fn reads(minor: u16) -> Manifest {
    let pin = [
        ("Ship", Version::new(1, 0)),
        ("Visit", Version::new(1, minor)),
        ("VisitList", Version::new(1, minor)),
    ];
    pin.into_iter().collect()
}

/// The harbour's classes as they were.
static FIRST_CLASSES: LazyLock<Registry> = LazyLock::new(|| {
    use first::{Ship, Visit, VisitList};
    Registry::new([
        Ship::class_def(),
        Visit::class_def(),
        VisitList::class_def(),
    ])
});
static SECOND_CLASSES: LazyLock<Registry> = LazyLock::new(|| {
    use second::{Ship, Visit, VisitList};
    Registry::new([
        Ship::class_def(),
        Visit::class_def(),
        VisitList::class_def(),
    ])
});

/// The harbour in three releases.
pub(crate) struct Harbour {
    releases: [Release; 3],
    /// Whether the older ones have tables of their own.
    kept: bool,
}

impl Harbour {
    /// Today's classes, held to what they were.
    pub(crate) fn views() -> Self {
        let releases = [
            Release::pinned("first", registry(), &FIRST),
            Release::pinned("second", registry(), &SECOND),
            Release::new("third", registry()),
        ];
        Self {
            releases,
            kept: false,
        }
    }

    /// The classes as each release had them.
    pub(crate) fn kept() -> Self {
        let releases = [
            Release::new("first", &FIRST_CLASSES),
            Release::new("second", &SECOND_CLASSES),
            Release::new("third", registry()),
        ];
        Self {
            releases,
            kept: true,
        }
    }

    /// Whether what came at an older version is at the release's own.
    const fn is_current(&self, release: usize) -> bool {
        self.kept || release == 2
    }

    fn ship(&self, release: usize, random: &mut Random) -> Result<Box<dyn VersionedObject>> {
        let mut ship = self.blank(release, "Ship")?;
        set(&mut *ship, "name", word(random))?;
        set(&mut *ship, "flag", word(random))?;
        if release == 2 {
            set(&mut *ship, "length", number(random, 400))?;
        }
        Ok(ship)
    }

    fn visit(
        &self,
        release: usize,
        id: i64,
        random: &mut Random,
    ) -> Result<Box<dyn VersionedObject>> {
        let mut visit = self.blank(release, "Visit")?;
        set(&mut *visit, "id", id)?;
        set(
            &mut *visit,
            "ship",
            Value::Object(self.ship(release, random)?),
        )?;
        set(&mut *visit, "berth", number(random, 9))?;
        set(&mut *visit, "state", state(release, random))?;
        set(&mut *visit, "arrived_at", "1880-04-24T12:00:00Z")?;
        if release > 0 {
            set(&mut *visit, "cargo", word(random))?;
        }
        Ok(visit)
    }

    fn blank(&self, release: usize, class: &str) -> Result<Box<dyn VersionedObject>> {
        Ok((self.releases[release].registry().newest(class)?.new)())
    }

    fn work(
        &self,
        release: usize,
        visit: &mut dyn VersionedObject,
        random: &mut Random,
    ) -> Result<()> {
        let choices = match release {
            2 => 5,
            1 if self.is_current(1) => 4,
            _ => 3,
        };
        match random.below(choices) {
            0 => set(visit, "berth", number(random, 9)),
            1 => set(visit, "state", state(release, random)),
            3 => set(visit, "cargo", word(random)),
            choice => {
                let (name, value) = match choice {
                    2 => ("flag", word(random).into()),
                    _ => ("length", number(random, 400).into()),
                };
                inside(visit, "ship", &mut |ship| {
                    assign(ship, name, Value::clone(&value), Transition::Checked)
                })
            }
        }
    }
}

impl Domain for Harbour {
    fn releases(&self) -> &[Release] {
        &self.releases
    }

    /// Every third thing is a list of visits.
    fn make(
        &self,
        release: usize,
        number: u64,
        random: &mut Random,
    ) -> Result<Box<dyn VersionedObject>> {
        let id = i64::try_from(number).unwrap_or(0) * 10;
        let made = if number % 3 == 2 {
            let visits: Result<Vec<Value>> = (0..3)
                .map(|more| Ok(Value::Object(self.visit(release, id + more, random)?)))
                .collect();
            let mut list = self.blank(release, "VisitList")?;
            set(&mut *list, "objects", Value::List(visits?))?;
            list
        } else {
            self.visit(release, id, random)?
        };
        if self.is_current(release) {
            return Ok(made);
        }
        self.releases[release].narrowed(&*made)
    }

    fn edit(
        &self,
        release: usize,
        object: &mut dyn VersionedObject,
        random: &mut Random,
    ) -> Result<()> {
        if object.class().name == "Visit" {
            return self.work(release, object, random);
        }
        let (chosen, mut place) = (random.below(3), 0);
        inside(object, "objects", &mut |visit| {
            place += 1;
            if place == chosen + 1 {
                self.work(release, visit, random)
            } else {
                Ok(())
            }
        })
    }

    /// To those who do not know of quarantine such a ship is moored.
    fn seen(&self, release: usize, class: &str, truth: &JsonMap) -> JsonMap {
        let mut truth = Json::Object(truth.clone());
        if release < 2 {
            moor(&mut truth);
        }
        let Json::Object(truth) = truth else {
            return JsonMap::new();
        };
        self.releases[release].known_to(class, &truth)
    }
}

fn moor(json: &mut Json) {
    match json {
        Json::Object(map) => map.values_mut().for_each(moor),
        Json::Array(items) => items.iter_mut().for_each(moor),
        Json::String(text) if text == "quarantined" => "moored".clone_into(text),
        _ => {}
    }
}

/// Does something with each object in an attribute.
fn inside(
    object: &mut dyn VersionedObject,
    name: &str,
    work: &mut dyn FnMut(&mut dyn VersionedObject) -> Result<()>,
) -> Result<()> {
    let mut done = Ok(());
    if let Some(index) = object.class().field_index(name) {
        object.slot_mut(index).visit_mut(&mut |object| {
            if done.is_ok() {
                done = work(object);
            }
        });
    }
    done
}

fn set(object: &mut dyn VersionedObject, name: &str, value: impl Into<Value>) -> Result<()> {
    assign(object, name, value.into(), Transition::Checked)
}

fn word(random: &mut Random) -> String {
    format!("w{}", random.below(1_000_000))
}

fn number(random: &mut Random, below: u64) -> i64 {
    i64::try_from(random.below(below)).unwrap_or(0)
}

fn state(release: usize, random: &mut Random) -> &'static str {
    match random.below(3) {
        0 => "left",
        1 if release == 2 => "quarantined",
        _ => "moored",
    }
}
