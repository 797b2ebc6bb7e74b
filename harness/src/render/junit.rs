//! An answer as `JUnit`'s XML: a test case for every cell.
//!
//! A cell that is not required is for information: where it fails it is skipped, with the reason. What nobody can tell is an
//! error. Absent: the words of the reasons, which are the table's.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestRerun, TestSuite};

use super::{Row, Summary, escape, finding, notes};
use crate::gate;
use crate::outcome::Finding;

/// A cell, as a test.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) verdict: Verdict,
    /// Why it is not a pass.
    pub(super) reasons: Vec<String>,
    pub(super) seconds: Option<f64>,
    /// Figures and their values.
    pub(super) figures: Vec<(&'static str, String)>,
    /// Why earlier attempts were not taken.
    pub(super) flaky: Vec<String>,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Fail,
    /// It fails or is open, and nobody requires it.
    Informs,
    Pass,
    Unknown,
}

/// The whole answer.
pub(crate) fn junit(summary: &Summary<'_>) -> String {
    let cases = summary.rows.iter().map(|row| case(summary, row));
    xml(&summary.about.experiment, &summary.answer, cases)
}

fn case(summary: &Summary<'_>, row: &Row<'_>) -> Case {
    let verdict = match (&row.judgement.verdict, row.cell.required) {
        (gate::Verdict::Pass, _) => Verdict::Pass,
        (_, false) => Verdict::Informs,
        (gate::Verdict::Fail { .. }, true) => Verdict::Fail,
        (gate::Verdict::Unknown { .. }, true) => Verdict::Unknown,
    };
    let figures = row.counted.0.iter().map(|(figure, value)| (figure.name(), figure.rounded(*value).to_string()));
    Case {
        name: row.cell.cell.clone(),
        verdict,
        reasons: notes::reasons(summary, row),
        seconds: Some(row.records.iter().map(|record| record.outcome.wall_seconds).sum()),
        figures: figures.collect(),
        flaky: flaky(row),
    }
}

/// What is told of earlier attempts.
fn flaky(row: &Row<'_>) -> Vec<String> {
    let findings = row.records.iter().flat_map(|record| &record.outcome.findings);
    findings.filter(|one| matches!(one, Finding::Flaky { .. })).map(|one| finding::words(one).0).collect()
}

/// A report with one suite.
pub(super) fn xml(suite_name: &str, answer: &str, cases: impl Iterator<Item = Case>) -> String {
    let mut suite = TestSuite::new(&*escape::terminal(suite_name));
    for case in cases {
        let mut status = status(case.verdict);
        if case.verdict != Verdict::Pass {
            let reasons: Vec<String> = case.reasons.iter().map(|reason| escape::terminal_lines(reason)).collect();
            status
                .set_message(reasons.iter().filter_map(|reason| reason.lines().next()).collect::<Vec<_>>().join("; "));
            status.set_description(reasons.join("\n"));
        }
        for why in &case.flaky {
            let mut rerun = TestRerun::new(NonSuccessKind::Failure);
            rerun.set_type("late").set_message(&*escape::terminal(why));
            status.add_rerun(rerun);
        }
        let mut test = TestCase::new(&*escape::terminal(&case.name), status);
        test.set_classname(&*escape::terminal(suite_name));
        if let Some(time) = case.seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
            test.set_time(time);
        }
        test.add_properties(case.figures.iter().map(|(name, value)| Property::new(*name, value.as_str())));
        suite.add_test_case(test);
    }
    suite.set_system_out(escape::terminal_lines(answer));
    let mut report = Report::new("harness");
    report.add_test_suite(suite);
    report.to_string().expect("a string takes everything")
}

fn status(verdict: Verdict) -> TestCaseStatus {
    match verdict {
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Informs => TestCaseStatus::skipped(),
        Verdict::Pass => TestCaseStatus::success(),
        Verdict::Unknown => TestCaseStatus::non_success(NonSuccessKind::Error),
    }
}
