//! Nova's databases: its schema on SQLite, MariaDB and PostgreSQL, and the store traits of
//! `nova-objects` implemented on them. The only crate with SQL.
//!
//! Reading order: [`connection`] (a database is a bounded pool, opened by URL), [`Execute`]
//! (what can be done with it), [`Row`] (what comes back), [`Transaction`], [`migration`] (the
//! schema), then the families under [`mod@self`], one file each.
//!
//! # Writing a family's queries
//!
//! A query is written once, with sea-query, for the three databases. It has a name,
//! `family.what`, which is the one in traces, errors, counts and SQL snapshots.
//!
//! ```
//! use nova_db::sea_query::{Expr, ExprTrait, Query};
//! use nova_db::{Database, Error, Execute, Prepared, Row, param};
//!
//! struct Service { id: i64, host: Option<String>, disabled: bool }
//!
//! // Text that never changes is built once and kept: a get costs what sqlx costs.
//! static BY_HOST: Prepared = Prepared::select(|| {
//!     Query::select()
//!         .columns(["id", "host", "disabled"])
//!         .from("services")
//!         .and_where(Expr::col("host").eq(param()))
//!         .and_where(Expr::col("deleted").eq(0))
//!         .take()
//! });
//!
//! // Cells are read by position, in the order of the statement's columns.
//! fn service(row: &Row) -> Result<Service, Error> {
//!     Ok(Service { id: row.get(0)?, host: row.get(1)?, disabled: row.get(2)? })
//! }
//!
//! // `impl Execute`: on a database, in a session or within a transaction.
//! async fn by_host(db: &impl Execute, host: &str) -> Result<Option<Service>, Error> {
//!     let row = db.fetch_optional("service.get_by_host", BY_HOST.bind([host.into()])).await?;
//!     row.as_ref().map(service).transpose()
//! }
//!
//! // What depends on its arguments is built when called.
//! async fn disable(db: &impl Execute, hosts: &[&str]) -> Result<u64, Error> {
//!     let update = Query::update()
//!         .table("services")
//!         .value("disabled", true)
//!         .and_where(Expr::col("host").is_in(hosts.iter().copied()))
//!         .take();
//!     db.execute("service.disable", &update).await
//! }
//!
//! // A violated unique constraint has the same table and columns on the three databases.
//! async fn create(db: &impl Execute, host: &str) -> Result<i64, String> {
//!     let insert = Query::insert()
//!         .into_table("services")
//!         .columns(["host", "binary", "deleted"])
//!         .values_panic([host.into(), "nova-compute".into(), 0.into()])
//!         .take();
//!     db.insert_returning_id("service.create", &insert).await.map_err(|error| {
//!         match error.unique_violation() {
//!             Some(v) if v.is_on("services", &["host", "binary", "deleted"]) => {
//!                 format!("service with host {host} binary nova-compute exists.")
//!             }
//!             _ => error.to_string(),
//!         }
//!     })
//! }
//!
//! // A transaction is repeated after a deadlock; the closure borrows what it needs.
//! async fn replace(db: &Database, host: &str) -> Result<(), Error> {
//!     db.transaction("service.replace", |tx| async move {
//!         if let Some(old) = by_host(&tx, host).await? {
//!             let delete = Query::delete()
//!                 .from_table("services")
//!                 .and_where(Expr::col("id").eq(old.id))
//!                 .take();
//!             tx.execute("service.delete", &delete).await?;
//!         }
//!         Ok(())
//!     })
//!     .await
//! }
//! ```
//!
//! What to know besides:
//!
//! - Bind a null with its type: `Option::<i64>::None.into()`, never a text's null for a
//!   number. PostgreSQL settles a parameter's type when it first sees the text.
//! - An enumerated column (`key_pairs.type`) takes text like any other.
//! - `execute` tells how many rows the condition matched, on MariaDB too, so that an update
//!   with its expectation in the condition is a compare-and-swap.
//! - `SUM` of integers reads as `i64`; write times with [`SqlValue`]'s naive UTC.
//! - A call that is several statements and no transaction executes them in a [`Session`]: one
//!   connection, taken and given back once.
//! - Where an error is expected within a transaction and it goes on, use
//!   [`Transaction::nested`].
//! - [`Changes`] collects columns to insert or update and sets `created_at` and
//!   `updated_at`; [`soft_delete`] marks rows as deleted; [`ReadDeleted`] filters them;
//!   [`paginate`] sorts and pages.
//! - Keep the text of each query in `tests/sql/` with the crate's `snapshot::assert_sql`.
//! - Count what a call costs in tests with [`statements_of`].

mod api_db;
pub mod changes;
pub mod connection;
mod count;
mod dialect;
mod driver;
mod error;
mod exception;
mod execute;
mod failure;
mod main_db;
pub mod migration;
mod outcomes;
pub mod paginate;
mod read_deleted;
mod request;
mod row;
mod session;
mod settings;
#[cfg(test)]
mod snapshot;
mod statement;
mod store;
mod table;
mod transaction;
mod unit;
mod views;
mod violation;

pub use changes::{Changes, now, soft_delete};
pub use connection::{Database, NovaDb, Options, Schema, UniqueNames, Url};
pub use count::statements_of;
pub use dialect::Dialect;
pub use error::{Error, Result, Target};
pub use execute::Execute;
pub use failure::Failure;
pub use outcomes::{Kept, Known, RequestName};
pub use read_deleted::ReadDeleted;
pub use row::{Cell, ColumnRef, FromCell, Row, SqlValue};
pub use sea_query;
pub use session::Session;
pub use settings::Settings;
pub use statement::{Bound, Prepared, Rendered, Statement, param};
pub use transaction::Transaction;
pub use unit::UnitOfWork;
pub use violation::UniqueViolation;
