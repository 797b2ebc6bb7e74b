//! Nodes with one planted mistake each: the sound node, with what it says or hears changed on the way.

use std::collections::BTreeSet;

use node::{Broadcaster, Peer};
use protocol::{Address, Body, Machine, Outbox, Time};

use crate::invariant::{self, Breach};
use crate::scenario::Scenario;

/// What is wrong with a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// What a follower hands over, its master keeps to itself.
    MasterKeepsToItself,
    /// A node that was started again does not ask what it has lost.
    NeverAsksAfterARestart,
    /// What was sent once is never sent again.
    NeverRepeats,
    /// It takes what it has sent for acknowledged at once.
    TakesSentForAcknowledged,
}

/// A node with a mistake.
pub(crate) struct Mistaken {
    mistake: Mistake,
    node: Broadcaster,
    /// What it has said so far, by receiver and number.
    said: BTreeSet<(Address, u64)>,
}

/// Runs a scenario with nodes that all make the mistake.
pub(crate) fn run(mistake: Mistake, scenario: &Scenario) -> Result<(), Breach> {
    let config = scenario.config();
    invariant::run(scenario, |_| Mistaken { mistake, node: Broadcaster::new(config), said: BTreeSet::new() })
}

impl Mistaken {
    /// Hands on what the node has to say, but for what it forgets.
    fn say(&mut self, now: Time, mut said: Outbox<Peer>, out: &mut Outbox<Peer>) {
        let mut early = Vec::new();
        for (dest, body) in said.drain() {
            let number = match &body {
                Body::Peer(Peer::Relay { msg_id, .. } | Peer::Spread { msg_id, .. }) => Some(*msg_id),
                _ => None,
            };
            let is_kept = match (self.mistake, &body) {
                (Mistake::NeverRepeats, _) => number.is_none_or(|number| self.said.insert((dest, number))),
                (Mistake::NeverAsksAfterARestart, Body::Peer(Peer::Recover { .. })) => false,
                (Mistake::TakesSentForAcknowledged, _) => {
                    early.extend(number.map(|number| (dest, number)));
                    true
                }
                _ => true,
            };
            if is_kept {
                out.send(dest, body);
            }
        }
        for (dest, in_reply_to) in early {
            self.node.on_message(now, dest, &Body::Peer(Peer::Ack { in_reply_to }), &mut Outbox::new());
        }
    }
}

impl Machine for Mistaken {
    type Peer = Peer;

    fn on_message(&mut self, now: Time, source: Address, body: &Body<Peer>, out: &mut Outbox<Peer>) {
        if let (Mistake::MasterKeepsToItself, &Body::Peer(Peer::Relay { msg_id, .. })) = (self.mistake, body) {
            out.tell(source, Peer::Ack { in_reply_to: msg_id });
            return;
        }
        let mut said = Outbox::new();
        self.node.on_message(now, source, body, &mut said);
        self.say(now, said, out);
    }

    fn on_wake(&mut self, now: Time, out: &mut Outbox<Peer>) {
        let mut said = Outbox::new();
        self.node.on_wake(now, &mut said);
        self.say(now, said, out);
    }

    fn next_wake(&self) -> Option<Time> {
        self.node.next_wake()
    }
}
