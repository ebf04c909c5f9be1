//! The same data in plain structs with serde, which is the floor for objects:
//! the envelope as a struct, every attribute a field. The structs of all classes
//! are generated from the classes' tables.

use serde::{Deserialize, Deserializer, Serialize};

/// The envelope.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope<T> {
    #[serde(rename = "nova_object.name")]
    name: String,
    #[serde(rename = "nova_object.namespace")]
    namespace: String,
    #[serde(rename = "nova_object.version")]
    version: String,
    #[serde(rename = "nova_object.data")]
    data: T,
    #[serde(
        rename = "nova_object.changes",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    changes: Option<Vec<String>>,
}

macro_rules! plain {
    ($name:ident { $($field:ident: $ty:ty),* $(,)? }) => {
        /// Plain data.
        #[derive(Debug, Clone, Serialize, Deserialize)]
        pub struct $name {
            $(#[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::present")]
            $field: Option<$ty>,)*
        }
    };
}

#[rustfmt::skip]
pub mod generated;

pub use generated::{CLASSES, Flavor, Instance, InstanceList};

/// What is null counts as there, as it does with objects.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    input: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(input).map(Some)
}

/// Recorded objects of one class as plain structs.
pub trait Records {
    /// How many bytes they are, written anew.
    ///
    /// # Errors
    /// When one has no JSON form.
    fn write(&self) -> serde_json::Result<usize>;
    /// Reads as many from their texts.
    ///
    /// # Errors
    /// When a text is of another class.
    fn read(&self, texts: &[String]) -> serde_json::Result<usize>;
    /// The texts, written anew.
    ///
    /// # Errors
    /// When one has no JSON form.
    fn texts(&self) -> serde_json::Result<Vec<String>>;
}

/// Reads the recorded objects of a class.
pub type ReadRecords = fn(&[String]) -> serde_json::Result<Box<dyn Records>>;

impl<T: Serialize + for<'de> Deserialize<'de> + 'static> Records for Vec<Envelope<T>> {
    fn write(&self) -> serde_json::Result<usize> {
        self.iter()
            .try_fold(0, |sum, one| Ok(sum + serde_json::to_string(one)?.len()))
    }

    fn read(&self, texts: &[String]) -> serde_json::Result<usize> {
        texts.iter().try_fold(0, |sum, text| {
            std::hint::black_box(serde_json::from_str::<Envelope<T>>(text)?);
            Ok(sum + 1)
        })
    }

    fn texts(&self) -> serde_json::Result<Vec<String>> {
        self.iter().map(serde_json::to_string).collect()
    }
}

fn read<T: Serialize + for<'de> Deserialize<'de> + 'static>(
    texts: &[String],
) -> serde_json::Result<Box<dyn Records>> {
    let records: Vec<Envelope<T>> = texts
        .iter()
        .map(|text| serde_json::from_str(text))
        .collect::<Result<_, _>>()?;
    Ok(Box::new(records))
}

/// The text that an instance's flavors are kept in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Flavors {
    cur: Envelope<Flavor>,
    old: Option<Envelope<Flavor>>,
    new: Option<Envelope<Flavor>>,
}
