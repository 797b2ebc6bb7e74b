//! The tree that the tutorial draws on 25 nodes, for any number of them.
//!
//! ```text
//!      n0 ← n1 ← n2 → n3 → n4         The grid's rows, tied together in the middle column alone.
//!                 ↑                   25 nodes: n12 is the root, nobody is more than 4 hops away,
//!      n5 ← n6 ← n7 → n8 → n9         and nobody has more than 4 children.
//!                 ↑
//!    n10 ← n11 ← n12 → n13 → n14
//!                 ↓
//!    n15 ← n16 ← n17 → n18 → n19
//!                 ↓
//!    n20 ← n21 ← n22 → n23 → n24
//! ```
//!
//! Where the last row is too short to reach the middle column, it hangs from the row above by its last node, which is its
//! nearest to the middle.
//!
//! Absent: any thought of 25. Which edges there are depends on the number of nodes, where they lead on the root.

use super::{Cell, Cluster, Square};

pub(super) fn neighbours(cluster: Cluster, node: u32) -> Vec<u32> {
    let square = Square::new(cluster.nodes());
    let (row, column) = square.cell(node);
    let up = (column == square.middle_of(row)).then(|| row.checked_sub(1)).flatten().map(|above| (above, column));
    let left = column.checked_sub(1).map(|column| (row, column));
    let right = Some((row, column + 1));
    let down = (row + 1 < square.rows() && column == square.middle_of(row + 1)).then_some((row + 1, column));
    [up, left, right, down].into_iter().flatten().filter_map(|cell| square.find(cell)).collect()
}

pub(super) fn children(cluster: Cluster, node: u32) -> Vec<u32> {
    let square = Square::new(cluster.nodes());
    let parent = towards(square, square.cell(cluster.root()), square.cell(node)).map(|cell| square.node(cell));
    let mut neighbours = neighbours(cluster, node);
    neighbours.retain(|&neighbour| Some(neighbour) != parent);
    neighbours
}

/// The next cell on the way to the root: along the row to the column that leads on, then up or down. Nothing at the root.
fn towards(square: Square, root: Cell, (row, column): Cell) -> Option<Cell> {
    let (goal, next_row) = match root.0.cmp(&row) {
        std::cmp::Ordering::Equal => (root.1, None),
        std::cmp::Ordering::Greater => (square.middle_of(row + 1), Some(row + 1)),
        std::cmp::Ordering::Less => (square.middle_of(row), Some(row - 1)),
    };
    match goal.cmp(&column) {
        std::cmp::Ordering::Equal => next_row.map(|row| (row, column)),
        std::cmp::Ordering::Greater => Some((row, column + 1)),
        std::cmp::Ordering::Less => Some((row, column - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(nodes: u32) -> Vec<Vec<u32>> {
        (0..nodes).map(|node| children(Cluster::new(nodes), node)).collect()
    }

    fn edges(nodes: u32) -> Vec<(u32, Vec<u32>)> {
        (0..).zip(tree(nodes)).filter(|(_, children)| !children.is_empty()).collect()
    }

    #[test]
    fn the_edges_of_25() {
        let drawn = [
            (1, vec![0]),
            (2, vec![1, 3]),
            (3, vec![4]),
            (6, vec![5]),
            (7, vec![2, 6, 8]),
            (8, vec![9]),
            (11, vec![10]),
            (12, vec![7, 11, 13, 17]),
            (13, vec![14]),
            (16, vec![15]),
            (17, vec![16, 18, 22]),
            (18, vec![19]),
            (21, vec![20]),
            (22, vec![21, 23]),
            (23, vec![24]),
        ];
        assert_eq!(edges(25), drawn);
    }

    #[test]
    fn the_shape_of_25() {
        let degrees: Vec<usize> = tree(25).iter().map(Vec::len).collect();
        let with = |degree| degrees.iter().filter(|&&other| other == degree).count();
        assert_eq!([4, 3, 2, 1, 0].map(with), [1, 2, 2, 10, 10]);
        assert_eq!(degrees.iter().map(|degree| degree * degree).sum::<usize>(), 52);
        let depth = |node: u32| {
            let (square, root) = (Square::new(25), (2, 2));
            std::iter::successors(Some(square.cell(node)), |&cell| towards(square, root, cell)).count() - 1
        };
        assert_eq!((0..25).map(depth).max(), Some(4));
    }

    #[test]
    fn a_last_row_too_short_for_the_middle_hangs_by_its_last_node() {
        // Four columns, the middle one is 1: n12 alone in the last row hangs from n8.
        assert_eq!(tree(13)[8], [12]);
        // Five columns, the middle one is 2: n20 and n21 hang from n16 by n21.
        assert_eq!((tree(22)[16].clone(), tree(22)[21].clone()), (vec![15, 21], vec![20]));
        // Long enough: by the middle.
        assert_eq!(tree(23)[17], [16, 18, 22]);
    }

    #[test]
    fn another_root_turns_the_edges_on_the_way_to_it() {
        let rooted = Cluster::new(25).rooted_at(0);
        assert_eq!(
            [0, 1, 2, 7, 12].map(|node| children(rooted, node)),
            [vec![1], vec![2], vec![3, 7], vec![6, 8, 12], vec![11, 13, 17]]
        );
    }
}
