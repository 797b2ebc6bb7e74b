//! Messages against latency, both in equal factors: designs, what is published, the limits as a box, the front that nobody beats,
//! and where no design can be.

use maud::{Markup, html};

use super::plot::{Frame, Path, Scale, number, px};
use super::series::{cut, mark};
use crate::frontier::{PUBLISHED, Setting, pareto};

/// A design.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// Messages between servers per operation.
    pub(crate) msgs: f64,
    /// Median stable latency, in milliseconds.
    pub(crate) median: Option<f64>,
    /// Largest stable latency, in milliseconds.
    pub(crate) max: Option<f64>,
    /// How it is drawn.
    pub(crate) look: usize,
    /// What it is called.
    pub(crate) label: String,
    /// Whether it keeps what it promises: only such a design can be on the front.
    pub(crate) is_valid: bool,
}

/// What a drawing is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    pub(super) points: &'a [Point],
    pub(super) setting: Setting,
    /// Whether the time that a hop takes never varies, so that there is a floor.
    pub(super) has_floor: bool,
    /// Limits on messages between servers, on the median and on the largest latency.
    pub(super) bounds: [Option<f64>; 3],
    /// Whether points of the front are named beside their marks, for want of a colour of their own.
    pub(super) names_front: bool,
}

/// Which latency is on the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Median,
    Max,
}

const FRAME: Frame = Frame { width: 480.0, height: 380.0, left: 46.0, right: 14.0, top: 28.0, bottom: 40.0 };

impl Scene<'_> {
    /// Both panels, side by side.
    pub(super) fn panels(&self) -> Markup {
        let [median, max] = self.both();
        html! { div.panels { (median) (max) } }
    }

    /// Both panels, each by itself.
    pub(super) fn both(&self) -> [Markup; 2] {
        [self.panel(Of::Median), self.panel(Of::Max)]
    }

    /// What is drawn besides designs.
    pub(super) fn key(&self) -> Markup {
        let area = |class: &str, words: &str| {
            html! {
                li { svg.swatch viewBox="0 0 28 12" aria-hidden="true" { rect class=(class) x="4" y="0.5" width="20" height="11" {} } " " (words) }
            }
        };
        html! {
            ul.legend {
                @if self.bounds.iter().any(Option::is_some) { (area("limits", "within the limits")) }
                @if self.has_floor { (area("impossible", "where no design can be")) }
                @if self.is_published() {
                    li { svg.swatch viewBox="0 0 28 12" aria-hidden="true" { path.published d=(mark(3, 14.0, 6.0, 3.5)) {} } " published" }
                }
            }
        }
    }

    fn panel(&self, of: Of) -> Markup {
        let designs: Vec<(f64, f64, &Point)> =
            self.points.iter().filter_map(|point| Some((point.msgs, of.latency(point)?, point))).collect();
        let published = self.published(of);
        let latencies =
            designs.iter().map(|(_, latency, _)| *latency).chain(published.iter().map(|(_, latency)| *latency));
        let bounds = [self.bounds[0], self.bound(of)];
        let x = self.messages();
        let hop = self.has_floor.then_some(self.setting.hop_ms);
        let y = Scale::log(latencies.chain(bounds[1]).chain(hop), FRAME.upward());
        html! {
            svg.plot viewBox=(FRAME.view()) role="img" aria-label=(of.heading()) {
                (FRAME.below(&x, 9, "messages between servers per operation"))
                (FRAME.beside(&y, 9, of.heading()))
                (within_limits(bounds, &x, &y))
                @if of == Of::Max && self.has_floor { (self.impossible(&x, &y)) }
                (others(&published, &x, &y))
                (self.front(&designs, &x, &y))
                @for (msgs, latency, point) in &designs {
                    path class={ "cell s" (point.look) @if !point.is_valid { " broken" } }
                        d=(mark(point.look, x.within(*msgs), y.within(*latency), 5.0)) {
                        title { (point.label) ": " (number(*msgs)) " messages, " (number(*latency)) " ms" @if !point.is_valid { ", not valid" } }
                    }
                }
            }
        }
    }

    /// The same axis of messages for both panels, with room for how far down the quickest design could go.
    fn messages(&self) -> Scale {
        let published = PUBLISHED.iter().filter(|_| self.is_published()).map(|one| one.msgs_per_op);
        let quickest = self.points.iter().filter_map(|point| point.max).fold(f64::INFINITY, f64::min);
        let floor = self.setting.floor(quickest).filter(|_| self.has_floor && quickest.is_finite());
        let designs = self.points.iter().map(|point| point.msgs);
        Scale::log(designs.chain(published).chain(self.bounds[0]).chain(floor), FRAME.across())
    }

    /// What is published, if it is about this setting.
    fn published(&self, of: Of) -> Vec<(f64, f64)> {
        if !self.is_published() {
            return Vec::new();
        }
        let latency = |(median, max)| if of == Of::Median { median } else { max };
        PUBLISHED.iter().map(|one| (one.msgs_per_op, latency(one.latency_ms))).collect()
    }

    /// Whether others have published results for this setting, where a hop always takes the same time.
    fn is_published(&self) -> bool {
        self.has_floor && self.setting == Setting::CHALLENGE
    }

    fn bound(&self, of: Of) -> Option<f64> {
        self.bounds[if of == Of::Median { 1 } else { 2 }]
    }

    /// Where no design can be: below the floor's messages, or quicker than one hop.
    fn impossible(&self, x: &Scale, y: &Scale) -> Markup {
        let (low, high) = y.domain();
        let ((left, right), (bottom, top)) = (FRAME.across(), FRAME.upward());
        let least = self.setting.hop_ms.max(low);
        let latencies = (0..=48).map(|step| least * (high / least).powf(f64::from(step) / 48.0));
        let curve = latencies.filter_map(|latency| Some((self.setting.floor(latency)?, latency)));
        let curve: Vec<(f64, f64)> = curve.map(|(msgs, latency)| (x.within(msgs), y.at(latency))).collect();
        let (mut line, mut area) = (Path::default(), Path::default());
        area.line(left, top);
        area.line(left, bottom);
        area.line(right, bottom);
        line.line(right, y.within(least));
        area.line(right, y.within(least));
        for (across, up) in curve {
            line.line(across, up);
            area.line(across, up);
        }
        html! {
            path.impossible d=(area.d() + "z") {}
            path.floor d=(line.d()) { title { "the floor: no design needs fewer messages for this latency" } }
        }
    }

    /// The designs that no other of these beats, tied together, and named where nothing else names them.
    fn front(&self, designs: &[(f64, f64, &Point)], x: &Scale, y: &Scale) -> Markup {
        let valid: Vec<&(f64, f64, &Point)> = designs.iter().filter(|(_, _, point)| point.is_valid).collect();
        let front = pareto(&valid.iter().map(|(msgs, latency, _)| (*msgs, *latency)).collect::<Vec<_>>());
        let front: Vec<(f64, f64, &str)> = front
            .into_iter()
            .map(|place| valid[place])
            .map(|(msgs, latency, point)| (x.within(*msgs), y.within(*latency), point.label.as_str()))
            .collect();
        let mut line = Path::default();
        for (across, up, _) in &front {
            if line.is_empty() { line.line(*across, *up) } else { line.step(*across, *up) }
        }
        let named: Vec<(f64, f64, &str)> = if self.names_front { apart(&front) } else { Vec::new() };
        html! {
            @if front.len() > 1 { path.front d=(line.d()) { title { "no design of this run beats these" } } }
            @for (across, up, label) in named {
                @let is_right = across > FRAME.width * 0.6;
                text class={ "name" @if is_right { " end" } }
                    x=(px(if is_right { across + 4.0 } else { across - 4.0 })) y=(px(up - 9.0)) { (cut(label, 40)) }
            }
        }
    }
}

impl Of {
    const fn latency(self, point: &Point) -> Option<f64> {
        match self {
            Self::Median => point.median,
            Self::Max => point.max,
        }
    }

    const fn heading(self) -> &'static str {
        match self {
            Self::Median => "median stable latency, ms",
            Self::Max => "largest stable latency, ms",
        }
    }
}

/// The box of the limits: where designs are wanted. Without a limit on a side it goes on to the edge.
fn within_limits(bounds: [Option<f64>; 2], x: &Scale, y: &Scale) -> Markup {
    let ((left, right), (bottom, top)) = (FRAME.across(), FRAME.upward());
    let [across, up] =
        [bounds[0].map_or(right, |bound| x.within(bound)), bounds[1].map_or(top, |bound| y.within(bound))];
    html! {
        @if bounds.iter().any(Option::is_some) {
            rect.limits x=(px(left)) y=(px(up)) width=(px(across - left)) height=(px(bottom - up)) {
                title { "within the limits" }
            }
        }
    }
}

/// What is published: a mark each, its front as a line, and the places in the list below beside the marks of the front.
fn others(published: &[(f64, f64)], x: &Scale, y: &Scale) -> Markup {
    let front = pareto(published);
    let mut line = Path::default();
    for (msgs, latency) in front.iter().map(|place| published[*place]) {
        if line.is_empty() { line.line(x.at(msgs), y.at(latency)) } else { line.step(x.at(msgs), y.at(latency)) }
    }
    html! {
        @if !front.is_empty() { path.others d=(line.d()) { title { "no published design beats these" } } }
        @for (place, (msgs, latency)) in published.iter().enumerate() {
            path.published d=(mark(3, x.at(*msgs), y.at(*latency), 3.2)) {
                title { "#" (place + 1) " " (PUBLISHED[place].source) ": " (PUBLISHED[place].method) ", " (number(*msgs)) " messages, " (number(*latency)) " ms" }
            }
            @if front.contains(&place) {
                @let is_right = x.at(*msgs) > FRAME.width - 50.0;
                text class={ "rank" @if is_right { " end" } }
                    x=(px(x.at(*msgs) + if is_right { -6.0 } else { 6.0 })) y=(px(y.at(*latency) - 5.0)) { "#" (place + 1) }
            }
        }
    }
}

/// The names that have room, none on another: a name that would stand on one before it is left to its mark's tooltip.
fn apart<'a>(front: &[(f64, f64, &'a str)]) -> Vec<(f64, f64, &'a str)> {
    let mut kept: Vec<(f64, f64, &str)> = Vec::new();
    for &(across, up, label) in front {
        if kept.iter().all(|(_, other, _)| (other - up).abs() >= NAME_HEIGHT) {
            kept.push((across, up, label));
        }
    }
    kept
}

const NAME_HEIGHT: f64 = 13.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn point(msgs: f64, max: f64, is_valid: bool) -> Point {
        Point { msgs, median: Some(max * 0.7), max: Some(max), look: 0, label: "<b>".into(), is_valid }
    }

    fn drawn(points: &[Point], setting: Setting) -> String {
        let bounds = [Some(28.0), Some(400.0), Some(600.0)];
        Scene { points, setting, has_floor: true, bounds, names_front: true }.panels().into_string()
    }

    fn count(text: &str, what: &str) -> usize {
        text.matches(what).count()
    }

    #[test]
    fn every_design_has_a_mark_in_both_panels_and_every_published_one_too() {
        let points = [point(24.0, 500.0, true), point(12.0, 200.0, true), point(1.0, 150.0, false)];
        let text = drawn(&points, Setting::CHALLENGE);
        assert_eq!(count(&text, "class=\"cell s0"), 6);
        assert_eq!(count(&text, "class=\"published\""), 2 * PUBLISHED.len());
        assert_eq!((count(&text, "class=\"limits\""), count(&text, "class=\"floor\"")), (2, 1));
        assert!(!text.contains("<b>") && text.contains("&lt;b&gt;"));
        assert_eq!(count(&text, " broken\""), 2);
    }

    #[test]
    fn another_setting_has_its_own_floor_and_nothing_published() {
        let text = drawn(&[point(24.0, 500.0, true)], Setting { nodes: 9, ..Setting::CHALLENGE });
        assert_eq!((count(&text, "class=\"published\""), count(&text, "class=\"floor\"")), (0, 1));
    }

    #[test]
    fn names_do_not_stand_on_each_other() {
        let names = apart(&[(0.0, 10.0, "a"), (5.0, 15.0, "b"), (9.0, 24.0, "c")]);
        assert_eq!(names.iter().map(|name| name.2).collect::<Vec<_>>(), ["a", "c"]);
    }

    #[test]
    fn a_design_without_latencies_has_no_place() {
        let text = drawn(&[Point { median: None, max: None, ..point(24.0, 1.0, true) }], Setting::CHALLENGE);
        assert_eq!(count(&text, "class=\"cell"), 0);
        assert!(!text.contains("NaN") && !text.contains("inf"));
    }
}
