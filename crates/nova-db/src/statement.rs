//! Statements: built when called, or built once for a dialect and kept.

use std::sync::{Arc, OnceLock};

use sea_query::{DeleteStatement, Expr, InsertStatement, SelectStatement, UpdateStatement, Value};
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::dialect::Dialect;
use crate::error::Error;

/// Something that can be executed: a sea-query statement, by reference or by
/// value, or a [`Prepared`] with its values.
pub trait Statement {
    /// Whether it only reads, so that it may be sent again when the connection
    /// was lost.
    fn is_read(&self) -> bool;

    /// Its text and values in `dialect`.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when a [`Prepared`] has another number of parameters.
    fn render(self, dialect: Dialect) -> Result<Rendered, Error>;
}

/// A statement's text in one dialect with the values for its placeholders.
#[derive(Debug, Clone)]
pub struct Rendered {
    sql: Text,
    values: Vec<Value>,
    is_read: bool,
    once: bool,
}

#[derive(Debug, Clone)]
enum Text {
    Static(&'static str),
    Shared(Arc<str>),
}

impl Rendered {
    /// The text.
    pub fn sql(&self) -> &str {
        match &self.sql {
            Text::Static(sql) => sql,
            Text::Shared(sql) => sql,
        }
    }

    /// The values, in the order of the placeholders.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    pub(crate) fn is_read(&self) -> bool {
        self.is_read
    }

    /// Whether the connection should forget it afterwards.
    pub(crate) fn is_once(&self) -> bool {
        self.once
    }

    /// Text written by hand, where sea-query has no words for it, in one dialect and with
    /// its placeholders (`?`, for PostgreSQL `$1`). What callers give belongs into
    /// `values`, never into the text. `is_read` as [`Statement::is_read`].
    pub fn by_hand(sql: impl Into<Arc<str>>, values: Vec<Value>, is_read: bool) -> Self {
        Self {
            sql: Text::Shared(sql.into()),
            values,
            is_read,
            once: false,
        }
    }

    /// A change without parameters that is not worth remembering, such as those of
    /// the schema.
    pub(crate) fn once(sql: impl Into<Arc<str>>) -> Self {
        Self {
            sql: Text::Shared(sql.into()),
            values: Vec::new(),
            is_read: false,
            once: true,
        }
    }

    /// For sqlx. Every text comes from sea-query or from this crate's own files;
    /// what callers give is only ever bound.
    pub(crate) fn sqlx(&self) -> SqlStr {
        match &self.sql {
            Text::Static(sql) => sql.into_sql_str(),
            Text::Shared(sql) => AssertSqlSafe(Arc::clone(sql)).into_sql_str(),
        }
    }
}

macro_rules! built_when_called {
    ($($statement:ty: $is_read:literal),* $(,)?) => {$(
        impl Statement for &$statement {
            fn is_read(&self) -> bool {
                $is_read
            }

            fn render(self, dialect: Dialect) -> Result<Rendered, Error> {
                let (sql, values) = dialect.build(self);
                Ok(Rendered { sql: Text::Shared(sql.into()), values: values.0, is_read: $is_read, once: false })
            }
        }

        impl Statement for $statement {
            fn is_read(&self) -> bool {
                $is_read
            }

            fn render(self, dialect: Dialect) -> Result<Rendered, Error> {
                (&self).render(dialect)
            }
        }

        impl Statement for &mut $statement {
            fn is_read(&self) -> bool {
                $is_read
            }

            fn render(self, dialect: Dialect) -> Result<Rendered, Error> {
                (&*self).render(dialect)
            }
        }
    )*};
}

built_when_called! {
    SelectStatement: true,
    InsertStatement: false,
    UpdateStatement: false,
    DeleteStatement: false,
}

impl Statement for Rendered {
    fn is_read(&self) -> bool {
        self.is_read
    }

    fn render(self, _: Dialect) -> Result<Rendered, Error> {
        Ok(self)
    }
}

/// The mark of a parameter that [`Prepared::bind`] fills in.
///
/// Use it where a value goes: `Expr::col("uuid").eq(param())`.
pub fn param() -> Expr {
    Expr::val(MARK)
}

/// Cannot be meant: no text of Nova contains a null byte.
const MARK: &str = "\0parameter";

/// A statement whose text does not depend on its values; built once a dialect.
///
/// ```
/// use nova_db::{Prepared, param};
/// use nova_db::sea_query::{Expr, ExprTrait, Query};
///
/// static BY_UUID: Prepared = Prepared::select(|| {
///     Query::select()
///         .columns(["id", "host"])
///         .from("instances")
///         .and_where(Expr::col("uuid").eq(param()))
///         .and_where(Expr::col("deleted").eq(0))
///         .take()
/// });
///
/// let statement = BY_UUID.bind(["6a1b…".into()]);
/// # let _ = statement;
/// ```
#[derive(Debug)]
pub struct Prepared {
    build: Build,
    texts: [OnceLock<Template>; 3],
}

#[derive(Debug)]
enum Build {
    Select(fn() -> SelectStatement),
    Insert(fn() -> InsertStatement),
    Update(fn() -> UpdateStatement),
    Delete(fn() -> DeleteStatement),
}

#[derive(Debug)]
struct Template {
    sql: &'static str,
    /// A constant, or `None` for a parameter.
    slots: Vec<Option<Value>>,
    parameters: usize,
}

impl Prepared {
    /// A `SELECT`.
    pub const fn select(build: fn() -> SelectStatement) -> Self {
        Self::new(Build::Select(build))
    }

    /// An `INSERT`.
    pub const fn insert(build: fn() -> InsertStatement) -> Self {
        Self::new(Build::Insert(build))
    }

    /// An `UPDATE`.
    pub const fn update(build: fn() -> UpdateStatement) -> Self {
        Self::new(Build::Update(build))
    }

    /// A `DELETE`.
    pub const fn delete(build: fn() -> DeleteStatement) -> Self {
        Self::new(Build::Delete(build))
    }

    const fn new(build: Build) -> Self {
        Self {
            build,
            texts: [OnceLock::new(), OnceLock::new(), OnceLock::new()],
        }
    }

    /// With values for its parameters, in the order in which they stand in the text.
    pub fn bind(&'static self, values: impl Into<Vec<Value>>) -> Bound {
        Bound {
            prepared: self,
            values: values.into(),
        }
    }

    fn template(&self, dialect: Dialect) -> &Template {
        let [sqlite, mysql, postgres] = &self.texts;
        let text = match dialect {
            Dialect::Sqlite => sqlite,
            Dialect::MySql => mysql,
            Dialect::Postgres => postgres,
        };
        text.get_or_init(|| {
            let (sql, values) = match &self.build {
                Build::Select(build) => dialect.build(&build()),
                Build::Insert(build) => dialect.build(&build()),
                Build::Update(build) => dialect.build(&build()),
                Build::Delete(build) => dialect.build(&build()),
            };
            let slots: Vec<_> = values
                .0
                .into_iter()
                .map(|value| match value {
                    Value::String(Some(text)) if text == MARK => None,
                    constant => Some(constant),
                })
                .collect();
            Template {
                // Once a statement and dialect, for the life of the process.
                sql: Box::leak(sql.into_boxed_str()),
                parameters: slots.iter().filter(|slot| slot.is_none()).count(),
                slots,
            }
        })
    }
}

/// A [`Prepared`] with its values.
#[derive(Debug, Clone)]
pub struct Bound {
    prepared: &'static Prepared,
    values: Vec<Value>,
}

impl Statement for Bound {
    fn is_read(&self) -> bool {
        matches!(self.prepared.build, Build::Select(_))
    }

    fn render(self, dialect: Dialect) -> Result<Rendered, Error> {
        let is_read = self.is_read();
        let template = self.prepared.template(dialect);
        if template.parameters != self.values.len() {
            return Err(Error::Parameters {
                sql: template.sql,
                wanted: template.parameters,
                given: self.values.len(),
            });
        }
        let values = if template.parameters == template.slots.len() {
            self.values
        } else {
            let mut given = self.values.into_iter();
            template
                .slots
                .iter()
                .filter_map(|slot| slot.clone().or_else(|| given.next()))
                .collect()
        };
        Ok(Rendered {
            sql: Text::Static(template.sql),
            values,
            is_read,
            once: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use sea_query::{ExprTrait, Query};

    use super::*;

    static BY_HOST: Prepared = Prepared::select(|| {
        Query::select()
            .column("id")
            .from("services")
            .and_where(Expr::col("deleted").eq(0))
            .and_where(Expr::col("host").eq(param()))
            .limit(1)
            .take()
    });

    #[test]
    fn parameters_and_constants_keep_their_order() {
        let rendered = BY_HOST
            .bind(["cmp1".into()])
            .render(Dialect::Postgres)
            .unwrap();
        assert_eq!(
            rendered.sql(),
            r#"SELECT "id" FROM "services" WHERE "deleted" = $1 AND "host" = $2 LIMIT $3"#
        );
        assert_eq!(rendered.values(), [0.into(), "cmp1".into(), 1_u64.into()]);
    }

    #[test]
    fn a_wrong_number_of_values_is_refused() {
        let error = BY_HOST.bind([]).render(Dialect::Sqlite).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Parameters {
                    wanted: 1,
                    given: 0,
                    ..
                }
            ),
            "{error}"
        );
    }
}
