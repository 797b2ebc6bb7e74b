//! A star: the root is the hub. Two hops from anywhere to anywhere, at the price of one node that talks to all.

use super::Cluster;

pub(super) fn neighbours(cluster: Cluster, node: u32) -> Vec<u32> {
    if node == cluster.root() { children(cluster, node) } else { vec![cluster.root()] }
}

pub(super) fn children(cluster: Cluster, node: u32) -> Vec<u32> {
    if node != cluster.root() {
        return Vec::new();
    }
    (0..cluster.nodes()).filter(|&other| other != node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hub_is_tied_to_all_and_a_leaf_to_the_hub() {
        let cluster = Cluster::new(5);
        assert_eq!(neighbours(cluster, 1), [0, 2, 3, 4]);
        assert_eq!(children(cluster, 1), [0, 2, 3, 4]);
        assert_eq!(neighbours(cluster, 4), [1]);
        assert_eq!(children(cluster, 4), [0; 0]);
    }
}
