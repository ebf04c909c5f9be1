//! Actions on instances, and the events they consist of.

use chrono::NaiveDateTime;
use nova_objects::{
    BuiltinError, Context, InstanceAction, InstanceActionEvent, InstanceActionEventList,
    InstanceActionEventListStore, InstanceActionEventStore, InstanceActionList,
    InstanceActionListStore, InstanceActionStore, NovaException, RequestContext, Result,
};
use sea_query::{Expr, ExprTrait as _, Order};
use serde_json::Value as Json;
use versionedobjects::fields::{Dict, Uuid};
use versionedobjects::{DateTime, Object, ObjectExt as _, Value, async_trait};

use super::instance::{moment, truthy};
use super::relation::take_over;
use crate::changes::{Changes, now};
use crate::connection::NovaDb;
use crate::execute::Execute;
use crate::paginate::{Direction, Page, SortKey};
use crate::read_deleted::ReadDeleted;
use crate::request::request;
use crate::statement::param;
use crate::table::Table;
use crate::transaction::Transaction;
use crate::views::{Views, views};

static ACTIONS: Table = Table::new("instance_actions", InstanceAction::class_def, &[]);
static EVENTS: Table = Table::new(
    "instance_actions_events",
    InstanceActionEvent::class_def,
    &[],
);

static BY_REQUEST: Views = views!(ACTIONS, |select| select
    .and_where(Expr::col(("instance_actions", "instance_uuid")).eq(param()))
    .and_where(Expr::col(("instance_actions", "request_id")).eq(param()))
    .order_by(("instance_actions", "created_at"), Order::Desc)
    .order_by(("instance_actions", "id"), Order::Desc)
    .limit(1));
static LAST: Views = views!(ACTIONS, |select| select
    .and_where(Expr::col(("instance_actions", "instance_uuid")).eq(param()))
    .order_by(("instance_actions", "created_at"), Order::Desc)
    .order_by(("instance_actions", "id"), Order::Desc)
    .limit(1));
static EVENT_BY_NAME: Views = views!(EVENTS, |select| select
    .and_where(Expr::col(("instance_actions_events", "action_id")).eq(param()))
    .and_where(Expr::col(("instance_actions_events", "event")).eq(param()))
    .order_by(("instance_actions_events", "id"), Order::Asc)
    .limit(1));
static EVENT_BY_ID: Views = views!(EVENTS, |select| select
    .and_where(Expr::col(("instance_actions_events", "action_id")).eq(param()))
    .and_where(Expr::col(("instance_actions_events", "id")).eq(param())));
static EVENTS_OF_ACTION: Views = views!(EVENTS, |select| select
    .and_where(Expr::col(("instance_actions_events", "action_id")).eq(param()))
    .order_by(("instance_actions_events", "created_at"), Order::Desc)
    .order_by(("instance_actions_events", "id"), Order::Desc));

async fn by_request(
    db: &impl Execute,
    view: ReadDeleted,
    uuid: &str,
    request_id: &str,
) -> Result<Option<InstanceAction>> {
    let statement = BY_REQUEST.of(view).bind([uuid.into(), request_id.into()]);
    let row = db
        .fetch_optional("instance_action.get_by_request_id", statement)
        .await?;
    row.as_ref().map(|row| ACTIONS.load(row)).transpose()
}

fn missing(uuid: &str, request_id: &str) -> nova_objects::Error {
    NovaException::InstanceActionNotFound {
        request_id: request_id.into(),
        instance_uuid: uuid.into(),
    }
    .into()
}

/// The action that an event belongs to: that of the request, and whether it is. A service
/// that has been started anew asks under another request than the one it goes on with;
/// to it the last action is given, which is not touched then.
async fn of_event(
    db: &impl Execute,
    request: &RequestContext,
    uuid: &str,
    request_id: &str,
) -> Result<(InstanceAction, bool)> {
    let view = ReadDeleted::from(request.read_deleted);
    if let Some(action) = by_request(db, view, uuid, request_id).await? {
        return Ok((action, true));
    }
    if request.project_id.is_none() {
        let statement = LAST.of(view).bind([uuid.into()]);
        let row = db
            .fetch_optional("instance_action.get_last", statement)
            .await?;
        if let Some(row) = row {
            return Ok((ACTIONS.load(&row)?, false));
        }
    }
    Err(missing(uuid, request_id))
}

/// Inserts a row with these columns and gives the object that it is.
async fn insert<T: Object>(
    db: &impl Execute,
    query: &'static str,
    table: &'static Table,
    changes: Changes,
    given: &T,
) -> Result<T> {
    let now = now();
    let insert = changes.insert_live(table.name(), now);
    let id = db.insert_returning_id(query, &insert).await?;
    let mut object = given.clone();
    table.inserted(&mut object, &[], id, now)?;
    object.reset_changes();
    Ok(object)
}

/// `deleted` is a number in tables.
fn deleted_as_number(object: &impl Object, changes: &mut Changes) -> Result<()> {
    if changes.contains("deleted") {
        changes.set("deleted", i64::from(object.get("deleted")?.is_truthy()));
    }
    Ok(())
}

impl NovaDb {
    /// Records the end of what the request did to the instance.
    async fn finish_action(
        &self,
        request: &RequestContext,
        uuid: &str,
        want_result: bool,
    ) -> Result<Option<InstanceAction>> {
        let request_id = request.request_id.as_str();
        self.main
            .transaction("instance_action.finish", |tx| async move {
                let view = ReadDeleted::from(request.read_deleted);
                let now = now();
                let mut changes = Changes::new();
                changes.set("finish_time", now).set("updated_at", now);
                let mut update = changes.update("instance_actions", now);
                update
                    .and_where(Expr::col("instance_uuid").eq(uuid))
                    .and_where(Expr::col("request_id").eq(request_id));
                if let Some(condition) = view.condition("instance_actions") {
                    update.and_where(condition);
                }
                if tx.execute("instance_action.finish", &update).await? != 1 {
                    return Err(missing(uuid, request_id));
                }
                if want_result {
                    by_request(&tx, view, uuid, request_id).await
                } else {
                    Ok(None)
                }
            })
            .await
    }
}

#[async_trait]
impl InstanceActionStore for NovaDb {
    async fn get_by_request_id(
        &self,
        ctx: &Context,
        instance_uuid: String,
        request_id: String,
    ) -> Result<Option<InstanceAction>> {
        let view = request(ctx).read_deleted.into();
        by_request(&self.main, view, &instance_uuid, &request_id).await
    }

    async fn action_start(
        &self,
        ctx: &Context,
        instance_uuid: String,
        action_name: String,
        want_result: bool,
    ) -> Result<Option<InstanceAction>> {
        let request = request(ctx);
        let began = DateTime::from_naive_utc(request.timestamp);
        let mut action = InstanceAction::new();
        action.set_request_id(Some(request.request_id.clone()));
        action.set_instance_uuid(Some(Uuid::from(instance_uuid)));
        action.set_user_id(request.user_id.clone());
        action.set_project_id(request.project_id.clone());
        action.set_action(Some(action_name));
        action.set_start_time(Some(began));
        action.set("updated_at", began)?;
        let changes = ACTIONS.changes(&action);
        let query = "instance_action.start";
        let action = insert(&self.main, query, &ACTIONS, changes, &action).await?;
        Ok(want_result.then_some(action))
    }

    async fn action_finish(
        &self,
        ctx: &Context,
        instance_uuid: String,
        want_result: bool,
    ) -> Result<Option<InstanceAction>> {
        self.finish_action(request(ctx), &instance_uuid, want_result)
            .await
    }

    async fn finish(&self, ctx: &Context, instance_action: &mut InstanceAction) -> Result<()> {
        let uuid = instance_action
            .instance_uuid()?
            .unwrap_or_default()
            .to_owned();
        if let Some(finished) = self.finish_action(request(ctx), &uuid, true).await? {
            take_over(instance_action, &finished);
            instance_action.reset_changes();
        }
        Ok(())
    }

    async fn create(&self, _ctx: &Context, instance_action: &mut InstanceAction) -> Result<()> {
        if instance_action.is_set("id") {
            return Err(nova_objects::Error::action("create", "already created"));
        }
        let mut changes = ACTIONS.changes(instance_action);
        deleted_as_number(instance_action, &mut changes)?;
        let query = "instance_action.create";
        *instance_action = insert(&self.main, query, &ACTIONS, changes, instance_action).await?;
        Ok(())
    }
}

#[async_trait]
impl InstanceActionListStore for NovaDb {
    async fn get_by_instance_uuid(
        &self,
        ctx: &Context,
        instance_uuid: String,
        limit: Option<i64>,
        marker: Option<String>,
        filters: Option<Dict<Json>>,
    ) -> Result<InstanceActionList> {
        if limit == Some(0) {
            return Ok(InstanceActionList::new());
        }
        let view = ReadDeleted::from(request(ctx).read_deleted);
        let mut select = ACTIONS.select();
        select
            .and_where(Expr::col(("instance_actions", "instance_uuid")).eq(instance_uuid.as_str()));
        view.apply(&mut select, "instance_actions");
        for (name, since) in [("changes-since", true), ("changes-before", false)] {
            let given = filters.as_ref().and_then(|filters| filters.get(name));
            if let Some(time) = given.filter(|given| truthy(given)) {
                let time = moment(time)?.naive_utc();
                let updated_at = Expr::col(("instance_actions", "updated_at"));
                select.and_where(if since {
                    updated_at.gte(time)
                } else {
                    updated_at.lte(time)
                });
            }
        }
        let marker = match marker {
            None => None,
            Some(marker) => {
                let found = by_request(&self.main, view, &instance_uuid, &marker).await?;
                // The original has lost the name by then.
                let found = found.ok_or(NovaException::MarkerNotFound { marker: Json::Null })?;
                let created_at = found.get("created_at")?;
                let created_at = match created_at {
                    Value::DateTime(time) => Some(time.naive_utc().into()),
                    _ => None,
                };
                Some([created_at, Some(found.id()?.into())])
            }
        };
        let sort = ["created_at", "id"].map(|column| SortKey {
            column: column.to_owned(),
            direction: Direction::Desc,
            nulls: None,
        });
        let page = Page {
            sort: &sort,
            marker: marker.as_ref().map(|marker| marker.as_slice()),
            limit: limit.and_then(|limit| u64::try_from(limit).ok()),
        };
        page.apply(&mut select, "instance_actions");
        let rows = self
            .main
            .fetch_all("instance_action.get_by_instance_uuid", &select)
            .await?;
        rows.iter().map(|row| ACTIONS.load(row)).collect()
    }
}

/// What an event ended with.
struct Outcome {
    result: &'static str,
    details: Option<String>,
    traceback: Option<String>,
}

impl Outcome {
    /// An error if there is a traceback.
    fn new(exc_val: Option<String>, exc_tb: Option<String>) -> Self {
        if exc_tb.is_none() {
            return Self {
                result: "Success",
                details: None,
                traceback: None,
            };
        }
        let details = exc_val.filter(|text| !text.is_empty()).map(truncated);
        Self {
            result: "Error",
            details,
            traceback: exc_tb,
        }
    }

    fn is_error(&self) -> bool {
        self.result == "Error"
    }
}

/// Cut to 255 bytes between characters (nova `utils.py`, `safe_truncate`).
fn truncated(mut text: String) -> String {
    let mut end = text.len().min(255);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

/// Notes in the action that something happened; only where it is the request's own does
/// it count as the time of the last change.
async fn touch(
    tx: &Transaction,
    action: i64,
    at: Option<NaiveDateTime>,
    failed: bool,
) -> Result<()> {
    let mut changes = Changes::new();
    if failed {
        changes.set("message", "Error");
    }
    if let Some(at) = at {
        changes.set("updated_at", at);
    }
    if changes.is_empty() {
        return Ok(());
    }
    let update = changes
        .update("instance_actions", now())
        .and_where(Expr::col("id").eq(action))
        .take();
    tx.execute("instance_action.touch", &update).await?;
    Ok(())
}

impl NovaDb {
    /// Inserts an event under the action of a request.
    async fn start_event(
        &self,
        request: &RequestContext,
        uuid: &str,
        request_id: &str,
        event: &InstanceActionEvent,
    ) -> Result<InstanceActionEvent> {
        self.main
            .transaction("instance_action_event.start", |tx| async move {
                let (action, own) = of_event(&tx, request, uuid, request_id).await?;
                let mut event = event.clone();
                event.set_action_id(Some(action.id()?));
                let mut changes = EVENTS.changes(&event);
                deleted_as_number(&event, &mut changes)?;
                let query = "instance_action_event.create";
                let event = insert(&tx, query, &EVENTS, changes, &event).await?;
                if own {
                    let start = event.start_time()?.map(|start| start.naive_utc());
                    touch(&tx, action.id()?, start, false).await?;
                }
                Ok(event)
            })
            .await
    }

    async fn finish_event(
        &self,
        request: &RequestContext,
        uuid: &str,
        name: &str,
        outcome: &Outcome,
        want_result: bool,
    ) -> Result<Option<InstanceActionEvent>> {
        self.main
            .transaction("instance_action_event.finish", |tx| async move {
                let (action, own) = of_event(&tx, request, uuid, &request.request_id).await?;
                let action = action.id()?;
                let statement = EVENT_BY_NAME
                    .of(request.read_deleted.into())
                    .bind([action.into(), name.into()]);
                let row = tx
                    .fetch_optional("instance_action_event.get", statement)
                    .await?;
                let row = row.ok_or_else(|| NovaException::InstanceActionEventNotFound {
                    action_id: action.into(),
                    event: name.into(),
                })?;
                let mut event: InstanceActionEvent = EVENTS.load(&row)?;
                let now = now();
                event.set_finish_time(Some(DateTime::from_naive_utc(now)));
                event.set_result(Some(outcome.result.to_owned()));
                if outcome.is_error() {
                    event.set_traceback(outcome.traceback.clone());
                }
                if let Some(details) = &outcome.details {
                    event.set_details(Some(details.clone()));
                }
                let update = EVENTS
                    .changes(&event)
                    .update("instance_actions_events", now)
                    .and_where(Expr::col("id").eq(event.id()?))
                    .take();
                tx.execute("instance_action_event.finish", &update).await?;
                event.load("updated_at", DateTime::from_naive_utc(now))?;
                event.reset_changes();
                touch(&tx, action, own.then_some(now), outcome.is_error()).await?;
                Ok(want_result.then_some(event))
            })
            .await
    }
}

#[async_trait]
impl InstanceActionEventStore for NovaDb {
    async fn get_by_id(
        &self,
        ctx: &Context,
        action_id: i64,
        event_id: i64,
    ) -> Result<InstanceActionEvent> {
        let statement = EVENT_BY_ID
            .of(request(ctx).read_deleted.into())
            .bind([action_id.into(), event_id.into()]);
        let row = self
            .main
            .fetch_optional("instance_action_event.get_by_id", statement)
            .await?;
        // The original reads the record without looking whether there is one.
        let row = row.ok_or_else(|| {
            BuiltinError::Type("'NoneType' object is not subscriptable".to_owned())
        })?;
        EVENTS.load(&row)
    }

    async fn event_start(
        &self,
        ctx: &Context,
        instance_uuid: String,
        event_name: String,
        want_result: bool,
        host: Option<String>,
    ) -> Result<Option<InstanceActionEvent>> {
        let request = request(ctx);
        let mut event = InstanceActionEvent::new();
        event.set_event(Some(event_name));
        event.set_start_time(Some(DateTime::from_naive_utc(now())));
        event.set_host(host);
        let request_id = request.request_id.as_str();
        let event = self
            .start_event(request, &instance_uuid, request_id, &event)
            .await?;
        Ok(want_result.then_some(event))
    }

    async fn event_finish_with_failure(
        &self,
        ctx: &Context,
        instance_uuid: String,
        event_name: String,
        exc_val: Option<String>,
        exc_tb: Option<String>,
        want_result: Option<bool>,
    ) -> Result<Option<InstanceActionEvent>> {
        let outcome = Outcome::new(exc_val, exc_tb);
        let want = want_result.unwrap_or(false);
        self.finish_event(request(ctx), &instance_uuid, &event_name, &outcome, want)
            .await
    }

    async fn event_finish(
        &self,
        ctx: &Context,
        instance_uuid: String,
        event_name: String,
        want_result: bool,
    ) -> Result<Option<InstanceActionEvent>> {
        let outcome = Outcome::new(None, None);
        self.finish_event(
            request(ctx),
            &instance_uuid,
            &event_name,
            &outcome,
            want_result,
        )
        .await
    }

    async fn finish_with_failure(
        &self,
        _ctx: &Context,
        _instance_action_event: &mut InstanceActionEvent,
        _exc_val: Option<String>,
        _exc_tb: Option<String>,
    ) -> Result<()> {
        let message = "'InstanceActionEvent' object has no attribute 'instance_uuid'";
        Err(BuiltinError::Attribute(message.to_owned()).into())
    }

    async fn finish(
        &self,
        _ctx: &Context,
        _instance_action_event: &mut InstanceActionEvent,
    ) -> Result<()> {
        let message =
            "InstanceActionEvent.finish_with_failure() got multiple values for argument 'exc_val'";
        Err(BuiltinError::Type(message.to_owned()).into())
    }

    async fn create(
        &self,
        ctx: &Context,
        instance_action_event: &mut InstanceActionEvent,
        instance_uuid: String,
        request_id: String,
    ) -> Result<()> {
        if instance_action_event.is_set("id") {
            return Err(nova_objects::Error::action("create", "already created"));
        }
        if !instance_action_event.is_changed("start_time") {
            return Err(BuiltinError::Key("start_time".to_owned()).into());
        }
        let event = &*instance_action_event;
        *instance_action_event = self
            .start_event(request(ctx), &instance_uuid, &request_id, event)
            .await?;
        Ok(())
    }
}

#[async_trait]
impl InstanceActionEventListStore for NovaDb {
    async fn get_by_action(
        &self,
        ctx: &Context,
        action_id: i64,
    ) -> Result<InstanceActionEventList> {
        let statement = EVENTS_OF_ACTION
            .of(request(ctx).read_deleted.into())
            .bind([action_id.into()]);
        let rows = self
            .main
            .fetch_all("instance_action_event.get_by_action", statement)
            .await?;
        rows.iter().map(|row| EVENTS.load(row)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::assert_sql;

    #[test]
    fn an_action_is_found_by_its_request() {
        assert_sql(
            "instance_action.get_by_request_id",
            BY_REQUEST.no.bind(["u".into(), "r".into()]),
        );
    }

    #[test]
    fn details_are_cut_between_characters() {
        assert_eq!(truncated("ü".repeat(200)).len(), 254);
        assert_eq!(truncated("short".to_owned()), "short");
    }
}
