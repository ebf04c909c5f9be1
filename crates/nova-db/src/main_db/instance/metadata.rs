//! Metadata of instances: rows of keys and values, written by difference.

use chrono::NaiveDateTime;
use nova_objects::{RequestContext, Result};
use sea_query::{Expr, ExprTrait as _, Order, Query};
use versionedobjects::fields::Dict;

use crate::changes::{now, soft_delete};
use crate::execute::Execute;
use crate::request::require_context;
use crate::statement::{Prepared, param};

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A user's; what is removed stays as deleted.
    User,
    /// Nova's own; what is removed is gone, because deleted rows are read too.
    System,
}

impl Kind {
    fn table(self) -> &'static str {
        match self {
            Self::User => "instance_metadata",
            Self::System => "instance_system_metadata",
        }
    }

    /// The names of the statements that read, insert, update and delete.
    fn queries(self) -> [&'static str; 4] {
        match self {
            Self::User => [
                "instance.metadata",
                "instance_metadata.create",
                "instance_metadata.update",
                "instance_metadata.delete",
            ],
            Self::System => [
                "instance.system_metadata",
                "instance_system_metadata.create",
                "instance_system_metadata.update",
                "instance_system_metadata.delete",
            ],
        }
    }

    fn rows(self) -> &'static Prepared {
        match self {
            Self::User => &USER_ROWS,
            Self::System => &SYSTEM_ROWS,
        }
    }
}

static USER_ROWS: Prepared = Prepared::select(|| {
    Query::select()
        .columns(["id", "key", "value"])
        .from("instance_metadata")
        .and_where(Expr::col("instance_uuid").eq(param()))
        .and_where(Expr::col("deleted").eq(0))
        .order_by("id", Order::Asc)
        .take()
});

static SYSTEM_ROWS: Prepared = Prepared::select(|| {
    Query::select()
        .columns(["id", "key", "value"])
        .from("instance_system_metadata")
        .and_where(Expr::col("instance_uuid").eq(param()))
        .order_by("id", Order::Asc)
        .take()
});

/// Metadata as it is kept.
pub(super) type Metadata = Dict<Option<String>>;

/// Inserts these pairs in one statement.
pub(super) async fn insert<'p>(
    db: &impl Execute,
    kind: Kind,
    uuid: &str,
    pairs: impl IntoIterator<Item = (&'p str, Option<&'p str>)>,
    now: NaiveDateTime,
) -> Result<()> {
    let mut insert = Query::insert()
        .into_table(kind.table())
        .columns(["created_at", "deleted", "instance_uuid", "key", "value"])
        .take();
    let mut any = false;
    for (key, value) in pairs {
        any = true;
        insert.values_panic([
            now.into(),
            0.into(),
            uuid.into(),
            key.into(),
            value.map(str::to_owned).into(),
        ]);
    }
    if any {
        let [_, query, ..] = kind.queries();
        db.execute(query, &insert).await?;
    }
    Ok(())
}

/// Makes the metadata of an instance what is `wanted` (nova `db/main/api.py`,
/// `_instance_metadata_update_in_place`).
pub(super) async fn replace(
    db: &impl Execute,
    kind: Kind,
    uuid: &str,
    mut wanted: Metadata,
) -> Result<()> {
    let [read, _, change, delete] = kind.queries();
    let now = now();
    let mut condemned: Vec<i64> = Vec::new();
    for row in db.fetch_all(read, kind.rows().bind([uuid.into()])).await? {
        let id: i64 = row.get(0)?;
        let key: Option<&str> = row.get(1)?;
        match wanted.shift_remove(key.unwrap_or_default()) {
            None => condemned.push(id),
            Some(value) if row.get::<Option<&str>>(2)? == value.as_deref() => {}
            Some(value) => {
                let update = Query::update()
                    .table(kind.table())
                    .value("value", value)
                    .value("updated_at", now)
                    .and_where(Expr::col("id").eq(id))
                    .take();
                db.execute(change, &update).await?;
            }
        }
    }
    if !condemned.is_empty() {
        let these = Expr::col("id").is_in(condemned);
        match kind {
            Kind::User => {
                let mut update = soft_delete(kind.table(), now);
                update.value("updated_at", now).and_where(these);
                db.execute(delete, &update).await?;
            }
            Kind::System => {
                let statement = Query::delete()
                    .from_table(kind.table())
                    .and_where(these)
                    .take();
                db.execute(delete, &statement).await?;
            }
        }
    }
    let rest = wanted
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_deref()));
    insert(db, kind, uuid, rest, now).await
}

/// Deletes one key of a user's metadata, if it is there.
pub(super) async fn delete_key(
    db: &impl Execute,
    request: &RequestContext,
    uuid: &str,
    key: &str,
) -> Result<()> {
    require_context(request)?;
    let delete = soft_delete("instance_metadata", now())
        .and_where(Expr::col("instance_uuid").eq(uuid))
        .and_where(Expr::col("key").eq(key))
        .and_where(Expr::col("deleted").eq(0))
        .take();
    db.execute("instance_metadata.delete", &delete).await?;
    Ok(())
}
