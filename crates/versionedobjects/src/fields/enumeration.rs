//! Enumerations and state machines: what `#[derive(EnumField)]` calls.

use crate::error::ValueErrorKind;
use crate::{Result, Value, ValueError};

/// The error for a value that an enumeration does not have.
#[doc(hidden)]
#[must_use]
pub fn not_a_member(value: &Value) -> ValueError {
    let shown: String = value.python_str().chars().take(128).collect();
    ValueError::new(format!("Field value {shown} is invalid"))
}

/// Whether a state may follow another (oslo's `StateMachine`).
///
/// # Errors
/// When it may not; a `KeyError` when the present state has no rule at all.
#[doc(hidden)]
pub fn check_transition(
    transitions: &[(&str, &[&str])],
    from: &str,
    to: &str,
) -> Result<(), ValueError> {
    let Some((_, allowed)) = transitions.iter().find(|(state, _)| *state == from) else {
        return Err(ValueError::of(ValueErrorKind::Key, format!("'{from}'")));
    };
    if allowed.contains(&to) {
        return Ok(());
    }
    Err(ValueError::new(format!(
        "Cannot transition from '{from}' to '{to}'; allowed are: {}",
        allowed.join(", ")
    )))
}
