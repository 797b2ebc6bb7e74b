//! A node whose role is known: what every role shares. It takes values in, passes them on, answers clients.
//!
//! Absent: the time before `init` ([`crate::Broadcaster`]), waiting and repeating ([`crate::link`]), and what one role
//! alone may do ([`crate::role`]).

use protocol::{
    Address, Adjacency, Body, ErrorCode, Machine, MessageId, Outbox, Reply, Request, Time, Value, ValueSet, Values,
};

use crate::link::{Carries, Ends};
use crate::recovery::{Recovery, Sign};
use crate::role::{Follower, Leader, Role};
use crate::topology::{Cluster, Topology};
use crate::{Acks, Config, Link, Peer, RoundTrip};

/// A broadcast node that is a [`Follower`] or a [`Leader`].
#[derive(Clone, Debug)]
pub struct Node<R> {
    config: Config,
    nodes: u32,
    number: u32,
    seen: ValueSet,
    /// To the nodes that this one passes values to, by address.
    links: Vec<Link>,
    /// No link is due before this time, nor anything of a recovery.
    wake: Time,
    /// What this node has lost, as far as it knows. Boxed, because hardly any node ever has.
    recovery: Option<Box<Recovery>>,
    pub(crate) role: R,
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
    const fn new(config: Config, nodes: u32, number: u32, links: Vec<Link>, role: R) -> Self {
        Self { config, nodes, number, seen: ValueSet::new(), links, wake: Time::MAX, recovery: None, role }
    }

    /// The same node, which does not know yet whether it was there before.
    pub(crate) fn newborn(self, now: Time) -> Self {
        let recovery = Recovery::newborn(now);
        Self { wake: self.wake.min(recovery.due()), recovery: Some(Box::new(recovery)), ..self }
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
        for link in &mut self.links {
            link.push(now, message, out);
        }
        if let Some(uplink) = self.role.uplink() {
            uplink.push(now, message, out);
        }
    }

    /// Takes in a value from another node: to all that this node passes values to. Where values flood over edges, not
    /// back over the one it came by; where all are neighbours, to nobody.
    pub(crate) fn pass_on(&mut self, now: Time, source: Address, message: Value, out: &mut Outbox<Peer>) {
        if !self.seen.insert(message) || !self.config.topology.passes_on() {
            return;
        }
        self.wake = self.wake.min(now + RoundTrip::SHORTEST_TIMEOUT);
        for link in &mut self.links {
            if self.config.relay_to_master || link.ends().target != source {
                link.push(now, message, out);
            }
        }
    }

    /// The same node under another master.
    ///
    /// The root decides which way edges lead, so there may be new links. Each of them gets every value this node holds:
    /// whatever was on its way along the old ones arrives by the new. A link that stays was given all of it already.
    pub(crate) fn under<S: Role>(
        mut self,
        master: u32,
        role: impl FnOnce(Option<Box<Link>>) -> S,
        now: Time,
        out: &mut Outbox<Peer>,
    ) -> Node<S> {
        let uplink_next = self.role.uplink().map_or(0, |link| link.next_id());
        // A number is never used twice between two nodes: an acknowledgement may still be on its way to a link of before.
        let first = self.links.iter().map(Link::next_id).fold(uplink_next, MessageId::max);
        let (mut links, mut uplink) = links(self.config, self.nodes, self.number, master, first);
        if self.config.topology == Topology::Offered {
            // Edges that a test offers lead the same ways under any master.
            links = std::mem::take(&mut self.links);
        }
        for link in &mut links {
            match find(&self.links, link.ends().target) {
                Some(place) => std::mem::swap(link, &mut self.links[place]),
                None if self.config.topology == Topology::Offered => {}
                None => self.seen.iter().for_each(|message| link.push(now, message, out)),
            }
        }
        if let Some(uplink) = &mut uplink {
            self.seen.iter().for_each(|message| uplink.push(now, message, out));
        }
        let mut node = Node::new(self.config, self.nodes, self.number, links, role(uplink));
        node.seen = self.seen;
        node.recovery = self.recovery;
        node.wake = node.earliest_due();
        node
    }

    /// Tells another node that its message has arrived, if such things are said.
    #[inline]
    pub(crate) fn acknowledge(&self, source: Address, msg_id: MessageId, out: &mut Outbox<Peer>) {
        if self.config.acks == Acks::Each {
            out.tell(source, Peer::Ack { in_reply_to: msg_id });
        }
    }

    fn acknowledged(&mut self, now: Time, source: Address, id: MessageId, out: &mut Outbox<Peer>) {
        let link = match find(&self.links, source) {
            Some(place) => Some(&mut self.links[place]),
            None => self.role.uplink().filter(|uplink| uplink.ends().target == source),
        };
        if let Some(link) = link {
            link.acknowledge(now, id, out);
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
            Request::Read => Reply::ReadOk { messages: Values::Set(Box::new(self.seen.clone())) },
            Request::Topology(adjacency) => {
                self.offered(adjacency);
                Reply::TopologyOk
            }
        };
        out.reply(source, id, reply);
    }

    fn earliest_due(&mut self) -> Time {
        let uplink = self.role.uplink().map_or(Time::MAX, |link| link.due());
        let recovery = self.recovery.as_ref().map_or(Time::MAX, |recovery| recovery.due());
        self.links.iter().map(Link::due).fold(uplink.min(recovery), Time::min)
    }

    /// Learns from this message, if it is the first after `init`, whether this node was there before.
    #[cold]
    fn look_back(&mut self, now: Time, body: &Body<Peer>, out: &mut Outbox<Peer>) {
        match self.recovery.as_ref().map_or(Sign::None, |recovery| recovery.sign_of(body)) {
            Sign::Fresh => {
                self.recovery = None;
                self.wake = self.earliest_due();
            }
            Sign::Restarted => self.recover(now, out),
            Sign::None => {}
        }
    }

    /// The test offers edges, which is news only to a node that was built to take them.
    fn offered(&mut self, adjacency: &Adjacency) {
        if self.config.topology == Topology::Offered && self.links.is_empty() {
            let targets = adjacency.get(self.number as usize).cloned().unwrap_or_default();
            self.links = to_all(self.config, self.number, targets, 0);
        }
    }

    /// Asks all that may hold what this node has lost. Its own messages get numbers that none of before can have had, lest
    /// an old acknowledgement that is still on its way stands for a new message.
    fn recover(&mut self, now: Time, out: &mut Outbox<Peer>) {
        let first = now.as_nanos() / 1_000;
        self.links.iter_mut().chain(self.role.uplink()).for_each(|link| link.renumber(first));
        let cluster = Cluster::new(self.nodes).rooted_at(R::master(self));
        if self.config.topology == Topology::Offered && self.links.is_empty() {
            // Nobody offers a topology a second time. A node that does not know its neighbours talks to everybody.
            self.links = to_all(self.config, self.number, Topology::Direct.neighbours(cluster, self.number), first);
        }
        let near = match self.config.topology {
            Topology::Offered => self.links.iter().filter_map(|link| link.ends().target.as_node()).collect(),
            topology => topology.neighbours(cluster, self.number),
        };
        let hold = if !self.config.relay_to_master {
            near
        } else if self.number == R::master(self) {
            // Whatever was on its way through here: anybody may have handed it over.
            (0..self.nodes).collect()
        } else {
            near.into_iter().chain([R::master(self)]).collect()
        };
        let others = hold.into_iter().filter(|&other| other != self.number);
        self.recovery = Recovery::asking(now, Address::node(self.number), others, first, out).map(Box::new);
        self.wake = self.earliest_due();
    }

    /// Another node has told what it holds: this one takes in what is new, and passes on what the others lack.
    #[cold]
    fn learn(&mut self, now: Time, source: Address, id: MessageId, theirs: &ValueSet, out: &mut Outbox<Peer>) {
        let Some(recovery) = &mut self.recovery else { return };
        if !recovery.answered(source, id, theirs) {
            return;
        }
        let news: Vec<Value> = theirs.difference(&self.seen).collect();
        self.seen.extend(news.iter().copied());
        for link in self.links.iter_mut().chain(self.role.uplink()) {
            let target = link.ends().target;
            if target == source {
                for message in self.seen.difference(theirs) {
                    if !link.carries(message) {
                        link.push(now, message, out);
                    }
                }
            } else if let Some(known) = recovery.holdings(target) {
                // Who has not answered yet gets its share when it does.
                let lacked = news.iter().filter(|&&message| !known.contains(message));
                lacked.for_each(|&message| link.push(now, message, out));
            }
        }
        if recovery.is_over() {
            self.recovery = None;
        }
        self.wake = self.earliest_due();
    }

    /// Another node has lost everything: it is told what this one holds.
    #[cold]
    fn tell_all(&mut self, source: Address, id: MessageId, out: &mut Outbox<Peer>) {
        if let Some(recovery) = &mut self.recovery {
            recovery.told(source, &self.seen);
        }
        out.tell(source, Peer::Holds { in_reply_to: id, messages: Box::new(self.seen.clone()) });
    }
}

impl<R: Role> Machine for Node<R> {
    type Peer = Peer;

    fn on_message(&mut self, now: Time, source: Address, body: &Body<Peer>, out: &mut Outbox<Peer>) {
        if self.recovery.is_some() {
            self.look_back(now, body, out);
        }
        match *body {
            Body::Peer(Peer::Holds { in_reply_to, ref messages }) => {
                self.learn(now, source, in_reply_to, messages, out);
            }
            Body::Peer(Peer::Recover { msg_id }) => self.tell_all(source, msg_id, out),
            Body::Peer(Peer::Ack { in_reply_to }) => self.acknowledged(now, source, in_reply_to, out),
            Body::Peer(Peer::Relay { message, msg_id }) => R::relayed(self, now, source, message, msg_id, out),
            Body::Peer(Peer::Spread { message, msg_id }) => {
                self.acknowledge(source, msg_id, out);
                self.pass_on(now, source, message, out);
            }
            // This node asks nobody, so there is no reply that it waits for.
            Body::Reply { .. } => {}
            Body::Request { id, ref request } => self.serve(now, source, id, request, out),
        }
    }

    fn on_wake(&mut self, now: Time, out: &mut Outbox<Peer>) {
        if now < self.wake {
            return;
        }
        for link in &mut self.links {
            link.on_wake(now, out);
        }
        if let Some(uplink) = self.role.uplink() {
            uplink.on_wake(now, out);
        }
        if let Some(recovery) = &mut self.recovery
            && recovery.on_wake(now, Address::node(self.number), out)
        {
            self.recover(now, out);
        }
        self.wake = self.earliest_due();
    }

    fn next_wake(&self) -> Option<Time> {
        (self.wake != Time::MAX).then_some(self.wake)
    }
}

/// The links of a node: to those it passes values to, by address, and to its master where it needs one of its own.
fn links(config: Config, nodes: u32, number: u32, master: u32, first: MessageId) -> (Vec<Link>, Option<Box<Link>>) {
    let cluster = Cluster::new(nodes).rooted_at(master);
    let targets = if config.relay_to_master {
        config.topology.children(cluster, number)
    } else {
        config.topology.neighbours(cluster, number)
    };
    // A master that is a child hears of a client's value as a child does, and not a second time.
    let apart = config.relay_to_master && number != master && !targets.contains(&master);
    let uplink = || {
        let ends = Ends { source: Address::node(number), target: Address::node(master) };
        Box::new(Link::new(ends, Carries::Relay, config.acks, first))
    };
    (to_all(config, number, targets, first), apart.then(uplink))
}

/// A link to each of these, by address.
fn to_all(config: Config, number: u32, mut targets: Vec<u32>, first: MessageId) -> Vec<Link> {
    targets.sort_unstable();
    targets.dedup();
    let ends = |target| Ends { source: Address::node(number), target: Address::node(target) };
    let others = targets.into_iter().filter(|&target| target != number);
    others.map(|target| Link::new(ends(target), Carries::Spread, config.acks, first)).collect()
}

/// The place of the link to that node.
#[inline]
fn find(links: &[Link], target: Address) -> Option<usize> {
    links.binary_search_by_key(&target, |link| link.ends().target).ok()
}
