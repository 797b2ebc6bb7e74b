//! An answer as GitHub shows it beside the code: a command of its workflows for every reason, at the line of the limit.
//!
//! Absent: the words, which are the table's, and where the lines go.

use std::fmt;

use camino::Utf8Path;

use super::comparison::{Page, held_words};
use super::{Row, Summary, escape, finding, notes};
use crate::gate::{Breach, Verdict};
use crate::outcome::Finding;

/// One remark beside the code.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Annotation {
    level: Level,
    /// A file of the repository and a line of it, from 1.
    place: Option<(String, usize)>,
    title: String,
    message: String,
}

/// How loud it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Error,
    Warning,
    Notice,
}

/// An experiment's file, in which limits have their lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) path: &'a Utf8Path,
    pub(crate) text: &'a str,
}

/// What a summary has to say: an error for every reason of a required cell, a notice for the others, a warning for results
/// that lateness makes doubtful.
pub(crate) fn of_summary(summary: &Summary<'_>, source: Option<Source<'_>>) -> Vec<Annotation> {
    let mut all: Vec<Annotation> = summary.rows.iter().flat_map(|row| of_row(summary, row, source)).collect();
    all.sort_by_key(|annotation| annotation.level);
    few(&all)
}

fn of_row(summary: &Summary<'_>, row: &Row<'_>, source: Option<Source<'_>>) -> Vec<Annotation> {
    let level = if row.cell.required { Level::Error } else { Level::Notice };
    let limit_of = |place: usize| match &row.judgement.verdict {
        Verdict::Fail { breaches } => match breaches.get(place) {
            Some(Breach::Exceeded(exceeded)) => Some(exceeded.limit.figure.name()),
            Some(Breach::Regressed(regressed)) => Some(regressed.figure.name()),
            _ => None,
        },
        _ => None,
    };
    let annotation = |level, place, title: String, message| Annotation { level, place, title, message };
    let reasons = notes::reasons(summary, row).into_iter().enumerate().map(|(number, reason)| {
        let place = source.map(|source| source.line_of(limit_of(number)));
        annotation(level, place, row.cell.cell.clone(), reason)
    });
    let late = row.judgement.unreliable.then(|| {
        let place = source.map(|source| source.line_of(None));
        annotation(Level::Warning, place, row.cell.cell.clone(), "late: its latencies may be too high".to_owned())
    });
    let flaky = row.records.iter().flat_map(|record| &record.outcome.findings).filter_map(|finding| {
        let place = source.map(|source| source.line_of(None));
        matches!(finding, Finding::Flaky { .. })
            .then(|| annotation(Level::Warning, place, row.cell.cell.clone(), finding::words(finding).0))
    });
    reasons.chain(late).chain(flaky).collect()
}

/// What a comparison has to say: an error for every difference that fails.
pub(crate) fn of_comparison(page: &Page<'_>) -> Vec<Annotation> {
    let error = |held: &crate::compare::Held| Annotation {
        level: Level::Error,
        place: None,
        title: held.cell.clone(),
        message: held_words(page.comparison, held),
    };
    few(&page.held.iter().map(error).collect::<Vec<_>>())
}

/// GitHub shows ten of a kind: the last one says how many there are more.
fn few(all: &[Annotation]) -> Vec<Annotation> {
    let mut kept: Vec<Annotation> = Vec::new();
    for level in [Level::Error, Level::Warning, Level::Notice] {
        let of_level: Vec<&Annotation> = all.iter().filter(|annotation| annotation.level == level).collect();
        let shown = if of_level.len() > SHOWN { SHOWN - 1 } else { of_level.len() };
        kept.extend(of_level.iter().take(shown).map(|annotation| (*annotation).clone()));
        let hidden = of_level.len() - shown;
        if hidden > 0 {
            let message = format!("{hidden} more: the summary of the job has them all");
            kept.push(Annotation { level, place: None, title: "harness".into(), message });
        }
    }
    kept
}

impl Source<'_> {
    /// The line in which a figure has its limit; the first of the file where it has none.
    fn line_of(&self, figure: Option<&str>) -> (String, usize) {
        let is_key = |line: &str, figure: &str| {
            line.trim_start_matches([' ', '"', '\'', '{'])
                .strip_prefix(figure)
                .is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with(':'))
        };
        let found = figure.and_then(|figure| self.text.lines().position(|line| is_key(line, figure)));
        (self.path.to_string(), found.map_or(1, |line| line + 1))
    }
}

impl fmt::Display for Annotation {
    /// `::error file=experiments/x.yaml,line=22,title=topology=star::msgs-per-op is …`, in one line whatever it says.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Error => "error",
            Level::Notice => "notice",
            Level::Warning => "warning",
        };
        write!(f, "::{level} ")?;
        if let Some((file, line)) = &self.place {
            write!(f, "file={},line={line},", escape::annotation_property(file))?;
        }
        write!(f, "title={}::{}", escape::annotation_property(&self.title), escape::annotation(&self.message))
    }
}

const SHOWN: usize = 10;
