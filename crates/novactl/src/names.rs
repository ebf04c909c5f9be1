//! Names that are near to a misspelt one.

/// How many names are worth proposing.
const PROPOSALS: usize = 3;

/// The names nearest to `wanted`, nearest first, none that are far off.
pub(crate) fn near<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let folded = wanted.to_lowercase();
    let mut ranked: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| {
            let other = name.to_lowercase();
            // Half of a name is a good guess, whatever the rest.
            let (short, long) = if folded.len() < other.len() {
                (&folded, &other)
            } else {
                (&other, &folded)
            };
            let contained = short.len() * 2 >= long.len() && long.contains(short.as_str());
            (
                if contained {
                    1.0
                } else {
                    strsim::jaro_winkler(&folded, &other)
                },
                name,
            )
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        .collect();
    ranked.sort_by(|(a, left), (b, right)| b.total_cmp(a).then(left.cmp(right)));
    ranked.dedup_by(|(_, a), (_, b)| a == b);
    ranked
        .into_iter()
        .take(PROPOSALS)
        .map(|(_, name)| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn the_nearest_come_first_and_strangers_not_at_all() {
        let names = ["m1.small", "m1.medium", "gpu", "m1.tiny"];
        assert_eq!(near("m1.smal", names), ["m1.small"]);
        assert_eq!(
            near("m1.smlal", names).first().map(String::as_str),
            Some("m1.small")
        );
        assert_eq!(near("M1.Tiny", names), ["m1.tiny"]);
        assert!(near("zzzz", names).is_empty());
        assert!(near("", names).is_empty());
        assert!(near("m1.small", ["1", ""]).is_empty());
    }
}
