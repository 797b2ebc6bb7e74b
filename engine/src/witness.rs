//! Whoever watches a test's messages: told of each when it is sent, when it arrives, and when and why it is lost.
//!
//! A witness sees and never touches, so a watched run is the same run. Nearly every test has [`Unwatched`], which the
//! compiler leaves out: watching costs nothing where nobody watches.
//!
//! Absent: what nodes and clients make of a message; that is in the [`crate::history`].

use protocol::{Address, Time};

use crate::test::Fate;

/// Is told what happens to a test's messages, in the order in which it happens.
pub trait Witness<P> {
    /// Whether anything is told at all: where nobody watches, nothing is even looked up.
    const WATCHES: bool = true;

    /// The history's time begins: all nodes are initialised.
    fn began(&mut self, now: Time);

    /// Something happens to a node. What is told of it from now on happens after that.
    fn befell(&mut self, now: Time, node: u32, fate: Fate);

    /// A message was accepted from its sender. `id` is the network's number of it, and counts up.
    fn sent(&mut self, now: Time, id: u64, ends: Ends, body: &P);

    /// The network made a second copy of the message: it will arrive, or be lost, once more.
    fn doubled(&mut self, id: u64);

    /// A copy of the message was handed to its receiver.
    fn arrived(&mut self, now: Time, id: u64);

    /// A copy of the message is gone.
    fn lost(&mut self, now: Time, id: u64, why: Loss);
}

/// Who sends to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The sender.
    pub src: Address,
    /// The receiver.
    pub dest: Address,
}

/// Why a message never arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// By chance ([`crate::Nemesis::Loss`]).
    Chance,
    /// On a cut, when its receiver came to take it (semantics, section 3.4).
    Cut,
    /// Its receiver was dead.
    Dead,
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl<P> Witness<P> for Unwatched {
    const WATCHES: bool = false;

    #[inline]
    fn began(&mut self, _now: Time) {}
    #[inline]
    fn befell(&mut self, _now: Time, _node: u32, _fate: Fate) {}
    #[inline]
    fn sent(&mut self, _now: Time, _id: u64, _ends: Ends, _body: &P) {}
    #[inline]
    fn doubled(&mut self, _id: u64) {}
    #[inline]
    fn arrived(&mut self, _now: Time, _id: u64) {}
    #[inline]
    fn lost(&mut self, _now: Time, _id: u64, _why: Loss) {}
}
