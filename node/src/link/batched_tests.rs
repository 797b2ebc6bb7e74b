//! One batched link, driven by hand.

use super::*;
use crate::receipts::Latest;
use protocol::{Address, Body};

const ENDS: Ends = Ends { source: Address::node(0), target: Address::node(1) };

fn at(millis: u64) -> Time {
    Time::ZERO + Duration::from_millis(millis)
}

/// A link, and what it has sent.
struct Wire {
    link: Batched,
    out: Outbox<Peer>,
}

/// A message's number, the oldest that was waited for, and its values; a probe's number is negative.
type Sent = (i64, u64, Vec<Value>);

impl Wire {
    fn new(features: &[&str], window: &str) -> Self {
        let config = Config::named(features).unwrap().with_arguments(&["--batch-window", window]).unwrap();
        Self { link: Batched::new(ENDS, Carries::Spread, Direction::Down, config, 1), out: Outbox::new() }
    }

    /// A link on which a round trip of 200 ms was measured, and whose next message is number 2.
    fn measured(features: &[&str], window: &str) -> Self {
        let mut wire = Self::new(features, window);
        wire.push(0, &[0]);
        wire.wake_until(1_000);
        wire.link.received(at(1_200), &Receipt { below: 2, ..Receipt::default() });
        wire.link.round_trip.measured(Duration::from_millis(200));
        wire
    }

    fn push(&mut self, millis: u64, messages: &[Value]) {
        for &message in messages {
            self.link.push(at(millis), message);
        }
    }

    fn receipt(&mut self, millis: u64, below: u64, beyond: &[u64], latest: (u64, u64)) {
        let latest = Some(Latest { msg_id: latest.0, held_us: latest.1 * 1_000 });
        self.link.received(at(millis), &Receipt { below, beyond: beyond.to_vec(), latest, ..Receipt::default() });
    }

    /// Wakes the link when it is due, as often as it takes to get past a time; when, and what was sent.
    fn wake_until(&mut self, millis: u64) -> Vec<(u64, Sent)> {
        let mut woken = Vec::new();
        while self.link.due() <= at(millis) {
            let now = self.link.due();
            self.link.on_wake(now, None, &mut self.out);
            let sent = self.out.drain().map(|(dest, body)| match body {
                Body::Peer(Peer::Batch(batch)) if dest == ENDS.target => {
                    let number = i64::try_from(batch.msg_id).unwrap();
                    (if batch.is_probe { -number } else { number }, batch.oldest, batch.messages)
                }
                other => panic!("no batch to the other end: {other:?}"),
            });
            woken.extend(sent.map(|sent| (now.since(Time::ZERO).as_millis(), sent)));
        }
        woken
    }
}

#[test]
fn values_gather_until_the_window_closes() {
    let mut wire = Wire::new(&["acks-each"], "200ms");
    wire.push(0, &[7]);
    wire.push(150, &[8, 9]);
    assert_eq!(wire.wake_until(199), []);
    assert_eq!(wire.wake_until(1_000), [(200, (1, 1, vec![7, 8, 9]))]);
    wire.push(1_000, &[10]);
    assert_eq!(wire.wake_until(1_300), [(1_200, (2, 1, vec![10]))]);
}

#[test]
fn without_a_window_one_event_is_one_message() {
    let mut wire = Wire::new(&["acks-piggyback"], "0");
    wire.push(5, &[7, 8, 9]);
    assert_eq!(wire.wake_until(5), [(5, (1, 1, vec![7, 8, 9]))]);
}

#[test]
fn a_probe_takes_all_that_is_due_and_a_healed_link_is_empty_after_one_message() {
    let mut wire = Wire::measured(&["acks-each"], "100ms");
    wire.push(2_000, &[1]);
    assert_eq!(wire.wake_until(2_200), [(2_100, (2, 2, vec![1]))]);
    wire.push(2_500, &[2]);
    assert_eq!(wire.wake_until(2_800), [(2_600, (3, 2, vec![2]))]);
    wire.push(2_900, &[3]);
    assert_eq!(wire.wake_until(3_000), [(3_000, (4, 2, vec![3]))]);
    let woken = wire.wake_until(10_000);
    // The first is a second old and a little more; the other two may still be answered.
    assert_eq!(woken[0].1, (-5, 3, vec![1]));
    assert!((3_100..=3_225).contains(&woken[0].0), "{woken:?}");
    assert_eq!(woken[1].1, (-6, 6, vec![2, 3, 1]), "from now on everything");
    let times: Vec<u64> = woken.iter().map(|&(time, _)| time).collect();
    assert!(times.windows(2).all(|pair| (2_000..=2_250).contains(&(pair[1] - pair[0]))), "{times:?}");
    wire.push(10_000, &[4]);
    assert_eq!(wire.wake_until(10_200), [], "what is new waits for the probe");
    let last = u64::try_from(-woken.last().unwrap().1.0).unwrap();
    wire.link.acknowledge(at(10_300), last);
    assert_eq!(wire.wake_until(60_000)[0], (10_300, (i64::try_from(last).unwrap() + 1, last + 1, vec![4])));
}

#[test]
fn an_old_message_that_arrived_late_ends_the_suspicion_and_its_repeat_is_still_awaited() {
    let mut wire = Wire::measured(&["acks-each"], "0");
    wire.push(2_000, &[1]);
    let woken = wire.wake_until(3_500);
    assert_eq!(woken.iter().map(|(_, sent)| sent.0).collect::<Vec<_>>(), [2, -3]);
    wire.link.acknowledge(at(3_600), 2);
    assert!(!wire.link.is_suspected());
    assert!(wire.link.carries(1), "only the repeat says so now");
    wire.link.acknowledge(at(3_700), 3);
    assert!(!wire.link.carries(1));
    assert_eq!(wire.link.due(), Time::MAX);
}

#[test]
fn a_gap_is_not_covered() {
    let mut wire = Wire::measured(&["acks-cumulative"], "0");
    for value in 1..=4 {
        wire.push(2_000 + value, &[Value::try_from(value).unwrap()]);
        wire.wake_until(2_000 + value);
    }
    // Numbers 2, 3, 4 and 5; 3 is lost, 5 came before 4.
    wire.receipt(2_400, 3, &[5], (5, 196));
    assert!(!wire.link.carries(1) && wire.link.carries(2) && wire.link.carries(3) && !wire.link.carries(4));
    wire.receipt(2_500, 3, &[4, 5], (4, 100));
    let woken = wire.wake_until(4_000);
    assert_eq!(woken[0].1, (-6, 6, vec![2]));
}

#[test]
fn a_timeout_allows_for_what_is_held_back_and_a_round_trip_does_not_count_it() {
    let mut wire = Wire::measured(&["acks-piggyback"], "0");
    for k in 0..40 {
        wire.push(2_000 + k * 2_500, &[1]);
        assert_eq!(wire.wake_until(2_000 + k * 2_500).len(), 1);
        assert_eq!(wire.wake_until(2_000 + k * 2_500 + 2_200), [], "held back for 2 s and on its way for 200 ms");
        wire.receipt(2_000 + k * 2_500 + 2_200, k + 3, &[], (k + 2, 2_000));
    }
    assert_eq!(wire.link.round_trip.timeout(), RoundTrip::SHORTEST_TIMEOUT);
    wire.push(200_000, &[2]);
    let woken = wire.wake_until(204_000);
    assert!((203_000..=203_400).contains(&woken[1].0), "{woken:?}");
}

#[test]
fn nobody_answers_and_nothing_is_kept() {
    let mut wire = Wire::new(&["acks-none"], "50ms");
    wire.push(0, &[1, 2]);
    assert_eq!(wire.wake_until(100), [(50, (1, 1, vec![1, 2]))]);
    assert!(!wire.link.carries(1) && wire.link.due() == Time::MAX);
}

#[test]
fn a_link_that_grows_slow_is_believed_after_a_few_messages() {
    let mut wire = Wire::measured(&["acks-each"], "1ms");
    let mut repeats = Vec::new();
    for k in 0..6 {
        let start = 10_000 + 20_000 * k;
        wire.push(start, &[1]);
        let mut sent = wire.wake_until(start + 1);
        for place in 0.. {
            // Each is answered 3.5 s after it was sent, in its turn.
            let Some(&(time, (number, ..))) = sent.get(place) else { break };
            sent.extend(wire.wake_until(time + 3_500));
            wire.link.acknowledge(at(time + 3_500), u64::try_from(number.abs()).unwrap());
            sent.extend(wire.wake_until(time + 3_500));
        }
        repeats.push(sent.len() - 1);
    }
    assert!(repeats[0] > 0 && repeats[2..] == [0, 0, 0, 0], "{repeats:?}");
}
