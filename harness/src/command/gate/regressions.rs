//! A run against a baseline: what got worse by more than is allowed.

use super::Named;
use crate::compare::{Change, Comparison, Condition, Question, Side, SideCell, Standing, facts};
use crate::figure::{Figure, Unit};
use crate::gate::Regressed;
use crate::measured::Measured;
use crate::render::Summary;
use crate::render::comparison::proof_words;

/// Adds to a summary what the baseline has against it.
pub(super) fn hold(
    summary: &mut Summary<'_>,
    measured: &Measured,
    named: &Named,
    allowed: &[Condition],
) -> anyhow::Result<()> {
    let known: Vec<&str> = summary.rows.iter().map(|row| row.cell.cell.as_str()).collect();
    let records = measured.records.iter().filter(|record| known.contains(&record.cell.as_str()));
    let sides = [
        named.baseline.side(&named.name, &named.path),
        Side::of(&measured.label, measured.directory.as_str(), records),
    ];
    let conditions = if allowed.is_empty() { usual(summary) } else { allowed.to_vec() };
    let mut figures: Vec<Figure> = conditions.iter().map(|condition| condition.figure).collect();
    figures.sort_unstable();
    figures.dedup();
    let question = Question { reference: 0, figures, alpha: Question::ALPHA };
    let comparison = Comparison::of(&sides, &question)?;
    let texts: Vec<String> =
        conditions.iter().map(|condition| format!("{} {}", condition.figure, condition.bound_text())).collect();
    summary.remarks.push(format!(
        "the baseline `{}` ({}) allows {}",
        named.name,
        named.baseline.from,
        texts.join(", ")
    ));
    for lonely in &comparison.lonely {
        let which = if lonely.on == [0] { "of the baseline is not in the run" } else { "is not in the baseline" };
        summary.remarks.push(format!("a cell {which}: {}", lonely.cell));
    }
    for compared in &comparison.cells {
        let find = |side: usize| {
            let name = compared.names[side].as_ref()?;
            sides[side].cells.iter().find(|cell| cell.name == *name)
        };
        let (Some(before), Some(after)) = (find(0), find(1)) else { continue };
        let absent = || conditions.iter().find_map(|condition| absent(condition.figure, before, after));
        let reason = other_test(before, after).or_else(|| if allowed.is_empty() { None } else { absent() });
        if let Some(reason) = reason {
            summary.doubt(&after.name, format!("the baseline `{}` {reason}", named.name));
            continue;
        }
        for condition in &conditions {
            for row in compared.rows.iter().filter(|row| row.figure == condition.figure) {
                let (Some(was), Some(is)) = (&row.entries[0], &row.entries[1]) else { continue };
                let Some(change) = &is.change else { continue };
                if condition.is_met_by(change) {
                    summary.fail(
                        &after.name,
                        Regressed {
                            figure: row.figure,
                            baseline: named.name.clone(),
                            before: was.spread.median,
                            after: is.spread.median,
                            runs: is.spread.count,
                            allowed: condition.bound_text(),
                            proof: proof_words(change),
                        },
                    );
                } else if condition.is_beyond(change) && change.standing == Standing::NotProven {
                    summary.remarks.push(unproven(after, row.figure, change, &named.name));
                }
            }
        }
    }
    Ok(())
}

/// What is allowed unless somebody says otherwise: no message more, and 5 % for latencies that somebody cares for.
fn usual(summary: &Summary<'_>) -> Vec<Condition> {
    let mut texts = vec![format!("{} +0%", Figure::MsgsPerBroadcast)];
    let limited = summary.about.limits.iter().map(|limit| limit.figure);
    for figure in limited.filter(|figure| figure.unit() == Unit::Milliseconds) {
        let text = format!("{figure} +5%");
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts.iter().filter_map(|text| Condition::allowing(text).ok()).collect()
}

/// Why a baseline says nothing about a cell: it was measured with another test.
fn other_test(before: &SideCell, after: &SideCell) -> Option<String> {
    let of_the_test = after.facts.iter().filter(|(name, _)| facts::is_of_the_test(name));
    let mut other = of_the_test.filter_map(|(name, is)| {
        let was = before.facts.get(name).filter(|was| *was != is)?;
        Some(format!("was measured with {name} {was}, this run with {is}"))
    });
    other.next()
}

/// Why nothing can be said of a figure that somebody asks for: a side lacks it.
fn absent(figure: Figure, before: &SideCell, after: &SideCell) -> Option<String> {
    match (before.sample(figure).is_empty(), after.sample(figure).is_empty()) {
        (true, _) => Some(format!("has no `{figure}`")),
        (false, true) => Some(format!("has a `{figure}`, and this run has none")),
        (false, false) => None,
    }
}

fn unproven(cell: &SideCell, figure: Figure, change: &Change, baseline: &str) -> String {
    let share = change.share.map(|share| format!(" by {:+.1} %", share * 100.0)).unwrap_or_default();
    let name = &cell.name;
    format!("{name}: {figure} differs from the baseline `{baseline}`{share}, which is not proven and fails nothing")
}
