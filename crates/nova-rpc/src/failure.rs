//! Errors of methods and errors of messages: one form into the other.

use oslo_messaging::{Failure, RemoteError};
use versionedobjects::Exception;

/// What a server answers when a method raised this.
#[must_use]
pub fn failure_of(exception: Exception) -> Box<Failure> {
    Box::new(Failure {
        class: exception.class.into_owned(),
        module: exception.module.into_owned(),
        message: exception.message,
        args: exception.args,
        kwargs: exception.kwargs,
        traceback: Vec::new(),
    })
}

/// What a method raised at the other side.
#[must_use]
pub fn exception_of(error: RemoteError) -> Exception {
    Exception {
        class: error.class.into(),
        module: error.module.into(),
        message: error.message,
        args: error.args,
        kwargs: error.kwargs,
    }
}
