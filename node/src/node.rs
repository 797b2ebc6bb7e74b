//! A node whose role is known: what every role shares. It takes values in, passes them on, answers clients.
//!
//! Absent: the time before `init` ([`crate::Broadcaster`]), waiting and repeating ([`crate::link`]), and what one role
//! alone may do ([`crate::role`]).

use protocol::{Address, Body, ErrorCode, Machine, MessageId, Outbox, Reply, Request, Time, Value, ValueSet, Values};

use self::concerns::Concerns;
use self::edges::{Links, find, links};
use crate::recovery::Recovery;
use crate::role::{Follower, Leader, Role};
use crate::{Acks, Config, Link, Peer, RoundTrip, Sender};

mod batches;
mod concerns;
mod edges;
mod masters;
mod memory;

/// A broadcast node that is a [`Follower`] or a [`Leader`].
///
/// In this order, so that what nearly every message looks at lies on the first two lines of the processor's memory, with
/// [`Broadcaster`](crate::Broadcaster)'s tag before it: of a hundred thousand nodes, each is looked at when all of the others
/// were meanwhile.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Node<R> {
    /// What it has in mind besides values. Mostly nothing.
    concerns: Concerns,
    /// Whether every message is answered by one of its own, at once.
    acknowledges: bool,
    passes: Passes,
    /// Whether anything was ever sent over the link to the master. Where not, that link is not even looked at: it lies apart.
    uses_uplink: bool,
    /// No link is due before this time, nor any concern.
    wake: Time,
    /// To the nodes that this one passes values to, by address.
    links: Links,
    seen: ValueSet,
    config: Config,
    /// Any message of a new link gets a number from here on.
    unused: MessageId,
    nodes: u32,
    number: u32,
    pub(crate) role: R,
}

/// To whom a value goes on that has come from another node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passes {
    /// To nobody: all are neighbours.
    Nowhere,
    /// Over all links, but not back over the one it came by.
    Onward,
    /// Over all links.
    Over,
}

impl Passes {
    fn of(config: Config) -> Self {
        match config.topology.passes_on() {
            false => Self::Nowhere,
            true if config.relay_to_master || config.sender == Sender::Told => Self::Over,
            true => Self::Onward,
        }
    }
}

impl Node<Follower> {
    /// The node of that number in a cluster of so many nodes, of which another one is the master.
    pub fn following(config: Config, nodes: u32, number: u32, master: u32) -> Self {
        assert_ne!(number, master, "a node does not follow itself");
        let (links, uplink) = links(config, nodes, number, master, 0);
        Self::new(config, nodes, number, links, Self::role(master, uplink))
    }
}

impl Node<Leader> {
    /// The node of that number in a cluster of so many nodes, of which it is the master.
    pub fn leading(config: Config, nodes: u32, number: u32) -> Self {
        let (links, _) = links(config, nodes, number, number, 0);
        Self::new(config, nodes, number, links, Leader(()))
    }
}

impl<R: Role> Node<R> {
    fn new(config: Config, nodes: u32, number: u32, links: Links, role: R) -> Self {
        Self {
            concerns: Concerns::of(config, nodes),
            acknowledges: config.acks == Acks::Each,
            passes: Passes::of(config),
            uses_uplink: false,
            seen: ValueSet::new(),
            wake: Time::MAX,
            links,
            config,
            unused: 0,
            nodes,
            number,
            role,
        }
    }

    /// The same node, which does not know yet whether it was there before.
    pub(crate) fn newborn(mut self, now: Time) -> Self {
        let recovery = Recovery::newborn(now);
        self.wake = self.wake.min(recovery.due());
        self.concerns.set_recovery(Some(recovery));
        self.concerns.begin_watch(self.config, self.nodes, self.number, now);
        self
    }

    /// This node's place in the cluster's list.
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// How many nodes the cluster has.
    pub const fn nodes(&self) -> u32 {
        self.nodes
    }

    /// What this node is built to do.
    pub const fn config(&self) -> Config {
        self.config
    }

    /// Who should be the master, if that has changed.
    #[inline]
    pub(crate) fn next_master(&self) -> Option<u32> {
        self.concerns.watched_master().filter(|&master| master != R::master(self))
    }

    /// The values it holds.
    pub const fn seen(&self) -> &ValueSet {
        &self.seen
    }

    /// Takes in a client's value: to all that this node passes values to and, where relaying is on, to the master.
    pub(crate) fn take_in(&mut self, now: Time, message: Value, out: &mut Outbox<Peer>) {
        if !self.seen.insert(message) {
            return;
        }
        self.wake = self.wake.min(now + RoundTrip::SHORTEST_TIMEOUT);
        if let Some(watch) = self.concerns.watch() {
            watch.stir(now);
        }
        for link in &mut *self.links {
            link.push(now, message, out);
        }
        if let Some(uplink) = self.uplink_to_use() {
            uplink.push(now, message, out);
        }
    }

    /// The link to the master, where there is one, for something to be sent over it.
    fn uplink_to_use(&mut self) -> Option<&mut Link> {
        self.uses_uplink = true;
        self.role.uplink()
    }

    /// Takes in a value from another node: to all that this node passes values to. Where values flood over edges, not
    /// back over the one it came by; where all are neighbours, to nobody.
    #[inline]
    pub(crate) fn pass_on(&mut self, now: Time, source: Address, message: Value, out: &mut Outbox<Peer>) {
        // A leaf passes nothing on, and has nothing to wake up for.
        if self.seen.insert(message) && !self.links.is_empty() {
            self.pass_over_links(now, source, message, out);
        }
    }

    #[inline(never)]
    fn pass_over_links(&mut self, now: Time, source: Address, message: Value, out: &mut Outbox<Peer>) {
        for link in &mut *self.links {
            if self.passes == Passes::Over || self.passes == Passes::Onward && link.ends().target != source {
                link.push(now, message, out);
                self.wake = self.wake.min(now + RoundTrip::SHORTEST_TIMEOUT);
            }
        }
    }

    /// Tells another node that its message has arrived, if such things are said.
    #[inline]
    pub(crate) fn acknowledge(&self, source: Address, msg_id: MessageId, out: &mut Outbox<Peer>) {
        if self.acknowledges {
            out.tell_made(source, || Peer::Ack { in_reply_to: msg_id });
        }
    }

    #[inline(never)]
    fn acknowledged(&mut self, now: Time, source: Address, id: MessageId, out: &mut Outbox<Peer>) {
        if let Some(link) = self.link_to(source) {
            link.acknowledge(now, id, out);
        }
    }

    /// The link to that node, if there is one.
    #[inline]
    fn link_to(&mut self, target: Address) -> Option<&mut Link> {
        let links = &mut *self.links;
        match find(links, target) {
            Some(place) => Some(&mut links[place]),
            None => self.role.uplink().filter(|uplink| uplink.ends().target == target),
        }
    }

    /// Whether a message means nothing to this node but what it says.
    #[inline]
    pub(crate) const fn is_unconcerned(&self) -> bool {
        !self.concerns.are_any()
    }

    /// What a message means to a node that has more in mind than what it says.
    #[cold]
    fn consider(&mut self, now: Time, source: Address, body: &Body<Peer>, out: &mut Outbox<Peer>) {
        self.look_back(now, body, out);
        if let Some(watch) = self.concerns.watch() {
            watch.hear(now, source, body);
        }
        self.read(now, source, body, out);
        if self.concerns.are_batched() {
            // What one event has brought goes out together, and what waited with it.
            self.wake = now;
            self.on_wake(now, out);
        }
    }

    /// Does what a message says.
    #[inline]
    fn read(&mut self, now: Time, source: Address, body: &Body<Peer>, out: &mut Outbox<Peer>) {
        match *body {
            Body::Peer(Peer::Ack { in_reply_to }) => self.acknowledged(now, source, in_reply_to, out),
            Body::Peer(Peer::Spread { message, msg_id }) => {
                self.acknowledge(source, msg_id, out);
                self.pass_on(now, source, message, out);
            }
            _ => self.read_other(now, source, body, out),
        }
    }

    /// The same of what there is less of.
    #[inline(never)]
    fn read_other(&mut self, now: Time, source: Address, body: &Body<Peer>, out: &mut Outbox<Peer>) {
        match *body {
            Body::Peer(Peer::Ack { .. } | Peer::Spread { .. }) => self.read(now, source, body, out),
            Body::Peer(Peer::Batch(ref batch)) => self.unpack(now, source, batch, out),
            Body::Peer(Peer::Holds { in_reply_to, ref messages }) => {
                self.learn(now, source, in_reply_to, messages, out);
            }
            Body::Peer(Peer::Ping { msg_id }) => out.tell(source, Peer::Pong { in_reply_to: msg_id }),
            Body::Peer(Peer::Received(ref receipt)) => self.received(now, source, receipt),
            Body::Peer(Peer::Recover { msg_id }) => self.tell_all(source, msg_id, out),
            Body::Peer(Peer::Relay { message, msg_id }) => {
                self.acknowledge(source, msg_id, out);
                R::relayed(self, now, source, message, out);
            }
            Body::Request { id, ref request } => self.serve(now, source, id, request, out),
            // The watch has heard its answer already; and nobody else is asked, so there is no reply that this node waits for.
            Body::Peer(Peer::Pong { .. }) | Body::Reply { .. } => {}
        }
    }

    /// Apart from the rest, which is called a hundred times as often, and is the faster for being small.
    #[inline(never)]
    fn serve(&mut self, now: Time, source: Address, id: MessageId, request: &Request, out: &mut Outbox<Peer>) {
        let reply = match request {
            &Request::Broadcast { message } => {
                // The answer first: the client need not wait until the value is written out to the others.
                out.reply(source, id, Reply::BroadcastOk);
                return self.take_in(now, message, out);
            }
            Request::Echo { echo } => Reply::EchoOk { echo: echo.clone() },
            &Request::Init { node, nodes } if (node, nodes) == (self.number, self.nodes) => Reply::InitOk,
            Request::Init { .. } => Reply::error(
                ErrorCode::PRECONDITION_FAILED,
                format!("already node {} of {}: expected no second `init` of other content", self.number, self.nodes),
            ),
            Request::Read => Reply::ReadOk { messages: Values::from(&self.seen) },
            Request::Topology(adjacency) => {
                self.offered(adjacency);
                Reply::TopologyOk
            }
        };
        out.reply(source, id, reply);
    }

    fn earliest_due(&mut self) -> Time {
        let uplink = if self.uses_uplink { self.role.uplink().map_or(Time::MAX, |link| link.due()) } else { Time::MAX };
        self.links.iter().map(Link::due).fold(uplink.min(self.concerns.due()), Time::min)
    }
}

impl<R: Role> Machine for Node<R> {
    type Peer = Peer;

    #[inline]
    fn on_message(&mut self, now: Time, source: Address, body: &Body<Peer>, out: &mut Outbox<Peer>) {
        if self.is_unconcerned() {
            self.read(now, source, body, out);
        } else {
            self.consider(now, source, body, out);
        }
    }

    fn on_wake(&mut self, now: Time, out: &mut Outbox<Peer>) {
        if now < self.wake {
            return;
        }
        let mut receipts = self.concerns.receipts();
        for link in &mut *self.links {
            link.on_wake(now, receipts.as_deref_mut(), out);
        }
        if self.uses_uplink
            && let Some(uplink) = self.role.uplink()
        {
            uplink.on_wake(now, receipts.as_deref_mut(), out);
        }
        if let Some(receipts) = receipts {
            let links = &self.links;
            let is_there = |target| find(links, target).is_some_and(|place| !links[place].is_suspected());
            receipts.on_wake(now, is_there, out);
        }
        if let Some(watch) = self.concerns.watch() {
            watch.on_wake(now, out);
        }
        if self.concerns.recovery().is_some_and(|recovery| recovery.on_wake(now, Address::node(self.number), out)) {
            self.recover(now, out);
        }
        self.wake = self.earliest_due();
    }

    fn next_wake(&self) -> Option<Time> {
        (self.wake != Time::MAX).then_some(self.wake)
    }

    /// At each of the lines of memory on which the order of the fields puts what a message needs.
    #[inline]
    fn look_ahead(&self) {
        std::hint::black_box((self.wake, self.links.first().map(Link::ends)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::offset_of;

    #[test]
    fn what_nearly_every_message_looks_at_lies_on_two_lines() {
        // Behind the tag of what holds a node, and but for those values that hardly any set has.
        let hot = size_of::<usize>() + offset_of!(Node<Follower>, seen) + size_of::<ValueSet>() - size_of::<usize>();
        assert_eq!((hot, offset_of!(Node<Leader>, seen)), (2 * 64, offset_of!(Node<Follower>, seen)));
    }
}
