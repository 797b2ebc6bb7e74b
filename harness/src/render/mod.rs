//! What an experiment comes to, in the form in which it is shown: value → text, pure.
//!
//! Absent: the terminal. Width and colour come in as a [`table::Look`].

pub(crate) mod agreement;
pub(crate) mod annotation;
pub(crate) mod comparison;
pub(crate) mod csv;
pub(crate) mod escape;
pub(crate) mod fidelity;
pub(crate) mod finding;
pub(crate) mod graph;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod listing;
pub(crate) mod markdown;
mod notes;
pub(crate) mod search;
pub(crate) mod sheet;
pub(crate) mod table;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::about::{About, AboutCell, Part};
use crate::exit::ExitStatus;
use crate::figure::{Figure, Figures};
use crate::gate::{self, Breach, Judgement, Regressed, Rules, Verdict};
use crate::outcome::{Outcome, Record};
use crate::statistics::Spread;
use crate::words::counted;

pub(crate) use self::notes::reasons;

/// An experiment's results, judged. The shown form; [`Record`] is the stored one.
#[derive(Debug)]
pub(crate) struct Summary<'a> {
    pub(crate) about: &'a About,
    /// One per cell that was to be run, in the experiment's order.
    pub(crate) rows: Vec<Row<'a>>,
    /// Of all runs together, builds left aside; nothing where they were made some other time.
    pub(crate) wall_seconds: Option<f64>,
    /// Where the results are kept.
    pub(crate) directory: Utf8PathBuf,
    /// What the verdicts amount to.
    pub(crate) status: ExitStatus,
    /// The same in one line.
    pub(crate) answer: String,
    /// What to know of the experiment as a whole, in sentences without a full stop.
    pub(crate) remarks: Vec<String>,
}

/// One cell's results, judged.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) cell: &'a AboutCell,
    /// One per repetition that was made, in order.
    pub(crate) records: Vec<&'a Record>,
    pub(crate) judgement: Judgement,
    /// The value of each figure that counts over the repetitions: what the verdict is about.
    pub(crate) counted: Figures,
    /// How each figure spreads over the repetitions.
    pub(crate) spread: BTreeMap<Figure, Spread>,
}

impl<'a> Summary<'a> {
    /// Judges every cell by the records there are.
    pub(crate) fn of(about: &'a About, records: &'a [Record], directory: &Utf8Path, wall_seconds: Option<f64>) -> Self {
        let mut of_cells: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
        for record in records {
            of_cells.entry(&record.cell).or_default().push(record);
        }
        let mut expected: BTreeMap<usize, u32> = BTreeMap::new();
        for (cell, _) in about.expected() {
            *expected.entry(cell).or_default() += 1;
        }
        let row = |(place, cell): (usize, &'a AboutCell)| {
            let records = of_cells.remove(cell.cell.as_str()).unwrap_or_default();
            Some(Row::of(about, cell, *expected.get(&place)?, records))
        };
        let rows: Vec<Row<'a>> = about.cells.iter().enumerate().filter_map(row).collect();
        let (status, answer) = match about.part {
            None => (gate::status(rows.iter().map(|row| &row.judgement)), answer(&rows)),
            Some(part) => of_part(part, &rows),
        };
        Self { about, rows, wall_seconds, directory: directory.to_owned(), status, answer, remarks: Vec::new() }
    }

    /// Says of a cell that nobody can tell, whatever its figures are.
    pub(crate) fn doubt(&mut self, cell: &str, reason: String) {
        self.amend(cell, |_| Verdict::Unknown { reason });
    }

    /// Holds a regression against a cell.
    pub(crate) fn fail(&mut self, cell: &str, regressed: Regressed) {
        self.amend(cell, |verdict| {
            let mut breaches = match verdict {
                Verdict::Fail { breaches } => breaches,
                Verdict::Pass | Verdict::Unknown { .. } => Vec::new(),
            };
            breaches.push(Breach::Regressed(regressed));
            Verdict::Fail { breaches }
        });
    }

    fn amend(&mut self, cell: &str, change: impl FnOnce(Verdict) -> Verdict) {
        let Some(row) = self.rows.iter_mut().find(|row| row.cell.cell == cell) else { return };
        row.judgement.verdict = change(row.judgement.verdict.clone());
        self.status = gate::status(self.rows.iter().map(|row| &row.judgement));
        self.answer = answer(&self.rows);
    }

    /// The same for an experiment that did not reach its end: that decides the exit code, whatever was measured before.
    pub(crate) fn cut_short(mut self, status: ExitStatus, how: &str) -> Self {
        self.status = status;
        self.answer = format!("{how} after {} of {} cells; {}", measured(&self.rows), self.rows.len(), self.answer);
        self
    }
}

impl<'a> Row<'a> {
    /// `expected` is how many repetitions there should be.
    fn of(about: &'a About, cell: &'a AboutCell, expected: u32, mut records: Vec<&'a Record>) -> Self {
        records.sort_by_key(|record| record.repetition);
        let outcomes: Vec<&Outcome> = records.iter().map(|record| &record.outcome).collect();
        let rules = Rules { limits: &about.limits, judged_by: about.judged_by, repeat: expected };
        let judgement = gate::judge(cell.required, rules, &outcomes);
        let mut counted = Figures::default();
        let mut spread = BTreeMap::new();
        for figure in Figure::ALL {
            let values = outcomes.iter().filter_map(|outcome| outcome.figures.value(figure));
            if let (Some(value), Some(spreads)) = (gate::counted(figure, rules, &outcomes), Spread::of(values)) {
                counted.set(figure, value);
                spread.insert(figure, spreads);
            }
        }
        Self { cell, records, judgement, counted, spread }
    }

    /// Whether some repetition did not reach its end.
    pub(crate) fn is_crashed(&self) -> bool {
        self.records.iter().any(|record| record.outcome.crash.is_some())
    }

    /// Whether a figure is why the cell fails.
    pub(crate) fn breaks(&self, figure: Figure) -> bool {
        matches!(&self.judgement.verdict, Verdict::Fail { breaches } if breaches.iter().any(|breach| {
            match breach {
                Breach::Exceeded(exceeded) => exceeded.limit.figure == figure,
                Breach::Regressed(regressed) => regressed.figure == figure,
                Breach::Invalid { .. } => false,
            }
        }))
    }
}

/// A part says whether it was measured. What that is worth is for the whole to say: a limit may hold for a mean that no part
/// knows.
fn of_part(part: Part, rows: &[Row<'_>]) -> (ExitStatus, String) {
    let open = rows.iter().filter(|row| matches!(row.judgement.verdict, Verdict::Unknown { .. })).count();
    let runs: usize = rows.iter().map(|row| row.records.len()).sum();
    let made = format!("part {part}: {} measured", counted(runs, "run"));
    if open > 0 {
        return (ExitStatus::Unknown, format!("{made}, and {} could not be", counted(open, "cell")));
    }
    (ExitStatus::Yes, format!("{made}; `harness merge` puts the parts together and judges them"))
}

/// The whole experiment in one line.
fn answer(rows: &[Row<'_>]) -> String {
    let required = || rows.iter().filter(|row| row.cell.required);
    let count = |is: fn(&Verdict) -> bool| required().filter(|row| is(&row.judgement.verdict)).count();
    let passed = count(|verdict| matches!(verdict, Verdict::Pass));
    let failed = count(|verdict| matches!(verdict, Verdict::Fail { .. }));
    let open = count(|verdict| matches!(verdict, Verdict::Unknown { .. }));
    let all = passed + failed + open;
    let mut parts = vec![match all {
        0 => format!("no cell is required; {} of {} were measured", measured(rows), rows.len()),
        1 if passed == 1 => "the required cell passes".into(),
        _ => format!("{passed} of {all} required cells pass"),
    }];
    match failed {
        0 => {}
        1 => parts.push("1 fails".into()),
        _ => parts.push(format!("{failed} fail")),
    }
    if open > 0 {
        parts.push(format!("{open} could not be judged"));
    }
    let fewest = fewest_messages(rows)
        .map(|(row, messages)| format!("; fewest messages: {} ({messages:.2} per operation)", row.cell.cell));
    parts.join(", ") + &fewest.unwrap_or_default()
}

fn measured(rows: &[Row<'_>]) -> usize {
    rows.iter().filter(|row| !row.records.is_empty() && !row.is_crashed()).count()
}

/// Of several cells that pass, the one that sends least.
fn fewest_messages<'r, 'a>(rows: &'r [Row<'a>]) -> Option<(&'r Row<'a>, f64)> {
    let passing = rows.iter().filter(|row| row.judgement.verdict == Verdict::Pass);
    let sending: Vec<_> = passing.filter_map(|row| Some((row, row.counted.value(Figure::MsgsPerOp)?))).collect();
    let least = sending.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1))?;
    (sending.len() > 1).then_some(least)
}

#[cfg(test)]
mod forms {
    mod tests;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::JudgedBy;
    use crate::outcome::Validity;
    use crate::plan::Plan;
    use crate::sample;

    /// All records of the sample plan.
    fn records(plan: &Plan) -> Vec<Record> {
        let cells = plan.cells.iter();
        cells.flat_map(|cell| (0..plan.repeat).map(|repetition| sample::record(cell, repetition))).collect()
    }

    fn answer_of(plan: &Plan, records: &[Record]) -> (ExitStatus, String) {
        let about = sample::about_of(plan);
        let summary = Summary::of(&about, records, Utf8Path::new("store"), None);
        (summary.status, summary.answer)
    }

    #[test]
    fn the_answer_counts_required_cells_and_names_the_thriftiest() {
        let plan = sample::plan(1);
        let mut records = records(&plan);
        records[3].outcome = sample::outcome(13.39, 386.0, 512.0);
        let (status, answer) = answer_of(&plan, &records);
        assert_eq!(status, ExitStatus::Yes);
        assert_eq!(
            answer,
            "4 of 4 required cells pass; fewest messages: topology=star,relay-to-master=on (13.39 per operation)"
        );
    }

    #[test]
    fn failures_and_open_cells_are_counted_apart() {
        let plan = sample::plan(1);
        let mut records = records(&plan);
        records[2].outcome.crash = Some("node `n3` exited".into());
        records[4].outcome.validity = Validity::Invalid;
        records[5].outcome.validity = Validity::Invalid;
        let (status, answer) = answer_of(&plan, &records);
        assert_eq!(status, ExitStatus::No);
        assert_eq!(answer, "1 of 4 required cells pass, 2 fail, 1 could not be judged");
    }

    #[test]
    fn an_experiment_that_asks_for_nothing_says_what_it_measured() {
        let mut plan = sample::plan(1);
        plan.cells.iter_mut().for_each(|cell| cell.required = false);
        plan.cells.truncate(2);
        let (status, answer) = answer_of(&plan, &records(&plan)[..1]);
        assert_eq!((status, answer.as_str()), (ExitStatus::Yes, "no cell is required; 1 of 2 were measured"));
    }

    #[test]
    fn an_interrupt_decides_the_exit_code() {
        let plan = sample::plan(1);
        let (records, about) = (records(&plan), sample::about_of(&plan));
        let summary = Summary::of(&about, &records[..2], Utf8Path::new("store"), None)
            .cut_short(ExitStatus::Interrupted, "interrupted");
        assert_eq!(summary.status, ExitStatus::Interrupted);
        assert!(summary.answer.starts_with("interrupted after 2 of 6 cells; 0 of 4"), "{}", summary.answer);
    }

    #[test]
    fn a_row_shows_the_statistic_that_is_judged() {
        let mut plan = sample::plan(3);
        plan.judged_by = JudgedBy::Median;
        let mut records = records(&plan);
        records[7].outcome = sample::outcome(26.0, 412.0, 530.0);
        let about = sample::about_of(&plan);
        let summary = Summary::of(&about, &records, Utf8Path::new("store"), None);
        let star = &summary.rows[2];
        assert_eq!(star.counted.value(Figure::StableLatencyMedian), Some(386.0));
        assert_eq!(star.judgement.verdict, Verdict::Pass);
        assert_eq!(star.judgement.close.len(), 1, "386 is less than two deviations below 400");
    }

    #[test]
    fn a_row_shows_the_worst_repetition() {
        let plan = sample::plan(3);
        let mut records = records(&plan);
        records[7].outcome = sample::outcome(26.0, 412.0, 530.0);
        let about = sample::about_of(&plan);
        let summary = Summary::of(&about, &records, Utf8Path::new("store"), None);
        let star = &summary.rows[2];
        assert_eq!(star.counted.value(Figure::StableLatencyMedian), Some(412.0));
        assert!(star.breaks(Figure::StableLatencyMedian) && !star.breaks(Figure::MsgsPerOp));
        let spread = star.spread[&Figure::StableLatencyMedian];
        assert_eq!((spread.least, spread.median, spread.greatest), (386.0, 386.0, 412.0));
    }
}
