//! Maelstrom's trees (semantics, section 5.7), hung from any root: a heap in which node k's children are the next ones that
//! have no parent yet.
//!
//! ```text
//!            n0              Two children each. With n0 as the root these are the edges that `--topology tree2` offers;
//!          ↙    ↘            with another root, that one and n0 have changed places.
//!        n1      n2
//!       ↙  ↘    ↙  ↘
//!      n3  n4  n5  n6
//! ```
//!
//! Absent: a balance of the last level. Its nodes hang from the first ones above, as in Maelstrom.

use super::{Arity, Cluster};

pub(super) fn neighbours(cluster: Cluster, arity: Arity, node: u32) -> Vec<u32> {
    let above = exchanged(cluster, node).checked_sub(1).map(|below| exchanged(cluster, below / arity.children()));
    above.into_iter().chain(children(cluster, arity, node)).collect()
}

pub(super) fn children(cluster: Cluster, arity: Arity, node: u32) -> Vec<u32> {
    // Sums that would overflow are of nodes that nobody has.
    let first = exchanged(cluster, node).saturating_mul(arity.children()).saturating_add(1);
    let end = first.saturating_add(arity.children()).min(cluster.nodes());
    (first..end).map(|place| exchanged(cluster, place)).collect()
}

/// The root and n0 change places, all others keep theirs: a node's place in the heap, and the node at a place.
fn exchanged(cluster: Cluster, node: u32) -> u32 {
    match node {
        0 => cluster.root(),
        root if root == cluster.root() => 0,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn under_n0_as_maelstrom_lists_it() {
        let cluster = Cluster::new(25).rooted_at(0);
        let tree = |node| neighbours(cluster, Arity::Four, node);
        assert_eq!(tree(0), [1, 2, 3, 4]);
        assert_eq!(tree(1), [0, 5, 6, 7, 8]);
        assert_eq!(tree(5), [1, 21, 22, 23, 24]);
        assert_eq!(tree(24), [5]);
        assert_eq!(neighbours(cluster, Arity::Three, 2), [0, 7, 8, 9]);
    }

    #[test]
    fn under_another_root_that_one_and_n0_have_changed_places() {
        let cluster = Cluster::new(7).rooted_at(4);
        assert_eq!(children(cluster, Arity::Two, 4), [1, 2]);
        assert_eq!(children(cluster, Arity::Two, 1), [3, 0]);
        assert_eq!(neighbours(cluster, Arity::Two, 0), [1]);
        assert_eq!(neighbours(cluster, Arity::Two, 2), [4, 5, 6]);
    }

    #[test]
    fn five_children_reach_all_of_25_in_two_hops() {
        let cluster = Cluster::new(25);
        let near = children(cluster, Arity::Five, cluster.root());
        let far: usize = near.iter().map(|&node| children(cluster, Arity::Five, node).len()).sum();
        assert_eq!(1 + near.len() + far, 25);
    }
}
