//! How long an answer takes, measured: the estimator of RFC 6298, in whole nanoseconds.
//!
//! It starts where the tutorial starts, with a round trip of 1 s that nobody has measured. The RFC counts half of a first
//! round trip as its variation and waits for the round trip plus four variations, so an unmeasured link waits 3 s. That is
//! how both can be had: a start at 1 s, and no message repeated where a round trip really takes 2 s.
//!
//! The RFC's first sample replaces whatever was assumed. Here only one within the assumed second does: a longer one may be the pause of
//! a node, and thrice a pause of 3 s is more than a test waits. Longer ones are smoothed into the assumption, as any later sample is,
//! until there is one that is not.
//!
//! An answer may come and measure nothing, if it may be to either of two messages. Whoever hears one too late [doubts](RoundTrip::doubt)
//! what was measured so far: the timeout is doubled until something is measured again.
//!
//! Absent: messages, and Karn's rule. Whoever calls [`RoundTrip::measured`] vouches that the answer was to a message sent
//! once.

use protocol::Duration;

use crate::Link;

/// The smoothed round trip of one link, and its variation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundTrip {
    smoothed: Duration,
    variation: Duration,
    basis: Basis,
    /// How often the timeout is doubled, for want of a measurement.
    doubts: u8,
}

/// What a round trip is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Basis {
    /// Nothing.
    Assumed,
    /// Answers that took longer than was assumed, all of them.
    Long,
    /// Answers, of which one did not.
    Measured,
}

impl RoundTrip {
    /// What a link assumes before its first answer.
    pub const ASSUMED: Self = Self {
        smoothed: Duration::from_secs(1),
        variation: Duration::from_millis(500),
        basis: Basis::Assumed,
        doubts: 0,
    };

    /// No timeout is shorter, as in the RFC. Ten times the round trip of a healthy cluster at Maelstrom's 100 ms hops, of
    /// which one wait in a receiver's queue can take another 100 ms, it leaves room for a machine that is busy as well.
    pub const SHORTEST_TIMEOUT: Duration = Duration::from_secs(1);

    /// Takes in the round trip of a message that was sent once.
    #[inline]
    pub fn measured(&mut self, sample: Duration) {
        self.doubts = 0;
        if self.basis == Basis::Measured {
            self.smooth(sample);
        } else {
            self.measured_early(sample);
        }
    }

    #[cold]
    fn measured_early(&mut self, sample: Duration) {
        if sample <= Self::ASSUMED.smoothed {
            *self = Self { smoothed: sample, variation: sample / 2, basis: Basis::Measured, doubts: 0 };
        } else {
            self.basis = Basis::Long;
            self.smooth(sample);
        }
    }

    fn smooth(&mut self, sample: Duration) {
        // Plain numbers, since no round trip is so long that seven of them are too many nanoseconds for one.
        let (sample, smoothed, variation) = (sample.as_nanos(), self.smoothed.as_nanos(), self.variation.as_nanos());
        // The RFC's beta is 1/4 and its alpha 1/8.
        self.variation = Duration::from_nanos((variation * 3 + sample.abs_diff(smoothed)) / 4);
        self.smoothed = Duration::from_nanos((smoothed * 7 + sample) / 8);
    }

    /// An answer has come late and measured nothing: answers may take longer than is known.
    pub fn doubt(&mut self) {
        self.doubts = (self.doubts + 1).min(Link::MOST_DOUBT);
    }

    /// Whether an answer has come that measured nothing, and none since that did.
    pub const fn is_doubted(&self) -> bool {
        self.doubts > 0
    }

    /// Whether any answer was ever measured.
    pub const fn is_measured(&self) -> bool {
        !matches!(self.basis, Basis::Assumed)
    }

    /// The smoothed round trip.
    pub const fn smoothed(&self) -> Duration {
        self.smoothed
    }

    /// How long to wait for an answer before doubting that it comes, whatever is doubted already.
    pub fn timeout(&self) -> Duration {
        // On a link whose round trip never varies, four variations shrink to nothing and the wait would end at the very
        // instant of the answer. The RFC's remedy is the clock's granularity; half a round trip is ours, since what makes
        // an answer late here is a busy receiver, and those grow slow in proportion.
        let room = (self.variation * 4).max(self.smoothed / 2);
        (self.smoothed + room).max(Self::SHORTEST_TIMEOUT)
    }

    /// The same, doubled for each doubt.
    pub fn doubted_timeout(&self) -> Duration {
        let timeout = self.timeout();
        (timeout * (1 << self.doubts)).min(timeout.max(Link::FARTHEST_PROBE * 2))
    }

    /// How long to wait between two probes.
    pub fn probe_interval(&self) -> Duration {
        (self.doubted_timeout() * 2).min(Link::FARTHEST_PROBE.max(self.smoothed * 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(samples: impl IntoIterator<Item = u64>) -> RoundTrip {
        let mut round_trip = RoundTrip::ASSUMED;
        for millis in samples {
            round_trip.measured(Duration::from_millis(millis));
        }
        round_trip
    }

    #[test]
    fn an_assumed_second_is_waited_for_thrice() {
        assert_eq!(RoundTrip::ASSUMED.timeout(), Duration::from_secs(3));
    }

    #[test]
    fn the_first_sample_replaces_the_assumption_and_the_next_are_smoothed() {
        assert_eq!(after([400]).smoothed(), Duration::from_millis(400));
        assert_eq!(after([400]).timeout(), Duration::from_millis(1_200));
        let second = after([400, 1_200]);
        assert_eq!(second.smoothed(), Duration::from_millis(500));
        // Variation: three quarters of 200 ms and a quarter of 800 ms.
        assert_eq!(second.timeout(), Duration::from_millis(500 + 4 * 350));
    }

    #[test]
    fn a_first_sample_that_may_be_a_pause_does_not_replace_the_assumption() {
        // Variation: three quarters of 500 ms and a quarter of 2 s.
        assert_eq!(after([3_000]).timeout(), Duration::from_millis(1_250 + 4 * 875));
        assert!(after([3_000; 20]).timeout() < Duration::from_secs(7), "nor do many that lay there while a node slept");
        assert_eq!(after([3_000, 3_000, 400]), after([400]), "the first that is none does");
    }

    #[test]
    fn a_short_round_trip_has_the_shortest_timeout() {
        assert_eq!(after([0, 0, 0]).timeout(), RoundTrip::SHORTEST_TIMEOUT);
        assert_eq!(after([200; 50]).timeout(), RoundTrip::SHORTEST_TIMEOUT);
    }

    #[test]
    fn a_constant_round_trip_keeps_its_room() {
        assert_eq!(after([800; 200]).timeout(), Duration::from_millis(1_200));
        let long = after([2_000; 200]).timeout();
        assert!(Duration::from_millis(2_999) < long && long <= Duration::from_secs(3), "{long}");
    }

    #[test]
    fn it_follows_a_change_in_either_direction() {
        let slower = after(std::iter::repeat_n(200, 50).chain([4_000; 50]));
        assert!(slower.timeout() > Duration::from_secs(5));
        let faster = after(std::iter::repeat_n(4_000, 50).chain([200; 80]));
        assert_eq!(faster.timeout(), RoundTrip::SHORTEST_TIMEOUT);
    }
}
