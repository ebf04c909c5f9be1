//! The nearest known name to a misspelt one.

/// Picks the candidate nearest to `name`, if any is near enough to be what was meant: a third of its letters may differ.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edits between two names: insert, delete, replace, or swap neighbours. Case and `-` against `_` count nothing.
fn distance(a: &str, b: &str) -> usize {
    let fold = |text: &str| -> Vec<char> {
        // Nobody's option is longer; what a file holds may be.
        text.chars()
            .take(128)
            .flat_map(char::to_lowercase)
            .map(|c| if c == '-' { '_' } else { c })
            .collect()
    };
    let (a, b) = (fold(a), fold(b));
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(i + 1);
        let mut last = i + 1;
        for (j, right) in b.iter().enumerate() {
            let at =
                |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut cost = (at(&row, j) + usize::from(left != right))
                .min(at(&row, j + 1) + 1)
                .min(last + 1);
            let swapped =
                i > 0 && j > 0 && a.get(i - 1) == Some(right) && b.get(j - 1) == Some(left);
            if swapped {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            next.push(cost);
            last = cost;
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        let names = [
            "connection",
            "max_pool_size",
            "max_retries",
            "retry_interval",
        ];
        let check = |name: &str, expected| assert_eq!(nearest(name, names), expected, "{name}");
        check("conection", Some("connection"));
        check("connetcion", Some("connection"));
        check("max-pool-size", Some("max_pool_size"));
        check("MAX_RETRIES", Some("max_retries"));
        check("workers", None);
        check("", None);
    }

    #[test]
    fn distances_count_edits() {
        let check = |a: &str, b: &str, expected| assert_eq!(distance(a, b), expected, "{a} {b}");
        check("", "abc", 3);
        check("abc", "", 3);
        check("kitten", "sitting", 3);
        check("ab", "ba", 1);
        check("host", "host", 0);
    }
}
