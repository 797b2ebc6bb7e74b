//! How figures spread over the repetitions of a cell: a mark for each run, or, of hundreds, their range and where most of them lie.

use maud::{Markup, html};

use super::Shown;
use super::plot::{Scale, number, px};
use super::series::{Cast, cut, mark};
use crate::figure::Figure;
use crate::render::{Row, Summary};
use crate::words::counted;

/// So many runs of a cell have a mark each.
const MARKED: usize = 40;
/// So many rows are shown without asking for them.
const UNFOLDED: usize = 120;

const LABELS: f64 = 210.0;
const PANEL: f64 = 256.0;
const GAP: f64 = 14.0;
const ROW: f64 = 18.0;
const HEAD: f64 = 34.0;

pub(super) fn section(run: &Shown<'_>, cast: &Cast) -> Markup {
    let summary = &run.summary;
    let figures = figures(summary);
    if summary.about.repeat < 2 || figures.is_empty() {
        return html! {};
    }
    let is_open = summary.rows.len() <= UNFOLDED;
    html! {
        section {
            h2 { "Spread over " (summary.about.repeat) " repetitions" }
            details open[is_open] {
                summary { (counted(summary.rows.len(), "cell")) }
                (drawing(summary, cast, &figures))
            }
            p.muted {
                "Each repetition has the next seed. "
                @if summary.about.repeat as usize <= MARKED { "A mark is a run. " } @else {
                    "The thin line reaches from the least to the greatest of a cell's runs, the thick one covers nine in ten, the mark is the median. "
                }
                "A dashed line is a limit."
            }
        }
    }
}

/// What is limited, if it was measured; where nothing is limited, what everybody asks for.
fn figures(summary: &Summary<'_>) -> Vec<Figure> {
    let is_measured = |figure: &Figure| summary.rows.iter().any(|row| row.spread.contains_key(figure));
    let mut limited: Vec<Figure> = Vec::new();
    for limit in summary.about.limits.iter().filter(|limit| is_measured(&limit.figure)) {
        if !limited.contains(&limit.figure) {
            limited.push(limit.figure);
        }
    }
    // A figure that never varies shows nothing: lost values, as a rule.
    limited.retain(|figure| {
        summary.rows.iter().any(|row| row.spread.get(figure).is_some_and(|spread| spread.greatest > spread.least))
    });
    let usual = [Figure::MsgsPerOp, Figure::StableLatencyMedian, Figure::StableLatencyMax];
    limited
        .extend(usual.into_iter().filter(is_measured).filter(|figure| !limited.contains(figure)).collect::<Vec<_>>());
    limited.truncate(3);
    limited
}

fn drawing(summary: &Summary<'_>, cast: &Cast, figures: &[Figure]) -> Markup {
    let height = HEAD + ROW * summary.rows.len() as f64 + 22.0;
    let width = LABELS + (PANEL + GAP) * figures.len() as f64;
    html! {
        svg.plot viewBox={ "0 0 " (px(width)) " " (px(height)) } role="img" aria-label="spread over repetitions" {
            @for (place, label) in cast.labels.iter().enumerate() {
                @let middle = HEAD + ROW * (place as f64 + 0.5);
                line.grid x1="0" x2=(px(width - GAP)) y1=(px(middle)) y2=(px(middle)) {}
                text.tick x="0" y=(px(middle - 3.0)) { (cut(label, 34)) title { (summary.rows[place].cell.cell) } }
            }
            @for (place, figure) in figures.iter().enumerate() {
                (panel(summary, cast, *figure, LABELS + (PANEL + GAP) * place as f64, height))
            }
        }
    }
}

fn panel(summary: &Summary<'_>, cast: &Cast, figure: Figure, left: f64, height: f64) -> Markup {
    let all = summary.rows.iter().filter_map(|row| row.spread.get(&figure));
    let limits: Vec<f64> =
        summary.about.limits.iter().filter(|limit| limit.figure == figure).map(|limit| limit.bound).collect();
    let ends = all.flat_map(|spread| [spread.least, spread.greatest]).chain(limits.iter().copied());
    let x = Scale::around(ends, (left + 6.0, left + PANEL - 6.0));
    let (top, bottom) = (HEAD - 6.0, height - 20.0);
    html! {
        text.what x=(px(left)) y="12" { (figure.name()) }
        @for tick in x.ticks(4) {
            line.grid x1=(px(x.at(tick))) x2=(px(x.at(tick))) y1=(px(top)) y2=(px(bottom)) {}
            text.tick.middle x=(px(x.at(tick))) y=(px(bottom + 14.0)) { (number(tick)) }
        }
        @for bound in &limits { path.bound d={ "M" (px(x.at(*bound))) " " (px(top)) "V" (px(bottom)) } {} }
        @for (place, row) in summary.rows.iter().enumerate() {
            (runs(row, cast.looks[place], figure, &x, HEAD + ROW * (place as f64 + 0.5)))
        }
    }
}

/// The runs of one cell.
fn runs(row: &Row<'_>, look: usize, figure: Figure, x: &Scale, y: f64) -> Markup {
    let mut values: Vec<f64> = row.records.iter().filter_map(|record| record.outcome.figures.value(figure)).collect();
    values.sort_unstable_by(f64::total_cmp);
    let (Some(least), Some(greatest)) = (values.first(), values.last()) else { return html! {} };
    if values.len() <= MARKED {
        return html! { @for value in &values {
            path class={ "run s" (look) } d=(mark(look, x.at(*value), y, 3.6)) { title { (row.cell.cell) ": " (number(*value)) } }
        } };
    }
    let at = |share: f64| values[place(values.len(), share)];
    html! {
        path class={ "range s" (look) } d={ "M" (px(x.at(*least))) " " (px(y)) "H" (px(x.at(*greatest))) } {}
        path class={ "most s" (look) } d={ "M" (px(x.at(at(0.05)))) " " (px(y)) "H" (px(x.at(at(0.95)))) } {}
        path class={ "run s" (look) } d=(mark(look, x.at(at(0.5)), y, 3.6)) {
            title { (row.cell.cell) ": " (number(*least)) " to " (number(*greatest)) ", median " (number(at(0.5))) }
        }
    }
}

/// The place at a share of so many sorted values.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count is a small whole number"
)]
fn place(count: usize, share: f64) -> usize {
    ((count as f64 * share).floor() as usize).min(count.saturating_sub(1))
}
