//! Where the network is cut (semantics, 3.4 and 3.5). Cuts of several nemeses hold at once; each heals its own.
//!
//! Absent: when a cut is tested ([`super::Network`]), and who is cut off from whom ([`crate::nemesis`]).

use protocol::Address;

use crate::Nemesis;
use crate::nemesis::Cut;

/// All cuts that hold.
#[derive(Debug)]
pub(super) struct Cuts {
    /// One of each nemesis that cuts.
    all: [Option<Cut>; 3],
    is_any: bool,
    nodes: u32,
}

impl Cuts {
    /// None, in a network of so many nodes.
    pub(super) const fn new(nodes: u32) -> Self {
        Self { all: [None, None, None], is_any: false, nodes }
    }

    /// Cuts the network, or heals it of what the same nemesis has cut.
    pub(super) fn set(&mut self, by: Nemesis, cut: Option<Cut>) {
        let place = match by {
            Nemesis::OneWay => 1,
            Nemesis::Isolate(_) => 2,
            _ => 0,
        };
        self.all[place] = cut;
        self.is_any = self.all.iter().any(Option::is_some);
    }

    /// Whether a cut is between a receiver and a sender: one look for nearly every message. Services and clients are on every side.
    #[inline]
    pub(super) fn is_between(&self, receiver: u32, sender: Address) -> bool {
        self.is_any && self.is_any_between(receiver, sender)
    }

    #[inline(never)]
    fn is_any_between(&self, receiver: u32, sender: Address) -> bool {
        let is_cut = |sender| self.all.iter().flatten().any(|cut| cut.drops(receiver, sender));
        sender.as_node().is_some_and(|sender| receiver < self.nodes && is_cut(sender))
    }
}
