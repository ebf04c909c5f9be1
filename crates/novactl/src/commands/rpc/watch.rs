//! Showing what passes on the bus.

use std::io::{self, Write as _};
use std::time::Duration;

use nova_service::{Bus, TapSource, Tapped};
use serde_json::{Value as Json, json};

use crate::cli::Watch;
use crate::explain::{Explained, explain, lines};
use crate::output::{Answer, Cell, JSON_VERSION, Output, Style, Text};
use crate::session::PROGRAM;
use crate::{Error, Result, Session};

pub(super) async fn watch(options: &Watch, session: &Session, output: &Output) -> Result<Answer> {
    let settings = session.settings();
    let source = if options.firehose {
        TapSource::Firehose
    } else {
        TapSource::Exchange {
            name: settings.service.control_exchange.clone(),
            fanouts: options.topic.clone(),
        }
    };
    let mut tap = Bus::tap(PROGRAM, settings, &source).await?;
    let mut stop = nova_service::Shutdown::listen().map_err(Error::Write)?;
    let end = async {
        match options.seconds {
            Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(end);
    let (mut shown, mut passed) = (0_u64, 0_u64);
    while options.count.is_none_or(|count| shown < count) {
        let tapped = tokio::select! {
            tapped = tap.next() => tapped.map_err(Error::Watch)?,
            () = &mut end => break,
            _ = stop.requested() => break,
        };
        passed += 1;
        let message = Message::of(&tapped);
        if message.is_wanted(options) {
            shown += 1;
            message.show(options.full, output)?;
        }
    }
    tap.close().await;
    let counts = json!({ "shown": shown, "passed": passed });
    let text = format!("{shown} of {passed} messages that passed were shown");
    Ok(Answer::new("watched", counts, Text::line(text)))
}

/// A message, understood.
struct Message<'t> {
    tapped: &'t Tapped,
    time: String,
    explained: Explained,
}

impl<'t> Message<'t> {
    fn of(tapped: &'t Tapped) -> Self {
        let explained = match serde_json::from_slice::<Json>(&tapped.body) {
            Ok(json) => explain(&json),
            // Its bytes may be anything, secrets too.
            Err(_) => Explained::Value {
                value: Json::from("(not JSON)"),
            },
        };
        Self {
            tapped,
            time: chrono::Utc::now().format("%H:%M:%S%.3f").to_string(),
            explained,
        }
    }

    /// What is in the envelope.
    fn inner(&self) -> &Explained {
        match &self.explained {
            Explained::Envelope(envelope) => &envelope.message,
            other => other,
        }
    }

    /// The method, and for the conductor's object methods what is called in the end.
    fn method(&self) -> Option<&str> {
        match self.inner() {
            Explained::Request(request) => {
                Some(request.calls.as_deref().unwrap_or(&request.method))
            }
            _ => None,
        }
    }

    fn is_wanted(&self, options: &Watch) -> bool {
        let key = &self.tapped.routing_key;
        let of_topic = |topic: &String| {
            // `conductor.host-1` too; a fanout has its topic in its exchange.
            key.strip_prefix(topic.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                || self.tapped.exchange == format!("{topic}_fanout")
        };
        let has_method = |wanted: &String| {
            let own = self
                .method()
                .is_some_and(|method| method.contains(wanted.as_str()));
            own || matches!(self.inner(), Explained::Request(request) if request.method.contains(wanted.as_str()))
        };
        (options.topic.is_empty() || options.topic.iter().any(of_topic))
            && (options.method.is_empty() || options.method.iter().any(has_method))
    }

    /// One line: what kind, where to, what, how long.
    fn line(&self) -> Vec<Cell> {
        let fanout = self.tapped.exchange.ends_with("_fanout");
        let (kind, style, what, id) = match self.inner() {
            Explained::Request(request) => {
                let kind = match (&request.reply_to, fanout) {
                    (_, true) => "fanout",
                    (Some(_), _) => "call",
                    (None, _) => "cast",
                };
                let id = request.msg_id.as_deref().or(request.unique_id.as_deref());
                let what = self.method().unwrap_or_default().to_owned();
                (kind, Style::Heading, what, id)
            }
            Explained::Reply(reply) => {
                let (what, style) = match (&reply.failure, reply.ending) {
                    (Some(failure), _) => (failure_name(failure), Style::Bad),
                    (None, true) => ("done".to_owned(), Style::Good),
                    (None, false) => ("still at it".to_owned(), Style::Faint),
                };
                ("reply", style, what, reply.msg_id.as_deref())
            }
            _ => (
                "?",
                Style::Warn,
                "not a message of oslo.messaging".to_owned(),
                None,
            ),
        };
        let to = if fanout {
            self.tapped.exchange.as_str()
        } else {
            &self.tapped.routing_key
        };
        let id: String = id.unwrap_or_default().chars().take(8).collect();
        vec![
            Cell::styled(format!("{} ", self.time), Style::Faint),
            Cell::from(format!("{kind:<6} {to:<24} ")),
            Cell::styled(what, style),
            Cell::styled(
                format!("  {} bytes  {id}", self.tapped.body.len()),
                Style::Faint,
            ),
        ]
    }

    fn show(&self, full: bool, output: &Output) -> Result<()> {
        let text = if output.is_json() {
            let message = json!({
                "version": JSON_VERSION,
                "time": self.time,
                "exchange": self.tapped.exchange,
                "routing_key": self.tapped.routing_key,
                "bytes": self.tapped.body.len(),
                "method": self.method(),
                "message": self.inner(),
            });
            format!("{message}\n")
        } else {
            let mut all = vec![self.line()];
            if full {
                all.extend(lines(self.inner()));
            }
            output.text(&Text::Lines(all))
        };
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .map_err(Error::Write)
    }
}

fn failure_name(failure: &Explained) -> String {
    match failure {
        Explained::Failure(failure) => failure.class.clone(),
        _ => "failed".to_owned(),
    }
}
