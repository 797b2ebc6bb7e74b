//! The rows of a comparison: a value for each side, and how it differs from the reference's.

use super::{Detail, Layout, Page, Shown};
use crate::compare::{Change, Compared, Comparison, Entry as Side, Proof, Row, Standing};
use crate::figure::{Better, Figure, Unit};
use crate::render::sheet::{Entry, Heading, Mood, Sheet};
use crate::render::table::{heading_of, spread_of, value_of};

/// The rows that are to be shown.
pub(super) fn sheet(page: &Page<'_>, detail: Detail) -> Sheet {
    match page.layout {
        Layout::PerCell => per_cell(page, detail),
        Layout::PerFigure => per_figure(page, detail),
    }
}

/// Whether a row is shown: something differs, or nobody can tell.
pub(super) fn is_shown(page: &Page<'_>, row: &Row) -> bool {
    let says_something = |change: &Change| match change.standing {
        Standing::Differs => true,
        Standing::NotProven | Standing::Same => false,
        Standing::TooFew | Standing::Untested => change.absolute != 0.0,
    };
    page.shown == Shown::All
        || row.entries.iter().flatten().filter_map(|entry| entry.change.as_ref()).any(says_something)
}

fn per_figure(page: &Page<'_>, detail: Detail) -> Sheet {
    let comparison = page.comparison;
    let mut header = cell_headings(comparison);
    header.push(Heading::left("figure"));
    header.extend(side_headings(comparison, None));
    let mut rows = Vec::new();
    for cell in &comparison.cells {
        for row in cell.rows.iter().filter(|row| is_shown(page, row)) {
            let mut fields = cell_fields(comparison, cell);
            fields.push(row.figure.name().into());
            fields.extend(side_fields(comparison, Some(row), row.figure, detail));
            rows.push(fields);
        }
    }
    Sheet { header, rows }
}

fn per_cell(page: &Page<'_>, detail: Detail) -> Sheet {
    let comparison = page.comparison;
    let mut header = cell_headings(comparison);
    for figure in &comparison.figures {
        header.extend(side_headings(comparison, Some(*figure)));
    }
    let row = |cell: &Compared| {
        let mut fields = cell_fields(comparison, cell);
        for figure in &comparison.figures {
            let row = cell.rows.iter().find(|row| row.figure == *figure);
            fields.extend(side_fields(comparison, row, *figure, detail));
        }
        fields
    };
    Sheet { header, rows: comparison.cells.iter().map(row).collect() }
}

fn cell_headings(comparison: &Comparison) -> Vec<Heading> {
    if comparison.axes.is_empty() {
        vec![Heading::left("cell")]
    } else {
        comparison.axes.iter().map(Heading::left).collect()
    }
}

fn cell_fields(comparison: &Comparison, cell: &Compared) -> Vec<Entry> {
    if comparison.axes.is_empty() {
        vec![cell.cell.as_str().into()]
    } else {
        cell.axes.iter().map(|value| value.as_str().into()).collect()
    }
}

/// A column for each side, and one for the difference of each but the reference.
fn side_headings(comparison: &Comparison, figure: Option<Figure>) -> Vec<Heading> {
    let figure = figure.map(|figure| format!("{}\n", heading_of(figure).replace('\n', " "))).unwrap_or_default();
    let mut headings = Vec::new();
    for (place, side) in comparison.sides.iter().enumerate() {
        headings.push(Heading::right(format!("{figure}{}", side.label)));
        if place != comparison.reference {
            headings.push(Heading::left("difference"));
        }
    }
    headings
}

fn side_fields(comparison: &Comparison, row: Option<&Row>, figure: Figure, detail: Detail) -> Vec<Entry> {
    let (mut fields, common) = (Vec::new(), common_n(comparison));
    for place in 0..comparison.sides.len() {
        let entry = row.and_then(|row| row.entries[place].as_ref());
        let is_best = row.is_some_and(|row| row.best.contains(&place));
        fields.push(entry.map_or_else(|| ABSENT.into(), |entry| value(figure, entry, is_best)));
        if place != comparison.reference {
            let change = entry.and_then(|entry| entry.change.as_ref());
            fields.push(change.map_or_else(|| "".into(), |change| changed(figure, change, detail, common)));
        }
    }
    fields
}

/// `176 ±1.5`, and a mark where no side is better.
fn value(figure: Figure, entry: &Side, is_best: bool) -> Entry {
    let spread = entry.spread.deviation.and_then(|deviation| spread_of(figure, deviation)).unwrap_or_default();
    let best = if is_best { format!(" {BEST}") } else { String::new() };
    Entry::from(format!("{}{spread}{best}", value_of(figure, entry.spread.median))).strong(is_best)
}

/// `+11.4 % (p=0.001)`; `~` where no difference is proven, `=` where there is none, `?` where nobody can tell.
fn changed(figure: Figure, change: &Change, detail: Detail, common: Option<(usize, usize)>) -> Entry {
    let sign = match change.standing {
        Standing::Differs => difference(figure, change),
        Standing::NotProven => "~".to_owned(),
        Standing::Same => "=".to_owned(),
        Standing::TooFew | Standing::Untested => format!("? {}", difference(figure, change)),
    };
    let proof = proof(change, common).filter(|_| detail == Detail::WithProof);
    let proof = proof.map(|proof| format!(" ({proof})")).unwrap_or_default();
    Entry::new(sign + &proof, mood(figure, change))
}

fn mood(figure: Figure, change: &Change) -> Mood {
    match (change.standing, figure.better()) {
        (Standing::Same | Standing::NotProven, _) | (Standing::Differs, Better::Neither) => Mood::Plain,
        (Standing::TooFew | Standing::Untested, _) => Mood::Doubtful,
        (Standing::Differs, Better::Less) => {
            if change.absolute > 0.0 {
                Mood::Bad
            } else {
                Mood::Good
            }
        }
        (Standing::Differs, Better::More) => {
            if change.absolute < 0.0 {
                Mood::Bad
            } else {
                Mood::Good
            }
        }
    }
}

/// The difference in per cent, or in the figure's unit where the reference is 0.
pub(super) fn difference(figure: Figure, change: &Change) -> String {
    match change.share {
        Some(share) if share.abs() >= 0.000_5 || share == 0.0 => format!("{:+.1} %", share * 100.0),
        Some(share) => format!("{:+.3} %", share * 100.0),
        None => {
            let sign = if change.absolute < 0.0 { "-" } else { "+" };
            format!("{sign}{}{}", exact_value(figure, change.absolute.abs()), unit_of(figure))
        }
    }
}

/// The repetitions on the reference and on another side, where they are the same in every test.
pub(super) fn common_n(comparison: &Comparison) -> Option<(usize, usize)> {
    let mut all = comparison.changes().filter_map(|change| match change.proof {
        Proof::Tested { n, .. } => Some(n),
        _ => None,
    });
    let first = all.next()?;
    all.all(|n| n == first).then_some(first)
}

/// How a difference is known: `p=0.001 n=10+10`, and only `p=0.001` where every test has as many repetitions.
pub(super) fn proof(change: &Change, common: Option<(usize, usize)>) -> Option<String> {
    match change.proof {
        Proof::Exact if change.standing == Standing::Differs => Some("exact".to_owned()),
        Proof::Exact | Proof::Identical | Proof::Single => None,
        Proof::Tested { corrected, n, .. } => {
            let p = if corrected < 0.001 { "p<0.001".to_owned() } else { format!("p={corrected:.3}") };
            Some(if common == Some(n) { p } else { format!("{p} n={}+{}", n.0, n.1) })
        }
    }
}

/// A value with the digits that tell it from another.
pub(super) fn exact_value(figure: Figure, value: f64) -> String {
    match figure.unit() {
        Unit::Ratio => format!("{value:.2}"),
        Unit::Count => format!("{value:.0}"),
        Unit::Milliseconds => format!("{value:.1}").trim_end_matches(".0").to_owned(),
    }
}

/// What stands behind a value.
pub(super) fn unit_of(figure: Figure) -> &'static str {
    if figure.unit() == Unit::Milliseconds { " ms" } else { "" }
}

/// Stands behind the best value of a row.
pub(super) const BEST: &str = "◂";
const ABSENT: &str = "–";
