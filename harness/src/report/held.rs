//! Whether a node holds acknowledgements back. Stable latencies begin at the acknowledgement, so a node that acknowledges
//! late looks quicker than it is, at no cost in messages.
//!
//! A client waits for other reasons too: Maelstrom takes a message out of a node's queue before it is due and sleeps until then, so
//! that a request which arrives meanwhile waits behind it (head-of-line blocking; semantics, section 3.5). Two things tell
//! the one from the other. The queue does not know a read from a broadcast, so both wait equally long behind messages; and
//! no request waits longer than one message's way.

use engine::{Distribution, Options};

use crate::figure::{Figure, Figures};
use crate::latencies::Latencies;

/// What clients' waiting says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Waiting {
    /// Nothing that a queue does not explain.
    Explained,
    /// Broadcasts wait that much longer than reads, in milliseconds at the median: the node holds acknowledgements back.
    HeldBack { by_ms: f64 },
    /// Most operations wait longer than a message's way can take: the node holds back whatever it answers, or is slow.
    BeyondHop { median_ms: f64, hop_ms: f64 },
    /// The record does not say.
    Unknown,
}

/// Judges a cell's clients by what they waited.
pub(super) fn judge(options: &Options, figures: &Figures, latencies: Option<&Latencies>) -> Waiting {
    if let Some(held) = latencies.and_then(|latencies| longer_than_reads(latencies, options)) {
        return held;
    }
    let Some(median_ms) = figures.value(Figure::ClientLatencyMedian) else { return Waiting::Unknown };
    match longest_hop(options) {
        // What breaks nodes makes clients wait, too.
        Some(hop_ms) if options.nemesis.is_empty() && median_ms > hop_ms + SLACK_MS => {
            Waiting::BeyondHop { median_ms, hop_ms }
        }
        _ => Waiting::Explained,
    }
}

/// Acknowledgements later than answers to reads by more than chance makes of so many of each.
fn longer_than_reads(latencies: &Latencies, options: &Options) -> Option<Waiting> {
    let (broadcasts, reads) = (Sample::of(&latencies.broadcasts)?, Sample::of(&latencies.reads)?);
    let by_ms = broadcasts.median - reads.median;
    let allowed =
        SLACK_MS.max(options.latency.mean_ms as f64 * HOP_SHARE) + ERRORS * broadcasts.error.hypot(reads.error);
    (by_ms > allowed).then_some(Waiting::HeldBack { by_ms })
}

/// A median, and its standard error.
struct Sample {
    median: f64,
    error: f64,
}

impl Sample {
    /// Of values in ascending order, of which there must be some. The error is that of a normal distribution with the same
    /// quartiles.
    fn of(values: &[f64]) -> Option<Self> {
        let at = |quarter: usize| values.get((values.len() * quarter / 4).min(values.len().saturating_sub(1))).copied();
        let (low, median, high) = (at(1)?, at(2)?, at(3)?);
        let error = 1.2533 * (high - low) / 1.349 / (values.len() as f64).sqrt();
        (values.len() >= FEWEST).then_some(Self { median, error })
    }
}

/// The longest way of a message, where there is one.
fn longest_hop(options: &Options) -> Option<f64> {
    let mean = options.latency.mean_ms as f64;
    // Without latency nothing waits behind messages, and what processes take alone is too little to be compared with.
    if mean == 0.0 {
        return None;
    }
    match options.latency.distribution {
        Distribution::Constant => Some(mean),
        Distribution::Uniform => Some(2.0 * mean),
        Distribution::Exponential => None,
    }
}

/// What processes and clocks take beside the network.
const SLACK_MS: f64 = 10.0;
/// Less than this share of a hop changes nobody's mind.
const HOP_SHARE: f64 = 0.1;
/// Of a normal distribution's values, one in thirty thousand lies farther than four deviations above the mean.
const ERRORS: f64 = 4.0;
/// Of fewer operations a median says little.
const FEWEST: usize = 10;

#[cfg(test)]
mod tests {
    use engine::Latency;

    use super::*;
    use crate::latencies::Source;

    fn options() -> Options {
        Options { latency: Latency { mean_ms: 100, distribution: Distribution::Constant }, ..Options::default() }
    }

    /// Evenly spread over a hop, as waiting behind messages is, and that much later.
    fn waits(later: f64) -> Vec<f64> {
        (0..400).map(|k| f64::from(k) / 4.0 + later).collect()
    }

    fn judged(broadcasts: Vec<f64>, reads: Vec<f64>, median: f64) -> Waiting {
        let latencies =
            Latencies { repetition: 0, seed: 0, source: Source::Recorded, stable: Vec::new(), broadcasts, reads };
        let mut figures = Figures::default();
        figures.set(Figure::ClientLatencyMedian, median);
        judge(&options(), &figures, Some(&latencies))
    }

    #[test]
    fn waiting_behind_messages_holds_nothing_back() {
        assert_eq!(judged(waits(0.0), waits(0.0), 50.0), Waiting::Explained);
        assert_eq!(judged(waits(15.0), waits(0.0), 57.0), Waiting::Explained, "as far as chance and slack go");
        assert_eq!(
            judged(waits(0.0), waits(200.0), 109.0),
            Waiting::Explained,
            "late reads hold no acknowledgement back"
        );
    }

    #[test]
    fn acknowledgements_later_than_reads_are_held_back() {
        assert_eq!(judged(waits(80.0), waits(0.0), 90.0), Waiting::HeldBack { by_ms: 80.0 });
    }

    #[test]
    fn everything_later_than_a_hop_is_told() {
        assert_eq!(judged(waits(200.0), waits(200.0), 250.0), Waiting::BeyondHop { median_ms: 250.0, hop_ms: 100.0 });
        let paused = Options { nemesis: engine::Nemesis::Partition.into(), ..options() };
        let mut figures = Figures::default();
        figures.set(Figure::ClientLatencyMedian, 250.0);
        assert_eq!(judge(&paused, &figures, None), Waiting::Explained);
        let instant = Options { latency: Latency { mean_ms: 0, distribution: Distribution::Constant }, ..options() };
        assert_eq!(judge(&instant, &figures, None), Waiting::Explained);
    }

    #[test]
    fn few_operations_and_old_records_say_nothing() {
        assert_eq!(judged(vec![90.0; 9], vec![1.0; 9], 45.0), Waiting::Explained);
        assert_eq!(judge(&options(), &Figures::default(), None), Waiting::Unknown);
    }
}
