//! Objects of any class, made up from its table.

use crate::{
    Class, Element, FieldDef, ObjectTarget, Plain, Shape, Transition, TypeDef, Value,
    VersionedObject,
};

/// Makes up values: the same ones for the same seed, on every machine.
#[derive(Debug, Clone)]
pub struct Source {
    state: u64,
    /// Of the samples of text that a type may insist on, the one it is now.
    sample: usize,
}

impl Source {
    /// A source of values.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            state: seed ^ 0x9e37_79b9_7f4a_7c15,
            sample: 0,
        }
    }

    /// The next number (splitmix64).
    pub const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which should not be nought.
    pub const fn below(&mut self, bound: usize) -> usize {
        if bound == 0 {
            return 0;
        }
        (self.next() % bound as u64) as usize
    }

    /// Whether something happens that does so once in `times`.
    pub const fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of several.
    pub fn one_of<'t, T>(&mut self, items: &'t [T]) -> Option<&'t T> {
        items.get(self.below(items.len()))
    }
}

/// Text that types of oslo and this crate insist on, one form each.
const SAMPLES: &[&str] = &[
    "7b2a6f52-90a5-4a0b-8f0a-3c6f7f1e1a11",
    "2026-11-27T17:30:00Z",
    "1970-01-01T00:00:00Z",
    "192.0.2.7",
    "2001:db8::7",
    "192.0.2.0/24",
    "2001:db8::/32",
    "52:54:00:12:34:56",
    "0000:0a:1f.7",
    "a.b-1",
    "VCPU",
    "CUSTOM_GOLD",
    "0:0:1:2",
    "0:1",
    "1",
    ">=1.0,<2.0",
    "1.0",
    "{}",
    "[]",
    "{\"k\": [1, \"\\u00e9\"]}",
    "0-3,^2",
    "/dev/vda",
    "00123",
    "x86_64",
];

/// Unusual characters among plain ones.
const CHARACTERS: &[char] = &[
    'a',
    'Z',
    '0',
    ' ',
    '"',
    '\\',
    '\'',
    '\n',
    '\t',
    '\u{0}',
    '\u{7f}',
    '\u{e9}',
    '\u{2028}',
    '\u{1f375}',
    '{',
    '.',
];

const NUMBERS: &[i128] = &[
    0,
    1,
    -1,
    2,
    255,
    65_536,
    2_147_483_647,
    -2_147_483_648,
    9_223_372_036_854_775_807,
    -9_223_372_036_854_775_808,
];

/// How deep objects go inside each other; some classes contain themselves.
const DEPTH: usize = 3;

/// An object of a class with each attribute as in a new one, which is unset for
/// most, null where it may be, or set to something its type takes; some count as
/// changed. The same for the same seed.
///
/// What only some relation between attributes makes sensible is not known to a
/// table: objects are arbitrary, and conversions must bear with them.
#[must_use]
pub fn arbitrary(class: &'static Class, seed: u64) -> Box<dyn VersionedObject> {
    object(class, &mut Source::new(seed), DEPTH)
}

fn object(class: &'static Class, source: &mut Source, depth: usize) -> Box<dyn VersionedObject> {
    let mut object = (class.new)();
    // Some objects have everything, some next to nothing.
    let unset = [usize::MAX, 8, 4, 2][source.below(4)];
    for (index, field) in class.fields.iter().enumerate() {
        if unset == usize::MAX || !source.once_in(unset) {
            fill(&mut *object, index, field, source, depth);
        }
    }
    object
        .meta_mut()
        .restore_changes(crate::FieldSet::default());
    for index in 0..class.fields.len() {
        if object.slot(index).is_set() && source.once_in(3) {
            object.meta_mut().mark(index);
        }
    }
    object
}

/// Tries values until the attribute takes one.
fn fill(
    object: &mut dyn VersionedObject,
    index: usize,
    field: &FieldDef,
    source: &mut Source,
    depth: usize,
) {
    for attempt in 0..4 * SAMPLES.len() {
        source.sample = source
            .sample
            .wrapping_add(1 + source.below(SAMPLES.len() / 2));
        let value = if field.nullable && attempt == 0 && source.once_in(5) {
            Some(Value::Null)
        } else {
            value(field.ty, source, depth)
        };
        let Some(value) = value else { return };
        if object
            .slot_mut(index)
            .assign(value, field, Transition::Restored)
            .is_ok()
        {
            return;
        }
    }
}

/// A value that a type may take; `None` if it holds objects that go too deep.
fn value(ty: &TypeDef, source: &mut Source, depth: usize) -> Option<Value> {
    Some(match &ty.shape {
        Shape::Scalar => match source.below(4) {
            0 => Value::Map(
                [
                    (text(source), Value::from(1)),
                    ("k".to_owned(), Value::from("v")),
                ]
                .into_iter()
                .collect::<indexmap::IndexMap<_, _>>(),
            ),
            1 => number(source, None),
            2 => Value::from(text(source)),
            _ => Value::from(sample(source)),
        },
        Shape::Plain(form) => plain(form, source),
        Shape::Enum { values }
        | Shape::OpenEnum { values }
        | Shape::StateMachine { values, .. } => Value::from(*source.one_of(values)?),
        Shape::List(element) => Value::List(several(element, source, depth)?),
        Shape::Set(element) => Value::Set(several(element, source, depth)?),
        Shape::Dict(element) => Value::Map(
            several(element, source, depth)?
                .into_iter()
                .map(|value| (text(source), value))
                .collect::<indexmap::IndexMap<_, _>>(),
        ),
        Shape::Tuple(elements) => Value::List(
            elements
                .iter()
                .map(|element| one(element, source, depth))
                .collect::<Option<_>>()?,
        ),
        Shape::Object(target) => Value::Object(inside(target, source, depth)?),
    })
}

fn several(element: &Element, source: &mut Source, depth: usize) -> Option<Vec<Value>> {
    if element.ty.any_object().is_some() && depth == 0 {
        return Some(Vec::new());
    }
    let count = source.below(4);
    (0..count).map(|_| one(element, source, depth)).collect()
}

fn one(element: &Element, source: &mut Source, depth: usize) -> Option<Value> {
    if element.nullable && source.once_in(4) {
        return Some(Value::Null);
    }
    value(element.ty, source, depth)
}

fn inside(
    target: &ObjectTarget,
    source: &mut Source,
    depth: usize,
) -> Option<Box<dyn VersionedObject>> {
    let depth = depth.checked_sub(1)?;
    let class = source.one_of((target.classes)())?;
    Some(object(class, source, depth))
}

fn plain(form: &Plain, source: &mut Source) -> Value {
    match form.json {
        "string" => {
            let picky = form.enforced && form.pattern.is_some() || !form.formats.is_empty();
            if picky || source.once_in(3) {
                Value::from(sample(source))
            } else {
                Value::from(text(source))
            }
        }
        "integer" => number(source, form.minimum),
        "number" => {
            let float = [0.0, 1.0, -1.5, 0.1, 16.0, 1e20, 1e-7][source.below(7)];
            Value::Float(if form.minimum.is_some() {
                f64::abs(float)
            } else {
                float
            })
        }
        "boolean" => Value::Bool(source.once_in(2)),
        _ => Value::from(text(source)),
    }
}

fn number(source: &mut Source, minimum: Option<i64>) -> Value {
    let number = if source.once_in(2) {
        source.one_of(NUMBERS).copied().unwrap_or_default()
    } else {
        i128::from(source.next() % 5000)
    };
    Value::Int(minimum.map_or(number, |minimum| number.max(minimum.into())))
}

fn sample(source: &Source) -> &'static str {
    SAMPLES
        .get(source.sample % SAMPLES.len())
        .copied()
        .unwrap_or_default()
}

fn text(source: &mut Source) -> String {
    let length = source.below(9);
    (0..length)
        .filter_map(|_| source.one_of(CHARACTERS).copied())
        .collect()
}
