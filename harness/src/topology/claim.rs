//! The tutorial's claim about its tree, decided by a search that leaves nothing out.
//!
//! The claim: drop the vertical edges of the 5×5 grid but those of the middle column, root what remains at the centre, n12,
//! and the sum of a convex function of the out-degrees is the least that any subgraph reaches in which every node is at most
//! 5 hops away. (5: a broadcast takes one hop to the root, which all nodes know, and from there at most 4.)
//!
//! What is searched: every spanning tree of the grid, from every root, in which no node is more than so many hops from the
//! root, with edges led away from it. A subgraph with more edges than a tree has no smaller out-degrees than the tree within
//! it, so nothing is lost by looking at trees. The function is the sum of squares; where a tree's out-degrees are
//! [`majorised`] by another's, it is no larger for *any* convex function.
//!
//! How: a tree is a sequence of levels (who is one hop from the root, who two, …) and, for each node, a choice of one
//! neighbour in the level before. Levels are tried in every possible way, each set of nodes once for each set behind it and
//! each number of hops left (a table holds the answers). Who hangs from whom between two levels is decided by moving
//! children along chains to the parent with the fewest, which is optimal for every convex function at once (Harvey, Ladner,
//! Lovász and Tamir, "Semi-matchings for bipartite graphs and load balancing", 2006). The same recursion counts the trees.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A board of cells, each tied to those beside, above and below it. At most 32, since a set of them is the bits of a word.
#[derive(Clone, Debug)]
pub struct Board {
    /// Each node's neighbours, as bits.
    around: Vec<u32>,
}

/// The best tree from one root, and among how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Best {
    /// Where all edges lead away from.
    pub root: u32,
    /// No node is farther from it.
    pub hops: u32,
    /// The least sum of squared out-degrees.
    pub least: u32,
    /// How many trees there are with this root and within these hops. None was left out.
    pub trees: u128,
    /// A tree that has the least sum: each node's parent, nothing at the root.
    pub parents: Vec<Option<u32>>,
}

/// What is known of the levels that are still to come.
#[derive(Clone, Copy)]
struct Rest {
    least: u32,
    trees: u128,
    /// The next level of a best tree.
    next: u32,
}

/// The search from one root.
struct Search<'a> {
    board: &'a Board,
    /// By the nodes that have their place, the level reached last, and how many more there may be.
    known: BTreeMap<(u32, u32, u32), Option<Rest>>,
}

impl Board {
    /// So many rows and columns.
    pub fn new(rows: u32, columns: u32) -> Self {
        let nodes = rows * columns;
        assert!((1..=32).contains(&nodes), "a set of nodes is the bits of a word");
        let bit = |is_there: bool, node: u32| if is_there { 1 << node } else { 0 };
        let of = |node: u32| {
            let (row, column) = (node / columns, node % columns);
            bit(row > 0, node.wrapping_sub(columns))
                | bit(row + 1 < rows, node + columns)
                | bit(column > 0, node.wrapping_sub(1))
                | bit(column + 1 < columns, node + 1)
        };
        Self { around: (0..nodes).map(of).collect() }
    }

    /// The best spanning tree from this root in which no node is more than so many hops away; nothing if there is no such
    /// tree.
    pub fn best(&self, root: u32, hops: u32) -> Option<Best> {
        let mut search = Search { board: self, known: BTreeMap::new() };
        let (mut placed, mut level) = (1 << root, 1 << root);
        let Rest { least, trees, .. } = search.rest(placed, level, hops)?;
        let mut parents = vec![None; self.around.len()];
        let mut left = hops;
        while placed != self.all() {
            let Rest { next, .. } = search.rest(placed, level, left)?;
            for (child, parent) in self.hung(level, next).0 {
                parents[child as usize] = Some(parent);
            }
            (placed, level, left) = (placed | next, next, left - 1);
        }
        Some(Best { root, hops, least, trees, parents })
    }

    /// The best trees from all roots that have any.
    pub fn best_of_all(&self, hops: u32) -> Vec<Best> {
        (0..).zip(&self.around).filter_map(|(root, _)| self.best(root, hops)).collect()
    }

    fn all(&self) -> u32 {
        u32::MAX >> (32 - self.around.len())
    }

    fn beside(&self, nodes: u32) -> u32 {
        bits(nodes).fold(0, |beside, node| beside | self.around[node as usize])
    }

    /// Hangs every child from a neighbour among the parents so that the sum of squares is least: each child with its parent,
    /// and the sum. Every child has a neighbour there.
    fn hung(&self, parents: u32, children: u32) -> (BTreeMap<u32, u32>, u32) {
        let mut hung: BTreeMap<u32, u32> = BTreeMap::new();
        let mut load = vec![0_u32; self.around.len()];
        for child in bits(children) {
            // Whom the child would displace at a parent, and whom that one: every parent that some chain ends at.
            let mut reached_by: BTreeMap<u32, u32> = BTreeMap::new();
            let mut open = vec![child];
            while let Some(mover) = open.pop() {
                for parent in bits(self.around[mover as usize] & parents) {
                    if let Entry::Vacant(entry) = reached_by.entry(parent) {
                        entry.insert(mover);
                        open.extend(hung.iter().filter(|(_, above)| **above == parent).map(|(child, _)| *child));
                    }
                }
            }
            let freest = reached_by.keys().copied().min_by_key(|&parent| load[parent as usize]);
            let Some(mut parent) = freest else { continue };
            load[parent as usize] += 1;
            loop {
                let mover = reached_by[&parent];
                match hung.insert(mover, parent) {
                    Some(before) if mover != child => parent = before,
                    _ => break,
                }
            }
        }
        (hung, load.iter().map(|load| load * load).sum())
    }
}

impl Search<'_> {
    /// The best way to place the nodes that have no place yet, and in how many ways it can be done.
    fn rest(&mut self, placed: u32, level: u32, hops: u32) -> Option<Rest> {
        let left = self.board.all() & !placed;
        if left == 0 {
            return Some(Rest { least: 0, trees: 1, next: 0 });
        }
        if let Some(known) = self.known.get(&(placed, level, hops)) {
            return *known;
        }
        let front = self.board.beside(level) & left;
        let mut rest: Option<Rest> = None;
        // Every non-empty subset of the front, the largest first.
        let mut next = if hops == 0 { 0 } else { front };
        while next != 0 {
            if self.can_reach(next, left, hops - 1)
                && let Some(below) = self.rest(placed | next, next, hops - 1)
            {
                let least = self.board.hung(level, next).1 + below.least;
                let ways = |node: u32| u128::from((self.board.around[node as usize] & level).count_ones());
                let here: u128 = bits(next).map(ways).product();
                let trees = here * below.trees;
                let found = Rest { least, trees, next };
                rest = Some(match rest {
                    Some(best) if best.least <= least => Rest { trees: best.trees + trees, ..best },
                    Some(best) => Rest { trees: best.trees + trees, ..found },
                    None => found,
                });
            }
            next = (next - 1) & front;
        }
        self.known.insert((placed, level, hops), rest);
        rest
    }

    /// Whether so many more levels below this one can hold all that is left.
    fn can_reach(&self, level: u32, left: u32, hops: u32) -> bool {
        (0..hops).fold(level, |reached, _| reached | self.board.beside(reached) & left) == left
    }
}

impl Best {
    /// How many children each node has.
    pub fn out_degrees(&self) -> Vec<u32> {
        let mut degrees = vec![0; self.parents.len()];
        self.parents.iter().flatten().for_each(|&parent| degrees[parent as usize] += 1);
        degrees
    }
}

/// Whether these numbers are majorised by the others: as many, of the same sum, and the k largest never sum to more. Then the
/// sum of *every* convex function over them is no larger (Hardy, Littlewood and Pólya).
pub fn majorised(numbers: &[u32], by: &[u32]) -> bool {
    let sorted = |numbers: &[u32]| {
        let mut numbers = numbers.to_vec();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        numbers
    };
    let (numbers, others) = (sorted(numbers), sorted(by));
    let sums = |numbers: &[u32]| -> Vec<u32> {
        numbers.iter().scan(0, |sum, number| Some(std::mem::replace(sum, *sum + number) + number)).collect()
    };
    let (ours, theirs) = (sums(&numbers), sums(&others));
    ours.len() == theirs.len() && ours.last() == theirs.last() && ours.iter().zip(&theirs).all(|(a, b)| a <= b)
}

fn bits(mut set: u32) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = (set != 0).then(|| set.trailing_zeros())?;
        set &= set - 1;
        Some(bit)
    })
}

#[cfg(test)]
mod tests;
