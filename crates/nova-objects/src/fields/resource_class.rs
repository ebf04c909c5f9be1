//! Placement's resource classes.

use versionedobjects::{Value, ValueError, text_field};

text_field! {
    /// The class of a resource, in upper case: `VCPU`, `CUSTOM_PMEM_NAMESPACE_SMALL`.
    pub struct ResourceClass, "ResourceClass", |value| match &value {
        Value::Str(name) if is_class(&name.to_uppercase()) => Ok(name.to_uppercase()),
        other => Err(ValueError::new(format!("Malformed Resource Class {}", other.python_str()))),
    }
}

/// Python's `$` also matches before a newline at the end.
fn is_class(name: &str) -> bool {
    let name = name.strip_suffix('\n').unwrap_or(name);
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
}
