//! One side of a comparison: what was measured, cell by cell, with all repetitions.
//!
//! Absent: how sides are found and read, which is the verb's and [`crate::measured`]'s; how they differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::facts::{self, Facts};
use crate::figure::Figure;
use crate::outcome::{Record, Validity};

/// What stands in one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// How the user called it.
    pub label: String,
    /// Where it comes from: a directory, a file.
    pub origin: String,
    /// In the order of its experiment.
    pub cells: Vec<SideCell>,
}

/// One cell of a side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SideCell {
    /// Its name on this side.
    pub name: String,
    /// Its axes and their values.
    pub axes: Vec<(String, String)>,
    /// What it was measured with. What differs between its runs stands side by side.
    pub facts: Facts,
    /// Each figure's values over the repetitions that came to their end, rounded, in the repetitions' order.
    pub samples: BTreeMap<Figure, Vec<f64>>,
    /// A digest of all runs' traces, in order; nothing where not every run has one.
    pub digest: Option<String>,
    /// What a reader should know of the runs.
    pub runs: Runs,
}

/// How the runs of a cell ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Runs {
    /// How many there are.
    pub made: usize,
    /// Did not reach their end. Their figures are not compared.
    pub crashed: usize,
    /// The checkers call them invalid.
    pub invalid: usize,
    /// Were so late that their latencies may be too high.
    pub late: usize,
}

impl Side {
    /// The side that these records make; cells in the order in which they come.
    pub fn of<'a>(label: &str, origin: &str, records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut cells: Vec<(&str, Vec<&Record>)> = Vec::new();
        for record in records {
            match cells.iter_mut().find(|(name, _)| *name == record.cell) {
                Some((_, runs)) => runs.push(record),
                None => cells.push((&record.cell, vec![record])),
            }
        }
        let cells = cells.into_iter().map(|(_, runs)| SideCell::of(&runs)).collect();
        Self { label: label.to_owned(), origin: origin.to_owned(), cells }
    }

    /// A side for every value of an axis, or of the engine, of all these records; in the order in which they come. Cells lose
    /// that axis, so that they meet.
    pub fn by<'a>(axis: &str, origin: &str, records: impl IntoIterator<Item = &'a Record>) -> Vec<Self> {
        let mut groups: Vec<(String, Vec<Record>)> = Vec::new();
        for record in records {
            let Some(value) = value_on(axis, record) else { continue };
            let others: Vec<_> = record.axes.iter().filter(|(name, _)| name != axis).cloned().collect();
            let record = Record { cell: named(&others), axes: others, ..record.clone() };
            match groups.iter_mut().find(|(known, _)| *known == value) {
                Some((_, records)) => records.push(record),
                None => groups.push((value, vec![record])),
            }
        }
        groups.iter().map(|(value, records)| Self::of(value, origin, records)).collect()
    }
}

impl SideCell {
    fn of(records: &[&Record]) -> Self {
        let mut records = records.to_vec();
        records.sort_by_key(|record| record.repetition);
        let Some(first) = records.first() else { return Self::default() };
        let whole: Vec<&&Record> = records.iter().filter(|record| record.outcome.crash.is_none()).collect();
        let mut samples: BTreeMap<Figure, Vec<f64>> = BTreeMap::new();
        for (figure, value) in whole.iter().flat_map(|record| &record.outcome.figures.0) {
            samples.entry(*figure).or_default().push(figure.rounded(*value));
        }
        let digests: Vec<String> = records.iter().filter_map(|record| record.outcome.trace_digest.clone()).collect();
        let number = |is: fn(&Record) -> bool| records.iter().filter(|record| is(record)).count();
        Self {
            name: first.cell.clone(),
            axes: first.axes.clone(),
            facts: facts_of(&records),
            samples,
            digest: (digests.len() == records.len()).then(|| digest_of(&digests)),
            runs: Runs {
                made: records.len(),
                crashed: number(|record| record.outcome.crash.is_some()),
                invalid: number(|record| {
                    record.outcome.crash.is_none() && record.outcome.validity == Validity::Invalid
                }),
                late: number(|record| record.outcome.is_unreliable()),
            },
        }
    }

    /// The figure's values; empty if it was not measured.
    pub fn sample(&self, figure: Figure) -> &[f64] {
        self.samples.get(&figure).map_or(&[], Vec::as_slice)
    }

    /// The name as tables without columns for axes say it.
    pub fn shown_name(&self) -> String {
        if self.axes.is_empty() { self.name.clone() } else { named(&self.axes) }
    }
}

/// The value of a record on an axis; `engine` is one that every record has.
fn value_on(axis: &str, record: &Record) -> Option<String> {
    match record.axes.iter().find(|(name, _)| name == axis) {
        Some((_, value)) => Some(value.clone()),
        None if axis == "engine" => Some(record.provenance.engine.name.clone()),
        None => None,
    }
}

/// Axes and values as a cell is named.
pub(super) fn named(axes: &[(String, String)]) -> String {
    let pairs: Vec<String> = axes.iter().map(|(axis, value)| format!("{axis}={value}")).collect();
    if pairs.is_empty() { "default".to_owned() } else { pairs.join(",") }
}

/// Of several traces one.
fn digest_of(digests: &[String]) -> String {
    let bytes = Sha256::digest(digests.join("\n"));
    bytes.iter().take(DIGEST_BYTES).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Enough to tell the runs of one cell apart, and short enough for a line.
const DIGEST_BYTES: usize = 16;

fn facts_of(records: &[&Record]) -> Facts {
    let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for record in records {
        for (name, value) in facts::of(record) {
            values.entry(name).or_default().insert(value);
        }
        let digest = &record.provenance.node_digest;
        values.entry("node binary".into()).or_default().insert(digest.get(..12).unwrap_or(digest).to_owned());
    }
    let seeds: BTreeSet<u64> = records.iter().map(|record| record.options.seed).collect();
    if let (Some(first), Some(last)) = (seeds.first(), seeds.last()) {
        let text = if first == last { first.to_string() } else { format!("{first} to {last}") };
        values.entry("seeds".into()).or_default().insert(text);
    }
    let joined = |values: BTreeSet<String>| values.into_iter().collect::<Vec<_>>().join(" or ");
    values.into_iter().map(|(name, values)| (name, joined(values))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn records() -> Vec<Record> {
        let plan = sample::plan(2);
        plan.cells.iter().flat_map(|cell| (0..2).map(|repetition| sample::record(cell, repetition))).collect()
    }

    #[test]
    fn repetitions_come_together_in_order() {
        let mut records = records();
        records[0].outcome.figures.set(Figure::MsgsPerOp, 31.000_000_04);
        records[1].options.seed = 1;
        records.swap(0, 1);
        let side = Side::of("a", "store/a", &records);
        assert_eq!(side.cells.len(), 6);
        assert_eq!(side.cells[0].sample(Figure::MsgsPerOp), [31.0, 30.56]);
        assert_eq!(side.cells[0].facts["seeds"], "0 to 1");
        assert!(side.cells[0].sample(Figure::OkFraction).is_empty());
    }

    #[test]
    fn what_crashed_is_counted_and_not_measured() {
        let mut records = records();
        records[0].outcome.crash = Some("boom".into());
        records[1].outcome.validity = Validity::Invalid;
        let side = Side::of("a", "store/a", &records);
        assert_eq!(side.cells[0].runs, Runs { made: 2, crashed: 1, invalid: 1, late: 0 });
        assert_eq!(side.cells[0].sample(Figure::MsgsPerOp).len(), 1);
    }

    #[test]
    fn an_axis_makes_sides_whose_cells_meet() {
        let records = records();
        let sides = Side::by("topology", "store/a", &records);
        let labels: Vec<&str> = sides.iter().map(|side| side.label.as_str()).collect();
        assert_eq!(labels, ["grid", "star", "n12-tree"]);
        let cells: Vec<&str> = sides[1].cells.iter().map(|cell| cell.name.as_str()).collect();
        assert_eq!(cells, ["relay-to-master=off", "relay-to-master=on"]);
        assert_eq!(Side::by("engine", "store/a", &records).len(), 1);
        assert_eq!(Side::by("rate", "store/a", &records), []);
    }

    #[test]
    fn a_run_without_a_digest_leaves_the_cell_without() {
        let mut records = records();
        records[0].outcome.trace_digest = Some("aa".into());
        assert_eq!(Side::of("a", "a", &records).cells[0].digest, None);
        records[1].outcome.trace_digest = Some("bb".into());
        let digest = Side::of("a", "a", &records).cells[0].digest.clone().unwrap();
        assert_eq!(digest.len(), 32);
        records[0].outcome.trace_digest = Some("bb".into());
        assert_ne!(Side::of("a", "a", &records).cells[0].digest, Some(digest));
    }
}
