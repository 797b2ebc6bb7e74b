//! How far an engine may be from the real program, and what can be said of how far it is.
//!
//! A recording of one run is one draw: the same command, repeated, gives other figures. How far they spread is known from the
//! simulated seeds, and for the one command that was recorded eight times, from those too. Two standard deviations of the
//! distance's own noise are what a recording cannot tell.

use serde::Serialize;

use super::recorded::Value;
use crate::figure::Figure;
use crate::statistics::Spread;

/// A figure of an engine, held against the real program's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Distance {
    /// Ours less the real one.
    pub distance: f64,
    /// How large it may be.
    pub bound: f64,
    /// Two standard deviations of what the distance would be by chance alone, were there none.
    pub noise: f64,
    /// What follows.
    pub verdict: Verdict,
}

/// What can be said of a distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It keeps its bound.
    Within,
    /// It does not, by less than its noise, and the noise is larger than the bound: these recordings cannot tell.
    Noise,
    /// It does not, by less than its noise, though the noise is smaller than the bound.
    Undecided,
    /// It does not, and chance is no excuse.
    Outside,
}

/// How far an engine's figure may be from the real program's, where there is a bound: 0.5 % of the messages per broadcast;
/// 3 % of the stable latencies' median and 95th percentile, or 10 ms of the median where that is more and 1 ms, the
/// finest they are written in, of the percentile; 5 ms of the clients' median.
pub fn bound(figure: Figure, real: f64) -> Option<f64> {
    match figure {
        Figure::MsgsPerBroadcast => Some(0.005 * real),
        Figure::StableLatencyMedian => Some(f64::max(10.0, 0.03 * real)),
        Figure::StableLatencyP95 => Some(f64::max(1.0, 0.03 * real)),
        Figure::ClientLatencyMedian => Some(5.0),
        _ => None,
    }
}

/// Holds an engine's figure against the real one, if that figure has a bound. `deviation` is how far a single run's value
/// spreads under the engine; `runs` is how many runs the real value is the mean of.
pub fn distance(figure: Figure, ours: &Spread, real: &Value, runs: u32, deviation: f64) -> Option<Distance> {
    let bound = bound(figure, real.mean)?;
    let distance = ours.mean - real.mean;
    let deviation = real.deviation.map_or(deviation, |recorded| recorded.max(deviation));
    let noise = 2.0 * deviation * (1.0 / f64::from(runs) + 1.0 / ours.count as f64).sqrt();
    let verdict = match distance.abs() - bound {
        beyond if beyond <= 0.0 => Verdict::Within,
        beyond if beyond > noise => Verdict::Outside,
        _ if noise > bound => Verdict::Noise,
        _ => Verdict::Undecided,
    };
    Some(Distance { distance, bound, noise, verdict })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred runs around a mean, so that their own noise is next to nothing.
    fn verdict(ours: f64, real: f64, runs: u32, deviation: f64) -> Verdict {
        let ours = Spread::of(std::iter::repeat_n(ours, 100)).unwrap();
        let real = Value { mean: real, deviation: None };
        distance(Figure::StableLatencyMedian, &ours, &real, runs, deviation).unwrap().verdict
    }

    #[test]
    fn bounds_are_those_of_the_requirement() {
        assert_eq!(bound(Figure::StableLatencyMedian, 240.0), Some(10.0));
        assert_eq!(bound(Figure::StableLatencyMedian, 1554.0), Some(0.03 * 1554.0));
        assert_eq!(bound(Figure::StableLatencyP95, 0.0), Some(1.0));
        assert_eq!(bound(Figure::StableLatencyP95, 500.0), Some(15.0));
        assert_eq!(bound(Figure::MsgsPerBroadcast, 50.0), Some(0.25));
        assert_eq!(bound(Figure::ClientLatencyMedian, 16.0), Some(5.0));
        assert_eq!(bound(Figure::ServerMsgsPerOp, 24.0), None);
    }

    #[test]
    fn noise_excuses_what_it_explains_and_nothing_more() {
        assert_eq!(verdict(390.0, 386.0, 8, 3.0), Verdict::Within);
        assert_eq!(verdict(399.0, 386.0, 8, 3.0), Verdict::Undecided);
        assert_eq!(verdict(402.0, 386.0, 8, 3.0), Verdict::Outside);
        assert_eq!(verdict(255.0, 240.0, 1, 10.0), Verdict::Noise);
        assert_eq!(verdict(280.0, 240.0, 1, 10.0), Verdict::Outside);
        assert_eq!(verdict(245.0, 240.0, 1, 10.0), Verdict::Within);
    }
}
