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
//! Absent: messages, and Karn's rule. Whoever calls [`RoundTrip::measured`] vouches that the answer was to a message sent
//! once.

use protocol::Duration;

/// The smoothed round trip of one link, and its variation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundTrip {
    smoothed: Duration,
    variation: Duration,
    basis: Basis,
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
    pub const ASSUMED: Self =
        Self { smoothed: Duration::from_secs(1), variation: Duration::from_millis(500), basis: Basis::Assumed };

    /// No timeout is shorter, as in the RFC. Ten times the round trip of a healthy cluster at Maelstrom's 100 ms hops, of
    /// which one wait in a receiver's queue can take another 100 ms, it leaves room for a machine that is busy as well.
    pub const SHORTEST_TIMEOUT: Duration = Duration::from_secs(1);

    /// Takes in the round trip of a message that was sent once.
    pub fn measured(&mut self, sample: Duration) {
        if self.basis != Basis::Measured {
            if sample <= Self::ASSUMED.smoothed {
                *self = Self { smoothed: sample, variation: sample / 2, basis: Basis::Measured };
                return;
            }
            self.basis = Basis::Long;
        }
        let error = sample.saturating_sub(self.smoothed) + self.smoothed.saturating_sub(sample);
        // The RFC's beta is 1/4 and its alpha 1/8.
        self.variation = (self.variation * 3 + error) / 4;
        self.smoothed = (self.smoothed * 7 + sample) / 8;
    }

    /// Whether any answer was ever measured.
    pub const fn is_measured(&self) -> bool {
        !matches!(self.basis, Basis::Assumed)
    }

    /// The smoothed round trip.
    pub const fn smoothed(&self) -> Duration {
        self.smoothed
    }

    /// How long to wait for an answer before doubting that it comes.
    pub fn timeout(&self) -> Duration {
        // On a link whose round trip never varies, four variations shrink to nothing and the wait would end at the very
        // instant of the answer. The RFC's remedy is the clock's granularity; half a round trip is ours, since what makes
        // an answer late here is a busy receiver, and those grow slow in proportion.
        let room = (self.variation * 4).max(self.smoothed / 2);
        (self.smoothed + room).max(Self::SHORTEST_TIMEOUT)
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
