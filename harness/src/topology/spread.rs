//! What one broadcast costs on a graph, and when all have it: counted on a network that loses nothing and in which every hop
//! takes the same time.
//!
//! The rules are the node's: a value that is new goes on at once, away from the root under relaying, else to all neighbours
//! but the one it came from; one that is not new goes nowhere. So the count does not depend on the order of arrival
//! (`harness/tests/topology.rs` holds it against simulated runs).
//!
//! Absent: batches and repeats.

use super::{Graph, Passing};

/// Whether a node hands a client's value to the root as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relay {
    /// It does, and the root spreads it.
    On,
    /// It does not: values flood.
    Off,
}

/// What becomes of one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    /// Messages that carry it from node to node, acknowledgements left aside.
    pub messages: u64,
    /// After how many hops each node has it; nothing where it never comes.
    pub arrivals: Vec<Option<u32>>,
}

/// The same over values that begin everywhere, one at each node.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Fewest messages of a value.
    pub least: u64,
    /// Messages of a value on average.
    pub mean: f64,
    /// Most messages of a value.
    pub most: u64,
    /// Hops until all have a value: of the node from which it is soonest, in the middle of all, and of the farthest.
    pub hops: (u32, u32, u32),
}

impl Spread {
    /// Of a value that a client brings to this node.
    pub fn of(graph: &Graph, origin: u32, relay: Relay) -> Self {
        let mut arrivals = vec![None; graph.neighbours.len()];
        arrivals[origin as usize] = Some(0);
        let mut messages = 0;
        // Who hears from whom in the next hop.
        let mut under_way: Vec<(u32, u32)> = Vec::new();
        let mut send = |from: u32, to: u32, under_way: &mut Vec<(u32, u32)>| {
            messages += 1;
            under_way.push((from, to));
        };
        let first = match relay {
            Relay::Off => &graph.neighbours[origin as usize],
            Relay::On => &graph.children[origin as usize],
        };
        for &to in first {
            send(origin, to, &mut under_way);
        }
        if relay == Relay::On && origin != graph.root && !first.contains(&graph.root) {
            send(origin, graph.root, &mut under_way);
        }
        for hop in 1.. {
            let mut next = Vec::new();
            for (from, node) in std::mem::take(&mut under_way) {
                if arrivals[node as usize].is_some() {
                    continue;
                }
                arrivals[node as usize] = Some(hop);
                match (relay, graph.passing) {
                    (Relay::On, _) => graph.children[node as usize].iter().for_each(|&to| send(node, to, &mut next)),
                    (Relay::Off, Passing::On) => {
                        let others = graph.neighbours[node as usize].iter().filter(|&&to| to != from);
                        others.for_each(|&to| send(node, to, &mut next));
                    }
                    (Relay::Off, Passing::Never) => {}
                }
            }
            if next.is_empty() {
                break;
            }
            under_way = next;
        }
        Self { messages, arrivals }
    }

    /// After how many hops the last node has it; nothing if some node never does.
    pub fn until_all(&self) -> Option<u32> {
        self.arrivals.iter().copied().try_fold(0, |last, hop| Some(last.max(hop?)))
    }
}

impl Cost {
    /// Over values that begin at each node. Nothing where no node relays ([`Graph::relays`]), or where some value does not reach
    /// everybody.
    pub fn of(graph: &Graph, relay: Relay) -> Option<Self> {
        if relay == Relay::On && !graph.relays() {
            return None;
        }
        let spreads: Vec<Spread> = (0..graph.nodes()).map(|origin| Spread::of(graph, origin, relay)).collect();
        let mut hops = spreads.iter().map(Spread::until_all).collect::<Option<Vec<u32>>>()?;
        hops.sort_unstable();
        let messages = || spreads.iter().map(|spread| spread.messages);
        Some(Self {
            least: messages().min()?,
            mean: messages().sum::<u64>() as f64 / spreads.len() as f64,
            most: messages().max()?,
            hops: (*hops.first()?, hops[hops.len() / 2], *hops.last()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(name: &str, relay: Relay) -> Option<(u64, u64, (u32, u32, u32))> {
        let cost = Cost::of(&Graph::named(name, 25, None).unwrap(), relay)?;
        Some((cost.least, cost.most, cost.hops))
    }

    /// The node's own table of costs, in its documentation.
    #[test]
    fn twenty_five_nodes_as_the_nodes_documentation_has_them() {
        assert_eq!(cost("n12-tree", Relay::Off), Some((24, 24, (4, 6, 8))));
        assert_eq!(cost("n12-tree", Relay::On), Some((24, 25, (4, 5, 5))));
        assert_eq!(cost("star", Relay::Off), Some((24, 24, (1, 2, 2))));
        assert_eq!(cost("star", Relay::On), Some((24, 25, (1, 2, 2))));
        assert_eq!(cost("grid", Relay::Off), Some((56, 56, (4, 6, 8))));
        assert_eq!(cost("grid", Relay::On), Some((80, 81, (4, 5, 5))));
        assert_eq!(cost("direct", Relay::Off), Some((24, 24, (1, 1, 1))));
        assert_eq!(cost("direct", Relay::On), None);
    }

    #[test]
    fn what_maelstrom_offers() {
        assert_eq!(cost("line", Relay::Off), Some((24, 24, (12, 18, 24))));
        assert_eq!(cost("line", Relay::On), None, "its edges lead to no master");
        assert_eq!(cost("total", Relay::Off), Some((576, 576, (1, 1, 1))), "2E - (n - 1), of 300 edges");
        assert_eq!(cost("tree4", Relay::Off).map(|(_, _, hops)| hops.2), Some(5));
    }

    #[test]
    fn a_single_node_sends_nothing() {
        for name in Graph::names() {
            let cost = Cost::of(&Graph::named(name, 1, None).unwrap(), Relay::Off).unwrap();
            assert_eq!((cost.most, cost.hops), (0, (0, 0, 0)), "{name}");
        }
    }
}
