//! How each value spreads: when the last node received it. Maelstrom's stable latency begins at the acknowledgement and is
//! sampled by reads; this begins at the invocation and watches the messages.
//!
//! The engine does not see into a node. It takes a node to hold a value from the first delivered message that carries it
//! ([`crate::Payload::carried_values`]). If a final read of that node then lacks the value, the guess was wrong, or the node
//! forgot it, and no span is told for the value.

use protocol::{Duration, Time, Value, ValueSet};

/// Where the values are.
#[derive(Debug)]
pub(crate) struct Spread {
    nodes: u32,
    /// By value: Maelstrom's broadcasts count up from 0.
    values: Vec<Reach>,
    holds: Vec<ValueSet>,
}

#[derive(Debug)]
struct Reach {
    invoked: Time,
    nodes: u32,
    everywhere: Option<Time>,
    is_doubtful: bool,
}

impl Spread {
    pub(crate) fn new(nodes: u32) -> Self {
        Self { nodes, values: Vec::new(), holds: vec![ValueSet::new(); nodes as usize] }
    }

    /// The next value is broadcast.
    pub(crate) fn invoked(&mut self, now: Time) {
        self.values.push(Reach { invoked: now, nodes: 0, everywhere: None, is_doubtful: false });
    }

    /// A message that carries the value was delivered to the node.
    pub(crate) fn arrived(&mut self, now: Time, node: u32, value: Value) {
        let Some(reach) = usize::try_from(value).ok().and_then(|place| self.values.get_mut(place)) else { return };
        if self.holds[node as usize].insert(value) {
            reach.nodes += 1;
            if reach.nodes == self.nodes {
                reach.everywhere = Some(now);
            }
        }
    }

    /// A final read of the node returned these.
    pub(crate) fn finally_read(&mut self, node: u32, values: impl Iterator<Item = Value>) {
        let read: ValueSet = values.collect();
        for value in self.holds[node as usize].iter().filter(|&value| !read.contains(value)) {
            let place = usize::try_from(value).expect("only broadcast values are held");
            self.values[place].is_doubtful = true;
        }
    }

    /// For each broadcast value, in order: from its invocation until the last node received it, where that was seen.
    pub(crate) fn spans(&self) -> Vec<Option<Duration>> {
        let span =
            |reach: &Reach| reach.everywhere.filter(|_| !reach.is_doubtful).map(|time| time.since(reach.invoked));
        self.values.iter().map(span).collect()
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
    fn a_final_read_that_lacks_a_value_casts_doubt() {
        let mut spread = Spread::new(1);
        spread.invoked(at(0));
        spread.invoked(at(0));
        spread.arrived(at(1), 0, 0);
        spread.arrived(at(1), 0, 1);
        spread.finally_read(0, [1].into_iter());
        assert_eq!(spread.spans(), [None, Some(Duration::from_millis(1))]);
    }
}
