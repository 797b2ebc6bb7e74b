//! The search against known numbers, against trying everything on small boards, and what it says of the claim.

use super::*;
use crate::topology::{Graph, sum_of_squares};

/// How many spanning trees the boards have, by Kirchhoff's theorem (OEIS A007341).
#[test]
fn without_a_bound_every_spanning_tree_is_counted_once() {
    for (side, trees) in [(1, 1), (2, 4), (3, 192)] {
        for root in 0..side * side {
            assert_eq!(Board::new(side, side).best(root, side * side).unwrap().trees, trees, "{side} from n{root}");
        }
    }
    assert_eq!(Board::new(4, 4).best(5, 15).unwrap().trees, 100_352);
}

/// Every choice of a parent for every node, tried one by one.
fn by_hand(board: &Board, root: u32, hops: u32) -> Option<(u32, u128)> {
    let nodes = u32::try_from(board.around.len()).unwrap();
    let others: Vec<u32> = (0..nodes).filter(|&node| node != root).collect();
    let (mut least, mut trees) = (None::<u32>, 0);
    let mut choice = vec![0_usize; others.len()];
    loop {
        let parent = |node: u32| {
            let place = others.iter().position(|&other| other == node)?;
            bits(board.around[node as usize]).nth(choice[place])
        };
        let depth = |node: u32| std::iter::successors(Some(node), |&node| parent(node)).take(99).count() - 1;
        if others.iter().all(|&node| depth(node) <= hops as usize) {
            let mut degrees = vec![0; nodes as usize];
            others.iter().filter_map(|&node| parent(node)).for_each(|parent| degrees[parent as usize] += 1);
            let sum = degrees.iter().map(|degree| degree * degree).sum();
            least = Some(least.map_or(sum, |least| least.min(sum)));
            trees += 1;
        }
        let free = |place: usize| (board.around[others[place] as usize].count_ones() as usize) > choice[place] + 1;
        let Some(place) = (0..others.len()).find(|&place| free(place)) else { return Some((least?, trees)) };
        choice[place] += 1;
        choice[..place].fill(0);
    }
}

#[test]
fn small_boards_as_when_every_tree_is_tried() {
    for (rows, columns) in [(1, 4), (2, 3), (3, 3), (2, 4)] {
        let board = Board::new(rows, columns);
        for root in 0..rows * columns {
            for hops in 1..rows * columns {
                let best = board.best(root, hops).map(|best| (best.least, best.trees));
                assert_eq!(best, by_hand(&board, root, hops), "{rows}x{columns} from n{root} within {hops}");
            }
        }
    }
}

#[test]
fn the_tree_that_is_shown_is_a_tree_with_the_least_sum() {
    for best in Board::new(5, 5).best_of_all(5) {
        assert_eq!(u64::from(best.least), sum_of_squares(&best.out_degrees()));
        for node in 0..25_u32 {
            let way: Vec<u32> =
                std::iter::successors(Some(node), |&node| best.parents[node as usize]).take(30).collect();
            assert_eq!(way.last(), Some(&best.root));
            assert!(way.len() <= 6);
            let is_edge = |pair: &[u32]| Board::new(5, 5).around[pair[0] as usize] >> pair[1] & 1 == 1;
            assert!(way.windows(2).all(is_edge), "{way:?}");
        }
    }
}

/// The tutorial's sum is 52, and it is not the least.
#[test]
fn the_claim_does_not_hold() {
    let tutorial = Graph::named("n12-tree", 25, None).unwrap().out_degrees();
    let within_4 = Board::new(5, 5).best_of_all(4);
    let [best] = within_4.as_slice() else { panic!("only the centre is within 4 hops of all") };
    assert_eq!((best.root, best.least, best.trees), (12, 42, 969_472));
    assert!(majorised(&best.out_degrees(), &tutorial), "smaller for every convex function, not only for squares");
    let within_5: Vec<(u32, u32, u128)> =
        Board::new(5, 5).best_of_all(5).iter().map(|best| (best.root, best.least, best.trees)).collect();
    let beside = |root| (root, 36, 5_954_844);
    assert_eq!(within_5, [beside(7), beside(11), (12, 36, 13_902_432), beside(13), beside(17)]);
}

#[test]
fn majorisation_compares_the_largest_first() {
    assert!(majorised(&[1, 1, 1, 1], &[0, 2, 1, 1]));
    assert!(!majorised(&[2, 2, 0], &[3, 1, 1]), "another sum");
    assert!(!majorised(&[3, 0, 1], &[2, 2, 0]));
    assert!(majorised(&[2, 0, 2], &[2, 2, 0]));
}
