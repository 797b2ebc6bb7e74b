//! Maelstrom's grid (semantics, section 5.7): the same edges that its broadcast test offers by default.
//!
//! Absent: a direction. On a grid every edge leads both ways.

use super::{Cluster, Square};

/// Next row, previous row, next column, previous column: Maelstrom's order, missing ones left out.
pub(super) fn neighbours(cluster: Cluster, node: u32) -> Vec<u32> {
    let square = Square::new(cluster.nodes());
    let (row, column) = square.cell(node);
    let around = [
        Some((row + 1, column)),
        row.checked_sub(1).map(|row| (row, column)),
        Some((row, column + 1)),
        column.checked_sub(1).map(|column| (row, column)),
    ];
    around.into_iter().flatten().filter_map(|cell| square.find(cell)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(nodes: u32) -> Vec<Vec<u32>> {
        (0..nodes).map(|node| neighbours(Cluster::new(nodes), node)).collect()
    }

    #[test]
    fn as_maelstrom_lists_it() {
        assert_eq!(grid(1), [[0; 0]]);
        assert_eq!(grid(3), [vec![2, 1], vec![0], vec![0]]);
        assert_eq!(grid(5), [vec![3, 1], vec![4, 2, 0], vec![1], vec![0, 4], vec![1, 3]]);
        let of_25 = grid(25);
        assert_eq!(of_25[0], [5, 1]);
        assert_eq!(of_25[4], [9, 3]);
        assert_eq!(of_25[12], [17, 7, 13, 11]);
        assert_eq!(of_25[24], [19, 23]);
        assert_eq!(of_25.iter().map(Vec::len).sum::<usize>(), 2 * 40);
    }
}
