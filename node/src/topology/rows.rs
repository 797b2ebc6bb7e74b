//! A chain of rows: the middle node of each row of the grid is tied to its whole row and to the middle nodes of the rows above
//! and below.
//!
//! ```text
//!      n0  n1  n2  n3  n4         25 nodes: n12 is the root, nobody is more than 3 hops away from it,
//!       ↖   ↖  ↑  ↗   ↗           and nobody has more than 6 children.
//!      n5  n6  n7  n8  n9
//!              ↑
//!             n12 → its row, n17 → …
//! ```
//!
//! Where the last row is too short to reach the middle, its last node is its middle one.
//!
//! Absent: rows of unequal length. With *n* nodes a node has up to √n + 1 children, and √n / 2 + 1 hops lead to it.

use super::{Cell, Cluster, Square};

pub(super) fn neighbours(cluster: Cluster, node: u32) -> Vec<u32> {
    let square = Square::new(cluster.nodes());
    let (row, column) = square.cell(node);
    if column != square.middle_of(row) {
        return vec![square.node((row, square.middle_of(row)))];
    }
    let rows = [row.checked_sub(1), (row + 1 < square.rows()).then_some(row + 1)];
    let middles = rows.into_iter().flatten().map(|row| (row, square.middle_of(row)));
    let others = (0..square.width(row)).filter(|&other| other != column).map(|column| (row, column));
    middles.chain(others).map(|cell| square.node(cell)).collect()
}

pub(super) fn children(cluster: Cluster, node: u32) -> Vec<u32> {
    let square = Square::new(cluster.nodes());
    let parent = towards(square, square.cell(cluster.root()), square.cell(node)).map(|cell| square.node(cell));
    let mut neighbours = neighbours(cluster, node);
    neighbours.retain(|&neighbour| Some(neighbour) != parent);
    neighbours
}

/// The next cell on the way to the root: to the middle of the row, along the middles, to the root. Nothing at the root.
fn towards(square: Square, root: Cell, (row, column): Cell) -> Option<Cell> {
    let middle = |row| (row, square.middle_of(row));
    if (row, column) == root {
        None
    } else if (row, column) != middle(row) {
        Some(middle(row))
    } else {
        match root.0.cmp(&row) {
            std::cmp::Ordering::Equal => Some(root),
            std::cmp::Ordering::Greater => Some(middle(row + 1)),
            std::cmp::Ordering::Less => Some(middle(row - 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edges_of_25() {
        let cluster = Cluster::new(25);
        assert_eq!(children(cluster, 12), [7, 17, 10, 11, 13, 14]);
        assert_eq!(children(cluster, 7), [2, 5, 6, 8, 9]);
        assert_eq!(children(cluster, 2), [0, 1, 3, 4]);
        assert_eq!(neighbours(cluster, 2), [7, 0, 1, 3, 4]);
        assert_eq!(neighbours(cluster, 24), [22]);
    }

    #[test]
    fn a_short_last_row_hangs_by_its_last_node() {
        let cluster = Cluster::new(22);
        assert_eq!(children(cluster, 17), [21, 15, 16, 18, 19]);
        assert_eq!(children(cluster, 21), [20]);
    }

    #[test]
    fn a_root_that_is_no_middle_turns_the_edges_on_the_way_to_it() {
        let cluster = Cluster::new(25).rooted_at(0);
        assert_eq!(children(cluster, 0), [2]);
        assert_eq!(children(cluster, 2), [7, 1, 3, 4]);
        assert_eq!(children(cluster, 12), [17, 10, 11, 13, 14]);
    }
}
