//! What is under way to one receiver, smallest deadline first; of equal ones the one sent first.
//!
//! Where latencies are constant, messages between servers come in the order of their deadlines, and a ring takes them for
//! next to nothing. What comes out of that order, such as a client's request, whose latency is zero, goes into a heap. So
//! no distribution of latencies costs more than a heap alone.
//!
//! Absent: when the receiver takes a message, and what it then does with it ([`crate::network`]).

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

use protocol::{Address, Time};

/// One message in a queue.
#[derive(Debug)]
pub(crate) struct Queued<P> {
    pub(crate) deadline: Time,
    /// The network's number of the message.
    pub(crate) id: u64,
    /// Who sent it.
    pub(crate) src: Address,
    /// What it says.
    pub(crate) body: P,
}

/// A queue of messages.
#[derive(Debug)]
pub(crate) struct Inbox<P> {
    in_order: VecDeque<Queued<P>>,
    overtaking: BinaryHeap<Reverse<Queued<P>>>,
}

impl<P> Inbox<P> {
    pub(crate) const fn new() -> Self {
        Self { in_order: VecDeque::new(), overtaking: BinaryHeap::new() }
    }

    /// Puts in a message. Its number is higher than those of all before it.
    pub(crate) fn push(&mut self, message: Queued<P>) {
        if self.in_order.back().is_none_or(|last| last.deadline <= message.deadline) {
            self.in_order.push_back(message);
        } else {
            self.overtaking.push(Reverse(message));
        }
    }

    /// Takes out the message with the smallest deadline.
    pub(crate) fn pop(&mut self) -> Option<Queued<P>> {
        match (self.in_order.front(), self.overtaking.peek()) {
            (Some(first), Some(Reverse(other))) if other < first => {}
            (Some(_), _) => return self.in_order.pop_front(),
            (None, _) => {}
        }
        self.overtaking.pop().map(|Reverse(message)| message)
    }
}

impl<P> Queued<P> {
    const fn order(&self) -> (Time, u64) {
        (self.deadline, self.id)
    }
}

impl<P> PartialEq for Queued<P> {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl<P> Eq for Queued<P> {}

impl<P> PartialOrd for Queued<P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P> Ord for Queued<P> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Deadlines to be put in, or nothing: one is to be taken out.
        #[test]
        fn the_smallest_deadline_comes_first(steps in prop::collection::vec(prop::option::weighted(0.6, 0_u64..20), 0..200)) {
            let mut inbox = Inbox::new();
            let mut oracle = BTreeSet::new();
            for (id, step) in (0..).zip(steps) {
                if let Some(deadline) = step {
                    inbox.push(Queued { deadline: Time::from_nanos(deadline), id, src: Address::node(0), body: () });
                    oracle.insert((Time::from_nanos(deadline), id));
                } else {
                    prop_assert_eq!(inbox.pop().map(|message| message.order()), oracle.pop_first());
                }
            }
        }
    }
}
