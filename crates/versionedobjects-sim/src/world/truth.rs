//! What is true of a thing, whoever has it and however it was written.

use versionedobjects::{Json, JsonMap};

/// What is true of a thing.
pub(super) struct Truth {
    pub(super) class: &'static str,
    /// In the terms of the newest release.
    pub(super) says: JsonMap,
    /// How often it has been passed on.
    pub(super) hop: u64,
    /// It could not be read or written any more, which was found already.
    pub(super) gone: bool,
}

impl Truth {
    /// Takes over what somebody changed, and nothing else: what a release does
    /// not see, or sees as something older, stays what it is.
    pub(super) fn learn(&mut self, before: &JsonMap, after: JsonMap) {
        learn_map(&mut self.says, before, after);
    }
}

fn learn_map(says: &mut JsonMap, before: &JsonMap, after: JsonMap) {
    for (name, value) in after {
        let was = before.get(&name);
        if was == Some(&value) {
            continue;
        }
        match (says.get_mut(&name), was) {
            (Some(known), Some(was)) => learn(known, was, value),
            _ => {
                says.insert(name, value);
            }
        }
    }
}

fn learn(known: &mut Json, before: &Json, after: Json) {
    match (known, before, after) {
        (Json::Object(known), Json::Object(before), Json::Object(after)) => {
            learn_map(known, before, after);
        }
        (Json::Array(known), Json::Array(before), Json::Array(after))
            if known.len() == after.len() && before.len() == after.len() =>
        {
            for ((known, before), after) in known.iter_mut().zip(before).zip(after) {
                if *before != after {
                    learn(known, before, after);
                }
            }
        }
        (known, _, after) => *known = after,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_changed_is_learnt() {
        let mut known =
            json!({"a": 1, "b": {"c": 2, "new": 3}, "l": [{"s": "grey"}, {"s": "grey"}]});
        let before = json!({"a": 1, "b": {"c": 2}, "l": [{"s": "black"}, {"s": "black"}]});
        let after = json!({"a": 1, "b": {"c": 5}, "l": [{"s": "black"}, {"s": "white"}], "d": 6});
        learn(&mut known, &before, after);
        assert_eq!(
            known,
            json!({"a": 1, "b": {"c": 5, "new": 3}, "l": [{"s": "grey"}, {"s": "white"}], "d": 6})
        );
    }
}
