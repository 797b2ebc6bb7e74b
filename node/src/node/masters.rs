//! A node whose master is another from now on. Its links are others then, and nothing that was on its way is lost.
//!
//! Absent: who the master is, and when that changes ([`crate::watch`], [`crate::Broadcaster`]).

use protocol::{Address, MessageId, Outbox, Time, ValueSet};

use super::edges::{find, links};
use crate::role::Role;
use crate::topology::Topology;
use crate::{Link, Node, Peer};

impl<R: Role> Node<R> {
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
        let first = self.links.iter().map(Link::next_id).fold(self.unused.max(uplink_next), MessageId::max);
        let (mut links, mut uplink) = links(self.config, self.nodes, self.number, master, first);
        if self.config.topology == Topology::Offered {
            // Edges that a test offers lead the same ways under any master.
            links = std::mem::take(&mut self.links);
        }
        for link in &mut *links {
            match find(&self.links, link.ends().target) {
                Some(place) => std::mem::swap(link, &mut self.links[place]),
                None if self.config.topology == Topology::Offered => {}
                None => hand_over(link, &self.seen, now, out),
            }
        }
        if let Some(uplink) = &mut uplink {
            hand_over(uplink, &self.seen, now, out);
        }
        let mut node = Node::new(self.config, self.nodes, self.number, links, role(uplink));
        node.seen = self.seen;
        node.unused = first;
        node.concerns = self.concerns;
        node.uses_uplink = true;
        let uplink = node.role.uplink().map(|link| link.ends().target);
        let others: Vec<Address> = node.links.iter().map(|link| link.ends().target).chain(uplink).collect();
        if let Some(recovery) = node.concerns.recovery() {
            recovery.also_ask(now, others.into_iter(), out);
        }
        node.wake = node.earliest_due();
        node
    }
}

/// All values, by a new link: as soon as may be, since some of them have waited for it.
fn hand_over(link: &mut Link, values: &ValueSet, now: Time, out: &mut Outbox<Peer>) {
    values.iter().for_each(|message| link.push(now, message, out));
    link.hurry(now);
}
