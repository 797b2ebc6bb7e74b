//! The two roles of a node. A role is a type, so that what one role may do does not compile on the other.
//!
//! Absent: when a node changes its role. A fixed master never does; where it is dynamic, [`crate::Broadcaster`] follows what the
//! node's watch of its master says, through [`Node::promote`], [`Node::demote`] and [`Node::follow`], which take the old node and
//! give the new one.

use protocol::{Address, Outbox, Time, Value};

use crate::{Link, Node, Peer};

pub use follower::Follower;
pub use leader::Leader;

mod follower;
mod leader;

/// What a node has to know of its role. [`Follower`] and [`Leader`] are all there are.
pub trait Role: Sized + sealed::Sealed {
    /// How the role is called in a log.
    const NAME: &'static str;

    /// The number of the master.
    fn master(node: &Node<Self>) -> u32;

    /// The link to the master, beside those of the topology, where this role needs one.
    fn uplink(&mut self) -> Option<&mut Link>;

    /// Another node believes this one to be the master and handed it a client's value.
    fn relayed(node: &mut Node<Self>, now: Time, source: Address, message: Value, out: &mut Outbox<Peer>);
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Follower {}
    impl Sealed for super::Leader {}
}
