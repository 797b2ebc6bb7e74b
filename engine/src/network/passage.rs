//! Behind the hold: a message's way into its node ([`ProcessDelay`]), and nodes that do not take what arrives.
//!
//! Nearly every test has neither, and a message then arrives when its hold is over: one look tells ([`Passage::is_free`]).
//!
//! Absent: where the messages are meanwhile ([`super::Receiver`]).

use std::collections::BTreeMap;

use protocol::Duration;

use crate::random::Random;
use crate::{Options, ProcessDelay};

/// What is between the queues and the nodes.
#[derive(Debug)]
pub(super) struct Passage {
    delay: ProcessDelay,
    delays: Random,
    /// Receivers for which its mean is another.
    own_delays: BTreeMap<u32, u64>,
    /// Nodes that do not take what arrives.
    halted: BTreeMap<u32, Halt>,
    /// Whether nothing is delayed and nobody was ever halted.
    is_free: bool,
}

/// Why a node does not take what arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Halt {
    /// It is dead.
    Dead,
    /// It is stopped, and so many messages wait for it to go on.
    Stopped(u32),
}

impl Passage {
    pub(super) fn new(options: &Options) -> Self {
        let own_delays = options.own_process_delays();
        Self {
            delay: options.process_delay,
            delays: Random::stream(options.seed, "process delay"),
            is_free: options.process_delay.mean_us == 0 && own_delays.is_empty(),
            own_delays,
            halted: BTreeMap::new(),
        }
    }

    /// Whether whatever comes out of a queue arrives at once, and is taken.
    #[inline]
    pub(super) const fn is_free(&self) -> bool {
        self.is_free
    }

    /// What a message's way into its node takes.
    pub(super) fn draw(&mut self, receiver: u32) -> Duration {
        let ProcessDelay { mean_us, distribution } = self.delay;
        let mean_us = self.own_delays.get(&receiver).copied().unwrap_or(mean_us);
        Duration::from_micros(distribution.draw(mean_us, &mut self.delays))
    }

    /// Stops a node, unless it is stopped or dead already: then false.
    pub(super) fn pause(&mut self, node: u32) -> bool {
        self.halt(node, Halt::Stopped(0))
    }

    /// A stopped node goes on: how many messages have waited, if it was stopped.
    pub(super) fn resume(&mut self, node: u32) -> Option<u32> {
        match self.halted.remove(&node) {
            Some(Halt::Stopped(waiting)) => Some(waiting),
            Some(Halt::Dead) | None => None,
        }
    }

    /// A node dies, unless it is stopped or dead already: then false.
    pub(super) fn kill(&mut self, node: u32) -> bool {
        self.halt(node, Halt::Dead)
    }

    /// A dead node is there again.
    pub(super) fn revive(&mut self, node: u32) {
        self.halted.remove(&node);
    }

    /// Whether a node is dead.
    #[inline]
    pub(super) fn is_dead(&self, node: u32) -> bool {
        !self.is_free && self.halted.get(&node) == Some(&Halt::Dead)
    }

    /// Whether a node is stopped.
    pub(super) fn is_stopped(&self, node: u32) -> bool {
        matches!(self.halted.get(&node), Some(Halt::Stopped(_)))
    }

    /// Lets a message that has arrived wait, if its receiver is stopped.
    pub(super) fn waits(&mut self, node: u32) -> bool {
        let Some(Halt::Stopped(waiting)) = self.halted.get_mut(&node) else { return false };
        *waiting += 1;
        true
    }

    fn halt(&mut self, node: u32, why: Halt) -> bool {
        let is_on = !self.halted.contains_key(&node);
        if is_on {
            self.halted.insert(node, why);
            self.is_free = false;
        }
        is_on
    }

    /// From now on the way takes another time.
    #[cfg(test)]
    pub(super) fn set_delay(&mut self, delay: ProcessDelay) {
        self.is_free &= delay.mean_us == 0;
        self.delay = delay;
    }
}
