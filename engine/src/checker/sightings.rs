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

use protocol::{Value, Values};

use crate::history::{F, History, OpKind, Process};

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
        let mut latest = BTreeMap::new();
        for (index, op) in history.client_ops() {
            if let (OpKind::Invoke, &F::Broadcast(value)) = (op.kind, &op.f) {
                latest.insert(value, index);
            }
        }
        let mut created: Vec<(usize, Value)> = latest.into_iter().map(|(value, index)| (index, value)).collect();
        created.sort_unstable();
        let numbered = created.iter().zip(0..).all(|(&(_, value), place)| value == place);
        let places = || created.iter().enumerate().map(|(place, &(_, value))| (value, place)).collect();
        Self { places: (!numbered).then(places), created }
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
        let mut scratch = Vec::new();
        for read in reads {
            if left == 0 {
                break;
            }
            let existing = self.created.partition_point(|&(index, _)| index < read.completion);
            let shown = self.shown(read.values, &mut scratch);
            for (word, pending) in pending.iter_mut().enumerate().take(existing.div_ceil(64)) {
                let shown = shown.get(word).copied().unwrap_or(0);
                let matching = if sought == Sought::Present { shown } else { !shown };
                let mut hits = *pending & matching & prefix(existing, word);
                *pending &= !hits;
                left -= hits.count_ones() as usize;
                while hits != 0 {
                    found[word * 64 + hits.trailing_zeros() as usize] = Some(read);
                    hits &= hits - 1;
                }
            }
        }
        found
    }

    /// One bit for each element that a read shows, lent by the read where it has them.
    fn shown<'a>(&self, values: Option<&'a Values>, scratch: &'a mut Vec<u64>) -> &'a [u64] {
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
        scratch
    }
}

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
    use super::*;

    #[test]
    fn a_prefix_ends_where_it_should() {
        assert_eq!([prefix(0, 0), prefix(3, 0), prefix(64, 0), prefix(64, 1)], [0, 0b111, u64::MAX, 0]);
        assert_eq!([prefix(65, 0), prefix(65, 1), prefix(65, 2)], [u64::MAX, 1, 0]);
    }
}
