//! Several runs side by side: their answers, the cells that they share, and all of their designs in one drawing.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::possible::{self, Group};
use super::scatter::{Point, Scene};
use super::series::{LOOKS, cut, mark};
use super::verdict::{class, sign};
use super::{Shown, published, word};
use crate::figure::Figure;
use crate::frontier::Setting;
use crate::render::Row;
use crate::render::table::value_of;

/// The figures that are set side by side.
const FIGURES: [(Figure, &str); 4] = [
    (Figure::MsgsPerOp, "msgs/op all"),
    (Figure::MsgsPerBroadcast, "msgs/bcast"),
    (Figure::StableLatencyMedian, "stable p50"),
    (Figure::StableLatencyMax, "stable max"),
];

pub(super) fn section(runs: &[Shown<'_>]) -> Markup {
    html! {
        header { h1 { (runs.len()) " runs" } }
        section {
            h2 { "Answers" }
            ol { @for (place, run) in runs.iter().enumerate() {
                li {
                    a href={ "#run-" (place + 1) } { (run.measured.label) } ": "
                    b class=(class(&run.summary)) { (sign(&run.summary)) " " (word(&run.summary)) } ", " (run.summary.answer)
                    span.muted { " (" (run.summary.about.engine.name) ", " (run.summary.about.started) ")" }
                }
            } }
        }
        (shared(runs))
        (together(runs))
    }
}

/// The cells that more than one run has, by name.
fn shared(runs: &[Shown<'_>]) -> Markup {
    let mut by_name: BTreeMap<&str, Vec<Option<&Row<'_>>>> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for (place, run) in runs.iter().enumerate() {
        for row in &run.summary.rows {
            let name = row.cell.cell.as_str();
            let of_cell = by_name.entry(name).or_insert_with(|| {
                order.push(name);
                vec![None; runs.len()]
            });
            of_cell[place] = Some(row);
        }
    }
    order.retain(|name| by_name[name].iter().flatten().count() > 1);
    html! {
        section {
            h2 { "Cells in common" }
            @if order.is_empty() { p { "These runs have no cell in common." } } @else {
                div.wide { table.sortable {
                    thead {
                        tr { th { "cell" } @for (figure, heading) in FIGURES { @for place in 1..=runs.len() {
                            th.number title=(figure.name()) { (heading) " (" (place) ")" }
                        } } }
                    }
                    tbody { @for name in &order { tr {
                        td { (name) }
                        @for (figure, _) in FIGURES { @for row in &by_name[name] { (cell(*row, figure)) } }
                    } } }
                } }
                p.muted { "The number in brackets is the run's, as above. " code { "harness compare" } " tells whether a difference is one." }
            }
        }
    }
}

fn cell(row: Option<&Row<'_>>, figure: Figure) -> Markup {
    let value = row.and_then(|row| Some((row, row.counted.value(figure)?)));
    html! { @match value {
        Some((row, value)) => {
            td class={ "number" @if row.breaks(figure) { " fail" } } data-value=(value) {
                (value_of(figure, value)) @if row.breaks(figure) { " ✗" }
            }
        },
        None => { td.number { "–" } },
    } }
}

/// The first setting that runs have in common, with the designs of all of them; a look for each run.
fn together(runs: &[Shown<'_>]) -> Markup {
    let groups: Vec<Vec<Group>> = runs.iter().map(|run| possible::groups(&run.summary)).collect();
    let has =
        |groups: &[Group], setting: Setting| groups.iter().any(|group| group.is_constant && group.setting == setting);
    let settings = groups.iter().flatten().filter(|group| group.is_constant).map(|group| group.setting);
    let common = settings.into_iter().find(|setting| groups.iter().all(|groups| has(groups, *setting)));
    let Some(setting) = common else { return html! {} };
    let mut points: Vec<Point> = Vec::new();
    for (place, (run, groups)) in runs.iter().zip(&groups).enumerate() {
        let same = groups.iter().filter(|group| group.is_constant && group.setting == setting);
        for row in same.flat_map(|group| &group.cells).map(|cell| &run.summary.rows[*cell]) {
            let label = format!("({}) {}", place + 1, row.cell.cell);
            points.extend(possible::point(row, place % LOOKS, &label));
        }
    }
    let about = runs[0].summary.about;
    let rows: Vec<&Row<'_>> = runs[0].summary.rows.iter().collect();
    let bounds = possible::bounds(about, &rows);
    let scene = Scene { points: &points, setting, has_floor: true, bounds, names_front: false };
    html! {
        section {
            h2 { "All designs together" }
            ul.legend { @for (place, run) in runs.iter().enumerate() {
                li {
                    svg.swatch viewBox="0 0 28 12" aria-hidden="true" { path class={ "cell s" (place % LOOKS) } d=(mark(place % LOOKS, 14.0, 6.0, 5.0)) {} }
                    " (" (place + 1) ") " (cut(&run.measured.label, 60))
                }
            } }
            (scene.key())
            (scene.panels())
            p.muted { "The limits are those of the first run." }
            (possible::caption(setting == Setting::CHALLENGE))
            @if setting == Setting::CHALLENGE { (published::list()) }
        }
    }
}
