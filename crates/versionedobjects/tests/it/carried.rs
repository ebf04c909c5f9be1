//! What is carried for others, where three releases meet.

use versionedobjects::{
    Attr, Form, Manifest, Meta, ObjectExt as _, Reader, Version, VersionedObject, WriteOptions,
    Writer, read_all_from, write_child,
};

#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod first {
    use super::{Attr, Meta, VersionedObject};

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(project = crate::nursery::Nursery, history("1.0" = "Initial version"))]
    pub struct Jar {
        meta: Meta,
        note: Attr<String>,
        lid: Attr<bool>,
    }
}

#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod second {
    use super::{Attr, Meta, VersionedObject};

    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(project = crate::nursery::Nursery, history("1.0" = "Initial version", "1.1" = "Added size"))]
    pub struct Jar {
        meta: Meta,
        note: Attr<String>,
        lid: Attr<bool>,
        #[object(since = "1.1", default = 0)]
        size: Attr<i64>,
    }
}

#[expect(
    unreachable_pub,
    reason = "the derives emit what a library would publish"
)]
mod third {
    use super::{Attr, Meta, VersionedObject};

    /// The note is called remark.
    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(
        project = crate::nursery::Nursery,
        history("1.0" = "Initial version", "1.1" = "Added size", "1.2" = "The note is called remark; all have lids"),
        removed(lid: bool, until = "1.2", default = true, lossy)
    )]
    pub struct Jar {
        meta: Meta,
        #[object(was(name = "note", until = "1.2"))]
        remark: Attr<String>,
        #[object(since = "1.1", default = 0)]
        size: Attr<i64>,
    }
}

fn sent(object: &dyn VersionedObject, minor: u16) -> String {
    let reads: Manifest = [("Jar", Version::new(1, minor))].into_iter().collect();
    let mut writer = Writer::for_manifest(&reads);
    write_child(object, &mut writer);
    writer.finish().expect("written")
}

fn read<T: versionedobjects::Object>(text: &str) -> T {
    let reader = Reader::new(text).expect("short").keep_unknown();
    read_all_from(reader).expect("readable")
}

#[test]
fn a_default_does_not_take_the_place_of_what_is_carried() {
    let mut jar = third::Jar::new();
    jar.set_remark("honey");
    jar.set_size(7);
    let low: first::Jar = read(&sent(&jar, 0));
    let mut middle: second::Jar = read(&sent(&low, 1));
    middle.upgrade().expect("defaults fit");
    assert!(!middle.is_set("size"), "it is 7, for those who can open it");
    let back: third::Jar = read(&sent(&middle, 2));
    assert_eq!(back.size().expect("set"), 7);
    assert_eq!(back.remark().expect("set"), "honey");
}

/// An object that arrived at an older version and holds what came later is
/// opened by those only who know what came later.
#[test]
fn what_was_taken_over_is_in_the_terms_of_who_took_it() {
    let options = WriteOptions {
        form: Form::Native,
        ..WriteOptions::default()
    };
    let mut jar = second::Jar::new();
    jar.set_note("honey");
    let mut taken: third::Jar = read(&jar.to_json_with(options).expect("written"));
    taken.set_remark("jam");
    assert_eq!(taken.version(), Version::new(1, 1));
    let low: first::Jar = read(&sent(&taken, 0));
    assert_eq!(low.note().expect("set"), "jam");
    let middle: second::Jar = read(&sent(&low, 1));
    assert_eq!(middle.note().expect("still there"), "jam");
    assert!(middle.lid().expect("it knows lids, and was told of one"));
    let back: third::Jar = read(&sent(&middle, 2));
    assert_eq!(back.remark().expect("set"), "jam");
}

/// What was set since lies in front of what was taken out before, which only a
/// newer release can open.
#[test]
fn what_was_set_since_is_not_lost_behind_what_is_still_carried() {
    let mut jar = third::Jar::new();
    jar.set_remark("honey");
    jar.set_size(7);
    let low: first::Jar = read(&sent(&jar, 0));
    let mut middle: second::Jar = read(&sent(&low, 1));
    middle.upgrade().expect("defaults fit");
    middle.set_size(10);
    let other: second::Jar = read(&sent(&middle, 0));
    assert_eq!(other.size().expect("it was set by its like"), 10);
    let back: third::Jar = read(&sent(&other, 2));
    assert_eq!(back.size().expect("set"), 10);
}
