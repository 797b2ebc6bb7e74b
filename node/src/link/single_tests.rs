//! One link, driven by hand.

use super::*;
use protocol::{Address, Body};

const ENDS: Ends = Ends { source: Address::node(0), target: Address::node(1) };

const NOTHING: [MessageId; 0] = [];

fn at(millis: u64) -> Time {
    Time::ZERO + Duration::from_millis(millis)
}

/// A link, and what it has sent so far that nobody looked at.
struct Wire {
    link: Single,
    out: Outbox<Peer>,
    /// Messages of many values that were sent, by number.
    batches: Vec<(MessageId, Vec<Value>)>,
}

impl Wire {
    fn new() -> Self {
        Self::with(Acks::Each)
    }

    fn with(acks: Acks) -> Self {
        Self { link: Single::new(ENDS, Carries::Spread, acks, 0), out: Outbox::new(), batches: Vec::new() }
    }

    fn push(&mut self, now: Time, message: Value) -> Vec<MessageId> {
        self.link.push(now, message, &mut self.out);
        self.sent()
    }

    fn acknowledge(&mut self, now: Time, id: MessageId) -> Vec<MessageId> {
        self.link.acknowledge(now, id, &mut self.out);
        self.sent()
    }

    fn wake(&mut self, now: Time) -> Vec<MessageId> {
        self.link.on_wake(now, &mut self.out);
        self.sent()
    }

    /// The numbers of the messages of one value sent since the last look.
    fn sent(&mut self) -> Vec<MessageId> {
        let mut numbers = Vec::new();
        for message in self.out.drain() {
            match message {
                (dest, Body::Peer(Peer::Spread { msg_id, message })) => {
                    assert_eq!((dest, message), (ENDS.target, Value::try_from(msg_id).unwrap() * 10));
                    numbers.push(msg_id);
                }
                (_, Body::Peer(Peer::Batch(batch))) => self.batches.push((batch.msg_id, batch.messages)),
                other => panic!("no spread: {other:?}"),
            }
        }
        numbers
    }

    /// Wakes the link when it is due, as often as it takes to get past a time; the times and what was sent.
    fn wake_until(&mut self, end: Time) -> Vec<(u64, Vec<MessageId>)> {
        let mut woken = Vec::new();
        while self.link.due() <= end {
            let now = self.link.due();
            woken.push((now.since(Time::ZERO).as_millis(), self.wake(now)));
        }
        woken
    }
}

/// A link on which a round trip of 200 ms was measured, and whose next message is number 1.
fn measured() -> Wire {
    let mut wire = Wire::new();
    wire.push(at(0), 0);
    wire.acknowledge(at(200), 0);
    wire
}

#[test]
fn an_idle_link_is_never_due() {
    let mut wire = Wire::new();
    assert_eq!(wire.link.due(), Time::MAX);
    assert_eq!(wire.push(at(0), 0), [0]);
    assert_ne!(wire.link.due(), Time::MAX);
    assert_eq!(wire.acknowledge(at(10), 0), NOTHING);
    assert_eq!(wire.link.due(), Time::MAX);
    assert_eq!(wire.wake(at(100_000)), NOTHING);
}

#[test]
fn too_early_a_wake_does_nothing() {
    let mut wire = Wire::new();
    wire.push(at(0), 0);
    assert_eq!(wire.wake(at(2_999)), NOTHING);
    assert!(!wire.link.is_suspected());
}

#[test]
fn acknowledgements_come_in_any_order_and_more_than_once() {
    let mut wire = Wire::new();
    for (id, value) in [(0, 0), (1, 10), (2, 20)] {
        assert_eq!(wire.push(at(0), value), [id]);
    }
    for id in [1, 1, 7, 2, 0, 0, 2] {
        assert_eq!(wire.acknowledge(at(100), id), NOTHING);
    }
    assert_eq!(wire.link.due(), Time::MAX);
    assert_eq!(wire.link.next_id(), 3);
}

#[test]
fn a_suspected_link_probes_with_its_oldest_and_holds_the_rest() {
    let mut wire = measured();
    assert_eq!(wire.push(at(1_000), 10), [1]);
    assert_eq!(wire.push(at(1_100), 20), [2]);
    let woken = wire.wake_until(at(9_000));
    assert!(woken.iter().all(|(_, sent)| *sent == [1]), "{woken:?}");
    let times: Vec<u64> = [1_000].into_iter().chain(woken.iter().map(|&(time, _)| time)).collect();
    let waits: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!((1_000..=1_125).contains(&waits[0]), "{waits:?}");
    assert!(waits[1..].iter().all(|wait| (2_000..=2_250).contains(wait)), "{waits:?}");
    assert!(waits[1..].windows(2).any(|pair| pair[0] != pair[1]), "no jitter in {waits:?}");
    assert_eq!(wire.push(at(9_000), 30), NOTHING);
    // Number 3 waits, number 2 is long lost; number 1 is the probe that was answered.
    assert_eq!(wire.acknowledge(at(9_100), 1), NOTHING);
    assert_eq!(wire.batches, [(3, vec![20, 30])]);
    assert!(!wire.link.is_suspected());
    assert_eq!(wire.push(at(9_100), 40), [4]);
    assert_eq!(wire.acknowledge(at(9_300), 3), NOTHING);
    assert!([20, 30].iter().all(|&value| !wire.link.carries(value)), "one acknowledgement for both");
    assert!(wire.link.carries(40), "and for no more");
}

/// A link with a backlog of the values 20, 30 and 40, the first of them sent and lost, which has just gone out as number 4.
fn released() -> Wire {
    let mut wire = measured();
    for value in [10, 20] {
        wire.push(at(1_000), value);
    }
    wire.wake(at(2_200));
    for value in [30, 40] {
        wire.push(at(2_300), value);
    }
    wire.acknowledge(at(2_400), 1);
    assert_eq!(wire.batches, [(4, vec![20, 30, 40])]);
    wire
}

#[test]
fn a_backlog_is_one_message_with_one_acknowledgement() {
    let mut wire = released();
    // Number 2 was sent before, and its own acknowledgement may come late.
    wire.acknowledge(at(2_500), 2);
    assert!(wire.link.carries(30) && wire.link.carries(40));
    wire.acknowledge(at(2_600), 4);
    assert_eq!((wire.link.due(), wire.link.next_id()), (Time::MAX, 5));
    wire.push(at(3_000), 50);
    assert!(wire.link.due() <= at(4_125), "it was measured, which dispels the doubt");
}

#[test]
fn a_backlog_that_is_lost_goes_again_with_what_has_come_meanwhile() {
    let mut wire = released();
    assert_eq!(wire.push(at(2_500), 50), [5]);
    let woken = wire.wake_until(at(8_000));
    assert!(woken.len() > 1 && woken.iter().all(|(_, sent)| *sent == [2]), "{woken:?}");
    wire.push(at(8_000), 60);
    wire.acknowledge(at(8_100), 2);
    assert_eq!(wire.batches[1..], [(6, vec![30, 40, 50, 60])]);
    // The first one was late and not lost. Since its number may also be that of a repeated value, it stands for that value alone.
    wire.acknowledge(at(8_200), 4);
    assert!([30, 50, 60].iter().all(|&value| wire.link.carries(value)));
    wire.acknowledge(at(8_300), 6);
    assert_eq!(wire.link.due(), Time::MAX);
}

#[test]
fn values_that_were_lost_and_none_that_waits_go_one_by_one() {
    let mut wire = measured();
    for value in [10, 20, 30] {
        wire.push(at(1_000), value);
    }
    wire.wake(at(2_200));
    assert_eq!(wire.acknowledge(at(2_400), 1), [2, 3], "each under the number that it has");
}

#[test]
fn what_is_fresh_in_flight_is_not_released_again() {
    let mut wire = measured();
    wire.push(at(1_000), 10);
    wire.push(at(1_950), 20);
    assert_eq!(wire.wake(at(2_200)), [1]);
    assert_eq!(wire.acknowledge(at(2_300), 1), NOTHING);
    // It waits no longer than any other, though the probe's answer measured nothing: the doubt is about what comes now.
    assert_eq!(wire.wake_until(at(2_949)), []);
    assert_eq!(wire.wake_until(at(3_100)), [(2_971, vec![2])]);
    wire.acknowledge(at(3_200), 2);
    wire.push(at(3_300), 30);
    assert_eq!(wire.wake_until(at(5_299)), [], "this one does");
}

#[test]
fn a_value_that_waited_measures_and_dispels_the_doubt() {
    let mut wire = measured();
    wire.push(at(1_000), 10);
    wire.wake(at(3_000));
    wire.push(at(3_000), 20);
    assert_eq!(wire.acknowledge(at(3_200), 1), [2]);
    wire.acknowledge(at(3_500), 2);
    wire.push(at(4_000), 30);
    assert!(wire.link.due() <= at(5_125), "the timeout is still doubled");
}

#[test]
fn nobody_acknowledges_what_was_never_sent() {
    let mut wire = measured();
    wire.push(at(1_000), 10);
    wire.wake(at(3_000));
    assert_eq!(wire.push(at(3_000), 20), NOTHING);
    assert_eq!(wire.acknowledge(at(3_100), 2), NOTHING);
    assert!(wire.link.is_suspected());
    assert_eq!(wire.acknowledge(at(3_200), 1), [2]);
}

#[test]
fn a_link_that_grows_slow_is_believed_after_a_few_messages() {
    let mut wire = measured();
    let mut now = at(10_000);
    let mut repeats = Vec::new();
    for id in 1..8 {
        wire.push(now, 10 * Value::try_from(id).unwrap());
        let answered = now + Duration::from_millis(3_500);
        repeats.push(wire.wake_until(now + Duration::from_millis(3_499)).len());
        wire.acknowledge(answered, id);
        now = answered + Duration::from_secs(1);
    }
    assert_eq!(repeats, [2, 1, 0, 0, 0, 0, 0]);
}

#[test]
fn what_nobody_acknowledges_is_sent_once_and_forgotten() {
    let mut wire = Wire::with(Acks::None);
    for (id, value) in [(0, 0), (1, 10), (2, 20)] {
        assert_eq!(wire.push(at(0), value), [id]);
    }
    assert_eq!(wire.link.due(), Time::MAX);
    assert!(!wire.link.carries(10));
}
