//! The topologies that a broadcast test offers to its nodes (semantics, section 5.7). Every one of Maelstrom's is symmetric; a
//! node is free to ignore it.

use protocol::Adjacency;

use crate::Topology;

/// The neighbours of each of these nodes, in Maelstrom's order, or in the user's.
pub fn neighbours(topology: &Topology, nodes: &[String]) -> Adjacency {
    let count = u32::try_from(nodes.len()).expect("fewer than 2^32 nodes");
    let each = |of_one: fn(u32, u32) -> Vec<u32>| (0..count).map(|node| of_one(node, count)).collect();
    match topology {
        Topology::Custom(custom) => custom.among(nodes),
        Topology::Grid => each(grid),
        Topology::Line => each(line),
        Topology::Total => each(|node, count| (0..count).filter(|&other| other != node).collect()),
        Topology::Tree2 => each(|node, count| tree(2, node, count)),
        Topology::Tree3 => each(|node, count| tree(3, node, count)),
        Topology::Tree4 => each(|node, count| tree(4, node, count)),
    }
}

fn line(node: u32, count: u32) -> Vec<u32> {
    [node.checked_sub(1), Some(node + 1)].into_iter().flatten().filter(|&k| k < count).collect()
}

/// Row-major in ceil(√n) columns. Next row, previous row, next column, previous column.
fn grid(node: u32, count: u32) -> Vec<u32> {
    let floor = count.isqrt();
    let side = floor + u32::from(floor * floor < count);
    let column = node % side;
    let below = Some(node + side);
    let above = node.checked_sub(side);
    let right = (column + 1 < side).then_some(node + 1);
    let left = (column > 0).then(|| node - 1);
    [below, above, right, left].into_iter().flatten().filter(|&k| k < count).collect()
}

/// A heap: the children of k are `arity`·k + 1 to `arity`·k + `arity`. The parent first.
fn tree(arity: u32, node: u32, count: u32) -> Vec<u32> {
    let parent = node.checked_sub(1).map(|below| below / arity);
    let children = (1..=arity).map(|child| arity * node + child).filter(|&child| child < count);
    parent.into_iter().chain(children).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    fn offered(topology: &Topology, count: u32) -> Adjacency {
        neighbours(topology, &Options::numbered_nodes(count))
    }

    fn edges(adjacency: &Adjacency) -> usize {
        adjacency.iter().map(Vec::len).sum::<usize>() / 2
    }

    #[test]
    fn grids_as_the_semantics_lists_them() {
        let grid = offered(&Topology::Grid, 25);
        assert_eq!((&grid[0], &grid[4]), (&vec![5, 1], &vec![9, 3]));
        assert_eq!((&grid[12], &grid[24]), (&vec![17, 7, 13, 11], &vec![19, 23]));
        assert_eq!(edges(&grid), 40);
        assert_eq!(offered(&Topology::Grid, 5), [vec![3, 1], vec![4, 2, 0], vec![1], vec![0, 4], vec![1, 3]]);
        assert_eq!(offered(&Topology::Grid, 3), [vec![2, 1], vec![0], vec![0]]);
    }

    #[test]
    fn the_others_as_the_semantics_lists_them() {
        assert_eq!(edges(&offered(&Topology::Line, 25)), 24);
        assert_eq!(offered(&Topology::Line, 3), [vec![1], vec![0, 2], vec![1]]);
        assert_eq!(offered(&Topology::Line, 1), [Vec::<u32>::new()]);
        assert_eq!(edges(&offered(&Topology::Total, 25)), 300);
        let tree = offered(&Topology::Tree4, 25);
        assert_eq!(tree[0], [1, 2, 3, 4]);
        assert_eq!(tree[1], [0, 5, 6, 7, 8]);
        assert_eq!(tree[5], [1, 21, 22, 23, 24]);
        assert_eq!(edges(&tree), 24);
        assert_eq!(offered(&Topology::Tree3, 25)[2], [0, 7, 8, 9]);
    }

    #[test]
    fn all_are_symmetric() {
        for topology in
            [Topology::Grid, Topology::Line, Topology::Total, Topology::Tree2, Topology::Tree3, Topology::Tree4]
        {
            for count in 1..40 {
                let adjacency = offered(&topology, count);
                for (node, list) in (0..).zip(&adjacency) {
                    assert!(
                        list.iter().all(|&other| adjacency[other as usize].contains(&node)),
                        "{topology:?} of {count}"
                    );
                }
            }
        }
    }
}
