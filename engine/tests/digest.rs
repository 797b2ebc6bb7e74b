//! A seed means the same run on every machine and after every change of the engine that is not a change of its rules: the
//! digests of some short tests of every kind, pinned.
//!
//! Where one of them changes, a rule, the order of draws from a random stream, or the order of what happens at one instant
//! has changed, and with it every stored run. If that was the intention, say so in the changelog and pin the new numbers.

use std::collections::BTreeMap;

use engine::journal::Journal;
use engine::{
    Concurrency, Distribution, Latency, Nemesis, Options, ProcessDelay, Run, Topology, Workload, edn, simulate,
};
use protocol::{
    Address, Body, Carry, Duration, Machine, MessageId, Outbox, Reply, Request, Time, Value, ValueSet, Values,
};

/// Floods every value over the offered topology, and repeats each message every second until it is acknowledged.
#[derive(Default)]
struct Flood {
    number: u32,
    neighbours: Vec<u32>,
    seen: ValueSet,
    next_id: MessageId,
    /// By deadline and number: to whom, and what.
    unacknowledged: BTreeMap<(Time, MessageId), (u32, Value)>,
    deadlines: BTreeMap<MessageId, Time>,
}

#[derive(Clone, Copy, Debug)]
enum Gossip {
    Ack(MessageId),
    Value(MessageId, Value),
}

impl Default for Gossip {
    fn default() -> Self {
        Self::Ack(0)
    }
}

impl Carry for Gossip {
    fn carried_values(&self, mut each: impl FnMut(Value)) {
        if let Self::Value(_, value) = self {
            each(*value);
        }
    }
}

impl Flood {
    const PATIENCE: Duration = Duration::from_secs(1);

    fn take_in(&mut self, now: Time, source: Address, value: Value, out: &mut Outbox<Gossip>) {
        if !self.seen.insert(value) {
            return;
        }
        for place in 0..self.neighbours.len() {
            let neighbour = self.neighbours[place];
            if Address::node(neighbour) != source {
                self.next_id += 1;
                self.say(now, self.next_id, neighbour, value, out);
            }
        }
    }

    fn say(&mut self, now: Time, id: MessageId, neighbour: u32, value: Value, out: &mut Outbox<Gossip>) {
        let deadline = now + Self::PATIENCE;
        self.unacknowledged.insert((deadline, id), (neighbour, value));
        self.deadlines.insert(id, deadline);
        out.tell(Address::node(neighbour), Gossip::Value(id, value));
    }

    fn serve(&mut self, now: Time, source: Address, request: &Request, out: &mut Outbox<Gossip>) -> Reply {
        match request {
            &Request::Broadcast { message } => {
                self.take_in(now, source, message, out);
                Reply::BroadcastOk
            }
            Request::Echo { echo } => Reply::EchoOk { echo: echo.clone() },
            &Request::Init { node, .. } => {
                self.number = node;
                Reply::InitOk
            }
            Request::Read => Reply::ReadOk { messages: Values::from(&self.seen) },
            Request::Topology(adjacency) => {
                self.neighbours.clone_from(&adjacency[self.number as usize]);
                Reply::TopologyOk
            }
        }
    }
}

impl Machine for Flood {
    type Peer = Gossip;

    fn on_message(&mut self, now: Time, source: Address, body: &Body<Gossip>, out: &mut Outbox<Gossip>) {
        match *body {
            Body::Peer(Gossip::Ack(id)) => {
                if let Some(deadline) = self.deadlines.remove(&id) {
                    self.unacknowledged.remove(&(deadline, id));
                }
            }
            Body::Peer(Gossip::Value(id, value)) => {
                out.tell(source, Gossip::Ack(id));
                self.take_in(now, source, value, out);
            }
            Body::Reply { .. } => {}
            Body::Request { id, ref request } => {
                let reply = self.serve(now, source, request, out);
                out.reply(source, id, reply);
            }
        }
    }

    fn on_wake(&mut self, now: Time, out: &mut Outbox<Gossip>) {
        while let Some((&(deadline, id), &(neighbour, value))) = self.unacknowledged.first_key_value()
            && deadline <= now
        {
            self.unacknowledged.remove(&(deadline, id));
            self.say(now, id, neighbour, value, out);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.unacknowledged.first_key_value().map(|(&(deadline, _), _)| deadline)
    }
}

/// FNV-1a in 64 bits: small, specified, and nobody attacks it here.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn run(options: &Options) -> Run {
    let run = simulate(options.clone(), |_| Flood::default());
    assert_eq!(run.fault, None);
    run
}

/// Everything that a run tells: what happened, what it took, and how values spread.
fn told(run: &Run) -> String {
    let Journal { clients, servers } = run.journal;
    let counts = [clients.sent, clients.received, servers.sent, servers.received, run.unclaimed_replies];
    let spans: Vec<Option<u64>> = run.spans.iter().map(|span| span.map(Duration::as_nanos)).collect();
    format!("{}{counts:?}{spans:?}", edn::history(&run.history))
}

fn challenge(distribution: Distribution, nodes: u32) -> Options {
    Options {
        nodes: Options::numbered_nodes(nodes),
        time_limit: Duration::from_secs(5),
        rate: 100.0,
        latency: Latency { mean_ms: 100, distribution },
        process_delay: ProcessDelay::NONE,
        seed: 11,
        ..Options::default()
    }
}

/// Name, options, digest.
fn cases() -> [(&'static str, Options, u64); 8] {
    let constant = challenge(Distribution::Constant, 25);
    let partitioned = |options: Options| Options {
        nemesis: Nemesis::Partition.into(),
        nemesis_interval: Duration::from_secs(1),
        ..options
    };
    [
        ("constant", constant.clone(), 0x211e_e2c0_235c_3fbe),
        ("uniform", challenge(Distribution::Uniform, 25), 0x0093_95f6_cb62_6c2c),
        ("exponential", challenge(Distribution::Exponential, 25), 0x21ed_2cd1_7c80_37de),
        (
            "no latency",
            Options { latency: Latency { mean_ms: 0, ..constant.latency }, ..constant.clone() },
            0x8334_846a_a237_f83a,
        ),
        (
            "process delay",
            Options { process_delay: ProcessDelay::MAELSTROM, ..constant.clone() },
            0x0138_0e07_75a6_19d3,
        ),
        ("partitions", partitioned(constant.clone()), 0x907e_26c1_e548_80df),
        (
            "many workers, dense traffic, uniform, partitions",
            partitioned(Options {
                topology: Topology::Total,
                rate: 400.0,
                concurrency: Concurrency::Total(90),
                ..challenge(Distribution::Uniform, 9)
            }),
            0xac31_4d32_9101_0c29,
        ),
        ("echo", Options { workload: Workload::Echo, ..constant }, 0xcd1b_e0e3_edb3_c749),
    ]
}

#[test]
fn a_seed_means_the_same_run_as_ever() {
    let found: Vec<(&str, u64)> =
        cases().iter().map(|(name, options, _)| (*name, digest(&told(&run(options))))).collect();
    let pinned: Vec<(&str, u64)> = cases().iter().map(|&(name, _, digest)| (name, digest)).collect();
    assert!(
        found == pinned,
        "{found:#x?}: the rules, the random streams or the order of events changed: see this file's head"
    );
}

#[test]
fn the_same_seed_twice_is_the_same_to_the_byte_and_another_is_not() {
    for (name, options, _) in cases() {
        assert_eq!(told(&run(&options)), told(&run(&options)), "{name}");
        assert_ne!(told(&run(&options)), told(&run(&Options { seed: 12, ..options.clone() })), "{name}");
    }
}
