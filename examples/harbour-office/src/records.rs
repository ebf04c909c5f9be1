//! The harbour's records in SQLite: the only code with SQL.

use harbour::{Error, Result, Ship, Visit, VisitList, VisitListStore, VisitState, VisitStore};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqliteRow};
use versionedobjects::prelude::*;

/// The records. A store is whatever implements the traits of the contract.
#[derive(Debug, Clone)]
pub(crate) struct Records(SqlitePool);

impl Records {
    /// Opens the file and creates it if it is not there.
    pub(crate) async fn open(path: &std::path::Path) -> sqlx::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await?;
        sqlx::query(
            "CREATE TABLE IF NOT EXISTS visits (
                id INTEGER PRIMARY KEY,
                ship TEXT NOT NULL, flag TEXT NOT NULL, length INTEGER,
                berth INTEGER NOT NULL, state TEXT NOT NULL, cargo TEXT, arrived_at TEXT NOT NULL)",
        )
        .execute(&pool)
        .await?;
        // One ship a berth, whatever is asked at the same moment.
        sqlx::query(
            "CREATE UNIQUE INDEX IF NOT EXISTS taken ON visits (berth) WHERE state != 'left'",
        )
        .execute(&pool)
        .await?;
        Ok(Self(pool))
    }

    async fn at_berth(&self, berth: i64) -> Result<String> {
        sqlx::query_scalar("SELECT ship FROM visits WHERE berth = ? AND state != 'left'")
            .bind(berth)
            .fetch_one(&self.0)
            .await
            .map_err(failed)
    }
}

#[async_trait]
impl VisitStore for Records {
    async fn create(&self, _: &Context, visit: &mut Visit, quarantine: bool) -> Result<()> {
        visit.set_defaults(&[])?;
        if quarantine {
            visit.set_state(VisitState::Quarantined);
        }
        visit.set_arrived_at(DateTime::now());
        let (ship, berth) = (visit.ship()?, visit.berth()?);
        let inserted = sqlx::query(
            "INSERT INTO visits (ship, flag, length, berth, state, cargo, arrived_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(ship.name()?)
        .bind(ship.flag()?)
        // A pilot of an older release says nothing about length and cargo.
        .bind(ship.length().unwrap_or_default())
        .bind(berth)
        .bind(visit.state()?.as_str())
        .bind(visit.cargo().unwrap_or_default())
        .bind(visit.arrived_at()?.to_string())
        .execute(&self.0)
        .await;
        match inserted {
            Ok(done) => visit.load("id", done.last_insert_rowid())?,
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                return Err(Error::BerthTaken {
                    berth,
                    ship: self.at_berth(berth).await?,
                });
            }
            Err(error) => return Err(failed(error)),
        }
        visit.reset_changes_recursively();
        Ok(())
    }

    async fn get(&self, _: &Context, id: i64) -> Result<Visit> {
        let row = sqlx::query("SELECT * FROM visits WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.0)
            .await
            .map_err(failed)?;
        read(&row.ok_or(Error::NoVisit { id })?)
    }

    async fn save(&self, _: &Context, visit: &mut Visit) -> Result<i64> {
        let id = visit.id()?;
        let changes = visit.changes();
        for field in &changes {
            let (statement, value) = match *field {
                "state" => (
                    "UPDATE visits SET state = ? WHERE id = ?",
                    Some(visit.state()?.as_str()),
                ),
                "cargo" => ("UPDATE visits SET cargo = ? WHERE id = ?", visit.cargo()?),
                _ => {
                    let reason = format!("the {field} of a visit does not change");
                    return Err(versionedobjects::Error::Action {
                        action: "save".into(),
                        reason,
                    }
                    .into());
                }
            };
            let done = sqlx::query(statement)
                .bind(value)
                .bind(id)
                .execute(&self.0)
                .await
                .map_err(failed)?;
            if done.rows_affected() == 0 {
                return Err(Error::NoVisit { id });
            }
        }
        visit.reset_changes();
        Ok(i64::try_from(changes.len()).unwrap_or(i64::MAX))
    }
}

#[async_trait]
impl VisitListStore for Records {
    async fn all(&self, _: &Context, state: Option<VisitState>) -> Result<VisitList> {
        let rows = sqlx::query("SELECT * FROM visits WHERE state = coalesce(?, state) ORDER BY id")
            .bind(state.map(VisitState::as_str))
            .fetch_all(&self.0)
            .await
            .map_err(failed)?;
        rows.iter().map(read).collect()
    }
}

/// A row as an object. It counts as unchanged.
fn read(row: &SqliteRow) -> Result<Visit> {
    let mut ship = Ship::new();
    ship.set_name(row.get::<String, _>("ship"));
    ship.set_flag(row.get::<String, _>("flag"));
    ship.set_length(row.get::<Option<i64>, _>("length"));
    let mut visit = Visit::new();
    visit.set_id(row.get::<i64, _>("id"))?;
    visit.set_ship(ship);
    visit.set_berth(row.get::<i64, _>("berth"));
    visit.set("state", row.get::<String, _>("state"))?;
    visit.set_cargo(row.get::<Option<String>, _>("cargo"));
    visit.set("arrived_at", row.get::<String, _>("arrived_at"))?;
    visit.reset_changes_recursively();
    Ok(visit)
}

fn failed(error: sqlx::Error) -> Error {
    Error::Records {
        reason: error.to_string(),
    }
}
