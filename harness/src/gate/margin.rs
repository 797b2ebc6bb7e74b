//! Limits that are so near to what was measured that chance may have decided.

use std::fmt;

use serde::Serialize;

use super::counted::against;
use crate::figure::Unit;
use crate::limit::{JudgedBy, Limit};
use crate::outcome::Outcome;
use crate::statistics::Spread;

/// A limit less than two standard deviations away from the value that was held against it: other seeds could have answered
/// otherwise.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Close {
    /// The limit.
    pub limit: Limit,
    /// Which value was held against it.
    pub judged_by: JudgedBy,
    /// That value.
    pub measured: f64,
    /// The standard deviation of the figure over the repetitions.
    pub deviation: f64,
}

/// Whether a limit is close, over repetitions that came to their end. One alone does not tell.
pub(super) fn close(limit: Limit, judged_by: JudgedBy, outcomes: &[&Outcome]) -> Option<Close> {
    let values = || outcomes.iter().filter_map(|outcome| outcome.figures.value(limit.figure));
    let deviation = Spread::of(values())?.deviation?;
    let measured = against(limit, judged_by, values())?;
    let is_close = (measured - limit.bound).abs() < DEVIATIONS * deviation;
    is_close.then_some(Close { limit, judged_by, measured, deviation })
}

impl fmt::Display for Close {
    /// `stable-latency.max is 592 ms at worst, 8 ms from its limit < 600ms: less than two standard deviations (2 × 7.1 ms)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, judged_by, measured, deviation } = self;
        let (unit, places, fine) = match limit.figure.unit() {
            Unit::Count => ("", 0, 1),
            Unit::Milliseconds => (" ms", 0, 1),
            Unit::Ratio => ("", 2, 3),
        };
        let how = match judged_by {
            JudgedBy::Mean => "on average",
            JudgedBy::Median => "in the median",
            JudgedBy::Worst => "at worst",
        };
        let distance = (measured - limit.bound).abs();
        let Limit { figure, comparison, bound, .. } = limit;
        let closed = if figure.unit() == Unit::Milliseconds { "ms" } else { "" };
        write!(
            f,
            "{figure} is {measured:.places$}{unit} {how}, {distance:.places$}{unit} from its limit {comparison} \
             {bound}{closed}: less than two standard deviations (2 × {deviation:.fine$}{unit})"
        )
    }
}

/// Of a normal distribution's values, about one in forty lies farther than this above the mean.
const DEVIATIONS: f64 = 2.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Figure;
    use crate::limit::Comparison;
    use crate::sample;

    const LIMIT: Limit = Limit { figure: Figure::StableLatencyMedian, comparison: Comparison::Less, bound: 400.0 };

    fn close_of(medians: &[f64], judged_by: JudgedBy) -> Option<Close> {
        let outcomes: Vec<_> = medians.iter().map(|median| sample::outcome(25.0, *median, 512.0)).collect();
        close(LIMIT, judged_by, &outcomes.iter().collect::<Vec<_>>())
    }

    /// The deviation of 380, 384 and 388 is 4.
    #[test]
    fn two_deviations_are_the_boundary() {
        assert_eq!(close_of(&[380.0, 384.0, 388.0], JudgedBy::Worst), None);
        assert_eq!(close_of(&[384.0, 388.0, 392.0], JudgedBy::Worst), None, "exactly two are not less than two");
        let close = close_of(&[385.0, 389.0, 393.0], JudgedBy::Worst).expect("7 is less than 2 × 4");
        assert_eq!((close.measured, close.deviation), (393.0, 4.0));
        assert_eq!(
            close.to_string(),
            "stable-latency.median is 393 ms at worst, 7 ms from its limit < 400ms: less than two standard deviations \
             (2 × 4.0 ms)"
        );
        assert_eq!(close_of(&[385.0, 389.0, 393.0], JudgedBy::Mean), None, "the mean is 11 away");
    }

    #[test]
    fn a_broken_limit_can_be_close_too() {
        assert!(close_of(&[399.0, 403.0, 407.0], JudgedBy::Mean).is_some());
        assert!(close_of(&[399.0, 403.0, 447.0], JudgedBy::Worst).is_some());
        assert_eq!(close_of(&[441.0, 443.0, 447.0], JudgedBy::Worst), None);
    }

    #[test]
    fn what_does_not_spread_is_never_close() {
        assert_eq!(close_of(&[399.9], JudgedBy::Worst), None);
        assert_eq!(close_of(&[400.0, 400.0], JudgedBy::Worst), None);
    }
}
