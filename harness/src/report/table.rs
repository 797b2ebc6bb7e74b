//! The table of a run: a row per cell, every figure that was measured or limited, and how far the cell is from what is
//! possible.

use maud::{Markup, html};

use super::Shown;
use super::possible::times_the_floor;
use super::series::varying;
use crate::about::AboutCell;
use crate::figure::Figure;
use crate::gate::Verdict;
use crate::outcome::Validity;
use crate::render::table::{spread_of, value_of};
use crate::render::{Row, Summary};

/// The figures, and their headings.
const COLUMNS: [(Figure, &str); 15] = [
    (Figure::MsgsPerOp, "msgs/op all"),
    (Figure::ServerMsgsPerOp, "msgs/op servers"),
    (Figure::MsgsPerBroadcast, "msgs/ bcast"),
    (Figure::StableLatencyMedian, "stable p50"),
    (Figure::StableLatencyP95, "stable p95"),
    (Figure::StableLatencyP99, "stable p99"),
    (Figure::StableLatencyMax, "stable max"),
    (Figure::ClientLatencyMedian, "client p50"),
    (Figure::PropagationMedian, "propag. p50"),
    (Figure::PropagationMax, "propag. max"),
    (Figure::Lost, "lost"),
    (Figure::Missing, "missing"),
    (Figure::Stale, "stale"),
    (Figure::NeverRead, "never read"),
    (Figure::OkFraction, "ok fraction"),
];

/// Shown only where they say something: limited, or not what they should be.
const RARE: [(Figure, f64); 5] = [
    (Figure::Missing, 0.0),
    (Figure::Lost, 0.0),
    (Figure::Stale, f64::NAN),
    (Figure::NeverRead, 0.0),
    (Figure::OkFraction, 1.0),
];

/// What rows show beside figures.
#[derive(Clone, Copy)]
struct Extras {
    has_floor: bool,
    /// Whether some cells are required and some are not.
    is_mixed: bool,
}

/// A table of more rows scrolls in a window of its own.
const TALL: usize = 40;

pub(super) fn section(run: &Shown<'_>) -> Markup {
    let summary = &run.summary;
    let columns: Vec<_> = COLUMNS.into_iter().filter(|(figure, _)| is_wanted(summary, *figure)).collect();
    let cells: Vec<&AboutCell> = summary.rows.iter().map(|row| row.cell).collect();
    // An axis on which all cells are the same is said once, below; of a single cell everything is said.
    let all: Vec<usize> = (0..summary.about.axes.len()).collect();
    let axes = if cells.len() > 1 { varying(&cells) } else { all.clone() };
    let same: Vec<&(String, String)> =
        all.iter().filter(|axis| !axes.contains(axis)).filter_map(|axis| cells.first()?.axes.get(*axis)).collect();
    let has_floor = summary.rows.iter().any(|row| times_the_floor(row).is_some());
    let is_mixed = cells.iter().any(|cell| cell.required) && cells.iter().any(|cell| !cell.required);
    let extras = Extras { has_floor, is_mixed };
    html! {
        section {
            h2 { "Cells" }
            div class={ "wide" @if cells.len() > TALL { " tall" } } {
                table.sortable {
                    thead { tr {
                        @if axes.is_empty() { th { "cell" } }
                        @for axis in &axes { th { (summary.about.axes[*axis]) } }
                        th { "verdict" }
                        th { "valid" }
                        @for (figure, heading) in &columns { th.number title=(figure.name()) { (heading) } }
                        @if has_floor { th.number title="server messages, as a multiple of the least that any design needs for this latency" { "× floor" } }
                    } }
                    tbody { @for row in &summary.rows { (line(row, &axes, &columns, extras)) } }
                }
            }
            p.muted {
                @if !same.is_empty() {
                    "All cells: " (same.iter().map(|(axis, value)| format!("{axis} {value}")).collect::<Vec<_>>().join(", ")) ". "
                }
                "Latencies in milliseconds. " @if extras.is_mixed { b { "bold" } ": required. " } "✗: beyond its limit. "
                @if summary.about.repeat > 1 { "±: standard deviation over repetitions. " }
                @if has_floor { "× floor: messages between servers, as a multiple of the floor under every design (see below). " }
                span.script { "A click on a heading sorts." }
            }
        }
    }
}

fn line(row: &Row<'_>, axes: &[usize], columns: &[(Figure, &str)], Extras { has_floor, is_mixed }: Extras) -> Markup {
    let (word, class) = match row.judgement.verdict {
        Verdict::Pass => ("✓ pass", "pass"),
        Verdict::Fail { .. } => ("✗ fail", "fail"),
        Verdict::Unknown { .. } => ("? not known", "open"),
    };
    let required = if row.cell.required && is_mixed { "required" } else { "" };
    html! {
        tr class=(required) title=(row.cell.cell) {
            @if axes.is_empty() { td { (row.cell.cell) } }
            @for axis in axes { td { (row.cell.axes.get(*axis).map_or("", |(_, value)| value.as_str())) } }
            td class=(class) {
                (word)
                @if row.judgement.unreliable { " (late)" }
                @if row.judgement.flaky { " FLAKY" }
            }
            td { (valid(row)) }
            @for (figure, _) in columns { (cell(row, *figure)) }
            @if has_floor { @match times_the_floor(row) {
                Some(times) => { td.number data-value=(times) { (format!("{times:.1}")) } },
                None => { td.number { "–" } },
            } }
        }
    }
}

fn cell(row: &Row<'_>, figure: Figure) -> Markup {
    let Some(value) = row.counted.value(figure) else { return html! { td.number { "–" } } };
    let deviation = row.spread.get(&figure).and_then(|spread| spread.deviation);
    let deviation = deviation.and_then(|deviation| spread_of(figure, deviation));
    let class = if row.breaks(figure) { "number fail" } else { "number" };
    html! {
        td class=(class) data-value=(value) {
            (value_of(figure, value))
            @if row.breaks(figure) { " ✗" }
            @if let Some(deviation) = deviation { span.deviation { (deviation) } }
        }
    }
}

fn valid(row: &Row<'_>) -> &'static str {
    let says = |validity| row.records.iter().any(|record| record.outcome.validity == validity);
    if row.records.is_empty() {
        "–"
    } else if row.is_crashed() {
        "crash"
    } else if says(Validity::Invalid) {
        "no ✗"
    } else if says(Validity::Unknown) {
        "?"
    } else {
        "yes"
    }
}

fn is_wanted(summary: &Summary<'_>, figure: Figure) -> bool {
    let is_limited = summary.about.limits.iter().any(|limit| limit.figure == figure);
    let mut values = summary.rows.iter().filter_map(|row| row.counted.value(figure));
    let usual = RARE.iter().find(|(rare, _)| *rare == figure).map(|(_, usual)| *usual);
    is_limited
        || match usual {
            Some(usual) if usual.is_nan() => false,
            Some(usual) => values.any(|value| (value - usual).abs() > f64::EPSILON),
            None => values.next().is_some(),
        }
}
