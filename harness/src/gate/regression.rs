//! A figure that is worse than a baseline allows.
//!
//! Absent: how that is found out ([`crate::compare`]).

use std::fmt;

use serde::Serialize;

use crate::figure::{Figure, Unit};

/// A figure that got worse by more than is allowed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Regressed {
    /// Which.
    pub figure: Figure,
    /// The baseline's name.
    pub baseline: String,
    /// The baseline's median.
    pub before: f64,
    /// What was measured now: the median.
    pub after: f64,
    /// Over so many runs.
    pub runs: usize,
    /// How much it may change, as one would write it: `+5%`.
    pub allowed: String,
    /// How the difference is known, such as `p=0.001 n=10+10`; absent where nothing could be tested.
    pub proof: Option<String>,
}

impl fmt::Display for Regressed {
    /// `msgs-per-broadcast is 51.88, 2.00 (4.0 %) above 49.88, the baseline `main`, which allows +0%`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { figure, baseline, before, after, runs, allowed, proof } = self;
        let (unit, places) = match figure.unit() {
            Unit::Count => ("", 0),
            Unit::Milliseconds => (" ms", usize::from((after - before).abs() < 10.0)),
            Unit::Ratio => ("", 2),
        };
        let distance = after - before;
        let side = if distance < 0.0 { "below" } else { "above" };
        let how = if *runs > 1 { format!(" in the median of {runs} runs") } else { String::new() };
        write!(f, "{figure} is {after:.places$}{unit}{how}, {:.places$}{unit}", distance.abs())?;
        if *before != 0.0 {
            write!(f, " ({:.1} %)", (distance / before).abs() * 100.0)?;
        }
        write!(f, " {side} {before:.places$}{unit}, the baseline `{baseline}`, where {allowed} is allowed")?;
        proof.as_ref().map_or(Ok(()), |proof| write!(f, " ({proof})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regression_reads_well() {
        let of = |figure, before, after, runs, proof: Option<&str>| {
            let (baseline, allowed, proof) = ("main".to_owned(), "+5%".to_owned(), proof.map(str::to_owned));
            Regressed { figure, baseline, before, after, runs, allowed, proof }.to_string()
        };
        assert_eq!(
            of(Figure::MsgsPerBroadcast, 48.0, 52.0, 5, Some("exact")),
            "msgs-per-broadcast is 52.00 in the median of 5 runs, 4.00 (8.3 %) above 48.00, the baseline `main`, where +5% is allowed (exact)"
        );
        assert_eq!(
            of(Figure::StableLatencyMax, 500.0, 540.0, 1, None),
            "stable-latency.max is 540 ms, 40 ms (8.0 %) above 500 ms, the baseline `main`, where +5% is allowed"
        );
        assert_eq!(
            of(Figure::Lost, 0.0, 3.0, 1, None),
            "lost is 3, 3 above 0, the baseline `main`, where +5% is allowed"
        );
    }
}
