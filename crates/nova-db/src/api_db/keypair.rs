//! Key pairs.

use nova_objects::{
    Context, KeyPair, KeyPairList, KeyPairListStore, KeyPairStore, NovaException, Result,
};
use sea_query::{DeleteStatement, Expr, ExprTrait as _, Query, SelectStatement};
use versionedobjects::{Object as _, ObjectExt as _, Value, async_trait};

use crate::changes::now;
use crate::connection::NovaDb;
use crate::execute::Execute as _;
use crate::paginate::{Direction, Page, SortKey};
use crate::row::Row;
use crate::statement::{Prepared, param};
use crate::table::Table;

/// The global database deletes for good.
static KEY_PAIRS: Table = Table::new("key_pairs", KeyPair::class_def, &["deleted", "deleted_at"]);

static BY_NAME: Prepared = Prepared::select(|| {
    KEY_PAIRS
        .select()
        .and_where(col("user_id").eq(param()))
        .and_where(col("name").eq(param()))
        .take()
});

static COUNT: Prepared = Prepared::select(|| {
    Query::select()
        .expr(Expr::col("id").count())
        .from("key_pairs")
        .and_where(col("user_id").eq(param()))
        .take()
});

fn col(name: &'static str) -> Expr {
    Expr::col(("key_pairs", name))
}

fn not_found(user_id: &str, name: &str) -> nova_objects::Error {
    NovaException::KeypairNotFound {
        user_id: user_id.into(),
        name: name.to_owned(),
    }
    .into()
}

fn load(row: &Row) -> Result<KeyPair> {
    let mut keypair: KeyPair = KEY_PAIRS.load(row)?;
    not_deleted(&mut keypair)?;
    Ok(keypair)
}

fn not_deleted(keypair: &mut KeyPair) -> Result<()> {
    keypair.load("deleted", false)?;
    keypair.load("deleted_at", Value::Null)?;
    Ok(())
}

/// A user's key pairs after the one named `marker`.
fn page(user_id: &str, marker: Option<&str>, limit: Option<i64>) -> SelectStatement {
    let mut select = KEY_PAIRS.select();
    select.and_where(col("user_id").eq(user_id));
    let by_name = [SortKey {
        column: "name".to_owned(),
        direction: Direction::Asc,
        nulls: None,
    }];
    let marker = marker.map(|name| [Some(name.into())]);
    Page {
        sort: &by_name,
        marker: marker.as_ref().map(|marker| marker.as_slice()),
        limit: limit.and_then(|limit| u64::try_from(limit).ok()),
    }
    .apply(&mut select, "key_pairs");
    select
}

fn delete(user_id: &str, name: &str) -> DeleteStatement {
    Query::delete()
        .from_table("key_pairs")
        .and_where(col("user_id").eq(user_id))
        .and_where(col("name").eq(name))
        .take()
}

impl NovaDb {
    async fn keypair(&self, user_id: &str, name: &str) -> Result<Option<KeyPair>> {
        let statement = BY_NAME.bind([user_id.into(), name.into()]);
        let row = self
            .api
            .fetch_optional("keypair.get_by_name", statement)
            .await?;
        row.as_ref().map(load).transpose()
    }

    async fn delete_keypair(&self, user_id: &str, name: &str) -> Result<()> {
        let deleted = self
            .api
            .execute("keypair.delete", &delete(user_id, name))
            .await?;
        match deleted {
            0 => Err(not_found(user_id, name)),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl KeyPairStore for NovaDb {
    async fn get_by_name(
        &self,
        _: &Context,
        user_id: String,
        name: String,
        localonly: bool,
    ) -> Result<KeyPair> {
        // A cell has none of its own any more.
        let found = match localonly {
            true => None,
            false => self.keypair(&user_id, &name).await?,
        };
        found.ok_or_else(|| not_found(&user_id, &name))
    }

    async fn destroy_by_name(&self, _: &Context, user_id: String, name: String) -> Result<()> {
        self.delete_keypair(&user_id, &name).await
    }

    async fn create(&self, _: &Context, keypair: &mut KeyPair) -> Result<()> {
        if keypair.is_set("id") {
            return Err(nova_objects::Error::action("create", "already created"));
        }
        let defaults = [("type", "ssh".into())];
        let now = now();
        let insert = KEY_PAIRS
            .insertion(keypair, &defaults)
            .insert("key_pairs", now);
        let inserted = self
            .api
            .insert_returning_id("keypair.create", &insert)
            .await;
        let id = match inserted {
            Ok(id) => id,
            Err(error) if error.unique_violation().is_some() => {
                let key_name = keypair.name()?.to_owned();
                return Err(NovaException::KeyPairExists { key_name }.into());
            }
            Err(error) => return Err(error.into()),
        };
        KEY_PAIRS.inserted(keypair, &defaults, id, now)?;
        not_deleted(keypair)?;
        keypair.reset_changes();
        Ok(())
    }

    async fn destroy(&self, _: &Context, keypair: &mut KeyPair) -> Result<()> {
        let user_id = keypair.user_id()?.unwrap_or_default();
        self.delete_keypair(user_id, keypair.name()?).await
    }
}

#[async_trait]
impl KeyPairListStore for NovaDb {
    async fn get_by_user(
        &self,
        _: &Context,
        user_id: String,
        limit: Option<i64>,
        marker: Option<String>,
    ) -> Result<KeyPairList> {
        // The name as it is kept, which a database may compare without regard to case.
        let after = match marker {
            None => None,
            Some(marker) => match self.keypair(&user_id, &marker).await? {
                Some(found) => Some(found.name()?.to_owned()),
                None => {
                    let marker = marker.into();
                    return Err(NovaException::MarkerNotFound { marker }.into());
                }
            },
        };
        let page = page(&user_id, after.as_deref(), limit);
        let rows = self.api.fetch_all("keypair.get_by_user", &page).await?;
        rows.iter().map(load).collect()
    }

    async fn get_count_by_user(&self, _: &Context, user_id: String) -> Result<i64> {
        let statement = COUNT.bind([user_id.into()]);
        let row = self.api.fetch_one("keypair.count", statement).await?;
        Ok(row.get(0)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn keypairs_are_found_by_user() {
        assert_sql(
            "keypair.get_by_name",
            BY_NAME.bind(["u".into(), "laptop".into()]),
        );
        assert_sql("keypair.get_by_user", &page("u", Some("laptop"), Some(2)));
        assert_sql("keypair.get_by_user.all", &page("u", None, None));
        assert_sql("keypair.count", COUNT.bind(["u".into()]));
        assert_sql("keypair.delete", &delete("u", "laptop"));
    }
}
