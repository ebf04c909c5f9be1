//! What is worth knowing of all that was recorded, wherever in it it is.

use serde::Serialize;

use super::{Entry, Explained, Object, Standing};

/// The objects of a recording, and what about them cannot be taken as it is.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    /// How many objects there are of each class and version, in the order in
    /// which they were met.
    pub objects: Vec<Count>,
    /// Objects of a version that is newer than the one here, or of another major.
    pub newer: Vec<Note>,
    /// Classes, fields, methods and exceptions that are not known here.
    pub unknown: Vec<Note>,
    /// Objects that cannot be read here.
    pub refused: Vec<Note>,
    /// How many secrets are not shown.
    pub secrets: usize,
}

/// How many objects there are of a class and version.
#[derive(Debug, Clone, Serialize)]
pub struct Count {
    /// The class.
    pub class: String,
    /// The version.
    pub version: String,
    /// How many.
    pub count: usize,
}

/// Something about a place.
#[derive(Debug, Clone, Serialize)]
pub struct Note {
    /// Where it is: the names on the way to it.
    pub place: String,
    /// What is to be said.
    pub note: String,
}

impl Summary {
    /// What there is to say of an explanation without `secrets` secrets.
    pub(super) fn of(explained: &Explained, secrets: usize) -> Self {
        let mut summary = Self {
            secrets,
            ..Self::default()
        };
        summary.visit(explained, &mut Vec::new());
        summary
    }

    fn visit<'e>(&mut self, explained: &'e Explained, place: &mut Vec<&'e str>) {
        match explained {
            Explained::Object(object) => self.object(object, place),
            Explained::Envelope(envelope) => self.visit(&envelope.message, place),
            Explained::Request(request) => {
                if request.known == Some(false) {
                    let method = request.calls.as_deref().unwrap_or(&request.method);
                    let note = format!("the class here publishes no {method}");
                    self.unknown.push(at(place, note));
                }
                self.entries(&request.arguments, place);
            }
            Explained::Reply(reply) => {
                for (name, part) in [("result", &reply.result), ("failure", &reply.failure)] {
                    if let Some(part) = part {
                        self.under(name, part, place);
                    }
                }
            }
            Explained::Notification(notification) => {
                self.under("payload", &notification.payload, place);
            }
            Explained::Updates(updates) => {
                self.entries(&updates.fields, place);
                self.visit(&updates.result, place);
            }
            Explained::Failure(failure) => {
                if !failure.known {
                    let note = format!("the exception {} of {}", failure.class, failure.module);
                    self.unknown.push(at(place, note));
                }
            }
            Explained::Dictionary { entries } => self.entries(entries, place),
            Explained::List { items } => {
                for (index, item) in items.iter().enumerate() {
                    let index = index.to_string();
                    let mut inner = Self::default();
                    inner.visit(item, &mut Vec::new());
                    self.absorb(inner, place, &index);
                }
            }
            Explained::Value { .. } => {}
        }
    }

    fn under<'e>(&mut self, name: &'e str, part: &'e Explained, place: &mut Vec<&'e str>) {
        place.push(name);
        self.visit(part, place);
        place.pop();
    }

    fn entries<'e>(&mut self, entries: &'e [Entry], place: &mut Vec<&'e str>) {
        for entry in entries {
            self.under(&entry.name, &entry.value, place);
        }
    }

    fn object<'e>(&mut self, object: &'e Object, place: &mut Vec<&'e str>) {
        self.count(&object.class, &object.version, 1);
        let (class, version) = (&object.class, &object.version);
        match (object.standing, &object.ours) {
            (Standing::Newer | Standing::Foreign, Some(ours)) => {
                self.newer
                    .push(at(place, format!("{class} {version}, here {ours}")));
            }
            (Standing::Unknown, None) => {
                let note = format!("the class {class} of `{}`", object.namespace);
                self.unknown.push(at(place, note));
            }
            _ => {}
        }
        if let Some(reason) = &object.refused {
            self.refused.push(at(place, reason.clone()));
        }
        for part in &object.other {
            let note = format!("the part `{part}` of an envelope");
            self.unknown.push(at(place, note));
        }
        for field in &object.fields {
            place.push(&field.name);
            if object.ours.is_some() && field.field_type.is_none() {
                self.unknown
                    .push(at(place, format!("no field of {class} here")));
            }
            self.visit(&field.value, place);
            place.pop();
        }
    }

    fn count(&mut self, class: &str, version: &str, count: usize) {
        let known = self
            .objects
            .iter_mut()
            .find(|known| known.class == class && known.version == version);
        match known {
            Some(known) => known.count += count,
            None => self.objects.push(Count {
                class: class.to_owned(),
                version: version.to_owned(),
                count,
            }),
        }
    }

    /// Takes over what was found in an item of a list.
    fn absorb(&mut self, inner: Self, place: &[&str], index: &str) {
        for count in inner.objects {
            self.count(&count.class, &count.version, count.count);
        }
        let here = |note: Note| {
            let whole = [place, &[index], &[note.place.as_str()]].concat();
            at(&whole, note.note)
        };
        self.newer.extend(inner.newer.into_iter().map(here));
        self.unknown.extend(inner.unknown.into_iter().map(here));
        self.refused.extend(inner.refused.into_iter().map(here));
    }
}

fn at(place: &[&str], note: String) -> Note {
    let names: Vec<&str> = place
        .iter()
        .copied()
        .filter(|name| !name.is_empty())
        .collect();
    Note {
        place: names.join("."),
        note,
    }
}
