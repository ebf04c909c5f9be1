//! Which of the project's exceptions a method may raise, and whether it keeps
//! to that.

use crate::{Exception, MethodDef, ProjectError};

/// Whether a list of names has one; asked at compile time.
#[doc(hidden)]
#[must_use]
pub const fn is_listed(classes: &[&str], class: &str) -> bool {
    let class = class.as_bytes();
    let mut index = 0;
    while index < classes.len() {
        let known = classes[index].as_bytes();
        let mut at = 0;
        while at < known.len() && at < class.len() && known[at] == class[at] {
            at += 1;
        }
        if at == known.len() && at == class.len() {
            return true;
        }
        index += 1;
    }
    false
}

/// Passes on what a store answered. In debug builds it holds the store to what
/// the method declares, so that every test that meets an error checks the
/// contract too.
///
/// # Panics
/// In debug builds, like a failed `debug_assert!`: when the store raised one of
/// the project's exceptions that the method does not declare.
#[doc(hidden)]
pub fn declared<T, E: ProjectError>(
    class: &str,
    method: &MethodDef,
    result: Result<T, E>,
) -> Result<T, E> {
    if cfg!(debug_assertions)
        && let (Err(error), Some(errors)) = (&result, method.errors)
    {
        let exception = error.to_exception();
        let raised = &*exception.class;
        assert!(
            errors.contains(&raised)
                || exception.module == Exception::BUILTINS
                // What the model refuses, it refuses in every method.
                || exception.module == Exception::OSLO
                || !is_listed(E::CLASSES, raised),
            "{class}.{} raised {raised}, which it does not declare; add it to `#[errors(..)]` on the method, and record the contract",
            method.name,
        );
    }
    result
}
