//! Rows and their typed cells, the same for the three databases.

use std::net::IpAddr;

use chrono::NaiveDateTime;
use sqlx::mysql::{MySqlRow, MySqlValueRef};
use sqlx::postgres::{PgRow, PgValueRef};
use sqlx::sqlite::{SqliteRow, SqliteValueRef};
use sqlx::{Column as _, Row as _, ValueRef as _};

use crate::dialect::{BoxError, mysql, postgres, sqlite};
use crate::error::Error;

/// A value to bind, or one read without knowing its type: sea-query's own.
pub use sea_query::Value as SqlValue;

/// One row of a result.
///
/// Reading by position costs no search; positions follow the order of the
/// columns in the statement.
#[derive(Debug)]
pub struct Row {
    query: &'static str,
    cells: Cells,
}

#[derive(Debug)]
pub(crate) enum Cells {
    Sqlite(SqliteRow),
    MySql(MySqlRow),
    Postgres(PgRow),
}

impl Row {
    pub(crate) fn new(query: &'static str, cells: Cells) -> Self {
        Self { query, cells }
    }

    /// The cell at `column`, a position or a name.
    ///
    /// # Errors
    ///
    /// [`Error::Column`] when there is no such column, when the cell is null and
    /// `T` is not an `Option`, or when it holds something else than a `T`.
    pub fn get<'r, T: FromCell<'r>>(&'r self, column: impl ColumnRef) -> Result<T, Error> {
        let read = column.cell(self).and_then(T::from_cell);
        read.map_err(|reason| Error::Column {
            query: self.query,
            column: column.describe(),
            wanted: std::any::type_name::<T>(),
            source: reason,
        })
    }

    /// The cell at `column` in the form the database gives it; of a null the
    /// type is unknown and `SqlValue::String(None)` stands for it.
    ///
    /// # Errors
    ///
    /// [`Error::Column`] when there is no such column.
    pub fn value(&self, column: impl ColumnRef) -> Result<SqlValue, Error> {
        let read = column.cell(self).and_then(|cell| match cell.0 {
            Inner::Sqlite(v) => sqlite::any(v),
            Inner::MySql(v) => mysql::any(v),
            Inner::Postgres(v) => postgres::any(v),
        });
        read.map_err(|reason| Error::Column {
            query: self.query,
            column: column.describe(),
            wanted: "any value",
            source: reason,
        })
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        match &self.cells {
            Cells::Sqlite(row) => row.len(),
            Cells::MySql(row) => row.len(),
            Cells::Postgres(row) => row.len(),
        }
    }

    /// Whether there is no column at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of the column at `position`.
    pub fn column_name(&self, position: usize) -> Option<&str> {
        match &self.cells {
            Cells::Sqlite(row) => row.columns().get(position).map(|c| c.name()),
            Cells::MySql(row) => row.columns().get(position).map(|c| c.name()),
            Cells::Postgres(row) => row.columns().get(position).map(|c| c.name()),
        }
    }
}

/// A column by position (`usize`) or by name (`&str`).
pub trait ColumnRef: Copy {
    /// The cell of `row`.
    ///
    /// # Errors
    ///
    /// When there is no such column.
    fn cell(self, row: &Row) -> Result<Cell<'_>, BoxError>;

    /// For messages.
    fn describe(self) -> String;
}

impl ColumnRef for usize {
    fn cell(self, row: &Row) -> Result<Cell<'_>, BoxError> {
        Ok(Cell(match &row.cells {
            Cells::Sqlite(row) => Inner::Sqlite(row.try_get_raw(self)?),
            Cells::MySql(row) => Inner::MySql(row.try_get_raw(self)?),
            Cells::Postgres(row) => Inner::Postgres(row.try_get_raw(self)?),
        }))
    }

    fn describe(self) -> String {
        format!("number {self}")
    }
}

impl ColumnRef for &str {
    fn cell(self, row: &Row) -> Result<Cell<'_>, BoxError> {
        Ok(Cell(match &row.cells {
            Cells::Sqlite(row) => Inner::Sqlite(row.try_get_raw(self)?),
            Cells::MySql(row) => Inner::MySql(row.try_get_raw(self)?),
            Cells::Postgres(row) => Inner::Postgres(row.try_get_raw(self)?),
        }))
    }

    fn describe(self) -> String {
        self.to_owned()
    }
}

/// One cell, not read yet.
pub struct Cell<'r>(Inner<'r>);

enum Inner<'r> {
    Sqlite(SqliteValueRef<'r>),
    MySql(MySqlValueRef<'r>),
    Postgres(PgValueRef<'r>),
}

impl std::fmt::Debug for Cell<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cell")
            .field("null", &self.is_null())
            .finish_non_exhaustive()
    }
}

impl<'r> Cell<'r> {
    /// Whether it holds no value.
    pub fn is_null(&self) -> bool {
        match &self.0 {
            Inner::Sqlite(v) => v.is_null(),
            Inner::MySql(v) => v.is_null(),
            Inner::Postgres(v) => v.is_null(),
        }
    }

    /// SQLite would read a null as zero or as nothing at all.
    fn present(self) -> Result<Inner<'r>, BoxError> {
        if self.is_null() {
            Err("the value is null".into())
        } else {
            Ok(self.0)
        }
    }
}

/// What a cell can be read as. `Option` of each admits null.
pub trait FromCell<'r>: Sized {
    /// Reads `cell`.
    ///
    /// # Errors
    ///
    /// When it holds something else.
    fn from_cell(cell: Cell<'r>) -> Result<Self, BoxError>;
}

impl<'r, T: FromCell<'r>> FromCell<'r> for Option<T> {
    fn from_cell(cell: Cell<'r>) -> Result<Self, BoxError> {
        if cell.is_null() {
            Ok(None)
        } else {
            T::from_cell(cell).map(Some)
        }
    }
}

impl FromCell<'_> for i64 {
    fn from_cell(cell: Cell<'_>) -> Result<Self, BoxError> {
        match cell.present()? {
            Inner::Sqlite(v) => sqlite::integer(v),
            Inner::MySql(v) => mysql::integer(v),
            Inner::Postgres(v) => postgres::integer(v),
        }
    }
}

impl FromCell<'_> for i32 {
    fn from_cell(cell: Cell<'_>) -> Result<Self, BoxError> {
        Ok(Self::try_from(i64::from_cell(cell)?)?)
    }
}

impl FromCell<'_> for bool {
    fn from_cell(cell: Cell<'_>) -> Result<Self, BoxError> {
        Ok(i64::from_cell(cell)? != 0)
    }
}

impl FromCell<'_> for f64 {
    fn from_cell(cell: Cell<'_>) -> Result<Self, BoxError> {
        match cell.present()? {
            Inner::Sqlite(v) => sqlite::double(v),
            Inner::MySql(v) => mysql::double(v),
            Inner::Postgres(v) => postgres::double(v),
        }
    }
}

impl<'r> FromCell<'r> for &'r str {
    fn from_cell(cell: Cell<'r>) -> Result<Self, BoxError> {
        match cell.present()? {
            Inner::Sqlite(v) => sqlite::text(v),
            Inner::MySql(v) => mysql::text(v),
            Inner::Postgres(v) => postgres::text(v),
        }
    }
}

impl FromCell<'_> for String {
    fn from_cell(cell: Cell<'_>) -> Result<Self, BoxError> {
        <&str>::from_cell(cell).map(str::to_owned)
    }
}

/// PostgreSQL has a type for addresses, the others keep text.
impl FromCell<'_> for IpAddr {
    fn from_cell(cell: Cell<'_>) -> Result<Self, BoxError> {
        match cell.present()? {
            Inner::Sqlite(v) => Ok(sqlite::text(v)?.parse()?),
            Inner::MySql(v) => Ok(mysql::text(v)?.parse()?),
            Inner::Postgres(v) => postgres::address(v),
        }
    }
}

impl<'r> FromCell<'r> for &'r [u8] {
    fn from_cell(cell: Cell<'r>) -> Result<Self, BoxError> {
        match cell.present()? {
            Inner::Sqlite(v) => sqlite::bytes(v),
            Inner::MySql(v) => mysql::bytes(v),
            Inner::Postgres(v) => postgres::bytes(v),
        }
    }
}

impl FromCell<'_> for Vec<u8> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, BoxError> {
        <&[u8]>::from_cell(cell).map(<[u8]>::to_vec)
    }
}

/// Naive UTC, as Nova's columns hold it.
impl FromCell<'_> for NaiveDateTime {
    fn from_cell(cell: Cell<'_>) -> Result<Self, BoxError> {
        match cell.present()? {
            Inner::Sqlite(v) => sqlite::datetime(v),
            Inner::MySql(v) => mysql::datetime(v),
            Inner::Postgres(v) => postgres::datetime(v),
        }
    }
}
