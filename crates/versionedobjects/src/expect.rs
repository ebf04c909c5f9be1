//! What the stored object must still be for a change to be made to it.

use crate::{Error, Json, JsonMap, ObjectExt as _, Result, Value, VersionedObject};

/// What must still be true of the stored object: compare-and-swap for every
/// save.
///
/// Given to a call by [`Context::expecting`](crate::Context::expecting). The
/// store compares and writes in one statement; when the object is not as
/// expected it writes nothing and says [`Error::Conflict`]. It compares with
/// what is *stored*, so it does not matter how long ago the object at hand was
/// read, nor whether the save has anything to write.
///
/// ```
/// use versionedobjects::Expect;
///
/// let expect = Expect::field("report_count", 3)
///     .and_any_of("task_state", [Some("spawning"), None])
///     .and_not("host", "retired");
/// assert_eq!(
///     expect.to_string(),
///     r#"report_count is 3, task_state is "spawning" or null, host is not "retired""#
/// );
/// ```
///
/// Times are compared to the second where either side has no fraction, as on
/// the wire and in MariaDB: `updated_at` alone does not tell apart two changes
/// within a second. Expect the value that is about to be replaced.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expect {
    terms: Vec<Term>,
}

/// One field of an [`Expect`].
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The field.
    pub field: String,
    /// Whether it must have none of the values, instead of one of them.
    pub negated: bool,
    /// The values.
    pub values: Vec<Value>,
}

/// A field that is not as expected; see [`Error::Conflict`].
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The field.
    pub field: String,
    /// Whether it was to have none of `expected`, instead of one of them.
    pub negated: bool,
    /// What was expected, as in a primitive.
    pub expected: Vec<Json>,
    /// What is stored.
    pub found: Json,
}

/// More values than anybody compares with; each becomes part of a statement.
const MAX_VALUES: usize = 256;

static NOTHING: Expect = Expect::nothing();

impl Expect {
    /// Nothing: every stored object will do.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { terms: Vec::new() }
    }

    pub(crate) fn nothing_ref() -> &'static Self {
        &NOTHING
    }

    /// That the field has this value.
    #[must_use]
    pub fn field(field: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::nothing().and(field, value)
    }

    /// That these fields are as `object` has them: what it was when it was
    /// read, if the copy was taken before it was changed.
    ///
    /// # Errors
    /// [`Error::UnknownField`], [`Error::Unset`]
    pub fn as_in(object: &dyn VersionedObject, fields: &[&str]) -> Result<Self> {
        fields.iter().try_fold(Self::nothing(), |expect, field| {
            Ok(expect.and(*field, object.get(field)?))
        })
    }

    /// And that the field has this value.
    #[must_use]
    pub fn and(self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.term(field.into(), false, vec![value.into()])
    }

    /// And that the field has one of these values.
    #[must_use]
    pub fn and_any_of<V: Into<Value>>(
        self,
        field: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.term(field.into(), false, values)
    }

    /// And that the field has another value than this.
    #[must_use]
    pub fn and_not(self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.term(field.into(), true, vec![value.into()])
    }

    /// And all of `other`.
    #[must_use]
    pub fn and_all(mut self, other: Self) -> Self {
        self.terms.extend(other.terms);
        self
    }

    fn term(mut self, field: String, negated: bool, values: Vec<Value>) -> Self {
        self.terms.push(Term {
            field,
            negated,
            values,
        });
        self
    }

    /// Whether nothing is expected.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.terms.is_empty()
    }

    /// What is expected, field by field; all of it must hold.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The form in which it travels.
    ///
    /// # Errors
    /// When a value is not a single one.
    pub fn to_json(&self) -> Result<Json> {
        let term = |term: &Term| {
            let values: Option<Vec<Json>> = term.values.iter().map(single).collect();
            let values = values.ok_or_else(|| Error::Action {
                action: "expect".into(),
                reason: format!("`{}` is compared with single values only", term.field),
            })?;
            let mut map = JsonMap::new();
            map.insert("field".to_owned(), term.field.as_str().into());
            map.insert(key(term.negated).to_owned(), values.into());
            Ok(Json::Object(map))
        };
        self.terms.iter().map(term).collect()
    }

    /// What travelled.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn from_json(json: &Json) -> Result<Self> {
        let malformed = |reason: &str| Error::Malformed {
            what: "what a call expects of the stored object".into(),
            reason: reason.into(),
        };
        let terms = json.as_array().ok_or_else(|| malformed("it is no list"))?;
        let mut count = 0;
        let mut expect = Self::nothing();
        for term in terms {
            let field = term.get("field").and_then(Json::as_str);
            let field = field.ok_or_else(|| malformed("a part of it names no field"))?;
            let values = |negated| term.get(key(negated)).and_then(Json::as_array);
            let (negated, values) = match (values(false), values(true)) {
                (Some(values), None) => (false, values),
                (None, Some(values)) => (true, values),
                _ => return Err(malformed("a part of it has no list of values")),
            };
            count += values.len().max(1);
            if count > MAX_VALUES {
                return Err(Error::Limit {
                    what: "what a call expects of the stored object",
                    limit: MAX_VALUES,
                    unit: "values",
                });
            }
            let values = values.iter().cloned().map(Value::from).collect();
            expect = expect.term(field.to_owned(), negated, values);
        }
        Ok(expect)
    }
}

fn key(negated: bool) -> &'static str {
    if negated { "is not" } else { "is" }
}

/// A single value as in a primitive.
fn single(value: &Value) -> Option<Json> {
    Some(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => match i64::try_from(*value) {
            Ok(value) => value.into(),
            Err(_) => return None,
        },
        Value::Float(value) => (*value).into(),
        Value::Str(text) => text.as_str().into(),
        Value::DateTime(value) => {
            let utc = value.naive_utc().format("%Y-%m-%dT%H:%M:%S%.fZ");
            utc.to_string().into()
        }
        _ => return None,
    })
}

fn alternatives(values: &[Json]) -> String {
    match values {
        [] => "none of anything".to_owned(),
        values => {
            let values: Vec<String> = values.iter().map(Json::to_string).collect();
            values.join(" or ")
        }
    }
}

impl std::fmt::Display for Expect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, term) in self.terms.iter().enumerate() {
            let values: Vec<Json> = term.values.iter().filter_map(single).collect();
            let comma = if index == 0 { "" } else { ", " };
            let (field, relation) = (&term.field, key(term.negated));
            write!(f, "{comma}{field} {relation} {}", alternatives(&values))?;
        }
        Ok(())
    }
}

impl Term {
    /// How the stored value differs from this, for [`Error::Conflict`].
    #[must_use]
    pub fn difference(&self, found: &Value) -> Difference {
        Difference {
            field: self.field.clone(),
            negated: self.negated,
            expected: self.values.iter().filter_map(single).collect(),
            found: single(found).unwrap_or(Json::Null),
        }
    }
}

impl Difference {
    fn to_json(&self) -> Json {
        let mut map = JsonMap::new();
        map.insert("field".to_owned(), self.field.as_str().into());
        map.insert(key(self.negated).to_owned(), self.expected.clone().into());
        map.insert("found".to_owned(), self.found.clone());
        map.into()
    }

    fn from_json(json: &Json) -> Option<Self> {
        let list = |negated| json.get(key(negated)).and_then(Json::as_array);
        let (negated, expected) = match list(false) {
            Some(expected) => (false, expected),
            None => (true, list(true)?),
        };
        Some(Self {
            field: json.get("field")?.as_str()?.to_owned(),
            negated,
            expected: expected.clone(),
            found: json.get("found")?.clone(),
        })
    }
}

/// The middle of the message of [`Error::Conflict`].
pub(crate) fn shown(differences: &[Difference]) -> String {
    if differences.is_empty() {
        return "it was changed meanwhile".to_owned();
    }
    let parts = differences.iter().map(|difference| {
        let Difference {
            field,
            negated,
            expected,
            found,
        } = difference;
        let not = if *negated { "anything but " } else { "" };
        format!(
            "{field} is {found}, expected {not}{}",
            alternatives(expected)
        )
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// The keyword arguments of a travelling [`Error::Conflict`].
pub(crate) fn to_kwargs(object: &str, differences: &[Difference]) -> JsonMap {
    let mut kwargs = JsonMap::new();
    kwargs.insert("object".to_owned(), object.into());
    let differences: Vec<Json> = differences.iter().map(Difference::to_json).collect();
    kwargs.insert("differences".to_owned(), differences.into());
    kwargs
}

/// The [`Error::Conflict`] that travelled with these keyword arguments.
pub(crate) fn from_kwargs(kwargs: &JsonMap) -> Option<Error> {
    let differences = kwargs.get("differences")?.as_array()?;
    Some(Error::Conflict {
        object: kwargs.get("object")?.as_str()?.to_owned(),
        differences: differences
            .iter()
            .map(Difference::from_json)
            .collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conflict() -> Error {
        let term = &Expect::field("host", "a").and_not("n", 3).terms;
        Error::Conflict {
            object: "Service".to_owned(),
            differences: vec![
                term[0].difference(&Value::Null),
                term[1].difference(&3.into()),
            ],
        }
    }

    #[test]
    fn what_is_expected_arrives_as_it_was_sent() {
        let sent = Expect::field("n", 3)
            .and_any_of("state", [Some("a"), None])
            .and_not("on", true)
            .and("load", 0.5);
        assert_eq!(Expect::from_json(&sent.to_json().unwrap()).unwrap(), sent);
        assert!(
            Expect::from_json(&serde_json::json!([]))
                .unwrap()
                .is_nothing()
        );
    }

    #[test]
    fn malformed_expectations_are_refused() {
        for wrong in [
            serde_json::json!({}),
            serde_json::json!([1]),
            serde_json::json!([{"field": 1, "is": []}]),
            serde_json::json!([{"field": "a"}]),
            serde_json::json!([{"field": "a", "is": [1], "is not": [2]}]),
        ] {
            let error = Expect::from_json(&wrong).unwrap_err();
            assert!(matches!(error, Error::Malformed { .. }), "{wrong}: {error}");
        }
        let many: Vec<i32> = (0..300).collect();
        let many = serde_json::json!([{"field": "a", "is": many}]);
        assert!(matches!(
            Expect::from_json(&many),
            Err(Error::Limit { limit: 256, .. })
        ));
        assert!(Expect::field("a", Value::List(vec![])).to_json().is_err());
    }

    #[test]
    fn a_conflict_says_what_was_expected_and_what_is_there() {
        assert_eq!(
            conflict().to_string(),
            r#"`Service` was not written: host is null, expected "a", n is 3, expected anything but 3"#
        );
    }

    #[test]
    fn a_conflict_travels() {
        let error = conflict();
        let exception = error.to_exception();
        assert_eq!(exception.class, "Conflict");
        let arrived = Error::from_exception(&exception).expect("it is one of ours");
        assert_eq!(arrived.to_string(), error.to_string());
        let Error::Conflict { differences, .. } = arrived else {
            panic!("{arrived}")
        };
        assert_eq!(differences[1].found, Json::from(3));
    }
}
