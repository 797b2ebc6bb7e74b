//! A queue whose first entry lies in place. A link of a large cluster mostly waits for one acknowledgement at a time, and what
//! lies apart in memory is slow where there are many nodes.
//!
//! Absent: what the entries are.

use std::collections::VecDeque;

/// First in, first out.
#[derive(Clone, Debug)]
pub(super) struct Queue<T> {
    first: Option<T>,
    /// Empty where there is no first.
    others: VecDeque<T>,
}

impl<T> Queue<T> {
    pub(super) const fn new() -> Self {
        Self { first: None, others: VecDeque::new() }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(super) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.others.len()
    }

    pub(super) const fn first(&self) -> Option<&T> {
        self.first.as_ref()
    }

    pub(super) const fn first_mut(&mut self) -> Option<&mut T> {
        self.first.as_mut()
    }

    /// The entry behind so many others.
    #[inline]
    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        match place.checked_sub(1) {
            None => self.first.as_mut(),
            Some(place) => self.others.get_mut(place),
        }
    }

    #[inline]
    pub(super) fn push(&mut self, entry: T) {
        if self.first.is_none() {
            self.first = Some(entry);
        } else {
            self.others.push_back(entry);
        }
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<T> {
        std::mem::replace(&mut self.first, self.others.pop_front())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.first.iter().chain(&self.others)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.first.iter_mut().chain(&mut self.others)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_queue(steps in prop::collection::vec(prop::option::weighted(0.6, any::<u8>()), 0..60)) {
            let (mut queue, mut oracle) = (Queue::new(), VecDeque::new());
            for step in steps {
                if let Some(entry) = step {
                    queue.push(entry);
                    oracle.push_back(entry);
                } else {
                    prop_assert_eq!(queue.pop(), oracle.pop_front());
                }
                prop_assert!(queue.iter().eq(&oracle));
                prop_assert!(queue.iter_mut().eq(&mut oracle));
                prop_assert_eq!((queue.len(), queue.is_empty()), (oracle.len(), oracle.is_empty()));
                prop_assert_eq!(queue.first(), oracle.front());
                prop_assert_eq!(queue.first_mut(), oracle.front_mut());
                for place in 0..4 {
                    prop_assert_eq!(queue.get_mut(place), oracle.get_mut(place));
                }
            }
        }
    }
}
