//! A follower: some other node is the master.
//!
//! Absent: spreading from the root. That is [`Node::<Leader>::spread_relayed`], and a follower has no such method.

use protocol::{Address, Outbox, Time, Value};

use super::{Leader, Role};
use crate::{Link, Node, Peer};

/// Follows a master, and has a link to it where the topology has none.
#[derive(Clone, Debug)]
pub struct Follower {
    pub(crate) master: u32,
    /// Apart, because few nodes have one and every node is looked at all the time.
    pub(crate) uplink: Option<Box<Link>>,
}

impl Node<Follower> {
    /// The node that this one follows.
    pub const fn master(&self) -> u32 {
        self.role.master
    }

    /// Becomes the master. What was on its way to the old one, this node spreads itself.
    ///
    /// ```
    /// use node::{Config, Node};
    /// use protocol::{Outbox, Time};
    ///
    /// let mut out = Outbox::new();
    /// let follower = Node::following(Config::named(&["topology-star", "relay-to-master"])?, 5, 3, 1);
    /// let leader = follower.promote(Time::ZERO, &mut out);
    /// assert_eq!(leader.number(), 3);
    /// # Ok::<(), node::ConfigError>(())
    /// ```
    pub fn promote(self, now: Time, out: &mut Outbox<Peer>) -> Node<Leader> {
        let number = self.number();
        self.under(number, |_| Leader(()), now, out)
    }

    /// Follows another master. What was on its way to the old one goes to the new one.
    pub fn follow(self, master: u32, now: Time, out: &mut Outbox<Peer>) -> Self {
        assert_ne!(master, self.number(), "a node that is its own master is promoted");
        if master == self.role.master {
            return self;
        }
        self.under(master, |uplink| Self::role(master, uplink), now, out)
    }

    pub(crate) const fn role(master: u32, uplink: Option<Box<Link>>) -> Follower {
        Follower { master, uplink }
    }
}

impl Role for Follower {
    const NAME: &'static str = "follower";

    fn master(node: &Node<Self>) -> u32 {
        node.role.master
    }

    fn uplink(&mut self) -> Option<&mut Link> {
        self.uplink.as_deref_mut()
    }

    /// The sender knows an old master. To lose nothing, the value is taken in as if a client had brought it: it goes to the
    /// children and on to the master that this node knows.
    fn relayed(node: &mut Node<Self>, now: Time, _source: Address, message: Value, out: &mut Outbox<Peer>) {
        node.take_in(now, message, out);
    }
}
