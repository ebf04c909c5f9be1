// The project of programs with a `BookStore`.

use versionedobjects::Exception;

pub struct Project;

impl versionedobjects::Project for Project {
    const PREFIX: &'static str = "library_object";
    const NAMESPACE: &'static str = "library";
    type Store = dyn crate::BookStore;
    type Error = Error;
}

#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] versionedobjects::Error);

impl versionedobjects::ProjectError for Error {
    const CLASSES: &'static [&'static str] = &["NoBook", "NoShelf"];

    fn to_exception(&self) -> Exception {
        self.0.to_exception()
    }

    fn from_exception(exception: Exception) -> Self {
        let reason = exception.message;
        Self(versionedobjects::Error::Malformed { what: "an answer".into(), reason })
    }
}

pub type Result<T> = std::result::Result<T, Error>;
