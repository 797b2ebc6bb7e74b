//! The leader: the master that followers hand their clients' values to, and the root that they spread from.
//!
//! Absent: an uplink. Nobody is above a leader.

use protocol::{Address, MessageId, Outbox, Time, Value};

use super::{Follower, Role};
use crate::{Link, Node, Peer};

/// Leads: nothing but the right to. Only [`Node::leading`] and [`Node::promote`] make one.
#[derive(Clone, Debug)]
pub struct Leader(pub(crate) ());

impl Node<Leader> {
    /// Spreads a follower's value from the root, and tells the follower that it has arrived. The follower itself hears it
    /// like everybody: it handed the value up and counts on it to come down.
    ///
    /// Only a leader is the root, so only a leader has this method. On a leader:
    ///
    /// ```
    /// use node::{Config, Node};
    /// use protocol::{Address, Outbox, Time};
    ///
    /// let config = Config::named(&["topology-star", "relay-to-master"])?;
    /// let mut out = Outbox::new();
    /// let mut node = Node::leading(config, 5, 1);
    /// node.spread_relayed(Time::ZERO, Address::node(3), 7, 0, &mut out);
    /// assert_eq!(out.messages().len(), 1 + 4, "an acknowledgement, and a message to each leaf");
    /// # Ok::<(), node::ConfigError>(())
    /// ```
    ///
    /// The same on a follower does not compile:
    ///
    /// ```compile_fail,E0599
    /// use node::{Config, Node};
    /// use protocol::{Address, Outbox, Time};
    ///
    /// let config = Config::named(&["topology-star", "relay-to-master"])?;
    /// let mut out = Outbox::new();
    /// let mut node = Node::following(config, 5, 3, 1);
    /// node.spread_relayed(Time::ZERO, Address::node(2), 7, 0, &mut out);
    /// # Ok::<(), node::ConfigError>(())
    /// ```
    pub fn spread_relayed(
        &mut self,
        now: Time,
        source: Address,
        message: Value,
        msg_id: MessageId,
        out: &mut Outbox<Peer>,
    ) {
        self.acknowledge(source, msg_id, out);
        self.pass_on(now, source, message, out);
    }

    /// Makes place for another master. What a follower hands to this node from now on goes on to that one.
    pub fn demote(self, master: u32, now: Time, out: &mut Outbox<Peer>) -> Node<Follower> {
        assert_ne!(master, self.number(), "a leader makes place for another node");
        self.under(master, |uplink| Node::<Follower>::role(master, uplink), now, out)
    }
}

impl Role for Leader {
    const NAME: &'static str = "leader";

    fn master(node: &Node<Self>) -> u32 {
        node.number()
    }

    fn uplink(&mut self) -> Option<&mut Link> {
        None
    }

    fn relayed(node: &mut Node<Self>, now: Time, source: Address, message: Value, out: &mut Outbox<Peer>) {
        node.pass_on(now, source, message, out);
    }
}
