//! What stands around the rows: what the sides were measured with, and what the rows are worth.

use super::{Layout, Page, held_words, rows};
use crate::compare::{Proof, Standing};
use crate::figure::Figure;
use crate::render::escape;
use crate::words::counted;

/// The sides, and what they were not all measured with.
pub(super) fn sides(page: &Page<'_>) -> String {
    let comparison = page.comparison;
    let mut text = String::new();
    let width = comparison.sides.iter().map(|side| side.label.chars().count()).max().unwrap_or(0);
    for (place, side) in comparison.sides.iter().enumerate() {
        let head = if place == 0 { "compared" } else { "" };
        let reference = if place == comparison.reference { " (reference)" } else { "" };
        let origin = if side.origin == side.label { "" } else { &side.origin };
        let line = format!("{head:8}  {:width$}  {origin}{reference}", side.label);
        text += &escape::terminal(line.trim_end());
        text.push('\n');
    }
    for (place, differing) in comparison.differing.iter().enumerate() {
        let head = if place == 0 { "differs" } else { "" };
        let line = format!("{head:8}  {}: {}", differing.name, differing.values.join(" | "));
        text += &escape::terminal(line.trim_end());
        text.push('\n');
    }
    text
}

/// What is to be known of the rows, each thing in a line of its own.
pub(super) fn below(page: &Page<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(legend(page));
    notes.extend(not_shown(page));
    notes.extend(lonely(page));
    notes.extend(runs(page));
    notes.extend(doubts(page));
    notes.extend(page.remarks.iter().map(|remark| format!("! {remark}")));
    notes.extend(page.held.iter().map(|held| format!("✗ {}: {}", held.cell, held_words(page.comparison, held))));
    notes.extend(unproven(page));
    notes
}

/// What the signs mean that the rows carry.
fn legend(page: &Page<'_>) -> Option<String> {
    let comparison = page.comparison;
    let all = || comparison.cells.iter().flat_map(|cell| &cell.rows);
    let shows = |is: fn(Standing) -> bool| all().any(|row| is_visible(page, row) && row.has(is));
    let mut parts = vec!["latencies in ms".to_owned()];
    if all()
        .any(|row| is_visible(page, row) && row.entries.iter().flatten().any(|entry| entry.spread.deviation.is_some()))
    {
        parts.push("medians ± standard deviation".to_owned());
    }
    if all().any(|row| is_visible(page, row) && !row.best.is_empty()) {
        parts.push(format!("{} best", rows::BEST));
    }
    if shows(|standing| standing == Standing::NotProven) {
        parts.push("~ no difference is proven".to_owned());
    }
    if shows(|standing| matches!(standing, Standing::TooFew | Standing::Untested)) {
        parts.push("? cannot be told from noise".to_owned());
    }
    if comparison.tests > 0 {
        let n = rows::common_n(comparison).map(|n| format!(", n={}+{}", n.0, n.1)).unwrap_or_default();
        parts.push(format!(
            "p: Mann and Whitney's U{n}, two-sided, corrected for {} (Holm), {} % for a false alarm in all",
            counted(comparison.tests, "test"),
            comparison.alpha * 100.0
        ));
    }
    Some(parts.join("; ")).filter(|_| all().any(|row| is_visible(page, row)) || comparison.tests > 0)
}

fn is_visible(page: &Page<'_>, row: &crate::compare::Row) -> bool {
    page.layout == Layout::PerCell || rows::is_shown(page, row)
}

/// How many rows say nothing new.
fn not_shown(page: &Page<'_>) -> Vec<String> {
    let comparison = page.comparison;
    let mut notes = Vec::new();
    let identical: Vec<&str> =
        comparison.cells.iter().filter(|cell| cell.is_identical).map(|cell| cell.cell.as_str()).collect();
    if !identical.is_empty() {
        let all = identical.len() == comparison.cells.len() && identical.len() > 1;
        let which = if all { "all cells".to_owned() } else { identical.join("; ") };
        notes.push(format!("identical runs, by the digests of their traces: {which}"));
    }
    if page.layout == Layout::PerFigure {
        let hidden = || comparison.cells.iter().flat_map(|cell| &cell.rows).filter(|row| !rows::is_shown(page, row));
        let unproven = hidden().filter(|row| row.has(|standing| standing != Standing::Same)).count();
        let same = hidden().count() - unproven;
        let parts = [(same, "the same"), (unproven, "with no difference proven")];
        let parts: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, how)| format!("{count} {how}")).collect();
        if !parts.is_empty() {
            notes.push(format!("not shown: {} (`--all` shows them)", parts.join(", ")));
        }
    }
    notes
}

/// Cells that not every side has.
fn lonely(page: &Page<'_>) -> Vec<String> {
    let comparison = page.comparison;
    let line = |lonely: &crate::compare::Lonely| {
        let labels: Vec<String> = lonely.on.iter().map(|side| format!("`{}`", comparison.sides[*side].label)).collect();
        format!("only on {}: {}", labels.join(" and "), lonely.cell)
    };
    comparison.lonely.iter().map(line).collect()
}

/// Runs that are left out or doubtful.
fn runs(page: &Page<'_>) -> Vec<String> {
    let comparison = page.comparison;
    let mut notes = Vec::new();
    for cell in &comparison.cells {
        for (side, runs) in cell.runs.iter().enumerate() {
            let Some(runs) = runs else { continue };
            let parts = [
                (runs.crashed, "crashed and not compared"),
                (runs.invalid, "invalid"),
                (runs.late, "late, so that latencies may be too high"),
            ];
            let parts: Vec<String> =
                parts.iter().filter(|(count, _)| *count > 0).map(|(count, how)| format!("{count} {how}")).collect();
            if !parts.is_empty() {
                let all = counted(runs.made, "run");
                let label = &comparison.sides[side].label;
                notes.push(format!("! {} on `{label}`: of {all}, {}", cell.cell, parts.join(", ")));
            }
        }
    }
    notes
}

/// What keeps the rows from saying more, and what helps.
fn doubts(page: &Page<'_>) -> Vec<String> {
    let comparison = page.comparison;
    let mut notes = Vec::new();
    let untested = comparison.count(|standing| standing == Standing::Untested);
    if untested > 0 {
        let is_exact = |figure: &Figure| *figure == Figure::MsgsPerBroadcast;
        let exact = if comparison.figures.iter().any(is_exact) { " (msgs-per-broadcast is exact)" } else { "" };
        notes.push(format!(
            "! without repetitions noise cannot be told from change{exact}: run both sides with `--seeds 5` or more"
        ));
    }
    if comparison.count(|standing| standing == Standing::TooFew) > 0 {
        let fewest = comparison.changes().filter_map(|change| match change.proof {
            Proof::Tested { n, .. } if change.standing == Standing::TooFew => Some(n.0.min(n.1)),
            _ => None,
        });
        let fewest = fewest.min().unwrap_or(0);
        let needed = comparison.repetitions_needed().map(|needed| needed.to_string());
        notes.push(format!(
            "! {fewest} repetitions cannot prove anything in {} at {} %: it takes {} on each side, or fewer rows \
             (`--figures`, `--only`)",
            counted(comparison.tests, "test"),
            comparison.alpha * 100.0,
            needed.as_deref().unwrap_or("more")
        ));
    }
    notes
}

/// Differences beyond what is allowed that are not proven, and so do not fail.
fn unproven(page: &Page<'_>) -> Vec<String> {
    let comparison = page.comparison;
    let mut notes = Vec::new();
    for condition in page.conditions {
        let rows = comparison.cells.iter().flat_map(|cell| cell.rows.iter().map(move |row| (cell, row)));
        for (cell, row) in rows.filter(|(_, row)| row.figure == condition.figure) {
            for (side, change) in row
                .entries
                .iter()
                .enumerate()
                .filter_map(|(side, entry)| Some((side, entry.as_ref()?.change.as_ref()?)))
            {
                if condition.is_beyond(change) && !condition.is_met_by(change) {
                    notes.push(format!(
                        "~ {}: {} differs by {} on `{}`, which is not proven and fails nothing",
                        cell.cell,
                        row.figure,
                        rows::difference(row.figure, change),
                        comparison.sides[side].label
                    ));
                }
            }
        }
    }
    notes
}
