//! Links between documents lead somewhere: to a file that exists, to a heading in it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn run(root: &Path) -> Vec<String> {
    let mut files = Vec::new();
    collect(root, &mut files);
    files.sort();
    let mut headings = HashMap::new();
    let mut failures = Vec::new();
    for file in &files {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                failures.push(format!("cannot read {}: {error}", file.display()));
                continue;
            }
        };
        for (line, target) in links(&text) {
            if let Some(problem) = check(root, file, &target, &mut headings) {
                let shown = file.strip_prefix(root).unwrap_or(file).display();
                failures.push(format!("{shown}:{line}: {problem}"));
            }
        }
    }
    failures
}

/// Finds Markdown files, leaving out what is built or hidden.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if path.is_dir() {
            let left_out = name.starts_with('.') || name == "target" || name == "node_modules";
            if !left_out {
                collect(&path, files);
            }
        } else if name.ends_with(".md") {
            files.push(path);
        }
    }
}

/// Every link with its line: `[text](target)` and `[name]: target`, outside of code.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        let line = without_code(line);
        let mut rest = line.as_str();
        while let Some((_, after)) = rest.split_once("](") {
            let target = after.split([')', ' ']).next().unwrap_or_default();
            found.push((number, target.to_owned()));
            rest = after;
        }
        if line.starts_with('[')
            && !line.starts_with("[^")
            && let Some((_, target)) = line.split_once("]: ")
        {
            found.push((
                number,
                target
                    .split_whitespace()
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            ));
        }
    }
    found
}

/// The lines of a document that are not in a code block, numbered from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence: Option<&str> = None;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let trimmed = line.trim_start();
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => {
                fence = Some(mark);
                None
            }
            (Some(open), Some(mark)) if open == mark => {
                fence = None;
                None
            }
            (Some(_), _) => None,
            (None, None) => Some((index + 1, line)),
        }
    })
}

fn without_code(line: &str) -> String {
    line.split('`')
        .enumerate()
        .filter(|(index, _)| index % 2 == 0)
        .map(|(_, part)| part)
        .collect()
}

fn check(
    root: &Path,
    file: &Path,
    target: &str,
    headings: &mut HashMap<PathBuf, Vec<String>>,
) -> Option<String> {
    // `derive@Name` and the like are rustdoc's, which checks them itself.
    let rustdoc = ["derive@", "macro@", "trait@", "crate::"];
    let elsewhere = target.contains("://")
        || target.starts_with("mailto:")
        || target.is_empty()
        || rustdoc.iter().any(|prefix| target.starts_with(prefix));
    if elsewhere {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let full = if path.is_empty() {
        file.to_owned()
    } else if let Some(from_root) = path.strip_prefix('/') {
        root.join(from_root)
    } else {
        file.parent().unwrap_or(root).join(path)
    };
    if !full.exists() {
        return Some(format!("{target} does not exist"));
    }
    if anchor.is_empty() || full.extension().is_none_or(|extension| extension != "md") {
        return None;
    }
    let known = headings.entry(full.clone()).or_insert_with(|| {
        fs::read_to_string(&full)
            .map(|text| anchors(&text))
            .unwrap_or_default()
    });
    if known.iter().any(|known| known == anchor) {
        None
    } else {
        Some(format!("{target} names no heading"))
    }
}

/// The names by which headings can be linked to, as GitHub makes them.
fn anchors(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (_, line) in prose(text).filter(|(_, line)| line.starts_with('#')) {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let name: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let same = names.iter().filter(|known| **known == name).count();
        names.push(if same == 0 {
            name
        } else {
            format!("{name}-{same}")
        });
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_outside_of_code() {
        let text =
            "a [b](c.md) [d](e.md#f \"t\") `[x](y)`\n```\n[no](no)\n```\n[ref]: g.md\n[^1]: no\n";
        let found: Vec<_> = links(text)
            .into_iter()
            .map(|(line, target)| format!("{line} {target}"))
            .collect();
        assert_eq!(found, ["1 c.md", "1 e.md#f", "5 g.md"]);
    }

    #[test]
    fn headings_are_named_as_github_does() {
        assert_eq!(
            anchors("# A `b` & C\n## It's\n## It's\n```\n# no\n```"),
            ["a-b--c", "its", "its-1"]
        );
    }
}
