//! Who asks.

use nova_rpc::MapCodec;
use versionedobjects::{Exception, JsonMap};

/// Who asks: travels with every call, and is in the office's `Context` again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// The name the pilot goes by.
    pub name: String,
}

impl Asker {
    /// How it travels.
    #[must_use]
    pub const fn codec() -> MapCodec<Self> {
        MapCodec::new(Self::to_map, Self::from_map)
    }

    fn to_map(&self) -> JsonMap {
        [("name".to_owned(), self.name.as_str().into())]
            .into_iter()
            .collect()
    }

    fn from_map(map: &JsonMap) -> Result<Self, Box<Exception>> {
        match map.get("name").and_then(|name| name.as_str()) {
            Some(name) => Ok(Self {
                name: name.to_owned(),
            }),
            None => Err(Exception::new(
                "harbour",
                "NoName",
                "the office answers nobody without a name",
            )
            .into()),
        }
    }
}
