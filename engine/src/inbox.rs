//! What is under way to one receiver, smallest deadline first; of equal ones the one sent first.
//!
//! Where latencies are constant, messages between servers come in the order of their deadlines, and a ring takes them for
//! next to nothing. What comes out of that order, such as a client's request, whose latency is zero, goes into a heap. So
//! no distribution of latencies costs more than a heap alone.
//!
//! Absent: the messages, which stand here as numbers ([`crate::slab`]), and when the receiver takes one
//! ([`crate::network`]).

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use protocol::Time;

/// A queue of messages.
#[derive(Debug)]
pub(crate) struct Inbox {
    in_order: VecDeque<(Time, u32)>,
    /// With a number that counts up, so that of equal deadlines the first sent comes first.
    overtaking: BinaryHeap<Reverse<(Time, u64, u32)>>,
}

impl Inbox {
    pub(crate) const fn new() -> Self {
        Self { in_order: VecDeque::new(), overtaking: BinaryHeap::new() }
    }

    /// Puts in a message. `id` is higher than those of all before it.
    pub(crate) fn push(&mut self, deadline: Time, id: u64, message: u32) {
        if self.in_order.back().is_none_or(|&(last, _)| last <= deadline) {
            self.in_order.push_back((deadline, message));
        } else {
            self.overtaking.push(Reverse((deadline, id, message)));
        }
    }

    /// Takes out the message with the smallest deadline.
    pub(crate) fn pop(&mut self) -> Option<(Time, u32)> {
        // Of equal deadlines the one in order was sent first: a message overtakes one with a larger deadline, and what
        // comes in order behind that one has a larger deadline still.
        let first = self.in_order.front().map_or(Time::MAX, |&(deadline, _)| deadline);
        if self.overtaking.peek().is_none_or(|&Reverse((deadline, _, _))| deadline >= first) {
            return self.in_order.pop_front();
        }
        self.overtaking.pop().map(|Reverse((deadline, _, message))| (deadline, message))
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
            for (id, step) in (0_u32..).zip(steps) {
                if let Some(deadline) = step {
                    inbox.push(Time::from_nanos(deadline), id.into(), id);
                    oracle.insert((Time::from_nanos(deadline), id));
                } else {
                    prop_assert_eq!(inbox.pop(), oracle.pop_first());
                }
            }
        }
    }
}
