//! Which class serves which version, as oslo's registry decides it.

use versionedobjects::{Class, Error, Object as _, Registry, Release, Version};

use crate::nursery::{Child, Parent, at};

mod other {
    use versionedobjects::{Attr, Meta, VersionedObject};

    /// Has the name of a class of another project, and is newer than it.
    #[derive(VersionedObject, Debug, Clone, Default)]
    #[object(project = crate::library::Library, history("1.0" = "Initial version", "1.7" = "Later"))]
    pub struct Child {
        meta: Meta,
        toys: Attr<i64>,
    }
}

fn version(text: &str) -> Version {
    text.parse().expect(text)
}

fn release(text: &str) -> Release {
    Release {
        version: version(text),
        note: "",
    }
}

/// `class` as a release at that version would have it.
fn class_at(class: &'static Class, text: &str) -> &'static Class {
    at(class, Vec::leak(vec![release(text)]))
}

#[test]
fn one_version_serves_those_before_it_of_the_same_major() {
    let registry = Registry::new([Parent::class_def()]);
    for (asked, found) in [
        ("1.3", true),
        ("1.0", true),
        ("1.2", true),
        ("1.2.5", true),
        ("1.4", false),
        ("2.0", false),
        ("1.3.1", false),
        ("0.9", false),
    ] {
        match registry.lookup("Parent", version(asked)) {
            Ok(class) => assert!(found && class.version() == version("1.3"), "{asked}"),
            Err(error) => {
                assert!(!found, "{asked}");
                assert_eq!(
                    error.to_exception().message,
                    format!("Version {asked} of Parent is not supported, supported version is 1.3")
                );
            }
        }
    }
    assert!(
        matches!(registry.lookup("Nope", version("1.0")), Err(Error::UnsupportedObject { name }) if name == "Nope")
    );
}

#[test]
fn two_majors_live_side_by_side() {
    let (old, new) = (Child::class_def(), class_at(Child::class_def(), "2.0"));
    for order in [[old, new], [new, old]] {
        let registry = Registry::new(order);
        for (asked, found) in [("1.1", old), ("1.2", old), ("2.0", new)] {
            assert!(
                std::ptr::eq(
                    registry.lookup("Child", version(asked)).expect(asked),
                    found
                ),
                "{asked}"
            );
        }
        // The newest is named, even of another major.
        let error = registry
            .lookup("Child", version("1.9"))
            .expect_err("nobody serves 1.9");
        assert!(
            matches!(error, Error::IncompatibleVersion { supported, .. } if supported == version("2.0"))
        );
        assert!(std::ptr::eq(registry.newest("Child").expect("known"), new));
    }
}

#[test]
fn order_of_registration_does_not_matter_and_equal_versions_replace() {
    let classes = ["1.5", "1.2", "1.9"].map(|text| class_at(Child::class_def(), text));
    let registry = Registry::new(classes);
    let served = |asked: &str| {
        registry
            .lookup("Child", version(asked))
            .map(Class::version)
            .ok()
    };
    for (asked, found) in [
        ("1.5", "1.5"),
        ("1.2", "1.2"),
        ("1.3", "1.9"),
        ("1.0", "1.9"),
        ("1.9", "1.9"),
    ] {
        assert_eq!(served(asked), Some(version(found)), "{asked}");
    }
    assert_eq!(served("1.10"), None);
    let same = class_at(Child::class_def(), "1.2");
    let registry = Registry::new([Child::class_def(), same]);
    assert!(std::ptr::eq(
        registry.lookup("Child", version("1.2")).expect("known"),
        same
    ));
    assert_eq!(registry.iter().count(), 1);
}

/// oslo keeps one list a name, so that one project's class would replace the other's.
#[test]
fn equal_names_of_two_projects_coexist() {
    let foreign = other::Child::class_def();
    let registry = Registry::new([Child::class_def(), foreign]);
    assert_eq!(registry.iter().count(), 2);
    let text = |prefix: &str, namespace: &str| {
        format!(
            r#"{{"{prefix}.name": "Child", "{prefix}.namespace": "{namespace}", "{prefix}.version": "1.0", "{prefix}.data": {{}}}}"#
        )
    };
    let nova = registry.read(&text("nova_object", "nova")).expect("Nova's");
    assert_eq!(nova.class().namespace, "nova");
    let library = registry.read(&text("library_object", "library"));
    assert_eq!(library.expect("the library's").class().namespace, "library");
    let newer = text("nova_object", "nova").replace("1.0", "1.5");
    assert!(
        matches!(registry.read(&newer), Err(Error::IncompatibleVersion { supported, .. }) if supported == version("1.2"))
    );
    assert!(
        matches!(registry.read(&text("nova_object", "cinder")), Err(Error::UnsupportedObject { name }) if name == "cinder.Child")
    );
}

#[test]
fn a_third_part_never_decides_whether_data_is_readable() {
    let registry = Registry::new([Parent::class_def()]);
    let text = |version: &str| {
        format!(
            r#"{{"nova_object.name": "Parent", "nova_object.namespace": "nova", "nova_object.version": "{version}", "nova_object.data": {{"id": 1}}}}"#
        )
    };
    for readable in ["1.3.9", "1.2.5", "1.3.0"] {
        let read = registry.read(&text(readable)).expect(readable);
        assert_eq!(
            versionedobjects::ObjectExt::version(&*read),
            version(readable).without_patch()
        );
    }
    for unreadable in ["1.4.9", "1.4", "2.0", "0.9"] {
        assert!(
            matches!(
                registry.read(&text(unreadable)),
                Err(Error::IncompatibleVersion { .. })
            ),
            "{unreadable}"
        );
    }
    assert!(matches!(
        registry.read(&text("1.x")),
        Err(Error::MalformedVersion { .. })
    ));
}
