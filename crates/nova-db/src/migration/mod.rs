//! temporary
#![allow(missing_docs)]
/// m
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub enum MigrationError {}
impl MigrationError {
    pub fn hint(&self) -> Option<String> {
        None
    }
}
#[derive(Debug)]
pub struct Progress;
pub(crate) struct UniqueConstraint {
    pub name: Option<String>,
    pub table: String,
    pub columns: Vec<String>,
}
pub(crate) fn unique_constraints() -> &'static [UniqueConstraint] {
    &[]
}
impl crate::Database {
    pub async fn sync(&self, _p: &(dyn Fn(Progress) + Sync)) -> crate::Result<()> {
        Ok(())
    }
}
