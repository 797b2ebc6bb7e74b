//! What a set of values held when it was read, in as little room as a read of thousands can do with.
//!
//! A node has nearly all values up to some one, and of those behind it the few that are on their way. So the words in which no
//! value is lacking are a number, and only those behind them are copied: a history of a hundred thousand reads takes some
//! megabytes, and whoever judges it looks at a word or two of each.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::iter::repeat_n;
use std::ops::Range;

use serde::{Serialize, Serializer};
use smallvec::SmallVec;

use super::{Value, ValueSet, Values, ascending, beyond};

/// The values that a set held at some time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// So many words from 0 on lack no value.
    full: usize,
    /// The words behind those, in place as long as few values are on their way.
    tail: SmallVec<[u64; 4]>,
    #[expect(clippy::box_collection, reason = "hardly ever there, and a word is smaller than three")]
    rest: Option<Box<BTreeSet<Value>>>,
}

/// A set as bits, 64 values a word from 0: so many words that lack none, and the words behind those. Behind these nothing is in the set.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// How many words lack no value.
    pub full: usize,
    /// The words behind them.
    pub tail: &'a [u64],
}

/// How many words are looked at together.
const STRIDE: usize = 8;

impl ValueSet {
    /// What it holds now.
    pub fn snapshot(&self) -> Snapshot {
        let is_full = |words: &&[u64]| words.iter().fold(u64::MAX, |all, bits| all & bits) == u64::MAX;
        // Several at a time as far as that goes, then one by one.
        let mut full = self.words.chunks_exact(STRIDE).take_while(is_full).count() * STRIDE;
        full += self.words[full..].chunks(1).take_while(is_full).count();
        Snapshot { full, tail: SmallVec::from_slice(&self.words[full..]), rest: self.rest.clone() }
    }
}

impl Snapshot {
    /// Whether the value was in the set.
    pub fn contains(&self, value: Value) -> bool {
        let (place, bit) = ValueSet::place(value);
        self.small().word(place) & bit != 0 || self.rest.as_ref().is_some_and(|rest| rest.contains(&value))
    }

    /// How many values there were.
    pub fn len(&self) -> usize {
        let ones: usize = self.tail.iter().map(|word| word.count_ones() as usize).sum();
        self.full * 64 + ones + self.rest.as_ref().map_or(0, |rest| rest.len())
    }

    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.full == 0 && self.tail.is_empty() && self.rest.is_none()
    }

    /// The values in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        ascending((0..).zip(self.small().iter()), beyond(self.rest.as_deref(), ..0), beyond(self.rest.as_deref(), 0..))
    }

    /// The values of a set that were not in this one, in ascending order.
    pub fn lacking<'a>(&'a self, of: &'a ValueSet) -> impl Iterator<Item = Value> + 'a {
        let rest = |value: &Value| !self.contains(*value);
        let words = (0..).zip(of.words.iter().enumerate()).skip(self.full);
        let words = words.map(|(number, (place, bits))| (number, bits & !self.small().word(place)));
        ascending(words, of.rest(..0).filter(rest), of.rest(0..).filter(rest))
    }

    /// The set as bits, if every value was small and not negative. For whoever compares many reads: one operation answers for 64
    /// values.
    pub fn words(&self) -> Option<Words<'_>> {
        self.rest.is_none().then_some(self.small())
    }

    /// The values that have a bit.
    fn small(&self) -> Words<'_> {
        Words { full: self.full, tail: &self.tail }
    }
}

impl<'a> Words<'a> {
    /// The word of that number.
    #[inline]
    pub fn word(self, number: usize) -> u64 {
        match number.checked_sub(self.full) {
            None => u64::MAX,
            Some(behind) => self.tail.get(behind).copied().unwrap_or(0),
        }
    }

    /// All of them in order.
    pub fn iter(self) -> impl Iterator<Item = u64> + 'a {
        repeat_n(u64::MAX, self.full).chain(self.tail.iter().copied())
    }

    /// The words of a range, where they lie one behind the other.
    #[inline]
    pub fn of(self, range: Range<usize>) -> Option<&'a [u64]> {
        self.tail.get(range.start.checked_sub(self.full)?..range.end - self.full)
    }
}

impl From<&ValueSet> for Values {
    /// What a read of the set returns.
    fn from(set: &ValueSet) -> Self {
        Self::Set(Box::new(set.snapshot()))
    }
}

impl Values {
    /// The integers among them as a set, lent where there is one.
    pub fn as_snapshot(&self) -> Cow<'_, Snapshot> {
        match self {
            Self::List(_) => Cow::Owned(self.integers().collect::<ValueSet>().snapshot()),
            Self::Set(set) => Cow::Borrowed(set),
        }
    }
}

impl Serialize for Snapshot {
    /// As the list of its values, smallest first.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Sets that begin with all values up to some one, as nodes' do, and others.
        #[test]
        fn a_snapshot_is_the_set(full in 0_i64..400, values in prop::collection::vec(prop_oneof![-3_i64..500, any::<i64>(), Just(1 << 24)], 0..80)) {
            let set: ValueSet = (0..full).chain(values.iter().copied()).collect();
            let snapshot = set.snapshot();
            prop_assert!(snapshot.iter().eq(set.iter()));
            prop_assert_eq!((snapshot.len(), snapshot.is_empty()), (set.len(), set.is_empty()));
            prop_assert!((-5..510).chain(values.iter().copied()).all(|value| snapshot.contains(value) == set.contains(value)));
            prop_assert_eq!(snapshot.words().is_some(), values.iter().all(|value| (0..1 << 24).contains(value)));
            if let Some(Words { full: words, tail }) = snapshot.words() {
                prop_assert!(tail.first() != Some(&u64::MAX));
                let ones = tail.iter().map(|word| word.count_ones() as usize).sum::<usize>();
                prop_assert_eq!(words * 64 + ones, set.len());
            }
            let half: ValueSet = (0..full).step_by(3).chain(values.iter().step_by(2).copied()).collect();
            prop_assert!(half.snapshot().lacking(&set).eq(set.difference(&half)));
            prop_assert_eq!(snapshot.lacking(&half).next(), None);
            let list = Values::List(values.iter().map(|&value| value.into()).collect());
            prop_assert_eq!(list.as_snapshot().into_owned(), values.iter().copied().collect::<ValueSet>().snapshot());
        }
    }
}
