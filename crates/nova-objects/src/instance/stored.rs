//! How an instance's record holds its flavors.

use versionedobjects::python_json;

use super::Instance;
use crate::Error;
use crate::flavor::Flavor;
use crate::prelude::*;

impl Instance {
    /// Takes over the three flavors from the text that the record holds: a
    /// dictionary with `cur`, `old` and `new` (nova `objects/instance.py`,
    /// `_flavor_from_db`).
    ///
    /// # Errors
    ///
    /// When the text is no such dictionary, or has no current flavor.
    pub fn load_stored_flavors(&mut self, text: &str) -> Result<()> {
        let stored: JsonMap = serde_json::from_str(text)
            .map_err(|error| Error::value(format!("read flavors: {error}")))?;
        let flavor = |key: &str| match stored.get(key) {
            None | Some(Json::Null) => Ok(None),
            Some(json) => stored_flavor(json).map(Some),
        };
        let current =
            flavor("cur")?.ok_or_else(|| Error::value("read flavors: there is no current one"))?;
        self.set_flavor(current);
        self.set_old_flavor(flavor("old")?);
        self.set_new_flavor(flavor("new")?);
        self.reset_changes_of(&["flavor", "old_flavor", "new_flavor"]);
        Ok(())
    }

    /// The text for the record, from the flavors as they are; those that are
    /// unset count as none. Descriptions are left out: they are the flavor's,
    /// not the server's.
    ///
    /// # Errors
    ///
    /// When the current flavor is unset.
    pub fn flavors_to_store(&self) -> Result<String> {
        let mut stored = JsonMap::new();
        stored.insert("cur".to_owned(), without_description(self.flavor()?)?);
        for (key, flavor) in [("old", self.old_flavor()), ("new", self.new_flavor())] {
            let json = flavor.ok().flatten().map(without_description).transpose()?;
            stored.insert(key.to_owned(), json.unwrap_or(Json::Null));
        }
        Ok(python_json(&Json::Object(stored)))
    }
}

/// Flavors that were stored by very old releases lack two fields.
fn stored_flavor(json: &Json) -> Result<Flavor> {
    let mut flavor = Flavor::from_json(&json.to_string())?;
    if !flavor.is_set("disabled") {
        flavor.set_disabled(false);
    }
    if !flavor.is_set("is_public") {
        flavor.set_is_public(true);
    }
    Ok(flavor)
}

fn without_description(flavor: &Flavor) -> Result<Json> {
    let mut json: Json = serde_json::from_str(&flavor.to_json()?)
        .map_err(|error| Error::value(format!("write a flavor: {error}")))?;
    if let Some(description) = json.pointer_mut("/nova_object.data/description") {
        *description = Json::Null;
    }
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flavor(name: &str) -> Flavor {
        let mut flavor = Flavor::new();
        flavor.set_name(name);
        flavor.set_disabled(true);
        flavor.set_is_public(false);
        flavor.set_description("for tests");
        flavor.reset_changes();
        flavor
    }

    #[test]
    fn flavors_are_stored_without_their_descriptions() {
        let mut instance = Instance::new();
        instance.set_flavor(flavor("small"));
        instance.set_new_flavor(flavor("large"));
        let text = instance.flavors_to_store().unwrap();
        assert!(!text.contains("for tests"), "{text}");

        let mut loaded = Instance::new();
        loaded.load_stored_flavors(&text).unwrap();
        assert_eq!(loaded.flavor().unwrap().name().unwrap(), Some("small"));
        assert_eq!(loaded.flavor().unwrap().description().unwrap(), None);
        assert_eq!(loaded.old_flavor().unwrap(), None);
        assert_eq!(
            loaded.new_flavor().unwrap().unwrap().name().unwrap(),
            Some("large")
        );
        assert!(loaded.changes().is_empty());
    }

    #[test]
    fn flavors_of_very_old_releases_are_completed() {
        let old = r#"{"cur": {"nova_object.name": "Flavor", "nova_object.namespace": "nova",
            "nova_object.version": "1.1", "nova_object.data": {"id": 1}}, "old": null, "new": null}"#;
        let mut loaded = Instance::new();
        loaded.load_stored_flavors(old).unwrap();
        let flavor = loaded.flavor().unwrap();
        assert_eq!(
            (flavor.disabled().unwrap(), flavor.is_public().unwrap()),
            (false, true)
        );
    }

    #[test]
    fn text_without_a_current_flavor_is_refused() {
        for text in ["", "[]", "{}", r#"{"cur": null}"#, r#"{"cur": {}}"#] {
            assert!(Instance::new().load_stored_flavors(text).is_err(), "{text}");
        }
    }
}
