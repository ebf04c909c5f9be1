//! `novactl object reference`

use std::collections::{BTreeMap, BTreeSet};

use crate::support::Deployment;

/// The pages by name.
fn pages(deployment: &Deployment, folder: &str) -> BTreeMap<String, String> {
    let folder = deployment.path(folder);
    deployment.ok(&["object", "reference", &folder.display().to_string()]);
    std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| {
            let entry = entry.expect("an entry");
            let text = std::fs::read_to_string(entry.path()).expect("text");
            (entry.file_name().into_string().expect("a name"), text)
        })
        .collect()
}

/// What stands between `before` and the quote after it, everywhere.
fn quoted<'t>(text: &'t str, before: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(before)
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap_or_default())
}

#[test]
fn it_has_every_class_with_its_fields_and_methods() {
    let deployment = Deployment::new();
    let pages = pages(&deployment, "reference");
    let classes = deployment.json(&["object", "methods"]);
    for class in classes["classes"].as_array().expect("a list") {
        let name = class["class"].as_str().expect("text");
        let page = &pages[&format!("{name}.html")];
        assert!(
            pages["index.html"].contains(&format!(">{name}</a>")),
            "{name}"
        );
        assert!(page.contains(&format!("<h1>{name}</h1>")), "{name}");
        for method in class["methods"].as_array().expect("a list") {
            let id = format!("id=\"method.{}\"", method["name"].as_str().expect("text"));
            assert!(page.contains(&id), "{name} {id}");
        }
        for release in class["history"].as_array().expect("a list") {
            let id = format!(
                "id=\"version.{}\"",
                release["version"].as_str().expect("text")
            );
            assert!(page.contains(&id), "{name} {id}");
        }
    }
    assert!(pages["Instance.html"].contains("id=\"field.uuid\""));
    assert!(pages["Instance.html"].contains("<a href=\"Flavor.html\">Flavor</a> or null"));
    assert!(pages["Flavor.html"].contains("Inside <a href=\"FlavorList.html\">"));
}

#[test]
fn every_link_leads_somewhere_and_nothing_comes_from_elsewhere() {
    let pages = pages(&Deployment::new(), "reference");
    let ids: BTreeMap<&str, BTreeSet<&str>> = pages
        .iter()
        .map(|(name, text)| (name.as_str(), quoted(text, " id=\"").collect()))
        .collect();
    let mut links = 0;
    for (name, text) in &pages {
        let found = quoted(text, "href=\"").chain(quoted(text, "src=\""));
        // What the search offers stands last in each of its lines.
        let offered = text
            .lines()
            .filter(|line| name == "names.js" && line.starts_with('['));
        let offered = offered.filter_map(|line| line.strip_suffix("\"],")?.rsplit('"').next());
        for link in found.chain(offered) {
            links += 1;
            let (file, id) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() { name } else { file };
            assert!(ids.contains_key(file), "{name}: {link}");
            assert!(id.is_empty() || ids[file].contains(id), "{name}: {link}");
        }
        assert!(!text.contains("://"), "{name}");
    }
    assert!(links > 1000, "{links}");
}

#[test]
fn it_is_the_same_each_time() {
    let deployment = Deployment::new();
    assert_eq!(pages(&deployment, "once"), pages(&deployment, "again"));
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let deployment = Deployment::new();
    let file = deployment.path("file");
    std::fs::write(&file, "").expect("written");
    let said = deployment.fails(1, &["object", "reference", &file.display().to_string()]);
    assert!(said.contains(&file.display().to_string()), "{said}");
}
