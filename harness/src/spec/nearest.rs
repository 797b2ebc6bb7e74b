//! "A key with a similar name exists": the nearest of the names that would have been right.

/// The candidate that a misspelt name most likely means, if any is near enough to be worth naming.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LENGTH_MAX {
        return None;
    }
    let name = name.to_lowercase().replace('_', "-");
    let distance = |candidate: &str| strsim::damerau_levenshtein(&name, candidate);
    let (best, best_distance) =
        candidates.into_iter().map(|each| (each, distance(each))).min_by_key(|&(_, distance)| distance)?;
    // A third of the name may be wrong; of a short one, one letter.
    let bound = (name.chars().count().min(best.chars().count()) / 3).max(1);
    (best_distance <= bound && best_distance < best.chars().count()).then_some(best)
}

/// No name of ours comes near this length, and the distance costs its square.
const LENGTH_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_mistakes_are_understood_and_other_words_are_not() {
        let names = ["grid", "star", "n12-tree", "node-count"];
        assert_eq!(nearest("gird", names), Some("grid"));
        assert_eq!(nearest("n12tree", names), Some("n12-tree"));
        assert_eq!(nearest("Node_Count", names), Some("node-count"));
        assert_eq!(nearest("banana", names), None);
        assert_eq!(nearest("x", ["a"]), None);
        assert_eq!(nearest(&"x".repeat(1 << 20), names), None);
    }
}
