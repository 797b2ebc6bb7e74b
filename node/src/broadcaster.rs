//! A node whose role is known only at run time: the one place that asks which it is.
//!
//! Absent: what a role does. Every arm hands on.

use std::fmt;

use protocol::{Address, Body, ErrorCode, Machine, Outbox, Reply, Request, Time};

use crate::role::{Follower, Leader, Role};
use crate::topology::Cluster;
use crate::{Config, Node, Peer};

/// What a driver drives: a node from before its `init` until its end.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub enum Broadcaster {
    /// Some other node is the master.
    Follower(Node<Follower>),
    /// This node is the master.
    Leader(Node<Leader>),
    /// Nobody has told this node its number yet.
    Uninitialised(Config),
}

impl Broadcaster {
    /// A node that waits for its `init`.
    pub const fn new(config: Config) -> Self {
        Self::Uninitialised(config)
    }

    /// From now on that node is the master; it may be this one. Values that this node holds reach the whole cluster once
    /// every node has been told the same. Before `init` there is nobody to follow, and nothing happens.
    pub fn follow(&mut self, master: u32, now: Time, out: &mut Outbox<Peer>) {
        let vacated = Self::Uninitialised(self.config());
        *self = match std::mem::replace(self, vacated) {
            Self::Follower(node) if node.number() == master => Self::Leader(node.promote(now, out)),
            Self::Follower(node) => Self::Follower(node.follow(master, now, out)),
            Self::Leader(node) if node.number() != master => Self::Follower(node.demote(master, now, out)),
            unchanged @ (Self::Leader(_) | Self::Uninitialised(_)) => unchanged,
        };
    }

    /// Follows whom it should, if that has changed, and sends at once what is due to the new master.
    #[cold]
    fn change_masters(&mut self, master: u32, now: Time, out: &mut Outbox<Peer>) {
        self.follow(master, now, out);
        self.on_wake(now, out);
    }

    fn next_master(&self) -> Option<u32> {
        match self {
            Self::Follower(node) => node.next_master(),
            Self::Leader(node) => node.next_master(),
            Self::Uninitialised(_) => None,
        }
    }

    /// This node's place in the cluster's list, once `init` has told it.
    pub const fn number(&self) -> Option<u32> {
        match self {
            Self::Follower(node) => Some(node.number()),
            Self::Leader(node) => Some(node.number()),
            Self::Uninitialised(_) => None,
        }
    }

    /// What this node is built to do.
    pub const fn config(&self) -> Config {
        match self {
            Self::Follower(node) => node.config(),
            Self::Leader(node) => node.config(),
            Self::Uninitialised(config) => *config,
        }
    }

    /// A message that may make this node another.
    #[cold]
    fn consider(&mut self, now: Time, source: Address, body: &Body<Peer>, out: &mut Outbox<Peer>) {
        match self {
            Self::Follower(node) => node.on_message(now, source, body, out),
            Self::Leader(node) => node.on_message(now, source, body, out),
            &mut Self::Uninitialised(config) => self.on_first_message(config, now, source, body, out),
        }
        if let Some(master) = self.next_master() {
            self.change_masters(master, now, out);
        }
    }

    /// A message before `init`, unless it is the `init`.
    #[cold]
    fn on_first_message(
        &mut self,
        config: Config,
        now: Time,
        source: Address,
        body: &Body<Peer>,
        out: &mut Outbox<Peer>,
    ) {
        match body {
            &Body::Request { id, request: Request::Init { node, nodes } } if node < nodes => {
                *self = initialised(config, now, node, nodes);
                out.reply(source, id, Reply::InitOk);
            }
            Body::Request { id, request: Request::Init { node, nodes } } => {
                let text = format!("no node {node} of {nodes}: expected a number below that of the nodes");
                out.reply(source, *id, Reply::error(ErrorCode::MALFORMED_REQUEST, text));
            }
            Body::Request { id, .. } => {
                let text = "not initialised: expected `init` first";
                out.reply(source, *id, Reply::error(ErrorCode::TEMPORARILY_UNAVAILABLE, text));
            }
            // A node that was initialised earlier repeats itself until it is acknowledged, so nothing is lost.
            Body::Peer(_) | Body::Reply { .. } => {}
        }
    }
}

impl Machine for Broadcaster {
    type Peer = Peer;

    #[inline]
    fn on_message(&mut self, now: Time, source: Address, body: &Body<Peer>, out: &mut Outbox<Peer>) {
        match self {
            // Nearly all, and none of them watches its master.
            Self::Follower(node) if node.is_unconcerned() => node.on_message(now, source, body, out),
            Self::Leader(node) if node.is_unconcerned() => node.on_message(now, source, body, out),
            _ => self.consider(now, source, body, out),
        }
    }

    fn on_wake(&mut self, now: Time, out: &mut Outbox<Peer>) {
        match self {
            Self::Follower(node) => node.on_wake(now, out),
            Self::Leader(node) => node.on_wake(now, out),
            Self::Uninitialised(_) => {}
        }
        if let Some(master) = self.next_master() {
            self.change_masters(master, now, out);
        }
    }

    #[inline]
    fn next_wake(&self) -> Option<Time> {
        match self {
            Self::Follower(node) => node.next_wake(),
            Self::Leader(node) => node.next_wake(),
            Self::Uninitialised(_) => None,
        }
    }

    #[inline]
    fn look_ahead(&self) {
        match self {
            Self::Follower(node) => node.look_ahead(),
            Self::Leader(node) => node.look_ahead(),
            Self::Uninitialised(_) => {}
        }
    }
}

impl fmt::Display for Broadcaster {
    /// Its role and its configuration, for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = match self {
            Self::Follower(_) => Follower::NAME,
            Self::Leader(_) => Leader::NAME,
            Self::Uninitialised(_) => "uninitialised",
        };
        write!(f, "{role} ({})", self.config())
    }
}

/// The master is the centre at first.
fn initialised(config: Config, now: Time, node: u32, nodes: u32) -> Broadcaster {
    let master = Cluster::new(nodes).root();
    if node == master {
        Broadcaster::Leader(Node::leading(config, nodes, node).newborn(now))
    } else {
        Broadcaster::Follower(Node::following(config, nodes, node, master).newborn(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{ValueSet, Values};
    use std::sync::Arc;

    const CLIENT: Address = Address::client(9);

    fn uninitialised() -> Broadcaster {
        Broadcaster::new(Config::named(&["topology-star", "relay-to-master"]).unwrap())
    }

    fn ask(machine: &mut Broadcaster, request: Request) -> Reply {
        let mut out = Outbox::new();
        machine.on_message(Time::ZERO, CLIENT, &Body::Request { id: 4, request }, &mut out);
        match out.drain().next() {
            Some((CLIENT, Body::Reply { to: 4, reply })) => reply,
            other => panic!("no reply: {other:?}"),
        }
    }

    fn code(reply: Reply) -> ErrorCode {
        match reply {
            Reply::Error { code, .. } => code,
            other => panic!("no error: {other:?}"),
        }
    }

    #[test]
    fn the_centre_leads_and_the_others_follow() {
        for node in 0..5 {
            let mut machine = uninitialised();
            assert_eq!(ask(&mut machine, Request::Init { node, nodes: 5 }), Reply::InitOk);
            assert_eq!(matches!(machine, Broadcaster::Leader(_)), node == 1);
        }
    }

    #[test]
    fn before_init_clients_are_refused_and_peers_are_not_heard() {
        let mut machine = uninitialised();
        for request in [Request::Read, Request::Broadcast { message: 7 }, Request::Topology(Arc::new(Vec::new()))] {
            assert_eq!(code(ask(&mut machine, request)), ErrorCode::TEMPORARILY_UNAVAILABLE);
        }
        let mut out = Outbox::new();
        machine.on_message(
            Time::ZERO,
            Address::other(0),
            &Body::Peer(Peer::Spread { message: 7, msg_id: 0 }),
            &mut out,
        );
        assert!(out.is_empty());
        assert_eq!(code(ask(&mut machine, Request::Init { node: 5, nodes: 5 })), ErrorCode::MALFORMED_REQUEST);
        ask(&mut machine, Request::Init { node: 1, nodes: 5 });
        ask(&mut machine, Request::Topology(Arc::default()));
        assert_eq!(ask(&mut machine, Request::Read), Reply::ReadOk { messages: Values::Set(Box::default()) });
    }

    #[test]
    fn a_second_init_is_the_same_or_an_error() {
        let mut machine = uninitialised();
        ask(&mut machine, Request::Init { node: 1, nodes: 5 });
        ask(&mut machine, Request::Topology(Arc::default()));
        ask(&mut machine, Request::Broadcast { message: 7 });
        assert_eq!(ask(&mut machine, Request::Init { node: 1, nodes: 5 }), Reply::InitOk);
        assert_eq!(code(ask(&mut machine, Request::Init { node: 2, nodes: 5 })), ErrorCode::PRECONDITION_FAILED);
        let held = Values::from(&ValueSet::from_iter([7]));
        assert_eq!(ask(&mut machine, Request::Read), Reply::ReadOk { messages: held });
    }

    #[test]
    fn whatever_else_a_client_asks() {
        let mut machine = uninitialised();
        ask(&mut machine, Request::Init { node: 4, nodes: 5 });
        let echo = Box::new("said".into());
        assert_eq!(ask(&mut machine, Request::Echo { echo: Box::clone(&echo) }), Reply::EchoOk { echo });
        assert_eq!(ask(&mut machine, Request::Topology(Arc::new(vec![vec![]; 5]))), Reply::TopologyOk);
        assert_eq!(machine.to_string(), "follower (topology-star, relay-to-master)");
    }
}
