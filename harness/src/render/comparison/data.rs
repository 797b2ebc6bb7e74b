//! A comparison as data: JSON, CSV, and `JUnit`'s XML.

use serde::Serialize;

use super::{Page, held_words};
use crate::compare::{Comparison, Condition, Held, Proof};
use crate::render::junit::{Case, Verdict, xml};
use crate::render::sheet::{Entry, Heading, Sheet};

/// The version of the form in JSON. It grows when a reader of the old form would misunderstand the new one.
const FORMAT: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Whole<'a> {
    format: u32,
    kind: &'static str,
    exit_code: u8,
    answer: String,
    comparison: &'a Comparison,
    conditions: &'a [Condition],
    held: &'a [Held],
    remarks: &'a [String],
}

/// All of it, in full precision.
pub(crate) fn json(page: &Page<'_>) -> String {
    let whole = Whole {
        format: FORMAT,
        kind: "comparison",
        exit_code: page.status.code(),
        answer: page.answer(),
        comparison: page.comparison,
        conditions: page.conditions,
        held: &page.held,
        remarks: &page.remarks,
    };
    serde_json::to_string_pretty(&whole).expect("strings, numbers, and lists of them") + "\n"
}

/// A line for every cell, figure and side, in full precision.
pub(crate) fn csv(page: &Page<'_>) -> String {
    let comparison = page.comparison;
    let axes = comparison.axes.iter().map(String::as_str);
    let names = ["cell"].into_iter().chain(axes).chain([
        "figure",
        "side",
        "reference",
        "n",
        "median",
        "least",
        "greatest",
        "deviation",
        "change",
        "share",
        "standing",
        "p",
        "p-corrected",
        "best",
    ]);
    let mut rows = Vec::new();
    for cell in &comparison.cells {
        for row in &cell.rows {
            for (place, entry) in row.entries.iter().enumerate() {
                let Some(entry) = entry else { continue };
                let change = entry.change.as_ref();
                let (p, corrected) = match change.map(|change| change.proof) {
                    Some(Proof::Tested { p, corrected, .. }) => (Some(p), Some(corrected)),
                    _ => (None, None),
                };
                let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
                let mut fields = vec![cell.cell.clone()];
                fields.extend(cell.axes.iter().cloned());
                fields.extend([
                    row.figure.name().to_owned(),
                    comparison.sides[place].label.clone(),
                    u8::from(place == comparison.reference).to_string(),
                    entry.spread.count.to_string(),
                    number(Some(entry.spread.median)),
                    number(Some(entry.spread.least)),
                    number(Some(entry.spread.greatest)),
                    number(entry.spread.deviation),
                    number(change.map(|change| change.absolute)),
                    number(change.and_then(|change| change.share)),
                    change.map(|change| change.standing.name().to_owned()).unwrap_or_default(),
                    number(p),
                    number(corrected),
                    u8::from(row.best.contains(&place)).to_string(),
                ]);
                rows.push(fields.into_iter().map(Entry::from).collect());
            }
        }
    }
    Sheet { header: names.map(Heading::left).collect(), rows }.csv()
}

/// A test case for every cell, which fails by what is held against it.
pub(crate) fn junit(page: &Page<'_>) -> String {
    let cases = page.comparison.cells.iter().map(|cell| {
        let held = page.held.iter().filter(|held| held.cell == cell.cell);
        let reasons: Vec<String> = held.map(|held| held_words(page.comparison, held)).collect();
        let verdict = if reasons.is_empty() { Verdict::Pass } else { Verdict::Fail };
        Case { name: cell.cell.clone(), verdict, reasons, seconds: None, figures: Vec::new(), flaky: Vec::new() }
    });
    xml(&page.title(), &page.answer(), cases)
}
