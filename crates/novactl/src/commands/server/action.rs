//! What was done to a server, and how each step of it ended.

use nova_objects::{Context, InstanceAction, InstanceActionEventList};
use serde_json::{Value as Json, json};

use crate::Result;
use crate::commands::{moment, text};
use crate::output::{Cell, Style};

/// An action with its steps.
pub(super) struct Action {
    name: String,
    request_id: Option<String>,
    started: Option<String>,
    message: Option<String>,
    steps: Vec<Step>,
}

/// A step on one host.
struct Step {
    name: String,
    host: Option<String>,
    started: Option<String>,
    finished: Option<String>,
    result: Option<String>,
    details: Option<String>,
}

impl Action {
    /// The action, its steps fetched, oldest first.
    ///
    /// # Errors
    /// What the records refuse.
    pub(super) async fn of(ctx: &Context, action: &InstanceAction) -> Result<Self> {
        let events = InstanceActionEventList::get_by_action(ctx, action.id()?).await?;
        let mut steps = Vec::new();
        for event in &events {
            steps.push(Step {
                name: event.event()?.unwrap_or_default().to_owned(),
                host: event.host()?.map(str::to_owned),
                started: moment(event.start_time()?),
                finished: moment(event.finish_time()?),
                result: event.result()?.map(str::to_owned),
                details: event.details().ok().flatten().map(str::to_owned),
            });
        }
        steps.sort_by(|a, b| a.started.cmp(&b.started));
        Ok(Self {
            name: action.action()?.unwrap_or_default().to_owned(),
            request_id: action.request_id()?.map(str::to_owned),
            started: moment(action.start_time()?),
            message: action.message()?.map(str::to_owned),
            steps,
        })
    }

    /// A line for the action and one for each step.
    pub(super) fn told(&self) -> Vec<Cell> {
        let started = self.started.as_deref().unwrap_or("-");
        let head = match &self.message {
            Some(message) => {
                Cell::styled(format!("{} at {started}: {message}", self.name), Style::Bad)
            }
            None => Cell::from(format!("{} at {started}", self.name)),
        };
        let steps = self.steps.iter().map(|step| {
            let host = step.host.as_deref().unwrap_or("-");
            let (end, style) = match (step.result.as_deref(), &step.details) {
                (Some("Success"), _) => ("done".to_owned(), Style::Plain),
                (Some(result), Some(details)) => (format!("{result}, {details}"), Style::Bad),
                (Some(result), None) => (result.to_owned(), Style::Bad),
                (None, _) => ("under way".to_owned(), Style::Warn),
            };
            Cell::styled(format!("  {} on {host}: {end}", step.name), style)
        });
        std::iter::once(head).chain(steps).collect()
    }

    /// The action for programs.
    pub(super) fn json(&self) -> Json {
        let steps = self.steps.iter().map(|step| {
            json!({
                "event": step.name,
                "host": text(step.host.as_deref()),
                "started_at": step.started,
                "finished_at": step.finished,
                "result": step.result,
                "details": step.details,
            })
        });
        json!({
            "action": self.name,
            "request_id": text(self.request_id.as_deref()),
            "started_at": self.started,
            "message": self.message,
            "events": steps.collect::<Vec<_>>(),
        })
    }
}
