//! What a difference may be: `p95 > +5%` fails a comparison, `msgs-per-broadcast +0%` is all that a gate allows.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use super::{Change, Comparison, Standing};
use crate::figure::{Figure, Unit};
use crate::spec::nearest::nearest;

/// A difference from the reference that fails.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Condition {
    /// Of which figure.
    pub figure: Figure,
    /// Which differences fail.
    pub side: Beyond,
    /// The bound: a share of the reference, or in the figure's unit.
    pub bound: Bound,
}

/// On which side of its bound a difference fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Beyond {
    /// Above it.
    #[serde(rename = ">")]
    Above,
    /// At it or above.
    #[serde(rename = ">=")]
    AtOrAbove,
    /// Below it.
    #[serde(rename = "<")]
    Below,
    /// At it or below.
    #[serde(rename = "<=")]
    AtOrBelow,
}

/// How large a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// In the figure's unit.
    Absolute(f64),
    /// As a share of the reference: 0.05 is 5 %.
    Share(f64),
}

/// A condition that a difference meets, or whose answer nobody knows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Held {
    /// The condition.
    pub condition: Condition,
    /// In which cell.
    pub cell: String,
    /// On which side.
    pub side: usize,
    /// The reference's median.
    pub before: f64,
    /// This side's.
    pub after: f64,
    /// The difference.
    pub change: Change,
}

/// Why a text is no condition.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is no {what}: {problem}")]
pub struct ConditionError {
    text: String,
    what: &'static str,
    problem: String,
}

impl Condition {
    /// Reads `FIGURE > +5%`, `FIGURE >= +20ms`, `FIGURE < -0.1`.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let error = |problem| ConditionError { text: text.to_owned(), what: "condition", problem };
        let signs = [(">=", Beyond::AtOrAbove), ("<=", Beyond::AtOrBelow), (">", Beyond::Above), ("<", Beyond::Below)];
        let split = signs.into_iter().find_map(|(sign, side)| Some((text.split_once(sign)?, side)));
        let ((figure, bound), side) = split
            .ok_or_else(|| error("expected a figure, `>` or `<`, and a difference, such as `p95 > +5%`".into()))?;
        let figure = figure_named(figure.trim()).map_err(error)?;
        let bound = Bound::parse(figure, bound.trim()).map_err(error)?;
        Ok(Self { figure, side, bound })
    }

    /// Reads what is allowed, `FIGURE +5%` or `FIGURE -0.01`, as the condition that fails beyond it: more than what has a
    /// plus, less than what has a minus.
    pub fn allowing(text: &str) -> Result<Self, ConditionError> {
        let error = |problem| ConditionError { text: text.to_owned(), what: "allowance", problem };
        let expected =
            || error("expected a figure and how much it may change, such as `msgs-per-broadcast +0%`".into());
        let (figure, bound) = text.trim().rsplit_once(char::is_whitespace).ok_or_else(expected)?;
        let figure = figure_named(figure.trim()).map_err(error)?;
        let side = match bound.chars().next() {
            Some('+') => Beyond::Above,
            Some('-') => Beyond::Below,
            _ => return Err(error(format!("`{bound}` has no sign: `+{bound}` lets the figure grow so much"))),
        };
        let bound = Bound::parse(figure, bound).map_err(error)?;
        Ok(Self { figure, side, bound })
    }

    /// Every difference that meets the condition. What a test with enough repetitions does not prove does not meet it; where
    /// nothing can be proven, the figures alone decide.
    pub fn held_by<'a>(&'a self, comparison: &'a Comparison) -> impl Iterator<Item = Held> + 'a {
        let rows = comparison.cells.iter().flat_map(|cell| cell.rows.iter().map(move |row| (cell, row)));
        rows.filter(|(_, row)| row.figure == self.figure).flat_map(move |(cell, row)| {
            let before = row.entries[comparison.reference].as_ref().map(|entry| entry.spread.median);
            let sides = row.entries.iter().enumerate();
            sides.filter_map(move |(side, entry)| {
                let entry = entry.as_ref()?;
                let change = entry.change.filter(|change| self.is_met_by(change))?;
                let after = entry.spread.median;
                Some(Held { condition: *self, cell: cell.cell.clone(), side, before: before?, after, change })
            })
        })
    }

    /// Whether this difference fails.
    pub fn is_met_by(&self, change: &Change) -> bool {
        let is_counted = !matches!(change.standing, Standing::NotProven | Standing::Same);
        is_counted && self.is_beyond(change)
    }

    /// Whether a difference lies beyond the bound, proven or not.
    pub fn is_beyond(&self, change: &Change) -> bool {
        let (difference, bound) = match self.bound {
            Bound::Absolute(bound) => (change.absolute, bound),
            // From nothing to something is more than any share.
            Bound::Share(bound) => (change.share.unwrap_or(f64::INFINITY * change.absolute.signum()), bound),
        };
        match self.side {
            Beyond::Above => difference > bound,
            Beyond::AtOrAbove => difference >= bound,
            Beyond::AtOrBelow => difference <= bound,
            Beyond::Below => difference < bound,
        }
    }
}

impl Bound {
    fn parse(figure: Figure, text: &str) -> Result<Self, String> {
        let unit_at = text.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(text.len());
        let (number, unit) = (text[..unit_at].trim(), text[unit_at..].trim());
        let number: f64 = number
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| format!("expected a difference such as `+5%`, found `{text}`"))?;
        match (figure.unit(), unit) {
            (_, "%") => Ok(Self::Share(number / 100.0)),
            (Unit::Milliseconds, "ms") | (Unit::Count | Unit::Ratio, "") => Ok(Self::Absolute(number)),
            (Unit::Milliseconds, "s") => Ok(Self::Absolute(number * 1e3)),
            (Unit::Milliseconds, "") => Err(format!("the unit is missing behind `{number}`: `%`, `ms` or `s`")),
            (_, other) => Err(format!("`{other}` is no unit of a difference in `{figure}`")),
        }
    }
}

/// The figure that a user means: by its name, by `median`, `p50`, `p95`, `p99`, `max` or `min` for the stable latency's, and by
/// `….p50` for any median.
pub fn figure_named(name: &str) -> Result<Figure, String> {
    let name = name.replace("p50", "median");
    let stable = || Figure::named(&format!("stable-latency.{name}"));
    Figure::named(&name).or_else(stable).ok_or_else(|| {
        let names = || Figure::ALL.into_iter().map(Figure::name);
        match nearest(&name, names()) {
            Some(near) => format!("no figure is called `{name}`; did you mean `{near}`?"),
            None => format!("no figure is called `{name}`; the figures are {}", names().collect::<Vec<_>>().join(", ")),
        }
    })
}

impl fmt::Display for Condition {
    /// As one would write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Beyond::Above => ">",
            Beyond::AtOrAbove => ">=",
            Beyond::AtOrBelow => "<=",
            Beyond::Below => "<",
        };
        write!(f, "{} {side} {}", self.figure, self.bound_text())
    }
}

impl Condition {
    /// The bound as one would write it: `+5%`, `-20ms`. No bound is written as what the sign of its side says.
    pub fn bound_text(&self) -> String {
        let unit = if self.figure.unit() == Unit::Milliseconds { "ms" } else { "" };
        let (number, unit) = match self.bound {
            Bound::Absolute(bound) => (bound, unit),
            // 0.05 is 5.000000000000001 % to a machine.
            Bound::Share(bound) => ((bound * 1e8).round() / 1e6, "%"),
        };
        let is_below = matches!(self.side, Beyond::Below | Beyond::AtOrBelow);
        let sign = if number < 0.0 || (number == 0.0 && is_below) { "-" } else { "+" };
        format!("{sign}{}{unit}", number.abs())
    }
}
