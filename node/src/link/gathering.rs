//! When what waits on a batched link is sent.
//!
//! Usually a window opens with the first value that waits, and closes so much later. Where a star is *aligned* the hub keeps a beat: it sends
//! at every multiple of its window, by its own clock. A leaf hears the beat, one message a window, and sends just before the
//! next: so that its values arrive when the hub is about to send, and wait there for nothing.
//!
//! ```text
//!   hub   ──┬──────────────────────────┬──────   sends every T
//!            ╲ d                     ╱  ╲
//!   leaf  ────┴─────────────────────┴────┴────   sends at: heard + T − round trip − slack
//! ```
//!
//! No clocks are compared. What makes messages late, a busy machine first of all, is met in two ways. A beat that is heard late is not
//! taken for the beat's own time, which moves by an eighth of that. And the round trip is a long one, the longest that was lately
//! measured; the slack, an eighth of the usual one, comes on top. So where every message takes as long as the last, a leaf sends a
//! round trip and its eighth before the beat, and where they do not, as much earlier as it takes. A message that comes too late all the
//! same waits for the next beat; it is not lost.
//!
//! Absent: repeats, which go by the round trip alone.

use protocol::{Duration, Time};

use super::Direction;
use crate::{Config, RoundTrip};

/// How values gather on a link.
#[derive(Clone, Copy, Debug)]
pub(super) enum Gathering {
    /// Until just before the beat that the other end keeps.
    BeforeBeat {
        beat: Duration,
        /// As long as the beat is not known.
        window: Duration,
        heard: Option<Time>,
        /// A round trip that is long for this link; nothing before one was measured.
        peak: Duration,
    },
    /// Until the next multiple of this.
    OnBeat(Duration),
    /// For so long.
    Window(Duration),
}

impl Gathering {
    pub(super) fn new(config: Config, direction: Direction) -> Self {
        let windows = config.windows;
        match direction {
            Direction::Down if config.aligned => Self::OnBeat(windows.down),
            Direction::Up if config.aligned => {
                Self::BeforeBeat { beat: windows.down, window: windows.up, heard: None, peak: Duration::ZERO }
            }
            Direction::Down => Self::Window(windows.down),
            Direction::Up => Self::Window(windows.up),
        }
    }

    /// The other end has sent what is no repeat.
    pub(super) fn hear(&mut self, now: Time) {
        if let Self::BeforeBeat { beat, heard, .. } = self {
            *heard = Some(heard.map_or(now, |known| settled(known, now, *beat)));
        }
    }

    /// A message took so long to be answered, and `smoothed` is how long they usually take.
    pub(super) fn measured(&mut self, sample: Duration, smoothed: Duration) {
        if let Self::BeforeBeat { peak, .. } = self {
            let excess = peak.saturating_sub(smoothed);
            *peak = (smoothed + (excess - excess / 16)).max(sample);
        }
    }

    /// When a value that comes now is sent.
    pub(super) fn closes(&self, now: Time, round_trip: &RoundTrip) -> Time {
        match *self {
            Self::BeforeBeat { beat, heard: Some(heard), peak, .. } if round_trip.is_measured() => {
                let usual = round_trip.smoothed();
                // Beyond that a hop's latency itself varies, and no beat can be met.
                let ahead = peak.min(usual + usual / 3) + usual / 8;
                // The moments to send at lie so far after what was heard, modulo the beat.
                let offset = beat.as_nanos() - ahead.as_nanos() % beat.as_nanos();
                next(now, heard + Duration::from_nanos(offset % beat.as_nanos()), beat)
            }
            Self::BeforeBeat { window, .. } | Self::Window(window) => now + window,
            Self::OnBeat(beat) => next(now, Time::ZERO, beat),
        }
    }

    /// When what has waited for long enough already is sent.
    pub(super) fn at_once(&self, now: Time) -> Time {
        match *self {
            // Whoever listens for the beat must hear nothing else.
            Self::OnBeat(beat) => next(now, Time::ZERO, beat),
            Self::BeforeBeat { .. } | Self::Window(_) => now,
        }
    }
}

/// When the beat is heard if nothing makes it late, once it was heard now. `known` is that moment as far as it was known. What comes
/// up to a quarter of a beat after it is late; what comes at any other time is another beat.
fn settled(known: Time, now: Time, beat: Duration) -> Time {
    let late = Duration::from_nanos(now.since(known).as_nanos() % beat.as_nanos());
    if late > beat / 4 {
        return now;
    }
    let expected = now.as_nanos() - late.as_nanos();
    Time::ZERO + Duration::from_nanos(expected) + late / 8
}

/// The first moment from now on that is a whole number of beats from another.
fn next(now: Time, anchor: Time, beat: Duration) -> Time {
    let (now_at, anchor_at, beat) = (now.as_nanos(), anchor.as_nanos(), beat.as_nanos());
    let past = (now_at % beat + beat - anchor_at % beat) % beat;
    if past == 0 { now } else { now + Duration::from_nanos(beat - past) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Time {
        Time::ZERO + Duration::from_millis(millis)
    }

    #[test]
    fn a_beat_is_a_multiple_of_the_window_by_ones_own_clock() {
        let config = Config::named(&["topology-star", "aligned"]).unwrap();
        let config = config.with_arguments(&["--batch-window-down", "400ms"]).unwrap();
        let hub = Gathering::new(config, Direction::Down);
        for (now, closes) in [(0, 0), (1, 400), (400, 400), (401, 800), (79_999, 80_000)] {
            assert_eq!(hub.closes(at(now), &RoundTrip::ASSUMED), at(closes));
            assert_eq!(hub.at_once(at(now)), at(closes));
        }
    }

    #[test]
    fn a_leaf_sends_a_round_trip_and_its_eighth_before_the_next_beat_is_heard() {
        let config = Config::named(&["topology-star", "aligned"]).unwrap();
        let config = config.with_arguments(&["--batch-window-down", "400ms", "--batch-window-up", "50ms"]).unwrap();
        let mut leaf = Gathering::new(config, Direction::Up);
        let mut round_trip = RoundTrip::ASSUMED;
        let measure = |leaf: &mut Gathering, round_trip: &mut RoundTrip, millis| {
            round_trip.measured(Duration::from_millis(millis));
            leaf.measured(Duration::from_millis(millis), round_trip.smoothed());
        };
        leaf.hear(at(1_100));
        assert_eq!(leaf.closes(at(1_150), &round_trip), at(1_200), "it does not know how far the hub is");
        measure(&mut leaf, &mut round_trip, 200);
        // The hub sent at 1000 ms and sends at 1400 ms: what leaves at 1275 ms arrives 25 ms before.
        for (now, closes) in [(1_150, 1_275), (1_275, 1_275), (1_276, 1_675), (5_300, 5_675)] {
            assert_eq!(leaf.closes(at(now), &round_trip), at(closes));
        }
        leaf.hear(at(9_210));
        assert_eq!(leaf.closes(at(9_250), &round_trip), at(9_385), "another beat: the hub was started again");
        round_trip = RoundTrip::ASSUMED;
        measure(&mut leaf, &mut round_trip, 800);
        assert_eq!(leaf.closes(at(9_300), &round_trip), at(9_510), "for a later beat, where the round trip is long");
    }

    #[test]
    fn what_is_late_moves_a_leaf_little_and_makes_it_send_earlier() {
        let config = Config::named(&["topology-star", "aligned"]).unwrap();
        let config = config.with_arguments(&["--batch-window-down", "400ms"]).unwrap();
        let mut leaf = Gathering::new(config, Direction::Up);
        let mut round_trip = RoundTrip::ASSUMED;
        let mut measure = |leaf: &mut Gathering, millis| {
            round_trip.measured(Duration::from_millis(millis));
            leaf.measured(Duration::from_millis(millis), round_trip.smoothed());
            leaf.closes(at(10_100), &round_trip)
        };
        leaf.hear(at(1_100));
        assert_eq!(measure(&mut leaf, 200), at(10_475));
        // Sixteen milliseconds late: two are believed.
        leaf.hear(at(1_516));
        assert_eq!(measure(&mut leaf, 200), at(10_477));
        leaf.hear(at(1_900));
        assert_eq!(measure(&mut leaf, 200), at(10_475), "what is early is believed at once");
        // One slow round trip is remembered for a while.
        let closes = measure(&mut leaf, 240);
        assert_eq!((closes >= at(10_434), closes < at(10_435)), (true, true), "{closes:?}");
        let later: Vec<Time> = (0..60).map(|_| measure(&mut leaf, 200)).collect();
        assert!(later.is_sorted() && later[9] < at(10_455) && later[59] > at(10_472), "{later:?}");
        let closes = measure(&mut leaf, 1_000);
        assert!(closes >= at(10_100), "no beat is met where round trips vary by that much, and nothing breaks");
    }
}
