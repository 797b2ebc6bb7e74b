//! What a node remembers of the messages that others have sent it, where one acknowledgement stands for all of them.
//!
//! Of each sender: the first number that has not arrived, and those beyond it that have. A network may reorder messages, so
//! what is beyond is told one by one.
//!
//! A message that arrives makes an acknowledgement *owed*: it rides on whatever is sent to that node next, and goes alone
//! when [`Acks::delay`](crate::Acks::delay) has passed. One that rides along is not certain to arrive; whoever misses it sends a
//! probe, and a probe is answered at once.
//!
//! Where all are neighbours, a node that would have to send many that go alone sends one, to the collector ([`collector`]).
//!
//! Absent: the sending end ([`crate::link::Batched`]).

use protocol::{Address, Duration, MessageId, Outbox, Time};
use serde::{Deserialize, Serialize};

use self::collector::Collection;
pub use self::collector::{Collector, Forwarded};
use crate::Peer;

pub mod collector;

/// What has arrived of one node's messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Every message of a smaller number has arrived, or is not missed.
    pub below: MessageId,
    /// These have arrived too.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "words")]
    pub beyond: Vec<MessageId>,
    /// The one that has arrived last, if nothing was said of it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<Latest>,
    /// What has arrived from others, to be forwarded to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forward: Vec<Forwarded>,
    /// What of your messages has arrived at others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forwarded: Vec<Forwarded>,
}

/// A message whose way and back can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    /// Its number.
    pub msg_id: MessageId,
    /// How long its acknowledgement was held back, in microseconds.
    pub held_us: u64,
}

impl Receipt {
    /// Whether the message of that number has arrived, or is not missed.
    pub fn covers(&self, id: MessageId) -> bool {
        id < self.below || self.beyond.contains(&id)
    }
}

/// The receiving ends of all links to a node.
#[derive(Clone, Debug)]
pub struct Receipts {
    delay: Duration,
    /// By address.
    sources: Vec<(Address, Received)>,
    /// Who takes acknowledgements that would go alone, if anybody does.
    collector: Option<Collector>,
    /// What the collector has taken.
    collection: Collection,
}

#[derive(Clone, Debug, Default)]
struct Received {
    below: MessageId,
    beyond: Vec<MessageId>,
    latest: MessageId,
    arrived: Time,
    /// When an acknowledgement has to go alone, if one is owed.
    owed: Option<Time>,
    /// Whether it was asked for.
    is_asked: bool,
}

impl Receipts {
    /// Nothing has arrived. Acknowledgements wait so long for a message to ride on.
    pub const fn new(delay: Duration, collector: Option<Collector>) -> Self {
        Self { delay, sources: Vec::new(), collector, collection: Collection::new() }
    }

    /// A message has arrived that its sender numbered so, when the oldest it waited for was that one. A probe wants an
    /// answer at once.
    pub fn arrived(&mut self, now: Time, source: Address, id: MessageId, oldest: MessageId, is_probe: bool) {
        let delay = self.delay;
        let received = self.of(source);
        received.latest = id;
        received.arrived = now;
        if id >= received.below && !received.beyond.contains(&id) {
            received.beyond.push(id);
        }
        received.below = received.below.max(oldest);
        received.advance();
        let due = if is_probe { now } else { now + delay };
        received.owed = Some(received.owed.map_or(due, |owed| owed.min(due)));
        received.is_asked |= is_probe;
    }

    /// The acknowledgement to ride on a message to that node, if anything has ever come from there.
    pub fn ride(&mut self, now: Time, target: Address) -> Option<Receipt> {
        let forwarded = self.collection.take(target);
        let is_known = self.sources.binary_search_by_key(&target, |&(source, _)| source).is_ok();
        (is_known || !forwarded.is_empty()).then(|| Receipt { forwarded, ..self.of(target).receipt(now) })
    }

    /// Another node has told what has arrived there from others: this one forwards it.
    pub fn collect<'a>(&mut self, now: Time, source: Address, forward: impl Iterator<Item = &'a Forwarded>) {
        self.collection.take_in(now, source, forward);
    }

    /// When an acknowledgement has to go alone; [`Time::MAX`] if none is owed.
    pub fn due(&self) -> Time {
        let owed = self.sources.iter().filter_map(|(_, received)| received.owed).min().unwrap_or(Time::MAX);
        owed.min(self.collection.due())
    }

    /// Sends the acknowledgements that have waited for long enough: many of them by way of the collector, if that is
    /// believed to be there.
    pub fn on_wake(&mut self, now: Time, is_there: impl Fn(Address) -> bool, out: &mut Outbox<Peer>) {
        if self.due() > now {
            return;
        }
        let mut at_once = self.collection.targets(now);
        at_once.extend(self.sources_that(|received| received.is_asked));
        at_once.sort_unstable();
        at_once.dedup();
        self.tell(now, &at_once, out);
        let late = self.sources_that(|received| received.owed.is_some_and(|owed| owed <= now));
        let collector = self.collector.map(|Collector(node)| node).filter(|&node| !late.is_empty() && is_there(node));
        let mut owing = self.sources_that(|received| received.owed.is_some());
        owing.retain(|&source| Some(source) != collector);
        match collector {
            Some(collector) if owing.len() > 1 => self.hand_over(now, &owing, collector, out),
            _ => self.tell(now, &late, out),
        }
    }

    /// Each of them what has arrived from it.
    fn tell(&mut self, now: Time, targets: &[Address], out: &mut Outbox<Peer>) {
        for &target in targets {
            if let Some(receipt) = self.ride(now, target) {
                out.tell(target, Peer::Received(Box::new(receipt)));
            }
        }
    }

    /// What has arrived from these, in one message to the collector.
    fn hand_over(&mut self, now: Time, sources: &[Address], collector: Address, out: &mut Outbox<Peer>) {
        let forward =
            sources.iter().filter_map(|&source| Forwarded::new(source, self.of(source).receipt(now))).collect();
        let receipt = Receipt { forward, ..self.of(collector).receipt(now) };
        out.tell(collector, Peer::Received(Box::new(receipt)));
    }

    fn sources_that(&self, holds: impl Fn(&Received) -> bool) -> Vec<Address> {
        self.sources.iter().filter(|(_, received)| holds(received)).map(|&(source, _)| source).collect()
    }

    fn of(&mut self, source: Address) -> &mut Received {
        let place = self.sources.binary_search_by_key(&source, |&(source, _)| source);
        let place = place.unwrap_or_else(|place| {
            self.sources.insert(place, (source, Received::default()));
            place
        });
        &mut self.sources[place].1
    }
}

impl Received {
    /// What is beyond may have come to be next.
    fn advance(&mut self) {
        self.beyond.sort_unstable();
        for id in std::mem::take(&mut self.beyond) {
            match id.cmp(&self.below) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => self.below += 1,
                std::cmp::Ordering::Greater => self.beyond.push(id),
            }
        }
    }

    fn receipt(&mut self, now: Time) -> Receipt {
        let held_us = now.since(self.arrived).as_nanos() / 1_000;
        let latest = self.owed.take().map(|_| Latest { msg_id: self.latest, held_us });
        self.is_asked = false;
        let (forward, forwarded) = (Vec::new(), Vec::new());
        Receipt { below: self.below, beyond: self.beyond.clone(), latest, forward, forwarded }
    }
}

/// Numbers of messages as words of a text: in a message between nodes, a list of integers is a list of values to whoever
/// watches from outside.
pub(crate) mod words {
    use protocol::MessageId;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(ids: &[MessageId], serializer: S) -> Result<S::Ok, S::Error> {
        let words: Vec<String> = ids.iter().map(ToString::to_string).collect();
        serializer.serialize_str(&words.join(" "))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<MessageId>, D::Error> {
        let words = String::deserialize(deserializer)?;
        words.split_whitespace().map(|word| word.parse().map_err(de::Error::custom)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: Address = Address::node(3);

    fn at(millis: u64) -> Time {
        Time::ZERO + Duration::from_millis(millis)
    }

    fn said(below: MessageId, beyond: &[MessageId]) -> Receipt {
        Receipt { below, beyond: beyond.to_vec(), ..Receipt::default() }
    }

    /// What a node says after these messages, each with the oldest that its sender waited for.
    fn after(arrivals: &[(MessageId, MessageId)]) -> Receipt {
        let mut receipts = Receipts::new(Duration::from_millis(200), None);
        for &(id, oldest) in arrivals {
            receipts.arrived(at(0), SOURCE, id, oldest, false);
        }
        Receipt { latest: None, ..receipts.ride(at(0), SOURCE).unwrap() }
    }

    #[test]
    fn order_does_not_matter_and_gaps_do() {
        assert_eq!(after(&[(0, 0), (1, 0), (2, 0)]), said(3, &[]));
        assert_eq!(after(&[(2, 0), (0, 0), (1, 0), (1, 0)]), said(3, &[]));
        assert_eq!(after(&[(0, 0), (3, 0), (5, 0), (4, 0)]), said(1, &[3, 4, 5]));
        assert_eq!(after(&[(0, 0), (3, 0), (5, 3)]), said(4, &[5]), "1 and 2 are not missed any more");
    }

    #[test]
    fn either_end_may_have_been_started_again() {
        assert_eq!(after(&[(58, 55), (57, 55)]), said(55, &[57, 58]), "this one was");
        assert_eq!(after(&[(3, 0), (9_000, 9_000)]), said(9_001, &[]), "the other one was");
        assert_eq!(after(&[(9_000, 9_000), (4, 0)]), said(9_001, &[]), "and its old message comes late");
    }

    #[test]
    fn an_acknowledgement_rides_or_goes_alone_after_a_while_and_says_how_long_it_was_held_back() {
        let mut receipts = Receipts::new(Duration::from_millis(200), None);
        let mut out = Outbox::new();
        assert_eq!((receipts.ride(at(0), SOURCE), receipts.due()), (None, Time::MAX));
        receipts.arrived(at(0), SOURCE, 0, 0, false);
        receipts.arrived(at(150), SOURCE, 1, 0, false);
        assert_eq!(receipts.due(), at(200), "the first of them has waited for so long");
        receipts.on_wake(at(199), |_| true, &mut out);
        assert!(out.is_empty());
        receipts.on_wake(at(200), |_| true, &mut out);
        let alone = Receipt { latest: Some(Latest { msg_id: 1, held_us: 50_000 }), ..said(2, &[]) };
        assert_eq!(out.drain().next(), Some((SOURCE, protocol::Body::Peer(Peer::Received(Box::new(alone))))));
        assert_eq!(receipts.due(), Time::MAX);
        receipts.arrived(at(300), SOURCE, 2, 2, false);
        assert_eq!(receipts.ride(at(310), SOURCE).unwrap().latest, Some(Latest { msg_id: 2, held_us: 10_000 }));
        assert_eq!(receipts.due(), Time::MAX, "it has ridden");
        assert_eq!(receipts.ride(at(320), SOURCE), Some(said(3, &[])), "said again, and nothing to measure");
    }

    #[test]
    fn a_probe_is_answered_at_once() {
        let mut receipts = Receipts::new(Duration::from_secs(2), None);
        receipts.arrived(at(0), SOURCE, 0, 0, false);
        receipts.arrived(at(500), SOURCE, 1, 0, true);
        assert_eq!(receipts.due(), at(500));
    }

    /// Messages of these nodes have arrived at a node that owes the acknowledgement of each; what it says 2 s later.
    fn owing(sources: &[u32], is_there: bool) -> Vec<(Address, Receipt)> {
        let collector = Some(Collector(Address::node(1)));
        let mut receipts = Receipts::new(Duration::from_secs(2), collector);
        for &source in sources {
            receipts.arrived(at(u64::from(source) * 10), Address::node(source), 0, 0, false);
        }
        let mut out = Outbox::new();
        let due = receipts.due();
        receipts.on_wake(due, |_| is_there, &mut out);
        let said = out.drain().map(|(dest, body)| match body {
            protocol::Body::Peer(Peer::Received(receipt)) => (dest, *receipt),
            other => panic!("no acknowledgement: {other:?}"),
        });
        said.collect()
    }

    #[test]
    fn many_that_would_go_alone_are_one_message_to_the_collector() {
        let to =
            |said: &[(Address, Receipt)]| said.iter().map(|&(dest, _)| dest.as_node().unwrap()).collect::<Vec<_>>();
        let said = owing(&[0, 1, 4, 7], true);
        assert_eq!(to(&said), [1], "together, though three of them could have waited a little longer");
        let forward: Vec<(u32, MessageId)> = said[0].1.forward.iter().map(|one| (one.node, one.below)).collect();
        assert_eq!(forward, [(0, 1), (4, 1), (7, 1)]);
        assert_eq!((said[0].1.below, said[0].1.latest.map(|latest| latest.msg_id)), (1, Some(0)), "with its own");
        assert_eq!(to(&owing(&[0, 1, 4, 7], false)), [0], "it is not there: each when its time has come");
        assert_eq!(to(&owing(&[0, 1], true)), [0], "one is no reason");
        assert_eq!(to(&owing(&[0, 4], true)), [1]);
    }

    #[test]
    fn a_probe_is_answered_without_the_collector() {
        let mut receipts = Receipts::new(Duration::from_secs(2), Some(Collector(Address::node(1))));
        receipts.arrived(at(0), Address::node(0), 0, 0, true);
        receipts.arrived(at(0), Address::node(4), 0, 0, false);
        receipts.arrived(at(0), Address::node(5), 0, 0, false);
        let mut out = Outbox::new();
        receipts.on_wake(at(0), |_| true, &mut out);
        assert_eq!(out.drain().map(|(dest, _)| dest).collect::<Vec<_>>(), [Address::node(0)]);
        assert_eq!(receipts.due(), at(2_000));
    }
}
