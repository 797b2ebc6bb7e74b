//! A list that is mostly of one, which then lies in place: a node of a large cluster has one link, which waits for one
//! acknowledgement, and what lies apart in memory is slow where there are many nodes.
//!
//! Absent: growing. Whoever needs a longer list makes one.

use std::ops::{Deref, DerefMut};
use std::slice;

/// One, or another number of them.
#[derive(Clone, Debug)]
pub(crate) enum Few<T> {
    Many(Box<[T]>),
    One(T),
}

impl<T> Default for Few<T> {
    /// None.
    fn default() -> Self {
        Self::Many(Box::default())
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items: Vec<T> = items.into_iter().collect();
        match items.pop() {
            Some(only) if items.is_empty() => Self::One(only),
            last => {
                items.extend(last);
                Self::Many(items.into_boxed_slice())
            }
        }
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Self::Many(items) => items,
            Self::One(only) => slice::from_ref(only),
        }
    }
}

impl<T> DerefMut for Few<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Self::Many(items) => items,
            Self::One(only) => slice::from_mut(only),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_list() {
        assert!(Few::<u8>::default().is_empty());
        for length in 0..4_u8 {
            let mut few: Few<u8> = (0..length).collect();
            assert_eq!(matches!(few, Few::One(_)), length == 1);
            few.iter_mut().for_each(|item| *item += 1);
            assert!(few.iter().copied().eq(1..=length));
        }
    }
}
