//! What a reader should know before trusting a result, in words, each with what helps.

use crate::outcome::{Finding, Record};
use crate::words::counted;

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
        Finding::Unclaimed { replies } => {
            let replies = if *replies == 1 { "1 reply".to_owned() } else { format!("{replies} replies") };
            let text = format!(
                "{replies} came that nobody waited for: second answers to one request, answers to none, or answers after the \
                 client's 5 s"
            );
            (text, None)
        }
    }
}

/// What some runs of one cell found and a reader should know, in words: each thing once, and of those that differ in numbers
/// alone the worst.
pub(crate) fn of_runs(records: &[&Record]) -> Vec<(String, Option<&'static str>)> {
    let mut told: Vec<(&Finding, usize)> = Vec::new();
    let findings = records.iter().flat_map(|record| &record.outcome.findings);
    for finding in findings.filter(|one| is_warning(one) || !matches!(one, Finding::Late { .. })) {
        match told.iter_mut().find(|(known, _)| are_alike(known, finding)) {
            None => told.push((finding, 1)),
            Some((worst, runs)) => {
                *runs += 1;
                if badness(finding) > badness(worst) {
                    *worst = finding;
                }
            }
        }
    }
    let in_words = |(worst, runs): (&Finding, usize)| {
        let (text, hint) = words(worst);
        (if runs == 1 || badness(worst).is_none() { text } else { format!("{text} (the worst of {runs} runs)") }, hint)
    };
    told.into_iter().map(in_words).collect()
}

/// Whether two findings of a cell say the same, but for numbers.
fn are_alike(one: &Finding, other: &Finding) -> bool {
    one == other || badness(one).is_some() && std::mem::discriminant(one) == std::mem::discriminant(other)
}

/// By what the findings of some kinds are told apart.
fn badness(finding: &Finding) -> Option<f64> {
    match finding {
        Finding::Late { p99_ms, .. } => Some(*p99_ms),
        Finding::MissingButStable { values, .. } => Some(*values as f64),
        Finding::Unclaimed { replies } => Some(*replies as f64),
        Finding::Flaky { .. } | Finding::NotJudged { .. } | Finding::Note { .. } => None,
    }
}

/// Whether a finding casts doubt, as against merely being worth knowing.
pub(crate) fn is_warning(finding: &Finding) -> bool {
    match finding {
        Finding::Late { p99_ms, bound_ms, .. } => p99_ms > bound_ms,
        Finding::Flaky { .. } | Finding::MissingButStable { .. } | Finding::NotJudged { .. } => true,
        Finding::Note { .. } | Finding::Unclaimed { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

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
    fn of_what_differs_in_numbers_alone_the_worst_is_told() {
        let note = Finding::Note { text: "n1 was muted".into() };
        let unclaimed = |replies| Finding::Unclaimed { replies };
        let runs =
            [vec![unclaimed(2), late(1.0)], vec![unclaimed(6), note.clone()], vec![note, unclaimed(1), late(9.0)]];
        let plan = sample::plan(3);
        let records: [Record; 3] = runs.map(|findings| {
            let mut record = sample::record(&plan.cells[0], 0);
            record.outcome.findings = findings;
            record
        });
        let told: Vec<String> = of_runs(&records.each_ref()).into_iter().map(|(text, _)| text).collect();
        let [replies, muted, lateness] = &told[..] else { panic!("{told:?}") };
        assert!(replies.starts_with("6 replies came") && replies.ends_with("(the worst of 3 runs)"), "{replies}");
        assert_eq!(muted, "n1 was muted");
        assert!(lateness.starts_with("unreliable: ") && !lateness.contains("worst"), "{lateness}");
    }

    #[test]
    fn numbers_agree_with_their_nouns() {
        let one = words(&Finding::MissingButStable { values: 1, nodes: 2 }).0;
        assert_eq!(one, "1 value called stable is missing from the final read of 2 nodes");
        let two = words(&Finding::MissingButStable { values: 2, nodes: 1 }).0;
        assert_eq!(two, "2 values called stable are missing from the final read of 1 node");
    }
}
