//! Maelstrom's own example as a machine: floods over the offered topology, never back to the sender, without acknowledgements.
//!
//! Absent: the same as a program that reads JSON (`lines.rs`). `harness/tests/parity.rs` reads this file too.

use protocol::{Address, Body, Carry, Machine, Outbox, Reply, Request, Time, Value, ValueSet, Values};

/// One node.
#[derive(Default)]
pub(crate) struct Flood {
    me: usize,
    neighbours: Vec<u32>,
    seen: ValueSet,
}

/// A value, handed on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gossip(Value);

impl Carry for Gossip {
    fn carried_values(&self, mut each: impl FnMut(Value)) {
        each(self.0);
    }
}

impl Flood {
    fn take_in(&mut self, source: Address, value: Value, out: &mut Outbox<Gossip>) {
        if self.seen.insert(value) {
            let others = self.neighbours.iter().map(|&node| Address::node(node)).filter(|&node| node != source);
            others.for_each(|node| out.tell(node, Gossip(value)));
        }
    }
}

impl Machine for Flood {
    type Peer = Gossip;

    fn on_message(&mut self, _now: Time, source: Address, body: &Body<Gossip>, out: &mut Outbox<Gossip>) {
        match body {
            Body::Peer(Gossip(value)) => self.take_in(source, *value, out),
            Body::Reply { .. } => {}
            Body::Request { id, request: Request::Broadcast { message } } => {
                out.reply(source, *id, Reply::BroadcastOk);
                self.take_in(source, *message, out);
            }
            Body::Request { id, request } => {
                let reply = match request {
                    Request::Init { node, .. } => {
                        self.me = *node as usize;
                        Reply::InitOk
                    }
                    Request::Topology(adjacency) => {
                        self.neighbours.clone_from(&adjacency[self.me]);
                        Reply::TopologyOk
                    }
                    _ => Reply::ReadOk { messages: Values::from(&self.seen) },
                };
                out.reply(source, *id, reply);
            }
        }
    }

    fn on_wake(&mut self, _now: Time, _out: &mut Outbox<Gossip>) {}

    fn next_wake(&self) -> Option<Time> {
        None
    }
}
