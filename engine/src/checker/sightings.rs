//! The one question that every judge of broadcast values asks: of these reads, in this order, which is the first to show a
//! value, or to lack it?
//!
//! Elements are numbered by creation, so those that exist when a read completes are a prefix; a read whose values are bits
//! then answers for 64 elements at once, and each element is looked at singly only when it is found. The whole costs what
//! the reads return, plus reads times elements divided by 64; asking every element at every read would take minutes on a
//! long history.
//!
//! Absent: what a sighting means ([`super::set_full`], [`super::propagation`]).

use std::collections::BTreeMap;

use protocol::{Value, Values, Words};

use crate::history::{F, History, Op, OpKind, Process};

/// The values that clients tried to broadcast, in the order of their invocations.
pub(super) struct Elements {
    /// Each with the index of its invocation.
    created: Vec<(usize, Value)>,
    /// Places in `created`; nothing if each value is its own place, as in every history that Maelstrom writes.
    places: Option<BTreeMap<Value, usize>>,
}

/// A read that succeeded.
#[derive(Clone, Copy)]
pub(super) struct Read<'a> {
    pub(super) process: Process,
    pub(super) invocation: usize,
    pub(super) completion: usize,
    values: Option<&'a Values>,
}

/// What is looked for in a read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sought {
    Absent,
    Present,
}

/// The reads that succeeded, in order of completion.
pub(super) fn reads(history: &History) -> Vec<Read<'_>> {
    let ops = history.ops();
    let read = |(invocation, completion): (usize, usize)| match &ops[completion].f {
        F::Read(values) if ops[completion].kind == OpKind::Ok => {
            Some(Read { process: ops[completion].process, invocation, completion, values: values.as_ref() })
        }
        _ => None,
    };
    history.pairs().into_iter().filter_map(read).collect()
}

impl Elements {
    /// A value that is broadcast twice starts anew at its second invocation, as Jepsen's checker has it.
    pub(super) fn of(history: &History) -> Self {
        let tried = |(index, op): (usize, &Op)| match (op.kind, &op.f) {
            (OpKind::Invoke, &F::Broadcast(value)) => Some((index, value)),
            _ => None,
        };
        let mut created: Vec<(usize, Value)> = history.client_ops().filter_map(tried).collect();
        if created.iter().zip(0..).all(|(&(_, value), place)| value == place) {
            return Self { created, places: None };
        }
        let latest: BTreeMap<Value, usize> = created.into_iter().map(|(index, value)| (value, index)).collect();
        created = latest.into_iter().map(|(value, index)| (index, value)).collect();
        created.sort_unstable();
        let places = created.iter().enumerate().map(|(place, &(_, value))| (value, place)).collect();
        Self { places: Some(places), created }
    }

    pub(super) fn len(&self) -> usize {
        self.created.len()
    }

    /// The values with the indices of their invocations.
    pub(super) fn created(&self) -> &[(usize, Value)] {
        &self.created
    }

    /// The number of a value, if it was ever tried.
    pub(super) fn place(&self, value: Value) -> Option<usize> {
        match &self.places {
            None => usize::try_from(value).ok().filter(|&place| place < self.len()),
            Some(places) => places.get(&value).copied(),
        }
    }

    /// For each element the first of these reads that shows or lacks it, among those completed after its creation.
    pub(super) fn first<'a>(&self, reads: impl IntoIterator<Item = Read<'a>>, sought: Sought) -> Vec<Option<Read<'a>>> {
        let mut found = vec![None; self.len()];
        let mut pending: Vec<u64> = (0..self.len().div_ceil(64)).map(|word| prefix(self.len(), word)).collect();
        let mut left = self.len();
        let (mut existing, mut settled) = (0, 0);
        let mut scratch = Vec::new();
        for read in reads {
            if left == 0 {
                break;
            }
            while pending[settled] == 0 {
                settled += 1;
            }
            existing = self.existing(read.completion, existing);
            let shown = self.shown(read.values, &mut scratch);
            let words = existing.div_ceil(64);
            // What is absent is not where nothing is.
            let from = if sought == Sought::Absent { settled.max(shown.full) } else { settled };
            for begin in (from..words).step_by(STRIDE) {
                let end = words.min(begin + STRIDE);
                if shown.of(begin..end).is_some_and(|shown| sought.is_nowhere(&pending[begin..end], shown)) {
                    continue;
                }
                for word in begin..end {
                    let matching = sought.among(shown.word(word));
                    let mut hits = pending[word] & matching & prefix(existing, word);
                    pending[word] &= !hits;
                    left -= hits.count_ones() as usize;
                    while hits != 0 {
                        found[word * 64 + hits.trailing_zeros() as usize] = Some(read);
                        hits &= hits - 1;
                    }
                }
            }
        }
        found
    }

    /// How many elements were created before that index. It is looked for from a guess on, since one read is mostly followed
    /// by the next.
    fn existing(&self, index: usize, mut guess: usize) -> usize {
        while self.created.get(guess).is_some_and(|&(created, _)| created < index) {
            guess += 1;
        }
        while guess > 0 && self.created[guess - 1].0 >= index {
            guess -= 1;
        }
        guess
    }

    /// One bit for each element that a read shows, lent by the read where it has them.
    fn shown<'a>(&self, values: Option<&'a Values>, scratch: &'a mut Vec<u64>) -> Words<'a> {
        if let (None, Some(Values::Set(set))) = (&self.places, values)
            && let Some(words) = set.words()
        {
            return words;
        }
        scratch.clear();
        scratch.resize(self.len().div_ceil(64), 0);
        for place in values.into_iter().flat_map(Values::integers).filter_map(|value| self.place(value)) {
            scratch[place / 64] |= 1 << (place % 64);
        }
        Words { full: 0, tail: scratch }
    }
}

impl Sought {
    /// The elements that are what is sought, of 64 of which some are shown.
    #[inline]
    const fn among(self, shown: u64) -> u64 {
        match self {
            Self::Absent => !shown,
            Self::Present => shown,
        }
    }

    /// Whether none of the pending elements is what is sought. All words are looked at, several at a time.
    #[inline]
    fn is_nowhere(self, pending: &[u64], shown: &[u64]) -> bool {
        pending.iter().zip(shown).fold(0, |any, (pending, &shown)| any | pending & self.among(shown)) == 0
    }
}

/// How many words are looked at together: mostly nothing is found in all of them.
const STRIDE: usize = 16;

/// The bits of word `word` that belong to the first `count` elements.
const fn prefix(count: usize, word: usize) -> u64 {
    match count.saturating_sub(word * 64) {
        0 => 0,
        bits @ 1..64 => (1 << bits) - 1,
        _ => u64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use protocol::ValueSet;

    use super::*;

    /// When a read completes, as an index; values that it lacks; and where those end that it shows.
    fn told() -> impl Strategy<Value = (usize, Vec<Value>, Value)> {
        (0_usize..3_000, prop::collection::vec(0_i64..3_000, 0..5), 0_i64..3_000)
    }

    proptest! {
        /// Of more elements than are looked at together.
        #[test]
        fn the_first_read_that_matches_is_found(len in 0_usize..3_000, told in prop::collection::vec(told(), 0..40)) {
            let elements = Elements { created: (0..len).zip(0..).collect(), places: None };
            let values: Vec<Values> = told
                .iter()
                .map(|(_, lacking, end)| Values::from(&(0..*end).filter(|value| !lacking.contains(value)).collect::<ValueSet>()))
                .collect();
            // Each is known again by its invocation.
            let reads: Vec<Read<'_>> = (0..told.len())
                .map(|place| Read {
                    process: Process::Client(0),
                    invocation: place,
                    completion: told[place].0,
                    values: Some(&values[place]),
                })
                .collect();
            for sought in [Sought::Absent, Sought::Present] {
                let found = elements.first(reads.iter().copied(), sought);
                for (found, &(created, value)) in found.iter().zip(elements.created()) {
                    let is_such = |place: &usize| {
                        let (completion, lacking, end) = &told[*place];
                        let is_shown = value < *end && !lacking.contains(&value);
                        created < *completion && is_shown == (sought == Sought::Present)
                    };
                    prop_assert_eq!(found.map(|read| read.invocation), (0..told.len()).find(is_such));
                }
            }
        }
    }

    #[test]
    fn a_prefix_ends_where_it_should() {
        assert_eq!([prefix(0, 0), prefix(3, 0), prefix(64, 0), prefix(64, 1)], [0, 0b111, u64::MAX, 0]);
        assert_eq!([prefix(65, 0), prefix(65, 1), prefix(65, 2)], [u64::MAX, 1, 0]);
    }
}
