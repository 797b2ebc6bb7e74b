//! Quantiles as Jepsen defines them, and spreads over repetitions.
//!
//! Absent: what a figure means, and whether it is good ([`crate::gate`]).

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
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Some(Self { least: *sorted.first()?, median: quantile(&sorted, 0.5)?, greatest: *sorted.last()? })
    }
}

/// The value at `q`, from 0 to 1, of values in ascending order: number `floor(n·q)`, and the last one at 1 (semantics,
/// section 6.4). It is always one of the values, never between two.
pub fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 ≤ q ≤ 1, so this is an index or n")]
    let place = (sorted.len() as f64 * q.clamp(0.0, 1.0)).floor() as usize;
    sorted.get(place.min(sorted.len().checked_sub(1)?)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_jepsens() {
        // Case K of the semantics' section 6.7: four values, and the median is the third of them.
        let sorted = [69.0, 79.0, 89.0, 99.0];
        let quantiles = [0.0, 0.5, 0.95, 0.99, 1.0].map(|q| quantile(&sorted, q));
        assert_eq!(quantiles, [69.0, 89.0, 99.0, 99.0, 99.0].map(Some));
    }

    #[test]
    fn nothing_has_no_quantile() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn a_spread_does_not_depend_on_order() {
        let spread = Spread { least: 1.0, median: 2.0, greatest: 9.0 };
        assert_eq!(Spread::of([9.0, 1.0, 2.0]), Some(spread));
        assert_eq!(Spread::of([2.0, 9.0, 1.0]), Some(spread));
    }
}
