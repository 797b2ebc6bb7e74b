//! What a node does that was killed and started again with nothing: it asks others what they hold.
//!
//! How it can know: whoever starts it tells it its name again, by `init`, but a test offers its `topology` once, to all
//! nodes, before any client or other node says anything (Maelstrom's broadcast workload, semantics section 5.2). So a node
//! that hears anything else first was there before. If nobody says anything, it finds out after [`PATIENCE`]. A node that
//! starts with all the others hears its `topology` in time, and all of this costs it no message.
//!
//! Whom it asks: everybody who may hold a value that it held: those it passes values to and those that pass values to it, and
//! under relaying the master. A master asks everybody, since anybody may have handed it a value that nobody else has heard of.
//! It asks again until it is answered; an answer that comes from a node which was itself started again is as good as any,
//! because that one asks too.
//!
//! What it does with an answer: it takes in what is new to it, sends whoever answered what that one lacks, and others what
//! is new and they lack. So a value that anybody holds reaches everybody, and what all hold costs nothing but the answers: two
//! messages for each node asked.
//!
//! Absent: sending values ([`crate::link`]).

use protocol::{Address, Body, Duration, MessageId, Outbox, Request, Time, ValueSet};

use crate::link::{Ends, Link};
use crate::{Peer, jitter};

/// How far a node's memory is to be trusted.
#[derive(Clone, Debug)]
pub(crate) enum Recovery {
    /// Initialised a moment ago; until then, a `topology` is expected.
    Newborn { until: Time },
    /// It has lost everything, and asks.
    Asking { id: MessageId, asked: Vec<Asked> },
}

/// A node that was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    node: Address,
    /// When it was asked last, and how often before that.
    sent: Time,
    repeats: u8,
    /// What it holds for certain, once it has answered.
    holds: Option<ValueSet>,
}

/// What a message says of the node that hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// It was started with all the others.
    Fresh,
    /// Nothing.
    None,
    /// It was there before.
    Restarted,
}

/// How long a node waits for its `topology` before it takes itself for restarted. All nodes of a cluster are started within
/// that; and a test that reads 10 s after the last fault leaves enough of them.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

impl Recovery {
    pub(crate) fn newborn(now: Time) -> Self {
        Self::Newborn { until: now + PATIENCE }
    }

    /// Asks all of them. Nothing if there is nobody to ask.
    pub(crate) fn asking(
        now: Time,
        me: Address,
        others: impl Iterator<Item = u32>,
        id: MessageId,
        out: &mut Outbox<Peer>,
    ) -> Option<Self> {
        let mut nodes: Vec<Address> = others.map(Address::node).filter(|&node| node != me).collect();
        nodes.sort_unstable();
        nodes.dedup();
        for &node in &nodes {
            out.tell(node, Peer::Recover { msg_id: id });
        }
        let asked = |node| Asked { node, sent: now, repeats: 0, holds: None };
        (!nodes.is_empty()).then(|| Self::Asking { id, asked: nodes.into_iter().map(asked).collect() })
    }

    /// Asks these too, if it asks at all: there are new neighbours.
    pub(crate) fn also_ask(&mut self, now: Time, others: impl Iterator<Item = Address>, out: &mut Outbox<Peer>) {
        let Self::Asking { id, asked } = self else { return };
        for node in others {
            if !asked.iter().any(|asked| asked.node == node) {
                asked.push(Asked { node, sent: now, repeats: 0, holds: None });
                out.tell(node, Peer::Recover { msg_id: *id });
            }
        }
    }

    /// What a message that arrives now says.
    pub(crate) const fn sign_of(&self, body: &Body<Peer>) -> Sign {
        match (self, body) {
            (Self::Asking { .. }, _) | (_, Body::Request { request: Request::Init { .. }, .. }) => Sign::None,
            // Who is asked for an echo takes part in a test of its own, which has no topology and no values.
            (_, Body::Request { request: Request::Topology(_) | Request::Echo { .. }, .. }) => Sign::Fresh,
            _ => Sign::Restarted,
        }
    }

    /// When it wants to be woken.
    pub(crate) fn due(&self) -> Time {
        match self {
            Self::Newborn { until } => *until,
            // Whoever asks has no memory of how long answers take: as long as a link waits at most between two probes.
            Self::Asking { asked, .. } => asked
                .iter()
                .filter(|asked| asked.holds.is_none())
                .map(|asked| asked.sent + Link::FARTHEST_PROBE)
                .min()
                .unwrap_or(Time::MAX),
        }
    }

    /// Asks again where no answer came. True if this node must take itself for restarted.
    pub(crate) fn on_wake(&mut self, now: Time, me: Address, out: &mut Outbox<Peer>) -> bool {
        match self {
            Self::Newborn { until } => *until <= now,
            Self::Asking { id, asked } => {
                let silent = |asked: &&mut Asked| asked.holds.is_none() && asked.sent + Link::FARTHEST_PROBE <= now;
                for asked in asked.iter_mut().filter(silent) {
                    asked.repeats = asked.repeats.saturating_add(1);
                    // A little apart from the others, lest all answers come together for ever.
                    let ends = Ends { source: me, target: asked.node };
                    asked.sent = now + jitter::of(Link::FARTHEST_PROBE, ends, asked.repeats);
                    out.tell(asked.node, Peer::Recover { msg_id: *id });
                }
                false
            }
        }
    }

    /// Takes note of an answer. False if nobody waits for it: one to a life before, or a second one.
    pub(crate) fn answered(&mut self, source: Address, to: MessageId, theirs: &ValueSet) -> bool {
        let Self::Asking { id, asked } = self else { return false };
        let waiting = asked.iter_mut().find(|asked| asked.node == source && asked.holds.is_none() && to == *id);
        let is_awaited = waiting.is_some();
        if let Some(asked) = waiting {
            asked.holds = Some(theirs.clone());
        }
        is_awaited
    }

    /// What a node holds that has answered.
    pub(crate) fn holdings(&self, node: Address) -> Option<&ValueSet> {
        let Self::Asking { asked, .. } = self else { return None };
        asked.iter().find(|asked| asked.node == node)?.holds.as_ref()
    }

    /// A node has lost everything since it answered, and was told all that this one holds now.
    pub(crate) fn told(&mut self, node: Address, ours: &ValueSet) {
        let Self::Asking { asked, .. } = self else { return };
        if let Some(holds) = asked.iter_mut().find(|asked| asked.node == node).and_then(|asked| asked.holds.as_mut()) {
            holds.clone_from(ours);
        }
    }

    /// Whether everybody has answered.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Asking { asked, .. } if asked.iter().all(|asked| asked.holds.is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: Address = Address::node(0);

    fn at(millis: u64) -> Time {
        Time::ZERO + Duration::from_millis(millis)
    }

    fn held(values: &[i64]) -> ValueSet {
        values.iter().copied().collect()
    }

    fn asking() -> Recovery {
        let mut out = Outbox::new();
        let recovery = Recovery::asking(at(0), ME, [2, 0, 1, 2].into_iter(), 5, &mut out).expect("two others");
        let asked: Vec<Address> = out.messages().iter().map(|message| message.dest).collect();
        assert_eq!(asked, [Address::node(1), Address::node(2)], "each once, and not itself");
        recovery
    }

    #[test]
    fn only_a_topology_or_an_echo_comes_first_to_a_fresh_node() {
        let recovery = Recovery::newborn(at(0));
        let request = |request| Body::Request { id: 1, request };
        assert_eq!(recovery.sign_of(&request(Request::Topology(std::sync::Arc::default()))), Sign::Fresh);
        assert_eq!(recovery.sign_of(&request(Request::Echo { echo: Box::default() })), Sign::Fresh);
        assert_eq!(recovery.sign_of(&request(Request::Init { node: 0, nodes: 3 })), Sign::None);
        assert_eq!(recovery.sign_of(&request(Request::Read)), Sign::Restarted);
        assert_eq!(recovery.sign_of(&Body::Peer(Peer::Ack { in_reply_to: 3 })), Sign::Restarted);
        assert_eq!(asking().sign_of(&request(Request::Read)), Sign::None, "it knows already");
    }

    #[test]
    fn who_does_not_answer_is_asked_again() {
        let mut recovery = asking();
        assert!(recovery.answered(Address::node(1), 5, &held(&[7])));
        assert_eq!(recovery.due(), at(2_000));
        let mut out = Outbox::new();
        assert!(!recovery.on_wake(at(1_999), ME, &mut out) && out.is_empty());
        assert!(!recovery.on_wake(at(2_000), ME, &mut out));
        assert_eq!(out.drain().map(|(dest, _)| dest).collect::<Vec<_>>(), [Address::node(2)]);
        assert!(recovery.due() >= at(4_000));
        assert!(!recovery.is_over());
        assert!(recovery.answered(Address::node(2), 5, &held(&[])));
        assert!(recovery.is_over() && recovery.due() == Time::MAX);
    }

    #[test]
    fn answers_to_a_life_before_and_second_answers_are_not_heard() {
        let mut recovery = asking();
        assert!(!recovery.answered(Address::node(1), 4, &held(&[7])), "another life's question");
        assert!(!recovery.answered(Address::node(3), 5, &held(&[7])), "never asked");
        assert!(recovery.answered(Address::node(1), 5, &held(&[7])));
        assert!(!recovery.answered(Address::node(1), 5, &held(&[7, 8])));
        assert_eq!(recovery.holdings(Address::node(1)), Some(&held(&[7])));
        recovery.told(Address::node(1), &held(&[8]));
        recovery.told(Address::node(2), &held(&[8]));
        assert_eq!(recovery.holdings(Address::node(1)), Some(&held(&[8])), "it lost the 7 and was told of the 8");
        assert_eq!(recovery.holdings(Address::node(2)), None, "it will say itself");
    }

    #[test]
    fn a_node_without_others_has_lost_nothing() {
        assert!(Recovery::asking(at(0), ME, std::iter::empty(), 5, &mut Outbox::new()).is_none());
    }
}
