//! Setting up logging.

use oslo_config::settings::Logging;
use tracing::span::{Attributes, Id, Record as SpanRecord};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::error::Error;
use crate::format::{Fields, Record};
use crate::output::Output;

/// Sets up logging for the whole process. `program` names the log file when only a folder is configured.
///
/// # Errors
/// When the log file cannot be opened, or logging was set up before.
pub fn init(program: &str, settings: &Logging) -> Result<(), Error> {
    let subscriber = subscriber(settings, Output::open(program, settings)?);
    tracing::subscriber::set_global_default(subscriber).map_err(|_| Error::AlreadySet)
}

/// What [`init`] installs; for tests, and programs that add layers of their own.
pub fn subscriber(
    settings: &Logging,
    output: Output,
) -> impl Subscriber + Send + Sync + for<'a> LookupSpan<'a> {
    let wants_colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let lines = Lines {
        json: settings.use_json,
        colour: wants_colour && output.is_terminal(),
        hostname: oslo_config::paths::hostname(),
        output,
    };
    tracing_subscriber::registry()
        .with(filter(settings, std::env::var("RUST_LOG").ok().as_deref()))
        .with(lines)
}

/// Which events are logged: `debug` and `default_log_levels` say; `RUST_LOG` refines.
///
/// Entries of `default_log_levels` that name Python modules (`oslo.messaging=INFO`) are accepted and match nothing.
pub fn filter(settings: &Logging, environment: Option<&str>) -> EnvFilter {
    let base = if settings.debug { "debug" } else { "info" };
    let mut filter = EnvFilter::new(base);
    let given = environment
        .unwrap_or_default()
        .split(',')
        .map(str::to_owned);
    for entry in settings
        .default_log_levels
        .iter()
        .map(|entry| python_level(entry))
        .chain(given)
    {
        if let Ok(directive) = entry.trim().parse() {
            filter = filter.add_directive(directive);
        }
    }
    filter
}

/// `name=WARNING` as tracing writes it.
fn python_level(entry: &str) -> String {
    let (name, level) = entry.split_once('=').unwrap_or((entry, "info"));
    let level = match level.trim().to_ascii_lowercase().as_str() {
        "warning" => "warn".to_owned(),
        "critical" | "fatal" => "error".to_owned(),
        "notset" => "trace".to_owned(),
        other => other.to_owned(),
    };
    // The names of Python's modules have dots; ours have colons.
    format!("{}={level}", name.trim().replace('.', "::"))
}

/// Writes events as lines.
struct Lines {
    json: bool,
    colour: bool,
    hostname: String,
    output: Output,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &SpanRecord<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let spans = context.event_scope(event).map(|scope| {
            let fields = scope
                .from_root()
                .filter_map(|span| span.extensions().get::<Fields>().cloned());
            fields.collect()
        });
        let record = Record::new(event, spans.unwrap_or_default());
        let line = if self.json {
            record.json(&self.hostname)
        } else {
            record.human(self.colour)
        };
        // A service goes on when its log cannot be written: there is nobody left to tell.
        let _ = self.output.write_line(line.as_bytes());
    }
}
