//! Contracts in a folder: compared, recorded, refused.

use std::path::{Path, PathBuf};

use versionedobjects::contract::{Error, Recorder, folder};
use versionedobjects::prelude::*;
use versionedobjects::{Class, Registry};

use crate::library::Library;

mod first {
    use super::*;

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(project = Library, history("1.0" = "Initial version"))]
    pub(super) struct Shelf {
        meta: Meta,
        place: Attr<i64>,
    }
}

mod bumped {
    use super::*;

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(project = Library, history("1.0" = "Initial version", "1.1" = "room"))]
    pub(super) struct Shelf {
        meta: Meta,
        place: Attr<i64>,
        #[object(since = "1.1")]
        room: Attr<String>,
    }
}

mod unbumped {
    use super::*;

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(project = Library, history("1.0" = "Initial version"))]
    pub(super) struct Shelf {
        meta: Meta,
        place: Attr<String>,
        room: Attr<String>,
    }
}

/// A folder of this process, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("contract-{}-{name}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn registry(class: &'static Class) -> Registry {
    Registry::new([class])
}

fn record(class: &'static Class, folder: &Folder) {
    Recorder::new(&registry(class), folder)
        .accept(None)
        .unwrap();
}

#[test]
fn what_is_recorded_passes() {
    let folder = Folder::new("same");
    record(first::Shelf::class_def(), &folder);
    versionedobjects::contract::check(&registry(first::Shelf::class_def()), &folder).unwrap();
}

#[test]
fn the_first_line_of_a_failure_says_what_differs_and_what_to_run() {
    let folder = Folder::new("stale");
    record(first::Shelf::class_def(), &folder);

    let registry = registry(unbumped::Shelf::class_def());
    let error = Recorder::new(&registry, &folder)
        .command("make contract")
        .check()
        .unwrap_err();
    let text = format!("{error:?}");
    assert_eq!(
        text.lines().next().unwrap(),
        "contract stale: library/Shelf: field `place` is of type String instead of Integer, which needs a major bump \
         and is still 1.0 (and one more difference); make the bump, then run `make contract`"
    );
    assert!(text.contains("old reader, new data    fails"), "{text}");
    assert!(text.contains("mark the field `since = \"1.1\"`"), "{text}");
}

#[test]
fn a_bump_that_covers_what_differs_is_still_to_be_recorded() {
    let folder = Folder::new("bumped");
    record(first::Shelf::class_def(), &folder);

    let registry = registry(bumped::Shelf::class_def());
    let recorder = Recorder::new(&registry, &folder);
    let text = recorder.check().unwrap_err().to_string();
    assert!(
        text.contains("run `OBJECT_CONTRACT=accept cargo test` to record it"),
        "{text}"
    );
    recorder.accept(None).unwrap();
    recorder.check().unwrap();
}

#[test]
fn nothing_is_recorded_while_a_bump_is_missing() {
    let folder = Folder::new("refused");
    record(first::Shelf::class_def(), &folder);
    let before = folder::recorded(folder.as_ref()).unwrap();

    let registry = registry(unbumped::Shelf::class_def());
    let refused = Recorder::new(&registry, &folder).accept(None).unwrap_err();
    assert!(matches!(refused, Error::Refused { .. }), "{refused}");
    assert_eq!(folder::recorded(folder.as_ref()).unwrap(), before);
}

#[test]
fn a_reason_is_recorded_and_stays() {
    let folder = Folder::new("forced");
    record(first::Shelf::class_def(), &folder);

    let forced = registry(unbumped::Shelf::class_def());
    let recorder = Recorder::new(&forced, &folder);
    recorder.accept(Some("1.0 was never released")).unwrap();
    recorder.check().unwrap();
    recorder.accept(None).unwrap();

    let text = std::fs::read_to_string(folder.0.join("library/Shelf.txt")).unwrap();
    assert!(
        text.ends_with("recorded without the bump\n  1.0  1.0 was never released\n"),
        "{text}"
    );
}

#[test]
fn a_class_that_is_gone_takes_a_reason() {
    let folder = Folder::new("gone");
    record(first::Shelf::class_def(), &folder);

    // The registry still has the namespace, so the folder is its own.
    let other = registry(crate::library::Book::class_def());
    let recorder = Recorder::new(&other, &folder);
    assert!(matches!(recorder.accept(None), Err(Error::Refused { .. })));
    recorder.accept(Some("nobody has shelves")).unwrap();
    assert!(!folder.0.join("library/Shelf.txt").exists());
    recorder.check().unwrap();
}

#[test]
fn a_namespace_that_changes_takes_a_reason() {
    let folder = Folder::new("renamed");
    record(first::Shelf::class_def(), &folder);
    let text = std::fs::read_to_string(folder.0.join("library/Shelf.txt")).unwrap();
    std::fs::remove_dir_all(folder.0.join("library")).unwrap();
    std::fs::create_dir(folder.0.join("archive")).unwrap();
    let old = text.replacen("namespace library", "namespace archive", 1);
    std::fs::write(folder.0.join("archive/Shelf.txt"), old).unwrap();

    let registry = registry(first::Shelf::class_def());
    let recorder = Recorder::new(&registry, &folder);
    assert!(matches!(recorder.accept(None), Err(Error::Refused { .. })));
    recorder.accept(Some("nobody has shelves yet")).unwrap();
    assert!(!folder.0.join("archive/Shelf.txt").exists());
    recorder.check().unwrap();
}

#[test]
fn a_text_that_was_edited_by_hand_is_noticed() {
    let folder = Folder::new("edited");
    record(first::Shelf::class_def(), &folder);
    let path = folder.0.join("library/Shelf.txt");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("# mine\n{text}")).unwrap();

    let registry = registry(first::Shelf::class_def());
    let error = Recorder::new(&registry, &folder).check().unwrap_err();
    assert!(
        error.to_string().contains("is written in another way"),
        "{error}"
    );

    std::fs::write(&path, "shelf").unwrap();
    let error = Recorder::new(&registry, &folder).check().unwrap_err();
    assert!(error.to_string().contains("git checkout"), "{error}");
}
