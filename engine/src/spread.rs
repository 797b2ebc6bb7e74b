//! How each value spreads: when the last node received it. Maelstrom's stable latency begins at the acknowledgement and is
//! sampled by reads; this begins at the invocation and watches the messages.
//!
//! The engine does not see into a node. It takes a node to hold a value from the first delivered message that carries it
//! ([`crate::Payload::carried_values`]). If a final read of that node then lacks the value, the guess was wrong, or the node
//! forgot it, and no span is told for the value.

use protocol::{Duration, Snapshot, Time, Value, ValueSet};

/// Where the values are.
#[derive(Debug)]
pub(crate) struct Spread {
    nodes: u32,
    /// How many words a value takes in `holds`.
    words: usize,
    /// By value: Maelstrom's broadcasts count up from 0.
    values: Vec<Reach>,
    /// One bit for each node, and so many words for each value, one value after the other: values under way are few, so
    /// what is looked at lies together however many nodes there are.
    holds: Vec<u64>,
    /// The values that are broadcast so far.
    broadcast: ValueSet,
}

#[derive(Debug)]
struct Reach {
    invoked: Time,
    nodes: u32,
    everywhere: Option<Time>,
    is_doubtful: bool,
}

impl Spread {
    pub(crate) const fn new(nodes: u32) -> Self {
        let words = nodes.div_ceil(64) as usize;
        Self { nodes, words, values: Vec::new(), holds: Vec::new(), broadcast: ValueSet::new() }
    }

    /// The next value is broadcast.
    #[inline]
    pub(crate) fn invoked(&mut self, now: Time) {
        self.broadcast.insert(Value::try_from(self.values.len()).expect("fewer than 2^63 values"));
        self.values.push(Reach { invoked: now, nodes: 0, everywhere: None, is_doubtful: false });
        self.holds.resize(self.values.len() * self.words, 0);
    }

    /// A message that carries the value was delivered to the node.
    #[inline]
    pub(crate) fn arrived(&mut self, now: Time, node: u32, value: Value) {
        let Some(place) = usize::try_from(value).ok().filter(|&place| place < self.values.len()) else { return };
        let (word, bit) = self.place(place, node);
        if self.holds[word] & bit == 0 {
            self.holds[word] |= bit;
            let reach = &mut self.values[place];
            reach.nodes += 1;
            if reach.nodes == self.nodes {
                // A node that lost the value and has it again changes nothing about when all had it first.
                reach.everywhere.get_or_insert(now);
            }
        }
    }

    /// The node died, and what it held with it.
    pub(crate) fn forgot(&mut self, node: u32) {
        for value in 0..self.values.len() {
            let (word, bit) = self.place(value, node);
            if self.holds[word] & bit != 0 {
                self.holds[word] &= !bit;
                self.values[value].nodes -= 1;
            }
        }
    }

    /// A final read of the node returned these.
    pub(crate) fn finally_read(&mut self, node: u32, read: &Snapshot) {
        for value in read.lacking(&self.broadcast) {
            let value = usize::try_from(value).expect("values count up from 0");
            let (word, bit) = self.place(value, node);
            self.values[value].is_doubtful |= self.holds[word] & bit != 0;
        }
    }

    /// For each broadcast value, in order: from its invocation until the last node received it, where that was seen.
    pub(crate) fn spans(&self) -> Vec<Option<Duration>> {
        let span =
            |reach: &Reach| reach.everywhere.filter(|_| !reach.is_doubtful).map(|time| time.since(reach.invoked));
        self.values.iter().map(span).collect()
    }

    /// Where it is noted whether a node holds a value: a word of `holds`, and a bit in it.
    fn place(&self, value: usize, node: u32) -> (usize, u64) {
        (value * self.words + node as usize / 64, 1 << (node % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Time {
        Time::ZERO + Duration::from_millis(millis)
    }

    #[test]
    fn a_span_ends_at_the_last_node() {
        let mut spread = Spread::new(2);
        spread.invoked(at(5));
        spread.invoked(at(6));
        spread.arrived(at(7), 0, 0);
        spread.arrived(at(8), 0, 0);
        spread.arrived(at(9), 0, 1);
        spread.arrived(at(9), 0, 99);
        spread.arrived(at(105), 1, 0);
        assert_eq!(spread.spans(), [Some(Duration::from_millis(100)), None]);
    }

    #[test]
    fn what_a_dead_node_held_it_must_get_again() {
        let mut spread = Spread::new(2);
        spread.invoked(at(0));
        spread.invoked(at(0));
        spread.arrived(at(1), 0, 0);
        spread.arrived(at(1), 0, 1);
        spread.arrived(at(2), 1, 1);
        spread.forgot(0);
        spread.arrived(at(3), 1, 0);
        spread.arrived(at(9), 0, 0);
        spread.arrived(at(9), 0, 1);
        assert_eq!(spread.spans(), [9, 2].map(|millis| Some(Duration::from_millis(millis))));
    }

    #[test]
    fn a_final_read_that_lacks_a_value_casts_doubt() {
        let mut spread = Spread::new(1);
        spread.invoked(at(0));
        spread.invoked(at(0));
        spread.arrived(at(1), 0, 0);
        spread.arrived(at(1), 0, 1);
        spread.finally_read(0, &ValueSet::from_iter([1]).snapshot());
        assert_eq!(spread.spans(), [None, Some(Duration::from_millis(1))]);
    }
}
