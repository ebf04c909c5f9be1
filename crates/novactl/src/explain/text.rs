//! An explanation as a tree.

use serde_json::{Map, Value as Json};

use super::{
    Entry, Envelope, Explained, Failure, Notification, Object, Reply, Request, Standing, Summary,
    Updates,
};
use crate::output::{Cell, Style};

/// How many characters of a value are shown. The whole is in the JSON form.
const LONGEST: usize = 160;

/// The lines of an explanation.
#[must_use]
pub fn lines(explained: &Explained) -> Vec<Vec<Cell>> {
    let mut tree = Tree {
        lines: Vec::new(),
        indent: String::new(),
    };
    tree.line(head(explained));
    tree.children(explained);
    tree.lines
}

/// What is worth knowing, in a few lines; none where the explanation says it
/// all in as few.
#[must_use]
pub fn in_short(summary: &Summary) -> Vec<Vec<Cell>> {
    let mut lines: Vec<Vec<Cell>> = Vec::new();
    let total: usize = summary.objects.iter().map(|count| count.count).sum();
    if total > 1 {
        let kinds: Vec<String> = summary
            .objects
            .iter()
            .map(|count| {
                let times = match count.count {
                    1 => String::new(),
                    many => format!(" ({many} times)"),
                };
                format!("{} {}{times}", count.class, count.version)
            })
            .collect();
        lines.push(vec![
            Cell::styled("objects: ", Style::Heading),
            kinds.join(", ").into(),
        ]);
    }
    for (title, notes, style) in [
        ("newer than here", &summary.newer, Style::Warn),
        ("unknown here", &summary.unknown, Style::Warn),
        ("cannot be read here", &summary.refused, Style::Bad),
    ] {
        for note in notes {
            let place = if note.place.is_empty() {
                String::new()
            } else {
                format!("{}: ", note.place)
            };
            lines.push(vec![
                Cell::styled(format!("{title}: "), style),
                format!("{place}{}", note.note).into(),
            ]);
        }
    }
    if summary.secrets > 0 {
        lines.push(vec![Cell::styled(
            format!("not shown: {} secrets", summary.secrets),
            Style::Faint,
        )]);
    }
    if !lines.is_empty() {
        lines.insert(0, vec![]);
    }
    lines
}

struct Tree {
    lines: Vec<Vec<Cell>>,
    indent: String,
}

/// One line and what is under it.
enum Branch<'e> {
    Line(Vec<Cell>),
    Part(Vec<Cell>, &'e Explained),
    Group(Vec<Cell>, Vec<Self>),
}

impl Tree {
    fn line(&mut self, cells: Vec<Cell>) {
        self.lines.push(cells);
    }

    fn children(&mut self, explained: &Explained) {
        self.branches(branches(explained));
    }

    fn branches(&mut self, branches: Vec<Branch<'_>>) {
        let last = branches.len().saturating_sub(1);
        for (index, branch) in branches.into_iter().enumerate() {
            let (turn, deeper) = if index == last {
                ("└─ ", "   ")
            } else {
                ("├─ ", "│  ")
            };
            let mut line = vec![Cell::styled(format!("{}{turn}", self.indent), Style::Faint)];
            let depth = self.indent.len();
            self.indent.push_str(deeper);
            match branch {
                Branch::Line(cells) => {
                    line.extend(cells);
                    self.line(line);
                }
                Branch::Part(label, explained) => {
                    line.extend(label);
                    line.extend(head(explained));
                    self.line(line);
                    self.children(explained);
                }
                Branch::Group(cells, inner) => {
                    line.extend(cells);
                    self.line(line);
                    self.branches(inner);
                }
            }
            self.indent.truncate(depth);
        }
    }
}

/// What something is, in a line.
fn head(explained: &Explained) -> Vec<Cell> {
    match explained {
        Explained::Object(object) => object_head(object),
        Explained::Envelope(Envelope {
            version, accepted, ..
        }) => {
            let mut cells = vec![
                Cell::styled("message", Style::Heading),
                format!(" in an envelope of version {version}").into(),
            ];
            if !accepted {
                cells.push(Cell::styled(
                    ", which servers drop without an answer",
                    Style::Bad,
                ));
            }
            cells
        }
        Explained::Request(request) => request_head(request),
        Explained::Reply(reply) => reply_head(reply),
        Explained::Notification(notification) => notification_head(notification),
        Explained::Updates(updates) => vec![match updates.fields.as_slice() {
            [] => "the object is as it was".into(),
            [_] => "one attribute of the object to take over".into(),
            many => format!("{} attributes of the object to take over", many.len()).into(),
        }],
        Explained::Failure(Failure {
            class,
            module,
            known,
            ..
        }) => {
            let mut cells = vec![
                Cell::styled(class.clone(), Style::Bad),
                format!(" of {module}").into(),
            ];
            if !known {
                cells.push(Cell::styled(
                    ", which is not known here: callers get it as a remote error",
                    Style::Warn,
                ));
            }
            cells
        }
        Explained::Dictionary { entries } => {
            vec![format!("dictionary of {}", entries.len()).into()]
        }
        Explained::List { items } => vec![format!("list of {}", items.len()).into()],
        Explained::Value { value } => vec![shown(value)],
    }
}

fn object_head(object: &Object) -> Vec<Cell> {
    let (note, style) = match (&object.ours, object.standing) {
        (Some(_), Standing::Same) => ("the version here".to_owned(), Style::Good),
        (Some(ours), Standing::Older) => (
            format!("older than the {ours} here; it can be read"),
            Style::Good,
        ),
        (Some(ours), Standing::Newer) => (
            format!("newer than the {ours} here; a conductor of that release has to convert it"),
            Style::Warn,
        ),
        (Some(ours), Standing::Foreign) => (
            format!("another major than the {ours} here; it cannot be read"),
            Style::Bad,
        ),
        _ if object.namespace == "nova" => {
            ("a class that is not known here".to_owned(), Style::Warn)
        }
        _ => (
            format!("a class of `{}`, which is not known here", object.namespace),
            Style::Warn,
        ),
    };
    vec![
        Cell::styled(object.class.clone(), Style::Heading),
        format!(" {} (", object.version).into(),
        Cell::styled(note, style),
        ")".into(),
    ]
}

fn request_head(request: &Request) -> Vec<Cell> {
    let kind = if request.reply_to.is_some() || request.msg_id.is_some() {
        "call"
    } else {
        "cast"
    };
    let mut cells = vec![
        Cell::styled(kind, Style::Heading),
        format!(" of {}", request.method).into(),
    ];
    if let Some(version) = &request.version {
        cells.push(format!(", version {version}").into());
    }
    if let Some(namespace) = &request.namespace {
        cells.push(format!(", namespace {namespace}").into());
    }
    cells
}

fn notification_head(notification: &Notification) -> Vec<Cell> {
    let mut cells = vec![
        Cell::styled("notification", Style::Heading),
        format!(" {}", notification.event_type).into(),
    ];
    for (word, value) in [
        ("of", &notification.publisher),
        ("at", &notification.timestamp),
        ("as", &notification.priority),
    ] {
        if let Some(value) = value {
            cells.push(Cell::styled(format!(" {word} {value}"), Style::Faint));
        }
    }
    cells
}

fn reply_head(reply: &Reply) -> Vec<Cell> {
    let (what, style) = match (&reply.failure, &reply.result, reply.ending) {
        (Some(_), ..) => ("failure", Style::Bad),
        (None, None, false) => ("sign of life, the answer is yet to come", Style::Good),
        (None, _, true) => ("answer", Style::Good),
        (None, _, false) => ("part of an answer", Style::Good),
    };
    let mut cells = vec![
        Cell::styled("reply", Style::Heading),
        ": ".into(),
        Cell::styled(what, style),
    ];
    if let Some(id) = &reply.msg_id {
        cells.push(Cell::styled(format!(" (to message {id})"), Style::Faint));
    }
    cells
}

/// What is under it.
fn branches(explained: &Explained) -> Vec<Branch<'_>> {
    match explained {
        Explained::Object(object) => object_branches(object),
        Explained::Envelope(envelope) => vec![Branch::Part(vec![], &envelope.message)],
        Explained::Request(request) => request_branches(request),
        Explained::Reply(Reply {
            result, failure, ..
        }) => {
            let parts = [("result: ", result), ("", failure)].into_iter();
            parts
                .filter_map(|(label, part)| {
                    Some(Branch::Part(vec![label.into()], part.as_deref()?))
                })
                .collect()
        }
        Explained::Notification(notification) => vec![Branch::Part(
            vec!["payload: ".into()],
            &notification.payload,
        )],
        Explained::Updates(updates) => updates_branches(updates),
        Explained::Failure(failure) => failure_branches(failure),
        Explained::Dictionary { entries } => entries.iter().map(entry).collect(),
        Explained::List { items } => items
            .iter()
            .enumerate()
            .map(|(index, item)| Branch::Part(vec![format!("{index}: ").into()], item))
            .collect(),
        Explained::Value { .. } => vec![],
    }
}

fn entry(entry: &Entry) -> Branch<'_> {
    Branch::Part(vec![format!("{}: ", entry.name).into()], &entry.value)
}

fn object_branches(object: &Object) -> Vec<Branch<'_>> {
    let mut branches = Vec::new();
    if let Some(reason) = &object.refused {
        branches.push(note("cannot be read here", reason.clone(), Style::Bad));
    }
    if !object.since_then.is_empty() {
        let lines = object
            .since_then
            .iter()
            .map(|line| Branch::Line(vec![line.as_str().into()]))
            .collect();
        branches.push(Branch::Group(
            vec![Cell::styled("came later", Style::Faint)],
            lines,
        ));
    }
    let known = object.ours.is_some();
    for field in &object.fields {
        let mut label = vec![Cell::from(field.name.as_str())];
        if field.changed {
            label.push(Cell::styled(" (changed)", Style::Warn));
        }
        if known && field.field_type.is_none() {
            label.push(Cell::styled(" (not a field here)", Style::Warn));
        }
        label.push(": ".into());
        branches.push(Branch::Part(label, &field.value));
    }
    if let Some(carried) = &object.carried {
        branches.push(Branch::Part(
            vec![Cell::styled("carried for newer readers: ", Style::Faint)],
            carried,
        ));
    }
    if !object.other.is_empty() {
        branches.push(note(
            "unknown parts of the envelope",
            object.other.join(", "),
            Style::Warn,
        ));
    }
    if !object.unset.is_empty() {
        branches.push(note("unset", object.unset.join(", "), Style::Faint));
    }
    branches
}

fn request_branches(request: &Request) -> Vec<Branch<'_>> {
    let mut branches = Vec::new();
    if let Some(calls) = &request.calls {
        let mut cells = vec![Cell::styled(calls.clone(), Style::Heading)];
        if request.known == Some(false) {
            cells.push(Cell::styled(
                ", which the class here does not publish",
                Style::Bad,
            ));
        }
        branches.push(Branch::Line(cells));
    }
    branches.extend(request.arguments.iter().map(entry));
    if !request.manifest.is_empty() {
        let lines = request.manifest.iter().map(|seat| {
            let ours = seat.ours.as_deref().map_or_else(
                || "no such class here".to_owned(),
                |ours| format!("here {ours}"),
            );
            Branch::Line(vec![
                format!("{} {}, {ours}", seat.class, seat.theirs).into(),
            ])
        });
        branches.push(Branch::Group(
            vec!["the caller reads other versions of".into()],
            lines.collect(),
        ));
    }
    if let Some(reply_to) = &request.reply_to {
        let id = request.msg_id.as_deref().unwrap_or("?");
        branches.push(note(
            "answer goes to",
            format!("{reply_to} (message {id})"),
            Style::Faint,
        ));
    }
    if let Some(timeout) = &request.call_monitor_timeout {
        branches.push(note(
            "expects signs of life within",
            format!("{timeout} s"),
            Style::Faint,
        ));
    }
    if !request.context.is_empty() {
        let lines = request
            .context
            .iter()
            .map(|(name, value)| Branch::Line(vec![format!("{name}: ").into(), shown(value)]));
        branches.push(Branch::Group(
            vec![format!("context: {}", who(&request.context)).into()],
            lines.collect(),
        ));
    }
    branches
}

fn who(context: &Map<String, Json>) -> String {
    let get = |key: &str| context.get(key).and_then(Json::as_str);
    let user = get("user_id").or_else(|| get("user")).unwrap_or("nobody");
    let project = get("project_id")
        .map(|project| format!(" of project {project}"))
        .unwrap_or_default();
    let admin = context
        .get("is_admin")
        .and_then(Json::as_bool)
        .unwrap_or(false);
    format!(
        "{user}{project}{}",
        if admin { ", an administrator" } else { "" }
    )
}

fn updates_branches(updates: &Updates) -> Vec<Branch<'_>> {
    let mut branches: Vec<Branch<'_>> = updates.fields.iter().map(entry).collect();
    if !updates.changes.is_empty() {
        branches.push(note(
            "still counts as changed",
            updates.changes.join(", "),
            Style::Warn,
        ));
    }
    branches.push(Branch::Part(vec!["returned: ".into()], &updates.result));
    branches
}

fn failure_branches(failure: &Failure) -> Vec<Branch<'_>> {
    let mut branches = vec![Branch::Line(vec![failure.message.as_str().into()])];
    for (name, value) in &failure.kwargs {
        branches.push(Branch::Line(vec![format!("{name}: ").into(), shown(value)]));
    }
    if !failure.traceback.is_empty() {
        let lines = failure
            .traceback
            .iter()
            .map(|line| Branch::Line(vec![Cell::styled(line.clone(), Style::Faint)]));
        branches.push(Branch::Group(
            vec![Cell::styled("raised at", Style::Faint)],
            lines.collect(),
        ));
    }
    branches
}

fn note(name: &str, text: String, style: Style) -> Branch<'static> {
    Branch::Line(vec![Cell::styled(format!("{name}: "), style), text.into()])
}

fn shown(value: &Json) -> Cell {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            let total = text.chars().count();
            Cell::from(format!(
                "{}... ({total} characters)",
                text.get(..end).unwrap_or_default()
            ))
        }
        None if value.is_null() => Cell::styled(text, Style::Faint),
        None => text.into(),
    }
}
