//! Objects to bytes and back, next to plain structs through `serde_json`.

use std::convert::Infallible;
use std::fmt::Debug;
use std::hint::black_box;

use nova_objects::{Instance, InstanceList, registry};
use serde_json::Value as Json;
use versionedobjects::{
    Class, Form, Manifest, Object as _, ObjectExt as _, VersionedObject, WriteOptions,
};

use crate::plain;
use crate::ratio::compare;
use crate::report::Report;
use crate::{Result, memory, python};

/// A recorded instance with its flavor, as a Python peer sends it.
pub const INSTANCE: &str = include_str!("instance.json");

/// How many instances are in the list.
const MANY: usize = 1000;

type Plain = plain::Envelope<plain::Instance>;

/// Something done with objects, and the same with plain structs.
#[expect(missing_debug_implementations, reason = "it is two closures")]
pub struct Case {
    /// What it is.
    pub what: &'static str,
    /// What the floor is.
    pub floor_is: &'static str,
    /// With objects.
    pub ours: Box<dyn FnMut()>,
    /// Without.
    pub floor: Box<dyn FnMut()>,
    /// The highest ratio of time wanted.
    pub goal: Option<f64>,
}

impl Case {
    fn new<A, B, E: Debug, F: Debug>(
        what: &'static str,
        mut ours: impl FnMut() -> Result<A, E> + 'static,
        mut floor: impl FnMut() -> Result<B, F> + 'static,
    ) -> Self {
        // A refusal would be quick.
        if let Err(error) = ours() {
            panic!("{what}: {error:?}");
        }
        if let Err(error) = floor() {
            panic!("{what}, the floor: {error:?}");
        }
        Self {
            what,
            floor_is: "serde_json, plain struct",
            ours: Box::new(move || {
                let _ = black_box(ours());
            }),
            floor: Box::new(move || {
                let _ = black_box(floor());
            }),
            goal: None,
        }
    }

    fn against(self, floor_is: &'static str) -> Self {
        Self { floor_is, ..self }
    }

    fn goal(self, goal: f64) -> Self {
        let goal = Some(goal);
        Self { goal, ..self }
    }
}

fn form(form: Form) -> WriteOptions<'static> {
    WriteOptions {
        form,
        ..WriteOptions::default()
    }
}

/// All cases.
///
/// # Errors
/// When what was recorded cannot be read: the benchmark is broken then.
pub fn cases() -> Result<Vec<Case>> {
    let instance = Instance::from_json(INSTANCE)?;
    let native: &'static str = instance.to_json_with(form(Form::Native))?.leak();
    let instance: &'static Instance = Box::leak(Box::new(instance));
    let plain: &'static Plain = Box::leak(Box::new(serde_json::from_str(INSTANCE)?));
    let manifest: &'static Manifest = Box::leak(Box::new(oldest()));
    let oldest = WriteOptions {
        target: manifest.get(instance.class().name),
        manifest: Some(manifest),
        ..WriteOptions::default()
    };
    let mut cases = vec![
        Case::new(
            "Instance to bytes, compat",
            || instance.to_json(),
            || serde_json::to_string(plain),
        )
        .goal(1.5),
        Case::new(
            "Instance to bytes, native",
            || instance.to_json_with(form(Form::Native)),
            || serde_json::to_string(plain),
        )
        .goal(1.5),
        Case::new(
            "Instance to bytes at its oldest version",
            move || instance.to_json_with(oldest),
            || serde_json::to_string(plain),
        )
        .goal(1.5),
        Case::new(
            "Instance from bytes, compat",
            || Instance::from_json(INSTANCE),
            || serde_json::from_str::<Plain>(INSTANCE),
        )
        .goal(2.0),
        Case::new(
            "Instance from bytes, native",
            move || Instance::from_json(native),
            move || serde_json::from_str::<Plain>(native),
        )
        .goal(2.0),
        Case::new(
            "Instance cloned",
            || Ok::<_, Infallible>(instance.clone()),
            || Ok::<_, Infallible>(plain.clone()),
        )
        .against("derived Clone, plain struct"),
    ];
    cases.extend(lists(instance)?);
    cases.extend(every_class()?);
    Ok(cases)
}

/// What a peer can read that knows only the first version of every class.
fn oldest() -> Manifest {
    let first = |class: &'static Class| Some((class.name, class.history.first()?.version));
    registry().iter().filter_map(first).collect()
}

fn lists(instance: &Instance) -> Result<Vec<Case>> {
    let list: InstanceList = (0..MANY).map(|_| instance.clone()).collect();
    let text: &'static str = list.to_json()?.leak();
    let list: &'static InstanceList = Box::leak(Box::new(list));
    let plain: plain::Envelope<plain::InstanceList> = serde_json::from_str(text)?;
    let plain: &'static _ = Box::leak(Box::new(plain));
    Ok(vec![
        Case::new(
            "1,000 instances to bytes, compat",
            || list.to_json(),
            || serde_json::to_string(plain),
        )
        .goal(1.5),
        Case::new(
            "1,000 instances from bytes, compat",
            move || InstanceList::from_json(text),
            move || serde_json::from_str::<plain::Envelope<plain::InstanceList>>(text),
        )
        .goal(2.0),
    ])
}

/// Every object that was recorded of the original at its newest version. There
/// are no plain structs for all of them, so the floor is `serde_json`'s tree.
fn every_class() -> Result<Vec<Case>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/objects");
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let recorded: Json = serde_json::from_slice(&std::fs::read(entry?.path())?)?;
        let cases = recorded["cases"].as_array().into_iter().flatten();
        texts.extend(
            cases
                .map(|case| case["current"].to_string())
                // Some hold what registries do not know, on purpose.
                .filter(|text| registry().read(text).is_ok()),
        );
    }
    let objects: Vec<Box<dyn VersionedObject>> = texts
        .iter()
        .map(|text| registry().read(text))
        .collect::<Result<_, _>>()?;
    let trees: Vec<Json> = texts
        .iter()
        .map(|text| serde_json::from_str(text))
        .collect::<Result<_, _>>()?;
    let texts: &'static [String] = texts.leak();
    Ok(vec![
        Case::new(
            "every recorded object to bytes, compat",
            move || {
                sum(objects
                    .iter()
                    .map(|object| object.to_json().map(|text| text.len())))
            },
            move || {
                sum(trees
                    .iter()
                    .map(|tree| serde_json::to_string(tree).map(|text| text.len())))
            },
        )
        .against("serde_json::Value"),
        Case::new(
            "every recorded object from bytes",
            || sum(texts.iter().map(|text| registry().read(text).map(|_| 1))),
            || {
                sum(texts
                    .iter()
                    .map(|text| serde_json::from_str::<Json>(text).map(|_| 1)))
            },
        )
        .against("serde_json::Value"),
    ])
}

fn sum<E>(mut each: impl Iterator<Item = Result<usize, E>>) -> Result<usize, E> {
    each.try_fold(0, |sum, one| Ok(sum + one?))
}

/// Measures all cases, the memory of a million cycles, and the original.
///
/// # Errors
/// When the benchmark is broken.
pub fn run(report: &mut Report) -> Result<()> {
    for mut case in cases()? {
        let rounds = compare(&mut case.ours, &mut case.floor);
        let mut result = rounds.result("objects", case.what, case.floor_is);
        result.goal = case.goal;
        report.add(result);
    }
    python::run(report)?;
    cycles(report)
}

/// Memory after some and after a million cycles of clone, write and read.
fn cycles(report: &mut Report) -> Result<()> {
    const WARM: u32 = 10_000;
    const CYCLES: u32 = 1_000_000;
    let mut instance = Instance::from_json(INSTANCE)?;
    let mut run = |cycles: u32| -> Result<()> {
        for _ in 0..cycles {
            instance = Instance::from_json(&black_box(instance.clone()).to_json()?)?;
        }
        Ok(())
    };
    run(WARM)?;
    let before = memory::resident()?;
    run(CYCLES)?;
    let after = memory::resident()?;
    let what = "memory gained over 1,000,000 clone, write and read";
    report.fact("objects", what, (after - before) / 1024.0, "KiB");
    Ok(())
}
