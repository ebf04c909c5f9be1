//! A simulated service: what it has on disk, and what it knows of the others.

use std::collections::{BTreeMap, BTreeSet};

use versionedobjects::{
    Form, Manifest, ObjectExt as _, Result, VersionedObject, WriteOptions, Writer, write_child,
};

use crate::{Mistake, Release};

/// For how long what is known of others is believed, in milliseconds: if it
/// holds the sender back, and if it does not (`nova-rpc`'s `Tempo`).
const BEHIND: u64 = 1_500;
const LEVEL: u64 = 60_000;

/// A service in some release.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) release: usize,
    pub(crate) up: bool,
    /// Since when it has been in this release.
    pub(crate) since: u64,
    /// Counts its runs.
    pub(crate) run: u64,
    pub(crate) disk: Disk,
    pub(crate) memory: Memory,
}

/// What survives a restart.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    /// The things it holds, as this or an earlier release wrote them.
    pub(crate) store: BTreeMap<u64, String>,
    /// What it passes on until that is acknowledged.
    pub(crate) outbox: BTreeMap<u64, Transfer>,
    /// How far each thing had come when it took it last.
    pub(crate) taken: BTreeMap<u64, u64>,
}

/// What does not.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// What others said they read, and when.
    pub(crate) known: BTreeMap<usize, (Manifest, u64)>,
    /// What it has asked others for and not heard of.
    pub(crate) asked: BTreeSet<u64>,
}

/// A thing on its way from one service to another.
#[derive(Debug)]
pub(crate) struct Transfer {
    pub(crate) hop: u64,
    pub(crate) to: usize,
    pub(crate) text: String,
}

impl Service {
    pub(crate) fn new(name: String) -> Self {
        Self {
            name,
            release: 0,
            up: true,
            since: 0,
            run: 0,
            disk: Disk::default(),
            memory: Memory::default(),
        }
    }

    /// What another one reads, if that is known and can still be believed.
    pub(crate) fn knows(
        &self,
        other: usize,
        own: &Manifest,
        now: u64,
        mistake: Option<Mistake>,
    ) -> Option<&Manifest> {
        let (reads, at) = self.memory.known.get(&other)?;
        let limit = if reads.covers(own) { LEVEL } else { BEHIND };
        (mistake == Some(Mistake::StalePin) || now - at < limit).then_some(reads)
    }
}

/// An object as it is kept: at its own version, with all it carries.
pub(crate) fn at_rest(object: &dyn VersionedObject, mistake: Option<Mistake>) -> Result<String> {
    let form = match mistake {
        Some(Mistake::ForgetfulStore) => Form::Compat,
        _ => Form::Native,
    };
    object.to_json_with(WriteOptions {
        form,
        ..WriteOptions::default()
    })
}

/// An object as it is sent to whoever reads `reads`.
pub(crate) fn on_the_way(
    object: &dyn VersionedObject,
    reads: &Manifest,
    mistake: Option<Mistake>,
) -> Result<String> {
    if mistake == Some(Mistake::LossyHop) {
        let target = reads.get(object.class().name);
        return object.to_json_with(WriteOptions {
            form: Form::Compat,
            target: target.map(|target| target.min(object.version())),
            manifest: Some(reads),
        });
    }
    let mut writer = Writer::for_manifest(reads);
    write_child(object, &mut writer);
    writer.finish()
}

/// What a release says that it reads.
pub(crate) fn said(
    release: &Release,
    newest: &Release,
    main: &[&str],
    mistake: Option<Mistake>,
) -> Manifest {
    let mut reads = release.reads();
    if mistake == Some(Mistake::WrongChildVersion) {
        for (class, version) in newest.reads().iter() {
            if !main.contains(&class) && reads.get(class).is_some() {
                reads.insert(class, version);
            }
        }
    }
    reads
}
