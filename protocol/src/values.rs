//! Sets of broadcast values, and what a `read` returns.

use std::collections::BTreeSet;
use std::ops::RangeBounds;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;

pub use self::snapshot::{Snapshot, Words};

mod snapshot;

/// What a broadcast carries. Maelstrom sends 0, 1, 2, …
pub type Value = i64;

/// A set of values: one bit for each small one, a tree for the rest. Maelstrom numbers its values from 0, so a thousand of
/// them take 128 bytes; what a read returns of them is a [`Snapshot`], which takes less.
#[derive(Clone, Debug, Default)]
#[repr(C)]
pub struct ValueSet {
    /// The first 128 values in place, and before the rest, which is hardly ever there: where there are many nodes, each is looked at
    /// when much else was looked at meanwhile.
    words: SmallVec<[u64; 2]>,
    #[expect(clippy::box_collection, reason = "hardly ever there, and a word is smaller than three")]
    rest: Option<Box<BTreeSet<Value>>>,
}

impl ValueSet {
    /// Values from here on are kept in the tree: the bits never take more than two megabytes.
    const DENSE: Value = 1 << 24;

    /// A set of nothing.
    pub const fn new() -> Self {
        Self { words: SmallVec::new_const(), rest: None }
    }

    /// Adds a value; false if it was there.
    #[inline]
    pub fn insert(&mut self, value: Value) -> bool {
        let (place, bit) = Self::place(value);
        let Some(word) = self.words.get_mut(place) else { return self.insert_beyond(value) };
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// The same of a value for which there is no word yet, or never will be.
    #[cold]
    fn insert_beyond(&mut self, value: Value) -> bool {
        if !(0..Self::DENSE).contains(&value) {
            return self.rest.get_or_insert_default().insert(value);
        }
        let (place, bit) = Self::place(value);
        self.words.resize(place + 1, 0);
        self.words[place] = bit;
        true
    }

    /// Whether the value is in the set.
    pub fn contains(&self, value: Value) -> bool {
        let (place, bit) = Self::place(value);
        match self.words.get(place) {
            Some(word) => word & bit != 0,
            None => self.rest.as_ref().is_some_and(|rest| rest.contains(&value)),
        }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        let ones: usize = self.words.iter().map(|word| word.count_ones() as usize).sum();
        ones + self.rest.as_ref().map_or(0, |rest| rest.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        // Nothing is ever taken out, and no word or tree made for nothing.
        self.words.is_empty() && self.rest.is_none()
    }

    /// The values in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        ascending((0..).zip(self.words.iter().copied()), self.rest(..0), self.rest(0..))
    }

    /// The values of this set that the other lacks, in ascending order.
    pub fn difference<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = Value> + 'a {
        let rest = |value: &Value| !other.contains(*value);
        let theirs: &[u64] = &other.words;
        let lacking = |(word, bits): (usize, &u64)| bits & !theirs.get(word).copied().unwrap_or(0);
        let words = self.words.iter().enumerate().map(lacking);
        ascending((0..).zip(words), self.rest(..0).filter(rest), self.rest(0..).filter(rest))
    }

    /// The values that have no bit.
    fn rest(&self, range: impl RangeBounds<Value>) -> impl Iterator<Item = Value> {
        beyond(self.rest.as_deref(), range)
    }

    /// A value's word and its bit there. Where it is negative or large, there is never a word so far on.
    #[inline]
    fn place(value: Value) -> (usize, u64) {
        let bits = value.cast_unsigned();
        (usize::try_from(bits / 64).unwrap_or(usize::MAX), 1 << (bits % 64))
    }
}

impl PartialEq for ValueSet {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for ValueSet {}

impl Serialize for ValueSet {
    /// As the list of its values, smallest first.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for ValueSet {
    /// From a list of integers, in any order.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Value>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl FromIterator<Value> for ValueSet {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        let mut set = Self::new();
        set.extend(values);
        set
    }
}

impl Extend<Value> for ValueSet {
    fn extend<I: IntoIterator<Item = Value>>(&mut self, values: I) {
        for value in values {
            self.insert(value);
        }
    }
}

/// Those of the values without a bit that lie in a range.
fn beyond(rest: Option<&BTreeSet<Value>>, range: impl RangeBounds<Value>) -> impl Iterator<Item = Value> {
    rest.into_iter()
        .flat_map(move |rest| rest.range((range.start_bound().cloned(), range.end_bound().cloned())))
        .copied()
}

/// The values that words of bits stand for, each with its number, between the negative ones and those too large for bits.
fn ascending(
    words: impl Iterator<Item = (Value, u64)>,
    negative: impl Iterator<Item = Value>,
    large: impl Iterator<Item = Value>,
) -> impl Iterator<Item = Value> {
    let words = words.filter(|&(_, bits)| bits != 0);
    let small = words.flat_map(|(word, bits)| Bits(bits).map(move |bit| word * 64 + Value::from(bit)));
    negative.chain(small).chain(large)
}

/// The places of a word's ones, lowest first.
struct Bits(u64);

impl Iterator for Bits {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        if self.0 == 0 {
            return None;
        }
        let bit = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(bit)
    }
}

/// What a `read` returned.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// As a node of another program listed it: any JSON, any order, any number of times.
    List(Vec<serde_json::Value>),
    /// As a node that keeps a set handed it over. Boxed, so that the messages that are not answers to a read stay small.
    Set(Box<Snapshot>),
}

impl Values {
    /// The integers among them, which is all that can equal a broadcast value: JSON's `7.0` and `"7"` are not 7.
    pub fn integers(&self) -> Box<dyn Iterator<Item = Value> + '_> {
        match self {
            Self::List(list) => Box::new(list.iter().filter_map(serde_json::Value::as_i64)),
            Self::Set(set) => Box::new(set.iter()),
        }
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::List(list) => list.serialize(serializer),
            Self::Set(set) => set.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_value_set_is_a_set(values in prop::collection::vec(prop_oneof![-3_i64..300, any::<i64>(), Just(1 << 24), Just((1 << 24) - 1)], 0..80)) {
            let mut ours = ValueSet::new();
            let mut oracle = BTreeSet::new();
            for value in &values {
                prop_assert_eq!(ours.insert(*value), oracle.insert(*value));
                prop_assert!(ours.contains(*value));
            }
            prop_assert_eq!(ours.len(), oracle.len());
            prop_assert!(ours.iter().eq(oracle.iter().copied()));
            let half: ValueSet = values.iter().step_by(2).copied().collect();
            prop_assert!(ours.difference(&half).eq(oracle.iter().copied().filter(|&value| !half.contains(value))));
            prop_assert_eq!(half.difference(&ours).next(), None);
            for value in -5..310 {
                prop_assert_eq!(ours.contains(value), oracle.contains(&value));
            }
        }
    }

    #[test]
    fn only_integers_equal_values() {
        let list = Values::List(vec![7.into(), 7.0.into(), "7".into(), serde_json::Value::Null, 8.into()]);
        assert_eq!(list.integers().collect::<Vec<_>>(), [7, 8]);
        assert_eq!(list.as_snapshot().into_owned(), ValueSet::from_iter([7, 8]).snapshot());
    }
}
