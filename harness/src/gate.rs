//! Limits × figures → verdict, with the distance.
//!
//! A cell is judged on one value of each figure over its repetitions: the worst, the median or the mean. Three answers: what
//! was measured keeps every limit; something certainly does not; nobody can tell, because a run crashed, was not made, or
//! lacks a figure that carries a limit. Certain failure outweighs the rest. A repetition that the checkers call invalid
//! fails the cell, whatever the limits are held against.
//!
//! Absent: how a verdict is shown (`render`).

mod counted;
mod margin;
mod regression;

use std::fmt;

use serde::Serialize;

pub use self::counted::{counted, worst_place};
pub use self::margin::Close;
pub use self::regression::Regressed;
use crate::exit::ExitStatus;
use crate::figure::Unit;
use crate::limit::{JudgedBy, Limit};
use crate::outcome::{Outcome, Validity};

/// What the gate says of one cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Judgement {
    /// Whether the cell has a say in the exit code.
    pub required: bool,
    /// The answer.
    pub verdict: Verdict,
    /// Whether some run was so late that its latencies may be too high.
    pub unreliable: bool,
    /// Whether some run took more than one attempt, because it was too late at first.
    pub flaky: bool,
    /// Limits that were kept or broken by so little that other seeds could have answered otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub close: Vec<Close>,
}

/// What a cell's repetitions are judged by.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// What must be kept.
    pub limits: &'a [Limit],
    /// Which value of a figure counts.
    pub judged_by: JudgedBy,
    /// How many repetitions there should be.
    pub repeat: u32,
}

/// The answer for one cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "verdict")]
pub enum Verdict {
    /// Certainly not: these promises are broken.
    Fail {
        /// At least one.
        breaches: Vec<Breach>,
    },
    /// Everything was measured and kept.
    Pass,
    /// Nobody can tell.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Breach {
    /// A figure does not keep its limit.
    Exceeded(Exceeded),
    /// The checkers call the run invalid.
    Invalid {
        /// In which repetition.
        repetition: u32,
    },
    /// A figure is worse than a baseline allows.
    Regressed(Regressed),
}

/// A figure that does not keep its limit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Exceeded {
    /// The limit.
    pub limit: Limit,
    /// What was measured: the value that counts.
    pub measured: f64,
    /// How far the measured value lies beyond the bound, in the figure's unit; negative below it.
    pub distance: f64,
    /// The repetition that is farthest off.
    pub repetition: u32,
    /// How many repetitions do not keep it.
    pub repetitions: u32,
}

/// Judges a cell by its runs' outcomes.
pub fn judge(required: bool, rules: Rules<'_>, outcomes: &[&Outcome]) -> Judgement {
    let breaches = breaches(rules, outcomes);
    let verdict = if !breaches.is_empty() {
        Verdict::Fail { breaches }
    } else if let Some(reason) = doubt(rules, outcomes) {
        Verdict::Unknown { reason }
    } else {
        Verdict::Pass
    };
    let close = rules.limits.iter().filter_map(|limit| margin::close(*limit, rules.judged_by, &whole(outcomes)));
    Judgement {
        required,
        verdict,
        unreliable: outcomes.iter().any(|outcome| outcome.is_unreliable()),
        flaky: outcomes.iter().any(|outcome| outcome.is_flaky()),
        close: close.collect(),
    }
}

/// The repetitions that came to their end. A crashed one breaks nothing: its figures are those of a part.
fn whole<'a>(outcomes: &[&'a Outcome]) -> Vec<&'a Outcome> {
    outcomes.iter().copied().filter(|outcome| outcome.crash.is_none()).collect()
}

/// The exit code that the verdicts amount to. Cells that are not required never change it.
pub fn status<'a>(judgements: impl IntoIterator<Item = &'a Judgement>) -> ExitStatus {
    let mut status = ExitStatus::Yes;
    for judgement in judgements.into_iter().filter(|judgement| judgement.required) {
        match judgement.verdict {
            Verdict::Fail { .. } => return ExitStatus::No,
            Verdict::Unknown { .. } => status = ExitStatus::Unknown,
            Verdict::Pass => {}
        }
    }
    status
}

/// What is certainly broken. A median or a mean is certain only once every repetition was measured.
fn breaches(rules: Rules<'_>, outcomes: &[&Outcome]) -> Vec<Breach> {
    let whole: Vec<(u32, &Outcome)> =
        (0..).zip(outcomes.iter().copied()).filter(|(_, outcome)| outcome.crash.is_none()).collect();
    let invalid = whole
        .iter()
        .find(|(_, outcome)| outcome.validity == Validity::Invalid)
        .map(|&(repetition, _)| Breach::Invalid { repetition });
    let is_certain = rules.judged_by == JudgedBy::Worst || whole.len() >= rules.repeat as usize;
    let limits = rules.limits.iter().filter(|_| is_certain);
    let exceeded = limits.filter_map(|limit| exceeded(*limit, rules.judged_by, &whole)).map(Breach::Exceeded);
    invalid.into_iter().chain(exceeded).collect()
}

fn exceeded(limit: Limit, judged_by: JudgedBy, whole: &[(u32, &Outcome)]) -> Option<Exceeded> {
    let values: Vec<(u32, f64)> = whole
        .iter()
        .filter_map(|&(repetition, outcome)| Some((repetition, outcome.figures.value(limit.figure)?)))
        .collect();
    let numbers = || values.iter().map(|(_, value)| *value);
    let farthest = counted::worst(limit, numbers())?;
    let measured = counted::against(limit, judged_by, numbers())?;
    let (repetition, _) = *values.iter().find(|(_, value)| value.total_cmp(&farthest).is_eq())?;
    let repetitions = numbers().filter(|value| !limit.allows(*value)).count();
    (!limit.allows(measured)).then(|| Exceeded {
        limit,
        measured,
        distance: measured - limit.bound,
        repetition,
        repetitions: u32::try_from(repetitions).unwrap_or(u32::MAX),
    })
}

/// Why nobody can tell, if so.
fn doubt(Rules { limits, repeat, .. }: Rules<'_>, outcomes: &[&Outcome]) -> Option<String> {
    if let Some(crash) = outcomes.iter().find_map(|outcome| outcome.crash.as_ref()) {
        return Some(crash.clone());
    }
    let made = u32::try_from(outcomes.len()).unwrap_or(u32::MAX);
    if made < repeat {
        return Some(if made == 0 {
            "not run".into()
        } else {
            format!("only {made} of {repeat} repetitions were run")
        });
    }
    if outcomes.iter().any(|outcome| outcome.validity == Validity::Unknown) {
        return Some("the checkers had not enough to judge by".into());
    }
    let absent = |limit: &&Limit| outcomes.iter().any(|outcome| outcome.figures.value(limit.figure).is_none());
    limits.iter().find(absent).map(|limit| format!("the run gave no `{}` to hold against `{limit}`", limit.figure))
}

impl Exceeded {
    /// The distance as a share of the bound; none where the bound is 0.
    pub fn share(&self) -> Option<f64> {
        (self.limit.bound != 0.0).then(|| self.distance / self.limit.bound)
    }
}

impl fmt::Display for Exceeded {
    /// `stable-latency.median is 412 ms, 12 ms (3.0 %) above its limit < 400ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figure = self.limit.figure;
        let (unit, places) = match figure.unit() {
            Unit::Count => ("", 0),
            Unit::Milliseconds => (" ms", 0),
            Unit::Ratio => ("", 2),
        };
        let Limit { comparison, bound, .. } = self.limit;
        let closed = if figure.unit() == Unit::Milliseconds { "ms" } else { "" };
        write!(f, "{figure} is {:.places$}{unit}, ", self.measured)?;
        // A distance that rounds to nothing is no distance to print: 30.00 against `< 30`.
        let side = if self.distance < 0.0 { "below" } else { "above" };
        match (format!("{:.places$}", self.distance.abs()), self.share()) {
            (off, _) if off.parse() == Ok(0.0) => write!(f, "just at")?,
            (off, Some(share)) => write!(f, "{off}{unit} ({:.1} %) {side}", share.abs() * 100.0)?,
            (off, None) => write!(f, "{off}{unit} {side}")?,
        }
        write!(f, " its limit {comparison} {bound}{closed}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::figure::{Figure, Figures};
    use crate::limit::Comparison;
    use crate::outcome::Finding;

    const MEDIAN: Limit = Limit { figure: Figure::StableLatencyMedian, comparison: Comparison::Less, bound: 400.0 };

    fn outcome(median: Option<f64>) -> Outcome {
        let mut figures = Figures::default();
        if let Some(median) = median {
            figures.set(Figure::StableLatencyMedian, median);
        }
        Outcome {
            validity: Validity::Valid,
            crash: None,
            figures,
            findings: Vec::new(),
            wall_seconds: 31.0,
            missing: BTreeMap::new(),
            trace_digest: None,
        }
    }

    const fn rules(repeat: u32, judged_by: JudgedBy) -> Rules<'static> {
        Rules { limits: &[MEDIAN], judged_by, repeat }
    }

    fn verdict(repeat: u32, outcomes: &[Outcome]) -> Verdict {
        judge(true, rules(repeat, JudgedBy::Worst), &outcomes.iter().collect::<Vec<_>>()).verdict
    }

    #[test]
    fn a_kept_limit_passes() {
        assert_eq!(verdict(1, &[outcome(Some(399.0))]), Verdict::Pass);
    }

    #[test]
    fn the_worst_repetition_decides_and_says_how_far_off_it_is() {
        let outcomes = [Some(390.0), Some(436.0), Some(404.0)].map(outcome);
        let Verdict::Fail { breaches } = verdict(3, &outcomes) else { panic!("436 ms is above 400 ms") };
        let [Breach::Exceeded(exceeded)] = breaches.as_slice() else { panic!("one limit, one breach: {breaches:?}") };
        assert_eq!((exceeded.repetition, exceeded.measured, exceeded.distance), (1, 436.0, 36.0));
        assert_eq!(exceeded.repetitions, 2);
        assert_eq!(exceeded.to_string(), "stable-latency.median is 436 ms, 36 ms (9.0 %) above its limit < 400ms");
    }

    #[test]
    fn a_median_or_a_mean_decides_where_it_is_asked_to() {
        let outcomes = [Some(390.0), Some(436.0), Some(395.0)].map(outcome);
        let outcomes: Vec<&Outcome> = outcomes.iter().collect();
        assert_eq!(judge(true, rules(3, JudgedBy::Median), &outcomes).verdict, Verdict::Pass);
        let Verdict::Fail { breaches } = judge(true, rules(3, JudgedBy::Mean), &outcomes).verdict else {
            panic!("407 ms is above 400 ms")
        };
        let [Breach::Exceeded(exceeded)] = breaches.as_slice() else { panic!("{breaches:?}") };
        assert_eq!((exceeded.measured, exceeded.repetition, exceeded.repetitions), (407.0, 1, 1));
        // Two of three values do not have the mean of three.
        assert!(matches!(judge(true, rules(3, JudgedBy::Mean), &outcomes[..2]).verdict, Verdict::Unknown { .. }));
    }

    #[test]
    fn an_invalid_repetition_fails_whatever_the_mean_is() {
        let invalid = Outcome { validity: Validity::Invalid, ..outcome(Some(1.0)) };
        let judgement = judge(true, rules(2, JudgedBy::Mean), &[&outcome(Some(1.0)), &invalid]);
        assert_eq!(judgement.verdict, Verdict::Fail { breaches: vec![Breach::Invalid { repetition: 1 }] });
    }

    #[test]
    fn distances_read_well_at_the_edges() {
        let at = |figure, comparison, bound, measured: f64| {
            let limit = Limit { figure, comparison, bound };
            Exceeded { limit, measured, distance: measured - bound, repetition: 0, repetitions: 1 }.to_string()
        };
        assert_eq!(at(Figure::MsgsPerOp, Comparison::Less, 30.0, 30.0), "msgs-per-op is 30.00, just at its limit < 30");
        assert_eq!(at(Figure::Lost, Comparison::Equal, 0.0, 10.0), "lost is 10, 10 above its limit = 0");
        assert_eq!(
            at(Figure::OkFraction, Comparison::GreaterOrEqual, 0.5, 0.25),
            "ok-fraction is 0.25, 0.25 (50.0 %) below its limit >= 0.5"
        );
    }

    #[test]
    fn a_limited_figure_that_is_absent_leaves_the_answer_open() {
        let Verdict::Unknown { reason } = verdict(1, &[outcome(None)]) else { panic!("there is nothing to judge") };
        assert!(reason.contains("stable-latency.median"), "{reason}");
    }

    #[test]
    fn an_invalid_run_fails_even_without_limits() {
        let invalid = Outcome { validity: Validity::Invalid, ..outcome(None) };
        let judgement = judge(true, Rules { limits: &[], ..rules(1, JudgedBy::Worst) }, &[&invalid]);
        assert_eq!(judgement.verdict, Verdict::Fail { breaches: vec![Breach::Invalid { repetition: 0 }] });
    }

    #[test]
    fn a_crashed_run_is_open_whatever_its_figures_say() {
        let crashed = Outcome {
            validity: Validity::Invalid,
            crash: Some("node `n3` exited with status 1".into()),
            ..outcome(Some(900.0))
        };
        let reason = "node `n3` exited with status 1".to_owned();
        assert_eq!(verdict(1, &[crashed]), Verdict::Unknown { reason });
    }

    #[test]
    fn a_certain_failure_outweighs_a_crash_and_a_missing_repetition() {
        let crashed = Outcome { crash: Some("boom".into()), ..outcome(None) };
        assert!(matches!(verdict(3, &[crashed, outcome(Some(412.0))]), Verdict::Fail { .. }));
    }

    #[test]
    fn repetitions_that_were_not_run_leave_the_answer_open() {
        assert_eq!(verdict(1, &[]), Verdict::Unknown { reason: "not run".into() });
        let Verdict::Unknown { reason } = verdict(3, &[outcome(Some(1.0))]) else { panic!("two are missing") };
        assert_eq!(reason, "only 1 of 3 repetitions were run");
    }

    #[test]
    fn a_late_run_is_marked() {
        let late = Finding::Late { p50_ms: 1.0, p99_ms: 9.0, max_ms: 12.0, bound_ms: 5.0 };
        let late = Outcome { findings: vec![late], ..outcome(Some(1.0)) };
        assert!(judge(true, rules(2, JudgedBy::Worst), &[&outcome(Some(1.0)), &late]).unreliable);
        assert!(!judge(true, rules(1, JudgedBy::Worst), &[&outcome(Some(1.0))]).unreliable);
    }

    #[test]
    fn only_required_cells_decide_and_failure_outweighs_doubt() {
        let of =
            |required, verdict| Judgement { required, verdict, unreliable: false, flaky: false, close: Vec::new() };
        let fail = || Verdict::Fail { breaches: vec![Breach::Invalid { repetition: 0 }] };
        let open = || Verdict::Unknown { reason: "not run".into() };
        assert_eq!(status(&[of(true, Verdict::Pass), of(false, fail()), of(false, open())]), ExitStatus::Yes);
        assert_eq!(status(&[of(true, open()), of(true, Verdict::Pass)]), ExitStatus::Unknown);
        assert_eq!(status(&[of(true, open()), of(true, fail())]), ExitStatus::No);
        assert_eq!(status(&[]), ExitStatus::Yes);
    }
}
