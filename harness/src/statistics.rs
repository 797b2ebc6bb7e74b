//! How a figure spreads over the repetitions of a cell.
//!
//! And whether two spreads differ by more than chance (`rank`).
//!
//! Absent: what a figure means, and whether it is good ([`crate::gate`]); quantiles, which are the engine's.

mod rank;

use engine::checker::quantiles::Quantiles;
use serde::Serialize;

pub use self::rank::{Method, RankTest, holm, least_p};

/// A figure's values over the repetitions, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Spread {
    /// How many values there are.
    pub count: usize,
    /// The arithmetic mean.
    pub mean: f64,
    /// The standard deviation of a sample, so n − 1 below the line; nothing of a single value.
    pub deviation: Option<f64>,
    /// Where the mean of endless repetitions lies, with 95 % confidence; nothing of a single value.
    pub confidence: Option<Interval>,
    /// The smallest.
    pub least: f64,
    /// The middle one; of an even number, the upper of the two.
    pub median: f64,
    /// The largest.
    pub greatest: f64,
}

/// From one number to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Interval {
    /// The smaller end.
    pub low: f64,
    /// The larger end.
    pub high: f64,
}

impl Spread {
    /// The spread of these values; none without values. The values' order does not matter, not even to the last bit.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_unstable_by(f64::total_cmp);
        let Quantiles { min: least, median, max: greatest, .. } = Quantiles::of_sorted(&values)?;
        let count = values.len();
        // Values that are all the same have themselves for a mean, which a sum can miss by its rounding.
        let is_constant = least.total_cmp(&greatest).is_eq();
        let mean = if is_constant { least } else { values.iter().sum::<f64>() / count as f64 };
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let deviation = (count > 1).then(|| (squares / (count as f64 - 1.0)).sqrt());
        let confidence = deviation.map(|deviation| {
            let reach = student_t(count - 1) * deviation / (count as f64).sqrt();
            Interval { low: mean - reach, high: mean + reach }
        });
        Some(Self { count, mean, deviation, confidence, least, median, greatest })
    }
}

/// Student's t at 0.975, for an interval of 95 %. The deviation is estimated from the same few values as the mean, so the
/// normal distribution's 1.96 would promise too much; over hundreds of values the two agree.
///
/// Above nine degrees of freedom it is the expansion of Cornish and Fisher around the normal distribution's quantile, which
/// is right to five digits there.
fn student_t(degrees: usize) -> f64 {
    const FIRST: [f64; 9] =
        [12.706_205, 4.302_653, 3.182_446, 2.776_445, 2.570_582, 2.446_912, 2.364_624, 2.306_004, 2.262_157];
    const NORMAL: f64 = 1.959_963_985;
    // The polynomials in the normal quantile, worked out.
    const TERMS: [f64; 4] = [2.372_271, 2.822_499, 2.555_850, 1.589_534];
    match degrees.checked_sub(1).and_then(|place| FIRST.get(place)) {
        Some(t) => *t,
        None => TERMS.iter().rev().fold(0.0, |sum, term| (sum + term) / degrees as f64) + NORMAL,
    }
}

/// Student's t that is exceeded on one side or the other in that share of all cases. Where several figures are looked at together, each gets
/// its part of the share (Bonferroni), so that chance makes any of them conspicuous no oftener than it says.
pub fn student_t_of(degrees: usize, share: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while student_outside(degrees, high) > share && high < 1e12 {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if student_outside(degrees, middle) > share { low = middle } else { high = middle }
    }
    high
}

/// In which share of all cases Student's t is farther from nothing than that: the finite series of whole degrees of freedom (Abramowitz
/// and Stegun, 26.7.3 and 26.7.4).
fn student_outside(degrees: usize, t: f64) -> f64 {
    let angle = (t / (degrees as f64).sqrt()).atan();
    let (sine, square) = (angle.sin(), angle.cos() * angle.cos());
    let is_odd = degrees % 2 == 1;
    let mut term = if is_odd { angle.cos() } else { 1.0 };
    let mut sum = 0.0;
    // Powers of the cosine up to two less than the degrees, each with its factor.
    for power in (usize::from(is_odd)..degrees.saturating_sub(1)).step_by(2) {
        sum += term;
        term *= square * (power as f64 + 1.0) / (power as f64 + 2.0);
    }
    let inside = if is_odd { (angle + sine * sum) / std::f64::consts::FRAC_PI_2 } else { sine * sum };
    1.0 - inside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-5 * expected.abs().max(1.0)
    }

    #[test]
    fn nothing_has_no_spread_and_one_value_no_deviation() {
        assert_eq!(Spread::of([]), None);
        let single = Spread::of([7.5]).unwrap();
        assert_eq!((single.mean, single.median, single.least, single.greatest), (7.5, 7.5, 7.5, 7.5));
        assert_eq!((single.count, single.deviation, single.confidence), (1, None, None));
    }

    /// Worked out by hand: the mean is 2028 / 5, the squares add up to 1595.2, and t with four degrees is 2.776445.
    #[test]
    fn five_values_as_on_paper() {
        let spread = Spread::of([386.0, 404.0, 412.0, 390.0, 436.0]).unwrap();
        assert_eq!((spread.count, spread.least, spread.median, spread.greatest), (5, 386.0, 404.0, 436.0));
        assert!(is_near(spread.mean, 405.6));
        assert!(is_near(spread.deviation.unwrap(), 398.8_f64.sqrt()));
        let Interval { low, high } = spread.confidence.unwrap();
        assert!(is_near(low, 405.6 - 24.795_96) && is_near(high, 405.6 + 24.795_96), "{low} to {high}");
    }

    #[test]
    fn a_spread_does_not_depend_on_order() {
        let values = [0.1, 0.7, 0.2, 1e9, 0.3];
        let mut turned = values;
        turned.reverse();
        assert_eq!(Spread::of(values), Spread::of(turned));
        assert_eq!(Spread::of([5.0, 3.0]).map(|spread| spread.median), Some(5.0));
    }

    #[test]
    fn values_that_are_all_the_same_do_not_spread() {
        let spread = Spread::of([0.1; 7]).unwrap();
        assert_eq!((spread.mean, spread.deviation), (0.1, Some(0.0)));
        assert_eq!(spread.confidence, Some(Interval { low: 0.1, high: 0.1 }));
    }

    #[test]
    fn rarer_cases_need_a_larger_t() {
        // From a table of one-sided 0.995 and 0.9995.
        for (degrees, t, rare) in [(1, 63.656_74, 636.619_2), (2, 9.924_843, 31.599_05), (10, 3.169_273, 4.586_894)] {
            assert!((student_t_of(degrees, 0.01) / t - 1.0).abs() < 1e-5);
            assert!((student_t_of(degrees, 0.001) / rare - 1.0).abs() < 1e-5);
        }
    }

    /// Against a table, on both sides of where the expansion begins.
    #[test]
    fn students_t_is_that_of_the_tables() {
        for (degrees, t) in
            [(1, 12.706_205), (9, 2.262_157), (10, 2.228_139), (12, 2.178_813), (30, 2.042_272), (999, 1.962_341)]
        {
            assert!((student_t(degrees) - t).abs() < 2e-5, "{degrees}: {}", student_t(degrees));
            assert!((student_t_of(degrees, 0.05) - t).abs() < 2e-5, "{degrees}: {}", student_t_of(degrees, 0.05));
        }
    }
}
