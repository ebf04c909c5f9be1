//! Tables as objects see them: the columns that are fields, read from rows and written
//! back through the class's own table of fields.

mod update;

use std::net::IpAddr;
use std::sync::OnceLock;

use chrono::NaiveDateTime;
use nova_objects::Result;
use sea_query::{ColumnRef, IntoColumnRef, Query, SelectStatement};
use versionedobjects::{
    Class, DateTime, FieldDef, Object, ObjectExt as _, Shape, Transition, Value, VersionedObject,
    what_changed,
};

use crate::changes::Changes;
use crate::error::Error;
use crate::row::{Row, SqlValue};

/// The part of a database table that is an object's fields.
///
/// A field is a column of the same name. Fields that hold objects or containers are no
/// columns; what else the table lacks, or a family converts itself, is named in `except`.
///
/// ```ignore
/// static SERVICES: Table = Table::new("services", Service::class_def, &["availability_zone"]);
///
/// static BY_ID: Prepared =
///     Prepared::select(|| SERVICES.select().and_where(Expr::col("id").eq(param())).take());
///
/// let service: Service = SERVICES.load(&row)?;
/// ```
#[derive(Debug)]
pub(crate) struct Table {
    name: &'static str,
    class: fn() -> &'static Class,
    except: &'static [&'static str],
    lenient: &'static [&'static str],
    columns: OnceLock<Vec<Column>>,
}

/// A column and the field it belongs to, found once for the life of the process.
#[derive(Debug)]
struct Column {
    index: usize,
    field: &'static FieldDef,
    kind: Kind,
    lenient: bool,
}

/// What a column holds, by the type of its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Boolean,
    Double,
    DateTime,
    Address,
    Text,
}

impl Table {
    /// The table `name` and the class whose objects its rows are.
    pub(crate) const fn new(
        name: &'static str,
        class: fn() -> &'static Class,
        except: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            class,
            except,
            lenient: &[],
            columns: OnceLock::new(),
        }
    }

    /// Leaves these fields as they are where the row has a null, for columns that may be
    /// null while the field may not.
    pub(crate) const fn ignoring_null(mut self, fields: &'static [&'static str]) -> Self {
        self.lenient = fields;
        self
    }

    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// The names of the columns, in the order of [`select`](Self::select).
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.columns().iter().map(|column| column.field.name)
    }

    /// The position of the column in rows of [`select`](Self::select); one that no row
    /// has if it is no column.
    pub(crate) fn position(&self, name: &str) -> usize {
        let found = self.names().position(|own| own == name);
        found.unwrap_or(usize::MAX)
    }

    /// The columns qualified with the table's name, for joins.
    pub(crate) fn refs(&self) -> impl Iterator<Item = ColumnRef> {
        self.names()
            .map(|column| (self.name, column).into_column_ref())
    }

    /// `SELECT` of all columns; conditions are the caller's.
    pub(crate) fn select(&self) -> SelectStatement {
        Query::select().columns(self.refs()).from(self.name).take()
    }

    /// A new object of the row; nothing counts as changed.
    ///
    /// # Errors
    ///
    /// As [`fill`](Self::fill).
    pub(crate) fn load<T: Object>(&self, row: &Row) -> Result<T> {
        let mut object = T::new_object();
        self.fill(&mut object, row, 0)?;
        object.reset_changes();
        Ok(object)
    }

    /// Sets an object's fields from the cells of `row` that begin at `first`, and gives
    /// the position after the last of them. What counted as changed still does.
    ///
    /// # Errors
    ///
    /// When a cell holds what the field cannot.
    pub(crate) fn fill(
        &self,
        object: &mut dyn VersionedObject,
        row: &Row,
        first: usize,
    ) -> Result<usize> {
        let columns = self.columns();
        for (at, column) in (first..).zip(columns) {
            let value = column.kind.read(row, at)?;
            if !(column.lenient && matches!(value, Value::Null)) {
                column.assign(object, value)?;
            }
        }
        Ok(first + columns.len())
    }

    /// As [`fill`](Self::fill), with these values in the place of what the row has.
    ///
    /// # Errors
    ///
    /// As there.
    pub(crate) fn fill_except(
        &self,
        object: &mut dyn VersionedObject,
        row: &Row,
        first: usize,
        except: &[(&str, Value)],
    ) -> Result<usize> {
        let columns = self.columns();
        for (at, column) in (first..).zip(columns) {
            let given = except.iter().find(|(name, _)| *name == column.field.name);
            let value = match given {
                Some((_, value)) => value.clone(),
                None => column.kind.read(row, at)?,
            };
            column.assign(object, value)?;
        }
        Ok(first + columns.len())
    }

    /// The changed fields that are columns, with their values.
    pub(crate) fn changes(&self, object: &dyn VersionedObject) -> Changes {
        let changed = what_changed(object);
        self.chosen(object, |column| changed.contains(column.index))
    }

    /// The changed fields that are columns and differ from `stored`, which is the row as
    /// it is: what SQLAlchemy's session would write. When that is nothing the original
    /// sends no `UPDATE`, and `updated_at` stays.
    pub(crate) fn differing(
        &self,
        object: &dyn VersionedObject,
        stored: &dyn VersionedObject,
    ) -> Changes {
        let changed = what_changed(object);
        self.chosen(object, |column| {
            changed.contains(column.index)
                && !object.slot(column.index).same(stored.slot(column.index))
        })
    }

    /// What inserts the object: its changed columns, and the model's defaults for the
    /// others.
    pub(crate) fn insertion(
        &self,
        object: &dyn VersionedObject,
        defaults: &[(&'static str, Value)],
    ) -> Changes {
        let mut changes = self.changes(object);
        for (name, value) in defaults {
            let column = self.columns().iter().find(|own| own.field.name == *name);
            if let Some(column) = column.filter(|_| !changes.contains(name)) {
                changes.set(column.field.name, column.kind.write(value.clone()));
            }
        }
        changes
    }

    /// Gives the object what its row has since [`insertion`](Self::insertion): the
    /// number, the time, and in the columns that were not changed the default or null.
    /// Changes stay marked.
    ///
    /// # Errors
    ///
    /// When a null does not fit its field.
    pub(crate) fn inserted(
        &self,
        object: &mut dyn VersionedObject,
        defaults: &[(&'static str, Value)],
        id: i64,
        now: NaiveDateTime,
    ) -> Result<()> {
        let changed = what_changed(object);
        for column in self.columns() {
            let value = match column.field.name {
                "id" => id.into(),
                _ if changed.contains(column.index) => continue,
                "created_at" => DateTime::from_naive_utc(now).into(),
                name => {
                    let default = defaults.iter().find(|(own, _)| *own == name);
                    default.map_or(Value::Null, |(_, value)| value.clone())
                }
            };
            if !(column.lenient && matches!(value, Value::Null)) {
                column.assign(object, value)?;
            }
        }
        Ok(())
    }

    /// Takes over the columns that are set in `stored`, except those that `object` counts
    /// as changed.
    pub(crate) fn refresh_unchanged(
        &self,
        object: &mut dyn VersionedObject,
        stored: &dyn VersionedObject,
    ) {
        let changed = what_changed(object);
        for column in self.columns() {
            let stored = stored.slot(column.index);
            if stored.is_set() && !changed.contains(column.index) {
                object.slot_mut(column.index).copy_from(stored);
            }
        }
    }

    fn chosen(&self, object: &dyn VersionedObject, wanted: impl Fn(&Column) -> bool) -> Changes {
        let mut changes = Changes::new();
        for column in self.columns().iter().filter(|column| wanted(column)) {
            if let Some(value) = object.slot(column.index).value() {
                changes.set(column.field.name, column.kind.write(value));
            }
        }
        changes
    }

    fn columns(&self) -> &[Column] {
        self.columns.get_or_init(|| {
            let fields = (self.class)().fields.iter().enumerate();
            fields
                .filter(|(_, field)| !self.except.contains(&field.name))
                .filter_map(|(index, field)| {
                    let kind = Kind::of(field)?;
                    let lenient = self.lenient.contains(&field.name);
                    Some(Column {
                        index,
                        field,
                        kind,
                        lenient,
                    })
                })
                .collect()
        })
    }
}

impl Column {
    fn assign(&self, object: &mut dyn VersionedObject, value: Value) -> Result<()> {
        let class = object.class().name;
        object
            .slot_mut(self.index)
            .assign(value, self.field, Transition::Restored)
            .map_err(|cause| versionedobjects::Error::Value {
                object: class,
                field: self.field.name,
                cause,
            })?;
        Ok(())
    }
}

impl Kind {
    fn of(field: &FieldDef) -> Option<Self> {
        match field.ty.shape {
            Shape::List(_)
            | Shape::Dict(_)
            | Shape::Set(_)
            | Shape::Tuple(_)
            | Shape::Object(_) => {
                return None;
            }
            _ => {}
        }
        Some(match field.ty.name {
            "Integer" | "NonNegativeInteger" => Self::Integer,
            "Boolean" | "FlexibleBoolean" => Self::Boolean,
            "Float" | "NonNegativeFloat" => Self::Double,
            "DateTime" => Self::DateTime,
            "IPAddress" | "IPV4Address" | "IPV6Address" => Self::Address,
            _ => Self::Text,
        })
    }

    fn read(self, row: &Row, at: usize) -> Result<Value, Error> {
        Ok(match self {
            Self::Integer => row.get::<Option<i64>>(at)?.into(),
            Self::Boolean => row.get::<Option<bool>>(at)?.into(),
            Self::Double => row.get::<Option<f64>>(at)?.into(),
            Self::DateTime => row
                .get::<Option<NaiveDateTime>>(at)?
                .map(DateTime::from_naive_utc)
                .into(),
            Self::Address => row
                .get::<Option<IpAddr>>(at)?
                .map(|address| address.to_string())
                .into(),
            Self::Text => row.get::<Option<String>>(at)?.into(),
        })
    }

    /// The value to bind; a null has the type of its column.
    fn write(self, value: Value) -> SqlValue {
        match (self, value) {
            (_, Value::Int(value)) => match i64::try_from(value) {
                Ok(value) => value.into(),
                // No column holds it; the database refuses its digits.
                Err(_) => value.to_string().into(),
            },
            (_, Value::Bool(value)) => value.into(),
            (_, Value::Float(value)) => value.into(),
            (_, Value::DateTime(value)) => value.naive_utc().into(),
            (Self::Address, Value::Str(value)) => match value.parse::<IpAddr>() {
                Ok(address) => SqlValue::IpNetwork(Some(address.into())),
                // PostgreSQL refuses it.
                Err(_) => value.into(),
            },
            (_, Value::Str(value)) => value.into(),
            (Self::Integer, _) => Option::<i64>::None.into(),
            (Self::Boolean, _) => Option::<bool>::None.into(),
            (Self::Double, _) => Option::<f64>::None.into(),
            (Self::DateTime, _) => Option::<NaiveDateTime>::None.into(),
            (Self::Address, _) => SqlValue::IpNetwork(None),
            (Self::Text, _) => Option::<String>::None.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use nova_objects::Service;

    use super::*;

    #[test]
    fn columns_are_the_fields_that_hold_one_value() {
        let table = Table::new("services", Service::class_def, &["availability_zone"]);
        let names: Vec<_> = table.names().collect();
        assert!(names.starts_with(&["id", "uuid", "host"]), "{names:?}");
        assert!(!names.contains(&"compute_node"));
        assert!(!names.contains(&"availability_zone"));
        assert_eq!(table.position("host"), 2);
    }
}
