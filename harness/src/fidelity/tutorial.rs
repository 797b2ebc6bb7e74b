//! The tutorial's own protocol, repeats and batches and all: what its recorded runs under partitions are played again with.
//!
//! On a network that loses nothing this project's node, told to, sends message for message what the tutorial's program sends. Under a
//! partition it does not, and does not want to: a link that is not answered sends a probe now and then, where the
//! tutorial's program repeats every message by itself. It waits 1 s for an answer, then a pause, and tries again, for ever. The pause is
//! 1 ms at first and twice that each time, 512 ms at most, and up to 49 ms by chance on top.
//!
//! Its 3e is the same with batches: what a node has for others goes out 200 ms by 200 ms, counted from the node's own start. When nodes are
//! started is the machine's, and decides how far their batches are apart: within `STARTS` here.
//!
//! Absent: faults other than partitions.

use std::collections::BTreeMap;
use std::sync::Arc;

use node::topology::{Cluster, Topology};
use protocol::{
    Address, Body, Carry, Duration, Machine, MessageId, Outbox, Reply, Request, Time, Value, ValueSet, Values,
};

/// One node of the tutorial's 3d, or 3e.
#[derive(Debug)]
pub struct Tutorial {
    node: u32,
    children: Vec<u32>,
    seen: ValueSet,
    batches: Option<Batches>,
    /// What no answer has come to.
    calls: Vec<Call>,
    next_id: MessageId,
    /// Where chance stands.
    chance: u64,
}

/// What waits for the next batch.
#[derive(Debug)]
struct Batches {
    of: BTreeMap<u32, Vec<Value>>,
    next: Time,
}

/// A message that is repeated until it is answered.
#[derive(Clone, Debug)]
struct Call {
    dest: u32,
    values: Arc<[Value]>,
    /// The number of the last try; nothing during a pause, when answers are not heard.
    asked: Option<MessageId>,
    /// When the try or the pause is over.
    due: Time,
    pause: Duration,
}

/// What its nodes say to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Values, and the number of this try.
    Tell(Arc<[Value]>, MessageId),
    /// That try has arrived.
    Heard(MessageId),
}

impl Default for Said {
    /// What is left where a message was taken.
    fn default() -> Self {
        Self::Heard(0)
    }
}

impl Carry for Said {
    fn carried_values(&self, mut each: impl FnMut(Value)) {
        if let Self::Tell(values, _) = self {
            values.iter().for_each(|value| each(*value));
        }
    }
}

/// The hard-coded master.
const MASTER: u32 = 12;
const PATIENCE: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(512);
const CHANCE_MS: u64 = 50;
const BATCH: Duration = Duration::from_millis(200);
/// As far as what the clients of the recorded 3e waited tells; FIDELITY.md has what other spreads do to that.
const STARTS: Duration = Duration::from_millis(50);

impl Tutorial {
    /// The node of that place among 25, in a run with that seed.
    pub fn new(node: u32, seed: u64) -> Self {
        let chance = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (u64::from(node) << 32);
        let calls = Vec::new();
        Self { node, children: children(node), seen: ValueSet::new(), batches: None, calls, next_id: 0, chance }
    }

    /// The same in batches.
    pub fn batched(node: u32, seed: u64) -> Self {
        let mut batched = Self::new(node, seed);
        let start = Duration::from_nanos(batched.draw() % STARTS.as_nanos());
        batched.batches = Some(Batches { of: BTreeMap::new(), next: Time::ZERO + BATCH + start });
        batched
    }

    fn spread(&mut self, now: Time, value: Value, out: &mut Outbox<Said>) {
        for dest in self.children.clone() {
            self.tell(now, dest, value, out);
        }
    }

    /// At once, or with the next batch.
    fn tell(&mut self, now: Time, dest: u32, value: Value, out: &mut Outbox<Said>) {
        match &mut self.batches {
            Some(batches) => {
                while batches.next <= now {
                    batches.next += BATCH;
                }
                batches.of.entry(dest).or_default().push(value);
            }
            None => self.call(now, dest, [value].into(), out),
        }
    }

    fn call(&mut self, now: Time, dest: u32, values: Arc<[Value]>, out: &mut Outbox<Said>) {
        let mut call = Call { dest, values, asked: None, due: now, pause: FIRST_PAUSE };
        self.ask(now, &mut call, out);
        self.calls.push(call);
    }

    fn ask(&mut self, now: Time, call: &mut Call, out: &mut Outbox<Said>) {
        self.next_id += 1;
        call.asked = Some(self.next_id);
        call.due = now + PATIENCE;
        out.tell(Address::node(call.dest), Said::Tell(Arc::clone(&call.values), self.next_id));
    }

    /// From nothing to 49 ms.
    fn jitter(&mut self) -> Duration {
        Duration::from_millis(self.draw() % CHANCE_MS)
    }

    /// A step of Knuth's generator, of which the upper bits are good.
    const fn draw(&mut self) -> u64 {
        self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.chance >> 33
    }
}

impl Machine for Tutorial {
    type Peer = Said;

    fn on_message(&mut self, now: Time, source: Address, body: &Body<Said>, out: &mut Outbox<Said>) {
        match *body {
            Body::Peer(Said::Heard(id)) => self.calls.retain(|call| call.asked != Some(id)),
            Body::Peer(Said::Tell(ref values, id)) => {
                out.tell(source, Said::Heard(id));
                for &value in values.iter() {
                    if self.seen.insert(value) {
                        self.spread(now, value, out);
                    }
                }
            }
            Body::Request { id, request: Request::Broadcast { message } } => {
                out.reply(source, id, Reply::BroadcastOk);
                if self.seen.insert(message) {
                    self.spread(now, message, out);
                    if self.node != MASTER {
                        self.tell(now, MASTER, message, out);
                    }
                }
            }
            Body::Request { id, ref request } => {
                let reply = match request {
                    Request::Echo { echo } => Reply::EchoOk { echo: echo.clone() },
                    Request::Init { .. } => Reply::InitOk,
                    Request::Topology(_) => Reply::TopologyOk,
                    _ => Reply::ReadOk { messages: Values::from(&self.seen) },
                };
                out.reply(source, id, reply);
            }
            Body::Reply { .. } => {}
        }
    }

    fn on_wake(&mut self, now: Time, out: &mut Outbox<Said>) {
        let mut calls = std::mem::take(&mut self.calls);
        for call in calls.iter_mut().filter(|call| call.due <= now) {
            if call.asked.take().is_some() {
                call.due = now + call.pause + self.jitter();
                call.pause = (call.pause * 2).min(LONGEST_PAUSE);
            } else {
                self.ask(now, call, out);
            }
        }
        self.calls = calls;
        let due = self.batches.as_mut().filter(|batches| batches.next <= now);
        let batches = due.map(|batches| {
            batches.next += BATCH;
            std::mem::take(&mut batches.of)
        });
        for (dest, values) in batches.into_iter().flatten() {
            self.call(now, dest, values.into(), out);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        let batch = self.batches.as_ref().filter(|batches| !batches.of.is_empty()).map(|batches| batches.next);
        self.calls.iter().map(|call| call.due).chain(batch).min()
    }
}

/// Whom a node passes values to, away from the master.
fn children(node: u32) -> Vec<u32> {
    Topology::N12Tree.children(Cluster::new(25), node)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_the_cards() {
        assert_eq!((0..25).map(|node| children(node).len()).sum::<usize>(), 24);
        assert_eq!(children(MASTER).len(), 4);
    }

    #[test]
    fn every_message_is_repeated_by_itself_for_ever() {
        let at = |millis| Time::ZERO + Duration::from_millis(millis);
        let leaf = (0..25).find(|&node| children(node).is_empty()).expect("a tree has leaves");
        let (mut node, mut out) = (Tutorial::new(leaf, 7), Outbox::new());
        let broadcast = Body::Request { id: 1, request: Request::Broadcast { message: 3 } };
        node.on_message(at(0), Address::client(1), &broadcast, &mut out);
        let tries: Vec<_> = out.drain().filter(|(dest, _)| *dest == Address::node(MASTER)).collect();
        assert_eq!(tries.len(), 1);
        let (mut sent, mut answer) = (vec![Time::ZERO], None);
        while sent.len() < 12 {
            let now = node.next_wake().expect("it never gives up");
            node.on_wake(now, &mut out);
            if let Some((_, Body::Peer(Said::Tell(values, id)))) = out.drain().next() {
                assert_eq!(*values, [3]);
                sent.push(now);
                answer = Some(id);
            }
        }
        let gaps: Vec<u64> = sent.windows(2).map(|pair| pair[1].since(pair[0]).as_nanos() / 1_000_000).collect();
        assert!((1_001..=1_050).contains(&gaps[0]) && (1_256..=1_305).contains(&gaps[8]), "{gaps:?}");
        assert!((1_512..=1_561).contains(&gaps[10]), "{gaps:?}");
        node.on_message(at(20_000), Address::node(MASTER), &Body::Peer(Said::Heard(answer.unwrap())), &mut out);
        assert_eq!(node.next_wake(), None);
    }
}
