//! JSON text as Python's `json.dumps` writes it: `", "` and `": "` between
//! things, ASCII only, floats as `repr()` prints them.
//!
//! ```
//! let mut text = Vec::new();
//! python_json::write_value(&mut text, &serde_json::json!({"a": [1, 2.0, "é"]}))?;
//! assert_eq!(text, br#"{"a": [1, 2.0, "\u00e9"]}"#);
//! # Ok::<(), serde_json::Error>(())
//! ```

mod float;
mod formatter;
mod string;
pub mod word;

pub use float::{float_json, float_repr};
pub use formatter::{PythonFormatter, to_string, write_value};
pub use string::{Sink, write_string, write_unicode_string};
