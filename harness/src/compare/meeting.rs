//! Which cells of several sides are the same one.
//!
//! Cells meet by the values of the axes that all sides have. A side's other axes may be left aside as long as its cells stay
//! apart without them. Sides of a single cell each meet there, whatever it is called.

use std::collections::{BTreeMap, BTreeSet};

use super::side::named;
use super::{Change, Compared, Differing, Entry, Lonely, NothingInCommon, Question, Row, Side, SideCell};
use crate::statistics::Spread;
use crate::words::listed;

/// Cells of all sides, put together.
pub(super) struct Meeting<'a> {
    /// The axes that tell them apart.
    pub(super) axes: Vec<String>,
    /// Those that the reference and another side have.
    pub(super) cells: Vec<Met<'a>>,
    /// Those that some side lacks.
    pub(super) lonely: Vec<Lonely>,
}

/// One cell on the sides that have it.
pub(super) struct Met<'a> {
    name: String,
    axes: Vec<String>,
    sides: Vec<Option<&'a SideCell>>,
}

impl<'a> Meeting<'a> {
    pub(super) fn of(sides: &'a [Side], reference: usize) -> Result<Self, NothingInCommon> {
        let shared = shared_axes(sides, reference);
        let are_single = sides.iter().all(|side| side.cells.len() == 1);
        let mut keys: Vec<String> = Vec::new();
        let mut met: BTreeMap<String, Vec<Option<&SideCell>>> = BTreeMap::new();
        // The reference's order first.
        let order = std::iter::once(reference).chain((0..sides.len()).filter(|side| *side != reference));
        for place in order {
            let axes = kept_axes(&sides[place], &shared);
            for cell in &sides[place].cells {
                let key = if are_single { String::new() } else { key(cell, &axes) };
                let row = met.entry(key.clone()).or_insert_with(|| {
                    keys.push(key);
                    vec![None; sides.len()]
                });
                row[place] = Some(cell);
            }
        }
        let (mut cells, mut lonely) = (Vec::new(), Vec::new());
        for key in keys {
            let found = met.remove(&key).unwrap_or_default();
            let on: Vec<usize> = (0..sides.len()).filter(|place| found[*place].is_some()).collect();
            let Some(first) = on.first().and_then(|place| found[*place]) else { continue };
            let shown = found[reference].unwrap_or(first);
            let name = if are_single || shared.is_empty() { shown.shown_name() } else { key };
            if on.len() < sides.len() {
                lonely.push(Lonely { cell: name.clone(), on: on.clone() });
            }
            if found[reference].is_some() && on.len() > 1 {
                let axes = if are_single { Vec::new() } else { values(shown, &shared) };
                cells.push(Met { name, axes, sides: found });
            }
        }
        if cells.is_empty() {
            return Err(NothingInCommon::NoCell(strangers(sides, reference)));
        }
        let axes = if are_single { Vec::new() } else { shared };
        Ok(Self { axes, cells, lonely })
    }

    /// What the sides were measured with in these cells, where that is not the same.
    pub(super) fn differing(&self, sides: usize) -> Vec<Differing> {
        let names: BTreeSet<&String> =
            self.cells.iter().flat_map(|met| met.sides.iter().flatten()).flat_map(|cell| cell.facts.keys()).collect();
        let differs = |name: &str| {
            self.cells.iter().any(|met| {
                let mut values = met.sides.iter().flatten().map(|cell| cell.facts.get(name));
                let first = values.next();
                values.any(|value| Some(value) != first)
            })
        };
        let value = |name: &str, side: usize| {
            let cells = self.cells.iter().filter_map(|met| met.sides[side]);
            let values: BTreeSet<&str> =
                cells.map(|cell| cell.facts.get(name).map_or("unknown", String::as_str)).collect();
            values.into_iter().collect::<Vec<_>>().join(" or ")
        };
        let of = |name: &String| Differing {
            name: name.clone(),
            values: (0..sides).map(|side| value(name, side)).collect(),
        };
        names.into_iter().filter(|name| differs(name)).map(of).collect()
    }
}

impl Met<'_> {
    pub(super) fn compared(&self, question: &Question) -> Compared {
        let row = |figure: &crate::figure::Figure| {
            let entry = |side: usize| {
                let cell = self.sides[side]?;
                let spread = Spread::of(cell.sample(*figure).iter().copied())?;
                let reference = self.sides[question.reference].filter(|_| side != question.reference);
                let change = reference.and_then(|reference| Change::of(reference, cell, *figure));
                Some(Entry { spread, change })
            };
            let entries: Vec<Option<Entry>> = (0..self.sides.len()).map(entry).collect();
            entries.iter().any(Option::is_some).then(|| Row { figure: *figure, entries, best: Vec::new() })
        };
        let mut digests = self.sides.iter().flatten().map(|cell| &cell.digest);
        let first = digests.next();
        Compared {
            cell: self.name.clone(),
            names: self.sides.iter().map(|cell| cell.map(|cell| cell.name.clone())).collect(),
            axes: self.axes.clone(),
            runs: self.sides.iter().map(|cell| cell.map(|cell| cell.runs)).collect(),
            is_identical: first.is_some_and(|first| first.is_some() && digests.all(|other| other == first)),
            rows: question.figures.iter().filter_map(row).collect(),
        }
    }
}

/// The axes that every side's cells have, in the reference's order.
fn shared_axes(sides: &[Side], reference: usize) -> Vec<String> {
    let axes_of = |side: &Side| -> Vec<String> {
        side.cells.first().map(|cell| cell.axes.iter().map(|(axis, _)| axis.clone()).collect()).unwrap_or_default()
    };
    let others: Vec<Vec<String>> = sides.iter().map(axes_of).collect();
    axes_of(&sides[reference]).into_iter().filter(|axis| others.iter().all(|axes| axes.contains(axis))).collect()
}

/// The axes by which a side's cells are known: the shared ones, unless its own cells would fall together.
fn kept_axes(side: &Side, shared: &[String]) -> Vec<String> {
    let keys: BTreeSet<String> = side.cells.iter().map(|cell| key(cell, shared)).collect();
    if keys.len() == side.cells.len() {
        return shared.to_vec();
    }
    side.cells.first().map(|cell| cell.axes.iter().map(|(axis, _)| axis.clone()).collect()).unwrap_or_default()
}

fn values(cell: &SideCell, axes: &[String]) -> Vec<String> {
    let value = |axis: &String| cell.axes.iter().find(|(name, _)| name == axis).map(|(_, value)| value.clone());
    axes.iter().map(|axis| value(axis).unwrap_or_default()).collect()
}

fn key(cell: &SideCell, axes: &[String]) -> String {
    let pairs: Vec<(String, String)> = cell.axes.iter().filter(|(axis, _)| axes.contains(axis)).cloned().collect();
    // Cells without axes are told apart by their names.
    if cell.axes.is_empty() { cell.name.clone() } else { named(&pairs) }
}

/// Who has which cells, when none meet.
fn strangers(sides: &[Side], reference: usize) -> String {
    let of = |side: &Side| {
        let cells: Vec<String> = side.cells.iter().map(SideCell::shown_name).collect();
        let cells = if cells.is_empty() { "no cells".to_owned() } else { listed(&cells) };
        format!("`{}` has {cells}", side.label)
    };
    let all: Vec<String> = sides.iter().map(of).collect();
    format!("no cell of `{}` is on another side; {}", sides[reference].label, all.join(", "))
}
