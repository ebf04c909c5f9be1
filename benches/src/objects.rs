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

/// The floor of most cases.
const PLAIN: &str = "serde_json, plain struct";

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
            floor_is: PLAIN,
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
            "Instance at its oldest version",
            move || instance.to_json_with(oldest),
            || instance.to_json(),
        )
        .against("the same, as it is")
        .goal(1.2),
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

/// The recorded objects of a class at its newest version, as both hold them.
struct Recorded {
    class: &'static str,
    texts: &'static [String],
    objects: &'static [Box<dyn VersionedObject>],
    plain: &'static dyn plain::Records,
}

/// All that plain structs hold too: some cases are recorded because they are odd.
fn recorded() -> Result<Vec<Recorded>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/objects");
    let mut all = Vec::new();
    for (class, read) in plain::CLASSES {
        let Ok(file) = std::fs::read(format!("{folder}/{class}.json")) else {
            continue;
        };
        let recorded: Json = serde_json::from_slice(&file)?;
        let cases = recorded["cases"].as_array().into_iter().flatten();
        let mut texts = Vec::new();
        for case in cases {
            let text = case["current"].to_string();
            let one = std::slice::from_ref(&text);
            // Written anew it must be the same data, else less would be measured.
            if registry().read(&text).is_ok()
                && let Ok(plain) = read(one)
                && serde_json::from_str::<Json>(&plain.texts()?.concat())? == case["current"]
            {
                texts.push(text);
            }
        }
        if texts.is_empty() {
            return Err(format!("no recorded {class} fits its plain struct").into());
        }
        let objects: Vec<_> = texts
            .iter()
            .map(|text| registry().read(text))
            .collect::<Result<_, _>>()?;
        all.push(Recorded {
            class,
            objects: objects.leak(),
            plain: Box::leak(read(&texts)?),
            texts: texts.leak(),
        });
    }
    Ok(all)
}

impl Recorded {
    fn write(&self) -> Result<usize, versionedobjects::Error> {
        let sizes = self
            .objects
            .iter()
            .map(|object| object.to_json().map(|text| text.len()));
        sum(sizes)
    }

    /// At the first version of every class. Some cannot be expressed there.
    fn write_oldest(&self, manifest: &Manifest) -> usize {
        let options = WriteOptions {
            target: manifest.get(self.class),
            manifest: Some(manifest),
            ..WriteOptions::default()
        };
        let texts = self
            .objects
            .iter()
            .map(|object| object.to_json_with(options));
        texts.filter_map(Result::ok).map(|text| text.len()).sum()
    }

    fn read(&self) -> Result<usize, versionedobjects::Error> {
        sum(self
            .texts
            .iter()
            .map(|text| registry().read(text).map(|_| 1)))
    }
}

fn every_class() -> Result<Vec<Case>> {
    let all: &'static [Recorded] = recorded()?.leak();
    let manifest = oldest();
    Ok(vec![
        Case::new(
            "recorded objects of all classes at their oldest versions",
            move || {
                Ok::<_, Infallible>(
                    all.iter()
                        .map(|of| of.write_oldest(&manifest))
                        .sum::<usize>(),
                )
            },
            move || sum(all.iter().map(Recorded::write)),
        )
        .against("the same, as they are")
        .goal(1.2),
        Case::new(
            "recorded objects of all classes to bytes",
            move || sum(all.iter().map(Recorded::write)),
            move || sum(all.iter().map(|of| of.plain.write())),
        )
        .goal(1.5),
        Case::new(
            "recorded objects of all classes from bytes",
            move || sum(all.iter().map(Recorded::read)),
            move || sum(all.iter().map(|of| of.plain.read(of.texts))),
        )
        .goal(2.0),
    ])
}

/// How many of the classes with the highest ratios are named.
const WORST: usize = 3;

/// Each class by itself; the worst are reported.
fn worst_classes(report: &mut Report) -> Result<()> {
    let (mut writing, mut reading) = (Vec::new(), Vec::new());
    let all: &'static [Recorded] = recorded()?.leak();
    for of in all {
        let rounds = compare(|| of.write(), || of.plain.write());
        let what = format!("{} to bytes, one of the {WORST} worst classes", of.class);
        writing.push(rounds.result("objects", &what, PLAIN).goal(1.5));
        let rounds = compare(|| of.read(), || of.plain.read(of.texts));
        let what = format!("{} from bytes, one of the {WORST} worst classes", of.class);
        reading.push(rounds.result("objects", &what, PLAIN).goal(2.0));
    }
    for mut results in [writing, reading] {
        results.sort_by(|one, other| other.ratio.median.total_cmp(&one.ratio.median));
        for result in results.into_iter().take(WORST) {
            report.add(result);
        }
    }
    Ok(())
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
    worst_classes(report)?;
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
