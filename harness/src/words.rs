//! Parts of messages: a number with its noun, and names of which there may be many.
//!
//! Absent: whole messages; each room says its own.

/// `1 value`, `3 values`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// The first names of many: `a, b and 3 more`.
pub(crate) fn few(names: &[impl AsRef<str>], most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Names as they are quoted in a message, the first dozen of many.
pub(crate) fn listed(names: &[impl AsRef<str>]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    few(&quoted, LISTED_MAX)
}

/// Enough to see how things are named.
const LISTED_MAX: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_agrees_with_its_noun() {
        assert_eq!(
            (counted(1, "run"), counted(0, "run"), counted(12, "run")),
            ("1 run".into(), "0 runs".into(), "12 runs".into())
        );
    }

    #[test]
    fn of_many_names_the_first_are_told_and_the_rest_is_counted() {
        let names = |count: usize| (0..count).map(|place| format!("n{place}")).collect::<Vec<_>>();
        assert_eq!(few(&names(2), 2), "n0, n1");
        assert_eq!(few(&names(6_400), 3), "n0, n1, n2 and 6397 more");
        assert_eq!(listed(&names(2)), "`n0`, `n1`");
        assert!(listed(&names(13)).ends_with("`n11` and 1 more"));
    }
}
