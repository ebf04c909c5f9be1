//! The one way in which a saved object becomes an `UPDATE`: what changed, if what is
//! stored is as the caller expects and as the fields' own rules want it.

use std::borrow::Cow;

use chrono::{NaiveDateTime, TimeDelta, Timelike as _};
use sea_query::{Cond, Condition, Expr, ExprTrait as _, Query, SelectStatement, UpdateStatement};
use versionedobjects::{Error as ModelError, Expect, Shape, Term, Transition, Value, ValueError};

use super::{Column, Kind, Table};
use crate::changes::{Changes, soft_delete};
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::execute::Execute;
use crate::row::SqlValue;

/// How often an update that missed its row for no visible reason is tried again.
const RETRIES: u32 = 5;

/// A column and what must be stored in it.
#[derive(Debug)]
struct Guard<'t> {
    column: &'t Column,
    term: Cow<'t, Term>,
}

impl Table {
    /// Writes `changes` to the row that `key` selects and tells how many rows there were:
    /// none if there is no such row. One statement compares what is stored with `expect`
    /// and writes, or only compares where nothing changed.
    ///
    /// Fields that are state machines are compared too: a state is only written over one
    /// that it may follow, whatever the object at hand had before.
    ///
    /// # Errors
    ///
    /// [`Error::Model`] with a conflict when the row is not as it has to be, and when
    /// something is expected of a field that is no column. Else those of the statements.
    pub(crate) async fn update(
        &self,
        db: &impl Execute,
        query: &'static str,
        changes: Changes,
        now: NaiveDateTime,
        key: Condition,
        expect: &Expect,
    ) -> Result<u64> {
        let mut guards = self.expected(expect)?;
        guards.extend(self.transitions(&changes));
        if changes.is_empty() && guards.is_empty() {
            return Ok(1);
        }
        let statement = if changes.is_empty() {
            // Matches the row and takes its lock, and leaves it as it is.
            Query::update()
                .table(self.name)
                .value("id", Expr::col("id"))
                .take()
        } else {
            changes.update(self.name, now)
        };
        self.compare(db, query, statement, key, &guards).await
    }

    /// Marks the row that `key` selects as deleted, as [`soft_delete`] does it, if it is as
    /// expected; otherwise as [`update`](Self::update).
    ///
    /// # Errors
    ///
    /// As there.
    pub(crate) async fn soft_delete(
        &self,
        db: &impl Execute,
        query: &'static str,
        now: NaiveDateTime,
        key: Condition,
        expect: &Expect,
    ) -> Result<u64> {
        let guards = self.expected(expect)?;
        self.compare(db, query, soft_delete(self.name, now), key, &guards)
            .await
    }

    /// Executes the statement on the row that `key` selects if `guards` admit it.
    async fn compare(
        &self,
        db: &impl Execute,
        query: &'static str,
        mut statement: UpdateStatement,
        key: Condition,
        guards: &[Guard<'_>],
    ) -> Result<u64> {
        statement.cond_where(key.clone());
        for guard in guards {
            statement.cond_where(guard.condition(self.name, db.dialect()));
        }
        for _ in 0..=RETRIES {
            let matched = db.execute(query, &statement).await?;
            if matched > 0 || guards.is_empty() {
                return Ok(matched);
            }
            let select = self.seen(db.dialect(), key.clone(), guards);
            let Some(row) = db.fetch_optional(query, &select).await? else {
                return Ok(0);
            };
            let mut differences = Vec::new();
            for (at, guard) in guards.iter().enumerate() {
                let found = guard.column.kind.read(&row, at)?;
                if !guard.admits(&found) {
                    differences.push(guard.term.difference(&found));
                }
            }
            if !differences.is_empty() {
                return Err(self.conflict(differences));
            }
        }
        Err(self.conflict(Vec::new()))
    }

    fn conflict(&self, differences: Vec<versionedobjects::Difference>) -> Error {
        Error::from(ModelError::Conflict {
            object: (self.class)().name.to_owned(),
            differences,
        })
    }

    /// What the caller expects, each value as the field would hold it.
    fn expected(&self, expect: &Expect) -> Result<Vec<Guard<'_>>> {
        let terms = expect.terms().iter();
        terms
            .map(|term| {
                let class = (self.class)();
                let column = self.columns().iter().find(|own| own.field.name == term.field);
                let column = column.ok_or_else(|| match class.fields.iter().find(|field| field.name == term.field) {
                    None => ModelError::UnknownField {
                        object: class.name,
                        field: term.field.clone(),
                    },
                    Some(field) => ModelError::Value {
                        object: class.name,
                        field: field.name,
                        cause: ValueError::new(format!(
                            "{}.{} is stored in a form that cannot be compared; expect something of another field",
                            class.name, term.field
                        )),
                    },
                })?;
                let values = term.values.iter().map(|value| self.as_stored(column, value));
                let values = values.collect::<Result<_>>()?;
                let term = Term { values, ..term.clone() };
                Ok(Guard { column, term: Cow::Owned(term) })
            })
            .collect()
    }

    fn as_stored(&self, column: &Column, value: &Value) -> Result<Value> {
        // What a column holds may be null where the field may not.
        if matches!(value, Value::Null) {
            return Ok(Value::Null);
        }
        let class = (self.class)();
        let mut scratch = (class.new)();
        let slot = scratch.slot_mut(column.index);
        slot.assign(value.clone(), column.field, Transition::Restored)
            .map_err(|cause| ModelError::Value {
                object: class.name,
                field: column.field.name,
                cause,
            })?;
        Ok(slot.value().unwrap_or(Value::Null))
    }

    /// The states that may be followed by those that are to be written. A field without a
    /// state may take any.
    fn transitions(&self, changes: &Changes) -> Vec<Guard<'_>> {
        let columns = self.columns().iter();
        columns
            .filter_map(|column| {
                let Shape::StateMachine { transitions, .. } = column.field.ty.shape else {
                    return None;
                };
                let SqlValue::String(Some(state)) = changes.get(column.field.name)? else {
                    return None;
                };
                let before = transitions
                    .iter()
                    .filter(|(_, after)| after.contains(&state.as_str()));
                let mut values: Vec<Value> = before.map(|(name, _)| (*name).into()).collect();
                values.push(Value::Null);
                let term = Term {
                    field: column.field.name.to_owned(),
                    negated: false,
                    values,
                };
                Some(Guard {
                    column,
                    term: Cow::Owned(term),
                })
            })
            .collect()
    }

    /// The guarded columns as the next statement would see them, which in a transaction
    /// may be others than were read before.
    fn seen(&self, dialect: Dialect, key: Condition, guards: &[Guard<'_>]) -> SelectStatement {
        let mut select = Query::select();
        for guard in guards {
            select.column((self.name, guard.column.field.name));
        }
        select.from(self.name).cond_where(key);
        if dialect != Dialect::Sqlite {
            select.lock_exclusive();
        }
        select
    }
}

impl Guard<'_> {
    /// The comparison in SQL; [`admits`](Self::admits) is the same here.
    fn condition(&self, table: &'static str, dialect: Dialect) -> Condition {
        let own = Expr::col((table, self.column.field.name));
        let values = &self.term.values;
        let nulls = values.iter().any(|value| matches!(value, Value::Null));
        let known: Vec<Expr> = values
            .iter()
            .filter(|value| !matches!(value, Value::Null))
            .map(|value| self.column.equals(own.clone(), value, dialect))
            .collect();
        let any = |known: Vec<Expr>| known.into_iter().fold(Cond::any(), Condition::add);
        match (self.term.negated, nulls) {
            // Nothing is one of no values.
            (false, false) if known.is_empty() => Cond::all().add(Expr::val(1).eq(0)),
            (false, false) => any(known),
            (false, true) => any(known).add(own.is_null()),
            (true, false) if known.is_empty() => Cond::all(),
            (true, false) => Cond::any().add(any(known).not()).add(own.is_null()),
            (true, true) if known.is_empty() => Cond::all().add(own.is_not_null()),
            (true, true) => Cond::all().add(any(known).not()).add(own.is_not_null()),
        }
    }

    fn admits(&self, found: &Value) -> bool {
        let mut values = self.term.values.iter();
        values.any(|value| same(value, found)) != self.term.negated
    }
}

impl Column {
    fn equals(&self, own: Expr, value: &Value, dialect: Dialect) -> Expr {
        match (self.kind, value) {
            // A number of the row in the tables with soft deletion.
            (Kind::Boolean, value) if matches!(self.field.name, "deleted" | "cleaned") => {
                match value.is_truthy() {
                    true => own.ne(0),
                    false => own.eq(0),
                }
            }
            (Kind::DateTime, Value::DateTime(time)) => {
                let (time, second) = (time.naive_utc(), second_of(time.naive_utc()));
                if time == second {
                    own.clone()
                        .gte(second)
                        .and(own.lt(second + TimeDelta::seconds(1)))
                } else {
                    own.is_in([time, second])
                }
            }
            // A float of MariaDB's has seven digits.
            (Kind::Double, Value::Float(number)) if dialect == Dialect::MySql => {
                let step = number.abs() * f64::from(f32::EPSILON);
                own.between(number - step, number + step)
            }
            // Its collation takes A for a and ignores spaces at the end.
            (Kind::Text, value) if dialect == Dialect::MySql => {
                own.cast_as("BINARY").eq(self.kind.write(value.clone()))
            }
            (kind, value) => own.eq(kind.write(value.clone())),
        }
    }
}

fn second_of(time: NaiveDateTime) -> NaiveDateTime {
    time.with_nanosecond(0).unwrap_or(time)
}

/// Whether a value is stored as another was expected.
fn same(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::DateTime(expected), Value::DateTime(found)) => {
            let (expected, found) = (expected.naive_utc(), found.naive_utc());
            let second = second_of(expected);
            expected == found
                || found == second
                || (expected == second && second_of(found) == second)
        }
        (Value::Float(expected), Value::Float(found)) => {
            (expected - found).abs() <= expected.abs() * f64::from(f32::EPSILON)
        }
        (expected, found) => expected == found,
    }
}

#[cfg(test)]
mod tests;
