//! What goes wrong in the harbour, and how it travels.

use versionedobjects::{Exception, Json, ProjectError};

/// The module by which peers know these errors.
const MODULE: &str = "harbour";

/// What goes wrong when a visit is asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another ship lies there.
    #[error("berth {berth} is taken by {ship}; choose another or wait until it has left")]
    BerthTaken {
        /// The berth that was asked for.
        berth: i64,
        /// The ship at it.
        ship: String,
    },
    /// The office has no visit of that number.
    #[error("there is no visit {id}")]
    NoVisit {
        /// The number.
        id: i64,
    },
    /// The office cannot read or write its database.
    #[error("the office's records cannot be used: {reason}")]
    Records {
        /// What the database says.
        reason: String,
    },
    /// An object was used wrongly, or the office did not answer.
    #[error(transparent)]
    Object(#[from] versionedobjects::Error),
    /// An error of the office that this release does not know.
    #[error("{}", .0.message)]
    Other(Box<Exception>),
}

/// The result of everything that can be asked.
pub type Result<T> = std::result::Result<T, Error>;

impl ProjectError for Error {
    const CLASSES: &'static [&'static str] = &["BerthTaken", "NoVisit", "Records"];

    fn to_exception(&self) -> Exception {
        let (class, kwargs): (_, Vec<(&str, Json)>) = match self {
            Self::BerthTaken { berth, ship } => (
                "BerthTaken",
                vec![("berth", (*berth).into()), ("ship", ship.as_str().into())],
            ),
            Self::NoVisit { id } => ("NoVisit", vec![("id", (*id).into())]),
            Self::Records { reason } => ("Records", vec![("reason", reason.as_str().into())]),
            Self::Object(error) => return error.to_exception(),
            Self::Other(exception) => return (**exception).clone(),
        };
        let mut exception = Exception::new(MODULE, class, self.to_string());
        exception.kwargs = kwargs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        exception
    }

    fn from_exception(exception: Exception) -> Self {
        known(&exception).unwrap_or_else(|| Self::Other(Box::new(exception)))
    }
}

/// The error of ours that it is. Other modules may have classes of the same name.
fn known(exception: &Exception) -> Option<Error> {
    if exception.module != MODULE {
        return None;
    }
    let kwargs = &exception.kwargs;
    let number = |name| kwargs.get(name).and_then(Json::as_i64);
    let text = |name| kwargs.get(name).and_then(Json::as_str).map(str::to_owned);
    Some(match &*exception.class {
        "BerthTaken" => Error::BerthTaken {
            berth: number("berth")?,
            ship: text("ship")?,
        },
        "NoVisit" => Error::NoVisit { id: number("id")? },
        "Records" => Error::Records {
            reason: text("reason")?,
        },
        _ => return None,
    })
}
