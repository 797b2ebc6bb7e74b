//! Places for what is numbered without gaps, in a circle: each number has its own, and whoever knows a number finds it there by one
//! mask.
//!
//! Absent: which numbers are in use. Whoever has a ring knows the first and how many there are.

use std::ops::Range;

use protocol::MessageId;

use crate::few::Few;

/// Places by number. There is a power of two of them.
#[derive(Clone, Debug)]
pub(super) struct Ring<T>(Few<T>);

impl<T: Copy> Ring<T> {
    /// A single place, in which something lies.
    pub(super) const fn new(entry: T) -> Self {
        Self(Few::One(entry))
    }

    /// What lies at a number's place.
    #[inline]
    pub(super) fn at(&self, number: MessageId) -> &T {
        &self.0[place(number, self.0.len())]
    }

    /// The same, to be changed.
    #[inline]
    pub(super) fn at_mut(&mut self, number: MessageId) -> &mut T {
        let place = place(number, self.0.len());
        &mut self.0[place]
    }

    /// All places, for whoever looks at more than one and wants to find out once where they lie.
    #[inline]
    pub(super) fn places(&mut self) -> Places<'_, T> {
        Places(&mut self.0)
    }

    /// Makes more places. What lies at the numbers in use lies there still.
    pub(super) fn grow(&mut self, used: Range<MessageId>) {
        let places = (self.0.len() * 2).max(LEAST);
        let mut grown = vec![*self.at(used.start); places];
        for number in used {
            grown[place(number, places)] = *self.at(number);
        }
        self.0 = Few::Many(grown.into_boxed_slice());
    }
}

/// A ring's places.
pub(super) struct Places<'a, T>(&'a mut [T]);

impl<T> Places<'_, T> {
    /// How many there are.
    #[inline]
    pub(super) const fn number(&self) -> usize {
        self.0.len()
    }

    /// What lies at a number's place.
    #[inline]
    pub(super) fn at(&mut self, number: MessageId) -> &mut T {
        let place = place(number, self.0.len());
        &mut self.0[place]
    }
}

/// How many places there are at least when one is too few.
const LEAST: usize = 4;

#[expect(clippy::cast_possible_truncation, reason = "below the number of places")]
#[inline]
const fn place(number: MessageId, places: usize) -> usize {
    (number & (places as u64 - 1)) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_queue_of_numbered_entries(first in 0_u64..9, steps in prop::collection::vec(prop::option::weighted(0.6, any::<u8>()), 0..60)) {
            let (mut ring, mut used, mut oracle) = (Ring::new(0), first..first, VecDeque::new());
            for step in steps {
                if let Some(entry) = step {
                    if ring.places().number() == oracle.len() {
                        ring.grow(used.clone());
                    }
                    *ring.at_mut(used.end) = entry;
                    used.end += 1;
                    oracle.push_back(entry);
                } else if let Some(entry) = oracle.pop_front() {
                    prop_assert_eq!(*ring.at(used.start), entry);
                    used.start += 1;
                }
                prop_assert!(used.clone().map(|number| ring.at(number)).eq(&oracle));
            }
        }
    }
}
