//! What drawings are made of: scales, ticks, paths and axes, in SVG's own units. Pure.
//!
//! Absent: what is drawn, and colours, which the page's style sheet has under the names of classes.

use std::fmt::Write as _;

use maud::{Markup, html};

/// Where a value lies on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    kind: Kind,
    domain: (f64, f64),
    range: (f64, f64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Linear,
    /// Every step is a factor.
    Log,
}

/// A line through points.
#[derive(Debug, Default)]
pub(super) struct Path(String);

impl Scale {
    /// Equal steps for equal differences. A domain without width gets some.
    pub(super) fn linear(domain: (f64, f64), range: (f64, f64)) -> Self {
        let domain = if domain.1 > domain.0 { domain } else { (domain.0 - 0.5, domain.0 + 0.5) };
        Self { kind: Kind::Linear, domain, range }
    }

    /// From 0 to a little beyond the largest of these values.
    pub(super) fn from_zero(values: impl IntoIterator<Item = f64>, range: (f64, f64)) -> Self {
        let largest = values.into_iter().fold(0.0, f64::max);
        Self::linear((0.0, if largest > 0.0 { largest * 1.04 } else { 1.0 }), range)
    }

    /// From a little below the smallest of these values to a little above the largest.
    pub(super) fn around(values: impl IntoIterator<Item = f64>, range: (f64, f64)) -> Self {
        let (least, greatest) = extent(values).unwrap_or((0.0, 1.0));
        let space = if greatest > least { (greatest - least) * 0.06 } else { greatest.abs().max(1.0) * 0.06 };
        Self::linear((least - space, greatest + space), range)
    }

    /// Equal steps for equal factors, a little beyond the smallest and the largest of these values; those that are not
    /// above 0 have no place.
    pub(super) fn log(values: impl IntoIterator<Item = f64>, range: (f64, f64)) -> Self {
        let (least, greatest) = extent(values.into_iter().filter(|value| *value > 0.0)).unwrap_or((1.0, 10.0));
        Self { kind: Kind::Log, domain: (least / 1.25, greatest * 1.25), range }
    }

    /// Where a value lies, also one outside of the domain.
    pub(super) fn at(&self, value: f64) -> f64 {
        let (low, high) = self.domain;
        let share = match self.kind {
            Kind::Linear => (value - low) / (high - low),
            Kind::Log => (value.max(f64::MIN_POSITIVE) / low).ln() / (high / low).ln(),
        };
        self.range.0 + share * (self.range.1 - self.range.0)
    }

    /// Where a value lies, or the nearer end for one outside of the domain.
    pub(super) fn within(&self, value: f64) -> f64 {
        self.at(value.clamp(self.domain.0, self.domain.1))
    }

    /// The smallest and the largest value that have a place.
    pub(super) const fn domain(&self) -> (f64, f64) {
        self.domain
    }

    /// Round values to write beside an axis, about that many.
    pub(super) fn ticks(&self, about: usize) -> Vec<f64> {
        match self.kind {
            Kind::Linear => self.linear_ticks(about.max(1)),
            Kind::Log => self.log_ticks(about.max(1)),
        }
    }

    fn linear_ticks(&self, about: usize) -> Vec<f64> {
        let (low, high) = self.domain;
        let rough = (high - low) / about as f64;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power).into_iter().find(|step| *step >= rough);
        let step = step.unwrap_or(power * 10.0);
        let first = (low / step).ceil();
        let ticks = (0..=2 * about + 2).map(|place| (first + place as f64) * step);
        // What is computed as -0 is written as 0.
        ticks.take_while(|tick| *tick <= high + step * 1e-9).map(|tick| tick + 0.0).collect()
    }

    /// 1, 2 and 5 of every decade, or fewer of them where those are too many.
    fn log_ticks(&self, about: usize) -> Vec<f64> {
        let (low, high) = self.domain;
        let of = |digits: &[f64]| -> Vec<f64> {
            let decades = std::iter::successors(Some(10_f64.powf(low.log10().floor())), |decade| Some(decade * 10.0));
            let decades = decades.take_while(|decade| *decade <= high);
            let ticks = decades.flat_map(|decade| digits.iter().map(move |digit| digit * decade));
            ticks.filter(|tick| (low..=high).contains(tick)).collect()
        };
        let choices = [&[1.0, 2.0, 3.0, 4.0, 5.0, 7.0][..], &[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];
        let fits = choices.into_iter().map(of).find(|ticks| ticks.len() <= about);
        fits.unwrap_or_else(|| of(&[1.0]))
    }
}

fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let finite = values.into_iter().filter(|value| value.is_finite());
    finite.fold(None, |extent, value| {
        let (least, greatest) = extent.unwrap_or((value, value));
        Some((value.min(least), value.max(greatest)))
    })
}

impl Path {
    /// Draws a straight line, or begins.
    pub(super) fn line(&mut self, x: f64, y: f64) {
        let how = if self.0.is_empty() { 'M' } else { 'L' };
        let _ = write!(self.0, "{how}{} {}", px(x), px(y));
    }

    /// Draws a step: across, then up or down.
    pub(super) fn step(&mut self, x: f64, y: f64) {
        let _ = write!(self.0, "H{}", px(x));
        let _ = write!(self.0, "V{}", px(y));
    }

    /// Whether it has not begun.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As the attribute `d` takes it.
    pub(super) fn d(self) -> String {
        self.0
    }
}

/// A coordinate, to a tenth.
pub(super) fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".into() } else { text.into() }
}

/// A number beside an axis: as short as it can be.
pub(super) fn number(value: f64) -> String {
    let places = match value.abs() {
        0.0 | 10.0.. => 0,
        1.0.. => 1,
        0.1.. => 2,
        _ => 3,
    };
    let text = format!("{value:.places$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.to_owned()
}

/// The frame of a drawing: its whole size, and what its plot leaves free for words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Frame {
    /// From left to right.
    pub(super) fn across(&self) -> (f64, f64) {
        (self.left, self.width - self.right)
    }

    /// From bottom to top.
    pub(super) fn upward(&self) -> (f64, f64) {
        (self.height - self.bottom, self.top)
    }

    /// As the attribute `viewBox` takes it.
    pub(super) fn view(&self) -> String {
        format!("0 0 {} {}", px(self.width), px(self.height))
    }

    /// The axis below: its line, ticks with lines across the plot, and what it is.
    pub(super) fn below(&self, x: &Scale, about: usize, what: &str) -> Markup {
        let (bottom, top) = self.upward();
        let (left, right) = self.across();
        html! {
            @for tick in x.ticks(about) {
                line.grid x1=(px(x.at(tick))) x2=(px(x.at(tick))) y1=(px(bottom)) y2=(px(top)) {}
                text.tick.middle x=(px(x.at(tick))) y=(px(bottom + 14.0)) { (number(tick)) }
            }
            line.axis x1=(px(left)) x2=(px(right)) y1=(px(bottom)) y2=(px(bottom)) {}
            @if !what.is_empty() {
                text.what.middle x=(px(f64::midpoint(left, right))) y=(px(bottom + 30.0)) { (what) }
            }
        }
    }

    /// The axis on the left. `what` stands above it.
    pub(super) fn beside(&self, y: &Scale, about: usize, what: &str) -> Markup {
        let (bottom, top) = self.upward();
        let (left, right) = self.across();
        html! {
            @for tick in y.ticks(about) {
                line.grid x1=(px(left)) x2=(px(right)) y1=(px(y.at(tick))) y2=(px(y.at(tick))) {}
                text.tick.end x=(px(left - 5.0)) y=(px(y.at(tick) + 3.5)) { (number(tick)) }
            }
            line.axis x1=(px(left)) x2=(px(left)) y1=(px(bottom)) y2=(px(top)) {}
            @if !what.is_empty() {
                text.what x=(px(left - 40.0)) y=(px(top - 9.0)) { (what) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_scale_is_a_straight_line() {
        let scale = Scale::linear((0.0, 600.0), (50.0, 350.0));
        assert_eq!([0.0, 300.0, 600.0, 900.0].map(|value| px(scale.at(value))), ["50", "200", "350", "500"]);
        assert_eq!([900.0, -1.0].map(|value| px(scale.within(value))), ["350", "50"]);
        assert_eq!(px(Scale::linear((7.0, 7.0), (0.0, 10.0)).at(7.0)), "5", "a point has a middle");
        assert_eq!(px(Scale::linear((0.0, 1.0), (100.0, 0.0)).at(0.25)), "75", "upward is downward on a page");
    }

    #[test]
    fn a_log_scale_has_equal_factors() {
        let scale = Scale { kind: Kind::Log, domain: (1.0, 100.0), range: (0.0, 10.0) };
        assert_eq!([1.0, 10.0, 100.0].map(|value| px(scale.at(value))), ["0", "5", "10"]);
        assert!(Scale::log([0.0, -3.0], (0.0, 1.0)).at(3.0).is_finite(), "what has no place makes no hole");
        assert!(Scale::log([], (0.0, 1.0)).at(0.0).is_finite());
    }

    #[test]
    fn ticks_are_round_and_about_as_many_as_asked_for() {
        let written = |scale: Scale, about| scale.ticks(about).into_iter().map(number).collect::<Vec<_>>().join(" ");
        let linear = |low, high| Scale::linear((low, high), (0.0, 1.0));
        assert_eq!(written(linear(0.0, 624.0), 6), "0 200 400 600");
        assert_eq!(written(linear(0.0, 1.0), 5), "0 0.2 0.4 0.6 0.8 1");
        assert_eq!(written(linear(-0.4, 0.4), 1), "0");
        let log = |low: f64, high: f64| Scale::log([low, high], (0.0, 1.0));
        assert_eq!(written(log(1.6, 290.0), 8), "2 5 10 20 50 100 200");
        assert_eq!(written(log(1.6, 290.0), 3), "10 100");
        for about in 1..12 {
            assert!(linear(3.0, 17.5).ticks(about).len() <= 2 * about + 2);
        }
    }

    #[test]
    fn a_path_is_written_in_tenths() {
        let mut path = Path::default();
        path.line(1.0, 2.04);
        path.line(3.26, -0.01);
        path.step(4.0, 5.5);
        assert_eq!(path.d(), "M1 2L3.3 0H4V5.5");
        assert_eq!([0.5, 12.0, 0.125, 3.0, 200.0, 0.0].map(number), ["0.5", "12", "0.12", "3", "200", "0"]);
    }

    #[test]
    fn axes() {
        let frame = Frame { width: 200.0, height: 120.0, left: 40.0, right: 10.0, top: 20.0, bottom: 30.0 };
        let (x, y) = (Scale::from_zero([500.0], frame.across()), Scale::linear((0.0, 100.0), frame.upward()));
        let drawn = html! { svg viewBox=(frame.view()) { (frame.below(&x, 3, "ms")) (frame.beside(&y, 2, "%")) } };
        insta::assert_snapshot!(drawn.into_string().replace("><", ">\n<"));
    }
}
