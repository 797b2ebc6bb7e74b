//! The head of a run: the answer in a word and in a sentence, and why it is what it is.

use maud::{Markup, html};

use super::{Shown, word};
use crate::exit::ExitStatus;
use crate::gate::Verdict;
use crate::render::{Row, Summary, finding, reasons};

/// What is told at the head.
pub(super) fn section(run: &Shown<'_>, is_single: bool) -> Markup {
    let summary = &run.summary;
    let about = summary.about;
    html! {
        header {
            @if is_single { h1 { (about.experiment) } } @else { h2.run { (run.measured.label) } }
            @if !about.description.is_empty() { p.description { (about.description) } }
            p class={ "verdict " (class(summary)) } {
                span.word { (sign(summary)) " " (word(summary)) }
                span.answer { (summary.answer) }
            }
            p.muted {
                (about.engine.name) " engine " (about.engine.version) ", " (about.started) ". "
                @if about.limits.is_empty() { "No limits." } @else {
                    "Limits: " (about.limits.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")) "."
                }
                @if about.repeat > 1 { " Each figure is the " (about.judged_by) " of " (about.repeat) " repetitions." }
            }
        }
        (troubles(summary))
    }
}

/// A sign, so that colour alone says nothing.
pub(super) fn sign(summary: &Summary<'_>) -> &'static str {
    match summary.status {
        ExitStatus::Yes => "✓",
        ExitStatus::No => "✗",
        ExitStatus::Unknown | ExitStatus::Interrupted => "?",
    }
}

/// The class of the style sheet.
pub(super) fn class(summary: &Summary<'_>) -> &'static str {
    match summary.status {
        ExitStatus::Yes if word(summary) == "measured" => "plain",
        ExitStatus::Yes => "pass",
        ExitStatus::No => "fail",
        ExitStatus::Unknown | ExitStatus::Interrupted => "open",
    }
}

/// Why cells fail or could not be judged, what was a close call, and what else to know. Long lists are folded.
fn troubles(summary: &Summary<'_>) -> Markup {
    let of = |is_required: bool| {
        let rows = summary.rows.iter().filter(move |row| row.cell.required == is_required);
        rows.flat_map(|row| items(summary, row)).collect::<Vec<_>>()
    };
    let (required, others) = (of(true), of(false));
    let mut known = known(summary);
    let remark = |remark: &String| Item { sign: "!", whom: "stored results".into(), what: remark.clone() };
    known.extend(summary.remarks.iter().map(remark));
    html! {
        (list("Why required cells do not pass", &required, Fold::Open))
        (list("Other cells beyond the limits", &others, Fold::Closed))
        (list("Worth knowing", &known, Fold::Open))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fold {
    Closed,
    Open,
}

/// One thing to tell: whom it concerns, and what.
struct Item {
    sign: &'static str,
    whom: String,
    what: String,
}

fn list(heading: &str, items: &[Item], fold: Fold) -> Markup {
    let is_open = fold == Fold::Open && items.len() <= LISTED;
    html! {
        @if !items.is_empty() {
            details.list open[is_open] {
                summary { (heading) " (" (items.len()) ")" }
                ul { @for item in items {
                    li { span.sign { (item.sign) } " " b { (item.whom) } ": " span.pre { (item.what) } }
                } }
            }
        }
    }
}

/// So many things are read without asking for them.
const LISTED: usize = 12;

fn items(summary: &Summary<'_>, row: &Row<'_>) -> Vec<Item> {
    let sign = if matches!(row.judgement.verdict, Verdict::Unknown { .. }) { "?" } else { "✗" };
    let reasons = reasons(summary, row).into_iter();
    reasons.map(|what| Item { sign, whom: row.cell.cell.clone(), what }).collect()
}

/// Close calls of required cells, and findings, each once.
fn known(summary: &Summary<'_>) -> Vec<Item> {
    let required = summary.rows.iter().filter(|row| row.cell.required);
    let close = required.flat_map(|row| row.judgement.close.iter().map(move |close| (row, close)));
    let mut items: Vec<Item> =
        close.map(|(row, close)| Item { sign: "!", whom: row.cell.cell.clone(), what: close.to_string() }).collect();
    for row in &summary.rows {
        for (text, hint) in finding::of_runs(&row.records) {
            let what = hint.map_or_else(|| text.clone(), |hint| format!("{text}; {hint}"));
            items.push(Item { sign: "!", whom: row.cell.cell.clone(), what });
        }
    }
    items
}
