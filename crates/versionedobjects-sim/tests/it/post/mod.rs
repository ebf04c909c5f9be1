//! A post office in three releases: the same classes, each release with tables
//! of its own.

pub mod first;
pub mod second;
pub mod third;

use std::sync::LazyLock;

use versionedobjects::prelude::*;
use versionedobjects::{
    Class, Exception, ProjectError, Registry, Result, Transition, Value, assign,
};
use versionedobjects_sim::{Domain, Random, Release, plain};

/// The project.
#[derive(Debug)]
pub struct Post;

impl versionedobjects::Project for Post {
    const PREFIX: &'static str = "post_object";
    const NAMESPACE: &'static str = "post";
    type Store = ();
    type Error = PostError;
}

/// Nothing here can be called, so nothing fails.
#[derive(Debug)]
pub struct PostError(Exception);

impl std::fmt::Display for PostError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for PostError {}

impl From<versionedobjects::Error> for PostError {
    fn from(error: versionedobjects::Error) -> Self {
        Self(error.to_exception())
    }
}

impl ProjectError for PostError {
    fn to_exception(&self) -> Exception {
        self.0.clone()
    }

    fn from_exception(exception: Exception) -> Self {
        Self(exception)
    }
}

/// The kinds of the first releases.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
#[enum_field(name = "Kind")]
pub enum Old {
    #[value("plain")]
    Plain,
    #[value("express")]
    Express,
}

/// The kinds of the third.
#[derive(EnumField, Debug, Clone, Copy, PartialEq, Eq)]
#[enum_field(name = "Kind")]
pub enum Kind {
    #[value("plain")]
    Plain,
    #[value("express")]
    Express,
    #[value("fragile")]
    Fragile,
}

/// What stands for the third release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Third {
    Right,
    NoRuleForFragile,
    DefaultOnTheWayUpOnly,
    EarlyContract,
    ReadUnderTheOldName,
    ForgottenBump,
}

/// The office.
pub struct Office {
    releases: Vec<Release>,
    third: Third,
}

fn registry(parcel: &'static Class, address: &'static Class) -> &'static Registry {
    Box::leak(Box::new(Registry::new([address, parcel])))
}

macro_rules! registry_of {
    ($($module:ident)::+) => {{
        static REGISTRY: LazyLock<&'static Registry> = LazyLock::new(|| {
            registry($($module)::+::Parcel::class_def(), $($module)::+::Address::class_def())
        });
        *REGISTRY
    }};
}

impl Office {
    pub fn new(third: Third) -> Self {
        let newest = match third {
            Third::Right => registry_of!(third::right),
            Third::NoRuleForFragile => registry_of!(third::no_rule_for_fragile),
            Third::DefaultOnTheWayUpOnly => registry_of!(third::default_on_the_way_up_only),
            Third::EarlyContract => registry_of!(third::early_contract),
            Third::ReadUnderTheOldName => registry_of!(third::read_under_the_old_name),
            Third::ForgottenBump => registry_of!(third::forgotten_bump),
        };
        let releases = vec![
            Release::new("first", registry_of!(first)),
            Release::new("second", registry_of!(second)),
            Release::new("third", newest),
        ];
        Self { releases, third }
    }

    /// Whether a release calls the note remark.
    fn remarks(&self, release: usize) -> bool {
        release == 2 && self.third != Third::ForgottenBump
    }

    fn kind(release: usize, random: &mut Random) -> &'static str {
        match random.below(4) {
            0 => "plain",
            2 | 3 if release == 2 => "fragile",
            _ => "express",
        }
    }
}

fn set(object: &mut dyn VersionedObject, name: &str, value: impl Into<Value>) -> Result<()> {
    assign(object, name, value.into(), Transition::Checked)
}

fn word(random: &mut Random) -> String {
    format!("w{}", random.below(1_000_000))
}

impl Domain for Office {
    fn releases(&self) -> &[Release] {
        &self.releases
    }

    fn make(
        &self,
        release: usize,
        number: u64,
        random: &mut Random,
    ) -> Result<Box<dyn VersionedObject>> {
        let registry = self.releases[release].registry();
        let mut to = (registry.newest("Address")?.new)();
        set(&mut *to, "street", word(random))?;
        set(&mut *to, "city", word(random))?;
        let mut parcel = (registry.newest("Parcel")?.new)();
        set(&mut *parcel, "number", i64::try_from(number).unwrap_or(0))?;
        set(&mut *parcel, "weight", 7)?;
        set(&mut *parcel, "kind", Self::kind(release, random))?;
        if self.remarks(release) {
            set(&mut *parcel, "remark", word(random))?;
            let track = vec![Value::from(word(random)), Value::from(word(random))];
            set(&mut *parcel, "track", Value::List(track))?;
        } else {
            set(&mut *parcel, "note", word(random))?;
            set(&mut *parcel, "paid", true)?;
        }
        if release > 0 {
            set(&mut *to, "postcode", word(random))?;
            set(&mut *parcel, "insured", 100)?;
        }
        set(&mut *parcel, "to", Value::Object(to))?;
        Ok(parcel)
    }

    fn edit(
        &self,
        release: usize,
        object: &mut dyn VersionedObject,
        random: &mut Random,
    ) -> Result<()> {
        let choices = if release > 0 { 6 } else { 4 };
        match random.below(choices) {
            0 => set(
                object,
                "weight",
                i64::try_from(random.below(100)).unwrap_or(0),
            ),
            1 => set(object, "kind", Self::kind(release, random)),
            2 if self.remarks(release) => set(object, "remark", word(random)),
            2 => set(object, "note", word(random)),
            4 => set(
                object,
                "insured",
                1 + i64::try_from(random.below(900)).unwrap_or(0),
            ),
            place => {
                let name = if place == 3 { "city" } else { "postcode" };
                let value = word(random);
                let mut done = Ok(());
                if let Some(index) = object.class().field_index("to") {
                    object
                        .slot_mut(index)
                        .visit_mut(&mut |to| done = set(to, name, value.clone()));
                }
                done
            }
        }
    }

    /// In the terms of the third release.
    fn truth(&self, release: usize, object: &dyn VersionedObject) -> Result<JsonMap> {
        let mut truth = plain(object)?;
        truth.shift_remove("paid");
        if !self.remarks(release)
            && let Some(note) = truth.shift_remove("note")
        {
            truth.insert("remark".to_owned(), note);
        }
        Ok(truth)
    }

    fn seen(&self, release: usize, class: &str, truth: &JsonMap) -> JsonMap {
        let mut truth = truth.clone();
        if !self.remarks(release) {
            if let Some(remark) = truth.shift_remove("remark") {
                truth.insert("note".to_owned(), remark);
            }
            truth.insert("paid".to_owned(), true.into());
        }
        if release < 2 && truth.get("kind").is_some_and(|kind| kind == "fragile") {
            truth.insert("kind".to_owned(), "plain".into());
        }
        self.releases[release].known_to(class, &truth)
    }
}
