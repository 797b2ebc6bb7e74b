//! What is under way to one receiver, smallest deadline first; of equal ones the one sent first.
//!
//! Where latencies are constant, messages between servers come in the order of their deadlines, and each is tied to the one
//! before it. What comes out of that order, such as a client's request, whose latency is zero, goes into a heap. So no
//! distribution of latencies costs more than a heap alone, and a constant one costs next to nothing.
//!
//! Absent: when the receiver takes a message ([`crate::network`]).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use protocol::Time;

use crate::messages::{Chain, Messages, Place};

/// A queue of messages, by their places.
#[derive(Debug)]
pub(crate) struct Inbox {
    in_order: Chain,
    /// With the network's number, so that of equal deadlines the first sent comes first.
    overtaking: BinaryHeap<Reverse<(Time, u64, Place)>>,
}

impl Inbox {
    pub(crate) const fn new() -> Self {
        Self { in_order: Chain::new(), overtaking: BinaryHeap::new() }
    }

    /// Puts in a message of that deadline. Its number is higher than those of all before it.
    #[inline]
    pub(crate) fn push<P>(&mut self, place: Place, id: u64, deadline: Time, messages: &mut Messages<P>) {
        if self.in_order.last().is_none_or(|last| messages.at(last).deadline <= deadline) {
            self.in_order.push(place, messages);
        } else {
            self.overtaking.push(Reverse((deadline, id, place)));
        }
    }

    /// Takes out the message with the smallest deadline.
    #[inline]
    pub(crate) fn pop<P>(&mut self, messages: &Messages<P>) -> Option<Place> {
        // Of equal deadlines the one in order was sent first: a message overtakes one with a larger deadline, and what
        // comes in order behind that one has a larger deadline still.
        match (self.in_order.first(), self.overtaking.peek()) {
            (Some(first), Some(&Reverse((deadline, _, _)))) if deadline < messages.at(first).deadline => {}
            (Some(_), _) => return self.in_order.pop(messages),
            (None, Some(_)) => {}
            (None, None) => return None,
        }
        self.pop_overtaking()
    }

    /// The first of those that come in order.
    pub(crate) fn first_in_order(&self) -> Option<Place> {
        self.in_order.first()
    }

    fn pop_overtaking(&mut self) -> Option<Place> {
        self.overtaking.pop().map(|Reverse((_, _, place))| place)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use protocol::Address;

    use super::*;

    proptest! {
            /// Deadlines to be put in, or nothing: one is to be taken out.
            #[test]
            fn the_smallest_deadline_comes_first(steps in prop::collection::vec(prop::option::weighted(0.6, 0_u64..20), 0..200)) {
                let (mut inbox, mut messages) = (Inbox::new(), Messages::new());
                let mut oracle = BTreeSet::new();
                for (id, step) in (0..).zip(steps) {
                    if let Some(deadline) = step {
                        let deadline = Time::from_nanos(deadline);
                        let place = messages.put(&mut "", Address::node(0), id, deadline);
                        inbox.push(place, id, deadline, &mut messages);
                        oracle.insert((deadline, id));
                    } else {
                        let popped = inbox.pop(&messages);
                        let seen = popped.map(|place| (messages.at(place).deadline, messages.at(place).id));
                        prop_assert_eq!(seen, oracle.pop_first());
                        if let Some(place) = popped {
     messages.vacate(place);
    }
                    }
                }
            }
        }
}
