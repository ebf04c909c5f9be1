//! Tags of instances.

use nova_objects::{
    Context, NovaException, RequestContext, Result, Tag, TagList, TagListStore, TagStore,
};
use sea_query::{
    DeleteStatement, Expr, ExprTrait as _, InsertStatement, Order, Query, SelectStatement,
};
use versionedobjects::{Object as _, ObjectExt as _, async_trait};

use super::relation::among;
use crate::connection::NovaDb;
use crate::execute::Execute;
use crate::request::request;
use crate::statement::{Prepared, param};
use crate::table::Table;

/// Tags are removed, not marked as deleted.
static TAGS: Table = Table::new("tags", Tag::class_def, &[]);

static BY_RESOURCE: Prepared = Prepared::select(|| {
    TAGS.select()
        .and_where(col("resource_id").eq(param()))
        .order_by(("tags", "tag"), Order::Asc)
        .take()
});

static ONE: Prepared = Prepared::select(|| {
    TAGS.select()
        .and_where(col("resource_id").eq(param()))
        .and_where(col("tag").eq(param()))
        .take()
});

static INSTANCE: Prepared = Prepared::select(instance);

static INSTANCE_OF_PROJECT: Prepared = Prepared::select(|| {
    instance()
        .and_where(Expr::col("project_id").eq(param()))
        .take()
});

fn col(name: &'static str) -> Expr {
    Expr::col(("tags", name))
}

fn instance() -> SelectStatement {
    Query::select()
        .column("id")
        .from("instances")
        .and_where(Expr::col("deleted").eq(0))
        .and_where(Expr::col("uuid").eq(param()))
        .take()
}

/// Refuses instances that are not there, or not the user's (nova `db/main/api.py`,
/// `_check_instance_exists_in_project`).
async fn check_instance(db: &impl Execute, request: &RequestContext, uuid: &str) -> Result<()> {
    let statement = match &request.project_id {
        Some(project) if request.is_user() => {
            INSTANCE_OF_PROJECT.bind([uuid.into(), project.as_str().into()])
        }
        _ => INSTANCE.bind([uuid.into()]),
    };
    match db.fetch_optional("tag.instance", statement).await? {
        Some(_) => Ok(()),
        None => {
            let instance_id = uuid.into();
            Err(NovaException::InstanceNotFound { instance_id }.into())
        }
    }
}

async fn tags_of(db: &impl Execute, uuid: &str) -> Result<TagList> {
    let statement = BY_RESOURCE.bind([uuid.into()]);
    let rows = db.fetch_all("tag.get_by_resource", statement).await?;
    rows.iter().map(|row| TAGS.load(row)).collect()
}

fn insert(uuid: &str, tags: &[&str]) -> InsertStatement {
    let mut insert = Query::insert()
        .into_table("tags")
        .columns(["resource_id", "tag"])
        .take();
    for tag in tags {
        insert.values_panic([uuid.into(), (*tag).into()]);
    }
    insert
}

fn delete(uuid: &str, tags: Option<&[&str]>) -> DeleteStatement {
    let mut delete = Query::delete()
        .from_table("tags")
        .and_where(col("resource_id").eq(uuid))
        .take();
    if let Some(tags) = tags {
        delete.and_where(among(col("tag"), tags));
    }
    delete
}

#[async_trait]
impl TagStore for NovaDb {
    async fn create(&self, ctx: &Context, tag: &mut Tag) -> Result<()> {
        let (uuid, name) = (tag.resource_id()?, tag.tag()?);
        let db = self.main.session();
        check_instance(&db, request(ctx), uuid).await?;
        match db.execute("tag.create", &insert(uuid, &[name])).await {
            Err(error) if error.unique_violation().is_none() => return Err(error.into()),
            // It has the tag, which is what was wanted.
            Err(_) | Ok(_) => {}
        }
        tag.reset_changes();
        Ok(())
    }

    async fn destroy(&self, ctx: &Context, resource_id: String, name: String) -> Result<()> {
        let db = self.main.session();
        check_instance(&db, request(ctx), &resource_id).await?;
        let delete = delete(&resource_id, Some(&[&name]));
        match db.execute("tag.delete", &delete).await? {
            0 => Err(NovaException::InstanceTagNotFound {
                instance_id: resource_id.into(),
                tag: name,
            }
            .into()),
            _ => Ok(()),
        }
    }

    async fn exists(&self, ctx: &Context, resource_id: String, name: String) -> Result<bool> {
        let db = self.main.session();
        check_instance(&db, request(ctx), &resource_id).await?;
        let statement = ONE.bind([resource_id.into(), name.into()]);
        let found = db.fetch_optional("tag.exists", statement).await?;
        Ok(found.is_some())
    }
}

#[async_trait]
impl TagListStore for NovaDb {
    async fn get_by_resource_id(&self, ctx: &Context, resource_id: String) -> Result<TagList> {
        let db = self.main.session();
        check_instance(&db, request(ctx), &resource_id).await?;
        tags_of(&db, &resource_id).await
    }

    async fn create(
        &self,
        ctx: &Context,
        resource_id: String,
        tags: Vec<String>,
    ) -> Result<TagList> {
        let (request, uuid, wanted) = (request(ctx), resource_id.as_str(), &tags);
        self.main
            .transaction("tag.replace", |tx| async move {
                check_instance(&tx, request, uuid).await?;
                let present = tags_of(&tx, uuid).await?;
                let mut old: Vec<&str> = Vec::new();
                for tag in &present {
                    old.push(tag.tag()?);
                }
                let mut new: Vec<&str> = Vec::new();
                for tag in wanted {
                    if !old.contains(&tag.as_str()) && !new.contains(&tag.as_str()) {
                        new.push(tag);
                    }
                }
                old.retain(|tag| !wanted.iter().any(|wanted| wanted == tag));
                if !old.is_empty() {
                    tx.execute("tag.delete", &delete(uuid, Some(&old))).await?;
                }
                if !new.is_empty() {
                    tx.execute("tag.create", &insert(uuid, &new)).await?;
                }
                tags_of(&tx, uuid).await
            })
            .await
    }

    async fn destroy(&self, ctx: &Context, resource_id: String) -> Result<()> {
        let db = self.main.session();
        check_instance(&db, request(ctx), &resource_id).await?;
        db.execute("tag.delete_all", &delete(&resource_id, None))
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn tags_belong_to_instances() {
        assert_sql("tag.get_by_resource", BY_RESOURCE.bind(["u".into()]));
        assert_sql("tag.exists", ONE.bind(["u".into(), "web".into()]));
        assert_sql(
            "tag.instance",
            INSTANCE_OF_PROJECT.bind(["u".into(), "p".into()]),
        );
        assert_sql("tag.create", &insert("u", &["web", "db"]));
        assert_sql("tag.delete", &delete("u", Some(&["web"])));
        assert_sql("tag.delete_all", &delete("u", None));
    }
}
