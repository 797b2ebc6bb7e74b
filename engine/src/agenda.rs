//! What is due when: a priority queue for times that lie close ahead of a clock.
//!
//! Time is cut into slots. What is due within the next [`SLOTS`] of them lies unsorted in its slot; a slot is sorted when
//! its turn comes. So what is due soon costs no more where there is much else, and what is looked at next lies together in
//! memory. Heaps take the rest: what comes into the current slot when it has been sorted, and the far future.
//!
//! Absent: a clock, and any meaning of the numbers that are due.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use protocol::Time;

/// A number that is due at a time. Equal times are ordered by number.
type Entry = (Time, u32);

/// An entry of a slot in one word: how far into the slot it is due, in nanoseconds, before its number. So two are compared in
/// one step, and as many of them take half of the room.
type Packed = u64;

/// What is due, earliest first.
#[derive(Debug)]
pub(crate) struct Agenda {
    /// A slot is 2 to the power of this many nanoseconds long: a shift finds it.
    slot_bits: u32,
    /// When the slot begins whose turn it is, in nanoseconds.
    start: u64,
    /// What is due in that slot, earliest first.
    current: Vec<Packed>,
    /// How many of those were taken out. They stay until the next slot's turn.
    taken: usize,
    /// What has come since, is due in that slot or before, and fits at neither end.
    sudden: BinaryHeap<Reverse<Entry>>,
    /// The slots after it, by number modulo [`SLOTS`].
    slots: Box<[Vec<Packed>; SLOTS]>,
    /// A bit for each of them in which something is due.
    occupied: [u64; SLOTS / 64],
    /// Everything due after those.
    later: BinaryHeap<Reverse<Entry>>,
}

/// How many slots there are.
const SLOTS: usize = 1 << 8;

impl Agenda {
    /// Nothing is due. For what is mostly due within a quarter of a second.
    pub(crate) fn of_milliseconds() -> Self {
        Self::new(20)
    }

    /// Nothing is due. For what is mostly due within two seconds.
    pub(crate) fn of_seconds() -> Self {
        Self::new(23)
    }

    fn new(slot_bits: u32) -> Self {
        Self {
            slot_bits,
            start: 0,
            current: Vec::new(),
            taken: 0,
            sudden: BinaryHeap::new(),
            slots: Box::new([const { Vec::new() }; SLOTS]),
            occupied: [0; SLOTS / 64],
            later: BinaryHeap::new(),
        }
    }

    /// `number` is due at `time`.
    #[inline]
    pub(crate) fn push(&mut self, time: Time, number: u32) {
        // What is earlier than the current slot is, all around, further ahead than there are slots.
        let ahead = time.as_nanos().wrapping_sub(self.start) >> self.slot_bits;
        if (1..SLOTS as u64).contains(&ahead) {
            let entry = self.packed(time, number);
            let place = self.place_of(time);
            self.slots[place].push(entry);
            self.occupied[place / 64] |= 1 << (place % 64);
        } else if ahead == 0 {
            self.push_within(time, number);
        } else {
            self.push_without(time, number);
        }
    }

    /// Puts in what is due in the current slot.
    #[inline]
    fn push_within(&mut self, time: Time, number: u32) {
        let entry = self.packed(time, number);
        match self.current.get(self.taken) {
            // What is due at once is first of all, and no heap's business.
            Some(&first) if self.taken > 0 && entry <= first => {
                self.taken -= 1;
                self.current[self.taken] = entry;
            }
            Some(_) if self.current.last().is_some_and(|&last| entry < last) => self.push_without(time, number),
            _ => self.current.push(entry),
        }
    }

    /// Puts in what is due between entries of the current slot, before that slot, or after all slots.
    #[inline(never)]
    fn push_without(&mut self, time: Time, number: u32) {
        let is_later = self.slot_of(time) > self.start >> self.slot_bits;
        let rest = if is_later { &mut self.later } else { &mut self.sudden };
        rest.push(Reverse((time, number)));
    }

    /// When the first of all is due; [`Time::MAX`] if nothing is.
    #[inline]
    pub(crate) fn next(&mut self) -> Time {
        match self.current.get(self.taken) {
            Some(&first) if self.sudden.is_empty() => self.unpacked(first).0,
            _ => self.first().map_or(Time::MAX, |(time, _)| time),
        }
    }

    /// Most of what is due by `now`, and stays in.
    pub(crate) fn due(&self, now: Time) -> impl Iterator<Item = u32> {
        let rest = self.current.get(self.taken..).unwrap_or_default();
        rest.iter()
            .map(|&entry| self.unpacked(entry))
            .take_while(move |&(time, _)| time <= now)
            .map(|(_, number)| number)
    }

    /// Takes out what is due first, if it is due by `now`.
    #[inline]
    pub(crate) fn pop(&mut self, now: Time) -> Option<Entry> {
        match self.current.get(self.taken) {
            Some(&first) if self.sudden.is_empty() => {
                let first = self.unpacked(first);
                if first.0 > now {
                    return None;
                }
                self.taken += 1;
                Some(first)
            }
            _ => self.pop_sudden(now),
        }
    }

    /// The same where something has come since the slot's turn, or nothing is left of it.
    #[inline(never)]
    fn pop_sudden(&mut self, now: Time) -> Option<Entry> {
        let first = self.first().filter(|&(time, _)| time <= now)?;
        if self.first_within() == Some(first) {
            self.taken += 1;
        } else {
            self.sudden.pop();
        }
        Some(first)
    }

    /// What is due first.
    fn first(&mut self) -> Option<Entry> {
        if self.taken == self.current.len() && self.sudden.is_empty() {
            if self.occupied == [0; SLOTS / 64] && self.later.is_empty() {
                return None;
            }
            self.turn();
        }
        let sudden = self.sudden.peek().map(|&Reverse(first)| first);
        match (self.first_within(), sudden) {
            (Some(first), Some(sudden)) => Some(first.min(sudden)),
            (first, sudden) => first.or(sudden),
        }
    }

    /// What is due first of the current slot.
    fn first_within(&self) -> Option<Entry> {
        self.current.get(self.taken).map(|&first| self.unpacked(first))
    }

    /// Goes to the next slot in which something is due.
    #[inline(never)]
    fn turn(&mut self) {
        self.current.clear();
        self.taken = 0;
        let within = self.next_occupied();
        let Some(next) = within.or_else(|| self.later.peek().map(|Reverse((time, _))| self.slot_of(*time))) else {
            return;
        };
        self.start = next << self.slot_bits;
        let place = place(next);
        std::mem::swap(&mut self.current, &mut self.slots[place]);
        self.occupied[place / 64] &= !(1 << (place % 64));
        // Nearly in order already, since what is noted later is mostly due later.
        self.current.sort_unstable();
        // The horizon has moved on: what is within it now leaves the far future.
        while let Some(&Reverse((time, number))) = self.later.peek()
            && self.slot_of(time) < next + SLOTS as u64
        {
            self.later.pop();
            self.push(time, number);
        }
    }

    /// The next slot in which something is due: around the ring, from the slot behind the current one on.
    fn next_occupied(&self) -> Option<u64> {
        let first = (self.start >> self.slot_bits) + 1;
        let (word, bit) = (place(first) / 64, place(first) % 64);
        // The word in which it starts comes first without what is before the start, and last with nothing else: what is behind
        // the start has been found by then.
        let soon = self.occupied[word] >> bit;
        if soon != 0 {
            return Some(first + u64::from(soon.trailing_zeros()));
        }
        (1..=self.occupied.len()).find_map(|turn| {
            let bits = self.occupied[(word + turn) % self.occupied.len()];
            let found = turn * 64 - bit + bits.trailing_zeros() as usize;
            (bits != 0).then(|| first + found as u64)
        })
    }

    const fn slot_of(&self, time: Time) -> u64 {
        time.as_nanos() >> self.slot_bits
    }

    #[inline]
    const fn place_of(&self, time: Time) -> usize {
        place(self.slot_of(time))
    }

    /// An entry as it lies in its slot.
    #[inline]
    const fn packed(&self, time: Time, number: u32) -> Packed {
        let into = time.as_nanos() & ((1 << self.slot_bits) - 1);
        into << u32::BITS | number as Packed
    }

    /// What that is an entry of the current slot for.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the number is the lower half of the word")]
    const fn unpacked(&self, entry: Packed) -> Entry {
        (Time::from_nanos(self.start + (entry >> u32::BITS)), entry as u32)
    }
}

/// Where a slot lies.
#[expect(clippy::cast_possible_truncation, reason = "below the number of slots")]
const fn place(slot: u64) -> usize {
    (slot % SLOTS as u64) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use protocol::Duration;

    use super::*;

    /// A step of a script: put in what is due after that span, or take out the first.
    fn steps() -> impl Strategy<Value = Vec<Option<Duration>>> {
        let span = prop_oneof![
            Just(Duration::ZERO),
            (0_u64..3_000).prop_map(Duration::from_micros),
            (0_u64..300).prop_map(Duration::from_millis),
            (900_u64..1_200).prop_map(Duration::from_millis),
            (0_u64..100).prop_map(Duration::from_secs),
        ];
        prop::collection::vec(prop::option::weighted(0.6, span), 0..300)
    }

    proptest! {
        #[test]
        fn the_earliest_comes_first(steps in steps(), is_coarse: bool) {
            let mut agenda = if is_coarse { Agenda::of_seconds() } else { Agenda::of_milliseconds() };
            let mut oracle = BTreeSet::new();
            let mut now = Time::ZERO;
            for (id, step) in (0..).zip(steps) {
                if let Some(span) = step {
                    // Few numbers, so that the same is due more than once at a time.
                    agenda.push(now + span, id % 3);
                    oracle.insert((now + span, id % 3, id));
                    continue;
                }
                let first = oracle.pop_first();
                prop_assert_eq!(agenda.next(), first.map_or(Time::MAX, |(time, _, _)| time));
                if let Some((time, number, _)) = first {
                    if time > now {
                        prop_assert_eq!(agenda.pop(now), None);
                    }
                    now = time;
                    prop_assert_eq!(agenda.pop(now), Some((time, number)));
                }
            }
        }
    }
}
