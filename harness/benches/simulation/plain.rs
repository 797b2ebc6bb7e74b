//! The same protocol as anybody would write it first: one heap of events, sets and maps for what nodes know, and a timer
//! for each message, which stays in the heap when its message is acknowledged. It says how fast this machine is, so that figures
//! of different machines and days can be compared.
//!
//! Absent: everything else. Nothing is lost here, no round trip is measured, nobody blocks a queue.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashSet};

use engine::Options;
use node::Config;
use node::topology::Cluster;
use protocol::{Duration, Time, Value};

/// When a message is sent again that was not acknowledged.
const TIMEOUT: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Node {
    children: Vec<u32>,
    seen: HashSet<Value>,
    /// By number: to whom, and what.
    unacknowledged: BTreeMap<u64, (u32, Value)>,
    next_id: u64,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Ack { from: u32, to: u32, id: u64 },
    Broadcast { node: u32, value: Value },
    Spread { from: u32, to: u32, id: u64, value: Value },
    Timer { node: u32, id: u64 },
}

struct Plain {
    nodes: Vec<Node>,
    /// By time, and by number where times are equal.
    events: BinaryHeap<Reverse<(Time, u64, Event)>>,
    scheduled: u64,
    latency: Duration,
}

/// Gives every broadcast of a test to the root, at even intervals, and delivers until nothing is left. How many messages were
/// delivered, clients' included.
pub(crate) fn run(options: &Options, features: &[&str]) -> u64 {
    let config = Config::named(features).expect("features of the node");
    let cluster = Cluster::new(options.node_count());
    let node = |number| Node { children: config.topology.children(cluster, number), ..Node::default() };
    let mut plain = Plain {
        nodes: (0..options.node_count()).map(node).collect(),
        events: BinaryHeap::new(),
        scheduled: 0,
        latency: Duration::from_millis(options.latency.mean_ms),
    };
    #[expect(clippy::cast_possible_truncation, reason = "a whole number of operations")]
    let broadcasts = (options.time_limit.as_secs_f64() * options.rate / 2.0) as i64;
    let interval = options.time_limit / broadcasts.unsigned_abs();
    for value in 0..broadcasts {
        let event = Event::Broadcast { node: cluster.root(), value };
        plain.schedule(Time::ZERO + interval * value.unsigned_abs(), event);
    }
    plain.run()
}

impl Plain {
    fn run(mut self) -> u64 {
        let mut delivered = 0;
        while let Some(Reverse((now, _, event))) = self.events.pop() {
            match event {
                Event::Ack { from: _, to, id } => {
                    delivered += 1;
                    self.nodes[to as usize].unacknowledged.remove(&id);
                }
                Event::Broadcast { node, value } => {
                    delivered += 2;
                    self.take_in(now, node, value);
                }
                Event::Spread { from, to, id, value } => {
                    delivered += 1;
                    self.schedule(now + self.latency, Event::Ack { from: to, to: from, id });
                    self.take_in(now, to, value);
                }
                Event::Timer { node, id } => {
                    if let Some(&(to, value)) = self.nodes[node as usize].unacknowledged.get(&id) {
                        self.send(now, node, to, id, value);
                    }
                }
            }
        }
        delivered
    }

    fn take_in(&mut self, now: Time, number: u32, value: Value) {
        let node = &mut self.nodes[number as usize];
        if !node.seen.insert(value) {
            return;
        }
        for place in 0..node.children.len() {
            let node = &mut self.nodes[number as usize];
            let (id, to) = (node.next_id, node.children[place]);
            node.next_id += 1;
            node.unacknowledged.insert(id, (to, value));
            self.send(now, number, to, id, value);
        }
    }

    fn send(&mut self, now: Time, from: u32, to: u32, id: u64, value: Value) {
        self.schedule(now + self.latency, Event::Spread { from, to, id, value });
        self.schedule(now + TIMEOUT, Event::Timer { node: from, id });
    }

    fn schedule(&mut self, time: Time, event: Event) {
        self.scheduled += 1;
        self.events.push(Reverse((time, self.scheduled, event)));
    }
}
