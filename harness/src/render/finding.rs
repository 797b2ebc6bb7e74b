//! What a reader should know before trusting a result, in words, each with what helps.

use crate::outcome::Finding;

/// The finding in one sentence, and a hint where something can be done.
pub(crate) fn words(finding: &Finding) -> (String, Option<&'static str>) {
    match finding {
        Finding::Flaky { attempt, p99_ms, bound_ms, .. } => {
            let text = format!(
                "FLAKY: attempt {attempt} was {p99_ms:.1} ms late (p99), at most {bound_ms:.0} ms are allowed, and the run was \
                 made again"
            );
            (text, Some("its figures are in the record; run fewer cells at once (`--jobs 1`)"))
        }
        Finding::Late { p50_ms, p99_ms, max_ms, bound_ms } => {
            let lateness =
                format!("deliveries were late by {p50_ms:.1} ms (p50), {p99_ms:.1} ms (p99), {max_ms:.1} ms (max)");
            if p99_ms > bound_ms {
                let text = format!("unreliable: {lateness}; the bound for p99 is {bound_ms:.1} ms");
                (text, Some("run fewer cells at once (`--jobs 1`) or leave the machine to this run"))
            } else {
                (lateness, None)
            }
        }
        Finding::NotJudged { part, reason } => (format!("`{part}` was not judged: {reason}"), None),
        Finding::MissingButStable { values, nodes } => (
            format!(
                "{} called stable {} missing from the final read of {}",
                counted(*values, "value"),
                if *values == 1 { "is" } else { "are" },
                counted(*nodes, "node")
            ),
            Some("Maelstrom asks only the last read; limit `missing` to hold every node to it"),
        ),
        Finding::Note { text } => (text.clone(), None),
    }
}

/// Whether a finding casts doubt, as against merely being worth knowing.
pub(crate) fn is_warning(finding: &Finding) -> bool {
    match finding {
        Finding::Late { p99_ms, bound_ms, .. } => p99_ms > bound_ms,
        Finding::Flaky { .. } | Finding::MissingButStable { .. } | Finding::NotJudged { .. } => true,
        Finding::Note { .. } => false,
    }
}

/// `1 value`, `3 values`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn late(p99_ms: f64) -> Finding {
        Finding::Late { p50_ms: 0.1, p99_ms, max_ms: 12.0, bound_ms: 5.0 }
    }

    #[test]
    fn lateness_beyond_its_bound_warns_and_says_what_helps() {
        let (text, hint) = words(&late(9.25));
        assert!(text.starts_with("unreliable: ") && text.contains("9.2 ms (p99)"), "{text}");
        assert!(hint.is_some_and(|hint| hint.contains("--jobs 1")));
        assert!(is_warning(&late(9.25)));
    }

    #[test]
    fn lateness_within_its_bound_is_only_told() {
        let (text, hint) = words(&late(1.0));
        assert!(text.starts_with("deliveries were late by 0.1 ms"), "{text}");
        assert_eq!(hint, None);
        assert!(!is_warning(&late(1.0)));
    }

    #[test]
    fn numbers_agree_with_their_nouns() {
        let one = words(&Finding::MissingButStable { values: 1, nodes: 2 }).0;
        assert_eq!(one, "1 value called stable is missing from the final read of 2 nodes");
        let two = words(&Finding::MissingButStable { values: 2, nodes: 1 }).0;
        assert_eq!(two, "2 values called stable are missing from the final read of 1 node");
    }
}
