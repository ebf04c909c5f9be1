//! The lowest version among the services of a binary.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nova_objects::{NovaException, Result, Service};
use sea_query::{Expr, ExprTrait as _, Func, Query, SelectStatement};
use versionedobjects::ObjectExt as _;

use super::relation::among;
use crate::connection::NovaDb;
use crate::execute::Execute as _;

/// What is remembered of the lowest versions, by binary; nothing unless it was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct MinimumVersions {
    known: Arc<Mutex<Option<BTreeMap<String, i64>>>>,
}

impl MinimumVersions {
    fn lock(&self) -> MutexGuard<'_, Option<BTreeMap<String, i64>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lowest version, if it is known for all of these binaries.
    fn lowest(&self, binaries: &[&str]) -> Option<i64> {
        let known = self.lock();
        let known = known.as_ref()?;
        let versions = binaries.iter().map(|binary| known.get(*binary).copied());
        let versions = versions.collect::<Option<Vec<_>>>()?;
        Some(versions.into_iter().min().unwrap_or(0))
    }

    fn learn(&self, versions: &BTreeMap<String, i64>) {
        if let Some(known) = self.lock().as_mut() {
            known.extend(
                versions
                    .iter()
                    .map(|(binary, version)| (binary.clone(), *version)),
            );
        }
    }
}

impl NovaDb {
    /// Remembers the lowest service version of each binary from now on, as Nova's
    /// conductor, scheduler and compute do (`Service.enable_min_version_cache`): a save
    /// of a service then costs no query for it.
    pub fn remember_minimum_versions(&self) {
        *self.minimum_versions.lock() = Some(BTreeMap::new());
    }

    /// Forgets what [`remember_minimum_versions`](Self::remember_minimum_versions) has
    /// learnt, for when services were upgraded (`Service.clear_min_version_cache`).
    pub fn forget_minimum_versions(&self) {
        if let Some(known) = self.minimum_versions.lock().as_mut() {
            known.clear();
        }
    }

    /// The lowest version of the services of these binaries that are not forced down; 0
    /// when there are none.
    pub(super) async fn minimum_version(&self, binaries: &[&str], use_slave: bool) -> Result<i64> {
        if !binaries.iter().all(|binary| binary.starts_with("nova-")) {
            tracing::warn!(
                ?binaries,
                "minimum version asked for names that are no binaries"
            );
            return Err(nova_objects::Error::action(
                "get_minimum_version",
                "Invalid binary prefix",
            ));
        }
        if let Some(version) = self.minimum_versions.lowest(binaries) {
            return Ok(version);
        }
        let rows = self
            .reader(use_slave)
            .fetch_all("service.minimum_version", by_binary(binaries))
            .await?;
        let mut versions = BTreeMap::new();
        for row in rows {
            versions.insert(row.get(0)?, row.get::<Option<i64>>(1)?.unwrap_or(0));
        }
        self.minimum_versions.learn(&versions);
        Ok(versions.into_values().min().unwrap_or(0))
    }

    /// Refuses a service older than all others of its binary (nova `objects/service.py`,
    /// `_check_minimum_version`).
    pub(super) async fn refuse_older(&self, service: &Service) -> Result<()> {
        if !service.is_set("version") || !service.is_set("binary") {
            return Ok(());
        }
        let thisver = service.version()?;
        let minver = self
            .minimum_version(&[service.binary()?.unwrap_or_default()], false)
            .await?;
        if minver > thisver {
            return Err(NovaException::ServiceTooOld { thisver, minver }.into());
        }
        Ok(())
    }
}

fn by_binary(binaries: &[&str]) -> SelectStatement {
    Query::select()
        .column("binary")
        .expr(Func::min(Expr::col("version")))
        .from("services")
        .and_where(among(Expr::col("binary"), binaries))
        .and_where(Expr::col("deleted").eq(0))
        .and_where(Expr::col("forced_down").eq(false))
        .group_by_col("binary")
        .take()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn versions_are_grouped_by_binary() {
        assert_sql(
            "service.minimum_version",
            &by_binary(&["nova-compute", "nova-conductor"]),
        );
    }

    #[test]
    fn nothing_is_remembered_unless_asked_for() {
        let versions = MinimumVersions::default();
        let learnt = BTreeMap::from([("nova-compute".to_owned(), 70)]);
        versions.learn(&learnt);
        assert_eq!(versions.lowest(&["nova-compute"]), None);
        *versions.lock() = Some(BTreeMap::new());
        versions.learn(&learnt);
        assert_eq!(versions.lowest(&["nova-compute"]), Some(70));
        assert_eq!(versions.lowest(&["nova-compute", "nova-api"]), None);
    }
}
