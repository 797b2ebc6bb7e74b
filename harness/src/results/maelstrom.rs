//! results.edn → what it says: validity, figures, and what could not be judged (semantics, section 7).
//!
//! **Validity.** Three checkers judge a run: `:workload`, `:stats` and `:availability`. It is invalid if any of them says
//! `false`, or the whole is `false` for a reason that is not known here; else unknown if any of them is not `true`, is
//! missing, or the analysis as a whole failed; else valid. Plots, timeline, exceptions and message counts say nothing about
//! what was promised: where one of those is not `true` (`:perf` without gnuplot), it is named as a
//! [`Finding::NotJudged`], and Maelstrom's own `:valid? :unknown` for the whole is set aside.
//!
//! Absent: what only the history tells (`strict`).

use std::collections::BTreeSet;

use super::edn::{EdnError, Form, Part, Value, parts};
use crate::figure::{Figure, Figures};
use crate::outcome::{Finding, Validity};

/// What a results.edn says.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultsEdn {
    /// What the judges say.
    pub validity: Validity,
    /// The figures it has; all workloads' message counts, broadcast's and g-set's latencies.
    pub figures: Figures,
    /// The parts that could not be judged.
    pub findings: Vec<Finding>,
    /// The values it calls lost.
    pub lost: BTreeSet<i64>,
    /// Why the run or its analysis as a whole failed, if it did.
    pub error: Option<String>,
}

/// Reads a results.edn.
pub fn read(text: &str) -> Result<ResultsEdn, EdnError> {
    let parts = parts(text)?;
    let whole = Whole::of(&parts)?;
    let findings = parts.iter().filter_map(not_judged).collect();
    let error = whole.entry("error").map(reason);
    let workload = whole.entry("workload");
    let lost = workload.and_then(|workload| workload.entry("lost")?.items());
    let judged: Vec<Option<Verdict>> = JUDGES.iter().map(|judge| verdict(whole.entry(judge))).collect();
    let validity = if error.is_some() {
        Validity::Unknown
    } else if judged.contains(&Some(Verdict::False)) || whole.says_false() {
        Validity::Invalid
    } else if judged.iter().all(|verdict| *verdict == Some(Verdict::True)) {
        Validity::Valid
    } else {
        Validity::Unknown
    };
    let lost = lost.into_iter().flatten().filter_map(Value::integer).collect();
    Ok(ResultsEdn { validity, figures: figures(&whole), findings, lost, error })
}

/// The entries that could be read.
struct Whole<'a>(Vec<(&'a str, &'a Form<'a>)>);

impl<'a> Whole<'a> {
    /// What a judge says must be readable; the rest need not.
    fn of(parts: &'a [Part<'a>]) -> Result<Self, EdnError> {
        let mut entries = Vec::new();
        for part in parts {
            match &part.form {
                Ok(form) => entries.push((part.key, form)),
                Err(error) if JUDGES.contains(&part.key) || part.key == "valid?" => return Err(error.clone()),
                Err(_) => {}
            }
        }
        Ok(Self(entries))
    }

    fn entry(&self, key: &str) -> Option<Value<'a>> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, form)| form.value())
    }

    /// Whether the whole is false. A part that is not known here may be the reason.
    fn says_false(&self) -> bool {
        self.entry("valid?").and_then(Value::boolean) == Some(false)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    False,
    True,
    Unknown,
}

/// A checker's `:valid?`; nothing if there is none.
fn verdict(checker: Option<Value<'_>>) -> Option<Verdict> {
    let valid = checker?.entry("valid?")?;
    match valid.boolean() {
        Some(true) => Some(Verdict::True),
        Some(false) => Some(Verdict::False),
        None => (valid.keyword() == Some("unknown")).then_some(Verdict::Unknown),
    }
}

/// The finding about a part that is not `true`, be it a judge whose checker crashed. A judge's `false` is a verdict.
fn not_judged(part: &Part<'_>) -> Option<Finding> {
    if matches!(part.key, "valid?" | "error") {
        return None;
    }
    let why = match &part.form {
        Err(error) => format!("this part of results.edn cannot be read: {error}"),
        Ok(form) => {
            let value = form.value();
            let unknown = match verdict(Some(value)) {
                Some(Verdict::False) => !JUDGES.contains(&part.key),
                Some(Verdict::Unknown) => true,
                // Without `:valid?` it is no checker's result, so nothing that is judged.
                Some(Verdict::True) | None => false,
            };
            if !unknown {
                return None;
            }
            nested_error(value, 3).map_or_else(|| "its checker could not tell".to_owned(), reason)
        }
    };
    let reason = if part.key == "perf" {
        format!("{why}; plots are drawn by gnuplot, which has no part in the verdict; install it to have them")
    } else {
        why
    };
    Some(Finding::NotJudged { part: part.key.to_owned(), reason })
}

/// The first `:error` of a checker or of its own checkers.
fn nested_error(value: Value<'_>, depth: u32) -> Option<Value<'_>> {
    let deeper = || value.entries().find_map(|(_, inner)| nested_error(inner, depth - 1));
    value.entry("error").or_else(|| if depth > 0 { deeper() } else { None })
}

/// An exception in a line: Jepsen 0.3.7 writes a map with `:cause` and `:via`, 0.3.1 a text with a stack trace.
fn reason(error: Value<'_>) -> String {
    let said =
        error.entry("cause").filter(|cause| !cause.is_nil()).or_else(|| error.entry("via").and_then(first_message));
    let said = said.unwrap_or(error);
    let text = said.string().map_or_else(|| said.to_string(), str::to_owned);
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no reason is given").to_owned()
}

/// The message of a chain's first exception, or its class if it has none.
fn first_message(via: Value<'_>) -> Option<Value<'_>> {
    let first = *via.items()?.first()?;
    first.entry("message").or_else(|| first.entry("type"))
}

fn figures(whole: &Whole<'_>) -> Figures {
    let mut figures = Figures::default();
    let mut set = |figure: Figure, value: Option<Value<'_>>| {
        if let Some(value) = value.and_then(Value::number) {
            figures.set(figure, value);
        }
    };
    let net = |group: &str, key: &str| whole.entry("net")?.entry(group)?.entry(key);
    set(Figure::MsgsPerOp, net("all", "msgs-per-op"));
    set(Figure::ServerMsgsPerOp, net("servers", "msgs-per-op"));
    let stats = whole.entry("stats");
    set(Figure::Operations, stats.and_then(|stats| stats.entry("count")));
    let broadcasts = stats.and_then(|stats| stats.entry("by-f")?.entry("broadcast")?.entry("count"));
    set(Figure::Broadcasts, broadcasts);
    set(Figure::OkFraction, whole.entry("availability").and_then(|availability| availability.entry("ok-fraction")));
    let workload = |key: &str| whole.entry("workload")?.entry(key);
    set(Figure::Lost, workload("lost-count"));
    set(Figure::Stale, workload("stale-count"));
    set(Figure::NeverRead, workload("never-read-count"));
    for (figure, quantile) in QUANTILES {
        set(figure, workload("stable-latencies").and_then(|latencies| latencies.at_number(quantile)));
    }
    let per_broadcast = net("servers", "msg-count").and_then(Value::number).zip(broadcasts.and_then(Value::number));
    if let Some((messages, broadcasts)) = per_broadcast.filter(|(_, broadcasts)| *broadcasts > 0.0) {
        figures.set(Figure::MsgsPerBroadcast, messages / broadcasts);
    }
    figures
}

const JUDGES: [&str; 3] = ["workload", "stats", "availability"];

const QUANTILES: [(Figure, f64); 5] = [
    (Figure::StableLatencyMin, 0.0),
    (Figure::StableLatencyMedian, 0.5),
    (Figure::StableLatencyP95, 0.95),
    (Figure::StableLatencyP99, 0.99),
    (Figure::StableLatencyMax, 1.0),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A results.edn of these parts.
    fn results(workload: &str, perf: &str, whole: &str) -> ResultsEdn {
        let text = format!(
            "{{:perf {perf}, :stats {{:valid? true, :count 4, :by-f {{}}}}, :availability {{:valid? true}},
              :net {{:valid? true}}, :workload {workload}, :valid? {whole}}}"
        );
        read(&text).unwrap()
    }

    const GOOD: &str = "{:valid? true, :lost-count 0}";

    #[test]
    fn without_gnuplot_the_workload_is_judged_all_the_same() {
        let graph = r#"{:valid? :unknown, :error {:via [{:type java.io.IOException}],
            :cause "Cannot run program \"gnuplot\": error=2, No such file or directory"}}"#;
        let perf = format!("{{:latency-graph {graph}, :rate-graph {graph}, :valid? :unknown}}");
        let read = results(GOOD, &perf, ":unknown");
        assert_eq!(read.validity, Validity::Valid);
        let [Finding::NotJudged { part, reason }] = read.findings.as_slice() else { panic!("{:?}", read.findings) };
        assert_eq!(part, "perf");
        assert!(reason.starts_with("Cannot run program \"gnuplot\"") && reason.contains("install it"), "{reason}");
    }

    #[test]
    fn judges_decide() {
        let perf = "{:valid? true}";
        for (workload, whole, expected) in [
            (GOOD, "true", Validity::Valid),
            ("{:valid? false}", "false", Validity::Invalid),
            ("{:valid? :unknown, :attempt-count 0}", ":unknown", Validity::Unknown),
            ("{:valid? :unknown, :error \"java.lang.Error: no\\n at x\"}", ":unknown", Validity::Unknown),
            (GOOD, "false", Validity::Invalid),
            ("nil", "true", Validity::Unknown),
        ] {
            assert_eq!(results(workload, perf, whole).validity, expected, "{workload} {whole}");
        }
        let crashed = results("{:valid? :unknown, :error \"java.lang.Error: no\\n at x\"}", perf, ":unknown");
        let reason = "java.lang.Error: no".to_owned();
        assert_eq!(crashed.findings, [Finding::NotJudged { part: "workload".into(), reason }]);
    }

    #[test]
    fn an_analysis_that_failed_as_a_whole_is_unknown() {
        let read =
            read("{:valid? :unknown, :error {:via [{:type java.lang.AssertionError, :message \"Assert failed\"}]}}");
        let read = read.unwrap();
        assert_eq!((read.validity, read.error.as_deref()), (Validity::Unknown, Some("Assert failed")));
        assert_eq!(read.figures, Figures::default());
    }

    #[test]
    fn a_part_that_is_no_edn_is_named_and_a_judge_must_be_read() {
        let text = format!("{{:stats {GOOD} :availability {GOOD} :workload {GOOD} :exceptions {{:a}} :valid? true}}");
        let read_parts = read(&text).unwrap();
        assert_eq!(read_parts.validity, Validity::Valid);
        assert!(matches!(&read_parts.findings[..], [Finding::NotJudged { part, .. }] if part == "exceptions"));
        let broken = read("{:stats {:valid? true}\n :workload {:valid?} :valid? true}").unwrap_err();
        assert_eq!(broken.line, 2);
    }

    #[test]
    fn without_stable_values_there_are_no_latencies() {
        let read = results("{:valid? false, :lost-count 2, :lost (3 5)}", "{:valid? true}", "false");
        assert_eq!(read.figures.value(Figure::StableLatencyMedian), None);
        assert_eq!(read.figures.value(Figure::Lost), Some(2.0));
        assert_eq!(read.lost, BTreeSet::from([3, 5]));
    }
}
