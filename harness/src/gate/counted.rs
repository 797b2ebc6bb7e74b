//! Of several repetitions: which value of a figure counts, and which repetition to look at first.

use super::Rules;
use crate::figure::Figure;
use crate::limit::{Comparison, JudgedBy, Limit};
use crate::outcome::{Outcome, Validity};
use crate::statistics::Spread;

/// The value of a figure that counts over some repetitions; none if no repetition has one.
///
/// The worst is the one that its limit names; where two limits from both sides disagree, the first decides. Without a limit
/// more is worse, but for shares and counts of what went well.
pub fn counted(figure: Figure, rules: Rules<'_>, outcomes: &[&Outcome]) -> Option<f64> {
    let values = || outcomes.iter().filter_map(|outcome| outcome.figures.value(figure));
    let limit = rules.limits.iter().find(|limit| limit.figure == figure);
    match (rules.judged_by, limit) {
        (JudgedBy::Mean, None) => Some(Spread::of(values())?.mean),
        (JudgedBy::Median, None) => Some(Spread::of(values())?.median),
        (judged_by, Some(limit)) => against(*limit, judged_by, values()),
        (JudgedBy::Worst, None) => match figure {
            Figure::OkFraction | Figure::Operations | Figure::Broadcasts => values().min_by(f64::total_cmp),
            _ => values().max_by(f64::total_cmp),
        },
    }
}

/// The repetition to look at first, by its place among these: one that crashed, or else an invalid one, or else the one that
/// is farthest beyond a limit or nearest to it, measured in shares of the bound.
pub fn worst_place(limits: &[Limit], outcomes: &[&Outcome]) -> usize {
    let beyond = |outcome: &Outcome, limit: &Limit| {
        let distance = outcome.figures.value(limit.figure)? - limit.bound;
        let scale = if limit.bound == 0.0 { 1.0 } else { limit.bound };
        Some(
            match limit.comparison {
                Comparison::Less | Comparison::LessOrEqual => distance,
                Comparison::Equal => distance.abs(),
                Comparison::Greater | Comparison::GreaterOrEqual => -distance,
            } / scale,
        )
    };
    let badness = |outcome: &Outcome| {
        let rank = u8::from(outcome.crash.is_some()) * 2 + u8::from(outcome.validity != Validity::Valid);
        let farthest = limits.iter().filter_map(|limit| beyond(outcome, limit)).max_by(f64::total_cmp);
        (rank, farthest.unwrap_or(f64::NEG_INFINITY))
    };
    let places = outcomes.iter().map(|outcome| badness(outcome)).enumerate();
    // The first of equals.
    let worst = places.reduce(|worst, next| {
        let is_worse = next.1.0.cmp(&worst.1.0).then(next.1.1.total_cmp(&worst.1.1)).is_gt();
        if is_worse { next } else { worst }
    });
    worst.map_or(0, |(place, _)| place)
}

/// The value that is held against a limit.
pub(super) fn against(limit: Limit, judged_by: JudgedBy, values: impl Iterator<Item = f64>) -> Option<f64> {
    match judged_by {
        JudgedBy::Mean => Some(Spread::of(values)?.mean),
        JudgedBy::Median => Some(Spread::of(values)?.median),
        JudgedBy::Worst => worst(limit, values),
    }
}

/// The value that a limit likes least.
pub(super) fn worst(limit: Limit, values: impl Iterator<Item = f64>) -> Option<f64> {
    match limit.comparison {
        Comparison::Less | Comparison::LessOrEqual => values.max_by(f64::total_cmp),
        Comparison::Equal => values.max_by(|a, b| (a - limit.bound).abs().total_cmp(&(b - limit.bound).abs())),
        Comparison::Greater | Comparison::GreaterOrEqual => values.min_by(f64::total_cmp),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    const MEDIAN: Figure = Figure::StableLatencyMedian;

    fn value(figure: Figure, limits: &[Limit], judged_by: JudgedBy) -> Option<f64> {
        let outcomes = [412.0, 386.0, 390.0, 388.0].map(|median| {
            let mut outcome = sample::outcome(25.0, median, 512.0);
            outcome.figures.set(Figure::OkFraction, median / 1000.0);
            outcome
        });
        let rules = Rules { limits, judged_by, repeat: 4 };
        counted(figure, rules, &outcomes.iter().collect::<Vec<_>>())
    }

    #[test]
    fn the_statistic_is_the_one_that_is_asked_for() {
        assert_eq!(value(MEDIAN, &[], JudgedBy::Worst), Some(412.0));
        assert_eq!(value(MEDIAN, &[], JudgedBy::Median), Some(390.0));
        assert_eq!(value(MEDIAN, &[], JudgedBy::Mean), Some(394.0));
        assert_eq!(value(Figure::OkFraction, &[], JudgedBy::Worst), Some(0.386));
    }

    #[test]
    fn a_limit_says_which_value_is_worst() {
        let limit = |comparison, bound| [Limit { figure: MEDIAN, comparison, bound }];
        assert_eq!(value(MEDIAN, &limit(Comparison::Less, 400.0), JudgedBy::Worst), Some(412.0));
        assert_eq!(value(MEDIAN, &limit(Comparison::Greater, 380.0), JudgedBy::Worst), Some(386.0));
        assert_eq!(value(MEDIAN, &limit(Comparison::Equal, 410.0), JudgedBy::Worst), Some(386.0));
        assert_eq!(value(MEDIAN, &limit(Comparison::Equal, 410.0), JudgedBy::Mean), Some(394.0));
    }

    #[test]
    fn the_repetition_to_look_at_first() {
        let good = sample::outcome(25.0, 386.0, 512.0);
        let slow = sample::outcome(25.0, 398.0, 512.0);
        let long = sample::outcome(25.0, 386.0, 660.0);
        let invalid = Outcome { validity: Validity::Invalid, ..good.clone() };
        let crashed = Outcome { crash: Some("boom".into()), ..good.clone() };
        let limits = sample::plan(1).limits;
        for (expected, outcomes) in [
            (0, vec![&good, &good]),
            (1, vec![&good, &slow, &good]),
            // 10 % above its bound is farther than 0.5 % below another.
            (2, vec![&good, &slow, &long]),
            (0, vec![&invalid, &long]),
            (3, vec![&good, &invalid, &long, &crashed]),
        ] {
            assert_eq!(worst_place(&limits, &outcomes), expected, "{outcomes:?}");
        }
        assert_eq!(worst_place(&[], &[&good, &slow]), 0);
    }
}
