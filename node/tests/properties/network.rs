//! A network under a virtual clock: delivers what nodes send after a delay, twice, or never, as a rule says.
//!
//! Absent: head-of-line blocking and everything else that is Maelstrom's. Only what a node may not rely on is here.

use std::collections::BTreeMap;
use std::sync::Arc;

use node::topology::Cluster;
use node::{Broadcaster, Config, Node, Peer};
use protocol::{Address, Body, Duration, Machine, Outbox, Reply, Request, Time, Value, Values};

/// What becomes of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fate {
    Lost,
    Once(Duration),
    Twice(Duration, Duration),
}

/// Decides on a message sent at a time from one node to another.
pub(crate) type Rule<'a> = Box<dyn FnMut(Time, u32, u32) -> Fate + 'a>;

/// How many messages nodes have sent each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) values: usize,
    pub(crate) acknowledgements: usize,
    /// Of nodes that were started again: what they ask, and what they are told.
    pub(crate) memories: usize,
}

enum Event {
    Arrival { source: Address, dest: u32, body: Body<Peer> },
    Follow { node: u32, master: u32 },
    Restart { node: u32 },
}

pub(crate) struct Network<'a> {
    machines: Vec<Broadcaster>,
    events: BTreeMap<(Time, u64), Event>,
    rule: Rule<'a>,
    /// How much later than asked a machine is woken.
    lag: Duration,
    now: Time,
    planned: u64,
    tally: Tally,
    /// Everything that nodes have sent each other: when, from where, where to and what.
    sent: Option<Vec<String>>,
    out: Outbox<Peer>,
}

impl<'a> Network<'a> {
    /// A cluster, initialised.
    pub(crate) fn new(config: Config, nodes: u32, rule: Rule<'a>) -> Self {
        let mut network = Self {
            machines: vec![Broadcaster::new(config); nodes as usize],
            events: BTreeMap::new(),
            rule,
            lag: Duration::ZERO,
            now: Time::ZERO,
            planned: 0,
            tally: Tally::default(),
            sent: None,
            out: Outbox::new(),
        };
        for node in 0..nodes {
            assert_eq!(network.ask(node, Request::Init { node, nodes }), Reply::InitOk);
        }
        for node in 0..nodes {
            assert_eq!(network.ask(node, Request::Topology(Arc::default())), Reply::TopologyOk);
        }
        network
    }

    /// A cluster whose nodes never ask what they have lost: they know from the start who they are and whom they follow.
    pub(crate) fn without_recovery(config: Config, nodes: u32, rule: Rule<'a>) -> Self {
        let root = Cluster::new(nodes).root();
        let machine = |number| match number {
            number if number == root => Broadcaster::Leader(Node::leading(config, nodes, number)),
            _ => Broadcaster::Follower(Node::following(config, nodes, number, root)),
        };
        Self { machines: (0..nodes).map(machine).collect(), ..Self::new(config, nodes, rule) }
    }

    /// Keeps all that is sent from now on.
    pub(crate) fn recorded(self) -> Self {
        Self { sent: Some(Vec::new()), ..self }
    }

    /// All that was sent since it was to be kept.
    pub(crate) fn sent(&self) -> &[String] {
        self.sent.as_deref().unwrap_or_default()
    }

    pub(crate) fn with_lag(mut self, lag: Duration) -> Self {
        self.lag = lag;
        self
    }

    /// A client will bring a value to a node.
    pub(crate) fn broadcast(&mut self, at: Time, node: u32, message: Value) {
        let body = Body::Request { id: 1, request: Request::Broadcast { message } };
        self.plan(at, Event::Arrival { source: Address::client(0), dest: node, body });
    }

    /// A node will lose everything, and is started again at once.
    pub(crate) fn restart(&mut self, at: Time, node: u32) {
        self.plan(at, Event::Restart { node });
    }

    /// A node will be told who is the master.
    pub(crate) fn follow(&mut self, at: Time, node: u32, master: u32) {
        self.plan(at, Event::Follow { node, master });
    }

    /// Runs to a time; whether the cluster has come to rest by then, with nothing under way and nobody to be woken.
    pub(crate) fn run_until(&mut self, end: Time) -> bool {
        let mut idle_wakes = 0;
        loop {
            let wake = (0..).zip(&self.machines).filter_map(|(node, machine)| Some((machine.next_wake()?, node))).min();
            let wake = wake.map(|(time, node): (Time, u32)| ((time + self.lag).max(self.now), node));
            let event = self.events.first_key_value().map(|(&(time, _), _)| time);
            let Some(next) = wake.map(|(time, _)| time).into_iter().chain(event).min() else { return true };
            if next > end {
                return false;
            }
            self.now = next;
            match wake {
                Some((time, node)) if time == next && event != Some(next) => {
                    self.machines[node as usize].on_wake(self.now, &mut self.out);
                    idle_wakes = if self.out.is_empty() { idle_wakes + 1 } else { 0 };
                    assert!(idle_wakes < 1_000, "n{node} wants to be woken and has nothing to do");
                    self.dispatch(node);
                }
                _ => self.next_event(),
            }
        }
    }

    /// What a node answers to a read.
    pub(crate) fn read(&mut self, node: u32) -> Vec<Value> {
        match self.ask(node, Request::Read) {
            Reply::ReadOk { messages: Values::Set(set) } => set.iter().collect(),
            other => panic!("no read_ok: {other:?}"),
        }
    }

    pub(crate) fn tally(&self) -> Tally {
        self.tally
    }

    fn next_event(&mut self) {
        let (_, event) = self.events.pop_first().expect("an event was found due");
        let node = match event {
            Event::Arrival { source, dest, body } => {
                self.machines[dest as usize].on_message(self.now, source, &body, &mut self.out);
                dest
            }
            Event::Follow { node, master } => {
                self.machines[node as usize].follow(master, self.now, &mut self.out);
                node
            }
            Event::Restart { node } => {
                let nodes = u32::try_from(self.machines.len()).expect("few nodes");
                self.machines[node as usize] = Broadcaster::new(self.machines[node as usize].config());
                assert_eq!(self.ask(node, Request::Init { node, nodes }), Reply::InitOk);
                node
            }
        };
        self.dispatch(node);
    }

    fn dispatch(&mut self, source: u32) {
        let mut out = std::mem::take(&mut self.out);
        for (dest, body) in out.drain() {
            let Some(dest) = dest.as_node() else { continue };
            match body {
                Body::Peer(Peer::Ack { .. } | Peer::Received(_)) => self.tally.acknowledgements += 1,
                Body::Peer(Peer::Ping { .. } | Peer::Pong { .. }) => {}
                Body::Peer(Peer::Recover { .. } | Peer::Holds { .. }) => self.tally.memories += 1,
                Body::Peer(Peer::Batch(_) | Peer::Relay { .. } | Peer::Spread { .. }) => self.tally.values += 1,
                other => panic!("n{source} sent n{dest} {other:?}"),
            }
            if let Some(sent) = &mut self.sent {
                sent.push(format!("{} n{source} → {dest}: {body:?}", self.now));
            }
            let delays = match (self.rule)(self.now, source, dest) {
                Fate::Lost => [None, None],
                Fate::Once(delay) => [Some(delay), None],
                Fate::Twice(first, second) => [Some(first), Some(second)],
            };
            for delay in delays.into_iter().flatten() {
                let source = Address::node(source);
                self.plan(self.now + delay, Event::Arrival { source, dest, body: body.clone() });
            }
        }
        self.out = out;
    }

    fn plan(&mut self, at: Time, event: Event) {
        self.planned += 1;
        self.events.insert((at, self.planned), event);
    }

    fn ask(&mut self, node: u32, request: Request) -> Reply {
        let mut out = Outbox::new();
        let body = Body::Request { id: 0, request };
        self.machines[node as usize].on_message(self.now, Address::client(0), &body, &mut out);
        match out.drain().next() {
            Some((_, Body::Reply { to: 0, reply })) => reply,
            other => panic!("n{node} gave no reply but {other:?}"),
        }
    }
}
