//! Results side by side: which figures differ, by how much, and whether that is more than chance.
//!
//! A [`Side`] is what was measured; [`Comparison::of`] makes of several sides the form in which they are shown, and whatever
//! is to be ranked, matched or tested is so in there. Each cell's sides are held against one of them, the reference.
//!
//! Absent: limits ([`crate::gate`]), how anything is shown (`render`), and where sides come from.

mod change;
mod condition;
pub mod facts;
mod meeting;
mod side;

use std::collections::BTreeSet;

use serde::Serialize;
use thiserror::Error;

pub use self::change::{Change, Proof, Standing};
pub use self::condition::{Condition, ConditionError, Held, figure_named};
pub use self::side::{Runs, Side, SideCell};
use crate::figure::{Better, Figure};
use crate::statistics::{Spread, holm};

/// Sides, compared. The shown form; [`Side`] is what it is made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// The columns, in the order in which they were given.
    pub sides: Vec<Column>,
    /// Which of them the others are held against.
    pub reference: usize,
    /// What the sides were measured with, where that is not the same.
    pub differing: Vec<Differing>,
    /// The names of the axes that tell cells apart.
    pub axes: Vec<String>,
    /// The figures that are compared.
    pub figures: Vec<Figure>,
    /// Cells that the reference and some other side have, in the reference's order.
    pub cells: Vec<Compared>,
    /// Cells that cannot be compared, or not on all sides.
    pub lonely: Vec<Lonely>,
    /// The chance of a false alarm in the whole table that is put up with.
    pub alpha: f64,
    /// How many differences were tested.
    pub tests: usize,
}

/// One side, without its results.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Column {
    /// How the user called it.
    pub label: String,
    /// Where it comes from.
    pub origin: String,
}

/// Something that the sides were not all measured with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Differing {
    /// Its name, such as `rate`.
    pub name: String,
    /// What it is on each side; several values where cells differ.
    pub values: Vec<String>,
}

/// One cell on all sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Compared {
    /// Its name.
    pub cell: String,
    /// What it is called on each side that has it.
    pub names: Vec<Option<String>>,
    /// Its value on each of [`Comparison::axes`].
    pub axes: Vec<String>,
    /// How its runs ended, on each side that has it.
    pub runs: Vec<Option<Runs>>,
    /// Whether on every side that has it the same runs happened, by their digests.
    pub is_identical: bool,
    /// A row for every figure that some side has measured.
    pub rows: Vec<Row>,
}

/// One figure of a cell on all sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// Which.
    pub figure: Figure,
    /// What each side measured.
    pub entries: Vec<Option<Entry>>,
    /// The sides with the best value, if the others are not as good.
    pub best: Vec<usize>,
}

/// What one side measured of a figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Entry {
    /// The values over the repetitions.
    pub spread: Spread,
    /// How it differs from the reference; absent on the reference, and where that has nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
}

/// A cell that some side lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Lonely {
    /// Its name.
    pub cell: String,
    /// The sides that have it.
    pub on: Vec<usize>,
}

/// What is to be compared, and how strictly.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Which side the others are held against.
    pub reference: usize,
    /// The figures.
    pub figures: Vec<Figure>,
    /// The chance of a false alarm in the whole table that is put up with.
    pub alpha: f64,
}

/// Why there is nothing to compare.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NothingInCommon {
    /// One side alone.
    #[error("`{0}` alone cannot be compared: name a second run, or say what to split it by (`--by AXIS`)")]
    OneSide(String),
    /// The sides have cells, none of which the reference shares with another.
    #[error("nothing in common: {0}")]
    NoCell(String),
    /// Cells meet, but no figure was measured on both sides of any.
    #[error("nothing in common: no cell has one of the figures {0} on two sides")]
    NoFigure(String),
}

impl Question {
    /// What a comparison shows unless somebody asks for other figures: what the table of a run shows.
    pub const FIGURES: [Figure; 11] = [
        Figure::MsgsPerOp,
        Figure::ServerMsgsPerOp,
        Figure::MsgsPerBroadcast,
        Figure::StableLatencyMedian,
        Figure::StableLatencyP95,
        Figure::StableLatencyP99,
        Figure::StableLatencyMax,
        Figure::ClientLatencyMedian,
        Figure::PropagationMedian,
        Figure::Lost,
        Figure::Missing,
    ];
    /// One table in twenty with a false alarm.
    pub const ALPHA: f64 = 0.05;
}

impl Comparison {
    /// Compares sides cell by cell and figure by figure.
    pub fn of(sides: &[Side], question: &Question) -> Result<Self, NothingInCommon> {
        if let [side] = sides {
            return Err(NothingInCommon::OneSide(side.label.clone()));
        }
        let meeting = meeting::Meeting::of(sides, question.reference)?;
        let cells: Vec<Compared> = meeting.cells.iter().map(|met| met.compared(question)).collect();
        let mut comparison = Self {
            sides: sides.iter().map(|side| Column { label: side.label.clone(), origin: side.origin.clone() }).collect(),
            reference: question.reference,
            differing: meeting.differing(sides.len()),
            axes: meeting.axes,
            figures: question.figures.clone(),
            cells,
            lonely: meeting.lonely,
            alpha: question.alpha,
            tests: 0,
        };
        if comparison.changes().next().is_none() {
            let names: Vec<String> = question.figures.iter().map(|figure| format!("`{figure}`")).collect();
            return Err(NothingInCommon::NoFigure(names.join(", ")));
        }
        comparison.correct_for_many();
        comparison.rows_mut().for_each(|row| row.rank(question.reference));
        Ok(comparison)
    }

    /// Every difference from the reference.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        let entries = self.cells.iter().flat_map(|cell| &cell.rows).flat_map(|row| row.entries.iter().flatten());
        entries.filter_map(|entry| entry.change.as_ref())
    }

    /// How many changes stand so.
    pub fn count(&self, is: impl Fn(Standing) -> bool) -> usize {
        self.changes().filter(|change| is(change.standing)).count()
    }

    fn rows_mut(&mut self) -> impl Iterator<Item = &mut Row> {
        self.cells.iter_mut().flat_map(|cell| &mut cell.rows)
    }

    /// Raises every test's probability by the number of tests, and says what stands then.
    fn correct_for_many(&mut self) {
        let probabilities: Vec<f64> = self.changes().filter_map(|change| change.proof.p()).collect();
        let mut raised = holm(&probabilities).into_iter();
        let (alpha, tests) = (self.alpha, probabilities.len());
        let entries = self.rows_mut().flat_map(|row| row.entries.iter_mut().flatten());
        for change in entries.filter_map(|entry| entry.change.as_mut()) {
            change.correct(&mut raised, tests, alpha);
        }
        self.tests = tests;
    }

    /// How many repetitions on each side it takes to prove anything in this table; nothing if those there are can.
    pub fn repetitions_needed(&self) -> Option<usize> {
        if self.count(|standing| standing == Standing::TooFew) == 0 {
            return None;
        }
        let needed = |n: &usize| crate::statistics::least_p(*n, *n) * self.tests.max(1) as f64 <= self.alpha;
        (2..1000).find(needed)
    }
}

impl Compared {
    /// Whether any figure of the cell stands so somewhere.
    pub fn has(&self, is: impl Fn(Standing) -> bool) -> bool {
        self.rows.iter().any(|row| row.has(&is))
    }
}

impl Row {
    /// Whether the figure stands so on any side.
    pub fn has(&self, is: impl Fn(Standing) -> bool) -> bool {
        let changes = self.entries.iter().flatten().filter_map(|entry| entry.change.as_ref());
        changes.map(|change| change.standing).any(is)
    }

    /// Finds the sides with the best value. Where no difference from the reference stands, nobody is best.
    fn rank(&mut self, reference: usize) {
        let differs = |side: usize| {
            side != reference
                && self.entries[side]
                    .as_ref()
                    .and_then(|entry| entry.change.as_ref())
                    .is_some_and(|change| matches!(change.standing, Standing::Differs | Standing::Untested))
        };
        // Whoever does not differ from the reference counts as it does.
        let value = |side: usize| {
            let of = if differs(side) { side } else { reference };
            self.entries[side].as_ref().and(self.entries[of].as_ref()).map(|entry| entry.spread.median)
        };
        let values: Vec<(usize, f64)> = (0..self.entries.len()).filter_map(|side| Some((side, value(side)?))).collect();
        let numbers = || values.iter().map(|(_, value)| *value);
        let best = match self.figure.better() {
            Better::Less => numbers().min_by(f64::total_cmp),
            Better::More => numbers().max_by(f64::total_cmp),
            Better::Neither => None,
        };
        let sides = values.iter().filter(|(_, value)| best.is_some_and(|best| best.total_cmp(value).is_eq()));
        let sides: Vec<usize> = sides.map(|(side, _)| *side).collect();
        let is_everyone = sides.iter().collect::<BTreeSet<_>>().len() == values.len();
        self.best = if is_everyone { Vec::new() } else { sides };
    }
}

#[cfg(test)]
mod tests;
