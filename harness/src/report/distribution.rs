//! How stable latencies are distributed: which share of the values was stable within so many milliseconds, with the limits
//! drawn in. A curve has every value of one run; where those cannot be told any more, the five quantiles that the record has.

use maud::{Markup, html};

use super::Shown;
use super::plot::{Frame, Path, Scale, px};
use super::series::{Cast, LOOKS, Swatch, label, mark, varying};
use crate::figure::Figure;
use crate::latencies::{Latencies, Source};
use crate::limit::{Comparison, Limit};
use crate::render::Row;
use crate::words::counted;

/// The quantiles that a record has, as shares of the values.
const QUANTILES: [(Figure, f64); 5] = [
    (Figure::StableLatencyMin, 0.0),
    (Figure::StableLatencyMedian, 0.5),
    (Figure::StableLatencyP95, 0.95),
    (Figure::StableLatencyP99, 0.99),
    (Figure::StableLatencyMax, 1.0),
];

const LARGE: Frame = Frame { width: 980.0, height: 360.0, left: 46.0, right: 24.0, top: 26.0, bottom: 40.0 };
const SMALL: Frame = Frame { width: 230.0, height: 130.0, left: 30.0, right: 10.0, top: 8.0, bottom: 20.0 };

/// So many small drawings are shown at once.
const UNFOLDED: usize = 24;

/// What can be drawn of a cell.
enum Known<'a> {
    /// Every value of one run.
    Values(&'a Latencies),
    /// Points of the distribution: milliseconds and share.
    Quantiles(Vec<(f64, f64)>),
}

/// A cell that has something to draw.
struct Drawn<'a> {
    row: &'a Row<'a>,
    look: usize,
    known: Known<'a>,
}

pub(super) fn section(run: &Shown<'_>, cast: &Cast) -> Markup {
    let all = run.summary.rows.iter().zip(&cast.looks);
    let drawn: Vec<Drawn<'_>> =
        all.filter_map(|(row, look)| Some(Drawn { row, look: *look, known: known(run, row)? })).collect();
    let limits = &run.summary.about.limits;
    html! {
        section {
            h2 { "Stable latencies" }
            @if drawn.is_empty() {
                p { "No run of this experiment has a stable latency: nothing was read after it was acknowledged, or no run came to its end." }
            } @else if run.summary.rows.len() <= LOOKS {
                (cast.legend(Swatch::Line))
                (together(&drawn, limits))
                (caption(&drawn, run))
            } @else {
                (cast.legend(Swatch::Line))
                (apart(run, &drawn, limits))
                (caption(&drawn, run))
            }
        }
    }
}

fn known<'a>(run: &'a Shown<'_>, row: &Row<'_>) -> Option<Known<'a>> {
    match run.latencies.get(row.cell.cell.as_str()) {
        Some(latencies) if !latencies.stable.is_empty() => Some(Known::Values(latencies)),
        _ => {
            let points = QUANTILES.into_iter().filter_map(|(figure, share)| Some((row.counted.value(figure)?, share)));
            let points: Vec<(f64, f64)> = points.collect();
            (!points.is_empty()).then_some(Known::Quantiles(points))
        }
    }
}

fn caption(drawn: &[Drawn<'_>], run: &Shown<'_>) -> Markup {
    let from =
        |source| drawn.iter().any(|one| matches!(&one.known, Known::Values(latencies) if latencies.source == source));
    let has_quantiles = drawn.iter().any(|one| matches!(one.known, Known::Quantiles(_)));
    html! {
        p.muted {
            "The share of values that were stable within so long. A curve that keeps a limit passes above the top of its post: at the median's post \
             half of the values are stable, at the one for the largest all of them. "
            @if from(Source::Recorded) { "Every value, from the histories that the runs left. " }
            @if from(Source::Replayed) { "Every value, from runs made again from their seeds, each with the digest of the one that was measured. " }
            @if run.summary.about.repeat > 1 { "Of each cell's repetitions the one that is farthest off is drawn. " }
            @if has_quantiles { "Where no history is left, marks at the five quantiles that are kept, and nothing is known between them." }
        }
    }
}

/// Few cells: one drawing.
fn together(drawn: &[Drawn<'_>], limits: &[Limit]) -> Markup {
    let x = Scale::from_zero(drawn.iter().map(Drawn::greatest).chain(bounds(limits)), LARGE.across());
    let y = Scale::linear((0.0, 100.0), LARGE.upward());
    html! {
        svg.plot viewBox=(LARGE.view()) role="img" aria-label="cumulative distribution of stable latencies" {
            (LARGE.below(&x, 12, "stable latency, ms"))
            (LARGE.beside(&y, 4, "% of values"))
            (posts(limits, &x, &y, Words::Shown))
            @for one in drawn { (one.draw(&x, &y)) }
        }
    }
}

/// Many cells: a small drawing each, folded where they are very many, and all of a fold on one scale.
fn apart(run: &Shown<'_>, drawn: &[Drawn<'_>], limits: &[Limit]) -> Markup {
    if drawn.len() <= UNFOLDED {
        return tiles(drawn.iter(), limits);
    }
    let mut names = run.summary.about.axes.iter().enumerate();
    let of =
        |one: &Drawn<'_>, axis: usize| one.row.cell.axes.get(axis).map_or(String::new(), |(_, value)| value.clone());
    let varying = names.find(|(axis, _)| drawn.iter().any(|one| of(one, *axis) != of(&drawn[0], *axis)));
    let Some((axis, name)) = varying else { return tiles(drawn.iter(), limits) };
    let mut values: Vec<String> = Vec::new();
    for one in drawn {
        let value = of(one, axis);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    html! {
        @for (place, value) in values.iter().enumerate() {
            details open[place == 0] {
                @let same = || drawn.iter().filter(|one| of(one, axis) == *value);
                summary { (name) " " (value) ", " (counted(same().count(), "cell")) }
                (tiles(same(), limits))
            }
        }
    }
}

fn tiles<'a, 'b: 'a>(drawn: impl Iterator<Item = &'a Drawn<'b>> + Clone, limits: &[Limit]) -> Markup {
    let x = Scale::from_zero(drawn.clone().map(Drawn::greatest), SMALL.across());
    let y = Scale::linear((0.0, 100.0), SMALL.upward());
    // What all of them have in common stands above them.
    let varying = varying(&drawn.clone().map(|one| one.row.cell).collect::<Vec<_>>());
    html! {
        div.tiles { @for one in drawn {
            figure {
                figcaption title=(one.row.cell.cell) { (label(one.row.cell, &varying)) }
                svg.plot viewBox=(SMALL.view()) role="img" aria-label=(one.row.cell.cell) {
                    (SMALL.below(&x, 3, ""))
                    (SMALL.beside(&y, 2, ""))
                    (posts(limits, &x, &y, Words::Hidden))
                    (one.draw(&x, &y))
                }
            }
        } }
    }
}

/// Whether a post says what it stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    Hidden,
    Shown,
}

/// The upper limits on stable latencies: each a post from the ground to the share of values that must be on its left.
fn posts(limits: &[Limit], x: &Scale, y: &Scale, words: Words) -> Markup {
    let posts: Vec<(&Limit, f64)> = limits.iter().filter_map(|limit| Some((limit, share(limit)?))).collect();
    let posts: Vec<_> = posts.into_iter().filter(|(limit, _)| limit.bound <= x.domain().1).collect();
    html! { @for (limit, share) in posts {
        @let (across, top) = (x.at(limit.bound), y.at(share * 100.0));
        path.post d={ "M" (px(across)) " " (px(y.at(0.0))) "V" (px(top)) "m-4 0h8" } { title { (limit.to_string()) } }
        @if words == Words::Shown {
            @let is_right = across > LARGE.width - 130.0;
            text class={ "note limit" @if is_right { " end" } }
                x=(px(if is_right { across - 5.0 } else { across + 5.0 })) y=(px(y.at(0.0) - 6.0)) { (short(limit)) }
        }
    } }
}

fn short(limit: &Limit) -> String {
    let of = limit.figure.name().trim_start_matches("stable-latency.");
    format!("{of} {} {} ms", limit.comparison, limit.bound)
}

fn share(limit: &Limit) -> Option<f64> {
    let is_upper = matches!(limit.comparison, Comparison::Less | Comparison::LessOrEqual);
    QUANTILES.into_iter().find(|(figure, _)| is_upper && *figure == limit.figure).map(|(_, share)| share)
}

fn bounds(limits: &[Limit]) -> impl Iterator<Item = f64> {
    limits.iter().filter(|limit| share(limit).is_some()).map(|limit| limit.bound)
}

impl Drawn<'_> {
    fn greatest(&self) -> f64 {
        match &self.known {
            Known::Values(latencies) => latencies.stable.last().copied().unwrap_or_default(),
            Known::Quantiles(points) => points.iter().map(|(latency, _)| *latency).fold(0.0, f64::max),
        }
    }

    fn draw(&self, x: &Scale, y: &Scale) -> Markup {
        match &self.known {
            Known::Values(latencies) => html! {
                path class={ "curve s" (self.look) } data-values=(latencies.stable.len()) d=(curve(&latencies.stable, x, y)) {
                    title { (self.row.cell.cell) ", seed " (latencies.seed) ": " (latencies.stable.len()) " values" }
                }
            },
            Known::Quantiles(points) => {
                let mut line = Path::default();
                for (latency, share) in points {
                    line.line(x.at(*latency), y.at(share * 100.0));
                }
                html! {
                    path class={ "guess s" (self.look) } d=(line.d()) {}
                    @for (latency, share) in points {
                        path class={ "quantile s" (self.look) } d=(mark(self.look, x.at(*latency), y.at(share * 100.0), 3.5)) {
                            title { (self.row.cell.cell) ": " (share * 100.0) " % within " (latency) " ms" }
                        }
                    }
                }
            }
        }
    }
}

/// The share of values up to each, as steps. Steps too small to be seen are left out; the first and the last value are not.
fn curve(values: &[f64], x: &Scale, y: &Scale) -> String {
    let mut path = Path::default();
    let mut drawn = (f64::MIN, f64::MIN);
    let mut begun = false;
    for (place, value) in values.iter().enumerate() {
        let is_last_of_its_size = values.get(place + 1).is_none_or(|next| next > value);
        if !is_last_of_its_size {
            continue;
        }
        if !begun {
            path.line(x.at(*value), y.at(0.0));
            begun = true;
        }
        let point = (x.at(*value), y.at(100.0 * (place + 1) as f64 / values.len() as f64));
        let is_seen = (point.0 - drawn.0).abs() >= SEEN || (point.1 - drawn.1).abs() >= SEEN;
        if is_seen || place + 1 == values.len() {
            path.step(point.0, point.1);
            drawn = point;
        }
    }
    path.d()
}

/// What can be told apart, in the drawing's own units.
const SEEN: f64 = 0.6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::Comparison;

    #[test]
    fn a_curve_rises_at_every_value_to_the_share_below_it() {
        let (x, y) = (Scale::linear((0.0, 100.0), (0.0, 100.0)), Scale::linear((0.0, 100.0), (100.0, 0.0)));
        assert_eq!(curve(&[10.0, 20.0, 20.0, 50.0], &x, &y), "M10 100H10V75H20V25H50V0");
        assert_eq!(curve(&[0.0], &x, &y), "M0 100H0V0");
        assert_eq!(curve(&[], &x, &y), "");
    }

    #[test]
    fn what_cannot_be_seen_is_left_out_but_for_the_last() {
        let (x, y) = (Scale::linear((0.0, 1e6), (0.0, 100.0)), Scale::linear((0.0, 100.0), (100.0, 0.0)));
        let values: Vec<f64> = (1..=1000).map(f64::from).collect();
        let path = curve(&values, &x, &y);
        assert!(path.matches('V').count() < 200 && path.ends_with("V0"), "{path}");
    }

    #[test]
    fn a_post_is_as_high_as_the_share_that_must_be_stable() {
        let limit = |figure, comparison| Limit { figure, comparison, bound: 400.0 };
        assert_eq!(share(&limit(Figure::StableLatencyMedian, Comparison::Less)), Some(0.5));
        assert_eq!(share(&limit(Figure::StableLatencyMax, Comparison::LessOrEqual)), Some(1.0));
        assert_eq!(share(&limit(Figure::StableLatencyMax, Comparison::Greater)), None);
        assert_eq!(share(&limit(Figure::MsgsPerOp, Comparison::Less)), None);
        let (x, y) = (Scale::linear((0.0, 800.0), (0.0, 800.0)), Scale::linear((0.0, 100.0), (100.0, 0.0)));
        let drawn = posts(&[limit(Figure::StableLatencyMedian, Comparison::Less)], &x, &y, Words::Shown).into_string();
        assert!(drawn.contains("M400 100V50") && drawn.contains("median &lt; 400 ms"), "{drawn}");
    }
}
