//! Everybody tied to everybody: one hop. A value goes from where it began to all others, who pass nothing on.
//!
//! Absent: a use for a root. Nothing is gathered anywhere, so a value costs n−1 messages wherever it begins.

use super::Cluster;

pub(super) fn neighbours(cluster: Cluster, node: u32) -> Vec<u32> {
    (0..cluster.nodes()).filter(|&other| other != node).collect()
}

/// From the root all others are one hop away, and nobody is further.
pub(super) fn children(cluster: Cluster, node: u32) -> Vec<u32> {
    if node == cluster.root() { neighbours(cluster, node) } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_tied_to_everybody() {
        let cluster = Cluster::new(4);
        assert_eq!([0, 1, 2, 3].map(|node| neighbours(cluster, node)), [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]);
        assert_eq!(neighbours(Cluster::new(1), 0), [0; 0]);
        assert_eq!([0, 1, 2, 3].map(|node| children(cluster, node).len()), [3, 0, 0, 0]);
    }
}
