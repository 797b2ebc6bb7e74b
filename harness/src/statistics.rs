//! Spreads over repetitions.
//!
//! Absent: what a figure means, and whether it is good ([`crate::gate`]); quantiles, which are the engine's.

use engine::checker::quantiles::Quantiles;
use serde::Serialize;

/// How a figure spreads over the repetitions of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Spread {
    /// The smallest.
    pub least: f64,
    /// The middle one; of an even number, the upper of the two.
    pub median: f64,
    /// The largest.
    pub greatest: f64,
}

impl Spread {
    /// The spread of these values; none without values.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let quantiles = Quantiles::of_floats(values.into_iter().collect())?;
        Some(Self { least: quantiles.min, median: quantiles.median, greatest: quantiles.max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_no_spread() {
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn a_spread_does_not_depend_on_order() {
        let spread = Spread { least: 1.0, median: 2.0, greatest: 9.0 };
        assert_eq!(Spread::of([9.0, 1.0, 2.0]), Some(spread));
        assert_eq!(Spread::of([2.0, 9.0, 1.0]), Some(spread));
        assert_eq!(Spread::of([5.0, 3.0]).map(|spread| spread.median), Some(5.0));
    }
}
