//! What is simulated: a project's releases, its things, and what is done with
//! them.

use versionedobjects::{JsonMap, Result, VersionedObject};

use crate::{Random, Release, plain};

/// A project's classes in several releases, and what its services do with their
/// objects.
///
/// The simulator keeps, for each thing, what is true of it in the terms of the
/// newest release, and compares what every service sees with that.
pub trait Domain {
    /// The releases, oldest first.
    fn releases(&self) -> &[Release];

    /// A new thing, as that release makes it.
    ///
    /// # Errors
    /// When it cannot be made.
    fn make(
        &self,
        release: usize,
        number: u64,
        random: &mut Random,
    ) -> Result<Box<dyn VersionedObject>>;

    /// Something that a service of that release does with a thing.
    ///
    /// # Errors
    /// When it cannot be done.
    fn edit(
        &self,
        release: usize,
        object: &mut dyn VersionedObject,
        random: &mut Random,
    ) -> Result<()>;

    /// What an object of that release says, in the terms of the newest release.
    ///
    /// # Errors
    /// When it cannot be said.
    fn truth(&self, _release: usize, object: &dyn VersionedObject) -> Result<JsonMap> {
        plain(object)
    }

    /// What that release has to see of what is true. It may see more.
    fn seen(&self, release: usize, class: &str, truth: &JsonMap) -> JsonMap {
        self.releases()
            .get(release)
            .map(|release| release.known_to(class, truth))
            .unwrap_or_default()
    }
}
