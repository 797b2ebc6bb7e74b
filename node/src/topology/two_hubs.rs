//! Two hubs that are tied to each other, and half of the other nodes at each: three hops from anywhere to anywhere.
//!
//! The root is one hub. Counted round from it, the node opposite is the other, and whoever comes between hangs from the hub
//! that was passed last.
//!
//! Absent: a second way. A hub that is cut off takes its half along, as a star's takes everybody.

use super::Cluster;

pub(super) fn neighbours(cluster: Cluster, node: u32) -> Vec<u32> {
    above(cluster, node).into_iter().chain(children(cluster, node)).collect()
}

pub(super) fn children(cluster: Cluster, node: u32) -> Vec<u32> {
    let (nodes, opposite) = (cluster.nodes(), opposite(cluster));
    let places = match place(cluster, node) {
        0 => 1..(opposite + 1).min(nodes),
        hub if hub == opposite => opposite + 1..nodes,
        _ => 0..0,
    };
    places.map(|place| at(cluster, place)).collect()
}

fn above(cluster: Cluster, node: u32) -> Option<u32> {
    let (place, opposite) = (place(cluster, node), opposite(cluster));
    (place > 0).then(|| at(cluster, if place > opposite { opposite } else { 0 }))
}

/// The place of the other hub. Alone, the root has none.
const fn opposite(cluster: Cluster) -> u32 {
    cluster.nodes().div_ceil(2)
}

/// How many nodes there are from the root up to this one, counted round.
fn place(cluster: Cluster, node: u32) -> u32 {
    if node < cluster.root() { node + (cluster.nodes() - cluster.root()) } else { node - cluster.root() }
}

fn at(cluster: Cluster, place: u32) -> u32 {
    let to_the_end = cluster.nodes() - cluster.root();
    if place < to_the_end { cluster.root() + place } else { place - to_the_end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hub_has_half() {
        let cluster = Cluster::new(25);
        assert_eq!(children(cluster, 12), [13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 0]);
        assert_eq!(children(cluster, 0), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        assert_eq!(neighbours(cluster, 0)[0], 12);
        assert_eq!(neighbours(cluster, 24), [12]);
        assert_eq!(neighbours(cluster, 11), [0]);
    }

    #[test]
    fn few_nodes() {
        assert_eq!(neighbours(Cluster::new(1), 0), [0; 0]);
        assert_eq!([0, 1].map(|node| neighbours(Cluster::new(2), node)), [[1], [0]]);
        let three = Cluster::new(3).rooted_at(1);
        assert_eq!([0, 1, 2].map(|node| neighbours(three, node)), [vec![1], vec![2, 0], vec![1]]);
    }
}
