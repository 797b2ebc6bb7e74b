//! The stream of client operations and its pace (semantics, section 5.3; Jepsen's `generator`).
//!
//! The first operation goes out at once. After each, the next is scheduled a span later that is uniform from nothing to
//! 2/rate, counted from the moment of dispatch: a scheduler that was held up does not catch up. Maelstrom's scheduler polls
//! while it waits, and is up to a millisecond late for each operation; so is this one, or it would put a load on the nodes
//! that is some per cent above the official program's.

use protocol::{Duration, Request, Time, Value};

use crate::random::Random;
use crate::{Options, Workload};

/// Where client operations come from.
#[derive(Debug)]
pub(crate) struct Generator {
    random: Random,
    workload: Workload,
    gap_bound: Duration,
    next_at: Time,
    next_value: Value,
}

impl Generator {
    /// Operations of that rate, the first at `begin`; none at all for a rate of 0.
    pub(crate) fn new(workload: Workload, rate: f64, begin: Time, random: Random) -> Option<Self> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive, and saturating is right"
        )]
        let gap_bound = Duration::from_nanos((2e9 / rate) as u64);
        (rate > 0.0).then_some(Self { random, workload, gap_bound, next_at: begin, next_value: 0 })
    }

    /// When the next operation is due.
    #[inline]
    pub(crate) const fn next_at(&self) -> Time {
        self.next_at
    }

    /// The operation that is due.
    #[inline]
    pub(crate) fn emit(&mut self, now: Time) -> Request {
        self.next_at = now + self.random.span(self.gap_bound) + self.random.span(POLL);
        match self.workload {
            Workload::Broadcast if self.random.coin() => {
                self.next_value += 1;
                Request::Broadcast { message: self.next_value - 1 }
            }
            Workload::Broadcast => Request::Read,
            Workload::Echo => {
                Request::Echo { echo: Box::new(format!("Please echo {}", self.random.below(128)).into()) }
            }
        }
    }
}

impl Options {
    /// The rate at which so many operations a second are really dispatched: a little more, since the scheduler that polls is
    /// late for each. For whoever repeats a run of which the operations were counted.
    pub fn rate_of_pace(pace: f64) -> f64 {
        let lateness = POLL.as_millis_f64() / 2_000.0;
        1.0 / (1.0 / pace - lateness)
    }
}

/// How late Maelstrom's scheduler is at most, because it polls.
const POLL: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn generator(workload: Workload, rate: f64) -> Generator {
        Generator::new(workload, rate, Time::ZERO, Random::stream(9, "generator")).expect("a rate above 0")
    }

    #[test]
    fn half_are_broadcasts_of_the_next_integer() {
        let mut generator = generator(Workload::Broadcast, 100.0);
        let mut next = 0;
        for _ in 0..10_000 {
            if let Request::Broadcast { message } = generator.emit(generator.next_at()) {
                assert_eq!(message, next);
                next += 1;
            }
        }
        assert!((4_800..5_200).contains(&next), "{next} broadcasts");
        let mean = generator.next_at().as_nanos() as f64 / 10_000.0 / 1e6;
        assert!((10.3..10.7).contains(&mean), "mean gap {mean} ms");
    }

    #[test]
    fn gaps_count_from_dispatch() {
        let mut generator = generator(Workload::Broadcast, 100.0);
        let late = Time::ZERO + Duration::from_secs(7);
        generator.emit(late);
        assert!(generator.next_at() >= late, "no catching up");
        assert!(generator.next_at() < late + Duration::from_millis(21));
    }

    #[test]
    fn a_pace_is_kept_by_its_rate() {
        for pace in [20.0, 93.8] {
            let rate = Options::rate_of_pace(pace);
            let random = Random::stream(9, "generator");
            let mut generator = Generator::new(Workload::Broadcast, rate, Time::ZERO, random).unwrap();
            (0..10_000).for_each(|_| drop(generator.emit(generator.next_at())));
            let kept = 1e13 / generator.next_at().as_nanos() as f64;
            assert!((kept / pace - 1.0).abs() < 0.02, "{kept} operations a second at a rate of {rate}");
        }
    }

    #[test]
    fn no_rate_no_operations() {
        assert!(Generator::new(Workload::Broadcast, 0.0, Time::ZERO, Random::stream(9, "generator")).is_none());
        let request = generator(Workload::Echo, 5.0).emit(Time::ZERO);
        assert!(
            matches!(request, Request::Echo { echo } if echo.as_str().is_some_and(|text| text.starts_with("Please echo ")))
        );
    }
}
