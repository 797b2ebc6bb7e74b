//! What a node does about what it has lost or never had: it asks others, answers them, and learns the edges that a test offers.
//!
//! Absent: how it can know, whom it asks and how often ([`crate::recovery`]).

use protocol::{Address, Adjacency, Body, MessageId, Outbox, Time, Value, ValueSet};

use super::edges::{Edges, to_all};
use crate::recovery::{Recovery, Sign};
use crate::role::Role;
use crate::topology::{Cluster, Topology};
use crate::{Node, Peer};

impl<R: Role> Node<R> {
    /// Learns from this message, if it is the first after `init`, whether this node was there before.
    pub(super) fn look_back(&mut self, now: Time, body: &Body<Peer>, out: &mut Outbox<Peer>) {
        match self.concerns.recovery().map_or(Sign::None, |recovery| recovery.sign_of(body)) {
            Sign::Fresh => {
                self.concerns.set_recovery(None);
                if let Some(watch) = self.concerns.watch() {
                    watch.begin(now);
                }
                self.wake = self.earliest_due();
            }
            Sign::Restarted => self.recover(now, out),
            Sign::None => {}
        }
    }

    /// The test offers edges, which is news only to a node that was built to take them.
    pub(super) fn offered(&mut self, adjacency: &Adjacency) {
        if self.config.topology == Topology::Offered && self.links.is_empty() {
            let targets = adjacency.get(self.number as usize).cloned().unwrap_or_default();
            self.links = to_all(self.config, self.number, targets, 0);
        }
    }

    /// Asks all that may hold what this node has lost. Its own messages get numbers that none of before can have had, lest
    /// an old acknowledgement that is still on its way stands for a new message.
    pub(super) fn recover(&mut self, now: Time, out: &mut Outbox<Peer>) {
        let first = now.as_nanos() / 1_000;
        self.links.iter_mut().chain(self.role.uplink()).for_each(|link| link.renumber(first));
        let cluster = Cluster::new(self.nodes);
        if self.config.topology == Topology::Offered && self.links.is_empty() {
            // Nobody offers a topology a second time. A node that does not know its neighbours talks to everybody.
            self.links = to_all(self.config, self.number, Topology::Direct.neighbours(cluster, self.number), first);
        }
        let near: Vec<u32> = match self.config.topology {
            Topology::Offered => self.links.iter().filter_map(|link| link.ends().target.as_node()).collect(),
            _ => Edges::of(self.config, self.nodes, self.number, R::master(self)).neighbours,
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
        self.concerns.set_recovery(Recovery::asking(now, Address::node(self.number), others, first, out));
        self.wake = self.earliest_due();
    }

    /// Another node has told what it holds: this one takes in what is new, and passes on what the others lack.
    #[cold]
    pub(super) fn learn(
        &mut self,
        now: Time,
        source: Address,
        id: MessageId,
        theirs: &ValueSet,
        out: &mut Outbox<Peer>,
    ) {
        if !self.concerns.recovery().is_some_and(|recovery| recovery.answered(source, id, theirs)) {
            // Nobody waits for it any more, but values are values.
            theirs.iter().for_each(|message| self.pass_on(now, source, message, out));
            return;
        }
        let Some(recovery) = self.concerns.recovery() else { return };
        let news: Vec<Value> = theirs.difference(&self.seen).collect();
        self.seen.extend(news.iter().copied());
        self.uses_uplink = true;
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
            self.concerns.set_recovery(None);
        }
        self.wake = self.earliest_due();
    }

    /// Another node has lost everything: it is told what this one holds.
    #[cold]
    pub(super) fn tell_all(&mut self, source: Address, id: MessageId, out: &mut Outbox<Peer>) {
        if let Some(recovery) = self.concerns.recovery() {
            recovery.told(source, &self.seen);
        }
        out.tell(source, Peer::Holds { in_reply_to: id, messages: Box::new(self.seen.clone()) });
    }
}
